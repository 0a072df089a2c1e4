//! Whoever makes something that somebody else uses later, such as an invitation. What they may do is found out again by then.

use std::net::IpAddr;

use casemate_identity::{Identity, Kind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::sessions::{identity_of, kept};
use crate::subject::Subject;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER};

/// Who made something, as far as it counts later.
#[derive(Debug)]
pub struct Maker {
    /// Who they are, by what they were known by then.
    pub identity: Identity,
    client: Option<IpAddr>,
}

/// Why somebody makes nothing that works later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// What they present says too much about them.
    #[error("what you present says too much about you to be kept")]
    TooLarge,
    /// Nobody can look later whether they still may.
    #[error("whoever acts for somebody else, or with a temporary credential, makes nothing that works later")]
    NotTheirs,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    provider: Box<str>,
    id: Box<str>,
    via: Option<Box<str>>,
    client: Option<IpAddr>,
    /// What is kept of the identity.
    identity: String,
}

impl Maker {
    /// As it is stored, of whoever calls from `client`.
    ///
    /// # Errors
    /// See [`NotKept`].
    pub fn write(identity: &Identity, client: Option<IpAddr>) -> Result<String, NotKept> {
        let (Some(id), None, None) = (identity.id.clone(), &identity.actor, &identity.temporary) else {
            return Err(NotKept::NotTheirs);
        };
        let written = Written {
            provider: (*identity.provider).into(),
            id,
            via: identity.via.clone(),
            client,
            identity: kept(identity).map_err(|_| NotKept::TooLarge)?,
        };
        serde_json::to_string(&written).map_err(|_| NotKept::TooLarge)
    }

    /// The one that was stored; nobody where it is not readable.
    #[must_use]
    pub fn read(text: &str) -> Option<Maker> {
        let Written { provider, id, via, client, identity } = serde_json::from_str(text).ok()?;
        let kind = |kind: &str| match kind {
            "api-key" if *provider == *API_KEY_PROVIDER => Some(Kind::API_KEY),
            kind => Kind::from_configuration(kind).ok(),
        };
        let mut identity = identity_of(&identity, &provider, &id, kind)?;
        identity.via = via;
        Some(Maker { identity, client })
    }
}

impl Directory {
    /// Whether a maker's key, credential or provider is taken at `now` as it was then. Whether a person may come in, the directory
    /// says, as for every other credential.
    #[must_use]
    pub fn still_takes(&self, maker: &Maker, now: Timestamp) -> bool {
        let identity = &maker.identity;
        if *identity.provider == *CREDENTIAL_PROVIDER {
            return self.current().credential_of(&Subject::of_identity(identity)).is_some();
        }
        self.owners().is_some_and(|owners| owners.admit(identity, maker.client, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_made_something_is_known_again() {
        let mut identity = Identity::new("idp", "ada", Kind::USER);
        identity.login = Some("ada@example.com".into());
        identity.groups = vec!["desk".into()];
        identity.tenant = Some("acme".into());
        let client = Some("192.0.2.7".parse().unwrap());
        let maker = Maker::read(&Maker::write(&identity, client).unwrap()).unwrap();
        assert_eq!((maker.identity, maker.client), (identity, client));
        let key = Identity::new(API_KEY_PROVIDER, "key_1", Kind::API_KEY);
        assert_eq!(Maker::read(&Maker::write(&key, None).unwrap()).unwrap().identity, key);
        for text in ["", "{}", "null"] {
            assert!(Maker::read(text).is_none(), "{text}");
        }
        // Nothing but a key of Casemate's own is one.
        let text = Maker::write(&key, None).unwrap().replace(&format!("\"{API_KEY_PROVIDER}\""), "\"idp\"");
        assert!(Maker::read(&text).is_none(), "{text}");
    }

    #[test]
    fn whoever_has_no_name_of_their_own_makes_nothing() {
        assert_eq!(Maker::write(&Identity::anonymous(), None), Err(NotKept::NotTheirs));
        let mut acting = Identity::new("idp", "ada", Kind::USER);
        acting.actor =
            Some(casemate_identity::Actor { provider: "idp".into(), id: "bot".into(), kind: Kind::SERVICE });
        assert_eq!(Maker::write(&acting, None), Err(NotKept::NotTheirs));
    }
}
