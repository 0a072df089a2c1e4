//! `casemate directory`: pulling the users and groups of providers from LDAP directories, and what became of them.

mod versions;

use casemate_directory_sync::{Order, Report, sync};
use casemate_server::directory_sync::{Pulled, by, pulled, source};

use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed, operator};
use crate::printer::{Format, Printer};
use crate::runtime;
use crate::settings::PlaceSettings;

/// What `casemate directory` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Pull the users and groups of a provider from its LDAP directory, all of them, also beside a server that runs.
    Sync(Sync),
    /// Show the versions of a user or group: what changes by hand made of them, newest first.
    Log(versions::Log),
    /// Show one version of a user or group.
    Show(versions::Show),
    /// Set a user or group back to a version, by a new change.
    Restore(versions::Restore),
}

#[derive(Debug, clap::Args)]
struct Sync {
    /// The provider; the only one with a directory, where it is not named.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,

    /// Change nothing, and say what would be changed.
    #[arg(long)]
    dry_run: bool,

    /// So many users, and so many groups, may vanish, where that is more than the provider's document says.
    #[arg(long, value_name = "COUNT")]
    allow_removals: Option<u32>,

    #[command(flatten)]
    place: PlaceSettings,
}

impl Arguments {
    /// Whether a list is asked for.
    pub(crate) fn lists(&self) -> bool {
        matches!(self.command, Command::Log(_))
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Sync(arguments) => runtime::block_on(synced(arguments, printer)),
        Command::Log(arguments) => runtime::block_on(versions::log(arguments, printer)),
        Command::Show(arguments) => runtime::block_on(versions::show(arguments, printer)),
        Command::Restore(arguments) => runtime::block_on(versions::restore(arguments, printer)),
    }
}

async fn synced(arguments: Sync, printer: &mut Printer) -> Outcome {
    let Sync { provider, dry_run, allow_removals, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let directory = chosen(pulled(&place.administration).map_err(failed)?, provider.as_deref())?;
    let source = source(&place.directory, directory)
        .map_err(|error| failed(format!("the password is not to be had: {error}")))?;
    let order = Order {
        full: true,
        dry_run,
        allowed: allow_removals.map(u64::from),
        by: by(&operator("directory-sync", None)),
    };
    let report = sync(&place.administration, &place.outgoing, &source, &order).await.map_err(failed)?;
    match printer.format() {
        Format::Json => printer.json(&report)?,
        Format::Table | Format::Csv => show(&report, printer)?,
    }
    place.close().await;
    Ok(if report.is_withheld() { Exit::Failure } else { Exit::Success })
}

fn chosen(directories: Vec<Pulled>, provider: Option<&str>) -> Result<Pulled, Failure> {
    let names: Vec<String> = directories.iter().map(|directory| directory.provider.clone()).collect();
    let mut fitting =
        directories.into_iter().filter(|directory| provider.is_none_or(|name| name == directory.provider));
    match (fitting.next(), fitting.next()) {
        (Some(directory), None) => Ok(directory),
        (None, _) if names.is_empty() => Err(Failure::usage(miette::miette!(
            help = "write a table `ldap` into the provider's document",
            "no provider has an LDAP directory"
        ))),
        _ => Err(Failure::usage(miette::miette!(
            help = format!("those that have one: {}", names.join(", ")),
            "say with --provider which directory is meant"
        ))),
    }
}

fn show(report: &Report, printer: &mut Printer) -> std::io::Result<()> {
    let row = |what: &str, found: u64, created: u64, updated: u64, gone: u64| {
        [what.to_owned(), found.to_string(), created.to_string(), updated.to_string(), gone.to_string()]
    };
    let (users, groups) = (report.users, report.groups);
    printer.table(
        ["", "FOUND", "MADE", "CHANGED", "GONE"],
        &[
            row("users", users.found, users.created, users.updated, users.gone),
            row("groups", groups.found, groups.created, groups.updated, groups.gone),
        ],
    )?;
    printer.line(format!("{} came to groups, {} left them", report.members_added, report.members_removed))?;
    let withheld = [
        ("users", report.users_withheld),
        ("groups", report.groups_withheld),
        ("members of groups", report.members_withheld),
    ];
    for (what, withheld) in withheld {
        if let Some(withheld) = withheld {
            printer.line(format!(
                "{} {what} are gone and were left as they are, since at most {} may vanish at once: --allow-removals says otherwise",
                withheld.gone, withheld.most
            ))?;
        }
    }
    if report.kept > 0 {
        printer
            .line(format!("{} stay as they are, since nobody else administers, among them:", report.kept))?;
        for why in &report.kept_first {
            printer.line(format!("  {}", crate::printer::printable(why)))?;
        }
    }
    if report.skipped > 0 {
        printer.line(format!("{} entries were passed over, among them:", report.skipped))?;
        for why in &report.skipped_first {
            printer.line(format!("  {}", crate::printer::printable(why)))?;
        }
    }
    if report.dry_run {
        printer.line("nothing was changed")?;
    }
    Ok(())
}
