//! A policy, ready to answer: who is meant, what they hold, who may ask.

mod assembled;
mod compiled;
mod draft;
mod elsewhere;
mod holding;
mod identified;
mod identity_rules;
mod lasting;
mod meant;
mod outside;
mod part;
mod reach;

use std::sync::Arc;

use casemate_identity::{Chain, ChainError, Identity, Kind};
use casemate_permission::{Catalog, PermissionSet};

use crate::known::{Known, Place, Presented};
use crate::outside::Outside;
use crate::policy::{Credential, Person, Policy};
use crate::subject::Subject;
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

pub(crate) use assembled::{Assembled, Scope};
pub(crate) use compiled::Compiled;
use compiled::Sets;
pub(crate) use holding::compiled_sets;
pub(crate) use identified::Program;
pub use meant::is_of_people;
pub(crate) use reach::{AllNamed, Digest, Named, Reach};

/// One revision of everything that decides. Immutable: a request is answered from one snapshot from its beginning to
/// its end.
#[derive(Debug)]
pub struct Snapshot {
    revision: i64,
    chain: Chain,
    compiled: Arc<Compiled>,
}

/// Why it cannot be said what somebody holds. Whoever asks is to deny.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// People of several providers have this type and id.
    #[error("several providers know a {kind} `{id}`, and the request does not say which one is meant")]
    Ambiguous {
        /// The subject's type.
        kind: String,
        /// The subject's id.
        id: String,
    },
    /// They were deactivated or deleted.
    #[error("the directory says that the {kind} `{id}` is not active any more")]
    Inactive {
        /// The subject's type.
        kind: String,
        /// The subject's id.
        id: String,
    },
    /// A source handed out what it may not, or what is no permission.
    #[error("the source `{source_name}` fails: {problem}")]
    Source {
        /// The source's name.
        source_name: String,
        /// What is wrong.
        problem: String,
    },
    /// A rule of their provider, by which they are in groups, cannot be answered.
    #[error("a mapping rule of the provider `{provider_name}` fails: {problem}")]
    Mapping {
        /// The provider's name.
        provider_name: String,
        /// What is wrong.
        problem: String,
    },
    /// The permissions could not be compiled together.
    #[error("the permissions cannot be compiled: {0}")]
    Compile(String),
}

impl Snapshot {
    /// A policy by itself: it answers who holds what, and nobody can sign in to it.
    ///
    /// # Errors
    /// Never in practice: only authenticators can contradict each other, and there are none.
    pub fn offline(policy: Policy) -> Result<Snapshot, ChainError> {
        let compiled = Compiled::new(Assembled::of_policy(policy), &[], Arc::default());
        Ok(Snapshot::new(1, Arc::new(compiled), Chain::new(Vec::new())?))
    }

    pub(crate) fn new(revision: i64, compiled: Arc<Compiled>, chain: Chain) -> Snapshot {
        Snapshot { revision, chain, compiled }
    }

    /// The same at a later revision, which changed nothing that decides.
    pub(crate) fn at(&self, revision: i64) -> Snapshot {
        Snapshot { revision, chain: self.chain.clone(), compiled: Arc::clone(&self.compiled) }
    }

