//! A policy with what finds things in it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_identity::Identity;
use casemate_identity::provider::Provider;
use casemate_permission::{Catalog, PermissionSet};

use super::ResolveError;
use super::holding::Holding;
use super::lasting::Lasting;
use crate::index::{By, Index, KeyRef};
use crate::keys::Keys;
use crate::known::{Known, Place, Presented};
use crate::outside::{Read, Running};
use crate::policy::{
    Assignment, Credential, InForce, Mapping, Person, Policy, Roles, Source, SourceFrom, Who, in_force,
};
use crate::sets::Kept;
use crate::subject::{Sourced, Subject};
use crate::{CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// What is kept of compiled sets, in bytes; when there is more, those that nobody asked for lately are forgotten.
const SETS: usize = 64 << 20;
/// The same of whoever is searched for.
const SETS_APART: usize = 8 << 20;
/// What is kept of callers with what they hold and what their credentials said, in bytes.
const CALLERS: usize = 16 << 20;
/// What is kept of those who were asked about, in bytes: of those whom the policy knows, and of users of the directory.
const ASKED_ABOUT: usize = 16 << 20;

/// What is compiled, by what it is compiled of.
pub(super) type Sets = Kept<Holding, Result<PermissionSet, ResolveError>>;

/// A policy with its indexes. Several revisions share one where nothing of it was changed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(super) catalog: Catalog,
    pub(super) roles: Roles,
    pub(super) people: Vec<Person>,
    pub(super) people_index: Index,
    pub(super) assignments: Vec<Assignment>,
    pub(super) assignment_index: Index,
    pub(super) credentials: HashMap<Box<str>, Arc<Credential>>,
    pub(super) mismatches: Vec<crate::policy::Mistake>,
    /// The places of those that make an administrator.
    pub(super) administering: Vec<usize>,
    /// The names of the service accounts, by id.
    pub(super) account_names: HashMap<Box<str>, Box<str>>,
    /// The ids of the service accounts that are disabled.
    pub(super) disabled_accounts: HashSet<Box<str>>,
    pub(super) sources: Vec<Source>,
    /// Whether one of them is outside Casemate, and is asked.
    pub(super) has_outside: bool,
    /// Those that are asked, as they run, by the places of `sources`. Without one, what it says cannot be known.
    pub(super) running: Vec<Option<Running>>,
    pub(super) mappings: HashMap<Box<str>, Mapping>,
    pub(super) settings: InForce,
    pub(super) keys: Arc<Keys>,
    /// The provider of whoever nobody knows: the only one there is.
    pub(super) sole_provider: Arc<str>,
    /// The names of those who vouch for users: the providers, and Casemate itself.
    pub(super) vouching: Vec<Arc<str>>,
    /// As they are configured.
    pub(super) providers: Vec<Provider>,
    /// The numbers of what is held, by which sets are kept.
    pub(super) lasting: Lasting,
    /// Shared with the revisions before, as long as these mean the same by what sets are compiled of.
    pub(super) sets: Arc<Sets>,
    /// The same of whoever is searched for: a search that goes through everybody takes the place of nothing that decisions need.
    pub(super) sets_apart: Sets,
    pub(super) callers: Kept<Presented, Arc<Known>>,
    /// Those of `people` who were asked about, by their places.
    pub(super) asked_about: Kept<u32, Arc<Known>>,
    /// Users of the directory who were asked about.
    pub(super) users_asked_about: Kept<Place<Person>, Arc<Known>>,
}

impl Compiled {
    pub(crate) fn new(
        policy: Policy,
        credentials: HashMap<Box<str>, Arc<Credential>>,
        keys: Arc<Keys>,
    ) -> Compiled {
        Compiled::after(None, policy, credentials, keys)
    }

