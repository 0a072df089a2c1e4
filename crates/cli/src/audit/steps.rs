//! A log as it is shown, step by step, and what is found in it.

use std::str::FromStr;

use casemate_audit::commitment::Salt;
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::VerifierKey;
use casemate_audit::tile::WIDTH;
use casemate_audit::verify::{Content, Finding, Span, Verified, Verifier, Wrong, signed};

use super::meter::Meter;
use crate::exit::Failure;

/// What is shown next.
#[derive(Debug)]
pub(super) enum Step {
    /// An event.
    Event {
        /// Its index.
        index: u64,
        /// Its exact text.
        text: Box<str>,
        /// What its commitment was made with.
        salt: Salt,
    },
    /// An event of which only the leaf is left or shown.
    Leaf {
        /// Its index.
        index: u64,
        /// The leaf.
        leaf: MerkleHash,
    },
    /// A block whose events were given up, or are elsewhere: the node over it is left.
    Block {
        /// Which.
        number: u64,
        /// The node.
        root: MerkleHash,
        /// Whether its events stand in the archive, which is not at hand.
        is_archived: bool,
    },
    /// A checkpoint, as a signed note.
    Checkpoint(Box<str>),
}

/// What is known of the block that comes next.
#[derive(Debug)]
pub(super) enum Told {
    /// Nothing but what checkpoints say.
    Nothing,
    /// The node over it as it is kept beside the events, which leads to nothing that was signed.
    Hint(MerkleHash),
    /// Its leaves, which lead to a signed root.
    Leaves(Vec<MerkleHash>),
    /// The node over it, which leads to a signed root, where its leaves do not: and what was found by that.
    Block {
        /// The node.
        root: MerkleHash,
        /// What is wrong with the leaves.
        finding: Finding,
        /// Checkpoints within the block, as signed notes.
        checkpoints: Vec<String>,
    },
}

/// Why a log was not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong with it.
    Found(Finding),
    /// It cannot be read.
    Failed(Failure),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Stop {
        Stop::Found(finding)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

/// Where a log is read.
pub(super) trait Source {
    /// What comes next; nothing at the end.
    ///
    /// # Errors
    /// Where it cannot be read, or is plainly wrong.
    fn step(&mut self) -> Result<Option<Step>, Stop>;

    /// What is known of a block before its first event.
    ///
    /// # Errors
    /// As [`Source::step`].
    fn told(&mut self, _block: u64) -> Result<Told, Stop> {
        Ok(Told::Nothing)
    }
}

/// Which texts have to be there.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// Those from this index on.
    pub(super) from: u64,
    /// But for these.
    pub(super) but: Vec<Erased>,
}

/// Events whose texts may be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Erased(Span);

impl Default for Kept {
    fn default() -> Kept {
        Kept { from: u64::MAX, but: Vec::new() }
    }
}

impl Kept {
    /// The first of the events from one on, up to one before another, whose text has to be there.
    fn first_of(&self, first: u64, end: u64) -> Option<u64> {
        let mut next = first.max(self.from);
        while next < end {
            let Some(Erased(span)) =
                self.but.iter().find(|Erased(span)| (span.first..=span.last).contains(&next))
            else {
                return Some(next);
            };
            next = span.last.checked_add(1)?;
        }
        None
    }
}

impl FromStr for Erased {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Erased, &'static str> {
        let wrong = "say an index, or the first and the last of several: 17, 17-23";
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong);
        let span = match text.split_once('-') {
            None => Span::only(number(text)?),
            Some((first, last)) => Span { first: number(first)?, last: number(last)? },
        };
        if span.first <= span.last { Ok(Erased(span)) } else { Err(wrong) }
    }
}

/// A log that was gone through.
#[derive(Debug)]
pub(super) struct Gone {
    pub(super) verified: Verified,
    /// Of how many events that count as given up it is said that they stand in the archive, which is not at hand.
    pub(super) archived: u64,
}

