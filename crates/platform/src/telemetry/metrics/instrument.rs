//! What counts: atomics that stand ready.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::text::{Kind, Text};

/// Goes up.
#[derive(Debug)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    pub(super) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Goes up and down.
#[derive(Debug)]
pub(super) struct Gauge(AtomicI64);

impl Gauge {
    pub(super) const fn new() -> Gauge {
        Gauge(AtomicI64::new(0))
    }

    pub(super) fn add(&self, count: i64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The upper ends of a histogram's buckets, in microseconds, and as Prometheus writes them, in seconds.
pub(super) const BUCKETS: [(u64, &str); 14] = [
    (50, "0.00005"),
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// How long something took.
#[derive(Debug)]
pub(super) struct Histogram {
    /// Each with what is in it alone; the last has what is over all ends.
    counts: [Counter; BUCKETS.len() + 1],
    /// In microseconds.
    sum: Counter,
}

impl Histogram {
    pub(super) const fn new() -> Histogram {
        Histogram { counts: [const { Counter::new() }; BUCKETS.len() + 1], sum: Counter::new() }
    }

    pub(super) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|(end, _)| micros <= *end).unwrap_or(BUCKETS.len());
        if let Some(count) = self.counts.get(bucket) {
            count.add(1);
        }
        self.sum.add(micros);
    }

    /// The counts up to each end, the count of all, and the sum in seconds.
    pub(super) fn read(&self) -> ([u64; BUCKETS.len()], u64, f64) {
        let mut total = 0;
        let mut cumulative = [0; BUCKETS.len()];
        for (count, sum) in self.counts.iter().zip(&mut cumulative) {
            total += count.get();
            *sum = total;
        }
        total += self.counts.last().map_or(0, Counter::get);
        (cumulative, total, self.sum.get() as f64 / 1e6)
    }
}

/// The most words that outcomes are told apart by.
const MAX_REASONS: usize = 64;

/// Counts by words that the program itself holds, each found in the order in which they first came.
#[derive(Debug)]
pub(super) struct Reasons([OnceLock<(&'static str, Counter)>; MAX_REASONS]);

impl Reasons {
    pub(super) const fn new() -> Reasons {
        Reasons([const { OnceLock::new() }; MAX_REASONS])
    }

    pub(super) fn count(&self, word: &'static str) {
        for slot in &self.0 {
            let (taken, counter) = slot.get_or_init(|| (word, Counter::new()));
            if *taken == word {
                return counter.add(1);
            }
        }
    }

    pub(super) fn render(&self, text: &mut Text) {
        let name = "casemate_authentications_total";
        text.family(name, "What became of credentials: accepted, anonymous, or why not.", Kind::Counter);
        for (word, counter) in self.0.iter().map_while(OnceLock::get) {
            text.sample(name, &[("outcome", word)], counter.get() as f64);
        }
    }
}