    /// As [`Compiled::new`], with the sets of a revision `before` whose schemas and sources are the same.
    pub(crate) fn after(
        before: Option<&Compiled>,
        policy: Policy,
        credentials: HashMap<Box<str>, Arc<Credential>>,
        keys: Arc<Keys>,
    ) -> Compiled {
        let lasting = Lasting::new(
            before.map(|before| &before.lasting),
            &policy.roles,
            &policy.assignments,
            credentials.values().map(|credential| &**credential),
        );
        let administering = policy.administering_places();
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
            catalog: before.map_or(policy.catalog, |before| before.catalog.clone()),
            roles: policy.roles,
            people,
            people_index,
            assignments: policy.assignments,
            assignment_index,
            credentials,
            mismatches: policy.mismatches,
            administering,
            account_names,
            disabled_accounts: policy.disabled_accounts,
            has_outside: policy.sources.iter().any(Source::is_outside),
            sources: policy.sources,
            running: Vec::new(),
            mappings: policy.mappings,
            settings: InForce::of(&policy.settings),
            keys,
            sole_provider,
            vouching,
            providers: policy.providers,
            lasting,
            sets: before.map_or_else(|| Arc::new(Kept::new(SETS, of_set)), |before| Arc::clone(&before.sets)),
            sets_apart: Kept::new(SETS_APART, of_set),
            callers: Kept::new(CALLERS, |presented, known| of_known(known, presented.claims_bytes())),
            asked_about: Kept::new(ASKED_ABOUT, |_, known| of_known(known, 0)),
            users_asked_about: Kept::new(ASKED_ABOUT, |_, known| of_known(known, 0)),
        }
    }

    /// With the sources outside Casemate as they run.
    pub(crate) fn asking(mut self, running: Vec<Option<Running>>) -> Compiled {
        self.running = running;
        self
    }

    /// The stored permissions that the schemas make errors of.
    pub(crate) fn mismatches(&self) -> &[crate::policy::Mistake] {
        &self.mismatches
    }

    /// How many assignments make an administrator of the installation at `now`.
    pub(crate) fn administrators(&self, now: i64) -> usize {
        self.administering(now).count()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn credential_of(&self, caller: &Subject) -> Option<&Arc<Credential>> {
        if *caller.provider != *CREDENTIAL_PROVIDER {
            return None;
        }
        self.credentials.get(caller.id.as_deref()?)
    }

    /// What the verified claims of an identity hold for sources of permissions.
    pub(super) fn sourced(&self, identity: &Identity) -> Box<[Sourced]> {
        let read = |(place, source): (usize, &Source)| {
            if *source.provider != *identity.provider {
                return None;
            }
            let SourceFrom::Claim(claim) = &source.from else { return None };
            let permissions = identity.claims.get(&**claim)?;
            Some(Sourced { source: u32::try_from(place).ok()?, permissions: permissions.to_string().into() })
        };
        self.sources.iter().enumerate().filter_map(read).collect()
    }

    /// Whether a source of permissions reads this claim.
    pub(crate) fn reads(&self, claim: &str) -> bool {
        self.sources.iter().any(|source| match &source.from {
            SourceFrom::Claim(read) => **read == *claim,
            SourceFrom::Http(endpoint) => {
                endpoint.reads.iter().any(|read| matches!(read, Read::Claim(name) if **name == *claim))
            }
            SourceFrom::File(_) => false,
        })
    }

    /// The sources outside Casemate that tell of somebody, with their places.
    pub(super) fn telling_of<'c>(&'c self, subject: &'c Subject) -> impl Iterator<Item = (u32, &'c Source)> {
        let tells =
            |(_, source): &(u32, &Source)| source.tells_of(&subject.tenant, &subject.provider, &subject.kind);
        (0_u32..).zip(&self.sources).filter(tells)
    }

    /// The provider of whose people a source tells.
    pub(crate) fn provider_of_source(&self, name: &str) -> Option<Arc<str>> {
        let source = self.sources.iter().find(|source| *source.name == *name)?;
        Some(Arc::clone(&source.provider))
    }

    /// The rules of all providers that have some.
    pub(crate) fn mappings(&self) -> impl Iterator<Item = &Mapping> {
        self.mappings.values()
    }

    /// The rules of a provider, where it has some.
    pub(crate) fn mapping_of(&self, provider: &str) -> Option<&Mapping> {
        self.mappings.get(provider)
    }

    /// What is assigned to somebody.
    pub(crate) fn assignments_of(&self, subject: &Subject) -> impl Iterator<Item = &Assignment> {
        let places = self.assigned(subject).0.into_iter();
        places.filter_map(|place| self.assignments.get(place as usize))
    }

    /// Adds the groups that a caller is in by the rules of their provider, of whom nothing but their credential is known yet.
    pub(super) fn map(&self, caller: &mut Subject) {
        let Some(mapping) = self.mappings.get(&*caller.provider) else { return };
        match mapping.groups(&caller.claims, &caller.groups) {
            Ok(groups) => caller.groups.extend(groups),
            Err(problem) => caller.unmapped = Some(problem.into()),
        }
    }

    pub(crate) fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The assignments that make an administrator of the installation at `now`.
    pub(crate) fn administering(&self, now: i64) -> impl Iterator<Item = &Assignment> {
        in_force(&self.assignments, self.administering.iter().copied(), now)
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

    /// The assignments that another revision has not, or not as they are here.
    pub(crate) fn assignments_missing_in<'c>(
        &'c self,
        other: &'c Compiled,
    ) -> impl Iterator<Item = &'c Assignment> {
        let places = self.lasting.places_missing_in(&other.lasting);
        places.filter_map(|place| self.assignments.get(place as usize))
    }

    /// The id of the service account that a name means in a tenant.
    pub(crate) fn account_named(&self, tenant: &str, name: &str) -> Option<&str> {
        let is_meant = |account: &&Person| {
            *account.provider == *OWN_PROVIDER
                && *account.tenant == *tenant
                && account.login.as_deref() == Some(name)
        };
        self.people.iter().find(is_meant).map(|account| &*account.id)
    }

    /// The provider of whoever nobody knows.
    pub(crate) fn sole_provider(&self) -> &Arc<str> {
        &self.sole_provider
    }

    /// The tenants in which the policy knows somebody.
    pub(crate) fn tenants_of(&self, provider: &str, kind: &str, id: &str) -> impl Iterator<Item = Arc<str>> {
        let places = self.people_index.get(KeyRef::new(By::IdInAnyTenant, &[provider, kind, id]));
        places.iter().filter_map(|place| self.person(*place)).map(|person| Arc::clone(&person.tenant))
    }

    pub(super) fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }
}

/// What a compiled set takes; one that failed is not kept.
fn of_set(holding: &Holding, set: &Result<PermissionSet, ResolveError>) -> Option<usize> {
    Some(holding.bytes() + set.as_ref().ok()?.heap_bytes())
}

/// What somebody takes, their set included, which nothing else may keep; whoever's set failed is not kept.
fn of_known(known: &Arc<Known>, claims: usize) -> Option<usize> {
    let Known { subject, permissions, .. } = &**known;
    Some(size_of::<Known>() + claims + subject.bytes() + permissions.as_ref().ok()?.heap_bytes())
}
