//! Whether the log is signed as it should be, for those who look after the server.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// For how long the log may go unsigned, in microseconds: it is signed about a second after it grew, and looked at every five.
const LATE: i64 = 30_000_000;

/// How signing the log goes, where this process does so. Times are in microseconds since 1970 (UTC).
#[derive(Debug, Default)]
pub struct LogSigning {
    /// When all of it was signed last, or signing began; 0 where it did not.
    signed_at: AtomicI64,
    is_failing: AtomicBool,
}

impl LogSigning {
    /// Begins to sign.
    pub fn begin(&self, now: i64) {
        self.signed_at.store(now, Ordering::Relaxed);
    }

    pub(super) fn succeeded(&self, now: i64) {
        self.is_failing.store(false, Ordering::Relaxed);
        self.signed_at.store(now, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.is_failing.store(true, Ordering::Relaxed);
    }

    /// Whether the last attempt failed.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// For how long it is not known to be signed, in microseconds; nothing where this process does not sign it.
    pub(crate) fn unsigned_for(&self, now: i64) -> Option<i64> {
        let signed_at = self.signed_at.load(Ordering::Relaxed);
        (signed_at > 0).then(|| now.saturating_sub(signed_at).max(0))
    }
}

/// Whether that is longer than it should be.
pub(crate) fn is_late(unsigned_for: i64) -> bool {
    unsigned_for > LATE
}
