//! A policy tenant by tenant: what the next revision does not change of it is neither read, checked nor compiled again, however
//! many tenants there are. What a tenant holds is compiled when it is first asked about.

mod scope;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use casemate_identity::provider::Provider;
use casemate_permission::Catalog;

use super::part::{Part, is_sharing};
use crate::by_tenant::ByTenant;
use crate::kind::Kind;
use crate::model::SourceDocument;
use crate::objects::{ObjectSet, TenantObjects};
use crate::policy::{
    Around, Assignment, BUILT_IN, Credential, DEFAULT_TENANT, InForce, Mapping, Mistake, Person, Policy,
    Source,
};
use crate::{OWN_PROVIDER, snapshot::Compiled};

use crate::resources::ResourceSource;

pub(crate) use scope::Scope;

/// How many objects a tenant has at least that is compiled when it is checked.
const LARGE: usize = 1_000;
/// How many objects there are at most where each tenant is.
const KEPT: usize = 50_000;
/// Of how many objects tenants are kept that were compiled since they were asked about; when there are more, they are compiled anew.
const COMPILED: usize = 200_000;

/// What is said of the whole installation, and of the tenant `default`.
#[derive(Debug)]
pub(crate) struct Base {
    pub(super) catalog: Catalog,
    pub(super) sources: Vec<Source>,
    /// The sources that tell of resources, each as it is written.
    pub(super) resource_sources: Vec<(ResourceSource, Arc<SourceDocument>)>,
    pub(super) mappings: HashMap<Box<str>, Mapping>,
    pub(super) settings: InForce,
    /// As they are configured.
    pub(super) providers: Vec<Provider>,
    /// The provider of whoever nobody knows: the only one there is.
    pub(super) sole_provider: Arc<str>,
    /// The names of those who vouch for users: the providers, and Casemate itself.
    pub(super) vouching: Vec<Arc<str>>,
    /// The places of the assignments that make an administrator.
    pub(super) administering: Vec<usize>,
    pub(super) mismatches: Vec<Mistake>,
    /// The tenant `default`.
    pub(super) home: Part,
    /// A tenant of which nothing is said.
    pub(super) stranger: Part,
    /// What the other tenants are within.
    pub(super) around: Arc<Around>,
}

/// A tenant, compiled when it is first asked about. Several revisions share it where what is around it means the same in each.
#[derive(Debug)]
pub(crate) struct Slot {
    objects: Arc<TenantObjects>,
    mismatches: Vec<Mistake>,
    /// Whether something of it names a role or a team of the tenant `default` that is not built in.
    is_sharing: bool,
    part: OnceLock<Part>,
}

/// The callers whom a policy knows by itself, of all tenants.
#[derive(Debug, Default, Clone)]
pub(crate) struct Programs {
    pub(crate) credentials: Vec<Credential>,
    /// The service accounts: by id, their tenant, and whether they are enabled.
    pub(crate) accounts: HashMap<Box<str>, (Arc<str>, bool)>,
    /// In which tenants somebody is known, by provider, type and id.
    known: HashMap<Name, Vec<Arc<str>>>,
}

/// What somebody is called: their provider, type and id.
type Name = (Arc<str>, Box<str>, Box<str>);

/// Whom a policy knows in a tenant, and what is assigned there.
#[derive(Default)]
struct Said {
    people: Vec<Person>,
    accounts: Vec<Person>,
    assignments: Vec<Assignment>,
}

/// All of a policy, ready to be put into force.
#[derive(Debug, Clone)]
pub(crate) struct Assembled {
    pub(super) base: Arc<Base>,
    pub(super) slots: ByTenant<Slot>,
    pub(super) programs: Arc<Programs>,
    /// Of how many objects those tenants are that were compiled since they were asked about.
    compiled: Arc<AtomicUsize>,
}

/// What was found of one tenant.
struct Found {
    tenant: Arc<str>,
    slot: Slot,
    programs: Programs,
}

