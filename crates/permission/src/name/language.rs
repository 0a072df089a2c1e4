//! Granted names as languages: whether one matches anything, whether two share a name, whether one lies in the other.
//!
//! All three walk automata over names. A [`Shape`] says how far a text is on its way to being a name that patterns of
//! that kind may match; a pattern's position says how much of it is used up.

use hashbrown::{HashMap, HashSet};
use thiserror::Error;

use super::glob::{Glob, GlobKind, matches_text};
use super::pattern::{NoName, Pattern};
use super::{RESERVED_NAMESPACE, is_segment_byte};
use crate::limits::{LANGUAGE_STEPS, NAME_BYTES};

type Hasher = foldhash::fast::RandomState;

/// Two granted names are too large to be compared within [`LANGUAGE_STEPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the granted names are too large to compare within {LANGUAGE_STEPS} steps; use fewer braces and wildcards"
)]
pub struct TooComplex;

/// How far a text is on its way to being a name. From 0 to 8: that many letters of `casemate`, and nothing else, have
/// been read; then [`START`] and [`INSIDE`] of any other segment.
type Shape = u8;
const START: Shape = 9;
const INSIDE: Shape = 10;
const SHAPES: usize = 11;

/// The shape before the first byte. A pattern that reaches the namespace `casemate` needs no watching for it.
fn first_shape(reaches: bool) -> Shape {
    if reaches { START } else { 0 }
}

/// The shape after one more byte, unless no name goes on so.
fn next_shape(shape: Shape, byte: u8) -> Option<Shape> {
    let reserved = RESERVED_NAMESPACE.as_bytes();
    match (shape, byte) {
        (0 | START, b'.') => None,
        (INSIDE, b'.') => Some(START),
        (letters, b'.') => (usize::from(letters) < reserved.len()).then_some(START),
        (START | INSIDE, _) => Some(INSIDE),
        (letters, _) if reserved.get(usize::from(letters)) == Some(&byte) => Some(letters + 1),
        _ => Some(INSIDE),
    }
}

/// Whether a text of this shape is a name.
fn is_name(shape: Shape) -> bool {
    shape != START && shape != 0 && usize::from(shape) != RESERVED_NAMESPACE.len()
}

/// Whether any name matches a pattern without braces, taken from a text that reaches the namespace `casemate` or not.
pub(super) fn matchable(glob: &str, reaches: bool) -> Result<(), NoName> {
    match shortest(glob, reaches) {
        Some(bytes) if bytes <= NAME_BYTES => Ok(()),
        // Without the namespace's rule the same search says whether that rule is what is in the way.
        found => Err(match shortest(glob, true) {
            None => NoName::EmptySegment,
            Some(bytes) if bytes > NAME_BYTES => NoName::TooLong { bytes },
            Some(_) => found.map_or(NoName::Reserved, |bytes| NoName::TooLong { bytes }),
        }),
    }
}

/// Length of the shortest text of any length that has the form of a name and that the pattern matches.
fn shortest(glob: &str, reaches: bool) -> Option<usize> {
    let mut best: [Option<usize>; SHAPES] = [None; SHAPES];
    offer(&mut best, Some(first_shape(reaches)), 0);
    for token in glob.bytes() {
        // What a star takes nothing of, stays.
        let mut next = if token == b'*' { best } else { [None; SHAPES] };
        for (shape, bytes) in (0..).zip(best).filter_map(|(shape, bytes)| bytes.map(|bytes| (shape, bytes))) {
            match token {
                // A byte that is no letter of `casemate` leads to INSIDE at once, from where a name can go on in every
                // way that it could from anywhere else.
                b'?' => offer(&mut next, Some(INSIDE), bytes + 1),
                b'*' => {
                    offer(&mut next, Some(INSIDE), bytes + 1);
                    let dot = next_shape(shape, b'.');
                    offer(&mut next, Some(START), bytes + if dot.is_some() { 1 } else { 2 });
                }
                _ => offer(&mut next, next_shape(shape, token), bytes + 1),
            }
        }
        best = next;
    }
    (0..).zip(best).filter_map(|(shape, bytes)| bytes.filter(|_| is_name(shape))).min()
}

