//! The objects of the store in memory, at one revision.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use casemate_store::{Draft, Object};

use crate::by_tenant::ByTenant;
use crate::kind::Kind;

/// How many tables of ids there are: what changes an object has one of them copied.
const TABLES: usize = 1_024;

/// All objects at one revision. Immutable; another that differs in some of them shares the rest with it.
#[derive(Debug, Clone)]
pub(crate) struct ObjectSet {
    tenants: ByTenant<TenantObjects>,
    /// By kind and id, each table in that order.
    ids: Vec<Arc<Vec<Arc<Object>>>>,
}

/// The objects of a tenant, or of the whole installation, by kind and name.
#[derive(Debug, Default)]
pub(crate) struct TenantObjects {
    items: Vec<Arc<Object>>,
    /// Places by kind, and when they were made.
    by_age: OnceLock<Vec<u32>>,
}

impl Default for ObjectSet {
    fn default() -> ObjectSet {
        ObjectSet { tenants: ByTenant::default(), ids: vec![Arc::default(); TABLES] }
    }
}

impl TenantObjects {
    fn new(mut items: Vec<Arc<Object>>) -> TenantObjects {
        items.sort_by(|one, other| key(one).cmp(&key(other)));
        items.shrink_to_fit();
        TenantObjects { items, by_age: OnceLock::new() }
    }

