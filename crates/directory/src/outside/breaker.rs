//! Leaving an endpoint alone that does not answer.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often it may fail in a row before it is left alone.
const FAILURES: u32 = 5;
/// For how long at first; it doubles with each further failure.
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// Whether an endpoint is asked. After several failures in a row it is left alone for a while, and then one request tries.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Breaker {
    /// Whether a request may be made now. Where it is the one that tries, others wait a while longer.
    pub(super) fn lets(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = state.closed_until else { return true };
        let now = Instant::now();
        if now < until {
            return false;
        }
        state.closed_until = Some(now + pause(state.failures));
        true
    }

    /// It answered.
    pub(super) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// It did not.
    pub(super) fn failed(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.closed_until = Some(Instant::now() + pause(state.failures));
        }
    }
}

fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FAILURES).min(16);
    SHORTEST.saturating_mul(1 << doublings).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_five_failures_one_tries_each_time_that_the_pause_is_over() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert!(breaker.lets());
            breaker.failed();
        }
        assert!(!breaker.lets());
        advance(SHORTEST).await;
        assert!(breaker.lets() && !breaker.lets(), "one tries");
        breaker.failed();
        advance(SHORTEST).await;
        assert!(!breaker.lets(), "the pause is longer now");
        advance(SHORTEST).await;
        assert!(breaker.lets());
        breaker.answered();
        assert!(breaker.lets() && breaker.lets());
        for _ in 0..100 {
            breaker.failed();
        }
        advance(LONGEST).await;
        assert!(breaker.lets());
    }
}
