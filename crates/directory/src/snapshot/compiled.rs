//! A policy with what finds things in it.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use casemate_identity::Identity;
use casemate_identity::provider::Provider;
use casemate_permission::PermissionSet;

use super::ResolveError;
use super::assembled::{Assembled, Base, Slot};
use super::holding::Holding;
use super::lasting::{Saying, said_by};
use super::part::Part;
use crate::index::{By, KeyRef};
use crate::keys::Keys;
use crate::kind::Kind;
use crate::known::{Known, Place, Presented};
use crate::model::SourceDocument;
use crate::outside::{Read, Running};
use crate::policy::{Assignment, Credential, Mapping, Person, Source, SourceFrom, in_force};
use crate::resources::ResourceSource;
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

/// A policy with what finds things in it. Several revisions share one where nothing of it was changed.
#[derive(Debug)]
pub(crate) struct Compiled {
    policy: Assembled,
    /// Those of the policy and those of the host, by name, each with what it says.
    pub(super) credentials: HashMap<Box<str>, (Arc<Credential>, Saying)>,
    /// Whether a source of permissions is outside Casemate, and is asked.
    pub(super) has_outside: bool,
    /// Those that are asked, as they run, by the places of the sources. Without one, what it says cannot be known.
    pub(super) running: Vec<Option<Running>>,
    pub(super) keys: Arc<Keys>,
    /// Shared with the revisions before, as long as these mean the same by what sets are compiled of.
    pub(super) sets: Arc<Sets>,
    /// The same of whoever is searched for: a search that goes through everybody takes the place of nothing that decisions need.
    pub(super) sets_apart: Sets,
    pub(super) callers: Kept<Presented, Arc<Known>>,
    /// Those whom the policy knows who were asked about, by their tenants, and their places there.
    pub(super) asked_about: Kept<(Arc<str>, u32), Arc<Known>>,
    /// Users of the directory who were asked about.
    pub(super) users_asked_about: Kept<Place<Person>, Arc<Known>>,
}

impl Deref for Compiled {
    type Target = Base;

    fn deref(&self) -> &Base {
        &self.policy.base
    }
}

impl Compiled {
    /// A policy with credentials beside its own.
    pub(crate) fn new(policy: Assembled, own: &[Credential], keys: Arc<Keys>) -> Compiled {
        Compiled::after(None, policy, own, keys)
    }

