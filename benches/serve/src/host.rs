//! Whether the machine was there at all. The host of a virtual machine that has more machines than cores takes milliseconds
//! away from it every now and then, in which nobody answers anything: a p99 of a millisecond cannot be told beside that.
//!
//! On each core a thread that goes before all others wakes every quarter of a millisecond. Where it wakes late, the core was
//! not there, and no server had it. What a program does by itself, however long, does not make it late.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Failure;

const CORES: [usize; 2] = [0, 1];
const PERIOD: Duration = Duration::from_micros(250);
/// What waking takes, and the kernel's own work; later than that is away.
const LATE: Duration = Duration::from_micros(150);
/// The most important that a program can be (setpriority(2)); only root may.
const FIRST: i32 = -20;
/// How long what was held up meanwhile takes to be worked off at 70 % of the highest rate, as a part of the time away: what
/// came in, 0.7, by what is free, 0.3.
const WORKING_OFF: f64 = 0.7 / 0.3;

/// Threads that look whether the machine is there.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Result<Vec<Away>, Failure>>>,
}

/// When a core was away, and what was held up by that not worked off yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Away {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Watch {
    /// Begins to look.
    pub(crate) fn start() -> Watch {
        let is_over = Arc::new(AtomicBool::new(false));
        let threads = CORES
            .map(|core| {
                let is_over = Arc::clone(&is_over);
                std::thread::spawn(move || look(core, &is_over))
            })
            .into();
        Watch { is_over, threads }
    }

    /// When one of the cores was away since it began, in order, none overlapping.
    pub(crate) fn finish(self) -> Result<Vec<Away>, Failure> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for thread in self.threads {
            times.extend(thread.join().map_err(|_| "whoever looks after the machine panicked")??);
        }
        Ok(joined(times))
    }
}

fn look(core: usize, is_over: &AtomicBool) -> Result<Vec<Away>, Failure> {
    crate::load::pin(core)?;
    rustix::process::setpriority_process(None, FIRST)
        .map_err(|error| format!("looking after the machine needs CAP_SYS_NICE: run it as root: {error}"))?;
    let mut away = Vec::new();
    let mut due = Instant::now() + PERIOD;
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        if late > LATE {
            away.push(Away {
                from: due.checked_sub(PERIOD).unwrap_or(due),
                until: now + late.mul_f64(WORKING_OFF),
            });
        }
        due = now + PERIOD;
    }
    Ok(away)
}

fn joined(mut times: Vec<Away>) -> Vec<Away> {
    times.sort_by_key(|away| away.from);
    let mut joined: Vec<Away> = Vec::new();
    for away in times {
        match joined.last_mut() {
            Some(last) if away.from <= last.until => last.until = last.until.max(away.until),
            _ => joined.push(away),
        }
    }
    joined
}

/// Whether nothing of this time is in those, which are in order.
pub(crate) fn was_there(away: &[Away], from: Instant, until: Instant) -> bool {
    let next = away.partition_point(|away| away.until < from);
    away.get(next).is_none_or(|away| until < away.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_one_time_and_what_touches_it_was_disturbed() {
        let zero = Instant::now();
        let at = |micros| zero + Duration::from_micros(micros);
        let of = |from, until| Away { from: at(from), until: at(until) };
        let away = joined(vec![of(500, 600), of(100, 200), of(150, 300)]);
        assert_eq!(away, [of(100, 300), of(500, 600)]);
        assert!(was_there(&away, at(0), at(99)));
        assert!(!was_there(&away, at(0), at(100)));
        assert!(!was_there(&away, at(250), at(260)));
        assert!(was_there(&away, at(301), at(499)));
        assert!(!was_there(&away, at(301), at(700)));
        assert!(was_there(&away, at(601), at(700)));
    }
}
