//! The database kernel.
//!
//! One SQLite file in a data folder that only its owner may open: write-ahead log, `synchronous=FULL`, one writer that
//! begins IMMEDIATE and commits what waits together, many readers. Migrations run at start, forward only, under a lock.
//! Pages are read by key, never by offset; times are integers, UTC microseconds since 1970. The store has no clock: the
//! caller passes one in.
#![forbid(unsafe_code)]

mod credential;
mod decision;
mod error;
mod folder;
mod migration;
mod open;
mod retention;
mod writer;

pub use credential::DevelopmentCredential;
pub use decision::{
    DecisionEvent, DecisionFilter, MAX_PAGE, Page, Party, RecordedDecision, RecordedEvent, clipped,
};
pub use error::{RecordError, StoreError};
pub use folder::{DataFolder, FolderError};
pub use open::{Store, StoreReader};
pub use retention::Retention;
pub use writer::{MAX_GROUP, MAX_QUEUE, MAX_WAITING};
