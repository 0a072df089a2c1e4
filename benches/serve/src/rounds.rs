//! Interleaved measuring: each server takes its turn in every round, so that whatever the machine does meanwhile befalls
//! all of them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::flush;
use crate::latencies::Latencies;
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
/// How often latencies are taken, and for how long each time.
const HELD_ROUNDS: usize = 40;
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
    /// At a part of its highest rate.
    pub(crate) held: Latencies,
}

/// All that is measured.
pub(crate) struct Rounds {
    pub(crate) bare: Measured,
    pub(crate) quiet: Measured,
    pub(crate) durable: Measured,
    pub(crate) flushes: Latencies,
}

impl Measured {
    pub(crate) fn new(server: Server, connections: usize, waiting: Waiting) -> Result<Measured, Failure> {
        let address: SocketAddr = server.address.parse()?;
        let request = policy::request(&server.address);
        let mut load = Load::new(address, connections, request, policy::ANSWER, waiting)?;
        load.run(Pace::Free, WARM_UP)?;
        Ok(Measured { name: server.name, server, load, free: Vec::new(), held: Latencies::new()? })
    }

    fn turn(&mut self) -> Result<(), Failure> {
        let before = self.server.cpu_micros()?;
        let outcome = self.load.run(Pace::Free, TURN)?;
        let each = (self.server.cpu_micros()? - before) / outcome.requests as f64;
        self.free.push((outcome, each));
        Ok(())
    }

    fn held_turn(&mut self) -> Result<(), Failure> {
        let pace = Pace::PerSecond(PART * self.highest());
        self.held.add(|| Ok(self.load.run(pace, HELD_TURN)?.answers))
    }

    /// CPU microseconds per request.
    pub(crate) fn cpu(&self) -> f64 {
        median(self.free.iter().map(|(_, each)| *each))
    }

    /// Requests a second.
    pub(crate) fn highest(&self) -> f64 {
        median(self.free.iter().map(|(outcome, _)| outcome.per_second))
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

impl Rounds {
    pub(crate) fn measure(&mut self, file: &Path) -> Result<(), Failure> {
        say(&format!("measuring as fast as answers come, {ROUNDS} rounds"));
        for _ in 0..ROUNDS {
            self.bare.turn()?;
            self.quiet.turn()?;
            self.durable.turn()?;
        }
        let mut alone = Latencies::new()?;
        alone.add(|| flush::measure(file, EVENT_BYTES, WARM_UP))?;
        // What comes in while one flush lasts is the group of the next; a larger group takes longer to flush, during which
        // more come in, until that settles.
        let rate = PART * self.durable.highest();
        let mut group = 1;
        for _ in 0..SETTLING {
            group = (rate * alone.p50() / 1e6).max(1.0) as usize;
            alone = Latencies::new()?;
            alone.add(|| flush::measure(file, group * EVENT_BYTES, WARM_UP))?;
        }
        say(&format!(
            "measuring at 70 % of that, {HELD_ROUNDS} rounds; a flush takes about {group} decisions"
        ));
        for _ in 0..HELD_ROUNDS {
            self.bare.held_turn()?;
            self.quiet.held_turn()?;
            self.durable.held_turn()?;
            let bytes = group * EVENT_BYTES;
            self.flushes.add(|| flush::measure(file, bytes, HELD_TURN))?;
        }
        Ok(())
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
