//! What somebody proved at a provider, while they are asked whether it is to be added.

use casemate_directory::sha256;
use casemate_identity::sign_in::{BrowserKey, text_of};
use casemate_identity::{ExposeSecret as _, Identity, Kind};
use serde::{Deserialize, Serialize};

use crate::{App, sealed};

/// The most characters that are shown of how somebody is called there.
const SHOWN: usize = 200;

/// As whom somebody signed in with a provider. The page that asks holds it, sealed for one session and one browser: it is good for ten
/// minutes, and once, since adding a way to sign in gives the browser another session.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Proof {
    provider: String,
    subject: String,
    tenant: Option<String>,
    login: Option<String>,
    display_name: Option<String>,
    /// The revision by which they proved it: once the configuration was changed since, the provider may be another.
    pub(super) revision: i64,
}

impl Proof {
    pub(super) fn of(identity: &Identity, revision: i64) -> Proof {
        let short = |text: &str| text.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect();
        Proof {
            provider: identity.provider.to_string(),
            subject: identity.id.as_deref().unwrap_or_default().to_owned(),
            tenant: identity.tenant.as_deref().map(str::to_owned),
            login: identity.login.as_deref().map(short),
            display_name: identity.display_name.as_deref().map(short),
            revision,
        }
    }

    /// What the provider's people call them.
    pub(super) fn called(&self) -> &str {
        self.login.as_deref().unwrap_or(&self.subject)
    }

    /// How else they are called there.
    pub(super) fn also_called(&self) -> Vec<&str> {
        let names = [self.display_name.as_deref(), Some(&*self.subject)];
        names.into_iter().flatten().filter(|name| *name != self.called()).collect()
    }

    pub(super) fn identity(&self) -> Identity {
        let mut identity = Identity::new(self.provider.as_str(), self.subject.as_str(), Kind::USER);
        identity.tenant = self.tenant.as_deref().map(Into::into);
        identity
    }

    /// What the page holds of it at `now` (microseconds since 1970, UTC); `None` where nothing can be sealed.
    pub(super) fn keep(&self, app: &App, key: &BrowserKey, session: &str, now: i64) -> Option<String> {
        sealed::seal(app, &purpose(key), session, &serde_json::to_string(self).ok()?, now)
    }

    /// What a page held, of this browser in this session.
    pub(super) fn opened(app: &App, key: &BrowserKey, session: &str, kept: &str, now: i64) -> Option<Proof> {
        let opened = sealed::open(app, &purpose(key), session, kept, now)?;
        serde_json::from_str(opened.expose_secret()).ok()
    }
}

/// What it is sealed for: this browser alone.
fn purpose(key: &BrowserKey) -> String {
    format!("link\n{}", text_of(&sha256(key.text())))
}
