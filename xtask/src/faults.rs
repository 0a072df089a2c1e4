//! Runs in which something goes wrong while events are acknowledged: processes are killed, flushes fail, the power fails, disks are full.
//! What goes wrong, and when, follows from a seed.

use std::time::Instant;

use crate::command::{cargo, watch};
use crate::console::{counted, say};
use crate::project::Project;
use crate::{Failure, Outcome, needs};

const DEFAULT_RUNS: u64 = 1_000;

/// The tests that make runs, the word for each, and its share of all runs in quarters.
const TESTS: [(&str, &str, u64); 3] = [
    ("sqlite", "sqlite_and_segments_lose_nothing_when_killed_or_when_flushes_fail_or_power_does", 2),
    ("postgres", "postgresql_loses_nothing_when_it_or_casemate_is_killed", 1),
    ("full", "a_full_disk_loses_nothing", 1),
];

/// How many runs, and the seed of the first.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    runs: u64,
    seed: u64,
}

fn options(arguments: &[String]) -> Outcome<Options> {
    let mut options = Options { runs: DEFAULT_RUNS, seed: 1 };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (number, least) = match argument.as_str() {
            "--runs" => (&mut options.runs, 1),
            "--seed" => (&mut options.seed, 0),
            other => return Err(Failure::Usage(format!("unexpected argument `{other}`"))),
        };
        let said = rest.next().and_then(|said| said.parse().ok()).filter(|said| *said >= least);
        *number = said.ok_or_else(|| {
            Failure::Usage(format!("{argument} needs a whole number that is not below {least}"))
        })?;
    }
    Ok(options)
}

/// How many runs each of the tests makes.
fn shares(runs: u64) -> [u64; 3] {
    let [_, others @ ..] = TESTS.map(|(_, _, quarters)| runs * quarters / 4);
    let [postgres, full] = others;
    [runs - postgres - full, postgres, full]
}

/// `faults [--runs N] [--seed N]`: fails where anything that was acknowledged is lost, or a proof does not hold, after all runs.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    let Options { runs, seed } = options(arguments)?;
    needs::for_tests()?;
    let (mut results, mut failed) = (Vec::new(), Vec::new());
    for ((kind, test, _), wanted) in TESTS.into_iter().zip(shares(runs)) {
        if wanted == 0 {
            continue;
        }
        say(&format!("==> {test}, {} from seed {seed} on", counted(wanted, "run")));
        let begun = Instant::now();
        let mut command = cargo(project);
        command
            .args(["test", "--locked", "--quiet", "--test", "faults", test, "--", "--exact", "--nocapture"])
            .env("CASEMATE_FAULT_RUNS", wanted.to_string())
            .env("CASEMATE_FAULT_SEED", seed.to_string());
        let (passed, lines) = watch(&mut command)?;
        let seen = Seen::of(kind, &lines);
        let seconds = begun.elapsed().as_secs_f64();
        let good = counted(seen.good, "run");
        results.push(format!(
            "{kind:<10} {good:>10} without a loss, {} with one, {seconds:.0} s",
            seen.bad.len()
        ));
        failed.extend(seen.bad.iter().map(|seed| {
            format!("CASEMATE_FAULT_SEED={seed} CASEMATE_FAULT_RUNS=1 cargo test --test faults {test} -- --nocapture")
        }));
        if seen.bad.is_empty() && (!passed || seen.good < wanted) {
            failed.push(format!("only {good} of {wanted} were made: see above what {test} says"));
        }
    }
    say(&format!("\n{}", results.join("\n")));
    if failed.is_empty() {
        say("nothing that was acknowledged is lost, and every proof holds");
        return Ok(());
    }
    Err(Failure::Failed(format!("runs failed; to repeat them:\n{}", failed.join("\n"))))
}

/// What the runs of one kind said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// How many ended well.
    good: u64,
    /// The seeds of the others.
    bad: Vec<u64>,
}

impl Seen {
    fn of(kind: &str, lines: &[String]) -> Seen {
        let (mut seen, mut begun) = (Seen::default(), None);
        for line in lines {
            let Some(rest) = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(" seed ")) else {
                continue;
            };
            let (number, said) = rest.split_once(": ").unwrap_or((rest, ""));
            let Ok(number) = number.parse() else { continue };
            match said {
                // One that begins while another has not ended: that one broke off.
                "" => seen.bad.extend(begun.replace(number)),
                said => {
                    begun = None;
                    if said.starts_with("nothing lost") { seen.good += 1 } else { seen.bad.push(number) }
                }
            }
        }
        seen.bad.extend(begun);
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn options_are_read_and_wrong_ones_refused() {
        let read = |arguments: &[&str]| options(&words(arguments));
        assert_eq!(read(&[]).unwrap(), Options { runs: 1_000, seed: 1 });
        assert_eq!(read(&["--seed", "7", "--runs", "20"]).unwrap(), Options { runs: 20, seed: 7 });
        for wrong in [&["--runs", "0"][..], &["--runs"], &["--seed", "x"], &["20"]] {
            assert!(matches!(read(wrong), Err(Failure::Usage(_))), "{wrong:?}");
        }
    }

    #[test]
    fn every_run_has_its_kind() {
        assert_eq!(shares(1_000), [500, 250, 250]);
        for runs in 1..50 {
            assert_eq!(shares(runs).iter().sum::<u64>(), runs);
        }
    }

    #[test]
    fn what_runs_say_is_counted_and_one_that_broke_off_has_failed() {
        let lines = words(&[
            "running 1 test",
            "full seed 4",
            "full seed 4: nothing lost, 1.2 s",
            "full seed 5",
            "full seed 5: FAILED: 3 of notes.read are lost, as r5-0-17",
            "full seed 6",
            "thread panicked at full seed 6",
        ]);
        assert_eq!(Seen::of("full", &lines), Seen { good: 1, bad: vec![5, 6] });
        assert_eq!(Seen::of("sqlite", &lines), Seen::default());
    }

    #[test]
    fn the_tests_are_there() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/cli/tests/faults/main.rs");
        let text = std::fs::read_to_string(path).unwrap();
        for (kind, test, _) in TESTS {
            let body = text.split_once(&format!("fn {test}()")).unwrap().1;
            assert!(!body.is_empty() && text.contains(&format!("Seeds::of(\"{kind}\"")), "{test}");
        }
    }
}
