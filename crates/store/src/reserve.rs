//! Room on the disk that decisions leave to changes: however much is denied, what is administered can still be written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long what was seen of the disk is believed.
const BELIEVED: Duration = Duration::from_secs(1);

/// How many recorded events make it look again earlier: with the longest texts, all of whose characters JSON escapes, they
/// take half of what is kept free where nothing else was chosen.
const EVENTS: usize = 1_024;

/// How many bytes of the database each byte takes that waits in a file to come into it: a row, its indexes, and its part of the
/// journal.
const FACTOR: u64 = 3;

/// How many bytes are free in the file system of a folder.
pub(crate) type FreeBytes = fn(&Path) -> io::Result<u64>;

/// How much has to stay free, and whether it does.
#[derive(Debug)]
pub(crate) struct Reserve {
    /// Absent where the database is on another machine, which looks after its own disk.
    folder: Option<PathBuf>,
    free: FreeBytes,
    bytes: AtomicU64,
    reached: AtomicBool,
    /// Acknowledged bytes that are not in the database yet.
    behind: AtomicU64,
    /// Events that were recorded since the last look.
    recorded: AtomicUsize,
    looked: Mutex<Option<Instant>>,
    /// Held while a change has the ballast's room, so that no file for decisions takes it.
    pub(crate) growing: tokio::sync::Mutex<()>,
}

impl Reserve {
    pub(crate) fn new(folder: Option<&Path>, bytes: u64) -> Reserve {
        Reserve::measured(folder, bytes, free_bytes)
    }

    pub(crate) fn measured(folder: Option<&Path>, bytes: u64, free: FreeBytes) -> Reserve {
        Reserve {
            folder: folder.map(Path::to_owned),
            free,
            bytes: AtomicU64::new(bytes),
            reached: AtomicBool::new(false),
            behind: AtomicU64::new(0),
            recorded: AtomicUsize::new(0),
            looked: Mutex::new(None),
            growing: tokio::sync::Mutex::new(()),
        }
    }

    /// Lets so many bytes be left from now on.
    pub(crate) fn set(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether so little was free at the last look that no decision is recorded.
    pub(crate) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// That events were recorded, which takes room.
    pub(crate) fn count(&self, events: usize) {
        self.recorded.fetch_add(events, Ordering::Relaxed);
    }

    /// That so many bytes are acknowledged that still come into the database. They take no room that is kept for changes.
    pub(crate) fn owe(&self, bytes: u64) {
        self.behind.store(bytes, Ordering::Relaxed);
    }

    /// Looks at the disk where the last look is too long ago; answers as [`Reserve::is_reached`].
    pub(crate) fn look(&self, now: Instant) -> bool {
        let Some(folder) = &self.folder else { return false };
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = looked.is_some_and(|at| now.saturating_duration_since(at) < BELIEVED);
        if is_known && self.recorded.load(Ordering::Relaxed) < EVENTS {
            return self.is_reached();
        }
        *looked = Some(now);
        self.recorded.store(0, Ordering::Relaxed);
        let bytes = match self.bytes.load(Ordering::Relaxed) {
            // Nothing is kept.
            0 => 0,
            kept => kept.saturating_add(self.behind.load(Ordering::Relaxed).saturating_mul(FACTOR)),
        };
        let is_reached = match (self.free)(folder) {
            Ok(free) => free < bytes,
            Err(error) => {
                // The database says by itself when it cannot write.
                tracing::warn!(%error, "cannot see how much room is left for the database");
                false
            }
        };
        if is_reached != self.reached.swap(is_reached, Ordering::Relaxed) {
            if is_reached {
                tracing::error!(
                    reserve = bytes,
                    "the disk is nearly full: decisions are withheld, changes go on"
                );
            } else {
                tracing::info!("there is room for decisions again");
            }
        }
        is_reached
    }
}

/// What an account without privileges may still use (`f_bavail`).
fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    static FREE: AtomicU64 = AtomicU64::new(0);

    #[test]
    fn the_disk_is_looked_at_every_so_often_and_not_for_each_request() {
        let start = Instant::now();
        FREE.store(100, Ordering::Relaxed);
        let free = |_: &Path| Ok(FREE.load(Ordering::Relaxed));
        let reserve = Reserve::measured(Some(Path::new("/")), 100, free);
        assert!(!reserve.look(start));
        FREE.store(99, Ordering::Relaxed);
        assert!(!reserve.look(start + BELIEVED / 2), "what was seen is believed");
        reserve.count(EVENTS);
        assert!(reserve.look(start + BELIEVED / 2), "many events make it look again");
        FREE.store(100, Ordering::Relaxed);
        assert!(reserve.look(start + BELIEVED));
        assert!(!reserve.look(start + 2 * BELIEVED));
        reserve.set(101);
        assert!(reserve.look(start + 2 * BELIEVED) && reserve.is_reached(), "another reserve holds at once");
    }

    #[test]
    fn what_is_still_to_come_into_the_database_takes_no_room_from_changes() {
        let start = Instant::now();
        let reserve = Reserve::measured(Some(Path::new("/")), 100, |_| Ok(129));
        reserve.owe(9);
        assert!(!reserve.look(start));
        reserve.owe(10);
        assert!(reserve.look(start + BELIEVED));
        reserve.owe(0);
        assert!(!reserve.look(start + 2 * BELIEVED));
    }

    #[test]
    fn what_cannot_be_seen_holds_up_nothing() {
        let missing = Reserve::new(Some(Path::new("/nonexistent/casemate")), u64::MAX);
        assert!(!missing.look(Instant::now()));
        assert!(!Reserve::new(None, u64::MAX).look(Instant::now()), "another machine's disk");
        assert!(Reserve::new(Some(Path::new("/")), u64::MAX).look(Instant::now()));
    }
}
