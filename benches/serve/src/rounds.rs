//! Interleaved measuring: each server takes its turn in every round, so that whatever the machine does meanwhile befalls
//! all of them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::flush::{self, Flush};
use crate::load::{Load, Outcome, Pace, Waiting};
use crate::server::Server;
use crate::{Failure, policy, say};

const ROUNDS: usize = 9;
/// How long one server is asked in a round.
const TURN: Duration = Duration::from_millis(1_500);
/// Before anything is counted.
const WARM_UP: Duration = Duration::from_millis(500);
/// The part of the highest rate at which latencies are taken.
const PART: f64 = 0.7;
/// The part of the bare handler's highest rate that is asked of whoever puts each decision on disk.
pub(crate) const DURABLE: f64 = 0.3;
/// How often latencies are taken, and for how long each time: a host that runs more machines than it has cores takes
/// milliseconds away from a round every now and then, which no p99 of a millisecond survives, and leaves others alone.
pub(crate) const HELD_ROUNDS: usize = 40;
const HELD_TURN: Duration = Duration::from_millis(500);
/// About what is kept of one decision, in bytes.
const EVENT_BYTES: usize = 400;
/// How often the size of a group is found out from the flush of the one before.
const SETTLING: usize = 3;

/// A server with what was measured of it.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    server: Server,
    load: Load,
    /// As fast as it answers, by round; with CPU microseconds per request.
    free: Vec<(Outcome, f64)>,
    /// At a part of its highest rate, by round.
    held: Vec<Held>,
    /// At the rate that is asked of it, by round.
    asked: Vec<Held>,
}

/// A round at a part of the highest rate.
struct Held {
    outcome: Outcome,
    /// Whether the host left the machine alone.
    is_undisturbed: bool,
}

/// All that is measured.
pub(crate) struct Rounds {
    pub(crate) bare: Measured,
    pub(crate) quiet: Measured,
    pub(crate) durable: Measured,
    /// Each with whether the host left the machine alone.
    pub(crate) flushes: Vec<(Flush, bool)>,
}

impl Measured {
    pub(crate) fn new(server: Server, connections: usize, waiting: Waiting) -> Result<Measured, Failure> {
        let address: SocketAddr = server.address.parse()?;
        let request = policy::request(&server.address);
        let mut load = Load::new(address, connections, request, policy::ANSWER, waiting)?;
        load.run(Pace::Free, WARM_UP)?;
        Ok(Measured {
            name: server.name,
            server,
            load,
            free: Vec::new(),
            held: Vec::new(),
            asked: Vec::new(),
        })
    }

    fn turn(&mut self) -> Result<(), Failure> {
        let before = self.server.cpu_micros()?;
        let outcome = self.load.run(Pace::Free, TURN)?;
        let each = (self.server.cpu_micros()? - before) / outcome.requests as f64;
        self.free.push((outcome, each));
        Ok(())
    }

    fn held_turn(&mut self) -> Result<(), Failure> {
        let held = self.held_at(PART * self.highest())?;
        self.held.push(held);
        Ok(())
    }

    /// As [`Measured::held_turn`], at a part of another rate than its own highest.
    fn asked_turn(&mut self, highest: f64) -> Result<(), Failure> {
        let held = self.held_at(PART * highest)?;
        self.asked.push(held);
        Ok(())
    }

    fn held_at(&mut self, rate: f64) -> Result<Held, Failure> {
        let before = stolen()?;
        let outcome = self.load.run(Pace::PerSecond(rate), HELD_TURN)?;
        Ok(Held { outcome, is_undisturbed: stolen()? == before })
    }

    /// CPU microseconds per request.
    pub(crate) fn cpu(&self) -> f64 {
        median(self.free.iter().map(|(_, each)| *each))
    }

    /// Requests a second.
    pub(crate) fn highest(&self) -> f64 {
        median(self.free.iter().map(|(outcome, _)| outcome.per_second))
    }

    /// Microseconds, at a part of the highest rate.
    pub(crate) fn p50(&self) -> f64 {
        latency(&self.held, |outcome| outcome.p50)
    }

