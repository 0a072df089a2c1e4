//! Interleaved measuring: each engine takes a slice in every round, so that whatever the machine does meanwhile befalls
//! all of them.

use rustix::time::{ClockId, clock_gettime};

use crate::Failure;

/// Something that decides the workload's questions by their number.
pub(crate) trait Engine {
    fn decide(&mut self, question: usize) -> bool;

    /// Decides `count` questions from `first` on, round and round, and answers the CPU time of it in nanoseconds.
    fn slice(&mut self, questions: usize, first: usize, count: usize) -> Result<f64, Failure> {
        let begun = cpu_nanoseconds();
        let mut question = first % questions;
        for _ in 0..count {
            std::hint::black_box(self.decide(question));
            question += 1;
            if question == questions {
                question = 0;
            }
        }
        Ok(cpu_nanoseconds() - begun)
    }
}

fn cpu_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// An engine with what was measured of it.
pub(crate) struct Measured<'e> {
    pub(crate) name: &'static str,
    /// Permissions of all identities.
    pub(crate) size: usize,
    engine: Box<dyn Engine + 'e>,
    /// Decisions in a slice.
    count: usize,
    next: usize,
    /// CPU nanoseconds per decision, by round.
    rounds: Vec<f64>,
}

/// A slice of an engine takes about this long.
const SLICE_NANOSECONDS: f64 = 4e6;
/// A slice of an engine that takes long for one decision has this many at least.
const SLICE_DECISIONS: usize = 8;

impl<'e> Measured<'e> {
    pub(crate) fn new(name: &'static str, size: usize, engine: impl Engine + 'e) -> Measured<'e> {
        Measured { name, size, engine: Box::new(engine), count: 0, next: 0, rounds: Vec::new() }
    }

    /// The engine's answers to all questions.
    pub(crate) fn answers(&mut self, questions: usize) -> Vec<bool> {
        (0..questions).map(|question| self.engine.decide(question)).collect()
    }

    fn slice(&mut self, questions: usize) -> Result<f64, Failure> {
        let taken = self.engine.slice(questions, self.next, self.count)?;
        self.next = (self.next + self.count) % questions;
        Ok(taken / self.count as f64)
    }

    /// Finds how many decisions make a slice, in slices that grow: a clock may be coarse, and code may get faster.
    fn calibrate(&mut self, questions: usize) -> Result<(), Failure> {
        self.count = SLICE_DECISIONS;
        let mut each = self.slice(questions)?;
        while each * (self.count as f64) < SLICE_NANOSECONDS {
            self.count *= 2;
            each = self.slice(questions)?;
        }
        // Whole passes where one fits, so that every slice holds the same questions.
        if self.count > questions {
            self.count = self.count / questions * questions;
        }
        Ok(())
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
pub(crate) fn measure(engines: &mut [Measured<'_>], questions: usize, rounds: usize) -> Result<(), Failure> {
    for engine in engines.iter_mut() {
        engine.calibrate(questions)?;
    }
    for _ in 0..rounds {
        for engine in engines.iter_mut() {
            let taken = engine.slice(questions)?;
            engine.rounds.push(taken);
        }
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