fn offer(best: &mut [Option<usize>; SHAPES], shape: Option<Shape>, bytes: usize) {
    if let Some(known) = shape.and_then(|shape| best.get_mut(usize::from(shape))) {
        *known = Some(known.map_or(bytes, |known| known.min(bytes)));
    }
}

/// The work that one comparison may still take.
#[derive(Debug)]
struct Steps(u64);

impl Steps {
    fn take(&mut self, steps: usize) -> Result<(), TooComplex> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(TooComplex)?;
        Ok(())
    }
}

/// Bytes of which one stands for every other that two patterns and the shape of names cannot tell from it.
fn alphabet<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes: Vec<u8> = b".".iter().copied().chain(RESERVED_NAMESPACE.bytes()).collect();
    for text in texts {
        bytes.extend(text.bytes().filter(|byte| is_segment_byte(*byte)));
    }
    bytes.sort_unstable();
    bytes.dedup();
    let other = (0..=u8::MAX).find(|byte| is_segment_byte(*byte) && bytes.binary_search(byte).is_err());
    bytes.extend(other);
    bytes
}

/// What one operation may spend on comparing granted names, however many it compares.
#[derive(Debug)]
pub struct Effort(Steps);

impl Effort {
    /// As much as `comparisons` may take alone, each [`LANGUAGE_STEPS`].
    #[must_use]
    pub fn new(comparisons: u64) -> Effort {
        Effort(Steps(LANGUAGE_STEPS.saturating_mul(comparisons)))
    }
}

/// Whether literal beginnings and endings leave room for a common text.
fn compatible(one: Glob<'_>, other: Glob<'_>) -> bool {
    let (a, b) = (one.literal_prefix(), other.literal_prefix());
    let (y, z) = (one.literal_suffix(), other.literal_suffix());
    (a.starts_with(b) || b.starts_with(a)) && (y.ends_with(z) || z.ends_with(y))
}

/// Whether any name is matched by both patterns.
///
/// # Errors
/// [`TooComplex`] where that is not found out within [`LANGUAGE_STEPS`]; a caller takes it for *yes*.
pub fn intersects(one: &Pattern, other: &Pattern) -> Result<bool, TooComplex> {
    intersects_within(one, other, &mut Effort::new(1))
}

