//! How far a check is, how fast, and how much memory the process has.

use std::fs;
use std::time::Instant;

use crate::printer::Printer;

/// How many events pass between two looks at the clock.
const STEP: u64 = 1_024;

/// Tells of every tenth of what is to be checked.
pub(super) struct Meter<'p> {
    printer: Option<&'p Printer>,
    started: Instant,
    /// How many events are expected.
    total: Option<u64>,
    told: u64,
}

impl<'p> Meter<'p> {
    /// One that tells, where there is a printer to tell it.
    pub(super) fn new(printer: Option<&'p Printer>, total: Option<u64>) -> Meter<'p> {
        Meter { printer, started: Instant::now(), total, told: 0 }
    }

    /// So many events are expected.
    pub(super) fn expect(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// So many events have passed.
    pub(super) fn passed(&mut self, events: u64) {
        if !events.is_multiple_of(STEP) && self.total != Some(events) {
            return;
        }
        let (Some(printer), Some(total)) = (self.printer, self.total.filter(|total| *total > 0)) else {
            return;
        };
        let tenth = events.saturating_mul(10) / total;
        if tenth > self.told {
            self.told = tenth;
            let resident =
                resident().map_or_else(String::new, |bytes| format!(", {} KiB resident", bytes >> 10));
            printer.note(format_args!(
                "{} % of {total} events, {} a second{resident}",
                tenth * 10,
                self.rate(events)
            ));
        }
    }

    /// How long it took so far, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// How many events a second that is.
    pub(super) fn rate(&self, events: u64) -> u64 {
        let micros = self.started.elapsed().as_micros().max(1);
        u64::try_from(u128::from(events) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
}

/// The bytes of memory that the process has (`VmRSS` of proc(5)); nothing where the system does not say.
pub(super) fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}
