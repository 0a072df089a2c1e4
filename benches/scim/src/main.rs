//! A directory of 100,000 users and 5,000 groups, synced by bulk requests into the real binary on SQLite and on PostgreSQL: how
//! many rows a second, and how much memory the server takes on the way.
//!
//! `CASEMATE_BENCH_SCIM_USERS` says how many users instead, and `CASEMATE_BENCH_BINARY` which binary, for a try without optimising.
#![forbid(unsafe_code)]

mod server;
mod sync;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use casemate_figures::{Failure, Figure, say};
use casemate_test_support::Postgres;

use server::Server;
use sync::{Size, Synced};

/// How far resident memory may be off that at a tenth of the rows.
const GROWTH: f64 = 1.10;

fn main() -> ExitCode {
    casemate_figures::run("scim", run)
}

fn run() -> Result<Vec<Figure>, Failure> {
    let own = std::env::current_exe()?;
    let casemate = match std::env::var_os("CASEMATE_BENCH_BINARY") {
        Some(binary) => PathBuf::from(binary),
        None => built(&own)?,
    };
    let size = match std::env::var("CASEMATE_BENCH_SCIM_USERS") {
        Ok(users) => Size::of(users.parse()?),
        Err(_) => Size::of(100_000),
    };
    // In the build's folder, since the folder for temporary files may be in memory, where a flush costs nothing.
    let folder = tempfile::tempdir_in(own.parent().unwrap_or(Path::new(".")))?;
    let mut figures = Vec::new();
    let sqlite = Server::start(&casemate, &folder.path().join("sqlite"), None)?;
    figures.extend(figures_of("SQLite", &sync::run(&sqlite, size)?));
    drop(sqlite);
    let postgres = Postgres::start()?;
    let server =
        Server::start(&casemate, &folder.path().join("postgres"), Some(&postgres.create_database()?))?;
    figures.extend(figures_of("PostgreSQL", &sync::run(&server, size)?));
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

fn figures_of(database: &str, synced: &Synced) -> Vec<Figure> {
    let Synced { rows, seconds, again_seconds, resident } = synced;
    let [first, half, all] = resident.map(|bytes| bytes / 1e6);
    let beside = |bytes: f64| (bytes / first).max(first / bytes);
    vec![
        Figure::new(format!("{database}: users, groups and members"), *rows, "rows"),
        Figure::new(format!("{database}: synced"), rows / seconds, "rows/s"),
        Figure::new(format!("{database}: one more user, p50"), again_seconds * 1e3, "ms"),
        Figure::new(format!("{database}: resident at 10 %"), first, "MB"),
        Figure::new(format!("{database}: resident at 50 %"), half, "MB"),
        Figure::new(format!("{database}: resident at 100 %"), all, "MB"),
        Figure::new(format!("{database}: resident at 50 %, beside 10 %"), beside(half), "x").at_most(GROWTH),
        Figure::new(format!("{database}: resident at 100 %, beside 10 %"), beside(all), "x").at_most(GROWTH),
    ]
}
