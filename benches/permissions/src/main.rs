//! Decisions over HTTP: the real binary beside a real Cerbos server with a policy that means the same, both on one core, one
//! after the other in every round, and whoever asks on another. Both answer the same questions, and the answers are compared
//! with those that the policy means.
//!
//! What Casemate keeps of identities in memory is measured by itself, on users whom a provider brought by SCIM. So are a store
//! with many tenants, and how soon a revocation at one replica counts at another: both on PostgreSQL.
//!
//! `CASEMATE_BENCH_BINARY` says which binary is measured instead of the one that is shipped, `CASEMATE_BENCH_IDENTITIES` with how
//! many users, and `CASEMATE_BENCH_TENANTS` with how many tenants, for a try without optimising. `CASEMATE_BENCH_ONLY` names what is
//! measured alone: `staleness`, `scale`, or `cerbos` for what is measured beside it.
#![forbid(unsafe_code)]

mod answer;
mod asking;
mod cerbos;
mod identities;
mod load;
mod rounds;
mod scale;
mod server;
mod staleness;
mod workload;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use casemate_figures::{Failure, Figure, say};

use rounds::Measured;
use server::Server;

fn main() -> ExitCode {
    casemate_figures::run("permissions", run)
}

fn run() -> Result<Vec<Figure>, Failure> {
    let own = std::env::current_exe()?;
    let casemate = match std::env::var_os("CASEMATE_BENCH_BINARY") {
        Some(binary) => PathBuf::from(binary),
        None => built(&own)?,
    };
    // In the build's folder, since the folder for temporary files may be in memory, where a flush costs nothing.
    let folder = tempfile::tempdir_in(own.parent().unwrap_or(Path::new(".")))?;
    let place = |name: &str| folder.path().join(name);
    let only = std::env::var("CASEMATE_BENCH_ONLY").unwrap_or_default();
    let mut figures = Vec::new();
    // On whichever cores the kernel likes: databases and several servers are measured.
    if ["", "staleness"].contains(&&*only) {
        figures.extend(staleness::measure(&casemate, &place("staleness"))?);
    }
    if ["", "scale"].contains(&&*only) {
        figures.extend(scale::measure(&casemate, &place("scale"))?);
    }
    if !["", "cerbos"].contains(&&*only) {
        return Ok(figures);
    }
    let cerbos = cerbos::installed()?;
    load::pin()?;
    let people = workload::people();
    workload::write_casemate(&place("casemate-policy"), &people)?;
    workload::write_cerbos(&place("cerbos-policy"))?;
    let mut remembered: Vec<Figure> = Vec::new();
    if only.is_empty() {
        say("measuring the memory of identities");
        remembered.extend(identities::measure(&casemate, &place("identities"))?);
    }
    let casemate = Server::casemate(&casemate, &place("casemate"), &place("casemate-policy"))?;
    let recording = Server::cerbos(&cerbos, &place("cerbos-recording"), &place("cerbos-policy"), true)?;
    let cerbos = Server::cerbos(&cerbos, &place("cerbos"), &place("cerbos-policy"), false)?;
    let [single, single_allowed, batch, batch_allowed] = rounds::measure([&casemate, &cerbos], &people)?;
    let several = format!("{} at once", workload::EACH);
    figures.extend(figures_of("one question", &single, Some(30.0)));
    figures.extend(figures_of(&several, &batch, Some(50.0)));
    // Without what a denial costs Casemate, which has it on disk before it is answered.
    figures.extend(figures_of("one question, allowed ones alone", &single_allowed, None));
    figures.extend(figures_of(&format!("{several}, allowed ones alone"), &batch_allowed, None));
    // Beside the peer that has what it denied on record as well, if not before it answers.
    let [single, _, batch, _] = rounds::measure([&casemate, &recording], &people)?;
    for (asked, measured) in [("one question", single), (&*several, batch)] {
        let cpu = measured.cpu[1];
        figures.push(Figure::new(
            format!("{asked}: cerbos that records denials, CPU per decision"),
            cpu,
            "µs",
        ));
        figures.push(Figure::new(format!("{asked}: less CPU than that one"), measured.beside, "x"));
    }
    figures.push(Figure::new("casemate: resident", casemate.resident()? / 1e6, "MB"));
    figures.push(Figure::new("cerbos: resident", cerbos.resident()? / 1e6, "MB"));
    figures.extend(remembered);
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

fn figures_of(asked: &str, measured: &Measured, goal: Option<f64>) -> [Figure; 3] {
    let beside = Figure::new(format!("{asked}: less CPU than cerbos"), measured.beside, "x");
    let cpu = |server: &str, value| Figure::new(format!("{asked}: {server}, CPU per decision"), value, "µs");
    let [casemate, cerbos] = measured.cpu;
    [
        cpu("casemate", casemate),
        cpu("cerbos", cerbos),
        match goal {
            Some(goal) => beside.at_least(goal),
            None => beside,
        },
    ]
}
