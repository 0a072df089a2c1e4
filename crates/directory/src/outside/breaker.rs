//! Leaving an endpoint alone that does not answer.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often it may fail in a row before it is left alone: about as many whom no two of the failures share.
const FAILURES: u32 = 5;
/// For how long at first; it doubles with each further failure.
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);
/// The most questions that are left alone each by itself.
const MOST: usize = 1_024;

/// What is asked about, as digests.
#[derive(Debug, Clone)]
pub(crate) struct About {
    whole: u64,
    each: Box<[u64]>,
}

impl About {
    pub(crate) fn of<T: Hash>(each: impl IntoIterator<Item = T>) -> About {
        let mut whole = DefaultHasher::new();
        let each = each.into_iter().map(|one| {
            let mut hasher = DefaultHasher::new();
            one.hash(&mut hasher);
            let digest = hasher.finish();
            digest.hash(&mut whole);
            digest
        });
        let each = each.collect();
        About { whole: whole.finish(), each }
    }
}

/// Whether an endpoint is asked. A question that failed several times in a row is left alone for a while, and then one request tries; so
/// is the endpoint, once it failed about several who have nothing in common. What it always fails about closes it to nobody else.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    all: Failing,
    /// Whom the endpoint failed about since it answered last, once for each failure that shares none of them with an earlier one.
    apart: HashSet<u64>,
    each: HashMap<u64, Failing>,
}

/// What failed so often in a row.
#[derive(Debug, Default)]
struct Failing {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Failing {
    /// Whether a request may be made. Where it is the one that tries, others wait a while longer.
    fn lets(&mut self, now: Instant) -> bool {
        let Some(until) = self.closed_until else { return true };
        if now < until {
            return false;
        }
        self.closed_until = Some(now + pause(self.failures));
        true
    }

    fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.closed_until = Some(now + pause(self.failures));
        }
    }
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request may be made now. Where it is the one that tries, others wait a while longer.
    pub(super) fn lets(&self, about: &About) -> bool {
        let (mut state, now) = (self.state(), Instant::now());
        // Whoever is left alone takes no turn at trying.
        state.each.get_mut(&about.whole).is_none_or(|each| each.lets(now)) && state.all.lets(now)
    }

    /// It answered.
    pub(super) fn answered(&self, about: &About) {
        let mut state = self.state();
        state.all = Failing::default();
        state.apart.clear();
        state.each.remove(&about.whole);
    }

    /// It did not.
    pub(super) fn failed(&self, about: &About) {
        let (mut state, now) = (self.state(), Instant::now());
        // What failed once it is left alone is the one that tried.
        if state.all.closed_until.is_some() || !about.each.iter().any(|one| state.apart.contains(one)) {
            state.all.failed(now);
            if state.all.closed_until.is_none() {
                state.apart.extend(&about.each);
            }
        }
        if state.each.len() >= MOST && !state.each.contains_key(&about.whole) {
            state.each.retain(|_, each| each.closed_until.is_some_and(|until| now < until));
            if state.each.len() >= MOST {
                return;
            }
        }
        state.each.entry(about.whole).or_default().failed(now);
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

    /// Somebody of their own.
    fn one(number: u32) -> About {
        About::of([number])
    }

    #[tokio::test(start_paused = true)]
    async fn after_five_failures_one_tries_each_time_that_the_pause_is_over() {
        let breaker = Breaker::default();
        for number in 0..FAILURES {
            assert!(breaker.lets(&one(number)));
            breaker.failed(&one(number));
        }
        let (this, that) = (one(100), one(101));
        assert!(!breaker.lets(&this));
        advance(SHORTEST).await;
        assert!(breaker.lets(&this) && !breaker.lets(&that), "one tries");
        breaker.failed(&this);
        advance(SHORTEST).await;
        assert!(!breaker.lets(&that), "the pause is longer now");
        advance(SHORTEST).await;
        assert!(breaker.lets(&that));
        breaker.answered(&that);
        assert!(breaker.lets(&this) && breaker.lets(&that));
        for number in 0..100 {
            breaker.failed(&one(number));
        }
        advance(LONGEST).await;
        assert!(breaker.lets(&this));
    }

    #[tokio::test(start_paused = true)]
    async fn what_it_always_fails_about_closes_it_to_nobody_else() {
        let breaker = Breaker::default();
        // Somebody alone, and among others, who differ each time.
        for number in 0..20 {
            breaker.failed(&one(7));
            breaker.failed(&About::of([7, 1_000 + number]));
        }
        assert!(!breaker.lets(&one(7)), "they are left alone");
        assert!(breaker.lets(&one(8)));
        advance(LONGEST).await;
        assert!(breaker.lets(&one(7)) && !breaker.lets(&one(7)), "one tries");
        breaker.answered(&one(7));
        assert!(breaker.lets(&one(7)) && breaker.lets(&one(7)));
        // Of a few who fail, each is left alone, and takes no turn from whom it might answer about.
        for number in 0..FAILURES - 1 {
            (0..2 * FAILURES).for_each(|_| breaker.failed(&one(number)));
            assert!(!breaker.lets(&one(number)));
        }
        assert!(breaker.lets(&one(8)));
        breaker.failed(&one(8));
        assert!(!breaker.lets(&one(9)));
        advance(SHORTEST).await;
        assert!(!breaker.lets(&one(0)) && breaker.lets(&one(9)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_alone_by_itself_is_bounded() {
        let breaker = Breaker::default();
        for number in 0..10_000 {
            breaker.failed(&one(number));
            assert!(breaker.state().each.len() <= MOST);
        }
        // Those that are left alone stay so.
        for number in 0..2 * u32::try_from(MOST).unwrap() {
            (0..FAILURES).for_each(|_| breaker.failed(&one(number)));
        }
        assert_eq!(breaker.state().each.len(), MOST);
        assert!(!breaker.lets(&one(0)));
        advance(LONGEST).await;
        breaker.failed(&one(20_000));
        assert_eq!(breaker.state().each.len(), 1);
        assert!(breaker.state().apart.len() < 8);
    }
}