/// Goes through a log to its end.
///
/// # Errors
/// The first that is wrong with it, or why it cannot be read.
pub(super) fn check(
    source: &mut impl Source,
    mut verifier: Verifier,
    keys: &[VerifierKey],
    kept: &Kept,
    meter: &mut Meter,
) -> Result<Gone, Stop> {
    // What is wrong with the tile of a block, unless its events tell more.
    let mut suspected: Option<(u64, Finding)> = None;
    let (mut asked, mut archived) = (None, 0);
    while let Some(step) = source.step()? {
        if let Some((_, finding)) = suspected.take_if(|(block, _)| verifier.next() / WIDTH != *block) {
            // The events of the block are what was signed, and its tile is not.
            return Err(finding.into());
        }
        let next = verifier.next();
        if next.is_multiple_of(WIDTH) && asked != Some(next) && !matches!(step, Step::Checkpoint(_)) {
            asked = Some(next);
            match source.told(next / WIDTH)? {
                Told::Nothing => {}
                Told::Hint(root) => verifier.hint_block(next / WIDTH, root),
                Told::Leaves(leaves) => verifier.tell(leaves),
                Told::Block { root, finding, checkpoints } => {
                    for note in checkpoints {
                        verifier.expect(&signed(&note, keys)?.0)?;
                    }
                    verifier.tell_block(next / WIDTH, root);
                    suspected = Some((next / WIDTH, finding));
                }
            }
        }
        match step {
            Step::Checkpoint(note) => verifier.expect(&signed(&note, keys)?.0)?,
            Step::Block { number, root, is_archived } => {
                let (first, end) =
                    (number.saturating_mul(WIDTH), number.saturating_add(1).saturating_mul(WIDTH));
                if let Some(due) = kept.first_of(first, end) {
                    let detail = match is_archived {
                        true => format!(
                            "block {number} is said to stand in the archive, which is not at hand: check it with --server, or say --kept-from behind it"
                        ),
                        false => format!("block {number} has no events any more"),
                    };
                    return Err(Finding::at(Wrong::Missing, Span::up_to(due, end), detail).into());
                }
                // Its tile is gone with its events: that is no finding.
                suspected = None;
                verifier.skip_block(number, root)?;
                archived += if is_archived { WIDTH } else { 0 };
            }
            Step::Event { index, text, salt } => {
                verifier.push(index, &Content::Event { text: text.as_bytes(), salt: &salt })?;
            }
            Step::Leaf { index, leaf } => {
                verifier.push(index, &Content::Leaf(leaf))?;
                if kept.first_of(index, index.saturating_add(1)).is_some() {
                    let detail = "its leaf is there, its text is not any more";
                    return Err(Finding::at(Wrong::Missing, Span::only(index), detail).into());
                }
            }
        }
        meter.passed(verifier.next());
    }
    match suspected {
        Some((_, finding)) => Err(finding.into()),
        None => Ok(Gone { archived, verified: verifier.end()? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_be_kept_is_all_but_what_is_known_to_be_erased() {
        let erased = |text: &str| text.parse::<Erased>();
        for wrong in ["", "-", "a", "3-2", "1-", "-1", "1-2-3"] {
            assert!(erased(wrong).is_err(), "{wrong}");
        }
        let but = vec![erased("7").unwrap(), erased("300-511").unwrap(), erased("256-299").unwrap()];
        let kept = Kept { from: 5, but };
        assert_eq!(kept.first_of(0, 5), None);
        assert_eq!(kept.first_of(0, 6), Some(5));
        assert_eq!(kept.first_of(7, 8), None);
        assert_eq!(kept.first_of(256, 512), None);
        assert_eq!(kept.first_of(256, 513), Some(512));
        let all = Kept { from: 0, but: vec![Erased(Span { first: 0, last: u64::MAX })] };
        assert_eq!(all.first_of(0, u64::MAX), None);
        assert_eq!(Kept::default().first_of(0, u64::MAX), None);
    }
}
