//! Names of permissions: the requested ones ([`Name`]) and the granted ones, which may be patterns ([`Pattern`]).

mod expand;
mod glob;
mod index;
mod language;
mod pattern;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use thiserror::Error;

use crate::limits::NAME_BYTES;

pub use glob::{Glob, GlobKind};
pub use index::PatternIndex;
pub use language::{Effort, TooComplex, includes, includes_within, intersects, intersects_within};
pub use pattern::{NoName, Pattern, PatternError};

/// The namespace that is Casemate's own. No wildcard reaches into it, and no name is this word alone.
pub const RESERVED_NAMESPACE: &str = "casemate";

/// Prefixes are indexed no deeper than this many segments.
const BOUNDARIES: usize = 6;

/// Which bytes a segment may hold.
#[expect(clippy::indexing_slicing, reason = "bounded by the loop, and evaluated at compile time")]
const SEGMENT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'-' as usize || byte == b'_' as usize;
        byte += 1;
    }
    table
};

/// Whether a segment of a name may hold this byte.
#[inline]
fn is_segment_byte(byte: u8) -> bool {
    SEGMENT.get(usize::from(byte)).copied().unwrap_or(false)
}

/// A requested name: `segment(.segment)*`, a segment being one or more of `[A-Za-z0-9_-]`.
///
/// Case-sensitive, at most [`NAME_BYTES`] bytes, and never the bare word `casemate`. It borrows its text, so making one
/// allocates nothing.
#[derive(Clone, Copy)]
pub struct Name<'a> {
    text: &'a str,
    /// Bit n: a dot stands at byte n. Those further on than 63 are not remembered.
    dots: u64,
    reserved: bool,
}

impl<'a> Name<'a> {
    /// Reads a requested name.
    ///
    /// # Errors
    /// What is wrong with the text, and at which byte.
    pub fn parse(text: &'a str) -> Result<Name<'a>, NameError> {
        if text.len() > NAME_BYTES {
            return Err(NameError::TooLong { bytes: text.len() });
        }
        let Some(dots) = words::dots_of_name(text.as_bytes()) else { return Err(mistake(text)) };
        let reserved = is_reserved(text);
        if reserved && text.len() == RESERVED_NAMESPACE.len() {
            return Err(NameError::Reserved);
        }
        Ok(Name { text, dots, reserved })
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The segments, first to last. There is at least one.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &'a str> + Clone + use<'a> {
        self.text.split('.')
    }

    /// The first segment, which decides the application that owns the name.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        match self.dots {
            // There is no dot, or none among the first bytes.
            0 => self.text.split('.').next().unwrap_or(self.text),
            dots => self.text.get(..dots.trailing_zeros() as usize).unwrap_or(self.text),
        }
    }

    /// Whether the name lies in the namespace `casemate`, which only patterns written `casemate.…` reach.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.reserved
    }

    /// Positions of the first dots, as bits.
    #[inline]
    fn dots(&self) -> u64 {
        self.dots
    }
}

/// What is wrong with a text that is no name.
#[cold]
fn mistake(text: &str) -> NameError {
    if text.is_empty() {
        return NameError::Empty;
    }
    let mut start = 0;
    for (position, character) in text.char_indices() {
        match character {
            '.' if position == start => return NameError::EmptySegment { position },
            '.' => start = position + 1,
            _ if u8::try_from(character).is_ok_and(is_segment_byte) => {}
            _ => return NameError::Character { character, position },
        }
    }
    NameError::EmptySegment { position: text.len() }
}

/// Whether a text is in the namespace `casemate` (or is that word).
fn is_reserved(text: &str) -> bool {
    text.strip_prefix(RESERVED_NAMESPACE).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Name({:?})", self.text)
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name<'_> {}

impl std::hash::Hash for Name<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<'a> TryFrom<&'a str> for Name<'a> {
    type Error = NameError;

    fn try_from(text: &'a str) -> Result<Self, Self::Error> {
        Name::parse(text)
    }
}

/// Why a text is no requested name. Positions are byte offsets from 0; messages count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no text.
    #[error("the name is empty; write segments joined by dots, such as `cms.entry`")]
    Empty,
    /// The text exceeds [`NAME_BYTES`].
    #[error("the name is {bytes} bytes long; at most {NAME_BYTES} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A dot with nothing before it, or nothing behind the last dot.
    #[error("the segment at character {} is empty; every dot stands between two segments", position + 1)]
    EmptySegment {
        /// Where the missing segment would begin.
        position: usize,
    },
    /// A character that no segment may hold.
    #[error("{character:?} at character {} is not allowed in a name; use letters, digits, `_` and `-`, with dots between segments", position + 1)]
    Character {
        /// The character.
        character: char,
        /// Where it stands.
        position: usize,
    },
    /// The bare word `casemate`.
    #[error(
        "`casemate` is Casemate's own namespace and no name by itself; name something in it, such as `casemate.decision.ask`"
    )]
    Reserved,
}

impl NameError {
    /// The byte at which the mistake stands, where it stands at one.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match self {
            NameError::EmptySegment { position } | NameError::Character { position, .. } => Some(*position),
            NameError::Empty | NameError::TooLong { .. } | NameError::Reserved => None,
        }
    }
}
