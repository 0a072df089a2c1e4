//! Many patterns searched at once.

use std::hash::BuildHasher;
use std::ops::{ControlFlow, Range};

use foldhash::fast::RandomState;

use super::glob::{Glob, GlobKind, matches_text};
use super::words::{begins, hash, same};
use super::{BOUNDARIES, Name};
use crate::fault::Fault;

/// Up to this many patterns are compared one by one, which is faster than hashing.
const LINEAR: usize = 4;

/// Finds the patterns that match a name among many.
///
/// The patterns' texts lie in one text that the caller keeps and hands in again at each search: entries refer to it by
/// range. Exact names are found by hash; every other pattern stands in a bucket under its literal beginning up to the last
/// dot, so a search costs one probe for the name and one for each depth at which there are such buckets.
#[derive(Clone, Debug)]
pub struct PatternIndex {
    /// Sorted by key, so that each group of one key is a run.
    entries: Box<[Entry]>,
    /// The first entry of each group; unused for [`LINEAR`] entries and fewer.
    groups: Groups,
    /// How many entries at the start have the empty key.
    rootless: u32,
    /// Bit d: some key has d segments.
    depths: u8,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    payload: u32,
    len: u16,
    /// Bytes of the key, which is the exact name, or the literal beginning of a pattern up to its last dot.
    key: u16,
    kind: GlobKind,
    /// Whether the next entry has the same key.
    more: bool,
}

impl Entry {
    fn text<'t>(&self, text: &'t str) -> &'t [u8] {
        let start = self.start as usize;
        text.as_bytes().get(start..start + usize::from(self.len)).unwrap_or_default()
    }

    fn key<'t>(&self, text: &'t str) -> &'t [u8] {
        self.text(text).get(..usize::from(self.key)).unwrap_or_default()
    }

    /// Whether it matches a name that begins with its key.
    #[inline]
    fn matches_behind_key(&self, text: &str, name: &[u8]) -> bool {
        let key = usize::from(self.key);
        match self.kind {
            GlobKind::Exact => return name.len() == key,
            // Nothing but the star stands behind the key.
            GlobKind::Prefix if self.len == self.key + 1 => return true,
            GlobKind::Prefix | GlobKind::General => {}
        }
        let (Some(pattern), Some(rest)) = (self.text(text).get(key..), name.get(key..)) else { return false };
        match self.kind {
            GlobKind::Prefix => pattern.split_last().is_some_and(|(_, literal)| begins(rest, literal)),
            _ => matches_text(pattern, rest),
        }
    }
}

impl PatternIndex {
    /// Builds the index from the ranges at which patterns without braces (see [`super::Pattern::alternatives`]) stand in
    /// `text`, each with what a search answers for it.
    ///
    /// A range outside the text, and one longer than 65,535 bytes, matches nothing.
    #[must_use]
    pub fn build(text: &str, patterns: impl IntoIterator<Item = (Range<u32>, u32)>) -> PatternIndex {
        let mut entries: Vec<Entry> = Vec::new();
        let mut depths = 0;
        for (range, payload) in patterns {
            let Some(glob) = text.get(range.start as usize..range.end as usize).map(Glob::from_expanded)
            else {
                continue;
            };
            let Ok(len) = u16::try_from(glob.as_str().len()) else { continue };
            let kind = glob.kind();
            let key = match kind {
                GlobKind::Exact => len,
                GlobKind::Prefix | GlobKind::General => {
                    let dots =
                        glob.literal_prefix().match_indices('.').take(BOUNDARIES).filter(|(at, _)| *at < 64);
                    let (depth, key) = dots
                        .map(|(position, _)| position + 1)
                        .zip(1_u8..)
                        .last()
                        .map_or((0, 0), |(key, d)| (d, key));
                    depths |= 1 << depth;
                    u16::try_from(key).unwrap_or_default()
                }
            };
            entries.push(Entry { start: range.start, payload, len, key, kind, more: false });
        }
        entries.sort_by(|one, other| one.key(text).cmp(other.key(text)));
        let followed: Vec<bool> =
            entries.windows(2).map(|pair| matches!(pair, [a, b] if a.key(text) == b.key(text))).collect();
        for (entry, more) in entries.iter_mut().zip(followed) {
            entry.more = more;
        }
        let rootless = entries.iter().take_while(|entry| entry.key == 0).count();
        let mut index = PatternIndex {
            entries: entries.into_boxed_slice(),
            groups: Groups::default(),
            rootless: u32::try_from(rootless).unwrap_or(u32::MAX),
            depths,
        };
        if index.entries.len() > LINEAR {
            index.hash_groups(text);
        }
        index
    }

