//! What can go wrong with the database.

use std::path::PathBuf;

use crate::people::MAX_GROUPS_OF_USER;

/// Why the database could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file could not be created or opened.
    #[error("cannot open the database {path}: {source}; check the folder's owner and free space")]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the operating system or SQLite said.
        source: sqlx::Error,
    },
    /// The file could not be created.
    #[error("cannot create the database {path}: {source}")]
    Create {
        /// The database file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database server could not be reached, or did not let us in.
    #[error(
        "cannot connect to PostgreSQL at {host}:{port}: {source}; check that it runs, and the URL's user, password and database"
    )]
    Connect {
        /// The server's host.
        host: String,
        /// The server's port.
        port: u16,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// The database's URL cannot be read.
    #[error("the database URL is none: write it like `postgres://user:password@host:5432/database`")]
    Url,
    /// There is no database yet.
    #[error("there is no database at {path}; `casemate serve` creates it at its first start")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A newer Casemate changed the database in a way that this one cannot work with.
    #[error(
        "the database needs a Casemate that knows migration {needed}, this one knows {known}; start the newer binary"
    )]
    TooNew {
        /// The oldest migration that a binary must know to work with this database.
        needed: i64,
        /// The newest migration that this binary knows.
        known: i64,
    },
    /// The database was made by an older Casemate and was not migrated yet.
    #[error(
        "the database is at migration {applied} and this Casemate needs {known}; `casemate serve` migrates it at its start"
    )]
    TooOld {
        /// The newest migration that was applied.
        applied: i64,
        /// The newest migration that this binary knows.
        known: i64,
    },
    /// There is a database, and nothing of Casemate in it.
    #[error("the database holds nothing of Casemate's yet; `casemate serve` prepares it at its first start")]
    Unprepared,
    /// The user may not make tables, or the server follows another one.
    #[error(
        "the database cannot be prepared: {source}; on PostgreSQL, connect to the primary as the database's owner, or `GRANT CREATE ON SCHEMA public` to the user"
    )]
    ReadOnly {
        /// What the database said.
        source: sqlx::Error,
    },
    /// PostgreSQL's database cannot keep all texts.
    #[error("the database's encoding is {encoding}: create one with `ENCODING 'UTF8' TEMPLATE template0`")]
    Encoding {
        /// Its encoding.
        encoding: String,
    },
    /// A migration failed; the database is as it was before it.
    #[error("migration {version} failed, nothing was changed: {source}")]
    Migration {
        /// The migration's number.
        version: i64,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The operating system gave no random bytes.
    #[error("the system gives no randomness, which the database needs to be told from others")]
    NoRandomness,
    /// A statement failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A file of recorded decisions does not hold what was written, at a place that is not its end.
    #[error(
        "{path} is damaged at byte {offset}: decisions that were recorded there and behind it are not in the database yet; restore the file, or move it out of the folder to go on without them"
    )]
    DamagedSegment {
        /// The file.
        path: PathBuf,
        /// Where it begins to be damaged.
        offset: u64,
    },
    /// A file of recorded decisions is gone before what it held was in the database.
    #[error(
        "{path} lacks segment {segment}, whose decisions are not in the database yet; put its file back, or move the others out of the folder to go on without all of them"
    )]
    MissingSegment {
        /// The folder.
        path: PathBuf,
        /// The number of the segment.
        segment: u64,
    },
    /// A file of recorded decisions was written by another version of Casemate.
    #[error(
        "{path} was written by another version of Casemate, in a format that this one does not read: start that version once and let it end orderly, which leaves no such file; or move the folder away to go on without what it holds"
    )]
    SegmentFormat {
        /// The file.
        path: PathBuf,
    },
    /// A file of recorded decisions belongs to another database.
    #[error(
        "{path} belongs to another database than the one beside it: decisions that were recorded there may not be in any database yet; put the database back with which the folder was used, or move the folder away to go on without what it holds"
    )]
    SegmentOfAnother {
        /// The file.
        path: PathBuf,
    },
    /// The folder of recorded decisions cannot be used.
    #[error("the folder of recorded decisions cannot be used: {reason}")]
    SegmentFolder {
        /// Why not.
        reason: String,
    },
    /// What was recorded before it was asked for does not come into the database.
    #[error("the newest recorded decisions are not in the database yet; the server's log says why")]
    Behind,
    /// What the database holds of the log is not what was written.
    #[error(
        "the audit log is damaged at event {index}: {reason}; restore the database from a backup, or see with `casemate audit verify` what is left of it"
    )]
    DamagedLog {
        /// The first event of which that is known.
        index: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// What stands in the archive of the log cannot be read.
    #[error(
        "the events from {first} on stand in the archive's file `{file}`, which does not serve: {reason}"
    )]
    Shelf {
        /// The first of them.
        first: u64,
        /// The file.
        file: String,
        /// Why not.
        reason: String,
        /// Whether the archive does not answer in time: asked a moment later, it may.
        is_late: bool,
    },
    /// A user belongs to more groups than are read, and some of them may deny what others allow.
    #[error("the user `{user}` belongs to more than {MAX_GROUPS_OF_USER} groups: take them out of some")]
    TooManyGroups {
        /// The user's id.
        user: String,
    },
    /// A row holds what this version never writes.
    #[error("the database holds an unknown {column} {value:?}; it was changed by something else")]
    Unreadable {
        /// The column.
        column: &'static str,
        /// What stands in it.
        value: String,
    },
}

