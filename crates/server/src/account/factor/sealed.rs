//! What a browser keeps for us between two requests: sealed under the root key, for one purpose, one user and a while.

use casemate_identity::sign_in::{bytes_of, text_of};
use casemate_identity::{ExposeSecret as _, SecretString};
use casemate_store::SealedSecret;
use serde::{Deserialize, Serialize};

use crate::App;

/// The kind that it is sealed for, which nothing that is stored has.
const KIND: &str = "ceremony";
/// For how long it is good, in microseconds: ten minutes.
const LIFETIME: i64 = 600 * 1_000_000;

#[derive(Serialize, Deserialize)]
struct Kept {
    until: i64,
    text: String,
}

/// Seals a text at `now` (microseconds since 1970, UTC); `None` where there is no root key.
pub(super) fn seal(app: &App, purpose: &str, user: &str, text: &str, now: i64) -> Option<String> {
    let kept = Kept { until: now.saturating_add(LIFETIME), text: text.to_owned() };
    let kept = SecretString::from(serde_json::to_string(&kept).ok()?);
    let sealed = app.directory.sealer()?.seal(KIND, user, purpose, &kept);
    let sealed = sealed.inspect_err(|error| tracing::error!(%error, "nothing can be sealed")).ok()?;
    Some(format!("{}.{}", sealed.root_key, text_of(&sealed.sealed)))
}

/// The text that was sealed for this; `None` where it was not, or too long ago.
pub(super) fn open(app: &App, purpose: &str, user: &str, text: &str, now: i64) -> Option<SecretString> {
    let (root_key, sealed) = text.rsplit_once('.')?;
    let secret = SealedSecret {
        kind: KIND.to_owned(),
        id: user.to_owned(),
        field: purpose.to_owned(),
        root_key: root_key.to_owned(),
        sealed: bytes_of(sealed)?,
    };
    let opened = app.directory.sealer()?.open(&secret).ok()?;
    let kept: Kept = serde_json::from_str(opened.expose_secret()).ok()?;
    (now < kept.until).then(|| kept.text.into())
}
