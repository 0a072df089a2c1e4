//! Granted names.

use std::fmt;

use thiserror::Error;

use super::glob::{Glob, reaches_reserved};
use super::{Name, expand, language};
use crate::limits::{BRACE_DEPTH, NAME_BYTES, PATTERN_ALTERNATIVES, PATTERN_BYTES};

/// A granted name, which may be a pattern.
///
/// `*` stands for any run of characters, dots included, also the empty one; `?` for one character that is no dot;
/// `{a,b}` for alternatives. Each of the patterns that it expands to matches at least one name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: Box<str>,
    alternatives: Box<[Box<str>]>,
}

impl Pattern {
    /// Reads a granted name.
    ///
    /// # Errors
    /// What is wrong with the text, and at which byte; among it that no name can match, since a mistyped denial would
    /// deny nothing.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        if text.len() > PATTERN_BYTES {
            return Err(PatternError::TooLong { bytes: text.len() });
        }
        let alternatives = expand::expand(text)?;
        let reaches = reaches_reserved(text);
        for alternative in &alternatives {
            if let Err(reason) = language::matchable(alternative, reaches) {
                return Err(PatternError::MatchesNothing { alternative: alternative.clone(), reason });
            }
        }
        Ok(Pattern { text: text.into(), alternatives: alternatives.into_boxed_slice() })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The patterns that its braces expand to, at least one, none twice.
    pub fn alternatives(&self) -> impl ExactSizeIterator<Item = Glob<'_>> + Clone {
        self.alternatives.iter().map(|text| Glob::from_expanded(text))
    }

    /// Whether it matches names in the namespace `casemate`; then it matches no others.
    #[must_use]
    pub fn reaches_reserved(&self) -> bool {
        reaches_reserved(&self.text)
    }

    /// The one name that it matches, where it holds no wildcard and is no more than one alternative.
    #[must_use]
    pub fn as_exact(&self) -> Option<&str> {
        match &*self.alternatives {
            [only] if !only.bytes().any(super::glob::is_wildcard) => Some(only),
            _ => None,
        }
    }

    /// Whether it matches a requested name. The simple way, alternative by alternative: sets of many patterns are
    /// searched by [`super::PatternIndex`].
    #[must_use]
    pub fn matches(&self, name: &Name<'_>) -> bool {
        self.alternatives().any(|alternative| alternative.matches(name))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pattern({:?})", self.text)
    }
}

impl std::str::FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Pattern::parse(text)
    }
}

/// Why a text is no granted name. Positions are byte offsets from 0; messages count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PatternError {
    /// There is no text.
    #[error("the granted name is empty; write a name such as `cms.entry`, or a pattern such as `cms.*`")]
    Empty,
    /// The text exceeds [`PATTERN_BYTES`].
    #[error("the granted name is {bytes} bytes long; at most {PATTERN_BYTES} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A character that granted names may not hold.
    #[error("{character:?} at character {} is not allowed in a granted name; use letters, digits, `_`, `-` and dots, and the wildcards `*`, `?` and `{{a,b}}`", position + 1)]
    Character {
        /// The character.
        character: char,
        /// Where it stands.
        position: usize,
    },
    /// A `{` without its `}`.
    #[error("the `{{` at character {} is never closed; add the missing `}}`", position + 1)]
    Unclosed {
        /// Where the innermost open brace stands.
        position: usize,
    },
    /// A `}` without its `{`.
    #[error("the `}}` at character {} closes nothing; add the missing `{{` or remove it", position + 1)]
    Unopened {
        /// Where it stands.
        position: usize,
    },
    /// A comma that separates no alternatives.
    #[error("the comma at character {} stands outside braces; write alternatives as `{{a,b}}`", position + 1)]
    CommaOutsideBraces {
        /// Where it stands.
        position: usize,
    },
    /// Braces nested deeper than [`BRACE_DEPTH`].
    #[error("the `{{` at character {} nests deeper than {BRACE_DEPTH} braces", position + 1)]
    TooDeep {
        /// Where the first brace too many stands.
        position: usize,
    },
    /// Braces that expand to more than [`PATTERN_ALTERNATIVES`] patterns.
    #[error(
        "the braces expand to {alternatives} patterns; at most {PATTERN_ALTERNATIVES} are allowed, so split the permission"
    )]
    TooManyAlternatives {
        /// How many, or [`usize::MAX`] where they are beyond counting.
        alternatives: usize,
    },
    /// No name can match the pattern, or one of those that it expands to.
    #[error("no name can match `{alternative}`: {reason}")]
    MatchesNothing {
        /// The pattern after expansion.
        alternative: Box<str>,
        /// Why nothing matches.
        reason: NoName,
    },
}

impl PatternError {
    /// The byte at which the mistake stands, where it stands at one.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match self {
            PatternError::Character { position, .. }
            | PatternError::Unclosed { position }
            | PatternError::Unopened { position }
            | PatternError::CommaOutsideBraces { position }
            | PatternError::TooDeep { position } => Some(*position),
            PatternError::Empty
            | PatternError::TooLong { .. }
            | PatternError::TooManyAlternatives { .. }
            | PatternError::MatchesNothing { .. } => None,
        }
    }
}

/// Why no name matches a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoName {
    /// Two dots meet, or one begins or ends the name, or nothing is left of it.
    #[error("it leaves a segment empty")]
    EmptySegment,
    /// Every name it could match exceeds [`NAME_BYTES`].
    #[error("the shortest text it matches has {bytes} bytes, and names have at most {NAME_BYTES}")]
    TooLong {
        /// Length of the shortest.
        bytes: usize,
    },
    /// Everything it could match lies in the namespace `casemate`, which it does not reach.
    #[error(
        "only a granted name that begins with `casemate.` as written matches names in that namespace, and `casemate` alone is no name"
    )]
    Reserved,
}
