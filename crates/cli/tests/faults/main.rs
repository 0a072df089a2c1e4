//! What was acknowledged is on record, whatever happens to the process, the database or the disk, and every proof holds.
//!
//! Each run has a seed, which says what goes wrong and when; `cargo xtask faults --runs 1000 --seed 1` makes many.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a test that cannot prepare has failed, and says what it does"
)]

mod chance;
mod journal;
mod run;
mod work;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use run::{Place, Seeds};

/// Where a run happens that needs a small disk of its own.
const DISK: &str = "CASEMATE_TEST_FAULT_DISK";
/// What the process on the small disk says when all was as it should be.
const DONE: &str = "nothing was lost on a small disk";

#[test]
fn sqlite_and_segments_lose_nothing_when_killed_or_when_flushes_fail_or_power_does() {
    run::sqlite(&Seeds::of("sqlite", 9));
}

#[test]
fn a_disk_that_forgets_what_was_flushed_is_noticed() {
    let (runs, noticed) = (3, run::noticed_lies(3));
    assert!(noticed > 0, "none of {runs} runs noticed that what was acknowledged was lost");
}

#[test]
fn postgresql_loses_nothing_when_it_or_casemate_is_killed() {
    run::postgres(&Seeds::of("postgres", 5));
}

#[test]
#[ignore = "the process that the other test starts on a disk of its own"]
fn on_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let place = Place::on(disk.into());
    run::full(&place, &Seeds::of("full", 6));
    println!("{DONE}");
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::Builder::new().prefix("casemate-test-").tempdir().unwrap();
    // The disk is seen by the process alone, and goes with it.
    let prepare = "exec 2>&1; mount -t tmpfs -o size=160m,mode=755 none \"$1\" || exit 77; \
                   exec \"$0\" on_a_small_disk --exact --ignored --nocapture";
    let child = Command::new("unshare")
        .args(["--mount", "sh", "-c", prepare])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.path())
        .env(DISK, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return eprintln!("skipped: there is no `unshare`") };
    let mut is_done = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        is_done |= line == DONE;
        println!("{line}");
    }
    let status = child.wait().unwrap();
    // What `unshare` itself cannot do, it says with 1.
    if matches!(status.code(), Some(77)) || !may_mount() {
        return eprintln!("skipped: mounting a disk takes root's rights");
    }
    assert!(status.success() && is_done, "{status}");
}

/// Whether this account may have mounts of its own.
fn may_mount() -> bool {
    Command::new("unshare").args(["--mount", "true"]).output().is_ok_and(|output| output.status.success())
}
