//! Where sealed months of the audit log go: files in the [Parquet format](https://parquet.apache.org/docs/file-format/), in a folder
//! or an object store.
//!
//! A file holds events in their order, each with its exact text, its salt and its leaf, so that it can be verified like the log itself, and
//! with columns for those who search it with other programs. Casemate reads an event from it again by the row group that holds it, and
//! believes nothing that the leaf does not commit to.
#![forbid(unsafe_code)]

mod asking;
mod column;
mod error;
mod place;
mod read;
mod row;
mod thrift;
mod write;

pub use error::ArchiveError;
pub use place::{Archive, FileWriter};
pub use read::{Contents, read_file};
pub use row::Row;
pub use write::{GROUP, Writer};
