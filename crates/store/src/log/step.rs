//! All that stands in the log, in order, also in place of what was given up: what whoever checks all of it needs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::{Tile, WIDTH};

use super::LogEvent;
use crate::error::StoreError;
use crate::open::StoreReader;

/// What stands next in the log. It is shown as a line of an export, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogStep {
    /// An event.
    Event(LogEvent),
    /// A block whose events were given up: the node over it is left.
    GivenUp {
        /// Which: it held the 256 events from 256 times that on.
        block: u64,
        /// The node.
        root: MerkleHash,
    },
}

impl LogStep {
    /// The index behind it.
    #[must_use]
    pub fn end(&self) -> u64 {
        match self {
            LogStep::Event(event) => event.index.saturating_add(1),
            LogStep::GivenUp { block, .. } => block.saturating_add(1).saturating_mul(WIDTH),
        }
    }
}

impl fmt::Display for LogStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogStep::Event(event) => event.fmt(formatter),
            LogStep::GivenUp { block, root } => {
                write!(formatter, r#"{{"block":{block},"root":"{root}"}}"#)
            }
        }
    }
}

impl fmt::Display for LogEvent {
    /// A line of an export, without its end: the bytes of the text are left as they are.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LogEvent { index, text, leaf, salt } = self;
        match (text, salt) {
            (Some(text), Some(salt)) => {
                let salt = STANDARD.encode(salt.0);
                write!(formatter, r#"{{"index":{index},"salt":"{salt}","event":{text}}}"#)
            }
            _ => write!(formatter, r#"{{"index":{index},"leaf":"{leaf}"}}"#),
        }
    }
}

impl StoreReader {
    /// What the log has from an index on, in order: at most `limit` (1 to 1,000) events with what was given up between and before them,
    /// fewer where they are long, and none where the log has none from there on. Where much was given up, it ends within that.
    ///
    /// # Errors
    /// As [`StoreReader::log_events`], and where a node of the tree is gone.
    pub async fn log_steps(&self, first: u64, limit: u32) -> Result<Vec<LogStep>, StoreError> {
        let size = self.log_state().await?.size;
        let events = self.log_events(first, limit).await?;
        let (mut steps, mut next) = (Vec::with_capacity(events.len()), first);
        let mut events = events.into_iter().peekable();
        while next < size {
            match events.next_if(|event| event.index == next) {
                Some(event) => {
                    next = event.index + 1;
                    steps.push(LogStep::Event(event));
                }
                // Those behind the last that was read are read by whoever asks again.
                None if events.peek().is_none() && !steps.is_empty() => break,
                None => {
                    let gap =
                        self.given_up(next / WIDTH, events.peek().map_or(size, |event| event.index)).await?;
                    next = gap.last().map_or(size, LogStep::end);
                    let is_cut = events.peek().is_some_and(|event| event.index > next);
                    steps.extend(gap);
                    if is_cut || events.peek().is_none() {
                        break;
                    }
                }
            }
        }
        Ok(steps)
    }

    /// The nodes over blocks from one on, before an index: those of one tile.
    async fn given_up(&self, block: u64, before: u64) -> Result<Vec<LogStep>, StoreError> {
        let damaged = StoreError::DamagedLog { index: block * WIDTH, reason: "a node over a block is gone" };
        let Some(tile) = Tile::at(1, block / WIDTH, before) else { return Err(damaged) };
        let hashes = self.log_tile(1, tile.index(), tile.width()).await?;
        let hashes = hashes.and_then(|bytes| tile.hashes(&bytes).ok()).ok_or(damaged)?;
        let numbered = (tile.index() * WIDTH..).zip(hashes);
        Ok(numbered
            .skip_while(|(number, _)| *number < block)
            .map(|(block, root)| LogStep::GivenUp { block, root })
            .collect())
    }
}
