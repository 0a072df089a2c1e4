//! Telling of how the log grew.

use tokio::sync::watch;

use crate::open::Store;

/// What tells of the size of the log.
#[derive(Debug, Clone)]
pub(crate) struct Growth(watch::Sender<u64>);

impl Growth {
    pub(crate) fn new(size: u64) -> Growth {
        Growth(watch::Sender::new(size))
    }

    /// The size that is known.
    pub(crate) fn size(&self) -> u64 {
        *self.0.borrow()
    }

    /// Tells of a size, unless a larger one is known.
    pub(crate) fn tell(&self, size: u64) {
        self.0.send_if_modified(|known| {
            let is_larger = size > *known;
            *known = size.max(*known);
            is_larger
        });
    }
}

impl Store {
    /// Tells how many events the log has, whenever it grew: at once by what this process brought into it, within a second by what
    /// others did.
    #[must_use]
    pub fn log_grown(&self) -> watch::Receiver<u64> {
        self.growth.0.subscribe()
    }
}
