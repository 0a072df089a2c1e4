//! What was found out about tokens, kept for a while.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::{Cache, DefaultLifecycle, EntryAction, EntryResult, PlaceholderGuard};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// SHA-256 of a token: the token itself is not kept.
pub(crate) type TokenDigest = [u8; 32];

/// What one entry takes beside what it says of itself: the key, the places in the tables.
const ENTRY_BYTES: u64 = 160;

/// How much is kept of verified tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// The most tokens; 0 keeps none.
    pub tokens: u32,
    /// The most bytes of memory that their identities take, estimated.
    pub bytes: u64,
}

impl Default for CacheLimits {
    /// 50,000 tokens, 64 MiB.
    fn default() -> CacheLimits {
        CacheLimits { tokens: 50_000, bytes: 64 * 1024 * 1024 }
    }
}

/// Raised by the host when something was revoked: whatever was found out about a token before is forgotten, and the
/// next request with it is verified in full. Clones are one and the same epoch.
#[derive(Clone, Debug, Default)]
pub struct RevocationEpoch(Arc<AtomicU64>);

impl RevocationEpoch {
    /// An epoch of its own.
    pub fn new() -> RevocationEpoch {
        RevocationEpoch::default()
    }

    /// Has everything that was verified so far verified again.
    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// The number of times that it was raised. Whoever keeps what a verification found out notes it before the
    /// verification begins.
    pub fn current(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Something that is kept, and knows how large it is.
pub(crate) trait Weighed {
    /// Bytes of memory, estimated; always the same for one value.
    fn bytes(&self) -> u64;
}

/// A bounded cache by token. What may leave it does so by how often and how lately it was asked for.
pub(crate) struct TokenCache<V: Clone + Weighed> {
    entries: Option<Cache<TokenDigest, V, Weight>>,
}

/// The place of an entry that is being found out; others who want it wait until it is filled or dropped.
pub(crate) type Place<'a, V> =
    PlaceholderGuard<'a, TokenDigest, V, Weight, DefaultHashBuilder, DefaultLifecycle<TokenDigest, V>>;

/// What [`TokenCache::get_or_hold`] answers.
pub(crate) enum Held<'a, V: Clone + Weighed> {
    /// What is kept.
    Value(V),
    /// The place for it.
    Place(Place<'a, V>),
    /// Nothing is kept at all.
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Weight {
    /// Each entry weighs this much at least, so that their number is bounded along with their size.
    least: u64,
}

impl<V: Weighed> Weighter<TokenDigest, V> for Weight {
    fn weight(&self, _: &TokenDigest, value: &V) -> u64 {
        (ENTRY_BYTES + value.bytes()).max(self.least)
    }
}

impl<V: Clone + Weighed> TokenCache<V> {
    pub(crate) fn new(limits: CacheLimits) -> TokenCache<V> {
        let least = limits.bytes.checked_div(limits.tokens.into()).map(|least| least.max(1));
        let options = OptionsBuilder::new()
            .estimated_items_capacity(limits.tokens as usize)
            .weight_capacity(limits.bytes)
            .build()
            .ok();
        let entries = least.zip(options).map(|(least, options)| {
            Cache::with_options(
                options,
                Weight { least },
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            )
        });
        TokenCache { entries }
    }

    pub(crate) fn get(&self, token: &TokenDigest) -> Option<V> {
        self.entries.as_ref()?.get(token)
    }

    /// The value that is kept, where it `holds`; else the place for a new one. Whoever comes while another holds the place
    /// waits until it is filled or given up.
    pub(crate) async fn get_or_hold(&self, token: &TokenDigest, holds: impl Fn(&V) -> bool) -> Held<'_, V> {
        let Some(entries) = &self.entries else { return Held::Nothing };
        if let Some(value) = entries.get(token).filter(&holds) {
            return Held::Value(value);
        }
        let judge = |_: &TokenDigest, value: &mut V| match holds(value) {
            true => EntryAction::Retain(value.clone()),
            false => EntryAction::ReplaceWithGuard,
        };
        match entries.entry_async(token, judge).await {
            EntryResult::Retained(value) => Held::Value(value),
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => Held::Place(place),
            EntryResult::Removed(..) | EntryResult::Timeout => Held::Nothing,
        }
    }

    pub(crate) fn insert(&self, token: TokenDigest, value: V) {
        if let Some(entries) = &self.entries {
            entries.insert(token, value);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.as_ref().map_or(0, Cache::len)
    }
}

impl<V: Clone + Weighed> fmt::Debug for TokenCache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}
