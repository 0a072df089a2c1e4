//! For how long what was read of a database counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use casemate_sdk::{Clock, Error};
use tokio::sync::watch;

/// As long as a client goes by what a server said.
const LEASE: Duration = Duration::from_secs(30);

/// Ends where the database was not read for so long: what was revoked there may decide here still.
#[derive(Debug)]
pub(crate) struct Lease {
    clock: Arc<dyn Clock>,
    /// When it was looked at last with success, as the clock runs, in microseconds.
    looked: AtomicI64,
}

impl Lease {
    /// From a look on.
    pub(crate) fn new(clock: Arc<dyn Clock>, looked: Instant) -> Lease {
        let lease = Lease { clock, looked: AtomicI64::new(i64::MIN) };
        lease.note(looked);
        lease
    }

    /// Goes by each look, for as long as there are any.
    pub(crate) async fn follow(self: Arc<Lease>, mut looks: watch::Receiver<Instant>) {
        while looks.changed().await.is_ok() {
            let looked = *looks.borrow_and_update();
            self.note(looked);
        }
    }

    fn note(&self, looked: Instant) {
        let looked = self.clock.elapsed().saturating_sub(micros(looked.elapsed()));
        self.looked.fetch_max(looked, Ordering::AcqRel);
    }

    /// That it lasts.
    ///
    /// # Errors
    /// Where it ended.
    pub(crate) fn lasts(&self) -> Result<(), Error> {
        let since = self.clock.elapsed().saturating_sub(self.looked.load(Ordering::Acquire));
        if since < micros(LEASE) {
            return Ok(());
        }
        let lease = LEASE.as_secs();
        Err(Error::Unavailable(format!("the database could not be followed for more than {lease} seconds")))
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
