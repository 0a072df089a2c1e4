//! `casemate audit`: the record of decisions, also while the server runs, and whether it is what it was.

use casemate_store::{DecisionFilter, MAX_PAGE, RecordedDecision, RecordedEvent};
use jiff::Timestamp;
use serde::Serialize;

use self::client::ServerArguments;
use crate::exit::{Exit, Outcome};
use crate::printer::{Format, Printer};
use crate::runtime;
use crate::settings::PlaceSettings;
use crate::state;

/// The columns of comma-separated values.
const COLUMNS: [&str; 20] = [
    "seq",
    "at",
    "request_id",
    "item",
    "tenant",
    "application",
    "caller.provider",
    "caller.type",
    "caller.id",
    "credential",
    "subject.provider",
    "subject.type",
    "subject.id",
    "action",
    "resource.type",
    "resource.id",
    "decision",
    "reason",
    "permission",
    "revision",
];

mod backup;
mod client;
mod events;
mod export;
mod hold;
mod keys;
mod meter;
mod parquet;
mod proof;
mod served;
mod server;
mod signer;
mod steps;
mod verify;
mod witness;
mod witnessed;

/// What `casemate audit` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Whether it answers a list.
    pub(crate) fn lists(&self) -> bool {
        match &self.command {
            Command::List(_) | Command::Tail(_) | Command::Export(_) => true,
            Command::Hold(arguments) => arguments.lists(),
            _ => false,
        }
    }
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what is on record, newest first: decisions, or the events that a search finds.
    List(List),
    /// Show the newest events, and those that come.
    Tail(events::Tail),
    /// Write events, oldest first, so that they are kept elsewhere or checked.
    Export(events::Export),
    /// Check from outside that nothing in the log was changed, left out or taken back.
    Verify(verify::Arguments),
    /// Remember the checkpoints of a log, cosign those that go on where the last one ended, and refuse the others.
    Witness(witness::Arguments),
    /// Write the proof that an event stands in the log, which is checked without a server.
    Prove(proof::Arguments),
    /// Put events on a legal hold, list the holds, and lift them.
    Hold(hold::Arguments),
    /// Erase the texts of events where the law asks for it; their places and every proof stay.
    Erase(hold::Erase),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    place: PlaceSettings,

    #[command(flatten)]
    server: ServerArguments,

    #[command(flatten)]
    wanted: events::Wanted,

    /// Shows events of every kind, not decisions alone; so does a search.
    #[arg(long)]
    all: bool,

    /// The most entries to show.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u64,

    /// Only decisions with this answer.
    #[arg(long, value_enum, conflicts_with_all = ["all", "search"])]
    decision: Option<Decision>,

    /// Only decisions about the subject with this id.
    #[arg(long, value_name = "ID", conflicts_with_all = ["all", "search"])]
    subject: Option<String>,

    /// Only what happened since then: a time such as 2026-01-31T08:00:00Z, or an age such as 90s, 15m, 2h, 7d.
    #[arg(long, value_name = "WHEN", value_parser = Since::parse)]
    since: Option<Since>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Decision {
    Allowed,
    Denied,
    Conditional,
}

impl From<Decision> for RecordedDecision {
    fn from(decision: Decision) -> RecordedDecision {
        match decision {
            Decision::Allowed => RecordedDecision::Allowed,
            Decision::Denied => RecordedDecision::Denied,
            Decision::Conditional => RecordedDecision::Conditional,
        }
    }
}

/// A point in time, in microseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Since(pub(crate) i64);

impl Since {
    pub(crate) fn parse(text: &str) -> Result<Since, String> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Since(time.as_microsecond()));
        }
        let wrong =
            || format!("`{text}` is neither a time (2026-01-31T08:00:00Z) nor an age (90s, 15m, 2h, 7d)");
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let seconds: i64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count = text.strip_suffix(unit).ok_or_else(wrong)?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let age = i64::from(count) * seconds * 1_000_000;
        Ok(Since(Timestamp::now().as_microsecond() - age))
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::List(arguments) if arguments.server.is_named() => {
            runtime::block_on(listed(arguments, printer))
        }
        Command::List(List { place, wanted, all, limit, since, .. }) if all || !wanted.search.is_empty() => {
            runtime::block_on(events::list(place, &wanted, (limit, since), printer))
        }
        Command::List(arguments) => runtime::block_on(list(arguments, printer)),
        Command::Tail(arguments) => events::tail(arguments, printer),
        Command::Export(arguments) => events::export(arguments, printer),
        Command::Verify(arguments) => verify::run(arguments, printer),
        Command::Witness(arguments) => witness::run(arguments, printer),
        Command::Prove(arguments) => proof::run(arguments, printer),
        Command::Hold(arguments) => hold::run(arguments, printer),
        Command::Erase(arguments) => hold::erase(arguments, printer),
    }
}

async fn listed(arguments: List, printer: &mut Printer) -> Outcome {
    match arguments.server.client()? {
        Some(client) => served::list(&client, &arguments, printer).await,
        None => list(arguments, printer).await,
    }
}

