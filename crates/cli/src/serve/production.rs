//! What a start in production refuses, and what a start in development remarks upon.

use casemate_directory::Policy;
use casemate_platform::clock;
use casemate_platform::config::{Config, Loaded, Mode};
use serde::Serialize;

use crate::checks::{Check, Verdict, before_start};
use crate::doctor;
use crate::exit::Failure;
use crate::printer::{Format, Printer};

/// The answer to programs where production does not start.
#[derive(Serialize)]
struct Refused<'a> {
    ok: bool,
    checks: &'a [Check],
}

/// Goes through the checks. In production all are logged and handed back to be printed; in development only what is not
/// as it should be is logged.
///
/// # Errors
/// In production, where one of them failed; all were printed.
pub(super) fn check(loaded: &Loaded, policy: &Policy, printer: &mut Printer) -> Result<Vec<Check>, Failure> {
    let checks = before_start(loaded, Some(policy), clock::now());
    let is_production = loaded.config.mode == Mode::Production;
    for check in &checks {
        let advice = check.advice.as_deref().unwrap_or_default();
        match check.outcome {
            Verdict::Ok if is_production => tracing::info!(check = check.name, "{}", check.found),
            Verdict::Ok => {}
            Verdict::Warning => tracing::warn!(check = check.name, "{}: {advice}", check.found),
            Verdict::Failed => tracing::error!(check = check.name, "{}: {advice}", check.found),
        }
    }
    let failed = checks.iter().filter(|check| check.outcome == Verdict::Failed).count();
    match (is_production, failed) {
        (false, _) => Ok(Vec::new()),
        (true, 0) => Ok(checks),
        (true, _) => {
            match printer.format() {
                Format::Json => printer.json(&Refused { ok: false, checks: &checks })?,
                Format::Table | Format::Csv => doctor::print(&checks, printer)?,
            }
            let noun = if failed == 1 { "check" } else { "checks" };
            let help = "mend what failed; `casemate doctor` goes through the same checks without starting";
            Err(Failure::usage(miette::miette!(
                help = help,
                "production does not start: {failed} {noun} failed"
            )))
        }
    }
}

/// Whether a development credential was asked for, which only development makes.
///
/// # Errors
/// Where it was asked for in production.
pub(super) fn development_credential(config: &Config, is_wanted: bool) -> Result<bool, Failure> {
    match (config.mode, is_wanted) {
        (Mode::Production, true) => {
            let help = "leave out --development-credential, or start with `--mode development`";
            Err(Failure::usage(miette::miette!(help = help, "production makes no development credential")))
        }
        (_, is_wanted) => Ok(is_wanted),
    }
}
