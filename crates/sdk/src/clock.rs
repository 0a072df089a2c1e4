//! What time it is, and waiting for a time: handed in, so that tests move it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Says what time it is.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Microseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;

    /// Microseconds since some moment, which never go back: nobody sets them.
    fn elapsed(&self) -> i64;

    /// Ends once so much time has passed by this clock.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => micros(since),
            Err(before) => -micros(before.duration()),
        }
    }

    fn elapsed(&self) -> i64 {
        static BEGUN: OnceLock<Instant> = OnceLock::new();
        micros(BEGUN.get_or_init(Instant::now).elapsed())
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// A clock that stands still until it is moved, for tests. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct TestClock {
    /// What it shows, and how long it has run.
    times: Arc<watch::Sender<(i64, i64)>>,
}

impl TestClock {
    /// A clock that stands at this time, in microseconds since 1970 (UTC).
    #[must_use]
    pub fn at(now: i64) -> TestClock {
        TestClock { times: Arc::new(watch::Sender::new((now, 0))) }
    }

    /// Moves it on. Whoever sleeps until then wakes.
    pub fn advance(&self, time: Duration) {
        let time = micros(time);
        self.times.send_modify(|(now, elapsed)| {
            *now = now.saturating_add(time);
            *elapsed = elapsed.saturating_add(time);
        });
    }

    /// Sets it to another time, as somebody does whose clock is wrong: nothing goes by meanwhile.
    pub fn set(&self, to: i64) {
        self.times.send_modify(|(now, _)| *now = to);
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.times.borrow().0
    }

    fn elapsed(&self) -> i64 {
        self.times.borrow().1
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        let until = self.elapsed().saturating_add(micros(time));
        let mut times = self.times.subscribe();
        Box::pin(async move {
            if times.wait_for(|(_, elapsed)| *elapsed >= until).await.is_err() {
                // Nobody can move it any more.
                std::future::pending::<()>().await;
            }
        })
    }
}

/// A duration in microseconds.
pub(crate) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sleeps_by_a_clock_of_tests_wakes_as_it_is_moved() {
        let clock = TestClock::at(5);
        let mut sleeping = tokio::spawn(clock.sleep(Duration::from_secs(2)));
        clock.advance(Duration::from_millis(1_999));
        tokio::task::yield_now().await;
        assert!(!sleeping.is_finished());
        clock.advance(Duration::from_millis(1));
        (&mut sleeping).await.unwrap();
        assert_eq!(clock.now(), 2_000_005);
    }
}
