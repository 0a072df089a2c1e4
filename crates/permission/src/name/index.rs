//! Many patterns searched at once.

use std::hash::BuildHasher;
use std::ops::{ControlFlow, Range};

use foldhash::fast::RandomState;

use super::glob::{Glob, GlobKind, matches_text};
use super::words::{BeginningHash, begins, same};
use super::{BOUNDARIES, Name};
use crate::fault::Fault;

/// Up to this many patterns are compared one by one, which is faster than hashing.
const LINEAR: usize = 4;

/// Finds the patterns that match a name among many.
///
/// The patterns' texts lie in one text that the caller keeps and hands in again at each search: entries refer to it by
/// range. Exact names are found by hash; every other pattern stands in a bucket under its literal beginning up to the last
/// dot, so a search costs one probe for the name and one for each of its dots at which such a beginning ends.
#[derive(Clone, Debug)]
pub struct PatternIndex {
    /// Sorted by key, so that each group of one key is a run.
    entries: Box<[Entry]>,
    /// The first entry of each group; unused for [`LINEAR`] entries and fewer.
    groups: Groups,
    /// How many entries at the start have the empty key.
    rootless: u32,
    /// Bit n: some key of a pattern ends with the dot at byte n.
    ends: u64,
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
        let mut ends = 0;
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
                    let dots = glob.literal_prefix().match_indices('.').map(|(at, _)| at);
                    let last = dots.take(BOUNDARIES).take_while(|at| *at < 64).last();
                    ends |= last.map_or(0, |at| 1 << at);
                    let key = last.map_or(0, |at| at + 1);
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
            ends,
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
        self.groups = Groups::new(&firsts, self.entries.len());
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
        let linear = self.entries.len() <= LINEAR;
        let rootless = self.rootless as usize;
        let first = match (linear, reserved) {
            (true, false) => self.entries.get(..),
            (true, true) => self.entries.get(rootless..),
            (false, false) => self.entries.get(..rootless),
            (false, true) => None,
        };
        let mut run = first.unwrap_or_default();
        let mut keys = Keys { ends: name.dots() & self.ends, left: BOUNDARIES, name: Some(bytes.len()) };
        let mut hash = BeginningHash::new(bytes, self.groups.seed);
        loop {
            for entry in run {
                if (!linear || begins(bytes, entry.key(text))) && entry.matches_behind_key(text, bytes) {
                    found(entry.payload)?;
                }
                if !linear && !entry.more {
                    break;
                }
            }
            if linear {
                return ControlFlow::Continue(());
            }
            run = loop {
                let Some(length) = keys.next() else { return ControlFlow::Continue(()) };
                if let Some(group) =
                    self.group(text, bytes.get(..length).unwrap_or_default(), hash.of(length))
                {
                    break group;
                }
            };
        }
    }

    /// The entries from the first with that key on.
    #[inline]
    fn group(&self, text: &str, key: &[u8], hash: u64) -> Option<&[Entry]> {
        let first = self.groups.find(hash, |first| {
            self.entries.get(first as usize).is_some_and(|entry| same(entry.key(text), key))
        })?;
        self.entries.get(first as usize..)
    }
}

/// The lengths of the keys under which a name is searched: its beginnings up to a dot at which some key ends, and then
/// all of it.
struct Keys {
    ends: u64,
    /// How many dots at most are still looked at: keys have no more, so none ends behind.
    left: usize,
    name: Option<usize>,
}

impl Iterator for Keys {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.ends == 0 || self.left == 0 {
            return self.name.take();
        }
        let length = self.ends.trailing_zeros() as usize + 1;
        self.ends &= self.ends - 1;
        self.left -= 1;
        Some(length)
    }
}

/// A hash table of groups: open addressing, the next free slot taken.
#[derive(Clone, Debug, Default)]
struct Groups {
    /// A power of two of them, at most three eighths taken, so that most searches for what is not there end at once.
    /// Each is [`FREE`], or holds the number of a group's first entry and above it, as a tag, bits of the key's hash.
    slots: Box<[u32]>,
    /// The bits of a slot that hold the number of an entry, which are never all set.
    number: u32,
    seed: u64,
}

const FREE: u32 = u32::MAX;

impl Groups {
    fn new(keys: &[(&[u8], u32)], entries: usize) -> Groups {
        let slots = vec![FREE; (keys.len() * 8 / 3 + 1).next_power_of_two()];
        let number = u32::try_from((entries + 1).next_power_of_two() - 1).unwrap_or(u32::MAX);
        let seed = RandomState::default().hash_one(keys.len());
        let mut groups = Groups { slots: slots.into_boxed_slice(), number, seed };
        for (key, first) in keys {
            let hash = BeginningHash::new(key, seed).of(key.len());
            let mut at = groups.home(hash);
            while groups.slots.get(at).is_some_and(|slot| *slot != FREE) {
                at = groups.after(at);
            }
            let tag = groups.tag(hash);
            if let Some(slot) = groups.slots.get_mut(at) {
                *slot = tag | *first;
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
    fn tag(&self, hash: u64) -> u32 {
        (hash >> 32) as u32 & !self.number
    }

    #[inline]
    fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(hash);
        // One slot at least is free.
        while let Some(slot) = self.slots.get(at).copied().filter(|slot| *slot != FREE) {
            let first = slot & self.number;
            if slot & !self.number == self.tag(hash) && is(first) {
                return Some(first);
            }
            at = self.after(at);
        }
        None
    }
}