impl Slot {
    pub(super) fn part(&self, around: &Around) -> &Part {
        self.part.get_or_init(|| match Policy::of_tenant(around, self.objects.items()) {
            Ok(policy) => Part::of(policy),
            // It was checked: this would be a mistake of this program.
            Err(mistakes) => Part::failing(mistakes.first().map(ToString::to_string).unwrap_or_default()),
        })
    }

    pub(super) fn objects(&self) -> &TenantObjects {
        &self.objects
    }

    /// Checks a tenant; what is compiled for that is kept where it is wanted, and of a large tenant, which would keep whoever asks
    /// first waiting.
    fn checked(
        tenant: &Arc<str>,
        objects: &Arc<TenantObjects>,
        around: &Around,
        is_wanted: bool,
    ) -> Result<Found, Vec<Mistake>> {
        let mut policy = Policy::of_tenant(around, objects.items())?;
        let programs = Programs::of(&mut policy);
        let is_sharing = is_sharing(&policy, BUILT_IN.len(), around.roles.len(), around.teams.len());
        let mismatches = std::mem::take(&mut policy.mismatches);
        let part = OnceLock::new();
        if is_wanted || objects.items().len() >= LARGE {
            // Nobody else has it yet.
            let _ = part.set(Part::of(policy));
        }
        let slot = Slot { objects: Arc::clone(objects), mismatches, is_sharing, part };
        Ok(Found { tenant: Arc::clone(tenant), slot, programs })
    }

    /// The same, compiled anew when it is asked about.
    fn anew(&self) -> Slot {
        Slot {
            objects: Arc::clone(&self.objects),
            mismatches: self.mismatches.clone(),
            is_sharing: self.is_sharing,
            part: OnceLock::new(),
        }
    }
}

impl Programs {
    fn of(policy: &mut Policy) -> Programs {
        let mut programs =
            Programs { credentials: std::mem::take(&mut policy.credentials), ..Programs::default() };
        for account in &policy.accounts {
            let is_enabled = !policy.disabled_accounts.contains(&account.id);
            programs.accounts.insert(account.id.clone(), (Arc::clone(&account.tenant), is_enabled));
        }
        for person in policy.people.iter().chain(&policy.accounts) {
            let Person { provider, kind, id, tenant, .. } = person;
            let key = (Arc::clone(provider), kind.clone(), id.clone());
            programs.known.entry(key).or_default().push(Arc::clone(tenant));
        }
        programs
    }

    fn extend(&mut self, others: Programs) {
        self.credentials.extend(others.credentials);
        self.accounts.extend(others.accounts);
        for (who, tenants) in others.known {
            self.known.entry(who).or_default().extend(tenants);
        }
    }

    /// The same without those of a tenant.
    fn without(&mut self, tenant: &str) {
        self.credentials.retain(|credential| *credential.tenant != *tenant);
        self.accounts.retain(|_, (of, _)| **of != *tenant);
        self.known.retain(|_, tenants| {
            tenants.retain(|of| **of != *tenant);
            !tenants.is_empty()
        });
    }

    /// The tenants in which somebody is known.
    pub(super) fn tenants_of(&self, provider: &str, kind: &str, id: &str) -> &[Arc<str>] {
        // Looked for where a credential says no tenant, once for each that is presented.
        self.known.get(&(provider.into(), kind.into(), id.into())).map_or(&[], Vec::as_slice)
    }

    /// Whether two credentials have one name or secret.
    fn are_ambiguous(&self) -> bool {
        let (mut ids, mut secrets) = (HashSet::new(), HashSet::new());
        !self
            .credentials
            .iter()
            .all(|credential| ids.insert(&credential.id) && secrets.insert(&credential.secret_sha256))
    }
}

