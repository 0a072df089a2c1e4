//! Checkpoints: what a log says of itself at a time ([c2sp.org/tlog-checkpoint](https://c2sp.org/tlog-checkpoint)).

use std::fmt::{self, Display};

use thiserror::Error;

use crate::hash::MerkleHash;

/// The most bytes of an origin.
pub const MAX_ORIGIN: usize = 255;
/// The most bytes of a checkpoint without its signatures.
const MAX_TEXT: usize = 4_096;

/// How large a log is, and which root it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root of its tree.
    pub root: MerkleHash,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The name of the log cannot be written in one.
    #[error(
        "the origin of a log is 1 to {MAX_ORIGIN} bytes, without white space, `+` and control characters"
    )]
    Origin,
    /// It is longer than one may be.
    #[error("a checkpoint has at most {MAX_TEXT} bytes")]
    TooLong,
    /// It does not have the three lines.
    #[error(
        "a checkpoint has three lines or more, each ending in a newline: the log's origin, the number of events and the root"
    )]
    Lines,
    /// The second line is no number of events.
    #[error("line 2 of a checkpoint is the number of events: decimal, without leading zeroes, below 2^63")]
    Size,
    /// The third line is no hash.
    #[error("line 3 of a checkpoint is the root: the base64 of 32 bytes")]
    Root,
}

impl Checkpoint {
    /// Of the log with this origin, which is its name: a URL without scheme, such as `casemate.example.com/audit`.
    ///
    /// # Errors
    /// Where the origin cannot stand in a checkpoint.
    pub fn new(origin: &str, size: u64, root: MerkleHash) -> Result<Checkpoint, CheckpointError> {
        if !is_name(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// Reads the text of a note. Lines behind the third say nothing to us, though they are signed with the rest.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        if text.len() > MAX_TEXT {
            return Err(CheckpointError::TooLong);
        }
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = MerkleHash::parse(root).ok_or(CheckpointError::Root)?;
        Checkpoint::new(origin, size, root)
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// The text that is signed.
impl Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checkpoint { origin, size, root } = self;
        write!(formatter, "{origin}\n{size}\n{root}\n")
    }
}

/// Whether it can be the name of a log or of a key.
pub(crate) fn is_name(name: &str) -> bool {
    let is_allowed = |sign: char| !sign.is_whitespace() && !sign.is_control() && sign != '+';
    (1..=MAX_ORIGIN).contains(&name.len()) && name.chars().all(is_allowed)
}

/// A number as it is written in one way only, of at most 63 bits.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_canonical = text == "0" || !text.starts_with('0');
    let number: i64 =
        text.parse().ok().filter(|_| is_canonical && text.bytes().all(|byte| byte.is_ascii_digit()))?;
    u64::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const EXAMPLE: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn what_is_read_is_what_was_written() {
        let checkpoint = Checkpoint::parse(EXAMPLE).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_string(), EXAMPLE);
        assert_eq!(Checkpoint::parse(&format!("{EXAMPLE}an extension\n")), Ok(checkpoint));
    }

    #[test]
    fn what_is_none_is_refused_for_what_is_wrong() {
        use CheckpointError::{Lines, Origin, Root, Size, TooLong};
        for (from, to, wrong) in [
            ("q2I=\n", "q2I=", Lines),
            ("q2I=\n", "q2I=\n\n", Lines),
            ("example.com/behind-the-sofa", "", Lines),
            ("\n20852163", "", Lines),
            ("example.com/", "example.com ", Origin),
            ("example.com/", "example.com+", Origin),
            ("example.com/", "example.com\u{a0}", Origin),
            ("20852163", "020852163", Size),
            ("20852163", "+20852163", Size),
            ("20852163", "-1", Size),
            ("20852163", "9223372036854775808", Size),
            ("q2I=", "q2I", Root),
            ("q2I=", "q2J=", Root),
        ] {
            assert!(EXAMPLE.contains(from));
            let text = EXAMPLE.replacen(from, to, 1);
            assert_eq!(Checkpoint::parse(&text), Err(wrong), "{text}");
        }
        assert_eq!(Checkpoint::parse(&format!("{EXAMPLE}{}\n", "x".repeat(MAX_TEXT))), Err(TooLong));
        assert_eq!(Checkpoint::parse(""), Err(Lines));
    }
}
