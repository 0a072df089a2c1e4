//! What the disk takes by itself: bytes written behind each other, and flushed before the next.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::Failure;

/// Microseconds.
pub(crate) struct Flush {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Appends so many bytes to a file and flushes them, again and again for so long.
pub(crate) fn measure(path: &Path, bytes: usize, time: Duration) -> Result<Flush, Failure> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let group = vec![b'x'; bytes];
    let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3)?;
    let started = Instant::now();
    while started.elapsed() < time {
        let begun = Instant::now();
        file.write_all(&group)?;
        file.sync_data()?;
        times.saturating_record(begun.elapsed().as_nanos() as u64);
    }
    let micros = |quantile| times.value_at_quantile(quantile) as f64 / 1e3;
    Ok(Flush { p50: micros(0.5), p99: micros(0.99) })
}
