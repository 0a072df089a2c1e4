//! A policy, ready to answer: who is meant, what they hold, who may ask.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_identity::{Chain, ChainError, Identity, Kind};
use casemate_permission::{Catalog, Grant, Origin, OriginKind, PermissionSet};

use crate::CREDENTIAL_PROVIDER;
use crate::index::{By, Index, KeyRef};
use crate::policy::{Assignment, Credential, Person, Policy, Role, Who};
use crate::sets::Kept;
use crate::subject::Subject;

/// The most compiled sets that are kept; when there are more, those that nobody asked for lately are forgotten.
const MAX_CACHED: usize = 4_096;

/// One revision of everything that decides. Immutable: a request is answered from one snapshot from its beginning to
/// its end.
#[derive(Debug)]
pub struct Snapshot {
    revision: i64,
    chain: Chain,
    catalog: Catalog,
    roles: Vec<Role>,
    people: Vec<Person>,
    people_index: Index,
    assignments: Vec<Assignment>,
    assignment_index: Index,
    credentials: HashMap<Box<str>, Arc<Credential>>,
    /// The provider of whoever nobody knows: the only one there is.
    sole_provider: Arc<str>,
    sets: Kept<Holding, Result<PermissionSet, ResolveError>>,
}

/// Whose permissions are the same: those with the same assignments and the same credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Holding {
    assignments: Box<[u32]>,
    credential: Option<Box<str>>,
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
        Ok(Snapshot::new(1, policy, HashMap::new(), Chain::new(Vec::new())?))
    }

    pub(crate) fn new(
        revision: i64,
        policy: Policy,
        credentials: HashMap<Box<str>, Arc<Credential>>,
        chain: Chain,
    ) -> Snapshot {
        let mut people_index = Index::default();
        for (place, person) in policy.people.iter().enumerate() {
            let Person { tenant, provider, kind, id, .. } = person;
            people_index.insert(KeyRef::new(By::Id, &[tenant, provider, kind, id]), place);
            people_index.insert(KeyRef::new(By::IdAnywhere, &[tenant, kind, id]), place);
            people_index.insert(KeyRef::new(By::IdInAnyTenant, &[provider, kind, id]), place);
        }
        let mut assignment_index = Index::default();
        for (place, Assignment { tenant, recipient, .. }) in policy.assignments.iter().enumerate() {
            let provider = &*recipient.provider;
            let key = match &recipient.who {
                Who::Id { kind, id } => KeyRef::new(By::Id, &[tenant, provider, kind, id]),
                Who::Login { kind, login } => KeyRef::new(By::Login, &[tenant, provider, kind, login]),
                Who::Group { kind: None, group } => KeyRef::new(By::Group, &[tenant, provider, group]),
                Who::Group { kind: Some(kind), group } => {
                    KeyRef::new(By::GroupOfKind, &[tenant, provider, kind, group])
                }
            };
            assignment_index.insert(key, place);
        }
        let sole_provider = match policy.providers.as_slice() {
            [only] => only.name().into(),
            _ => "".into(),
        };
        Snapshot {
            revision,
            chain,
            catalog: policy.catalog,
            roles: policy.roles,
            people: policy.people,
            people_index,
            assignments: policy.assignments,
            assignment_index,
            credentials,
            sole_provider,
            sets: Kept::new(MAX_CACHED),
        }
    }

    /// Its number: it rises whenever what decides was replaced.
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
        &self.catalog
    }

    /// The static credential that this caller presented, where it is one.
    #[must_use]
    pub fn credential_of(&self, caller: &Subject) -> Option<&Arc<Credential>> {
        if *caller.provider != *CREDENTIAL_PROVIDER {
            return None;
        }
        self.credentials.get(caller.id.as_deref()?)
    }

    /// A caller, with what the directory knows about them beside what their credential says. A credential that says no
    /// tenant leaves it to the directory, where that knows them in exactly one.
    #[must_use]
    pub fn caller(&self, identity: &Identity) -> Subject {
        let caller = Subject::of_identity(identity);
        let Some(id) = caller.id.as_deref() else { return caller };
        let key = if identity.tenant.is_some() {
            KeyRef::new(By::Id, &[&caller.tenant, &caller.provider, &caller.kind, id])
        } else {
            KeyRef::new(By::IdInAnyTenant, &[&caller.provider, &caller.kind, id])
        };
        match self.people_index.get(key) {
            [only] => match self.person(*only) {
                Some(person) => caller.enriched(person),
                None => caller,
            },
            _ => caller,
        }
    }

    /// The somebody that is meant by a type and an id in a tenant: the caller themselves, somebody the directory knows,
    /// or somebody about whom nothing else is known.
    ///
    /// # Errors
    /// Where several people could be meant.
    pub fn subject(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
    ) -> Result<Subject, ResolveError> {
        if kind == Kind::ANONYMOUS.as_str() {
            return Ok(Subject::anonymous(Arc::clone(tenant)));
        }
        let known = self.people_index.get(KeyRef::new(By::IdAnywhere, &[tenant, kind, id]));
        let is_caller =
            *caller.kind == *kind && caller.id.as_deref() == Some(id) && *caller.tenant == **tenant;
        let known = match known {
            [] => None,
            [only] => self.person(*only),
            _ => return Err(ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() }),
        };
        match (known, is_caller) {
            (None, false) => {
                Ok(Subject::new(Arc::clone(&self.sole_provider), kind, Some(id), Arc::clone(tenant)))
            }
            (None, true) => Ok(caller.clone()),
            (Some(person), false) => Ok(Subject::from(person)),
            // The caller's directory values are part of them already.
            (Some(person), true) if person.provider == caller.provider => Ok(caller.clone()),
            (Some(_), true) => Err(ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() }),
        }
    }

    /// What somebody holds. The same set is handed out again for whoever holds the same.
    ///
    /// # Errors
    /// Where their permissions cannot be compiled together.
    pub fn permissions(&self, subject: &Subject) -> Result<PermissionSet, ResolveError> {
        self.sets.get(self.holding(subject), |holding| self.compile(holding))
    }

    fn holding(&self, subject: &Subject) -> Holding {
        let Subject { tenant, provider, kind, .. } = subject;
        let mut places: Vec<u32> = Vec::new();
        let mut add = |key| places.extend_from_slice(self.assignment_index.get(key));
        add(KeyRef::new(By::Id, &[tenant, provider, kind, subject.id.as_deref().unwrap_or_default()]));
        if let Some(login) = &subject.login {
            add(KeyRef::new(By::Login, &[tenant, provider, kind, login]));
        }
        for group in &subject.groups {
            add(KeyRef::new(By::Group, &[tenant, provider, group]));
            add(KeyRef::new(By::GroupOfKind, &[tenant, provider, kind, group]));
        }
        places.sort_unstable();
        places.dedup();
        let credential = self.credential_of(subject).map(|credential| credential.id.clone());
        Holding { assignments: places.into(), credential }
    }

    fn compile(&self, holding: &Holding) -> Result<PermissionSet, ResolveError> {
        let mut builder = PermissionSet::builder(&self.catalog);
        for place in &holding.assignments {
            let Some(assignment) = self.assignments.get(*place as usize) else { continue };
            let Some(role) = self.roles.get(assignment.role) else { continue };
            let via = via(&assignment.recipient.who);
            let grant = Arc::new(Grant {
                origin: Origin { kind: OriginKind::Role, name: role.name.to_string(), via },
                from: assignment.from,
                until: assignment.until,
            });
            for permission in &role.permissions {
                builder.add(permission.clone(), &grant);
            }
        }
        if let Some(credential) = holding.credential.as_ref().and_then(|id| self.credentials.get(id)) {
            let grant = Grant::always(OriginKind::Key, &credential.id);
            for permission in &credential.permissions {
                builder.add(permission.clone(), &grant);
            }
        }
        builder.build().map_err(|error| ResolveError::Compile(error.to_string()))
    }

    fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }
}

/// By what somebody came to an assignment, where not by themselves.
fn via(who: &Who) -> Option<String> {
    match who {
        Who::Group { group, .. } => Some(format!("group {group}")),
        Who::Id { .. } | Who::Login { .. } => None,
    }
}