    /// As [`Compiled::new`], with the sets of a revision `before` whose schemas and sources are the same.
    pub(crate) fn after(
        before: Option<&Compiled>,
        policy: Assembled,
        own: &[Credential],
        keys: Arc<Keys>,
    ) -> Compiled {
        let credentials = policy.programs.credentials.iter().chain(own);
        let credentials = credentials
            .map(|credential| (credential.id.clone(), (Arc::new(credential.clone()), said_by(credential))))
            .collect();
        let has_outside = policy.base.sources.iter().any(Source::is_outside);
        Compiled {
            policy,
            credentials,
            has_outside,
            running: Vec::new(),
            keys,
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

    /// The sources that tell of resources, each as it is written.
    pub(crate) fn resource_sources(&self) -> &[(ResourceSource, Arc<SourceDocument>)] {
        &self.resource_sources
    }

    /// The sources of permissions.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    pub(crate) fn assembled(&self) -> &Assembled {
        &self.policy
    }

    /// What the policy says in a tenant.
    pub(crate) fn part(&self, tenant: &str) -> &Part {
        self.policy.part(tenant)
    }

    /// What the policy says in each tenant in which something may be assigned to whom a provider calls this.
    pub(crate) fn parts_naming(&self, id: &str) -> impl Iterator<Item = &Part> {
        // As it stands in a document; tenants that name nobody so are not compiled for that.
        let text = serde_json::Value::from(id).to_string();
        let names = move |slot: &Arc<Slot>| {
            let objects = slot.objects();
            objects.items().is_empty()
                || objects.of_kind(Kind::Assignment).iter().any(|object| object.body.contains(&text))
        };
        let slots = self.policy.slots.iter().map(|(_, slot)| slot).filter(move |slot| names(slot));
        std::iter::once(&self.home).chain(slots.map(|slot| slot.part(&self.around)))
    }

    /// Whether a role grants or denies by something of which the text is so, as it stands in documents.
    pub(crate) fn is_in_roles(&self, is_so: impl Fn(&str) -> bool) -> bool {
        let in_part = |part: &Part| {
            part.roles()
                .iter()
                .any(|role| role.permissions.iter().any(|permission| is_so(permission.as_json())))
        };
        in_part(&self.home)
            || self.policy.slots.iter().any(|(_, slot)| match slot.objects().items().is_empty() {
                true => in_part(slot.part(&self.around)),
                false => slot.objects().of_kind(Kind::Role).iter().any(|role| is_so(&role.body)),
            })
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
        self.credentials.get(caller.id.as_deref()?).map(|(credential, _)| credential)
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
        let assignments = self.part(&subject.tenant).assignments();
        let places = self.assigned(subject).0.into_iter();
        places.filter_map(|place| assignments.get(place as usize))
    }

    /// Adds the groups that a caller is in by the rules of their provider, of whom nothing but their credential is known yet.
    pub(super) fn map(&self, caller: &mut Subject) {
        let Some(mapping) = self.mappings.get(&*caller.provider) else { return };
        match mapping.groups(&caller.claims, &caller.groups) {
            Ok(groups) => caller.groups.extend(groups),
            Err(problem) => caller.unmapped = Some(problem.into()),
        }
    }

    /// The assignments that make an administrator of the installation at `now`.
    pub(crate) fn administering(&self, now: i64) -> impl Iterator<Item = &Assignment> {
        in_force(self.home.assignments(), self.administering.iter().copied(), now)
    }

    /// Whom the policy knows in a tenant by provider, type and id.
    pub(crate) fn person_of(&self, tenant: &str, provider: &str, kind: &str, id: &str) -> Option<&Person> {
        let part = self.part(tenant);
        let [place, ..] = part.people_index.get(KeyRef::new(By::Id, &[tenant, provider, kind, id])) else {
            return None;
        };
        part.person(*place)
    }

    /// The names of those who vouch for users.
    pub(crate) fn vouching(&self) -> &[Arc<str>] {
        &self.vouching
    }

    /// The id of the service account that a name means in a tenant.
    pub(crate) fn account_named(&self, tenant: &str, name: &str) -> Option<&str> {
        let is_meant = |account: &&Person| {
            *account.provider == *OWN_PROVIDER
                && *account.tenant == *tenant
                && account.login.as_deref() == Some(name)
        };
        self.part(tenant).people.iter().find(is_meant).map(|account| &*account.id)
    }

    /// The provider of whoever nobody knows.
    pub(crate) fn sole_provider(&self) -> &Arc<str> {
        &self.sole_provider
    }

    /// The tenants in which the policy knows somebody.
    pub(crate) fn tenants_of(&self, provider: &str, kind: &str, id: &str) -> &[Arc<str>] {
        self.policy.programs.tenants_of(provider, kind, id)
    }

    /// The static credentials.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = &Arc<Credential>> {
        self.credentials.values().map(|(credential, _)| credential)
    }

    /// The ids of the service accounts that are enabled.
    pub(crate) fn enabled_accounts(&self) -> HashSet<Box<str>> {
        let accounts = self.policy.programs.accounts.iter();
        accounts.filter(|(_, (_, is_enabled))| *is_enabled).map(|(id, _)| id.clone()).collect()
    }

    /// The providers, as they are configured.
    pub(crate) fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// Whether there is such a service account, and it is disabled.
    pub(super) fn is_known_disabled(&self, account: &str) -> bool {
        self.policy.programs.accounts.get(account).is_some_and(|(_, is_enabled)| !is_enabled)
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
