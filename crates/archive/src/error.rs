//! Why an archive cannot be written or read.

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
    /// The folder cannot be read, or does not let a file go.
    #[error("the archive's folder does not do what it is asked for: {reason}")]
    Folder {
        /// What the operating system said.
        reason: String,
    },
    /// A file is not what Casemate writes.
    #[error("this is no file of the archive, or it is damaged: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A file says something else than what it should.
    #[error("the archive's file is not what it should be: {reason}")]
    Unexpected {
        /// What is wrong.
        reason: String,
    },
    /// An event is not what its leaf commits to.
    #[error("event {index} was changed in the archive: it is not what the log commits to")]
    Changed {
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

    pub(crate) fn unexpected(reason: impl Into<String>) -> ArchiveError {
        ArchiveError::Unexpected { reason: reason.into() }
    }
}