/// The same, as one of many comparisons that share an effort.
///
/// # Errors
/// [`TooComplex`] where the effort is spent.
pub fn intersects_within(one: &Pattern, other: &Pattern, effort: &mut Effort) -> Result<bool, TooComplex> {
    let steps = &mut effort.0;
    if one.reaches_reserved() != other.reaches_reserved() {
        return Ok(false);
    }
    let symbols = alphabet([one.as_str(), other.as_str()].into_iter());
    for a in one.alternatives() {
        for b in other.alternatives() {
            steps.take(8)?;
            if compatible(a, b) && share_name(a, b, one.reaches_reserved(), &symbols, steps)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Breadth first over (position in one, position in the other, shape), a level for each byte of the name.
fn share_name(
    one: Glob<'_>,
    other: Glob<'_>,
    reaches: bool,
    symbols: &[u8],
    steps: &mut Steps,
) -> Result<bool, TooComplex> {
    let (a, b) = (one.as_str().as_bytes(), other.as_str().as_bytes());
    if one.kind() == GlobKind::Exact || other.kind() == GlobKind::Exact {
        steps.take(a.len() * b.len())?;
        let (pattern, name) = if one.kind() == GlobKind::Exact { (b, a) } else { (a, b) };
        return Ok(matches_text(pattern, name));
    }
    let mut seen: HashSet<(u16, u16, Shape), Hasher> = HashSet::default();
    let mut level = vec![(0_u16, 0_u16, first_shape(reaches))];
    for _ in 0..=NAME_BYTES {
        let mut next = Vec::new();
        while let Some(state) = level.pop() {
            steps.take(16)?;
            if !seen.insert(state) {
                continue;
            }
            let (at_a, at_b, shape) = state;
            let (token_a, token_b) = (a.get(usize::from(at_a)).copied(), b.get(usize::from(at_b)).copied());
            if token_a.is_none() && token_b.is_none() && is_name(shape) {
                return Ok(true);
            }
            // A star may be left behind at any time.
            if token_a == Some(b'*') {
                level.push((at_a + 1, at_b, shape));
            }
            if token_b == Some(b'*') {
                level.push((at_a, at_b + 1, shape));
            }
            let (Some(token_a), Some(token_b)) = (token_a, token_b) else { continue };
            steps.take(symbols.len())?;
            for &symbol in symbols {
                let (true, true) = (reads(token_a, symbol), reads(token_b, symbol)) else { continue };
                if let Some(shape) = next_shape(shape, symbol) {
                    let state = (at_a + advance(token_a), at_b + advance(token_b), shape);
                    if !seen.contains(&state) {
                        next.push(state);
                    }
                }
            }
        }
        if next.is_empty() {
            return Ok(false);
        }
        next.sort_unstable();
        next.dedup();
        level = next;
    }
    Ok(false)
}

/// Whether a token of a pattern takes this byte.
fn reads(token: u8, byte: u8) -> bool {
    match token {
        b'*' => true,
        b'?' => byte != b'.',
        literal => literal == byte,
    }
}

/// How far a token that took a byte moves on.
fn advance(token: u8) -> u16 {
    u16::from(token != b'*')
}

/// Whether `outer` matches every name that `inner` matches.
///
/// # Errors
/// [`TooComplex`] where that is not found out within [`LANGUAGE_STEPS`]; a caller takes it for *no*.
pub fn includes(outer: &Pattern, inner: &Pattern) -> Result<bool, TooComplex> {
    includes_within(outer, inner, &mut Effort::new(1))
}

/// The same, as one of many comparisons that share an effort.
///
/// # Errors
/// [`TooComplex`] where the effort is spent.
pub fn includes_within(outer: &Pattern, inner: &Pattern, effort: &mut Effort) -> Result<bool, TooComplex> {
    let steps = &mut effort.0;
    // Every pattern matches something, and nothing that one of the other kind matches.
    if outer.reaches_reserved() != inner.reaches_reserved() {
        return Ok(false);
    }
    let symbols = alphabet([outer.as_str(), inner.as_str()].into_iter());
    for glob in inner.alternatives() {
        steps.take(outer.alternatives().len() * 8)?;
        if outer.alternatives().any(|wider| plainly_includes(wider, glob)) {
            continue;
        }
        let wider: Vec<Glob<'_>> = outer.alternatives().filter(|wider| compatible(*wider, glob)).collect();
        if wider.is_empty() || !covers(&wider, glob, outer.reaches_reserved(), &symbols, steps)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The common cases: the same text, or a prefix that the other begins with.
fn plainly_includes(outer: Glob<'_>, inner: Glob<'_>) -> bool {
    outer == inner
        || (outer.kind() == GlobKind::Prefix && inner.literal_prefix().starts_with(outer.literal_prefix()))
}

/// Several patterns as one automaton. A state is a set of positions, as bits.
struct Positions {
    /// The tokens of all, each pattern followed by [`END`].
    tokens: Vec<u8>,
    sets: Vec<Box<[u64]>>,
    ids: HashMap<Box<[u64]>, u32, Hasher>,
}

/// Stands behind a pattern's last token.
const END: u8 = 0;

/// What a set of positions says about the text read so far.
struct Verdict {
    /// One of the patterns matches it.
    accepts: bool,
    /// One of them matches it whatever follows.
    accepts_all: bool,
}

impl Positions {
    fn new(globs: &[Glob<'_>]) -> (Positions, u32) {
        let tokens: Vec<u8> = globs.iter().flat_map(|glob| glob.as_str().bytes().chain([END])).collect();
        let mut positions = Positions { tokens, sets: Vec::new(), ids: HashMap::default() };
        let mut first = positions.empty();
        let mut start = 0;
        for glob in globs {
            positions.enter(&mut first, start);
            start += glob.as_str().len() + 1;
        }
        let id = positions.intern(first);
        (positions, id)
    }

    fn empty(&self) -> Box<[u64]> {
        vec![0; self.tokens.len().div_ceil(64)].into_boxed_slice()
    }

    /// Adds a position, and the one behind a star that may be left behind. Stars never follow one another.
    fn enter(&self, set: &mut [u64], position: usize) {
        let behind = (self.tokens.get(position) == Some(&b'*')).then_some(position + 1);
        for position in [Some(position), behind].into_iter().flatten() {
            if let Some(word) = set.get_mut(position / 64) {
                *word |= 1 << (position % 64);
            }
        }
    }

    fn intern(&mut self, set: Box<[u64]>) -> u32 {
        let fresh = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        *self.ids.entry(set).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            fresh
        })
    }

    /// The positions of a set with their tokens.
    fn members(&self, id: u32) -> impl Iterator<Item = (usize, u8)> {
        let words = self.sets.get(id as usize).map(|set| &**set).unwrap_or_default();
        words.iter().enumerate().flat_map(move |(index, &word)| {
            std::iter::successors((word != 0).then_some(word), |word| {
                Some(word & (word - 1)).filter(|w| *w != 0)
            })
            .filter_map(move |word| {
                let position = index * 64 + word.trailing_zeros() as usize;
                self.tokens.get(position).map(|&token| (position, token))
            })
        })
    }

    fn verdict(&self, id: u32) -> Verdict {
        let accepts = self.members(id).any(|(_, token)| token == END);
        let accepts_all = accepts
            && self
                .members(id)
                .any(|(position, token)| token == b'*' && self.tokens.get(position + 1) == Some(&END));
        Verdict { accepts, accepts_all }
    }

    fn step(&mut self, id: u32, byte: u8, steps: &mut Steps) -> Result<u32, TooComplex> {
        let mut next = self.empty();
        let mut work = next.len() * 4;
        for (position, token) in self.members(id) {
            work += 2;
            if token != END && reads(token, byte) {
                self.enter(&mut next, position + usize::from(advance(token)));
            }
        }
        steps.take(work)?;
        Ok(self.intern(next))
    }
}

/// Breadth first over (position in the inner pattern, shape, set of positions in the outer ones), a level for each byte,
/// in search of a name that only the inner one matches.
fn covers(
    outer: &[Glob<'_>],
    inner: Glob<'_>,
    reaches: bool,
    symbols: &[u8],
    steps: &mut Steps,
) -> Result<bool, TooComplex> {
    let pattern = inner.as_str().as_bytes();
    let (mut positions, first) = Positions::new(outer);
    let mut seen: HashSet<(u16, Shape, u32), Hasher> = HashSet::default();
    let mut level = vec![(0_u16, first_shape(reaches), first)];
    for _ in 0..=NAME_BYTES {
        let mut next = Vec::new();
        while let Some(state) = level.pop() {
            steps.take(16)?;
            if !seen.insert(state) {
                continue;
            }
            let (at, shape, set) = state;
            let verdict = positions.verdict(set);
            if verdict.accepts_all {
                continue;
            }
            let Some(&token) = pattern.get(usize::from(at)) else {
                if is_name(shape) && !verdict.accepts {
                    return Ok(false);
                }
                continue;
            };
            if token == b'*' {
                level.push((at + 1, shape, set));
            }
            for &symbol in symbols.iter().filter(|symbol| reads(token, **symbol)) {
                if let Some(shape) = next_shape(shape, symbol) {
                    let set = positions.step(set, symbol, steps)?;
                    next.push((at + advance(token), shape, set));
                }
            }
        }
        if next.is_empty() {
            break;
        }
        next.sort_unstable();
        next.dedup();
        level = next;
    }
    Ok(true)
}
