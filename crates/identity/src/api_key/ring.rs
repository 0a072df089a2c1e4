//! The keys that are in force, in memory.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use ipnet::IpNet;
use thiserror::Error;

use super::error::ApiKeyError;
use super::guard::KeyGuard;
use super::key::KeyId;
use crate::identity::Identity;
use crate::time::Timestamp;

/// The most keys in a ring.
pub const MAX_KEYS: usize = 1_000_000;
/// The most networks that a key may be bound to.
pub const MAX_NETWORKS: usize = 64;

/// A change copies one of this many parts of the ring: of 50,000 keys about 200.
const SHARDS: usize = 256;

/// One key as the host keeps it. Clones share what is known of its use.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Its public part.
    pub id: KeyId,
    /// SHA-256 of its secret ([`super::ApiKey::secret_sha256`]).
    pub secret_sha256: [u8; 32],
    /// Who presents it. Usually of the kind [`crate::Kind::API_KEY`], with the tenant of its account.
    pub identity: Arc<Identity>,
    /// The service account that owns it.
    pub account: Box<str>,
    /// The application that it is for, where it is for one alone.
    pub application: Option<Box<str>>,
    /// From when on it is valid.
    pub not_before: Option<Timestamp>,
    /// When it ends. Rotating a key makes another of the same account, and moves this to the end of the overlap.
    pub expires_at: Option<Timestamp>,
    /// The networks that it may be used from; none means from anywhere. At most [`MAX_NETWORKS`].
    pub networks: Vec<IpNet>,
    /// The key that it was made to replace.
    pub rotated_from: Option<KeyId>,
    /// When it was used.
    pub usage: KeyUsage,
    /// Who tries its secret, and where it is known: the same for all keys of its account.
    pub guard: Arc<KeyGuard>,
}

/// When a key was used. Clones share it, so that it outlives changes of the key.
#[derive(Clone, Debug)]
pub struct KeyUsage(Arc<Usage>);

#[derive(Debug)]
struct Usage {
    /// Microseconds since 1970; [`NEVER`] before the first use.
    last: AtomicI64,
    /// Whether `last` rose since the host took it.
    is_news: AtomicBool,
}

const NEVER: i64 = i64::MIN;

/// The keys that are in force. Reading takes no lock, and a change copies a small part of the ring; each change
/// is in force for every request that begins after it returned.
pub struct KeyRing {
    hasher: RandomState,
    shards: Box<[ArcSwap<Shard>]>,
    count: AtomicUsize,
    /// Held while something is changed.
    changes: Mutex<()>,
}

type Shard = HashMap<KeyId, Arc<StoredKey>>;

/// Why a key is not taken into the ring.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There are [`MAX_KEYS`] already.
    #[error("there are {MAX_KEYS} API keys already: revoke some")]
    Full,
    /// More than [`MAX_NETWORKS`] networks.
    #[error("the API key `{0}` names more than {MAX_NETWORKS} networks: merge some")]
    TooManyNetworks(KeyId),
    /// Two of the keys have one id.
    #[error("the API key `{0}` is there twice")]
    Duplicate(KeyId),
}

impl KeyUsage {
    /// What the host knows of the use of a key so far.
    pub fn new(last: Option<Timestamp>) -> KeyUsage {
        let last = AtomicI64::new(last.map_or(NEVER, |last| last.0));
        KeyUsage(Arc::new(Usage { last, is_news: AtomicBool::new(false) }))
    }

    /// When the key was last used.
    pub fn last(&self) -> Option<Timestamp> {
        let last = self.0.last.load(Ordering::Relaxed);
        (last != NEVER).then_some(Timestamp(last))
    }

    pub(super) fn note(&self, now: Timestamp) {
        // Not written where nothing changes, so that requests with one key do not wait for each other's memory.
        if self.0.last.load(Ordering::Relaxed) < now.0 {
            self.0.last.fetch_max(now.0, Ordering::Relaxed);
            self.0.is_news.store(true, Ordering::Release);
        }
    }

    fn take(&self) -> Option<i64> {
        self.0.is_news.swap(false, Ordering::Acquire).then(|| self.0.last.load(Ordering::Relaxed))
    }
}

impl StoredKey {
    /// A key without an end that may be used from anywhere.
    pub fn new(
        id: KeyId,
        secret_sha256: [u8; 32],
        identity: Arc<Identity>,
        account: impl Into<Box<str>>,
    ) -> StoredKey {
        StoredKey {
            id,
            secret_sha256,
            identity,
            account: account.into(),
            application: None,
            not_before: None,
            expires_at: None,
            networks: Vec::new(),
            rotated_from: None,
            usage: KeyUsage::new(None),
            guard: Arc::default(),
        }
    }

    /// The same key with an earlier end, for the overlap in which it and the key that replaces it are both valid.
    /// Its end never moves to a later time.
    #[must_use]
    pub fn ending_at(&self, end: Timestamp) -> StoredKey {
        let expires_at = Some(self.expires_at.map_or(end, |expires_at| expires_at.min(end)));
        StoredKey { expires_at, ..self.clone() }
    }

