//! The audit log in one run, on SQLite and on PostgreSQL: how fast 64 writers record events beside the same bytes appended to a raw file and
//! flushed in groups, how soon these are found, how fast a million events are searched and checked, and how fast rules look at events.
//!
//! `--large` searches ten million. `CASEMATE_BENCH_AUDIT_EVENTS` says how many instead, and `CASEMATE_BENCH_BINARY` which binary checks
//! the log, for a try. `CASEMATE_BENCH_AUDIT_PARTS` names parts of it with commas between: `record`, `search`, `verify`, `detect`.
#![forbid(unsafe_code)]

mod databases;
mod detect;
mod made;
mod record;
mod search;
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use casemate_figures::{Failure, Figure, say};

use databases::Databases;

/// Of which searches and checks are measured.
const EVENTS: u64 = 1_000_000;
const LARGE: u64 = 10_000_000;

fn main() -> ExitCode {
    casemate_figures::run_with("audit", Some("--large"), run)
}

fn run(is_large: bool) -> Result<Vec<Figure>, Failure> {
    let own = std::env::current_exe()?;
    let events = match std::env::var("CASEMATE_BENCH_AUDIT_EVENTS") {
        Ok(events) => events.parse()?,
        Err(_) if is_large => LARGE,
        Err(_) => EVENTS,
    };
    let parts = std::env::var("CASEMATE_BENCH_AUDIT_PARTS").ok();
    let is_wanted = |part: &str| parts.as_ref().is_none_or(|parts| parts.split(',').any(|one| one == part));
    // In the build's folder, since the folder for temporary files may be in memory, where a flush costs nothing.
    let folder = tempfile::tempdir_in(own.parent().unwrap_or(Path::new(".")))?;
    let mut figures = Vec::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if is_wanted("record") || is_wanted("search") {
        let databases = Databases::start(folder.path())?;
        for database in databases.all() {
            if is_wanted("record") {
                say(&format!("recording with {}", database.name));
                figures.extend(runtime.block_on(record::figures(&database, folder.path()))?);
            }
            if is_wanted("search") {
                say(&format!("recording {events} events to be searched with {}", database.name));
                figures.extend(runtime.block_on(search::figures(&database, events))?);
            }
        }
    }
    if is_wanted("detect") {
        say("looking at events with 60 rules");
        figures.extend(detect::figures()?);
    }
    if is_wanted("verify") {
        let binary = match std::env::var_os("CASEMATE_BENCH_BINARY") {
            Some(binary) => PathBuf::from(binary),
            None => built(&own)?,
        };
        say(&format!("checking {events} events"));
        figures.extend(verify::figures(&binary, folder.path(), events)?);
    }
    Ok(figures)
}

/// The binary that is shipped, built beside this one.
fn built(own: &Path) -> Result<PathBuf, Failure> {
    say("building casemate");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--quiet", "--package", "casemate-cli"])
        .status()?;
    if !built.success() {
        return Err("casemate could not be built".into());
    }
    Ok(own.with_file_name("casemate"))
}
