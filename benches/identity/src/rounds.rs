//! Interleaved measuring: each engine takes a slice in every round, so that whatever the machine does meanwhile befalls
//! all of them.

use rustix::time::{ClockId, clock_gettime};

use crate::Failure;

/// A slice of an engine takes about this long.
const SLICE_NANOSECONDS: f64 = 4e6;

/// Something that judges the workload's credentials by their number, with what was measured of it.
pub(crate) struct Measured<'e> {
    pub(crate) name: String,
    judge: Box<dyn FnMut(usize) -> bool + 'e>,
    /// Credentials that it goes through, round and round.
    credentials: usize,
    /// Credentials in a slice.
    count: usize,
    next: usize,
    /// CPU nanoseconds per credential, by round.
    rounds: Vec<f64>,
}

impl<'e> Measured<'e> {
    pub(crate) fn new(
        name: impl Into<String>,
        credentials: usize,
        judge: impl FnMut(usize) -> bool + 'e,
    ) -> Measured<'e> {
        Measured {
            name: name.into(),
            judge: Box::new(judge),
            credentials,
            count: 8,
            next: 0,
            rounds: Vec::new(),
        }
    }

    /// Fails where a credential is not accepted.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        match (0..self.credentials).find(|credential| !(self.judge)(*credential)) {
            Some(credential) => Err(format!("{} refuses credential {credential}", self.name).into()),
            None => Ok(()),
        }
    }

    fn slice(&mut self) -> f64 {
        let begun = cpu_nanoseconds();
        for _ in 0..self.count {
            std::hint::black_box((self.judge)(self.next));
            self.next += 1;
            if self.next == self.credentials {
                self.next = 0;
            }
        }
        (cpu_nanoseconds() - begun) / self.count as f64
    }

    /// Finds how many credentials make a slice, in slices that grow: a clock may be coarse, and code may get faster.
    fn calibrate(&mut self) {
        while self.slice() * (self.count as f64) < SLICE_NANOSECONDS {
            self.count *= 2;
        }
    }

    /// The median of its rounds.
    pub(crate) fn nanoseconds(&self) -> f64 {
        median(self.rounds.clone())
    }

    /// How many times as long as another it takes: the median over the rounds.
    pub(crate) fn times(&self, other: &Measured<'_>) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(one, other)| one / other).collect())
    }
}

/// Measures all of them.
pub(crate) fn measure(engines: &mut [Measured<'_>], rounds: usize) {
    engines.iter_mut().for_each(Measured::calibrate);
    for _ in 0..rounds {
        for engine in engines.iter_mut() {
            let taken = engine.slice();
            engine.rounds.push(taken);
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn cpu_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
