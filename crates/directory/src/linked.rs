//! Linked sign-ins: which identities may stand for a user whom another provider knows, or Casemate itself.

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{Identity, Kind, SessionMark, Timestamp};
use casemate_store::{LinkedIdentity, StoredSession, UserRecord};

use crate::DEFAULT_TENANT;
use crate::policy::Who;
use crate::sessions::BrowserSessions;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// Whether something is assigned to whom a provider calls this, by that.
    #[must_use]
    pub fn assigns_by_id(&self, provider: &str, id: &str) -> bool {
        let mut assignments = self.compiled().parts_naming(id).flat_map(|part| part.assignments());
        assignments.any(|assignment| {
            let recipient = &assignment.recipient;
            *recipient.provider == *provider
                && matches!(&recipient.who, Who::Id { id: named, .. } if **named == *id)
        })
    }
}

impl BrowserSessions {
    /// Whether somebody is at home in a tenant, as far as their provider says: of one that says none, in the default one, or where
    /// its users are provisioned.
    #[must_use]
    pub fn is_at_home(&self, identity: &Identity, tenant: &str) -> bool {
        match identity.tenant.as_deref() {
            Some(of) => *of == *tenant,
            None => tenant == DEFAULT_TENANT || self.tenant_of(identity) == tenant,
        }
    }

    /// Somebody who signed in by a link, as the user that it is of: nothing counts of what the other provider says of them but how
    /// and when they proved that it is they. `None` where the link does not count any more: the user is not active, has no name
    /// in tokens, is at home elsewhere by now, or the other provider says that they are.
    #[must_use]
    pub fn as_linked(
        &self,
        signed_in: &SignedIn,
        link: &LinkedIdentity,
        user: &UserRecord,
    ) -> Option<SignedIn> {
        let counts = user.active && user.id == link.user && user.tenant == link.tenant;
        if !counts || !self.is_at_home(&signed_in.identity, &link.tenant) {
            return None;
        }
        let mut identity = Identity::new(user.provider.as_str(), user.subject.as_deref()?, Kind::USER);
        identity.login = Some(user.login.as_str().into());
        identity.display_name = user.display_name.as_deref().map(Into::into);
        identity.tenant = Some(user.tenant.as_str().into());
        identity.auth = signed_in.identity.auth.clone();
        identity.via = Some(signed_in.identity.provider.as_ref().into());
        Some(SignedIn { identity, ..signed_in.clone() })
    }
}

/// Somebody who is signed in, as they signed in: for a session that takes the place of theirs.
#[must_use]
pub fn signed_in_as(identity: &Identity, session: &StoredSession) -> SignedIn {
    let mut identity = identity.clone();
    let mark: Option<SessionMark> = identity.session.take();
    let authenticated_at = mark.map_or(Timestamp(session.authenticated_at), |mark| mark.authenticated_at);
    SignedIn {
        identity,
        subject: session.logout_subject.as_str().into(),
        sid: session.provider_sid.as_deref().map(Into::into),
        authenticated_at,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sessions::SessionTimes;

    fn user() -> UserRecord {
        UserRecord {
            id: "usr_ada".to_owned(),
            tenant: "default".to_owned(),
            provider: "corp".to_owned(),
            subject: Some("ada".to_owned()),
            login: "ada@corp.example".to_owned(),
            active: true,
            ..UserRecord::default()
        }
    }

    fn link() -> LinkedIdentity {
        LinkedIdentity {
            id: "lnk_1".to_owned(),
            provider: "partner".to_owned(),
            subject: "a1".to_owned(),
            user: "usr_ada".to_owned(),
            tenant: "default".to_owned(),
            linked_at: 1,
            last_used: None,
        }
    }

    fn came(tenant: Option<&str>) -> SignedIn {
        let mut identity = Identity::new("partner", "a1", Kind::ADMIN);
        identity.login = Some("root".into());
        identity.tenant = tenant.map(Into::into);
        identity.groups = vec!["administrators".into()];
        identity.claims.insert("department".into(), json!("finance"));
        identity.auth.amr = vec!["mfa".into()];
        SignedIn { identity, subject: "a1".into(), sid: Some("s".into()), authenticated_at: Timestamp(7) }
    }

    #[test]
    fn nothing_of_what_the_other_provider_says_counts_but_how_they_proved_it() {
        let sessions = BrowserSessions::new(None, SessionTimes::default());
        let ada = sessions.as_linked(&came(None), &link(), &user()).unwrap();
        let who = &ada.identity;
        assert_eq!((&*who.provider, who.id.as_deref(), &who.kind), ("corp", Some("ada"), &Kind::USER));
        assert_eq!((who.login.as_deref(), who.via.as_deref()), (Some("ada@corp.example"), Some("partner")));
        assert!(who.groups.is_empty() && who.claims.is_empty());
        assert_eq!((&*who.auth.amr, ada.sid.as_deref()), (&["mfa".into()][..], Some("s")));
    }

    #[test]
    fn a_link_counts_where_the_user_is_at_home_alone_and_while_they_are_active() {
        let sessions = BrowserSessions::new(None, SessionTimes::default());
        let as_linked =
            |came: &SignedIn, user: &UserRecord| sessions.as_linked(came, &link(), user).is_some();
        assert!(as_linked(&came(None), &user()) && as_linked(&came(Some("default")), &user()));
        assert!(!as_linked(&came(Some("acme")), &user()), "the other provider says another tenant");
        for other in [
            UserRecord { active: false, ..user() },
            UserRecord { tenant: "acme".to_owned(), ..user() },
            UserRecord { subject: None, ..user() },
            UserRecord { id: "usr_bob".to_owned(), ..user() },
        ] {
            assert!(!as_linked(&came(None), &other), "{other:?}");
        }
    }
}