impl Base {
    fn of(policy: Policy) -> Base {
        let around = Arc::new(Around::of(&policy));
        let administering = policy.administering_places();
        let settings = InForce::of(&policy.settings);
        let mut vouching: Vec<Arc<str>> = around.providers.clone();
        vouching.push(OWN_PROVIDER.into());
        let sole_provider = match around.providers.as_slice() {
            [only] => Arc::clone(only),
            _ => "".into(),
        };
        let Policy {
            catalog,
            roles,
            people,
            accounts,
            assignments,
            providers,
            mappings,
            sources,
            resource_sources,
            mismatches,
            ..
        } = policy;
        let roles = Arc::new(roles);
        Base {
            catalog,
            sources,
            resource_sources,
            mappings,
            settings,
            providers,
            sole_provider,
            vouching,
            administering,
            mismatches,
            home: Part::new(Arc::clone(&roles), people, accounts, assignments),
            stranger: Part::new(roles, Vec::new(), Vec::new(), Vec::new()),
            around,
        }
    }

    /// The same with what it means the same by as the one before, whose schemas are the same; where `shared`, its roles and teams are
    /// others.
    fn succeeding(mut self, before: &Base, shared: bool) -> Base {
        let is_same = !shared && self.around.tenants == before.around.tenants;
        self.around = match is_same {
            true => Arc::clone(&before.around),
            false => Arc::new(self.around.with_catalog(&before.catalog)),
        };
        self.catalog = before.catalog.clone();
        self
    }
}

impl Assembled {
    /// A policy that was checked as a whole.
    pub(crate) fn of_policy(mut policy: Policy) -> Assembled {
        let programs = Arc::new(Programs::of(&mut policy));
        let mut said: HashMap<Arc<str>, Said> = HashMap::new();
        for person in std::mem::take(&mut policy.people) {
            said.entry(Arc::clone(&person.tenant)).or_default().people.push(person);
        }
        for account in std::mem::take(&mut policy.accounts) {
            said.entry(Arc::clone(&account.tenant)).or_default().accounts.push(account);
        }
        for assignment in std::mem::take(&mut policy.assignments) {
            said.entry(Arc::clone(&assignment.tenant)).or_default().assignments.push(assignment);
        }
        let home = said.remove(DEFAULT_TENANT).unwrap_or_default();
        (policy.people, policy.accounts, policy.assignments) = (home.people, home.accounts, home.assignments);
        let base = Arc::new(Base::of(policy));
        let mut slots = ByTenant::default();
        for (tenant, Said { people, accounts, assignments }) in said {
            let slot = Slot {
                objects: Arc::default(),
                mismatches: Vec::new(),
                is_sharing: true,
                part: OnceLock::from(Part::new(Arc::clone(&base.home.roles), people, accounts, assignments)),
            };
            slots.set(&tenant, Some(Arc::new(slot)));
        }
        Assembled { base, slots, programs, compiled: Arc::default() }
    }

