//! How long things took: all of them, and those during which the machine was there.

use hdrhistogram::Histogram;

use crate::Failure;
use crate::host::{Watch, was_there};
use crate::load::Answer;

/// The longest time that is told apart, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;

/// Times of many rounds.
pub(crate) struct Latencies {
    all: Histogram<u64>,
    undisturbed: Histogram<u64>,
}

impl Latencies {
    pub(crate) fn new() -> Result<Latencies, Failure> {
        let empty = || Histogram::new_with_bounds(1, LONGEST, 3);
        Ok(Latencies { all: empty()?, undisturbed: empty()? })
    }

    /// Adds what a round takes, and looks meanwhile whether the machine is there.
    pub(crate) fn add(
        &mut self,
        round: impl FnOnce() -> Result<Vec<Answer>, Failure>,
    ) -> Result<(), Failure> {
        let watch = Watch::start();
        let answers = round();
        let away = watch.finish()?;
        for Answer { due, at } in answers? {
            let took = (at.saturating_duration_since(due).as_nanos() as u64).max(1);
            self.all.saturating_record(took);
            if was_there(&away, due, at) {
                self.undisturbed.saturating_record(took);
            }
        }
        Ok(())
    }

    /// Microseconds, of those during which both cores were there.
    pub(crate) fn p50(&self) -> f64 {
        micros(&self.undisturbed, 0.5)
    }

    /// Microseconds, of those during which both cores were there.
    pub(crate) fn p99(&self) -> f64 {
        micros(&self.undisturbed, 0.99)
    }

    /// Microseconds.
    pub(crate) fn p99_of_all(&self) -> f64 {
        micros(&self.all, 0.99)
    }

    /// Which part both cores were there for.
    pub(crate) fn part(&self) -> f64 {
        self.undisturbed.len() as f64 / self.all.len() as f64
    }
}

fn micros(times: &Histogram<u64>, quantile: f64) -> f64 {
    times.value_at_quantile(quantile) as f64 / 1e3
}