    /// Microseconds, at a part of the highest rate.
    pub(crate) fn p99(&self) -> f64 {
        latency(&self.held, |outcome| outcome.p99)
    }

    /// Microseconds, at a part of the rate that is asked of it: p50 and p99.
    pub(crate) fn asked(&self) -> (f64, f64) {
        (latency(&self.asked, |outcome| outcome.p50), latency(&self.asked, |outcome| outcome.p99))
    }

    /// How many of the rounds at a part of its highest rate the host left alone.
    pub(crate) fn undisturbed(&self) -> f64 {
        undisturbed(&self.held) as f64
    }

    /// Requests a second as a ratio to another's: the median over the rounds.
    pub(crate) fn rate_beside(&self, other: &Measured) -> f64 {
        let rounds = self.free.iter().zip(&other.free);
        median(rounds.map(|((mine, _), (other, _))| mine.per_second / other.per_second))
    }

    /// Requests per CPU time as a ratio to another's: the median over the rounds.
    pub(crate) fn cpu_beside(&self, other: &Measured) -> f64 {
        median(self.free.iter().zip(&other.free).map(|((_, mine), (_, other))| other / mine))
    }
}

fn undisturbed(rounds: &[Held]) -> usize {
    rounds.iter().filter(|held| held.is_undisturbed).count()
}

/// The median over the rounds that the host left alone; over all, where it left none alone.
fn latency(rounds: &[Held], pick: fn(&Outcome) -> f64) -> f64 {
    let none = undisturbed(rounds) == 0;
    let counted = rounds.iter().filter(|held| held.is_undisturbed || none);
    median(counted.map(|held| pick(&held.outcome)))
}

impl Rounds {
    pub(crate) fn measure(&mut self, file: &Path) -> Result<(), Failure> {
        say(&format!("measuring as fast as answers come, {ROUNDS} rounds"));
        for _ in 0..ROUNDS {
            self.bare.turn()?;
            self.quiet.turn()?;
            self.durable.turn()?;
        }
        let mut alone = flush::measure(file, EVENT_BYTES, WARM_UP)?;
        // What comes in while one flush lasts is the group of the next; a larger group takes longer to flush, during which
        // more come in, until that settles.
        let rate = PART * self.durable.highest();
        let mut group = 1;
        for _ in 0..SETTLING {
            group = (rate * alone.p50 / 1e6).max(1.0) as usize;
            alone = flush::measure(file, group * EVENT_BYTES, WARM_UP)?;
        }
        say(&format!(
            "measuring at 70 % of that, {HELD_ROUNDS} rounds; a flush takes about {group} decisions"
        ));
        for _ in 0..HELD_ROUNDS {
            self.bare.held_turn()?;
            self.quiet.held_turn()?;
            self.durable.held_turn()?;
            self.durable.asked_turn(DURABLE * self.bare.highest())?;
            let before = stolen()?;
            let flush = flush::measure(file, group * EVENT_BYTES, HELD_TURN)?;
            self.flushes.push((flush, stolen()? == before));
        }
        Ok(())
    }

    /// What the raw flush took, p50 and p99 in microseconds.
    pub(crate) fn flush(&self) -> (f64, f64) {
        let none = self.flushes.iter().all(|(_, is_undisturbed)| !is_undisturbed);
        let of = |pick: fn(&Flush) -> f64| {
            let counted = self.flushes.iter().filter(|(_, is_undisturbed)| *is_undisturbed || none);
            median(counted.map(|(flush, _)| pick(flush)))
        };
        (of(|flush| flush.p50), of(|flush| flush.p99))
    }

    /// The p99 of durable answers as a ratio to that of the raw flush.
    pub(crate) fn p99_beside_flush(&self) -> f64 {
        self.durable.p99() / self.flush().1
    }
}

/// The time that the machine's host did not give it, though it had something to do: ticks by core, of which a second has a
/// hundred (proc_stat(5), `steal`).
fn stolen() -> Result<Vec<u64>, Failure> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let cores = stat.lines().skip(1).take_while(|line| line.starts_with("cpu"));
    Ok(cores.filter_map(|core| core.split_ascii_whitespace().nth(8)?.parse().ok()).collect())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