    /// Checks all objects.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub(crate) fn of(objects: &ObjectSet) -> Result<Assembled, Vec<Mistake>> {
        Assembled::read(objects).map_err(|mistakes| {
            // Together, so that all are told, and in order.
            Policy::from_objects(&sorted(objects)).err().unwrap_or(mistakes)
        })
    }

    fn read(objects: &ObjectSet) -> Result<Assembled, Vec<Mistake>> {
        let (base, mut programs) = base_of(objects)?;
        let mut slots = ByTenant::default();
        for found in checked(objects, &base.around)? {
            slots.set(&found.tenant, Some(Arc::new(found.slot)));
            programs.extend(found.programs);
        }
        match programs.are_ambiguous() {
            true => Err(Vec::new()),
            false => Ok(Assembled {
                base: Arc::new(base),
                slots,
                programs: Arc::new(programs),
                compiled: Arc::default(),
            }),
        }
    }

    /// Checks what the objects that are to decide have otherwise than those that `before` was made of.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub(crate) fn after(
        before: &Compiled,
        new: &ObjectSet,
        scope: &Scope,
    ) -> Result<Assembled, Vec<Mistake>> {
        let Scope::These { tenants, base, shared, programs } = scope else {
            return Assembled::of(new);
        };
        let mut assembled = before.assembled().clone();
        let mut others = Programs::default();
        if *base {
            let (read, of_base) = base_of(new)?;
            assembled.base = Arc::new(read.succeeding(before, *shared));
            others.extend(of_base);
        }
        for tenant in tenants {
            let Some(objects) = new.tenants().get(tenant) else {
                assembled.slots.set(tenant, None);
                continue;
            };
            let found = Slot::checked(tenant, objects, &assembled.base.around, true)?;
            assembled.slots.set(tenant, Some(Arc::new(found.slot)));
            others.extend(found.programs);
        }
        let is_much = assembled.compiled.load(Ordering::Relaxed) > COMPILED;
        if *shared || is_much {
            let mut slots = ByTenant::default();
            for (tenant, slot) in assembled.slots.iter() {
                let is_large = slot.objects.items().len() >= LARGE;
                let slot = if *shared || !is_large { Arc::new(slot.anew()) } else { Arc::clone(slot) };
                if is_large {
                    slot.part(&assembled.base.around);
                }
                slots.set(tenant, Some(slot));
            }
            assembled.slots = slots;
            assembled.compiled = Arc::default();
        }
        if *programs {
            let mut all = Programs::clone(&assembled.programs);
            let of_base = base.then(|| Arc::from(DEFAULT_TENANT));
            for tenant in tenants.iter().chain(&of_base) {
                all.without(tenant);
            }
            all.extend(others);
            assembled.programs = Arc::new(all);
        }
        Ok(assembled)
    }

    /// What the policy says in a tenant.
    pub(super) fn part(&self, tenant: &str) -> &Part {
        if *tenant == *DEFAULT_TENANT {
            return &self.base.home;
        }
        let Some(slot) = self.slots.get(tenant) else { return &self.base.stranger };
        if slot.part.get().is_none() {
            self.compiled.fetch_add(slot.objects.items().len(), Ordering::Relaxed);
        }
        slot.part(&self.base.around)
    }

    /// Whether anything is said in a tenant besides `default`.
    pub(super) fn has(&self, tenant: &str) -> bool {
        self.slots.get(tenant).is_some()
    }

    /// The stored permissions of some tenants, and of the tenant `default`, that the schemas make errors of.
    pub(crate) fn mismatches(&self) -> impl Iterator<Item = &Mistake> {
        self.base.mismatches.iter().chain(self.slots.iter().flat_map(|(_, slot)| &slot.mismatches))
    }

    /// The tenants in which something names a role or a team of the tenant `default`.
    pub(crate) fn sharing(&self) -> impl Iterator<Item = &Arc<str>> {
        self.slots.iter().filter(|(_, slot)| slot.is_sharing).map(|(tenant, _)| tenant)
    }
}

impl Compiled {
    /// What is to decide together with what decides, as far as a change may matter: all of it where `is_whole`.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub(crate) fn policy_of(
        &self,
        objects: &ObjectSet,
        scope: &Scope,
        is_whole: bool,
    ) -> Result<Policy, Vec<Mistake>> {
        match scope {
            Scope::These { tenants, base, .. } if !is_whole => match base {
                true => Policy::from_objects(&with_base(objects, tenants)),
                // What is said of the whole installation stays as it is, and need not be read for that.
                false => {
                    let wanted = [DEFAULT_TENANT].into_iter().chain(tenants.iter().map(|tenant| &**tenant));
                    Policy::of_tenant(&self.around.without_roles(), &of_tenants(objects, wanted))
                }
            },
            _ => Policy::from_objects(&sorted(objects)),
        }
    }
}

