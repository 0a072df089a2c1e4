//! How often something that strangers can provoke may happen.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lets a burst through, and then one more each time an interval has passed.
#[derive(Debug)]
pub(super) struct Throttle {
    burst: u32,
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    left: u32,
    since: Instant,
}

impl Throttle {
    pub(super) fn new(burst: u32, interval: Duration) -> Throttle {
        Throttle { burst, interval, state: Mutex::new(State { left: burst, since: Instant::now() }) }
    }

    /// Whether it may happen once more now; if so, it counts.
    pub(super) fn take(&self) -> bool {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.left < self.burst && now.duration_since(state.since) >= self.interval {
            state.left += 1;
            state.since += self.interval;
        }
        if state.left == self.burst {
            state.since = now;
        }
        if state.left == 0 {
            return false;
        }
        state.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_one_for_each_interval() {
        let throttle = Throttle::new(3, Duration::from_secs(10));
        assert_eq!([(); 5].map(|()| throttle.take()), [true, true, true, false, false]);
        advance(Duration::from_secs(9)).await;
        assert!(!throttle.take());
        advance(Duration::from_secs(1)).await;
        assert!(throttle.take());
        assert!(!throttle.take());
    }

    #[tokio::test(start_paused = true)]
    async fn idling_saves_up_no_more_than_the_burst() {
        let throttle = Throttle::new(2, Duration::from_secs(10));
        advance(Duration::from_secs(100_000)).await;
        assert_eq!([(); 3].map(|()| throttle.take()), [true, true, false]);
        advance(Duration::from_secs(10)).await;
        assert_eq!([(); 2].map(|()| throttle.take()), [true, false]);
    }
}
