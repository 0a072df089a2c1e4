//! What the disk takes by itself: bytes written behind each other, and flushed before the next.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::load::Answer;

/// Appends so many bytes to a file and flushes them, again and again for so long.
pub(crate) fn measure(path: &Path, bytes: usize, time: Duration) -> Result<Vec<Answer>, Failure> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let group = vec![b'x'; bytes];
    let mut flushes = Vec::new();
    let started = Instant::now();
    while started.elapsed() < time {
        let due = Instant::now();
        file.write_all(&group)?;
        file.sync_data()?;
        flushes.push(Answer { due, at: Instant::now() });
    }
    Ok(flushes)
}
