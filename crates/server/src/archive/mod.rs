//! Sealed months of the audit log: they go into files of a folder or object store, and are read from there.

mod job;
mod name;
mod shelf;

pub use casemate_archive::{Archive, ArchiveError, Row, Writer, read_file};
pub use job::{ArchiveRule, ArchivedMonth, JobError, archive_months, archive_one_month};
pub use shelf::ArchiveShelf;