    /// Whether the key is good at `now`, for a client where that is known, once its secret has proved right.
    ///
    /// # Errors
    /// Where its time or its networks say otherwise.
    pub fn check_circumstances(&self, client: Option<IpAddr>, now: Timestamp) -> Result<(), ApiKeyError> {
        if self.not_before.is_some_and(|start| now < start) {
            return Err(ApiKeyError::NotYetValid(self.id));
        }
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(ApiKeyError::Expired(self.id));
        }
        if self.networks.is_empty() || self.is_bound_to(client) {
            return Ok(());
        }
        let client = client.ok_or(ApiKeyError::NoClient(self.id))?;
        Err(ApiKeyError::Network { id: self.id, client })
    }

    /// Whether it may be used from some networks alone, and a client is in one.
    pub(super) fn is_bound_to(&self, client: Option<IpAddr>) -> bool {
        client.is_some_and(|client| self.networks.iter().any(|network| network.contains(&client)))
    }

    pub(super) fn has_secret(&self, secret_sha256: &[u8; 32]) -> bool {
        verify_slices_are_equal(&self.secret_sha256, secret_sha256).is_ok()
    }

    fn check(&self) -> Result<(), KeyRingError> {
        if self.networks.len() > MAX_NETWORKS {
            return Err(KeyRingError::TooManyNetworks(self.id));
        }
        Ok(())
    }

    /// Goes on with what is known of the use of the key that this one takes the place of.
    fn in_place_of(mut self, earlier: Option<&Arc<StoredKey>>) -> StoredKey {
        if let Some(earlier) = earlier {
            let known = self.usage.0.last.load(Ordering::Relaxed);
            earlier.usage.0.last.fetch_max(known, Ordering::Relaxed);
            self.usage = earlier.usage.clone();
        }
        self
    }
}

impl KeyRing {
    /// A ring without keys.
    pub fn new() -> KeyRing {
        KeyRing {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| ArcSwap::from_pointee(Shard::new())).collect(),
            count: AtomicUsize::new(0),
            changes: Mutex::new(()),
        }
    }

    /// Puts a key into force, in place of the one with its id if there is one; what is known of the use of that
    /// one stays known.
    ///
    /// # Errors
    /// When the ring is full, or the key has too many networks.
    pub fn insert(&self, key: StoredKey) -> Result<(), KeyRingError> {
        key.check()?;
        let _changes = self.changing();
        let slot = self.shard(&key.id);
        let current = slot.load_full();
        let earlier = current.get(&key.id);
        if earlier.is_none() {
            if self.len() >= MAX_KEYS {
                return Err(KeyRingError::Full);
            }
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        let key = key.in_place_of(earlier);
        let mut next = Shard::clone(&current);
        next.insert(key.id, Arc::new(key));
        slot.store(Arc::new(next));
        Ok(())
    }

    /// Takes a key out of force, and hands it out.
    pub fn remove(&self, id: &KeyId) -> Option<Arc<StoredKey>> {
        let _changes = self.changing();
        let slot = self.shard(id);
        let mut next = Shard::clone(&slot.load());
        let removed = next.remove(id)?;
        self.count.fetch_sub(1, Ordering::Relaxed);
        slot.store(Arc::new(next));
        Some(removed)
    }

    /// Puts exactly these keys into force; what is known of the use of those that stay is kept. Each key is in
    /// force or not at any moment, while the change as a whole takes a little while.
    ///
    /// # Errors
    /// When they are too many, one has too many networks, or two have one id; nothing is changed then.
    pub fn replace_all(&self, keys: Vec<StoredKey>) -> Result<(), KeyRingError> {
        if keys.len() > MAX_KEYS {
            return Err(KeyRingError::Full);
        }
        let _changes = self.changing();
        let count = keys.len();
        let mut shards: Vec<Shard> = (0..SHARDS).map(|_| Shard::new()).collect();
        for key in keys {
            key.check()?;
            let id = key.id;
            let key = key.in_place_of(self.get(&id).as_ref());
            let shard = shards.get_mut(self.index(&id));
            if shard.is_some_and(|shard| shard.insert(id, Arc::new(key)).is_some()) {
                return Err(KeyRingError::Duplicate(id));
            }
        }
        for (slot, shard) in self.shards.iter().zip(shards) {
            slot.store(Arc::new(shard));
        }
        self.count.store(count, Ordering::Relaxed);
        Ok(())
    }

    /// The key with this id.
    pub fn get(&self, id: &KeyId) -> Option<Arc<StoredKey>> {
        self.shard(id).load().get(id).cloned()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys that were used since this was last asked, each with the time of its last use in microseconds
    /// since 1970, for the host to write down. It looks at every key: to be called every so often.
    pub fn take_used(&self) -> Vec<(KeyId, i64)> {
        let mut used = Vec::new();
        for slot in &self.shards {
            for key in slot.load().values() {
                used.extend(key.usage.take().map(|last| (key.id, last)));
            }
        }
        used
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self, id: &KeyId) -> usize {
        self.hasher.hash_one(id) as usize % SHARDS
    }

    #[expect(clippy::indexing_slicing, reason = "an index below SHARDS, of which there are as many")]
    pub(super) fn shard(&self, id: &KeyId) -> &ArcSwap<Shard> {
        &self.shards[self.index(id)]
    }
}

impl Default for KeyRing {
    fn default() -> KeyRing {
        KeyRing::new()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &self.len()).finish_non_exhaustive()
    }
}
