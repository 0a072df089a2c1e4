//! A backup: the log as its tables hold it.

use std::path::Path;

use casemate_audit::hash::MerkleHash;
use casemate_audit::verify::{Finding, Span, Wrong};
use casemate_store::{BackedUp, BackupError, BackupKey, BackupLog, LogEvent};

use super::steps::{Source, Step, Stop, Told};
use crate::exit::Failure;
use crate::place::failed;

/// The log in a backup.
pub(super) struct Backup {
    log: BackupLog,
    steps: std::vec::IntoIter<Step>,
    /// The node that is kept beside the block that comes next.
    hint: Option<(u64, MerkleHash)>,
}

impl Backup {
    /// Opens it.
    ///
    /// # Errors
    /// Where it does not open, or is not whole.
    pub(super) fn open(file: &Path, key: &BackupKey) -> Result<Backup, Failure> {
        let log = BackupLog::open(file, key).map_err(failed)?;
        Ok(Backup { log, steps: Vec::new().into_iter(), hint: None })
    }

    /// Its checkpoints, as signed notes.
    pub(super) fn checkpoints(&self) -> Vec<String> {
        self.log.checkpoints().to_vec()
    }
}

/// What is shown of an event.
fn step(event: LogEvent) -> Step {
    let LogEvent { index, text, leaf, salt } = event;
    match (text, salt) {
        (Some(text), Some(salt)) => Step::Event { index, text: text.into(), salt },
        _ => Step::Leaf { index, leaf },
    }
}

impl Source for Backup {
    fn step(&mut self) -> Result<Option<Step>, Stop> {
        loop {
            if let Some(step) = self.steps.next() {
                return Ok(Some(step));
            }
            match self.log.read_next().map_err(|error: BackupError| failed(error))? {
                None => return Ok(None),
                Some(BackedUp::GivenUp { block, root }) => {
                    return Ok(Some(Step::Block { number: block, root, is_archived: false }));
                }
                Some(BackedUp::Archived { block, root }) => {
                    return Ok(Some(Step::Block { number: block, root, is_archived: true }));
                }
                Some(BackedUp::Damaged { first, reason }) => {
                    return Err(Finding::at(Wrong::Unreadable, Span::only(first), reason).into());
                }
                Some(BackedUp::Events { block, root, events }) => {
                    self.hint = root.map(|root| (block, root));
                    self.steps = events.into_iter().map(step).collect::<Vec<_>>().into_iter();
                }
            }
        }
    }

    fn told(&mut self, block: u64) -> Result<Told, Stop> {
        Ok(match self.hint.take_if(|(of, _)| *of == block) {
            Some((_, root)) => Told::Hint(root),
            None => Told::Nothing,
        })
    }
}
