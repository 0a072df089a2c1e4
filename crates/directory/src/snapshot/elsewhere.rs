//! What somebody holds in a tenant that may be another than their own.

use std::sync::Arc;

use casemate_identity::{Identity, Kind};
use casemate_permission::PermissionSet;

use super::{ResolveError, Snapshot};
use crate::known::Known;
use crate::outside::Outside;
use crate::policy::Person;
use crate::subject::Subject;

impl Snapshot {
    /// Whoever a credential is of that was verified, whom the directory knows as this user where it knows them, with what they
    /// hold in a tenant.
    #[must_use]
    pub fn known_in(
        &self,
        identity: &Arc<Identity>,
        user: Option<&Arc<Person>>,
        tenant: &Arc<str>,
    ) -> Arc<Known> {
        let known = self.known_caller_as(identity, user);
        if known.subject.tenant == *tenant {
            return known;
        }
        // What the directory says of a user of one tenant, those who administer it say: it counts in no other.
        let elsewhere = self.caller(identity);
        let permissions = self.held_in(&known.subject, &elsewhere, tenant, identity.tenant.is_some());
        let there = elsewhere_in(&elsewhere, tenant, identity.tenant.is_some());
        Arc::new(self.known_with(there, permissions))
    }

    /// Whoever presents nothing, with what they hold in a tenant.
    #[must_use]
    pub fn known_anonymous(&self, tenant: &Arc<str>) -> Arc<Known> {
        self.known(Subject::anonymous(Arc::clone(tenant)))
    }

    /// What somebody holds in a tenant; `elsewhere` is how they are known outside their own. A static credential, an API key,
    /// and a token that names its tenant and hands out permissions work in their own tenant alone. Where a provider serves
    /// several tenants, the logins and groups of one of them mean nobody in another: who comes from there is known by their id.
    ///
    /// # Errors
    /// As [`Snapshot::permissions`].
    pub fn held_in(
        &self,
        subject: &Subject,
        elsewhere: &Subject,
        tenant: &Arc<str>,
        names_tenant: bool,
    ) -> Result<PermissionSet, ResolveError> {
        match self.there(subject, elsewhere, tenant, names_tenant) {
            There::Same => self.permissions(subject),
            There::Nobody => Ok(PermissionSet::empty(self.catalog())),
            There::Other(there) => self.permissions(&there),
        }
    }

    /// As whom somebody is known in a tenant.
    pub(super) fn there(
        &self,
        subject: &Subject,
        elsewhere: &Subject,
        tenant: &Arc<str>,
        names_tenant: bool,
    ) -> There {
        if subject.tenant == *tenant {
            return There::Same;
        }
        let is_bound = self.credential_of(subject).is_some() || *subject.kind == *Kind::API_KEY.as_str();
        if is_bound || (names_tenant && subject.is_handed_permissions()) {
            return There::Nobody;
        }
        There::Other(Box::new(elsewhere_in(elsewhere, tenant, names_tenant)))
    }
}

/// As whom a tenant knows somebody.
pub(super) enum There {
    /// As themselves: it is theirs.
    Same,
    /// As nobody.
    Nobody,
    /// As this.
    Other(Box<Subject>),
}

/// Somebody as another tenant knows them.
pub(super) fn elsewhere_in(elsewhere: &Subject, tenant: &Arc<str>, names_tenant: bool) -> Subject {
    let mut there = elsewhere.clone();
    there.tenant = Arc::clone(tenant);
    // What a source says of them is said in a tenant.
    there.outside = Outside::Unasked;
    if names_tenant {
        there.login = None;
        there.groups.clear();
    }
    there
}