    /// All, by kind and name.
    pub(crate) fn items(&self) -> &[Arc<Object>] {
        &self.items
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> &[Arc<Object>] {
        let start = self.items.partition_point(|object| *object.kind < *kind.as_str());
        let end = self.items.partition_point(|object| *object.kind <= *kind.as_str());
        self.items.get(start..end).unwrap_or_default()
    }

    fn by_name(&self, kind: Kind, name: &str) -> Option<&Arc<Object>> {
        let wanted = (kind.as_str(), name);
        let place = self.items.binary_search_by(|object| key(object).cmp(&wanted)).ok()?;
        self.items.get(place)
    }

    fn at(&self, place: u32) -> Option<&Arc<Object>> {
        self.items.get(place as usize)
    }

    fn by_age(&self) -> &[u32] {
        self.by_age.get_or_init(|| {
            let mut places: Vec<u32> = self.items.iter().zip(0u32..).map(|(_, place)| place).collect();
            places.sort_by(|one, other| self.at(*one).map(age).cmp(&self.at(*other).map(age)));
            places
        })
    }

    fn in_turn<'s, I: Iterator<Item = &'s u32>>(
        &'s self,
        kind: Kind,
        places: I,
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s, I> {
        places.map_while(|place| self.at(*place)).take_while(move |object| *object.kind == *kind.as_str())
    }
}

impl ObjectSet {
    /// In whatever order.
    pub(crate) fn new(items: Vec<Arc<Object>>) -> ObjectSet {
        let mut ids = vec![Vec::new(); TABLES];
        let mut tenants: HashMap<Arc<str>, Vec<Arc<Object>>> = HashMap::new();
        for object in items {
            if let Some(table) = ids.get_mut(table(&object.id)) {
                table.push(Arc::clone(&object));
            }
            match tenants.get_mut(object.tenant.as_str()) {
                Some(of_tenant) => of_tenant.push(object),
                None => drop(tenants.insert(object.tenant.as_str().into(), vec![object])),
            }
        }
        let mut set = ObjectSet::default();
        for (tenant, items) in tenants {
            set.tenants.set(&tenant, Some(Arc::new(TenantObjects::new(items))));
        }
        let sorted = |mut table: Vec<Arc<Object>>| {
            table.sort_by(|one, other| id(one).cmp(&id(other)));
            table.shrink_to_fit();
            Arc::new(table)
        };
        set.ids = ids.into_iter().map(sorted).collect();
        set
    }

    /// All, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.tenants.iter().flat_map(|(_, objects)| objects.items().iter())
    }

    /// All of each tenant; of the whole installation, where that is empty.
    pub(crate) fn tenants(&self) -> &ByTenant<TenantObjects> {
        &self.tenants
    }

    pub(crate) fn by_id(&self, kind: Kind, of: &str) -> Option<&Arc<Object>> {
        self.find(kind.as_str(), of)
    }

    /// The object of a kind, which this Casemate may not know, with this id.
    pub(crate) fn find(&self, kind: &str, of: &str) -> Option<&Arc<Object>> {
        let table = self.ids.get(table(of))?;
        let place = table.binary_search_by(|object| id(object).cmp(&(kind, of))).ok()?;
        table.get(place)
    }

    pub(crate) fn by_name(&self, kind: Kind, tenant: &str, name: &str) -> Option<&Arc<Object>> {
        self.tenants.get(tenant)?.by_name(kind, name)
    }

    /// Those of a kind whose objects belong to the whole installation.
    pub(crate) fn wide(&self, kind: Kind) -> &[Arc<Object>] {
        self.in_tenant(kind, "")
    }

    /// Those of a kind in a tenant, in the order of their names.
    pub(crate) fn in_tenant(&self, kind: Kind, tenant: &str) -> &[Arc<Object>] {
        self.tenants.get(tenant).map_or(&[], |objects| objects.of_kind(kind))
    }

    /// Those of a kind in a tenant, in the order in which they were made, after the one that was made at that time with
    /// that id.
    pub(crate) fn made_after<'s>(
        &'s self,
        kind: Kind,
        tenant: &str,
        after: (i64, &str),
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s> {
        let wanted = (kind.as_str(), after.0, after.1);
        let objects = self.tenants.get(tenant);
        let turn = objects.map(|objects| {
            let start = objects.by_age().partition_point(|place| objects.at(*place).map(age) <= Some(wanted));
            objects.in_turn(kind, objects.by_age().iter().skip(start))
        });
        turn.into_iter().flatten()
    }

    /// As [`ObjectSet::made_after`], backwards from before that one.
    pub(crate) fn made_before<'s>(
        &'s self,
        kind: Kind,
        tenant: &str,
        before: (i64, &str),
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s> {
        let wanted = (kind.as_str(), before.0, before.1);
        let objects = self.tenants.get(tenant);
        let turn = objects.map(|objects| {
            let end = objects.by_age().partition_point(|place| objects.at(*place).map(age) < Some(wanted));
            objects.in_turn(kind, objects.by_age().iter().take(end).rev())
        });
        turn.into_iter().flatten()
    }

    /// The objects that two revisions do not have alike, of the kinds that are wanted: as either has them.
    pub(crate) fn differing<'o>(
        &'o self,
        other: &'o ObjectSet,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<&'o Arc<Object>> {
        let mut found = Vec::new();
        for tenant in self.tenants.differing(&other.tenants) {
            let of = |set: &'o ObjectSet| set.tenants.get(tenant).map_or(&[][..], |objects| objects.items());
            differing(of(self), of(other), &wanted, &mut found);
        }
        found
    }

    /// The same with these changes, made at `at` by the change of that revision.
    pub(crate) fn with(&self, changes: &[Change], revision: i64, at: i64) -> ObjectSet {
        let mut put = Vec::new();
        let mut removed = Vec::new();
        for change in changes {
            let (kind, id) = change.object();
            let before = self.find(kind, id);
            match (change, before) {
                (Change::Put(draft), Some(before)) if same(before, draft) => {}
                (Change::Put(draft), before) => {
                    let created_at = before.map_or(at, |before| before.created_at);
                    put.push(Arc::new(object(draft, revision, created_at, at)));
                }
                (Change::Remove { .. }, Some(before)) => removed.push(Arc::clone(before)),
                (Change::Remove { .. }, None) => {}
            }
        }
        self.replaced(put, removed)
    }

    /// The same without those that go, and with those that come, each in place of the one with its kind and id.
    pub(crate) fn replaced(&self, put: Vec<Arc<Object>>, removed: Vec<Arc<Object>>) -> ObjectSet {
        let mut set = self.clone();
        let before = put.iter().filter_map(|object| self.find(&object.kind, &object.id)).cloned();
        let gone: Vec<Arc<Object>> = before.chain(removed).collect();
        let mut tenants: HashMap<&str, Vec<&Arc<Object>>> = HashMap::new();
        for object in &gone {
            tenants.entry(&object.tenant).or_default();
            set.forget_id(object);
        }
        for object in &put {
            tenants.entry(&object.tenant).or_default().push(object);
            set.learn_id(object);
        }
        let gone: HashSet<(&str, &str)> = gone.iter().map(id).collect();
        for (tenant, come) in tenants {
            let before = self.tenants.get(tenant).map_or(&[][..], |objects| objects.items());
            let stay = before.iter().filter(|object| !gone.contains(&id(object)));
            let items: Vec<Arc<Object>> = stay.chain(come).cloned().collect();
            let objects = (!items.is_empty()).then(|| Arc::new(TenantObjects::new(items)));
            set.tenants.set(&tenant.into(), objects);
        }
        set
    }

    fn forget_id(&mut self, object: &Arc<Object>) {
        let Some(table) = self.ids.get_mut(table(&object.id)) else { return };
        let found = table.binary_search_by(|other| id(other).cmp(&id(object)));
        if let Ok(place) = found {
            Arc::make_mut(table).remove(place);
        }
    }

    fn learn_id(&mut self, object: &Arc<Object>) {
        let Some(table) = self.ids.get_mut(table(&object.id)) else { return };
        match table.binary_search_by(|other| id(other).cmp(&id(object))) {
            Ok(place) => {
                if let Some(known) = Arc::make_mut(table).get_mut(place) {
                    *known = Arc::clone(object);
                }
            }
            Err(place) => Arc::make_mut(table).insert(place, Arc::clone(object)),
        }
    }
}

/// The objects of one tenant that two revisions do not have alike.
fn differing<'o>(
    before: &'o [Arc<Object>],
    after: &'o [Arc<Object>],
    wanted: &impl Fn(&str) -> bool,
    found: &mut Vec<&'o Arc<Object>>,
) {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => key(one).cmp(&key(other)),
        };
        let one = if order == Ordering::Greater { None } else { before.next() };
        let other = if order == Ordering::Less { None } else { after.next() };
        match (one, other) {
            (Some(one), Some(other))
                if Arc::ptr_eq(one, other) || one.id == other.id && one.body == other.body => {}
            (one, other) => {
                found.extend(one.into_iter().chain(other).filter(|object| wanted(&object.kind)));
            }
        }
    }
}

