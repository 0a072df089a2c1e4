//! Backups: all that the database holds in one sealed file, which restores into either database.
//!
//! The file is of the age format (age-encryption.org/v1), for a passphrase or for an X25519 recipient; what is in it is
//! described in [`format`](self). It is read in one transaction while the server serves and others change things, a batch
//! at a time; its plain text never touches a disk. The root keys stand in it too: a backup whose secrets cannot be opened
//! is none. Leases are left out: whoever holds one is not there any more.
//!
//! The plain text is a line of JSON each: a header; for each table a line with its columns, then an array for each row;
//! and at the end the number of rows of each table and the SHA-256 of all lines before.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::error::StoreError;
use crate::folder::FolderError;
use crate::root_key::{RootKeyError, RootKeyFileError};

mod bounds;
mod earlier;
mod format;
mod log;
mod restore;
mod sealed;
mod tables;
mod write;

pub use format::MAX_LINE;
pub use log::{BackedUp, BackupLog};
pub use restore::{Restore, restore};

/// For whom a backup is sealed.
#[derive(Debug, Clone)]
pub enum BackupLock {
    /// For whoever knows the passphrase.
    Passphrase(SecretString),
    /// For whoever has the identity of this recipient: `age1…`, as `age-keygen` prints it.
    Recipient(String),
}

/// What opens a backup.
#[derive(Debug, Clone)]
pub enum BackupKey {
    /// The passphrase that it was sealed with.
    Passphrase(SecretString),
    /// The identity that it was sealed for: `AGE-SECRET-KEY-1…`, as `age-keygen` prints it.
    Identity(SecretString),
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSummary {
    /// The newest migration of the database that it was made of.
    pub migration: i64,
    /// The revision of the last change in it.
    pub revision: i64,
    /// When it was made, in microseconds since 1970 (UTC).
    pub at: i64,
    /// How many rows of each table it holds.
    pub rows: BTreeMap<String, u64>,
    /// Whether it holds root keys.
    pub has_root_keys: bool,
}

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be written.
    #[error("cannot write the backup {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is such a file already.
    #[error("{path} exists already; choose another name, or remove it")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened.
    #[error("cannot read the backup {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The recipient is none.
    #[error("the recipient is none: write it as `age-keygen` prints it, `age1…`")]
    Recipient,
    /// The identity is none.
    #[error("the identity is none: write it as `age-keygen` prints it, `AGE-SECRET-KEY-1…`")]
    Identity,
    /// It is no backup, or was sealed for another key or passphrase.
    #[error(
        "the backup does not open: {reason}; check the passphrase or identity, and whether the file is whole"
    )]
    Sealed {
        /// What is wrong.
        reason: String,
    },
    /// The contents were changed, cut off, or written by something else.
    #[error("the backup is damaged at line {line}: {reason}")]
    Damaged {
        /// The line of the plain text, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A newer Casemate wrote it.
    #[error(
        "the backup is of format {format} and migration {migration}; restore it with the Casemate that wrote it, or a newer one"
    )]
    TooNew {
        /// The format's version.
        format: u32,
        /// The migration of the database that it was made of.
        migration: i64,
    },
    /// The database holds something.
    #[error(
        "the database is not empty: {table} has rows; restore into an empty one, or say that all of it is to be replaced"
    )]
    NotEmpty {
        /// A table that has rows.
        table: &'static str,
    },
    /// The root keys in it are none.
    #[error("the root keys in the backup are none: {0}")]
    RootKeys(#[from] RootKeyError),
    /// The key file cannot be read or written.
    #[error(transparent)]
    KeyFile(#[from] RootKeyFileError),
    /// The data folder is not usable.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The process is ending.
    #[error("the backup was broken off")]
    BrokenOff,
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> BackupError {
        BackupError::Store(StoreError::Database(error))
    }
}

/// Reads all of a backup and says what is in it, without a database.
///
/// # Errors
/// Where it does not open, or is not whole.
pub async fn check_backup(file: &Path, key: &BackupKey) -> Result<BackupSummary, BackupError> {
    let (file, key) = (file.to_owned(), key.clone());
    let check = move || read_plain_backup(sealed::open(&file, &key)?);
    tokio::task::spawn_blocking(check).await.map_err(|_| BackupError::BrokenOff)?
}

/// Reads the plain text of a backup to its end.
///
/// # Errors
/// Where it is not whole, or not what this Casemate writes.
pub fn read_plain_backup(text: impl BufRead) -> Result<BackupSummary, BackupError> {
    let mut reader = format::PlainReader::new(text)?;
    while reader.next()?.is_some() {}
    Ok(reader.summary())
}

#[cfg(test)]
mod tests;
