//! A policy, ready to answer: who is meant, what they hold, who may ask.

mod draft;
mod identity_rules;
mod reach;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_expression::Datum;
use casemate_identity::provider::Provider;
use casemate_identity::{Chain, ChainError, Identity, Kind};
use casemate_permission::{Catalog, Grant, Origin, OriginKind, Permission, PermissionSet};

use crate::index::{By, Index, KeyRef};
use crate::keys::{Keys, narrow};
use crate::known::{Known, Place, Presented};
use crate::people::{Meeting, Met};
use crate::policy::{
    Assigned, Assignment, Credential, HeldRole, InForce, Mapping, Person, Policy, Roles, Source, Who,
    administering,
};
use crate::sets::Kept;
use crate::subject::{Sourced, Subject};
use crate::temporary::narrowed;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

pub(crate) use reach::{AllNamed, Digest, Named, Reach};

/// The most compiled sets that are kept; when there are more, those that nobody asked for lately are forgotten.
const MAX_CACHED: usize = 4_096;

/// The most callers that are kept with what they hold: they keep what their credentials said.
const MAX_CALLERS: usize = 1_024;

/// One revision of everything that decides. Immutable: a request is answered from one snapshot from its beginning to
/// its end.
#[derive(Debug)]
pub struct Snapshot {
    revision: i64,
    chain: Chain,
    compiled: Arc<Compiled>,
}

/// A policy with its indexes. Several revisions share one where nothing of it was changed.
#[derive(Debug)]
pub(crate) struct Compiled {
    catalog: Catalog,
    roles: Roles,
    people: Vec<Person>,
    people_index: Index,
    assignments: Vec<Assignment>,
    assignment_index: Index,
    credentials: HashMap<Box<str>, Arc<Credential>>,
    mismatches: Vec<crate::policy::Mistake>,
    /// How many make an administrator, by when they begin to.
    administrators: Vec<i64>,
    /// The names of the service accounts, by id.
    account_names: HashMap<Box<str>, Box<str>>,
    /// The ids of the service accounts that are disabled.
    disabled_accounts: HashSet<Box<str>>,
    sources: Vec<Source>,
    mappings: HashMap<Box<str>, Mapping>,
    settings: InForce,
    keys: Arc<Keys>,
    /// The provider of whoever nobody knows: the only one there is.
    sole_provider: Arc<str>,
    /// The names of those who vouch for users: the providers, and Casemate itself.
    vouching: Vec<Arc<str>>,
    /// As they are configured.
    providers: Vec<Provider>,
    sets: Kept<Holding, Result<PermissionSet, ResolveError>>,
    callers: Kept<Presented, Arc<Known>>,
    /// Those of `people` who were asked about, by their places.
    asked_about: Kept<u32, Arc<Known>>,
    /// Users of the directory who were asked about.
    users_asked_about: Kept<Place<Person>, Arc<Known>>,
}

/// Who is meant by a type and an id.
enum Meant<'a> {
    Caller,
    /// Somebody whom the policy knows, at this place.
    Person(u32, &'a Person),
    /// A user of the directory.
    User(Arc<Person>),
    Stranger(Box<Subject>),
}

/// Whose permissions are the same: those with the same assignments, the same credential, the same narrowing of their API
/// key, and the same permissions from sources.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Holding {
    assignments: Box<[u32]>,
    credential: Option<Box<str>>,
    narrowing: Option<Arc<str>>,
    /// The names that their temporary credential may use at most.
    temporary: Option<Arc<str>>,
    sourced: Box<[Sourced]>,
}