/// The objects of some tenants, in the order in which they are told of.
fn of_tenants<'t>(
    objects: &ObjectSet,
    tenants: impl Iterator<Item = &'t str>,
) -> Vec<Arc<casemate_store::Object>> {
    let found = tenants.filter_map(|tenant| objects.tenants().get(tenant));
    let mut items: Vec<_> = found.flat_map(|objects| objects.items().iter().cloned()).collect();
    items.sort_by(|one, other| order(one).cmp(&order(other)));
    items
}

/// What is said of the whole installation and of the tenant `default`, and of some others; with the service accounts that provision
/// people, of whichever tenant they are: a provider names them.
fn with_base(objects: &ObjectSet, tenants: &[Arc<str>]) -> Vec<Arc<casemate_store::Object>> {
    let wanted = ["", DEFAULT_TENANT].into_iter().chain(tenants.iter().map(|tenant| &**tenant));
    let mut items = of_tenants(objects, wanted);
    for tenant in provisioning(objects).iter().filter(|tenant| tenants.iter().all(|of| **of != ***tenant)) {
        items.extend(objects.in_tenant(Kind::ServiceAccount, tenant).iter().cloned());
    }
    items.sort_by(|one, other| order(one).cmp(&order(other)));
    items
}

/// The tenants but `default` whose service accounts providers name.
fn provisioning(objects: &ObjectSet) -> HashSet<String> {
    let tenant = |provider: &Arc<casemate_store::Object>| {
        let body: serde_json::Value = serde_json::from_str(&provider.body).ok()?;
        Some(body.pointer("/scim/tenant")?.as_str()?.to_owned())
    };
    let named = objects.wide(Kind::Provider).iter().filter_map(tenant);
    named.filter(|tenant| *tenant != *DEFAULT_TENANT).collect()
}

/// All objects, in the order in which they are told of.
fn sorted(objects: &ObjectSet) -> Vec<Arc<casemate_store::Object>> {
    let mut items: Vec<_> = objects.iter().cloned().collect();
    items.sort_by(|one, other| order(one).cmp(&order(other)));
    items
}

fn order(object: &casemate_store::Object) -> (&str, &str, &str) {
    (&object.kind, &object.tenant, &object.name)
}

fn base_of(objects: &ObjectSet) -> Result<(Base, Programs), Vec<Mistake>> {
    let mut policy = Policy::from_objects(&with_base(objects, &[]))?;
    policy.accounts.retain(|account| *account.tenant == *DEFAULT_TENANT);
    let programs = Programs::of(&mut policy);
    Ok((Base::of(policy), programs))
}

/// Checks every tenant but `default`, on as many cores as there are, four at most.
fn checked(objects: &ObjectSet, around: &Arc<Around>) -> Result<Vec<Found>, Vec<Mistake>> {
    let tenants: Vec<(&Arc<str>, &Arc<TenantObjects>)> =
        objects.tenants().iter().filter(|(tenant, _)| !["", DEFAULT_TENANT].contains(&&***tenant)).collect();
    let all: usize = tenants.iter().map(|(_, objects)| objects.items().len()).sum();
    let check = |part: &[(&Arc<str>, &Arc<TenantObjects>)]| -> Result<Vec<Found>, Vec<Mistake>> {
        part.iter().map(|(tenant, objects)| Slot::checked(tenant, objects, around, all <= KEPT)).collect()
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4);
    let each = tenants.len().div_ceil(cores).max(64);
    if tenants.len() <= each {
        return check(&tenants);
    }
    let found: Vec<Result<Vec<Found>, Vec<Mistake>>> = std::thread::scope(|scope| {
        let parts: Vec<_> = tenants.chunks(each).collect();
        let threads: Vec<_> = parts.iter().map(|part| scope.spawn(|| check(part))).collect();
        let found = threads.into_iter().zip(&parts);
        found.map(|(thread, part)| thread.join().unwrap_or_else(|_| check(part))).collect()
    });
    Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
