//! The one log: all that is on record, with dense indexes from 0 on, in a tree that proves that nothing of it was changed.
//!
//! Changes append their events in their own transaction. What is only recorded waits elsewhere until many come into the log at
//! once: with SQLite in the files of [`crate::segment`], with PostgreSQL in the rows of [`inbox`]. 256 events are a block, whose texts are
//! compressed together; those of the block that is not full stand in rows of their own.
//!
//! Whoever appends holds the one row of `audit_log`, the last of all locks that it takes.

mod append;
mod block;
mod candidates;
mod check;
mod checkpoint;
mod erase;
mod event;
mod growth;
mod hidden;
mod hold;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod prune;
mod read;
mod recorded;
mod search;
pub(crate) mod sequencer;
mod shelf;
mod sight;
mod state;
mod step;
mod tail;
mod tiles;
mod turned;
pub(crate) mod waiting;

pub use checkpoint::{LOG_KEY, LOG_KEY_FIELD};
pub use erase::{EraseError, LogErasable, LogErased, LogSelection, MAX_ERASED};
pub use hold::{HoldError, LogHold, MAX_LOG_HOLDS};
pub use search::{LogCount, LogPage};
pub use shelf::{
    DroppedFile, NextFile, SHELF_LEASE, Shelf, ShelfError, ShelfFuture, Shelved, Shelving, UnshelvedBlock,
};
pub use step::LogStep;

pub(crate) use append::{append, tell};
pub(crate) use check::check;
pub(crate) use event::{DECISION, audited, decision};
pub(crate) use growth::Growth;
pub(crate) use recorded::Recorded;
pub(crate) use search::Only;
pub(crate) use shelf::OwnShelf;
pub(crate) use state::{forget, name, size};
#[cfg(test)]
pub(crate) use tail::push_text;
pub(crate) use tail::{held_events, reseed, split_text};
pub(crate) use turned::Turning;

use casemate_audit::commitment::Salt;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tree::Edge;

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// Its place in the log, from 0.
    pub index: u64,
    /// Its exact text; nothing where it was erased, or was kept for as long as it is to be.
    pub text: Option<String>,
    /// What stands in the tree of it.
    pub leaf: MerkleHash,
    /// With which its text makes the leaf; gone with the text.
    pub salt: Option<Salt>,
}

/// How large the log is, and which root it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// The name of the log in its checkpoints.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root of its tree.
    pub root: MerkleHash,
}

/// The node over events that are all of a block.
fn root_of(events: &[LogEvent]) -> Option<MerkleHash> {
    let mut edge = Edge::default();
    for event in events {
        edge.push(event.leaf, |_, _| {});
    }
    Some(edge.root())
}
