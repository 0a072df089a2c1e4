//! Somebody with what they hold, found out once and kept.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use casemate_identity::Identity;
use casemate_permission::PermissionSet;

use crate::snapshot::ResolveError;
use crate::subject::Subject;

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
}

/// An identity by its place in memory: those who verify credentials hand out the same one for the same credential, for as
/// long as nothing of it was changed. It is held, so that no other one comes to stand in its place.
#[derive(Debug, Clone)]
pub(crate) struct Presented(pub(crate) Arc<Identity>);

impl PartialEq for Presented {
    fn eq(&self, other: &Presented) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Presented {}

impl Hash for Presented {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Arc::as_ptr(&self.0).hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;

    use super::*;
    use crate::{Policy, Snapshot};

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
            let known = snapshot.known_subject(&caller, &tenant, kind, id).unwrap();
            assert_eq!(known.subject, snapshot.subject(&caller.subject, &tenant, kind, id).unwrap());
            assert_eq!(Arc::ptr_eq(&known, &caller), (kind, id) == ("user", "ada"));
        }
    }
}