impl StoreError {
    /// From which event on the log is not what was written, and what is wrong, where that is the reason.
    #[must_use]
    pub fn damaged_log(&self) -> Option<(u64, &'static str)> {
        match self {
            StoreError::DamagedLog { index, reason } => Some((*index, reason)),
            StoreError::Database(sqlx::Error::Decode(inner)) => {
                inner.downcast_ref::<StoreError>().and_then(StoreError::damaged_log)
            }
            _ => None,
        }
    }

    /// Whether events cannot be read although the database answers: asked for again, they will hardly be there.
    #[must_use]
    pub fn is_of_lost_events(&self) -> bool {
        match self {
            StoreError::DamagedLog { .. } => true,
            // One that is slow is asked again: what is passed over is never looked at.
            StoreError::Shelf { is_late, .. } => !is_late,
            StoreError::Database(sqlx::Error::Decode(inner)) => {
                inner.downcast_ref::<StoreError>().is_some_and(StoreError::is_of_lost_events)
            }
            _ => false,
        }
    }

    /// Whether the archive, in which what is to be read stands, does not answer in time: asked a moment later, it may.
    #[must_use]
    pub fn is_of_late_archive(&self) -> bool {
        match self {
            StoreError::Shelf { is_late, .. } => *is_late,
            StoreError::Database(sqlx::Error::Decode(inner)) => {
                inner.downcast_ref::<StoreError>().is_some_and(StoreError::is_of_late_archive)
            }
            _ => false,
        }
    }

    /// Whether what cannot be read stands in the archive.
    #[must_use]
    pub fn is_of_archive(&self) -> bool {
        match self {
            StoreError::Shelf { .. } => true,
            StoreError::Database(sqlx::Error::Decode(inner)) => {
                inner.downcast_ref::<StoreError>().is_some_and(StoreError::is_of_archive)
            }
            _ => false,
        }
    }
}

/// Why something was not written. Nothing of the request was: a group commits as a whole or not at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecordError {
    /// More writes wait than are allowed to; try again later.
    #[error("the database's queue is full")]
    Busy,
    /// The write failed; the reason is in the message, which may name files and is not for clients.
    #[error("the database refused the write: {0}")]
    Failed(String),
    /// So little is free on the disk that only changes are written; free some of it, or keep fewer decisions.
    #[error("the disk is nearly full, and the rest of it is reserved for changes")]
    Reserve,
    /// The writer has stopped, because the process is shutting down.
    #[error("the database is closed")]
    Closed,
}
