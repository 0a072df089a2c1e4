//! `casemate access`: who holds what, for those who go through it.

use casemate_platform::clock;
use casemate_server::access_review::{
    COLUMNS, DECISION_COLUMNS, Decided, Holding, LatestReview, ReviewQuery, review,
};
use casemate_store::ReviewRecordQuery;

use crate::audit::Since;
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
    /// Show what reviewers decided in a tenant, the newest first, also about assignments that are gone.
    Decisions(Decisions),
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

    /// Only what was certified or revoked since then, and is what it was: a time such as 2026-01-31T08:00:00Z, or an age such as 90d.
    #[arg(long, value_name = "WHEN", value_parser = Since::parse)]
    reviewed_since: Option<Since>,

    /// Only what was not, and so has to be reviewed.
    #[arg(long, value_name = "WHEN", value_parser = Since::parse)]
    not_reviewed_since: Option<Since>,

    /// Only what was certified or revoked, and is not what it was then.
    #[arg(long)]
    changed: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
struct Decisions {
    /// The tenant.
    #[arg(long, value_name = "TENANT", default_value = casemate_directory::DEFAULT_TENANT)]
    tenant: String,

    /// Only those about the assignment with this id.
    #[arg(long, value_name = "ID")]
    assignment: Option<String>,

    /// Only those since then: a time such as 2026-01-31T08:00:00Z, or an age such as 90d.
    #[arg(long, value_name = "WHEN", value_parser = Since::parse)]
    since: Option<Since>,

    #[command(flatten)]
    place: PlaceSettings,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Review(arguments) => runtime::block_on(reviewed(arguments, printer)),
        Command::Decisions(arguments) => runtime::block_on(decided(arguments, printer)),
    }
}

async fn reviewed(arguments: Review, printer: &mut Printer) -> Outcome {
    let Review { tenant, unused_days, expiring_days, reviewed_since, not_reviewed_since, changed, place } =
        arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let (limit, now) = (PAGE, clock::now());
    let mut query = ReviewQuery {
        tenant,
        unused_days,
        expiring_days,
        reviewed_since: reviewed_since.map(|since| since.0),
        not_reviewed_since: not_reviewed_since.map(|since| since.0),
        changed_since_review: changed,
        limit,
        now,
        ..ReviewQuery::default()
    };
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
        let headings =
            ["HOLDER", "HOLDS", "THROUGH", "STATE", "SINCE", "UNTIL", "GRANTED BY", "LAST SEEN", "REVIEWED"];
        printer.table(headings, &rows)?;
    }
    drop(lister);
    place.close().await;
    Ok(Exit::Success)
}

async fn decided(arguments: Decisions, printer: &mut Printer) -> Outcome {
    let Decisions { tenant, assignment, since, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let since = since.map(|since| since.0);
    let mut query =
        ReviewRecordQuery { tenant, assignment, since, limit: PAGE, ..ReviewRecordQuery::default() };
    let mut rows = Vec::new();
    if printer.format() == Format::Csv {
        printer.csv(DECISION_COLUMNS)?;
    }
    loop {
        let page = place.store.reader().reviews(&query).await.map_err(failed)?;
        query.after = page.last().map(|review| review.revision);
        if page.is_empty() {
            break;
        }
        for decided in page.into_iter().map(Decided::from) {
            match printer.format() {
                Format::Csv => printer.csv(decided.cells().iter().map(String::as_str))?,
                Format::Json => printer.json(&decided)?,
                Format::Table => rows.push(decision(decided)),
            }
        }
    }
    if printer.format() == Format::Table {
        printer.table(["AT", "DECISION", "HELD", "HOLDER", "ASSIGNMENT", "REVIEWER", "REASON"], &rows)?;
    }
    place.close().await;
    Ok(Exit::Success)
}

fn decision(decided: Decided) -> [String; 7] {
    let Decided { assignment, decision, at, by, reason, held, .. } = decided;
    let what = match (held.role, held.team) {
        (_, Some(team)) => format!("team {team}"),
        (role, None) => format!("role {}", role.unwrap_or_default()),
    };
    let (word, to) = match held.to.group {
        Some(group) => ("group", Some(group)),
        None => ("", held.to.login.or(held.to.id)),
    };
    let whom = format!("{word} {}", to.unwrap_or_default()).trim().to_owned();
    [at, decision.as_str().to_owned(), what, whom, assignment, by.login.unwrap_or(by.id), reason]
}

fn told(review: &LatestReview) -> String {
    let LatestReview { decision, at, by, holds, .. } = review;
    let who = by.login.as_ref().unwrap_or(&by.id);
    let since = if *holds { "" } else { ", changed since" };
    format!("{} {at} by {who}{since}", decision.as_str())
}

fn row(held: &Holding) -> [String; 9] {
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
        held.review.as_ref().map(told).unwrap_or_default(),
    ]
}
