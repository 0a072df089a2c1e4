//! Whom an opaque id means, as far as the policy and the API keys say.

use std::sync::Arc;

use casemate_identity::{Kind, Timestamp};

use super::Snapshot;
use crate::OWN_PROVIDER;
use crate::known::Known;
use crate::policy::Person;
use crate::subject::Subject;

/// Whom an id means that no user has.
pub(crate) enum Program {
    /// Nobody.
    Nobody,
    /// An API key or a service account that may do nothing any more.
    Inactive,
    /// An API key or a service account, and when that ends.
    One(Arc<Known>, Option<i64>),
}

impl Snapshot {
    /// The API key or service account of a tenant with this id, at `now`.
    pub(crate) fn program(&self, tenant: &str, id: &str, now: Timestamp) -> Program {
        let compiled = &self.compiled;
        if let Some(key) = id.parse().ok().and_then(|id| compiled.keys.ring().get(&id)) {
            let Some(grant) = compiled.keys.grant(id) else { return Program::Nobody };
            if key.identity.tenant.as_deref() != Some(tenant) {
                return Program::Nobody;
            }
            let has_ended = key.expires_at.is_some_and(|end| now >= end);
            let is_early = key.not_before.is_some_and(|start| now < start);
            let is_disabled = self.is_disabled_account(&grant.account);
            if has_ended || is_early || is_disabled {
                return Program::Inactive;
            }
            return Program::One(self.known_caller(&key.identity), key.expires_at.map(|end| end.0));
        }
        let service = Kind::SERVICE;
        match compiled.person_of(tenant, OWN_PROVIDER, service.as_str(), id) {
            None => Program::Nobody,
            Some(_) if self.is_disabled_account(id) => Program::Inactive,
            Some(account) => Program::One(self.known(Subject::from(account)), None),
        }
    }

    /// A user of the directory as a question about them means them; without an id where their provider has told none.
    pub(crate) fn subject_of_user(&self, user: &Person, has_id: bool) -> Subject {
        let compiled = &self.compiled;
        let mut subject = match compiled.person_of(&user.tenant, &user.provider, &user.kind, &user.id) {
            Some(person) if has_id => Subject::from(person).enriched(user),
            _ => Subject::from(user),
        };
        if !has_id {
            subject.id = None;
        }
        subject
    }

    fn is_disabled_account(&self, id: &str) -> bool {
        self.compiled.is_disabled(OWN_PROVIDER, Kind::SERVICE.as_str(), id)
    }
}
