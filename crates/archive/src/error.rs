//! Why an archive cannot be written or read.

use std::time::Duration;

use thiserror::Error;

/// Why an archive cannot be written or read.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The place makes no sense.
    #[error("`{place}` is no place for an archive ({reason}): say `file:///folder` or `s3://bucket/folder`")]
    Place {
        /// What was said.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder or object store does not do what it is asked for.
    #[error("the archive cannot be reached or does not do what it is asked for: {0}")]
    Store(#[from] object_store::Error),
    /// The folder or object store did not do in time what it was asked for; whoever asks again may be luckier.
    #[error(
        "the archive did not answer within {} s: look whether its folder or object store does, and ask again",
        .0.as_secs()
    )]
    Late(Duration),
    /// The folder cannot be read, or does not let a file go.
    #[error("the archive's folder does not do what it is asked for: {reason}")]
    Folder {
        /// What the operating system said.
        reason: String,
    },
    /// A file cannot be written.
    #[error("a file of the archive cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A name that no file can have.
    #[error("`{name}` is no name of a file of the archive: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not what Casemate writes.
    #[error(
        "the archive's file `{file}` is damaged, or none of Casemate's ({reason}): put it back from a copy"
    )]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An event is not what its leaf commits to.
    #[error(
        "event {index} was changed in the archive's file `{file}`, it is not what the log commits to: put the file back from a copy"
    )]
    Changed {
        /// The file.
        file: String,
        /// Its place in the log.
        index: u64,
    },
}

impl ArchiveError {
    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, ArchiveError::Store(object_store::Error::NotFound { .. }))
    }

    /// Whether it may be otherwise a moment later.
    #[must_use]
    pub fn is_late(&self) -> bool {
        matches!(self, ArchiveError::Late(_))
    }
}