/// Whether whoever is of a type may be a user of the directory: of whatever type a provider's tokens make them.
#[must_use]
pub fn is_of_people(kind: &str) -> bool {
    ![Kind::ANONYMOUS, Kind::SERVICE, Kind::API_KEY].iter().any(|other| other.as_str() == kind)
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
        let compiled = Compiled::new(policy, HashMap::new(), Arc::default());
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

    /// The application that the caller's credential or API key is bound to.
    #[must_use]
    pub fn application_of(&self, caller: &Subject) -> Option<Arc<str>> {
        if *caller.provider == *API_KEY_PROVIDER {
            return self.compiled.keys.grant(caller.id.as_deref()?)?.application.clone();
        }
        self.credential_of(caller)?.application.clone()
    }

    /// A caller, with what the directory knows about them beside what their credential says. A credential that says no
    /// tenant leaves it to the directory, where that knows them in exactly one.
    #[must_use]
    pub fn caller(&self, identity: &Identity) -> Subject {
        let mut caller = Subject::of_identity(identity);
        caller.sourced = self.compiled.sourced(identity);
        self.compiled.map(&mut caller);
        let Some(id) = caller.id.as_deref() else { return caller };
        let key = if identity.tenant.is_some() {
            KeyRef::new(By::Id, &[&caller.tenant, &caller.provider, &caller.kind, id])
        } else {
            KeyRef::new(By::IdInAnyTenant, &[&caller.provider, &caller.kind, id])
        };
        match self.compiled.people_index.get(key) {
            [only] => match self.compiled.person(*only) {
                Some(person) => caller.enriched(person),
                None => caller,
            },
            _ => caller,
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
        let presented = Presented {
            identity: Place(Arc::clone(identity)),
            user: user.map(|user| Place(Arc::clone(user))),
        };
        let known = |_: &Presented| self.known(self.caller_as(identity, user.map(|user| &**user)));
        self.compiled.callers.get(presented, known)
    }

    /// As [`Snapshot::subject`], with what they hold; and where a user of the directory is meant who was met, they.
    ///
    /// # Errors
    /// As [`Snapshot::subject`], and where they are not active any more.
    pub fn known_subject(
        &self,
        caller: &Arc<Known>,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Arc<Known>, ResolveError> {
        let compiled = &self.compiled;
        Ok(match self.meant(&caller.subject, tenant, kind, id, met)? {
            Meant::Caller => Arc::clone(caller),
            Meant::Person(place, person) => {
                compiled.asked_about.get(place, |_| self.known(Subject::from(person)))
            }
            Meant::User(user) => {
                compiled.users_asked_about.get(Place(user), |user| self.known(Subject::from(&*user.0)))
            }
            Meant::Stranger(subject) => self.known(*subject),
        })
    }

    fn known(&self, subject: Subject) -> Arc<Known> {
        let application = self.application_of(&subject);
        let permissions = self.permissions(&subject);
        Arc::new(Known { subject, application, permissions })
    }

    /// The somebody that is meant by a type and an id in a tenant: the caller themselves, somebody the policy knows, or
    /// somebody about whom nothing else is known. Users of the directory are not looked for.
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
        Ok(match self.meant(caller, tenant, kind, id, &Met::default())? {
            Meant::Caller => caller.clone(),
            Meant::Person(_, person) => Subject::from(person),
            Meant::User(user) => Subject::from(&*user),
            Meant::Stranger(subject) => *subject,
        })
    }

    fn meant(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Meant<'_>, ResolveError> {
        if kind == Kind::ANONYMOUS.as_str() {
            return Ok(Meant::Stranger(Box::new(Subject::anonymous(Arc::clone(tenant)))));
        }
        let known = self.compiled.people_index.get(KeyRef::new(By::IdAnywhere, &[tenant, kind, id]));
        let is_caller =
            *caller.kind == *kind && caller.id.as_deref() == Some(id) && *caller.tenant == **tenant;
        let ambiguous = || ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() };
        let known = match known {
            [] => None,
            [only] => self.compiled.person(*only).map(|person| (*only, person)),
            _ => return Err(ambiguous()),
        };
        let met = if is_of_people(kind) { met.get(tenant, id) } else { &Meeting::Nobody };
        // Whoever else is known by this id is meant as much as the caller, or whom the policy knows.
        let vouching = known.map(|(_, person)| &person.provider).or(is_caller.then_some(&caller.provider));
        match (met, vouching) {
            (Meeting::Nobody, _) => {}
            (Meeting::Several, _) => return Err(ambiguous()),
            (Meeting::Refused(of), vouching) => {
                if vouching.is_none_or(|provider| provider == of) {
                    return Err(ResolveError::Inactive { kind: kind.to_owned(), id: id.to_owned() });
                }
            }
            (Meeting::One(user), None) if *user.kind == *kind => return Ok(Meant::User(Arc::clone(user))),
            // As who presents a token of theirs that says this type.
            (Meeting::One(user), None) => {
                let stranger = Subject::new(Arc::clone(&user.provider), kind, Some(id), Arc::clone(tenant));
                return Ok(Meant::Stranger(Box::new(stranger.enriched(user))));
            }
            (Meeting::One(user), Some(provider)) if user.provider == *provider => {
                if let (Some((_, person)), false) = (known, is_caller) {
                    return Ok(Meant::Stranger(Box::new(Subject::from(person).enriched(user))));
                }
            }
            (Meeting::One(_), Some(_)) => return Err(ambiguous()),
        }
        match (known, is_caller) {
            (None, false) => {
                let provider = match kind == Kind::API_KEY.as_str() {
                    true => API_KEY_PROVIDER.into(),
                    false => Arc::clone(&self.compiled.sole_provider),
                };
                Ok(Meant::Stranger(Box::new(Subject::new(provider, kind, Some(id), Arc::clone(tenant)))))
            }
            (None, true) => Ok(Meant::Caller),
            (Some((_, Person { provider, .. })), _) if self.compiled.is_disabled(provider, kind, id) => {
                Err(ResolveError::Inactive { kind: kind.to_owned(), id: id.to_owned() })
            }
            (Some((place, person)), false) => Ok(Meant::Person(place, person)),
            // The caller's directory values are part of them already.
            (Some((_, person)), true) if person.provider == caller.provider => Ok(Meant::Caller),
            (Some(_), true) => Err(ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() }),
        }
    }

    /// What somebody holds. The same set is handed out again for whoever holds the same.
    ///
    /// # Errors
    /// Where a source fails, or their permissions cannot be compiled together.
    pub fn permissions(&self, subject: &Subject) -> Result<PermissionSet, ResolveError> {
        if let Some(problem) = &subject.unmapped {
            let provider_name = subject.provider.to_string();
            return Err(ResolveError::Mapping { provider_name, problem: problem.to_string() });
        }
        let compiled = &*self.compiled;
        compiled.sets.get(compiled.holding(subject), |holding| compiled.compile(holding))
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

impl Compiled {
    pub(crate) fn new(
        policy: Policy,
        credentials: HashMap<Box<str>, Arc<Credential>>,
        keys: Arc<Keys>,
    ) -> Compiled {
        let administrators = policy.administrators_from();
        let account_names = policy
            .accounts
            .iter()
            .map(|account| (account.id.clone(), account.login.clone().unwrap_or_default()))
            .collect();
        let mut people = policy.people;
        people.extend(policy.accounts);
        let mut people_index = Index::default();
        for (place, person) in people.iter().enumerate() {
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
        let mut vouching: Vec<Arc<str>> =
            policy.providers.iter().map(|provider| provider.name().into()).collect();
        vouching.push(OWN_PROVIDER.into());
        let sole_provider = match policy.providers.as_slice() {
            [only] => only.name().into(),
            _ => "".into(),
        };
        Compiled {
            catalog: policy.catalog,
            roles: policy.roles,
            people,
            people_index,
            assignments: policy.assignments,
            assignment_index,
            credentials,
            mismatches: policy.mismatches,
            administrators,
            account_names,
            disabled_accounts: policy.disabled_accounts,
            sources: policy.sources,
            mappings: policy.mappings,
            settings: InForce::of(&policy.settings),
            keys,
            sole_provider,
            vouching,
            providers: policy.providers,
            sets: Kept::new(MAX_CACHED),
            callers: Kept::new(MAX_CALLERS),
            asked_about: Kept::new(MAX_CACHED),
            users_asked_about: Kept::new(MAX_CALLERS),
        }
    }

    /// The stored permissions that the schemas make errors of.
    pub(crate) fn mismatches(&self) -> &[crate::policy::Mistake] {
        &self.mismatches
    }

    /// How many assignments make an administrator of the installation at `now`.
    pub(crate) fn administrators(&self, now: i64) -> usize {
        self.administrators.iter().filter(|from| **from <= now).count()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    fn credential_of(&self, caller: &Subject) -> Option<&Arc<Credential>> {
        if *caller.provider != *CREDENTIAL_PROVIDER {
            return None;
        }
        self.credentials.get(caller.id.as_deref()?)
    }

    /// What the verified claims of an identity hold for sources of permissions.
    fn sourced(&self, identity: &Identity) -> Box<[Sourced]> {
        let read = |(place, source): (usize, &Source)| {
            if *source.provider != *identity.provider {
                return None;
            }
            let permissions = identity.claims.get(&*source.claim)?;
            Some(Sourced { source: u32::try_from(place).ok()?, permissions: permissions.to_string().into() })
        };
        self.sources.iter().enumerate().filter_map(read).collect()
    }

    /// The rules of a provider, where it has some.
    pub(crate) fn mapping_of(&self, provider: &str) -> Option<&Mapping> {
        self.mappings.get(provider)
    }

    /// What is assigned to somebody.
    pub(crate) fn assignments_of(&self, subject: &Subject) -> impl Iterator<Item = &Assignment> {
        let places = self.holding(subject).assignments.into_iter();
        places.filter_map(|place| self.assignments.get(place as usize))
    }

    /// Adds the groups that a caller is in by the rules of their provider, of whom nothing but their credential is known yet.
    fn map(&self, caller: &mut Subject) {
        let Some(mapping) = self.mappings.get(&*caller.provider) else { return };
        match mapping.groups(&caller.claims, &caller.groups) {
            Ok(groups) => caller.groups.extend(groups),
            Err(problem) => caller.unmapped = Some(problem.into()),
        }
    }

    fn holding(&self, subject: &Subject) -> Holding {
        let Subject { tenant, provider, kind, login, groups, .. } = subject;
        let id = subject.id.as_deref().unwrap_or_default();
        let mut places = self.places(tenant, provider, kind, id, login.as_deref(), groups);
        let mut add = |key| places.extend_from_slice(self.assignment_index.get(key));
        // An API key holds what its account holds; an account is also known by its name.
        let key = (**provider == *API_KEY_PROVIDER).then(|| self.keys.grant(id)).flatten();
        let account = match &key {
            Some(key) => Some(&*key.account),
            None => (**provider == *OWN_PROVIDER).then_some(id),
        };
        if let Some(account) = account {
            let service = Kind::SERVICE;
            add(KeyRef::new(By::Id, &[tenant, OWN_PROVIDER, service.as_str(), account]));
            if let Some(name) = self.account_names.get(account) {
                add(KeyRef::new(By::Login, &[tenant, OWN_PROVIDER, service.as_str(), name]));
            }
        }
        places.sort_unstable();
        places.dedup();
        let credential = self.credential_of(subject).map(|credential| credential.id.clone());
        let narrowing = key.and_then(|key| key.permissions.clone());
        Holding {
            assignments: places.into(),
            credential,
            narrowing,
            temporary: subject.narrowing.clone(),
            sourced: subject.sourced.clone(),
        }
    }

    /// The assignments that name somebody by id, login or group.
    fn places(
        &self,
        tenant: &str,
        provider: &str,
        kind: &str,
        id: &str,
        login: Option<&str>,
        groups: &[String],
    ) -> Vec<u32> {
        let mut places: Vec<u32> = Vec::new();
        let mut add = |key| places.extend_from_slice(self.assignment_index.get(key));
        add(KeyRef::new(By::Id, &[tenant, provider, kind, id]));
        if let Some(login) = login {
            add(KeyRef::new(By::Login, &[tenant, provider, kind, login]));
        }
        for group in groups {
            add(KeyRef::new(By::Group, &[tenant, provider, group]));
            add(KeyRef::new(By::GroupOfKind, &[tenant, provider, kind, group]));
        }
        places
    }

    fn compile(&self, holding: &Holding) -> Result<PermissionSet, ResolveError> {
        let mut held: Vec<(Permission, Arc<Grant>)> = Vec::new();
        for place in &holding.assignments {
            let Some(assignment) = self.assignments.get(*place as usize) else { continue };
            for HeldRole { role, through, .. } in self.roles.held(assignment.assigned) {
                let via = self.via(assignment, through.map(|through| &*through.name));
                let grant = Arc::new(Grant {
                    origin: Origin { kind: OriginKind::Role, name: role.name.to_string(), via },
                    from: assignment.from,
                    until: assignment.until,
                });
                held.extend(role.permissions.iter().map(|held| (held.clone(), Arc::clone(&grant))));
            }
        }
        if let Some(credential) = holding.credential.as_ref().and_then(|id| self.credentials.get(id)) {
            let grant = Grant::always(OriginKind::Key, &credential.id);
            held.extend(credential.permissions.iter().map(|held| (held.clone(), Arc::clone(&grant))));
        }
        for sourced in &holding.sourced {
            self.add_sourced(sourced, &mut held)?;
        }
        if let Some(narrowing) = &holding.narrowing {
            held = narrow(&held, narrowing).map_err(ResolveError::Compile)?;
        }
        if let Some(temporary) = &holding.temporary {
            held = narrowed(&held, temporary).map_err(ResolveError::Compile)?;
        }
        let mut builder = PermissionSet::builder(&self.catalog);
        for (permission, grant) in held {
            builder.add(permission, &grant);
        }
        builder.build().map_err(|error| ResolveError::Compile(error.to_string()))
    }

    /// Adds what a source hands out; anything wrong with it fails the whole, so that no restriction is lost.
    fn add_sourced(
        &self,
        sourced: &Sourced,
        held: &mut Vec<(Permission, Arc<Grant>)>,
    ) -> Result<(), ResolveError> {
        let Some(source) = self.sources.get(sourced.source as usize) else { return Ok(()) };
        let failed = |problem: String| ResolveError::Source { source_name: source.name.to_string(), problem };
        let datum = Datum::from_json(&sourced.permissions).map_err(|error| failed(error.to_string()))?;
        let list = datum.as_list().ok_or_else(|| failed("the claim is no list".to_owned()))?;
        let grant = Grant::always(OriginKind::Source, &source.name);
        for entry in list {
            let permission = Permission::from_datum(entry).map_err(|error| failed(error.to_string()))?;
            source.ceiling.admits(&permission).map_err(|error| failed(error.to_string()))?;
            held.push((permission, Arc::clone(&grant)));
        }
        Ok(())
    }

    /// By what somebody came to a role, where not by itself and by themselves: the role that extends it, the team that it is
    /// of, and the group that they are in.
    pub(crate) fn via(&self, assignment: &Assignment, through: Option<&str>) -> Option<String> {
        let team = match assignment.assigned {
            Assigned::Team(place) => self.roles.team(place),
            Assigned::Role(_) => None,
        };
        let group = match &assignment.recipient.who {
            Who::Group { group, .. } => Some(group),
            Who::Id { .. } | Who::Login { .. } => None,
        };
        let ways = [
            through.map(|role| format!("role {role}")),
            team.map(|team| format!("team {}", team.name)),
            group.map(|group| format!("group {group}")),
        ];
        let ways: Vec<String> = ways.into_iter().flatten().collect();
        (!ways.is_empty()).then(|| ways.join(", "))
    }

    pub(crate) fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The assignments that make an administrator of the installation at `now`, of service accounts that are disabled too.
    pub(crate) fn administering(&self, now: i64) -> impl Iterator<Item = &Assignment> {
        administering(&self.assignments)
            .filter(move |assignment| assignment.from.is_none_or(|from| from.0 <= now))
    }

    /// Whom the policy knows in a tenant by provider, type and id.
    pub(crate) fn person_of(&self, tenant: &str, provider: &str, kind: &str, id: &str) -> Option<&Person> {
        let [place, ..] = self.people_index.get(KeyRef::new(By::Id, &[tenant, provider, kind, id])) else {
            return None;
        };
        self.person(*place)
    }

    /// The names of those who vouch for users.
    pub(crate) fn vouching(&self) -> &[Arc<str>] {
        &self.vouching
    }

    fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }
}
