//! The real binary under load, beside a bare axum handler behind the same listener: servers on one core, one after the
//! other in every round, and whoever asks on another.
#![forbid(unsafe_code)]

mod append;
mod bare;
mod flush;
mod load;
mod policy;
mod rounds;
mod server;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use casemate_figures::{Failure, Figure, say};

use append::Appended;
use load::Waiting;
use rounds::{DURABLE, HELD_ROUNDS, Measured, Rounds};
use server::Server;

/// Where all of them are asked.
const PATH: &str = "/access/v1/evaluation";

/// The bare handler, in a process of its own.
const BARE: &str = "bare";

fn main() -> ExitCode {
    if std::env::args().skip(1).eq([BARE]) {
        return casemate_figures::outcome(bare::serve());
    }
    casemate_figures::run("serve", run)
}

fn run() -> Result<Vec<Figure>, Failure> {
    let own = std::env::current_exe()?;
    let casemate = casemate(&own)?;
    // In the build's folder, since the folder for temporary files may be in memory, where a flush costs nothing.
    let folder = tempfile::tempdir_in(own.parent().unwrap_or(Path::new(".")))?;
    say("measuring recording by itself");
    let appended = append::measure(folder.path())?;
    load::pin()?;
    let policy = folder.path().join("policy");
    policy::write(&policy)?;
    let start = |name, more: &[&str]| {
        let (data, log) = (folder.path().join(name), folder.path().join(format!("{name}.log")));
        let options = ["serve", "--format", "json", "--listen", "127.0.0.1:0", "--policy"].map(OsStr::new);
        let place = [policy.as_os_str(), OsStr::new("--data"), data.as_os_str()];
        let arguments: Vec<&OsStr> =
            options.into_iter().chain(place).chain(more.iter().map(OsStr::new)).collect();
        Server::start(name, &casemate, &arguments, &log)
    };
    let bare = Server::start("bare", &own, &[OsStr::new(BARE)], &folder.path().join("bare.log"))?;
    let quiet = start("quiet", &[])?;
    let durable = start("durable", &["--record", "allowed"])?;
    let mut rounds = Rounds {
        bare: Measured::new(bare, 64, Waiting::Looking)?,
        quiet: Measured::new(quiet, 64, Waiting::Looking)?,
        durable: Measured::new(durable, 256, Waiting::Asleep)?,
        flushes: Vec::new(),
    };
    rounds.measure(&folder.path().join("flush"))?;
    let mut figures = figures_of(&rounds);
    figures.extend(recording(&appended));
    Ok(figures)
}

fn recording(appended: &Appended) -> [Figure; 7] {
    [
        Figure::new("recording alone, 64 writers: acknowledged", appended.acknowledged, "events/s"),
        Figure::new("recording alone, 64 writers: searchable", appended.searchable, "events/s"),
        Figure::new("recording alone, 64 writers: p50", appended.p50, "µs"),
        Figure::new("recording alone, 64 writers: p99", appended.p99, "µs"),
        Figure::new("raw file, groups of 100, each flushed", appended.raw, "events/s"),
        Figure::new("acknowledged", appended.beside_raw, "x raw file").at_least(0.25),
        Figure::new("searchable", appended.searchable_beside_raw, "x raw file").at_least(0.10),
    ]
}

/// The binary that is shipped, built beside this one.
fn casemate(own: &Path) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--quiet", "--package", "casemate-cli"])
        .status()?;
    if !built.success() {
        return Err("casemate could not be built".into());
    }
    Ok(own.with_file_name("casemate"))
}

fn figures_of(rounds: &Rounds) -> Vec<Figure> {
    let Rounds { bare, quiet, durable, .. } = rounds;
    let mut figures = Vec::new();
    let servers = [
        ("bare handler", bare),
        ("casemate, allowed decisions not recorded", quiet),
        ("casemate, every decision durable", durable),
    ];
    for (name, server) in servers {
        figures.push(Figure::new(format!("{name}: CPU per request"), server.cpu(), "µs"));
        figures.push(Figure::new(format!("{name}: highest rate"), server.highest(), "requests/s"));
        figures.push(Figure::new(format!("{name}: p50 at 70 %"), server.p50(), "µs"));
        let undisturbed = format!("{name}: rounds of {HELD_ROUNDS} that the machine's host left alone");
        figures.push(Figure::new(undisturbed, server.undisturbed(), ""));
        let p99 = Figure::new(format!("{name}: p99 at 70 %"), server.p99(), "µs");
        figures.push(if server.name == quiet.name { p99.at_most(1_000.0) } else { p99 });
    }
    let (p50, p99) = durable.asked();
    let asked = format!("{}, at 70 % of {DURABLE}x the bare handler's highest rate", servers[2].0);
    figures.push(Figure::new(format!("{asked}: p50"), p50, "µs"));
    figures.push(Figure::new(format!("{asked}: p99"), p99, "µs"));
    let (p50, p99) = rounds.flush();
    figures.extend([
        Figure::new("raw flush of such groups: p50", p50, "µs"),
        Figure::new("raw flush of such groups: p99", p99, "µs"),
        Figure::new("throughput, not recorded", quiet.rate_beside(bare), "x bare").at_least(0.7),
        Figure::new("throughput by CPU, not recorded", quiet.cpu_beside(bare), "x bare").at_least(0.7),
        Figure::new("throughput, durable", durable.rate_beside(bare), "x bare").at_least(DURABLE),
        Figure::new("p99, durable", rounds.p99_beside_flush(), "x raw flush").at_most(3.0),
    ]);
    figures
}
