//! Segments: where decisions are on disk before they are answered, and wait to come into the database.
//!
//! A change of an embedded database is a transaction with its journal, which several threads and flushes take part in. Many
//! decisions are recorded each second, and each waits for the disk: so they are written one behind the other into a file whose
//! blocks are there already, by one thread that takes all that waits, writes once and flushes once. The database's writer
//! reads them from there and inserts many at once; how far it came is committed with the rows, so that each comes into the
//! database exactly once, whenever the process ends. Whoever reads the record waits until what was acknowledged before is in
//! the database.
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

pub(crate) use frame::Record;
pub use frame::read_segment;
pub use log::RecordLag;

pub(crate) use appender::{Encoded, Flush, Segment};
pub(crate) use indexer::{Behind, Owner, catch_up, flush, index, settle};
