//! Who is known: bounded by number and bytes, by a digest of what they presented.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::wire::Identity;
use crate::{Credential, Known};

/// What stands for a credential: its SHA-256, and zeroes where none was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn of(credential: Credential<'_>) -> Key {
        let mut key = [0; 32];
        if let Some(token) = credential.token() {
            key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        }
        Key(key)
    }
}

/// Somebody who is known.
pub(super) struct Entry {
    pub(super) known: Arc<Known>,
    pub(super) identity: Arc<Identity>,
    pub(super) etag: String,
    /// The schemas that their permissions were compiled by.
    pub(super) generation: u64,
    /// Whether it is for one request alone, and not kept.
    pub(super) is_for_once: bool,
    /// Whether it may not be so any more.
    stale: AtomicBool,
}

impl Entry {
    pub(super) fn new(known: Arc<Known>, identity: Arc<Identity>, etag: String, generation: u64) -> Entry {
        Entry { known, identity, etag, generation, is_for_once: false, stale: AtomicBool::new(false) }
    }

    /// The same, for one request alone where that is so.
    pub(super) fn for_once(self, is_for_once: bool) -> Entry {
        Entry { is_for_once, ..self }
    }

    pub(super) fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    pub(super) fn mark(&self) {
        self.stale.store(true, Ordering::Release);
    }

    fn bytes(&self) -> usize {
        let identity = &*self.identity;
        let texts = identity.groups.iter().map(|group| group.len() + size_of::<String>()).sum::<usize>();
        let claims: usize = identity.claims.iter().map(|(name, value)| name.len() + datum_bytes(value)).sum();
        size_of::<Entry>()
            + size_of::<Identity>()
            + texts
            + claims
            + self.known.permissions.heap_bytes()
            + 256
    }
}

fn datum_bytes(datum: &crate::Datum) -> usize {
    use crate::Datum;
    let inner = match datum {
        Datum::String(text) => text.len(),
        Datum::List(items) => items.iter().map(datum_bytes).sum(),
        Datum::Map(members) => members.iter().map(|(name, value)| name.len() + datum_bytes(value)).sum(),
        _ => 0,
    };
    size_of::<Datum>() + inner
}

/// Counts bytes, and each entry as at least its share where all places are taken, so that the number is bounded too.
#[derive(Clone, Debug)]
struct Bytes {
    least: u64,
}

impl Weighter<Key, Arc<Entry>> for Bytes {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        u64::try_from(entry.bytes()).unwrap_or(u64::MAX).max(self.least)
    }
}

/// Bounds of what is kept.
#[derive(Clone, Copy, Debug)]
pub struct CacheBounds {
    /// The most callers.
    pub callers: usize,
    /// The most bytes of memory, roughly.
    pub bytes: u64,
}

impl Default for CacheBounds {
    /// 10,000 callers, 64 MiB.
    fn default() -> CacheBounds {
        CacheBounds { callers: 10_000, bytes: 64 << 20 }
    }
}

pub(super) struct Callers {
    cache: Cache<Key, Arc<Entry>, Bytes>,
}

impl Callers {
    pub(super) fn new(bounds: CacheBounds) -> Callers {
        let callers = bounds.callers.max(1);
        let least = bounds.bytes / u64::try_from(callers).unwrap_or(u64::MAX);
        Callers { cache: Cache::with_weighter(callers, bounds.bytes, Bytes { least: least.max(1) }) }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Entry>> {
        self.cache.get(key)
    }

    pub(super) fn put(&self, key: Key, entry: Arc<Entry>) {
        self.cache.insert(key, entry);
    }

    pub(super) fn forget(&self, key: &Key) {
        self.cache.remove(key);
    }

    /// Marks whoever is meant by `is_meant`; gives how many.
    pub(super) fn mark(&self, is_meant: impl Fn(&Entry) -> bool) -> usize {
        let marked = self.cache.iter().filter(|(_, entry)| is_meant(entry)).map(|(_, entry)| entry.mark());
        marked.count()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.cache.len()
    }
}

#[cfg(test)]
mod tests {
    use casemate_permission::{Catalog, PermissionSet};

    use super::*;

    fn entry(groups: usize) -> Arc<Entry> {
        let identity = Arc::new(Identity {
            directory_id: None,
            provider: "corp".into(),
            kind: "user".into(),
            subject: None,
            login: None,
            display_name: None,
            tenant: "default".into(),
            groups: vec!["x".repeat(100); groups],
            claims: crate::Members::default(),
            auth_time: None,
            auth_methods: Vec::new(),
            auth_class: None,
            actor: None,
            credential: None,
        });
        let known = Known {
            whom: Arc::clone(&identity) as _,
            permissions: PermissionSet::empty(&Catalog::empty()),
            application: None,
            revision: 1,
            valid_until: None,
        };
        Arc::new(Entry::new(Arc::new(known), identity, String::new(), 0))
    }

    fn key(number: usize) -> Key {
        Key::of(Credential::bearer(&number.to_string()))
    }

    #[test]
    fn the_number_and_the_bytes_are_bounded() {
        let callers = Callers::new(CacheBounds { callers: 50, bytes: 1 << 20 });
        (0..1_000).for_each(|number| callers.put(key(number), entry(0)));
        assert!((1..=50).contains(&callers.len()), "{}", callers.len());
        let callers = Callers::new(CacheBounds { callers: 10_000, bytes: 1 << 20 });
        (0..1_000).for_each(|number| callers.put(key(number), entry(100)));
        assert!((1..=1_000_000 / 10_000).contains(&callers.len()), "{}", callers.len());
    }

    #[test]
    fn a_token_is_known_by_its_digest() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let Key(bytes) = Key::of(Credential::bearer("abc"));
        let found: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, digest);
        assert_ne!(Key::of(Credential::ANONYMOUS), Key::of(Credential::bearer("")));
    }

    #[test]
    fn who_is_marked_is_stale() {
        let callers = Callers::new(CacheBounds::default());
        callers.put(key(1), entry(0));
        callers.put(key(2), entry(1));
        assert_eq!(callers.mark(|entry| entry.identity.groups.is_empty()), 1);
        assert!(callers.get(&key(1)).unwrap().is_stale() && !callers.get(&key(2)).unwrap().is_stale());
        callers.forget(&key(1));
        assert!(callers.get(&key(1)).is_none());
    }
}
