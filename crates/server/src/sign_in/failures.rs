//! How many failed sign-ins become audit events of their own. Strangers cause them: the others are counted.

use std::sync::{Mutex, PoisonError};

/// The most in a minute.
const A_MINUTE: u32 = 30;
const MICROS_A_MINUTE: i64 = 60_000_000;

/// What is left of this minute.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<(i64, u32)>);

impl Failures {
    /// Whether one more is an event, at `now` (microseconds since 1970, UTC).
    pub(crate) fn take(&self, now: i64) -> bool {
        let minute = now.div_euclid(MICROS_A_MINUTE);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 != minute {
            *state = (minute, 0);
        }
        state.1 = state.1.saturating_add(1);
        state.1 <= A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_failures_writes_a_bounded_number_of_events() {
        let failures = Failures::default();
        assert_eq!((0..10_000).filter(|_| failures.take(5)).count(), 30);
        assert!(failures.take(MICROS_A_MINUTE));
    }
}
