//! Something of each tenant, of which the next revision shares what it does not change.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::quality::{FixedState, RandomState};
use hashbrown::HashMap;

/// How many tables there are: what changes for a tenant has one of them copied.
const TABLES: usize = 256;

/// Tenants come from a policy, and are only looked for by strangers.
type Table<T> = HashMap<Arc<str>, Arc<T>, RandomState>;

/// Something of each tenant. Immutable; another that differs for some of them costs what these do, however many there are.
#[derive(Debug)]
pub(crate) struct ByTenant<T> {
    tables: Vec<Arc<Table<T>>>,
}

impl<T> Default for ByTenant<T> {
    fn default() -> ByTenant<T> {
        ByTenant { tables: vec![Arc::default(); TABLES] }
    }
}

impl<T> Clone for ByTenant<T> {
    fn clone(&self) -> ByTenant<T> {
        ByTenant { tables: self.tables.clone() }
    }
}

fn place(tenant: &str) -> usize {
    usize::try_from(FixedState::default().hash_one(tenant) % TABLES as u64).unwrap_or_default()
}

impl<T> ByTenant<T> {
    pub(crate) fn get(&self, tenant: &str) -> Option<&Arc<T>> {
        self.tables.get(place(tenant))?.get(tenant)
    }

    /// All, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<T>)> {
        self.tables.iter().flat_map(|table| table.iter())
    }

    /// Puts something in the place of what a tenant has, or takes that away.
    pub(crate) fn set(&mut self, tenant: &Arc<str>, of: Option<Arc<T>>) {
        let Some(table) = self.tables.get_mut(place(tenant)) else { return };
        // Of a revision that goes on serving, the table is copied.
        let mut changed = if let Some(alone) = Arc::get_mut(table) {
            std::mem::take(alone)
        } else {
            table.iter().map(|(tenant, of)| (Arc::clone(tenant), Arc::clone(of))).collect()
        };
        match of {
            Some(of) => drop(changed.insert(Arc::clone(tenant), of)),
            None => drop(changed.remove(tenant)),
        }
        *table = Arc::new(changed);
    }

    /// The tenants that have not the same here and in another.
    pub(crate) fn differing<'t>(&'t self, other: &'t ByTenant<T>) -> Vec<&'t Arc<str>> {
        let mut found = Vec::new();
        for (one, other) in self.tables.iter().zip(&other.tables) {
            if Arc::ptr_eq(one, other) {
                continue;
            }
            let is_same = |of: &Arc<T>, tenant: &Arc<str>| {
                other.get(tenant).is_some_and(|other| Arc::ptr_eq(of, other))
            };
            found.extend(one.iter().filter(|(tenant, of)| !is_same(of, tenant)).map(|(tenant, _)| tenant));
            found.extend(other.keys().filter(|tenant| !one.contains_key(*tenant)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_differs_where_it_was_changed_and_shares_the_rest() {
        let mut first = ByTenant::default();
        let name = |number: usize| -> Arc<str> { format!("tenant-{number}").into() };
        (0..1_000).for_each(|number| first.set(&name(number), Some(Arc::new(number))));
        let mut next = first.clone();
        assert!(next.differing(&first).is_empty());
        next.set(&name(7), Some(Arc::new(0)));
        next.set(&name(8), None);
        next.set(&"another".into(), Some(Arc::new(1)));
        let mut differing: Vec<&str> = next.differing(&first).into_iter().map(|name| &**name).collect();
        differing.sort_unstable();
        assert_eq!(differing, ["another", "tenant-7", "tenant-8"]);
        assert_eq!(
            (first.get("tenant-7").map(|of| **of), first.get("tenant-8").map(|of| **of)),
            (Some(7), Some(8))
        );
        assert_eq!((next.get("tenant-7").map(|of| **of), next.get("tenant-8")), (Some(0), None));
        assert_eq!((first.iter().count(), next.iter().count()), (1_000, 1_000));
        let shared = first.tables.iter().zip(&next.tables).filter(|(one, other)| Arc::ptr_eq(one, other));
        assert!(shared.count() >= TABLES - 3);
    }
}
