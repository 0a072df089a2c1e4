//! `casemate access`: who holds what, for those who go through it.

use casemate_platform::clock;
use casemate_server::access_review::{COLUMNS, Holding, ReviewQuery, review};

use crate::exit::{Exit, Outcome};
use crate::place::{Place, failed};
use crate::printer::{Format, Printer};
use crate::runtime;
use crate::settings::PlaceSettings;

/// How much is looked for at once.
const PAGE: u32 = 1_000;

/// What `casemate access` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show who holds what in a tenant, since when, through what, granted by whom, and when they were last seen.
    Review(Review),
}

#[derive(Debug, clap::Args)]
struct Review {
    /// The tenant.
    #[arg(long, value_name = "TENANT", default_value = casemate_directory::DEFAULT_TENANT)]
    tenant: String,

    /// Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    unused_days: Option<u32>,

    /// Only what ends within so many days.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    expiring_days: Option<u32>,

    #[command(flatten)]
    place: PlaceSettings,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Review(arguments) => runtime::block_on(reviewed(arguments, printer)),
    }
}

async fn reviewed(arguments: Review, printer: &mut Printer) -> Outcome {
    let Review { tenant, unused_days, expiring_days, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let (limit, now) = (PAGE, clock::now());
    let mut query = ReviewQuery { tenant, unused_days, expiring_days, limit, now, ..ReviewQuery::default() };
    let lister = place.administration.lister();
    let mut rows = Vec::new();
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    loop {
        let page = review(&lister, place.store.reader(), &query).await.map_err(failed)?;
        for held in &page.items {
            match printer.format() {
                Format::Csv => printer.csv(held.cells().iter().map(String::as_str))?,
                Format::Json => printer.json(held)?,
                Format::Table => rows.push(row(held)),
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    if printer.format() == Format::Table {
        let headings = ["HOLDER", "HOLDS", "THROUGH", "STATE", "SINCE", "UNTIL", "GRANTED BY", "LAST SEEN"];
        printer.table(headings, &rows)?;
    }
    drop(lister);
    place.close().await;
    Ok(Exit::Success)
}

fn row(held: &Holding) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let holder = &held.holder;
    let name = holder.login.as_ref().or(holder.id.as_ref()).cloned().unwrap_or_default();
    let holds = match (&held.role, &held.team) {
        (_, Some(team)) => format!("team {team} ({})", held.roles.join(", ")),
        (Some(role), None) => format!("role {role}"),
        (None, None) => String::new(),
    };
    [
        format!("{} {name}", holder.kind),
        holds,
        held.group.as_ref().map(|group| format!("group {group}")).unwrap_or_default(),
        held.state.as_str().to_owned(),
        held.since.clone(),
        text(&held.until),
        held.granted_by(),
        text(&held.last_used),
    ]
}
