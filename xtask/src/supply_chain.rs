//! What others' code we ship: licences, bans, sources, advisories, and the list of it all.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command::{cargo, find, succeed};
use crate::console::{counted, say};
use crate::project::Project;
use crate::{Failure, Outcome, advisories, sbom};

const CARGO_DENY: &str = "0.20.2";

/// `supply-chain`: fails on a licence, crate or source that deny.toml does not allow, and on a known advisory.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    crate::no_more(arguments)?;
    say("==> our own bill of materials");
    let bill = sbom::write(project)?;
    let deny = cargo_deny(project)?;
    say("==> licences, bans, sources");
    let checks =
        ["--locked", "--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    let kept = succeed(command(project, &deny).args(checks));
    say("==> advisories");
    let known = advisories_known(project, &deny, &bill);
    match (kept, known) {
        (Ok(()), Ok(())) => Ok(()),
        (Err(a), Err(b)) => Err(Failure::Failed(format!("{a}\n{b}"))),
        (Err(e), Ok(())) | (Ok(()), Err(e)) => Err(Failure::Failed(e)),
    }
}

fn command(project: &Project, deny: &Path) -> Command {
    let mut command = Command::new(deny);
    command.current_dir(project.root());
    command
}

fn advisories_known(project: &Project, deny: &Path, bill: &Value) -> Result<(), String> {
    let fetched = command(project, deny).args(["--log-level", "error", "fetch", "db"]).output();
    let fetched = fetched.map_err(|e| format!("could not run cargo-deny: {e}"))?;
    if !fetched.status.success() {
        let said = String::from_utf8_lossy(&fetched.stderr).into_owned();
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
        // What stands before the level is the time.
        let why = line.split_once("[ERROR] ").map_or(line, |(_, why)| why);
        say(&format!("cargo-deny cannot have its database from here: {why}"));
        return advisories_in_a_file(project, bill);
    }
    let checks =
        ["--locked", "--all-features", "check", "--disable-fetch", "--hide-inclusion-graph", "advisories"];
    succeed(command(project, deny).args(checks))
}

fn advisories_in_a_file(project: &Project, bill: &Value) -> Result<(), String> {
    let Some(file) = advisories::file(project) else {
        say(&format!("NOT CHECKED: there is no advisory database ({} may name a file)", advisories::FILE));
        return Ok(());
    };
    if find("xz", &[]).is_none() {
        say(&format!("NOT CHECKED: {} needs `xz` (apt-get install xz-utils)", file.display()));
        return Ok(());
    }
    let found = advisories::findings(&file, bill)?;
    for finding in &found {
        say(&format!("{}: {}: {}", finding.id, finding.package, finding.summary));
    }
    let grave = found.iter().filter(|finding| !finding.informational).count() as u64;
    if grave > 0 {
        return Err(format!("{} against what we ship", counted(grave, "advisory finding")));
    }
    say(&format!("no known vulnerability in what we ship, by {}", file.display()));
    Ok(())
}

/// cargo-deny from PATH or from target/tools, where it is built when it is in neither: a minute, once. It is not
/// optimised, since that would take longer than all that it is asked here.
fn cargo_deny(project: &Project) -> Result<PathBuf, String> {
    let tools = project.target().join("tools");
    let own = tools.join("bin");
    if let Some(found) = find("cargo-deny", &[&own]) {
        return Ok(found);
    }
    say("==> building cargo-deny into target/tools, once (about a minute on two cores)");
    succeed(
        cargo(project)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .args([
                "install",
                "--debug",
                "--locked",
                "--quiet",
                "cargo-deny",
                "--version",
                CARGO_DENY,
                "--root",
            ])
            .arg(&tools)
            .arg("--target-dir")
            .arg(tools.join("build")),
    )?;
    // Half a gigabyte that nothing reads again.
    drop(std::fs::remove_dir_all(tools.join("build")));
    find("cargo-deny", &[&own])
        .ok_or_else(|| format!("cargo install put no cargo-deny into {}", own.display()))
}
