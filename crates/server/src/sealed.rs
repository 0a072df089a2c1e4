//! What others keep for us between two requests: sealed under the root key, for one purpose, one user or session, and a while.

use casemate_identity::sign_in::{bytes_of, text_of};
use casemate_identity::{ExposeSecret as _, SecretString};
use casemate_store::{SealedSecret, Sealer};
use serde::{Deserialize, Serialize};

use crate::App;

/// The kind that it is sealed for, which nothing that is stored has.
const KIND: &str = "ceremony";
/// Whose a place in a list is: everybody's who sees the list.
const PLACE: &str = "place";
/// For how long it is good, in microseconds: ten minutes.
const LIFETIME: i64 = 600 * 1_000_000;
/// For how long a place in a list is good, in microseconds: a day.
const PLACE_LIFETIME: i64 = 24 * 3_600 * 1_000_000;

#[derive(Serialize, Deserialize)]
struct Kept {
    until: i64,
    text: String,
}

/// Seals a text at `now` (microseconds since 1970, UTC); `None` where there is no root key.
pub(crate) fn seal(app: &App, purpose: &str, whose: &str, text: &str, now: i64) -> Option<String> {
    sealed_by(app.directory.sealer()?, (purpose, whose), text, now.saturating_add(LIFETIME))
}

/// Seals the place in a list that a page ends at, where its bearer may not see what stands there; `None` where there is no root key.
pub(crate) fn seal_place(app: &App, list: &str, place: &str, now: i64) -> Option<String> {
    sealed_by(app.directory.sealer()?, (list, PLACE), place, now.saturating_add(PLACE_LIFETIME))
}

/// A place that was sealed for this list; `None` where it was not, or too long ago.
pub(crate) fn open_place(app: &App, list: &str, text: &str, now: i64) -> Option<String> {
    let opened = opened_by(app.directory.sealer()?, (list, PLACE), text, now)?;
    Some(opened.expose_secret().to_owned())
}

fn sealed_by(sealer: &Sealer, (purpose, whose): (&str, &str), text: &str, until: i64) -> Option<String> {
    let kept = Kept { until, text: text.to_owned() };
    let kept = SecretString::from(serde_json::to_string(&kept).ok()?);
    let sealed = sealer.seal(KIND, whose, purpose, &kept);
    let sealed = sealed.inspect_err(|error| tracing::error!(%error, "nothing can be sealed")).ok()?;
    Some(format!("{}.{}", sealed.root_key, text_of(&sealed.sealed)))
}

/// The text that was sealed for this; `None` where it was not, or too long ago.
pub(crate) fn open(app: &App, purpose: &str, whose: &str, text: &str, now: i64) -> Option<SecretString> {
    opened_by(app.directory.sealer()?, (purpose, whose), text, now)
}

fn opened_by(sealer: &Sealer, (purpose, whose): (&str, &str), text: &str, now: i64) -> Option<SecretString> {
    let (root_key, sealed) = text.rsplit_once('.')?;
    let secret = SealedSecret {
        kind: KIND.to_owned(),
        id: whose.to_owned(),
        field: purpose.to_owned(),
        root_key: root_key.to_owned(),
        sealed: bytes_of(sealed)?,
    };
    let opened = sealer.open(&secret).ok()?;
    let kept: Kept = serde_json::from_str(opened.expose_secret()).ok()?;
    (now < kept.until).then(|| kept.text.into())
}

#[cfg(test)]
mod tests {
    use casemate_store::RootKeys;

    use super::*;

    #[test]
    fn what_a_browser_keeps_is_good_in_its_place_for_ten_minutes_and_unchanged() {
        let sealer = Sealer::new(&RootKeys::generate().unwrap());
        let kept = sealed_by(&sealer, ("link\nbrowser", "ses_1"), "octocat", 5 + LIFETIME).unwrap();
        let opened = |sealer: &Sealer, place, kept: &str, now| {
            opened_by(sealer, place, kept, now).map(|text| text.expose_secret().to_owned())
        };
        let place = ("link\nbrowser", "ses_1");
        assert_eq!(opened(&sealer, place, &kept, LIFETIME + 4).as_deref(), Some("octocat"));
        assert_eq!(opened(&sealer, place, &kept, LIFETIME + 5), None, "it lapses");
        assert_eq!(opened(&sealer, ("link\nother", "ses_1"), &kept, 5), None, "another browser's");
        assert_eq!(opened(&sealer, ("link\nbrowser", "ses_2"), &kept, 5), None, "another session's");
        let other = Sealer::new(&RootKeys::generate().unwrap());
        assert_eq!(opened(&other, place, &kept, 5), None);
        for changed in ["", ".", "a.b", &kept.replace('.', ""), &format!("{kept}AAAA")] {
            assert_eq!(opened(&sealer, place, changed, 5), None, "{changed}");
        }
        assert!(!kept.contains("octocat"));
    }
}