    fn hash_groups(&mut self, text: &str) {
        let mut firsts = Vec::new();
        let mut continues = false;
        for (position, entry) in (0_u32..).zip(&self.entries) {
            if !continues && entry.key > 0 {
                firsts.push((entry.key(text), position));
            }
            continues = entry.more;
        }
        self.groups = Groups::new(&firsts);
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.entries) + size_of_val(&*self.groups.slots)
    }

    /// Calls `found` with what was given for each pattern that matches, in no particular order, until it breaks off.
    /// `text` is what the index was built from. Allocates nothing.
    #[inline]
    pub fn for_each_match<B>(
        &self,
        text: &str,
        name: &Name<'_>,
        mut found: impl FnMut(u32) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let bytes = name.as_str().as_bytes();
        // Whatever has a key begins with it, and so reaches the namespace `casemate` where the name lies in it; what has
        // none never does.
        let reserved = name.is_reserved() && !Fault::WildcardReachesReserved.is_seeded();
        let rootless = if reserved { 0 } else { self.rootless as usize };
        if self.entries.len() <= LINEAR {
            let first = if reserved { self.rootless as usize } else { 0 };
            for entry in self.entries.get(first..).unwrap_or_default() {
                if begins(bytes, entry.key(text)) && entry.matches_behind_key(text, bytes) {
                    found(entry.payload)?;
                }
            }
            return ControlFlow::Continue(());
        }
        for entry in self.entries.get(..rootless).unwrap_or_default() {
            if entry.matches_behind_key(text, bytes) {
                found(entry.payload)?;
            }
        }
        self.search_group(text, bytes, bytes, &mut found)?;
        let (mut depths, mut dots) = (self.depths >> 1, name.dots());
        while depths != 0 && dots != 0 {
            if depths & 1 == 1
                && let Some(key) = bytes.get(..=dots.trailing_zeros() as usize)
            {
                self.search_group(text, key, bytes, &mut found)?;
            }
            depths >>= 1;
            dots &= dots - 1;
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn search_group<B>(
        &self,
        text: &str,
        key: &[u8],
        name: &[u8],
        found: &mut impl FnMut(u32) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let first = self.groups.find(key, |first| {
            self.entries.get(first as usize).is_some_and(|entry| same(entry.key(text), key))
        });
        let Some(first) = first else { return ControlFlow::Continue(()) };
        for entry in self.entries.get(first as usize..).unwrap_or_default() {
            if entry.matches_behind_key(text, name) {
                found(entry.payload)?;
            }
            if !entry.more {
                break;
            }
        }
        ControlFlow::Continue(())
    }
}

/// A hash table of groups: open addressing, the next free slot taken.
#[derive(Clone, Debug, Default)]
struct Groups {
    /// A power of two of them, at most three quarters taken.
    slots: Box<[Slot]>,
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Upper half of the key's hash.
    tag: u32,
    /// The group's first entry, or [`FREE`].
    first: u32,
}

const FREE: u32 = u32::MAX;

impl Groups {
    fn new(keys: &[(&[u8], u32)]) -> Groups {
        let slots = vec![Slot { tag: 0, first: FREE }; (keys.len() * 4 / 3 + 1).next_power_of_two()];
        let seed = RandomState::default().hash_one(keys.len());
        let mut groups = Groups { slots: slots.into_boxed_slice(), seed };
        for (key, first) in keys {
            let hash = hash(key, seed);
            let mut at = groups.home(hash);
            while let Some(slot) = groups.slots.get_mut(at) {
                if slot.first == FREE {
                    *slot = Slot { tag: (hash >> 32) as u32, first: *first };
                    break;
                }
                at = groups.after(at);
            }
        }
        groups
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        hash as usize & self.slots.len().wrapping_sub(1)
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & self.slots.len().wrapping_sub(1)
    }

    #[inline]
    fn find(&self, key: &[u8], is: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = hash(key, self.seed);
        let mut at = self.home(hash);
        // One slot at least is free.
        while let Some(slot) = self.slots.get(at).filter(|slot| slot.first != FREE) {
            if slot.tag == (hash >> 32) as u32 && is(slot.first) {
                return Some(slot.first);
            }
            at = self.after(at);
        }
        None
    }
}