    pub(crate) fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    /// Its number: it rises whenever something was changed.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Who says who is calling.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The applications and their schemas.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.compiled.catalog
    }

    /// Whether all decisions are recorded, or only those that were not allowed; nothing where no setting says it.
    #[must_use]
    pub fn records_all(&self) -> Option<bool> {
        self.compiled.settings.records_all
    }

    /// Which share of the questions is logged, as a number of 2^64; 0 where none is.
    #[must_use]
    pub fn logged_share(&self) -> u64 {
        self.compiled.settings.logged_share
    }

    /// How long logged questions are kept, in microseconds, and how many bytes of them; nothing where no setting says it.
    #[must_use]
    pub fn logged_bounds(&self) -> (Option<i64>, Option<u64>) {
        (self.compiled.settings.longest_log, self.compiled.settings.largest_log)
    }

    /// Whether an API key of this id is in force.
    #[must_use]
    pub fn has_key(&self, id: &str) -> bool {
        self.compiled.keys.grant(id).is_some()
    }

    /// What every server logs, as levels; nothing where no setting says it.
    #[must_use]
    pub fn log_levels(&self) -> Option<&str> {
        self.compiled.settings.log_levels.as_deref()
    }

    /// The longest that an API key may live, in microseconds; nothing where no setting says it.
    #[must_use]
    pub fn longest_key_life(&self) -> Option<i64> {
        self.compiled.settings.longest_key_life
    }

    /// The longest that a temporary credential may live, in microseconds; nothing where no setting says it.
    #[must_use]
    pub fn longest_temporary_life(&self) -> Option<i64> {
        self.compiled.settings.longest_temporary_life
    }

    /// The static credential that this caller presented, where it is one.
    #[must_use]
    pub fn credential_of(&self, caller: &Subject) -> Option<&Arc<Credential>> {
        self.compiled.credential_of(caller)
    }

    /// The application that the caller's credential or API key is bound to. A key that is not in force any more is bound to one
    /// that is not there, whose id is empty, and never to all.
    #[must_use]
    pub fn application_of(&self, caller: &Subject) -> Option<Arc<str>> {
        if *caller.provider == *API_KEY_PROVIDER {
            let grant = caller.id.as_deref().and_then(|id| self.compiled.keys.grant(id));
            return grant.map_or_else(|| Some("".into()), |grant| grant.application.clone());
        }
        self.credential_of(caller)?.application.clone()
    }

    /// A caller, with what the directory knows about them beside what their credential says. A credential that says no
    /// tenant leaves it to the directory, where that knows them in exactly one.
    #[must_use]
    pub fn caller(&self, identity: &Identity) -> Subject {
        let mut caller = Subject::of_identity(identity);
        caller.sourced = self.compiled.sourced(identity);
        // Of whoever came by another provider theirs says nothing: a rule that asks for what is missing would be true.
        if identity.via.is_none() {
            self.compiled.map(&mut caller);
        }
        let Some(id) = caller.id.as_deref() else { return caller };
        let known = self.compiled.tenants_of(&caller.provider, &caller.kind, id);
        let tenant = match (identity.tenant.is_some(), known) {
            (true, known) => known.iter().find(|tenant| **tenant == caller.tenant),
            (false, [only]) => Some(only),
            (false, _) => None,
        };
        let known = |tenant| self.compiled.person_of(tenant, &caller.provider, &caller.kind, id);
        match tenant.and_then(|tenant| known(tenant)) {
            Some(person) => caller.enriched(person),
            None => caller,
        }
    }

    /// A caller whom the directory knows as this user. A credential that says another tenant than the user's tells of
    /// somebody else there, of whom the directory says nothing.
    #[must_use]
    pub fn caller_as(&self, identity: &Identity, user: Option<&Person>) -> Subject {
        let caller = self.caller(identity);
        match user {
            Some(user) if identity.tenant.as_deref().is_none_or(|tenant| *tenant == *user.tenant) => {
                caller.enriched(user)
            }
            _ => caller,
        }
    }

    /// A caller with what they hold. It is found out once for each identity that is presented.
    #[must_use]
    pub fn known_caller(&self, identity: &Arc<Identity>) -> Arc<Known> {
        self.known_caller_as(identity, None)
    }

    /// A caller whom the directory knows as this user, with what they hold.
    #[must_use]
    pub fn known_caller_as(&self, identity: &Arc<Identity>, user: Option<&Arc<Person>>) -> Arc<Known> {
        self.known_presented(identity, user, Outside::Unasked)
    }

    fn known_presented(
        &self,
        identity: &Arc<Identity>,
        user: Option<&Arc<Person>>,
        outside: Outside,
    ) -> Arc<Known> {
        let presented = Presented {
            identity: Place(Arc::clone(identity)),
            user: user.map(|user| Place(Arc::clone(user))),
            outside,
        };
        let known = |presented: &Presented| {
            let mut subject = self.caller_as(identity, user.map(|user| &**user));
            subject.outside = presented.outside.clone();
            self.known(subject)
        };
        self.compiled.callers.get(presented, known)
    }

    fn known(&self, subject: Subject) -> Arc<Known> {
        let permissions = self.permissions(&subject);
        Arc::new(self.known_with(subject, permissions))
    }

    fn known_with(&self, subject: Subject, permissions: Result<PermissionSet, ResolveError>) -> Known {
        let application = self.application_of(&subject);
        Known::new(subject, application, permissions)
    }

    /// What somebody holds. The same set is handed out again for whoever holds the same.
    ///
    /// # Errors
    /// Where a source fails, or their permissions cannot be compiled together.
    pub fn permissions(&self, subject: &Subject) -> Result<PermissionSet, ResolveError> {
        self.set_of(subject, &self.compiled.sets)
    }

    fn set_of(&self, subject: &Subject, kept: &Sets) -> Result<PermissionSet, ResolveError> {
        if let Some(problem) = &subject.unmapped {
            let provider_name = subject.provider.to_string();
            return Err(ResolveError::Mapping { provider_name, problem: problem.to_string() });
        }
        let compiled = &*self.compiled;
        let part = compiled.part(&subject.tenant);
        if let Some(problem) = &part.problem {
            return Err(ResolveError::Compile(problem.to_string()));
        }
        let credential = compiled.credential_of(subject).map(|credential| &**credential);
        kept.get(compiled.holding(subject)?, |holding| compiled.compile(part, holding, credential))
    }

    /// As [`Snapshot::permissions`], of one of many who are gone through: what is kept of it takes no place of others.
    ///
    /// # Errors
    /// As [`Snapshot::permissions`].
    pub fn permissions_apart(&self, subject: &Subject) -> Result<PermissionSet, ResolveError> {
        self.set_of(subject, &self.compiled.sets_apart)
    }

    /// Whether a provider of this name vouches for users.
    #[must_use]
    pub fn vouches(&self, provider: &str) -> bool {
        self.compiled.vouching().iter().any(|known| **known == *provider)
    }

    /// What a service account holds by itself, without the narrowing of any of its keys.
    ///
    /// # Errors
    /// As [`Snapshot::permissions`].
    pub(crate) fn account_permissions(
        &self,
        tenant: &str,
        account: &str,
    ) -> Result<PermissionSet, ResolveError> {
        let service = Kind::SERVICE;
        self.permissions(&Subject::new(OWN_PROVIDER.into(), service.as_str(), Some(account), tenant.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_in_force_any_more_is_bound_to_nothing_that_is_there() {
        let snapshot = Snapshot::offline(Policy::empty()).unwrap();
        let key = Kind::API_KEY;
        for id in [Some("AAAAAAAAAAAAAAAA"), None] {
            let revoked = Subject::new(API_KEY_PROVIDER.into(), key.as_str(), id, "default".into());
            let bound = snapshot.application_of(&revoked);
            assert!(bound.is_some_and(|bound| snapshot.catalog().application(&bound).is_none()), "{id:?}");
        }
    }
}
