//! Sessions that say more of somebody than their provider does now: what it took from them is not to last where they signed in
//! before.

use casemate_expression::{Datum, Members};
use casemate_identity::Identity;
use casemate_store::StoredSession;

use crate::sessions::Live;
use crate::snapshot::Snapshot;
use crate::subject::Subject;

/// Claims about a sign-in, which come and go with how somebody signs in (OpenID Connect Core 1.0, section 2; OpenID Connect
/// Back-Channel Logout 1.0, section 2.1).
const OF_THE_SIGN_IN: [&str; 5] = ["auth_time", "amr", "acr", "azp", "sid"];

impl Snapshot {
    /// Those of somebody's sessions and temporary credentials that are of a login, a tenant, a group or a claim which the provider
    /// does not say of them now. A claim with another value is no such claim, since some have one at each sign-in; a list that
    /// lost something is.
    #[must_use]
    pub fn outdated<'s>(&self, now: &Identity, sessions: &'s [StoredSession]) -> Vec<&'s str> {
        let now = self.caller(now);
        let is_outdated = |session: &&StoredSession| {
            Live::new(session).is_some_and(|live| says_more(&self.caller(&live.identity), &now))
        };
        sessions.iter().filter(is_outdated).map(|session| &*session.id).collect()
    }
}

fn says_more(before: &Subject, now: &Subject) -> bool {
    before.tenant != now.tenant
        || before.login.is_some() && before.login != now.login
        || before.groups.iter().any(|group| !now.groups.contains(group))
        || has_more(&before.claims, &now.claims, &OF_THE_SIGN_IN)
}

fn has_more(before: &Members, now: &Members, without: &[&str]) -> bool {
    let mut before = before.iter().filter(|(name, _)| !without.contains(name));
    before.any(|(name, was)| match (was, now.get(name)) {
        (Datum::Null, _) => false,
        (_, None | Some(Datum::Null)) => true,
        (Datum::List(was), Some(Datum::List(is))) => was.iter().any(|element| !is.contains(element)),
        (Datum::Map(was), Some(Datum::Map(is))) => has_more(was, is, &[]),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policy;

    fn subject(groups: &[&str], claims: Value) -> Subject {
        let mut identity = Identity::new("corp", "ada", Kind::USER);
        identity.login = Some("ada".into());
        identity.groups = groups.iter().map(|group| (*group).into()).collect();
        identity.claims = claims.as_object().cloned().unwrap_or_default();
        Snapshot::offline(Policy::empty()).unwrap().caller(&identity)
    }

    #[test]
    fn what_the_provider_took_is_more_and_what_it_gave_or_changed_is_not() {
        let before = subject(
            &["a", "b"],
            json!({ "roles": ["x", "y"], "department": "finance", "nested": { "p": 1 } }),
        );
        assert!(!says_more(&before, &before));
        let more = subject(
            &["b", "c", "a"],
            json!({ "roles": ["y", "x", "z"], "department": "finance", "nested": { "p": 1 }, "new": 1 }),
        );
        assert!(!says_more(&before, &more));
        let changed =
            subject(&["a", "b"], json!({ "roles": ["x", "y"], "department": "sales", "nested": { "p": 2 } }));
        assert!(!says_more(&before, &changed));
        let stepped_up = subject(&["a"], json!({ "auth_time": 1, "amr": ["pwd", "otp"], "sid": "s" }));
        assert!(!says_more(&stepped_up, &subject(&["a"], json!({ "amr": ["pwd"] }))));
        for lost in [
            subject(&["a"], json!({ "roles": ["x", "y"], "department": "finance", "nested": { "p": 1 } })),
            subject(&["a", "b"], json!({ "roles": ["x"], "department": "finance", "nested": { "p": 1 } })),
            subject(&["a", "b"], json!({ "roles": ["x", "y"], "nested": { "p": 1 } })),
            subject(&["a", "b"], json!({ "roles": ["x", "y"], "department": null, "nested": { "p": 1 } })),
            subject(&["a", "b"], json!({ "roles": ["x", "y"], "department": "finance", "nested": {} })),
            Subject { login: Some("bob".into()), ..before.clone() },
            Subject { tenant: "acme".into(), ..before.clone() },
        ] {
            assert!(says_more(&before, &lost), "{lost:?}");
        }
    }
}
