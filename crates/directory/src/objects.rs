//! The objects of the store in memory, at one revision.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use casemate_store::{Draft, Object};

use crate::kind::Kind;

/// All objects at one revision, by kind, tenant and name. Immutable; cheap to derive another from.
#[derive(Debug, Default)]
pub(crate) struct ObjectSet {
    items: Vec<Arc<Object>>,
    by_id: OnceLock<HashMap<(Kind, Box<str>), u32>>,
    /// Places by kind, tenant, and when they were made.
    by_age: OnceLock<Vec<u32>>,
}

impl ObjectSet {
    /// In whatever order.
    pub(crate) fn new(mut items: Vec<Arc<Object>>) -> ObjectSet {
        items.sort_by(|one, other| key(one).cmp(&key(other)));
        ObjectSet { items, ..ObjectSet::default() }
    }

    pub(crate) fn items(&self) -> &[Arc<Object>] {
        &self.items
    }

    pub(crate) fn by_id(&self, kind: Kind, id: &str) -> Option<&Arc<Object>> {
        let by_id = self.by_id.get_or_init(|| {
            let places = self.items.iter().zip(0u32..);
            places
                .filter_map(|(object, place)| {
                    Some(((object.kind.parse().ok()?, object.id.as_str().into()), place))
                })
                .collect()
        });
        self.items.get(*by_id.get(&(kind, id.into()))? as usize)
    }

    pub(crate) fn by_name(&self, kind: Kind, tenant: &str, name: &str) -> Option<&Arc<Object>> {
        let wanted = (kind.as_str(), tenant, name);
        let place = self.items.binary_search_by(|object| key(object).cmp(&wanted)).ok()?;
        self.items.get(place)
    }

    /// Those of a kind, in every tenant.
    pub(crate) fn of_kind(&self, kind: Kind) -> &[Arc<Object>] {
        let start = self.items.partition_point(|object| *object.kind < *kind.as_str());
        let end = self.items.partition_point(|object| *object.kind <= *kind.as_str());
        self.items.get(start..end).unwrap_or_default()
    }

    /// Those of a kind in a tenant, in the order of their names.
    pub(crate) fn in_tenant(&self, kind: Kind, tenant: &str) -> &[Arc<Object>] {
        let of_kind = self.of_kind(kind);
        let start = of_kind.partition_point(|object| *object.tenant < *tenant);
        let end = of_kind.partition_point(|object| *object.tenant <= *tenant);
        of_kind.get(start..end).unwrap_or_default()
    }

    /// Those of a kind in a tenant, in the order in which they were made, after the one that was made at that time with
    /// that id.
    pub(crate) fn made_after<'s>(
        &'s self,
        kind: Kind,
        tenant: &str,
        after: (i64, &str),
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s> {
        let wanted = (kind.as_str(), tenant, after.0, after.1);
        let start = self.by_age().partition_point(|place| self.at(*place).map(age) <= Some(wanted));
        self.in_turn(kind, tenant, self.by_age().iter().skip(start))
    }

    /// As [`ObjectSet::made_after`], backwards from before that one.
    pub(crate) fn made_before<'s>(
        &'s self,
        kind: Kind,
        tenant: &str,
        before: (i64, &str),
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s> {
        let wanted = (kind.as_str(), tenant, before.0, before.1);
        let end = self.by_age().partition_point(|place| self.at(*place).map(age) < Some(wanted));
        self.in_turn(kind, tenant, self.by_age().iter().take(end).rev())
    }

    fn in_turn<'s, I: Iterator<Item = &'s u32>>(
        &'s self,
        kind: Kind,
        tenant: &str,
        places: I,
    ) -> impl Iterator<Item = &'s Arc<Object>> + use<'s, I> {
        let tenant = tenant.to_owned();
        places
            .map_while(|place| self.at(*place))
            .take_while(move |object| *object.kind == *kind.as_str() && *object.tenant == *tenant)
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

    /// The same with these changes, made at `at` by the change of that revision.
    pub(crate) fn with(&self, changes: &[Change], revision: i64, at: i64) -> ObjectSet {
        let touched: HashMap<(&str, &str), &Change> =
            changes.iter().map(|change| (change.object(), change)).collect();
        let untouched = self
            .items
            .iter()
            .filter(|object| !touched.contains_key(&(object.kind.as_str(), object.id.as_str())));
        let mut items: Vec<Arc<Object>> = untouched.cloned().collect();
        for change in changes {
            let Change::Put(draft) = change else { continue };
            let before = draft.kind.parse().ok().and_then(|kind| self.by_id(kind, &draft.id));
            items.push(match before {
                Some(before) if same(before, draft) => Arc::clone(before),
                before => {
                    let created_at = before.map_or(at, |before| before.created_at);
                    Arc::new(object(draft, revision, created_at, at))
                }
            });
        }
        ObjectSet::new(items)
    }
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

fn key(object: &Arc<Object>) -> (&str, &str, &str) {
    (&object.kind, &object.tenant, &object.name)
}

fn age(object: &Arc<Object>) -> (&str, &str, i64, &str) {
    (&object.kind, &object.tenant, object.created_at, &object.id)
}