async fn list(arguments: List, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let reader = state::reader(&config).await?;
    let filter = DecisionFilter {
        decision: arguments.decision.map(RecordedDecision::from),
        subject: arguments.subject,
        since: arguments.since.map(|since| since.0),
        ..DecisionFilter::default()
    };
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    let mut left = arguments.limit;
    let mut before = None;
    let mut rows = Vec::new();
    while left > 0 {
        let limit = u32::try_from(left).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let page = reader.decisions(&filter, before, limit).await.map_err(state::failed)?;
        left = left.saturating_sub(page.items.len() as u64);
        for item in &page.items {
            match printer.format() {
                Format::Json => printer.json(&Line::from(item))?,
                Format::Csv => printer.csv(cells(item).iter().map(String::as_str))?,
                Format::Table => rows.push(row(item)),
            }
        }
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    if printer.format() == Format::Table {
        printer.table(
            ["TIME", "DECISION", "REASON", "SUBJECT", "ACTION", "RESOURCE", "CALLER", "REQUEST"],
            &rows,
        )?;
    }
    Ok(Exit::Success)
}

/// One recorded decision as JSON.
#[derive(Serialize)]
struct Line<'a> {
    seq: i64,
    at: String,
    request_id: &'a str,
    item: u32,
    tenant: &'a str,
    application: Option<&'a str>,
    caller: Party<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a str>,
    subject: Party<'a>,
    action: &'a str,
    resource: Option<Resource<'a>>,
    decision: &'static str,
    reason: &'a str,
    permission: Option<&'a str>,
    revision: i64,
}

#[derive(Serialize)]
struct Party<'a> {
    provider: &'a str,
    r#type: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    r#type: Option<&'a str>,
    id: Option<&'a str>,
}

impl<'a> From<&'a RecordedEvent> for Line<'a> {
    fn from(recorded: &'a RecordedEvent) -> Line<'a> {
        let event = &recorded.event;
        let resource = Resource { r#type: event.resource_type.as_deref(), id: event.resource_id.as_deref() };
        Line {
            seq: recorded.seq,
            at: time(event.at),
            request_id: &event.request_id,
            item: event.item,
            tenant: &event.tenant,
            application: event.application.as_deref(),
            caller: Party::from(&event.caller),
            credential: event.credential.as_deref(),
            subject: Party::from(&event.subject),
            action: &event.action,
            resource: (resource.r#type.is_some() || resource.id.is_some()).then_some(resource),
            decision: event.decision.as_str(),
            reason: &event.reason,
            permission: event.permission.as_deref(),
            revision: event.revision,
        }
    }
}

impl<'a> From<&'a casemate_store::Party> for Party<'a> {
    fn from(party: &'a casemate_store::Party) -> Party<'a> {
        Party { provider: &party.provider, r#type: &party.kind, id: &party.id }
    }
}

/// What stands in the [`COLUMNS`].
fn cells(recorded: &RecordedEvent) -> [String; 20] {
    let event = &recorded.event;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        recorded.seq.to_string(),
        time(event.at),
        event.request_id.clone(),
        event.item.to_string(),
        event.tenant.clone(),
        text(&event.application),
        event.caller.provider.clone(),
        event.caller.kind.clone(),
        event.caller.id.clone(),
        text(&event.credential),
        event.subject.provider.clone(),
        event.subject.kind.clone(),
        event.subject.id.clone(),
        event.action.clone(),
        text(&event.resource_type),
        text(&event.resource_id),
        event.decision.as_str().to_owned(),
        event.reason.clone(),
        text(&event.permission),
        event.revision.to_string(),
    ]
}

fn row(recorded: &RecordedEvent) -> [String; 8] {
    let event = &recorded.event;
    let party = |party: &casemate_store::Party| {
        if party.id.is_empty() { party.kind.clone() } else { format!("{}:{}", party.kind, party.id) }
    };
    let resource = match (&event.resource_type, &event.resource_id) {
        (Some(kind), Some(id)) => format!("{kind}:{id}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "-".into(),
    };
    [
        time(event.at),
        event.decision.as_str().to_owned(),
        event.reason.clone(),
        party(&event.subject),
        event.action.clone(),
        resource,
        party(&event.caller),
        event.request_id.clone(),
    ]
}

/// RFC 3339 in UTC, always with six digits of a second so that lines align.
fn time(micros: i64) -> String {
    match Timestamp::from_microsecond(micros) {
        Ok(time) => format!("{time:.6}"),
        Err(_) => micros.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_reads_times_and_ages() {
        assert_eq!(Since::parse("1970-01-01T00:00:01Z").unwrap().0, 1_000_000);
        let now = Timestamp::now().as_microsecond();
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("7d", 604_800)] {
            let age = now - Since::parse(text).unwrap().0;
            assert!((age - seconds * 1_000_000).abs() < 60_000_000, "{text}");
        }
        for text in ["", "h", "5", "5w", "-5m", "5mm", "yesterday", "99999999999d"] {
            assert!(Since::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_align() {
        assert_eq!(time(1), "1970-01-01T00:00:00.000001Z");
        assert_eq!(time(0), "1970-01-01T00:00:00.000000Z");
    }
}