/// The table of ids that an id stands in.
fn table(id: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    usize::try_from(hasher.finish() % TABLES as u64).unwrap_or_default()
}

/// One change of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is made, or becomes this.
    Put(Draft),
    /// It is deleted.
    Remove { kind: Kind, id: String },
}

impl Change {
    fn object(&self) -> (&str, &str) {
        match self {
            Change::Put(draft) => (&draft.kind, &draft.id),
            Change::Remove { kind, id } => (kind.as_str(), id),
        }
    }
}

/// Whether an object is already as it is to become.
pub(crate) fn same(object: &Object, draft: &Draft) -> bool {
    object.tenant == draft.tenant
        && object.name == draft.name
        && object.body == draft.body
        && object.origin == draft.origin
}

pub(crate) fn object(draft: &Draft, revision: i64, created_at: i64, updated_at: i64) -> Object {
    let Draft { kind, id, tenant, name, body, origin } = draft.clone();
    Object { kind, id, tenant, name, body, origin, revision, created_at, updated_at }
}

pub(crate) fn draft(object: &Object) -> Draft {
    let Object { kind, id, tenant, name, body, origin, .. } = object.clone();
    Draft { kind, id, tenant, name, body, origin }
}

fn key(object: &Arc<Object>) -> (&str, &str) {
    (&object.kind, &object.name)
}

fn id(object: &Arc<Object>) -> (&str, &str) {
    (&object.kind, &object.id)
}

fn age(object: &Arc<Object>) -> (&str, i64, &str) {
    (&object.kind, object.created_at, &object.id)
}
