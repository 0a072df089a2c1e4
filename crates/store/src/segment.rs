//! Segments: where what is recorded is on disk before it is answered, and waits to come into the log.
//!
//! A change of an embedded database is a transaction with its journal, which several threads and flushes take part in. Many
//! events are recorded each second, and each waits for the disk: so they are written one behind the other into a file whose
//! blocks are there already, by one thread that takes all that waits, writes once and flushes once. The database's writer
//! reads them from there and appends many to the log at once; how far it came is committed with them, so that each comes into the
//! log exactly once, whenever the process ends. Whoever reads the record waits until what was acknowledged before is in
//! the log.
//!
//! One process at a time has the lock of the folder; others record in the database itself, as all do where that is on
//! another machine.

mod appender;
mod files;
mod frame;
mod indexer;
mod log;
#[cfg(test)]
mod tests;

pub use frame::read_segment;
pub use log::RecordLag;

pub(crate) use appender::{Flush, Segment, is_small};
pub(crate) use log::MAX_BEHIND;

pub(crate) use indexer::{Behind, Owner, catch_up, flush, index, settle};
