//! A log as it is shown, step by step, and what is found in it.

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
    /// A block whose events were given up: the node over it is left.
    Block {
        /// Which.
        number: u64,
        /// The node.
        root: MerkleHash,
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

/// Goes through a log to its end. Events from `kept_from` on are not to have been given up.
///
/// # Errors
/// The first that is wrong with it, or why it cannot be read.
pub(super) fn check(
    source: &mut impl Source,
    mut verifier: Verifier,
    keys: &[VerifierKey],
    kept_from: u64,
    meter: &mut Meter,
) -> Result<Verified, Stop> {
    // What is wrong with the tile of a block, unless its events tell more.
    let mut suspected: Option<(u64, Finding)> = None;
    let mut asked = None;
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
            Step::Block { number, root } => {
                let (first, end) =
                    (number.saturating_mul(WIDTH), number.saturating_add(1).saturating_mul(WIDTH));
                if end > kept_from {
                    let detail = format!("block {number} has no events any more");
                    return Err(
                        Finding::at(Wrong::Missing, Span::up_to(first.max(kept_from), end), detail).into()
                    );
                }
                // Its tile is gone with its events: that is no finding.
                suspected = None;
                verifier.skip_block(number, root)?;
            }
            Step::Event { index, text, salt } => {
                verifier.push(index, &Content::Event { text: text.as_bytes(), salt: &salt })?;
            }
            Step::Leaf { index, leaf } => verifier.push(index, &Content::Leaf(leaf))?,
        }
        meter.passed(verifier.next());
    }
    match suspected {
        Some((_, finding)) => Err(finding.into()),
        None => Ok(verifier.end()?),
    }
}
