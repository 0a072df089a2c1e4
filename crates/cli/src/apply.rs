//! `casemate apply`: a folder of policy files becomes what is configured.

use std::path::PathBuf;

use casemate_directory::{AdminError, Folder, Mistake, Plan, PlannedChange};
use serde::Serialize;

use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed, operator};
use crate::printer::{Format, Printer, printable};
use crate::settings::PlaceSettings;
use crate::{runtime, serve};

/// What `casemate apply` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of TOML files with schemas, roles, assignments, users, groups, credentials and providers.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Show what would be changed, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// Change nothing, and leave with 3 where the folder and what is configured differ.
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,

    /// Delete what was applied under the same name before and is no longer in the folder.
    #[arg(long)]
    prune: bool,

    /// The name that what is applied is managed under; by API it is read-only.
    #[arg(long, value_name = "NAME", default_value = "code")]
    origin: String,

    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Show every line that differs, and not the first few of each object.
    #[arg(long)]
    verbose: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

/// How much of what differs in one object is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// A few lines, and how many there are beside them.
    Short,
    /// Every line.
    Full,
}

/// The most lines of one object that are shown where not all of them are asked for.
const SHORT_LINES: usize = 8;

impl Detail {
    /// What `--verbose` asks for.
    pub(crate) fn of(verbose: bool) -> Detail {
        if verbose { Detail::Full } else { Detail::Short }
    }
}

/// The answer for programs.
#[derive(Serialize)]
struct Applied<'a> {
    applied: bool,
    revision: i64,
    create: &'a [PlannedChange],
    update: &'a [PlannedChange],
    delete: &'a [PlannedChange],
    unchanged: usize,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    runtime::block_on(apply(arguments, printer))
}

async fn apply(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let Arguments { folder, dry_run, check, prune, origin, reason, verbose, place } = arguments;
    let config = place.load(printer)?.config;
    // What a person wrote comes first: nothing is opened before it is known to be right.
    let wanted = Folder::load(&folder).map_err(|mistakes| wrong(printer, &mistakes, &folder))?.wanted;
    let is_dry = dry_run || check;
    let place = if is_dry { Place::open_existing(&config).await? } else { Place::open(&config).await? };
    let plan = place.administration.plan(wanted, &origin, prune).await;
    let plan = plan.map_err(|error| refused(printer, &error))?;
    let revision = if is_dry || plan.is_empty() {
        plan.base
    } else {
        let author = operator("apply", reason);
        let outcome = place.administration.apply(&author, plan.clone()).await;
        outcome.map_err(|error| refused(printer, &error))?
    };
    place.close().await;
    show(printer, &plan, !is_dry, revision, Detail::of(verbose))?;
    Ok(if check && !plan.is_empty() { Exit::Verdict } else { Exit::Success })
}

fn show(
    printer: &mut Printer,
    plan: &Plan,
    applied: bool,
    revision: i64,
    detail: Detail,
) -> Result<(), Failure> {
    let Plan { create, update, delete, unchanged, .. } = plan;
    if printer.format() == Format::Json {
        let unchanged = *unchanged;
        printer.json(&Applied { applied, revision, create, update, delete, unchanged })?;
        return Ok(());
    }
    for (sign, changes) in [("+", create), ("~", update), ("-", delete)] {
        for change in changes {
            print_change(printer, sign, change, detail)?;
        }
    }
    let counts = format!(
        "{} to make, {} to change, {} to delete, {unchanged} as they should be",
        create.len(),
        update.len(),
        delete.len()
    );
    printer.line(match (plan.is_empty(), applied) {
        (true, _) => {
            format!("Nothing to do: {unchanged} objects are as they should be (revision {revision}).")
        }
        (false, true) => format!("Applied as revision {revision}: {counts}."),
        (false, false) => format!("Nothing was changed: {counts}."),
    })?;
    Ok(())
}

/// One object that changes, with the lines that differ.
pub(crate) fn print_change(
    printer: &mut Printer,
    sign: &str,
    change: &PlannedChange,
    detail: Detail,
) -> Result<(), Failure> {
    let tenant = if change.tenant.is_empty() { String::new() } else { format!(" in {}", change.tenant) };
    printer.line(printable(&format!("{sign} {} {}{tenant}", change.kind, change.name)))?;
    let shown = match detail {
        Detail::Short => SHORT_LINES,
        Detail::Full => usize::MAX,
    };
    for line in change.diff.iter().take(shown) {
        printer.line(format_args!("    {}", printable(line).trim_end()))?;
    }
    let more = change.diff.len().saturating_sub(shown);
    if more > 0 {
        printer.line(format_args!("    {more} more (--verbose shows all)"))?;
    }
    Ok(())
}

fn wrong(printer: &Printer, mistakes: &[Mistake], folder: &std::path::Path) -> Failure {
    draw(printer, mistakes);
    let (count, noun) = counted(mistakes);
    Failure::usage(miette::miette!(
        "the policy in {} has {count} {noun}; nothing was changed",
        folder.display()
    ))
}

/// Why configuration was not changed, with each mistake at its place.
pub(crate) fn refused(printer: &Printer, error: &AdminError) -> Failure {
    match error {
        AdminError::Invalid(mistakes) | AdminError::Breaks(mistakes) => {
            draw(printer, mistakes);
            let (count, noun) = counted(mistakes);
            Failure::usage(miette::miette!("the whole would hold {count} {noun}; nothing was changed"))
        }
        AdminError::InUse(others) => {
            for other in others {
                printer.note(format_args!("in use by {} {} ({})", other.kind, other.name, other.id));
            }
            failed(error)
        }
        _ => failed(error),
    }
}

fn draw(printer: &Printer, mistakes: &[Mistake]) {
    for mistake in mistakes {
        printer.report(&serve::report(mistake));
    }
}

fn counted(mistakes: &[Mistake]) -> (usize, &'static str) {
    (mistakes.len(), if mistakes.len() == 1 { "mistake" } else { "mistakes" })
}
