//! Somebody with what they hold, found out once and kept.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use casemate_identity::Identity;
use casemate_permission::PermissionSet;
use casemate_permission::name::Name;

use crate::outside::Outside;
use crate::policy::Person;
use crate::snapshot::ResolveError;
use crate::subject::Subject;

/// The permission to ask for decisions in one's own tenant.
pub const DECISION_ASK: &str = "casemate.decision.ask";

/// Somebody, as a snapshot knows them, with what they hold. Whether that counts at a certain time is found out whenever it
/// is asked for.
#[derive(Debug)]
pub struct Known {
    /// Who it is.
    pub subject: Subject,
    /// The application that their credential or API key is bound to.
    pub application: Option<Arc<str>>,
    /// What they hold, or why that cannot be said.
    pub permissions: Result<PermissionSet, ResolveError>,
    always_asks: OnceLock<bool>,
}

impl Known {
    pub(crate) fn new(
        subject: Subject,
        application: Option<Arc<str>>,
        permissions: Result<PermissionSet, ResolveError>,
    ) -> Known {
        Known { subject, application, permissions, always_asks: OnceLock::new() }
    }

    /// Whether they may ask for decisions in their own tenant at whatever time: they hold [`DECISION_ASK`] without an end and
    /// without a condition, and nothing that they hold denies it. That is found out once. Where it is not so, they may be
    /// allowed to ask all the same, and what they hold says whether.
    #[must_use]
    pub fn always_asks(&self) -> bool {
        let find = || match (&self.permissions, Name::parse(DECISION_ASK)) {
            (Ok(set), Ok(name)) => set.always_allows(&name),
            _ => false,
        };
        *self.always_asks.get_or_init(find)
    }
}

/// Something by its place in memory. It is held, so that nothing else comes to stand in its place.
#[derive(Debug)]
pub(crate) struct Place<T>(pub(crate) Arc<T>);

impl<T> Clone for Place<T> {
    fn clone(&self) -> Place<T> {
        Place(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Place<T> {
    fn eq(&self, other: &Place<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for Place<T> {}

impl<T> Hash for Place<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Arc::as_ptr(&self.0).hash(hasher);
    }
}

/// An identity, and the user whom the directory knows by it, each by its place: those who verify credentials hand out the
/// same one for the same credential, and the directory the same user, for as long as nothing of it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Presented {
    pub(crate) identity: Place<Identity>,
    pub(crate) user: Option<Place<Person>>,
    /// What sources outside Casemate say of them.
    pub(crate) outside: Outside,
}

impl Presented {
    /// About what the claims of the identity take, in bytes.
    pub(crate) fn claims_bytes(&self) -> usize {
        let claims = &self.identity.0.claims;
        // A value of a tree takes about twice its text.
        let claims = claims.iter().map(|(name, value)| 2 * (name.len() + value.to_string().len()));
        claims.sum::<usize>() + self.outside.bytes()
    }
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;

    use super::*;
    use crate::{Met, Policy, Snapshot};

    #[test]
    fn the_same_identity_is_found_out_once_and_an_equal_one_anew() {
        let snapshot = Snapshot::offline(Policy::empty()).unwrap();
        let identity = Arc::new(Identity::new("corp", "ada", Kind::USER));
        let known = snapshot.known_caller(&identity);
        assert!(Arc::ptr_eq(&known, &snapshot.known_caller(&Arc::clone(&identity))));
        let equal = Arc::new(Identity::clone(&identity));
        assert!(!Arc::ptr_eq(&known, &snapshot.known_caller(&equal)));
        assert_eq!(known.subject, snapshot.caller(&identity));
    }

    #[test]
    fn whoever_is_asked_about_is_the_same_with_and_without_what_they_hold() {
        let snapshot = Snapshot::offline(Policy::empty()).unwrap();
        let caller = snapshot.known_caller(&Arc::new(Identity::new("corp", "ada", Kind::USER)));
        let tenant: Arc<str> = Arc::clone(&caller.subject.tenant);
        for (kind, id) in [("user", "ada"), ("user", "bob"), ("api-key", "k"), ("anonymous", "")] {
            let known = snapshot.known_subject(&caller, &tenant, kind, id, &Met::default()).unwrap();
            assert_eq!(known.subject, snapshot.subject(&caller.subject, &tenant, kind, id).unwrap());
            assert_eq!(Arc::ptr_eq(&known, &caller), (kind, id) == ("user", "ada"));
        }
    }

    #[test]
    fn they_always_ask_who_may_at_any_time_and_without_a_condition() {
        use casemate_permission::{Grant, OriginKind, Permission};

        let snapshot = Snapshot::offline(Policy::empty()).unwrap();
        let always_asks = |permissions: Result<&[&str], ResolveError>, grant: &Arc<Grant>| {
            let mut builder = PermissionSet::builder(snapshot.catalog());
            let permissions = permissions.map(|permissions| {
                for permission in permissions {
                    builder.add(Permission::from_json(permission).unwrap(), grant);
                }
                builder.build().unwrap()
            });
            let subject = Subject::of_identity(&Identity::new("corp", "ada", Kind::USER));
            Known::new(subject, None, permissions).always_asks()
        };
        let always = Grant::always(OriginKind::Role, "asking");
        let ends =
            Arc::new(Grant { until: Some(casemate_expression::Timestamp(1)), ..Grant::clone(&always) });
        let ask = r#"{"name":"casemate.decision.ask"}"#;
        let deny = r#"{"name":"casemate.decision.*","deny":true}"#;
        assert!(always_asks(Ok(&[ask]), &always));
        assert!(always_asks(Ok(&[r#"{"name":"casemate.*"}"#]), &always));
        assert!(!always_asks(Ok(&[ask]), &ends));
        assert!(!always_asks(Ok(&[ask, deny]), &always));
        assert!(!always_asks(Ok(&[r#"{"name":"casemate.decision.ask","tenant":"a"}"#]), &always));
        assert!(!always_asks(Ok(&[r#"{"name":"*"}"#]), &always));
        assert!(!always_asks(Ok(&[]), &always));
        assert!(!always_asks(Err(ResolveError::Compile(String::new())), &always));
    }
}
