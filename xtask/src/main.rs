//! The project's chores, run as `cargo xtask NAME`.
#![forbid(unsafe_code)]

mod advisories;
mod api_fuzz;
mod areas;
mod arrows;
mod bench;
mod command;
mod console;
mod dist;
mod example;
mod faults;
mod fuzz;
mod layers;
mod needs;
mod npm;
mod project;
mod python;
mod sbom;
mod scim_tester;
mod supply_chain;
mod test;
mod tested;
mod threat_model;
mod typescript;
mod up;
mod wasm;
mod web;

use std::process::ExitCode;

use console::say_error;
use project::Project;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  up [ARGUMENT...]           build casemate and start `casemate serve`, with the arguments
  test [--long] [-p CRATE]   format, lints, arrows between crates, threat model, tests, examples in documentation
                             --long: instead of all that, the tests that have a long form: properties on millions
                             of cases, and what they counted
                             -p CRATE: the tests of that crate alone (repeatable)
  fuzz [--seconds N] [TARGET...]
                             fuzz the targets in turn, N seconds each (60 unless told)
  faults [--runs N] [--seed N]
                             runs in which processes are killed, flushes and power fail, and disks are full, while events
                             are acknowledged: none is lost (1,000 runs from seed 1 on, unless told)
  api-fuzz [--seconds N]     the API against its own description, by schemathesis (60 seconds unless told)
  bench NAME [ARGUMENT...]   run the benchmark NAME; `--format json` for figures that a program reads
  web                        the console, built into web/dist, where the binary takes it from
  wasm                       the permission engine, and what checks the audit log, as WebAssembly, for sdk/typescript
  dist                       the archive that is handed out: binary, service, sample configuration, SBOM, checksums
  supply-chain               licences, bans, sources, advisories; our own SBOM in target/sbom
  check-deps                 the arrows between crates and between the server's areas
  threat-model               every abuse case in docs/threat-model.md has its test";

/// Why a chore did not succeed.
#[derive(Debug)]
enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// The chore found something wrong, or could not be done.
    Failed(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

type Outcome<T> = Result<T, Failure>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => {
            say_error(&message);
            ExitCode::from(1)
        }
        Err(Failure::Usage(message)) => {
            say_error(&format!("{message}\n\n{USAGE}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Outcome<()> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage("no command".into()));
    };
    let project = Project::find()?;
    match name.as_str() {
        "up" => up::run(&project, rest),
        "test" => test::run(&project, rest),
        "api-fuzz" => api_fuzz::run(&project, rest),
        "faults" => faults::run(&project, rest),
        "fuzz" => fuzz::run(&project, rest),
        "bench" => bench::run(&project, rest),
        "wasm" => no_more(rest).and_then(|()| Ok(wasm::build(&project)?)),
        "web" => no_more(rest).and_then(|()| Ok(web::build(&project)?)),
        "dist" => dist::run(&project, rest),
        "supply-chain" => supply_chain::run(&project, rest),
        "check-deps" => no_more(rest).and_then(|()| check_dependencies(&project)),
        "threat-model" => no_more(rest).and_then(|()| threat_model::check(&project)),
        "help" | "--help" | "-h" => {
            console::say(USAGE);
            Ok(())
        }
        other => Err(Failure::Usage(format!("no command `{other}`"))),
    }
}

fn no_more(arguments: &[String]) -> Outcome<()> {
    match arguments.first() {
        None => Ok(()),
        Some(extra) => Err(Failure::Usage(format!("unexpected argument `{extra}`"))),
    }
}

fn check_dependencies(project: &Project) -> Outcome<()> {
    let mut wrong = arrows::problems(&project.metadata(&[])?);
    wrong.extend(arrows::impure_engines(project)?);
    wrong.extend(areas::problems(project)?);
    if wrong.is_empty() {
        console::say("every dependency points the way that ARCHITECTURE.md says");
        return Ok(());
    }
    Err(Failure::Failed(wrong.join("\n")))
}
