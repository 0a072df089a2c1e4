//! Sessions that say more of somebody than their provider does now: what it took from them is not to last where they signed in
//! before.

use casemate_expression::Datum;
use casemate_identity::Identity;
use casemate_store::StoredSession;

use crate::sessions::Live;
use crate::snapshot::Snapshot;
use crate::subject::Subject;

/// Claims about a sign-in or a token, which come and go with how somebody signs in (OpenID Connect Core 1.0, sections 2, 3.1.3.6
/// and 3.3.2.11; RFC 7519, section 4.1; OpenID Connect Back-Channel Logout 1.0, section 2.1).
const OF_THE_SIGN_IN: [&str; 14] = [
    "auth_time",
    "amr",
    "acr",
    "azp",
    "sid",
    "iat",
    "exp",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "aud",
    "iss",
];

impl Snapshot {
    /// Those of somebody's sessions and temporary credentials that are of a login, a tenant, a group or a claim which the provider
    /// does not say of them now. A list that lost something is such a claim, and so is one with another value that a role, a rule,
    /// a source or a schema names: of what nothing names, some have another value at each sign-in.
    #[must_use]
    pub fn outdated<'s>(&self, now: &Identity, sessions: &'s [StoredSession]) -> Vec<&'s str> {
        let now = self.caller(now);
        let is_outdated = |session: &&StoredSession| {
            let names = |claim: &str| self.names(claim);
            Live::new(session).is_some_and(|live| says_more(&self.caller(&live.identity), &now, &names))
        };
        sessions.iter().filter(is_outdated).map(|session| &*session.id).collect()
    }
}

/// `names`: whether anything that decides names a claim.
fn says_more(before: &Subject, now: &Subject, names: &dyn Fn(&str) -> bool) -> bool {
    before.tenant != now.tenant
        || before.login.is_some() && before.login != now.login
        || before.groups.iter().any(|group| !now.groups.contains(group))
        || before.claims.iter().any(|(name, was)| {
            !OF_THE_SIGN_IN.contains(&name) && is_gone(was, now.claims.get(name), &mut || names(name))
        })
}

/// Whether what was said is said no longer; of another value that depends on whether it `matters`.
fn is_gone(was: &Datum, is: Option<&Datum>, matters: &mut dyn FnMut() -> bool) -> bool {
    match (was, is) {
        (Datum::Null, _) => false,
        (_, None | Some(Datum::Null)) => true,
        (Datum::List(was), Some(Datum::List(is))) => was.iter().any(|element| !is.contains(element)),
        (Datum::Map(was), Some(Datum::Map(is))) => {
            was.iter().any(|(name, was)| is_gone(was, is.get(name), matters))
        }
        (was, Some(is)) => was != is && matters(),
    }
}

impl Snapshot {
    /// Whether something that decides names a claim: a role, a rule of a provider, a source of permissions, or a schema.
    fn names(&self, claim: &str) -> bool {
        let compiled = self.compiled();
        let in_rules = || {
            let mut rules = compiled.mappings().flat_map(|mapping| mapping.0.iter());
            rules.any(|rule| holds_word(rule.when.source(), claim))
        };
        let in_roles = || compiled.is_in_roles(|text| holds_word(text, claim));
        compiled.reads(claim)
            || in_rules()
            || self.catalog().conditions().any(|text| holds_word(text, claim))
            || in_roles()
    }
}

/// Whether a text holds a word that is no part of another.
fn holds_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policy;

    fn says_more(before: &Subject, now: &Subject) -> bool {
        super::says_more(before, now, &|claim| claim == "department")
    }

    fn subject(groups: &[&str], claims: Value) -> Subject {
        let mut identity = Identity::new("corp", "ada", Kind::USER);
        identity.login = Some("ada".into());
        identity.groups = groups.iter().map(|group| (*group).into()).collect();
        identity.claims = claims.as_object().cloned().unwrap_or_default();
        Snapshot::offline(Policy::empty()).unwrap().caller(&identity)
    }

    #[test]
    fn what_the_provider_took_is_more_and_what_it_gave_is_not() {
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
        let changed = subject(
            &["a", "b"],
            json!({ "roles": ["x", "y"], "department": "finance", "nested": { "p": 2 } }),
        );
        assert!(!says_more(&before, &changed), "nothing names what has another value");
        assert!(super::says_more(&before, &changed, &|claim| claim == "nested"));
        let stepped_up = subject(&["a"], json!({ "auth_time": 1, "amr": ["pwd", "otp"], "sid": "s" }));
        assert!(!says_more(&stepped_up, &subject(&["a"], json!({ "amr": ["pwd"] }))));
        let tokens = subject(&["a"], json!({ "iat": 1, "exp": 2, "jti": "x", "nonce": "n", "at_hash": "h" }));
        let other = subject(&["a"], json!({ "iat": 3, "exp": 4, "jti": "y", "nonce": "m" }));
        assert!(!super::says_more(&tokens, &other, &|_| true));
        for lost in [
            subject(&["a", "b"], json!({ "roles": ["x", "y"], "department": "sales", "nested": { "p": 1 } })),
            subject(
                &["a", "b"],
                json!({ "roles": ["x", "y"], "department": ["finance"], "nested": { "p": 1 } }),
            ),
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

    #[test]
    fn a_claim_is_named_as_a_word() {
        for text in ["claims.dept == 1", "identity.dept", r#"claims["dept"]"#, "dept"] {
            assert!(holds_word(text, "dept"), "{text}");
        }
        for text in ["claims.department", "sub_dept", "dept2", ""] {
            assert!(!holds_word(text, "dept"), "{text}");
        }
        assert!(holds_word("claims.depts + claims.dept", "dept") && !holds_word("x", ""));
    }

    #[test]
    fn another_value_of_a_claim_that_something_names_ends_sessions() {
        let text = "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"https://corp.example\"\naudiences = [\"casemate\"]\n\
                    [[provider.mapping]]\nwhen = 'claims.department == \"finance\"'\ngroups = [\"finance\"]\n\
                    [[source]]\nname = \"handed\"\nprovider = \"corp\"\nclaim = \"grants\"\nceiling = [\"shop.*\"]\n";
        let folder = crate::Folder::of_texts(vec![("policy.toml".into(), text.to_owned())]).unwrap();
        let snapshot = Snapshot::offline(folder.policy).unwrap();
        let with = |department: &str, floor: i64| {
            let mut identity = Identity::new("corp", "ada", Kind::USER);
            let claims = json!({ "department": department, "floor": floor });
            identity.claims = claims.as_object().cloned().unwrap_or_default();
            identity
        };
        let signed_in = casemate_identity::sign_in::SignedIn {
            identity: with("sales", 1),
            subject: "ada".into(),
            sid: None,
            authenticated_at: casemate_identity::Timestamp(1),
        };
        let sessions = crate::BrowserSessions::new(None, crate::SessionTimes::default());
        let (before, _) = sessions.begin(&signed_in, None, None, 1).unwrap();
        let before = [before];
        assert!(snapshot.outdated(&with("sales", 2), &before).is_empty(), "nothing names the floor");
        assert_eq!(snapshot.outdated(&with("engines", 1), &before), [&*before[0].id]);
        assert!(snapshot.names("department") && snapshot.names("grants") && !snapshot.names("floor"));
    }
}
