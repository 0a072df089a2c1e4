//! Finding people and assignments by name, without copying the name that is looked for.

use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::{Equivalent, HashMap};

/// What something is found by: a kind of key, and up to four names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    by: By,
    names: [Arc<str>; 4],
}

/// What the names of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum By {
    /// Tenant, provider, kind, id.
    Id,
    /// Tenant, provider, kind, login.
    Login,
    /// Tenant, provider, group.
    Group,
    /// Tenant, provider, kind, group.
    GroupOfKind,
    /// Tenant, kind, id: at whatever provider.
    IdAnywhere,
}

/// A key that borrows its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KeyRef<'a> {
    by: By,
    names: [&'a str; 4],
}

impl<'a> KeyRef<'a> {
    pub(crate) fn new(by: By, names: &[&'a str]) -> KeyRef<'a> {
        let mut all = [""; 4];
        for (slot, name) in all.iter_mut().zip(names) {
            *slot = name;
        }
        KeyRef { by, names: all }
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.by == key.by && self.names.iter().zip(&key.names).all(|(mine, other)| **mine == **other)
    }
}

/// Places in a list, by key; in rising order. Keys come from a policy, and are only looked for by strangers, who cannot make
/// its table slow by that: hashing may be quick.
#[derive(Debug, Default)]
pub(crate) struct Index(HashMap<Key, Vec<u32>, RandomState>);

impl Index {
    pub(crate) fn insert(&mut self, key: KeyRef<'_>, place: usize) {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        match self.0.get_mut(&key) {
            Some(places) => places.push(place),
            None => {
                let owned = Key { by: key.by, names: key.names.map(Arc::from) };
                self.0.insert(owned, vec![place]);
            }
        }
    }

    pub(crate) fn get(&self, key: KeyRef<'_>) -> &[u32] {
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrowed_keys_find_what_was_put_there_and_nothing_else() {
        let mut index = Index::default();
        index.insert(KeyRef::new(By::Id, &["t", "p", "user", "u1"]), 0);
        index.insert(KeyRef::new(By::Id, &["t", "p", "user", "u1"]), 7);
        index.insert(KeyRef::new(By::Login, &["t", "p", "user", "u1"]), 1);
        assert_eq!(index.get(KeyRef::new(By::Id, &["t", "p", "user", "u1"])), [0, 7]);
        assert_eq!(index.get(KeyRef::new(By::Login, &["t", "p", "user", "u1"])), [1]);
        for names in [["t", "p", "user", "u2"], ["t", "p", "useru", "1"], ["", "p", "user", "u1"]] {
            assert!(index.get(KeyRef::new(By::Id, &names)).is_empty());
        }
    }
}
