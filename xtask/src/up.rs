//! Builds the server and starts it.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, succeed};
use crate::console::say;
use crate::project::Project;
use crate::web;

/// `up [ARGUMENT...]`: the arguments are those of `casemate serve`. Does not return where the server starts: the
/// server takes this process's place, so that its signals and its exit status are the server's own.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    // No server starts with an earlier one, or none, as if nothing had failed.
    web::build(project).map_err(|error| {
        format!(
            "the console is not built: {error}. Without it: cargo run --bin casemate -- serve, where a page says how it is built"
        )
    })?;
    say("building casemate (minutes at the first time, seconds later)");
    succeed(cargo(project).args(["build", "--locked", "--package", "casemate-cli", "--bin", "casemate"]))?;
    let binary = project.target().join("debug/casemate");
    let here = std::env::current_dir().unwrap_or_default();
    say(&format!("starting {} serve", binary.strip_prefix(here).unwrap_or(&binary).display()));
    let error = Command::new(&binary).arg("serve").args(arguments).exec();
    Err(format!("could not start {}: {error}", binary.display()).into())
}
