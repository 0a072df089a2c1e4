//! When a server that does not answer is left alone.

use std::time::Duration;

use crate::clock::micros;

/// How a server that fails is treated.
#[derive(Clone, Copy, Debug)]
pub struct BreakerSettings {
    /// After so many failures in a row nothing is asked for a time. At least 1.
    pub failures: u32,
    /// For how long at first; twice as long after each probe that fails, within `longest`. Up to half of it is left to chance, so
    /// that many clients do not come back at the same moment.
    pub shortest: Duration,
    /// For how long at most.
    pub longest: Duration,
}

impl Default for BreakerSettings {
    /// Five failures; from 200 ms to 10 s.
    fn default() -> BreakerSettings {
        BreakerSettings {
            failures: 5,
            shortest: Duration::from_millis(200),
            longest: Duration::from_secs(10),
        }
    }
}

/// How long the `round`th wait is, counted from 0, where `chance` is any number.
pub(crate) fn backoff(settings: &BreakerSettings, round: u32, chance: u64) -> i64 {
    let longest = micros(settings.longest).max(1);
    let whole = micros(settings.shortest).max(1).saturating_mul(1 << round.min(20)).min(longest);
    let half = whole / 2;
    let chance = i64::try_from(chance % (half.unsigned_abs() + 1)).unwrap_or_default();
    whole - chance
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All is asked.
    Closed,
    /// Nothing is asked before this time.
    Open { until: i64 },
    /// One asks, since this time, whether it answers again.
    HalfOpen { since: i64 },
}

/// A circuit breaker. It is told the time, and waits for nothing.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: State,
    failures: u32,
    opened: u32,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Breaker {
        Breaker { settings, state: State::Closed, failures: 0, opened: 0 }
    }

    /// Whether to ask now. Whoever is told so says afterwards how it went.
    pub(crate) fn admits(&mut self, now: i64) -> bool {
        match self.state {
            State::Closed => true,
            State::Open { until } if now < until => false,
            // A probe of which nothing was heard any more, since it was given up, holds up the next for a bounded time.
            State::HalfOpen { since } if now < since.saturating_add(micros(self.settings.longest)) => false,
            State::Open { .. } | State::HalfOpen { .. } => {
                self.state = State::HalfOpen { since: now };
                true
            }
        }
    }

    /// It answered.
    pub(crate) fn answered(&mut self) {
        *self = Breaker::new(self.settings);
    }

    /// It answered what cannot be read; of less it might be. A probe that comes to this has failed.
    pub(crate) fn unread(&mut self, now: i64, chance: u64) {
        if matches!(self.state, State::HalfOpen { .. }) {
            self.failed(now, chance);
        }
    }

    /// It did not answer, or nonsense.
    pub(crate) fn failed(&mut self, now: i64, chance: u64) {
        self.failures = self.failures.saturating_add(1);
        let opens = match self.state {
            State::HalfOpen { .. } => true,
            State::Closed => self.failures >= self.settings.failures,
            // What was under way as it opened.
            State::Open { .. } => false,
        };
        if opens {
            let wait = backoff(&self.settings, self.opened, chance);
            self.state = State::Open { until: now.saturating_add(wait) };
            self.opened = self.opened.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;

    fn breaker() -> Breaker {
        let (shortest, longest) = (Duration::from_secs(1), Duration::from_secs(8));
        Breaker::new(BreakerSettings { failures: 3, shortest, longest })
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_probe_through() {
        let mut breaker = breaker();
        for _ in 0..10 {
            breaker.failed(0, 0);
            breaker.failed(0, 0);
            breaker.answered();
            assert!(breaker.admits(0), "not in a row");
        }
        for _ in 0..3 {
            assert!(breaker.admits(0));
            breaker.failed(0, 0);
        }
        assert!(!breaker.admits(0) && !breaker.admits(SECOND - 1));
        assert!(breaker.admits(SECOND), "a probe");
        assert!(!breaker.admits(SECOND), "one");
        breaker.failed(SECOND, 0);
        assert!(!breaker.admits(3 * SECOND - 1), "twice as long");
        assert!(breaker.admits(3 * SECOND));
        breaker.answered();
        assert!(breaker.admits(3 * SECOND) && breaker.admits(3 * SECOND));
    }

    #[test]
    fn a_probe_that_cannot_be_read_has_failed() {
        let mut breaker = breaker();
        (0..9).for_each(|_| breaker.unread(0, 0));
        assert!(breaker.admits(0), "of less it might be read");
        (0..3).for_each(|_| breaker.failed(0, 0));
        assert!(breaker.admits(SECOND));
        breaker.unread(SECOND, 0);
        assert!(!breaker.admits(3 * SECOND - 1) && breaker.admits(3 * SECOND));
    }

    #[test]
    fn a_probe_of_which_nothing_is_heard_does_not_hold_up_for_ever() {
        let mut breaker = breaker();
        (0..3).for_each(|_| breaker.failed(0, 0));
        assert!(breaker.admits(SECOND));
        assert!(!breaker.admits(9 * SECOND - 1));
        assert!(breaker.admits(9 * SECOND));
    }

    proptest! {
        #[test]
        fn waits_grow_within_their_bounds(round in 0_u32..100, chance in any::<u64>()) {
            let settings = BreakerSettings::default();
            let wait = backoff(&settings, round, chance);
            prop_assert!(wait >= micros(settings.shortest) / 2 && wait <= micros(settings.longest));
            prop_assert!(wait <= backoff(&settings, round + 1, 0));
        }
    }
}
