//! Programs from the Python package index, each in an environment of its own below `target`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{find, succeed};
use crate::console::say;
use crate::project::Project;
use crate::{Failure, Outcome, needs};

/// The environment variable that a run of every check sets: what it does not try has failed.
const CI: &str = "CASEMATE_CI_RUN";

/// Says that something was not tried for want of a program: a failure where every check was asked for.
pub(crate) fn not_run(what: &str, program: &str, why: &str) -> Outcome<()> {
    not_run_where(std::env::var_os(CI).is_some(), what, program, why)
}

fn not_run_where(is_ci: bool, what: &str, program: &str, why: &str) -> Outcome<()> {
    let said = format!("NOT RUN: {what}, since {program} cannot be had: {why}");
    if is_ci {
        return Err(Failure::Failed(format!(
            "{said}. Let pip reach a Python package index (`pip config set global.index-url URL`, or the variables \
             PIP_INDEX_URL and HTTPS_PROXY), and run it again; `cargo xtask test` alone, without {CI}, passes over it"
        )));
    }
    say(&said);
    Ok(())
}

/// The environment `name`, with these packages installed where it is not there yet.
pub(crate) fn environment(project: &Project, name: &str, packages: &[String]) -> Result<PathBuf, String> {
    let folder = project.target().join("tools").join(name);
    // Written last, so that an installation that was broken off is made again.
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    needs::for_python()?;
    let python = find("python3", &[]).ok_or("python3 is not installed")?;
    say(&format!("installing {name}"));
    drop(fs::remove_dir_all(&folder));
    succeed(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "30"];
    succeed(Command::new(folder.join("bin/python")).args(pip).args(packages))?;
    fs::write(&complete, "").map_err(|error| format!("could not write {}: {error}", complete.display()))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_tried_fails_where_every_check_was_asked_for() {
        assert!(not_run_where(false, "it was not tried", "it", "no index").is_ok());
        let Err(Failure::Failed(said)) = not_run_where(true, "it was not tried", "it", "no index") else {
            unreachable!("it is a failure");
        };
        assert!(said.contains("no index") && said.contains("PIP_INDEX_URL") && said.contains(CI), "{said}");
    }
}
