//! Networks where keys were accepted that wait to be written down.

use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;

/// The most new networks that wait for the host.
pub(super) const MOST_ARRIVALS: usize = 1_024;

/// Networks from which keys were accepted for the first time that day, for the host to write down.
#[derive(Debug, Default)]
pub struct KeyArrivals(Mutex<Vec<KeyArrival>>);

/// A key was accepted from somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyArrival {
    /// The account that owns the key.
    pub account: Box<str>,
    /// Where it was shown.
    pub network: IpNet,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
}

impl KeyArrivals {
    /// Whether there was room for it.
    pub(super) fn push(&self, arrival: KeyArrival) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = waiting.len() < MOST_ARRIVALS;
        if has_room {
            waiting.push(arrival);
        }
        has_room
    }

    /// Has those wait again that could not be written down, as far as there is room.
    pub fn put_back(&self, mut arrivals: Vec<KeyArrival>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.truncate(MOST_ARRIVALS.saturating_sub(waiting.len()));
        waiting.append(&mut arrivals);
    }

    /// Takes all that wait.
    pub fn take(&self) -> Vec<KeyArrival> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
