//! `casemate doctor`: everything that a start in production checks and more, without starting.

use casemate_directory::{Policy, Watcher};
use casemate_platform::clock;
use casemate_platform::config::Loaded;
use serde::Serialize;

use crate::checks::{Check, Verdict, before_start, beside_start};
use crate::exit::{Exit, Outcome};
use crate::printer::{Format, Printer};
use crate::runtime;
use crate::serve::report;
use crate::settings::AllSettings;

/// What `casemate doctor` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also ask the policy's providers for their keys.
    #[arg(long)]
    online: bool,

    #[command(flatten)]
    settings: AllSettings,
}

/// The answer for programs.
#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    mode: &'static str,
    checks: &'a [Check],
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let loaded = arguments.settings.load(printer)?;
    runtime::block_on(examine(&loaded, arguments.online, printer))
}

async fn examine(loaded: &Loaded, online: bool, printer: &mut Printer) -> Outcome {
    let now = clock::now();
    let policy = policy(loaded, printer);
    let mut checks = before_start(loaded, policy.as_ref().ok(), now);
    checks.extend(beside_start(&loaded.config, policy, online, now).await);
    let failed = checks.iter().any(|check| check.outcome == Verdict::Failed);
    match printer.format() {
        Format::Json => {
            let mode = loaded.config.mode.as_str();
            printer.json(&Report { ok: !failed, mode, checks: &checks })?;
        }
        Format::Table | Format::Csv => print(&checks, printer)?,
    }
    Ok(if failed { Exit::Verdict } else { Exit::Success })
}

/// What stands in the policy folder, or how many mistakes, which are drawn.
fn policy(loaded: &Loaded, printer: &Printer) -> Result<Policy, usize> {
    let Some(folder) = &loaded.config.policy else { return Ok(Policy::empty()) };
    match Watcher::new(folder).poll() {
        Some(Ok(read)) => Ok(read.policy),
        None => Ok(Policy::empty()),
        Some(Err(mistakes)) => {
            for mistake in &mistakes {
                printer.report(&report(mistake));
            }
            Err(mistakes.len())
        }
    }
}

/// The checks as a table, and below it what to do.
pub(crate) fn print(checks: &[Check], printer: &mut Printer) -> std::io::Result<()> {
    let row = |check: &Check| {
        [check.name.to_owned(), check.outcome.as_str().to_owned(), check.found.replace('\n', " ")]
    };
    printer.table(["CHECK", "OUTCOME", "FOUND"], &checks.iter().map(row).collect::<Vec<_>>())?;
    for check in checks.iter().filter(|check| check.outcome != Verdict::Ok) {
        if let Some(advice) = &check.advice {
            printer.line(format_args!("{}: {advice}", check.name))?;
        }
    }
    Ok(())
}
