//! Where events of the audit log come from.

use std::sync::Arc;

use casemate_identity::BoxFuture;
use tokio::sync::watch;

/// How far the log is.
#[derive(Debug, Clone)]
pub(super) struct LogEnd {
    /// What the log is called.
    pub(super) origin: Arc<str>,
    /// How many events are on record.
    pub(super) size: u64,
}

/// An event on record.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) index: u64,
    /// Its exact text; nothing where it was erased or is over its retention.
    pub(super) text: Option<String>,
    /// Its leaf hash and its salt, in Base64.
    pub(super) leaf: String,
    pub(super) salt: Option<String>,
}

/// Gives events in the order in which they are on record.
pub(super) trait EventsFrom: Send + Sync {
    /// How far the log is.
    fn end(&self) -> BoxFuture<'_, Result<LogEnd, String>>;

    /// At most so many events from an index on; the first is a later one where that is not kept any more.
    fn events(&self, first: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Recorded>, String>>;

    /// Wakes where the log grew.
    fn grown(&self) -> watch::Receiver<u64>;
}
