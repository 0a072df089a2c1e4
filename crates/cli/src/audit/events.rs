//! `casemate audit list SEARCH`, `tail` and `export`: what is on record, read from where the server keeps it, also while it runs.

use std::path::PathBuf;
use std::time::Duration;

use casemate_audit::event::{Event, Party};
use casemate_audit::query::Query;
use casemate_platform::config::Config;
use casemate_store::{LogEvent, LogPage, LogStep, MAX_PAGE, Sealer, StoreReader};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::client::ServerArguments;
use super::parquet::Files;
use super::{Since, served, time};
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer, printable};
use crate::settings::PlaceSettings;
use crate::{place, runtime, state};

/// How often a log that is followed is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// The columns of comma-separated values.
pub(super) const COLUMNS: [&str; 19] = [
    "id",
    "at",
    "kind",
    "area",
    "action",
    "outcome",
    "reason",
    "tenant",
    "application",
    "actor.provider",
    "actor.type",
    "actor.id",
    "subject.type",
    "subject.id",
    "resource.type",
    "resource.id",
    "request.id",
    "request.route",
    "request.client",
];

/// Which events are wanted.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// Words that an event has, and `key:value` such as `actor:ada action:casemate.role.* outcome:denied since:2026-01-01`.
    #[arg(value_name = "SEARCH")]
    pub(super) search: Vec<String>,

    /// Events of all tenants and of the whole installation, where the credential may see them; of a server.
    #[arg(long, requires = "server")]
    pub(super) everywhere: bool,
}

impl Wanted {
    fn query(&self, config: &Config) -> Result<Query, Failure> {
        // A word that the shell held together stays so.
        let text = self.search.join(" ");
        let mut query = Query::parse(&text).map_err(|error| {
            let help = "keys are tenant, application, party, actor, subject, action, kind, area, resource, outcome, reason, \
                        since, until, client, request and value";
            Failure::usage(miette::miette!(help = help, "{error}"))
        })?;
        if query.value.is_some() {
            let keys = Sealer::new(&place::known_root_keys(config)?);
            query.find_hidden(|value| keys.pseudonyms(value));
        }
        Ok(query)
    }
}

/// What `casemate audit tail` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Tail {
    #[command(flatten)]
    place: PlaceSettings,

    #[command(flatten)]
    server: ServerArguments,

    #[command(flatten)]
    wanted: Wanted,

    /// How many events are shown that are there already.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    lines: u32,

    /// Goes on showing events as they come, until it is interrupted.
    #[arg(long)]
    follow: bool,
}

/// How events are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Written {
    /// A JSON object a line: `index`, `salt` and the exact `event`, or `index` and `leaf`; of the whole log with the newest signed
    /// checkpoint at its end, for `casemate audit verify --export`.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// An OCSF event a line.
    Ocsf,
    /// Files in Parquet, each of 65,536 events of the log: `--output` says what the first is called, `trail.parquet`; those behind it
    /// are `trail-2.parquet` and so on.
    Parquet,
}

impl Written {
    /// As the API calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Written::Ndjson => "ndjson",
            Written::Csv => "csv",
            Written::Ocsf => "ocsf",
            Written::Parquet => "parquet",
        }
    }
}

/// What `casemate audit export` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(flatten)]
    place: PlaceSettings,

    #[command(flatten)]
    server: ServerArguments,

    #[command(flatten)]
    wanted: Wanted,

    /// How events are written.
    #[arg(long, value_enum, default_value = "ndjson")]
    r#as: Written,

    /// The file that is written, with `--as parquet`.
    #[arg(long, value_name = "FILE", required_if_eq("as", "parquet"))]
    output: Option<PathBuf>,

    /// The id of the last event of an export that broke off: this one goes on behind it.
    #[arg(long, value_name = "ID")]
    after: Option<u64>,
}

/// Lists events, newest first.
pub(super) async fn list(
    place: PlaceSettings,
    wanted: &Wanted,
    (limit, since): (u64, Option<Since>),
    printer: &mut Printer,
) -> Outcome {
    let config = place.load(printer)?.config;
    let mut query = wanted.query(&config)?;
    query.since = query.since.max(since.map(|since| since.0));
    let reader = state::reader(&config).await?;
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    let (mut left, mut beyond, mut rows) = (limit, None, Vec::new());
    while left > 0 {
        let most = u32::try_from(left).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let LogPage { items, next, .. } =
            reader.log_search(&query, beyond, most).await.map_err(state::failed)?;
        left = left.saturating_sub(items.len() as u64);
        for event in &items {
            show(event, printer, &mut rows)?;
        }
        beyond = next;
        if beyond.is_none() {
            break;
        }
    }
    if printer.format() == Format::Table {
        printer.table(HEADINGS, &rows)?;
    }
    Ok(Exit::Success)
}

pub(super) const HEADINGS: [&str; 8] =
    ["ID", "TIME", "KIND", "OUTCOME", "ACTION", "RESOURCE", "BY", "REQUEST"];

/// Runs `casemate audit tail`.
pub(super) fn tail(arguments: Tail, printer: &mut Printer) -> Outcome {
    runtime::block_on(followed(arguments, printer))
}

async fn followed(arguments: Tail, printer: &mut Printer) -> Outcome {
    let Tail { place, server, wanted, lines, follow } = arguments;
    if let Some(client) = server.client()? {
        return served::tail(&client, &wanted, lines, follow, printer).await;
    }
    let config = place.load(printer)?.config;
    let query = wanted.query(&config)?;
    let reader = state::reader(&config).await?;
    let mut seen = reader.log_state().await.map_err(state::failed)?.size.checked_sub(1);
    let mut last = Vec::new();
    let mut beyond = None;
    let most = usize::try_from(lines).unwrap_or(usize::MAX);
    while last.len() < most {
        let limit = u32::try_from(most - last.len()).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let page = reader.log_search(&query, beyond, limit).await.map_err(state::failed)?;
        last.extend(page.items);
        beyond = page.next;
        if beyond.is_none() {
            break;
        }
    }
    seen = seen.max(last.first().map(|event| event.index));
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    let mut rows = Vec::new();
    for event in last.iter().rev() {
        show(event, printer, &mut rows)?;
    }
    if printer.format() == Format::Table {
        printer.table(HEADINGS, &rows)?;
    }
    let query = Query { oldest_first: true, ..query };
    if !follow {
        return Ok(Exit::Success);
    }
    loop {
        printer.flush()?;
        let LogPage { items, next, .. } =
            reader.log_search(&query, seen, MAX_PAGE).await.map_err(state::failed)?;
        for event in &items {
            if printer.format() == Format::Table {
                printer.line(printable(&row(event).join("  ")))?;
            } else {
                show(event, printer, &mut Vec::new())?;
            }
        }
        seen = seen.max(next).max(items.last().map(|event| event.index));
        if next.is_none() {
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// Runs `casemate audit export`.
pub(super) fn export(arguments: Export, printer: &mut Printer) -> Outcome {
    runtime::block_on(exported(arguments, printer))
}

async fn exported(arguments: Export, printer: &mut Printer) -> Outcome {
    let Export { place, server, wanted, r#as: written, output, after } = arguments;
    if output.is_some() && written != Written::Parquet {
        let help = "leave it out, and send the output to a file: `> FILE`";
        return Err(Failure::usage(miette::miette!(help = help, "`--output` is for `--as parquet`")));
    }
    if let Some(client) = server.client()? {
        return match output {
            Some(output) => served::export_parquet(&client, &wanted, output, after, printer).await,
            None => served::export(&client, &wanted, written, after, printer).await,
        };
    }
    let config = place.load(printer)?.config;
    let query = Query { oldest_first: true, ..wanted.query(&config)? };
    let reader = state::reader(&config).await?;
    let size = {
        reader.log_search(&query, None, 1).await.map_err(state::failed)?;
        reader.log_state().await.map_err(state::failed)?.size
    };
    let is_whole = query == Query { oldest_first: true, ..Query::default() };
    let size = match is_whole && written == Written::Ndjson {
        true => reader.log_signed_size(size, |_, _| true).await.map_err(state::failed)?,
        false => size,
    };
    let mut files = match output {
        Some(output) => {
            let origin = reader.log_state().await.map_err(state::failed)?.origin;
            let from = after.map_or(0, |after| after.saturating_add(1));
            Some(Files::begin(output, origin, from)?)
        }
        None => None,
    };
    let mut behind = after;
    if written == Written::Csv && behind.is_none() {
        printer.csv(COLUMNS)?;
    }
    loop {
        let (steps, next) = page(&reader, &query, is_whole, behind).await?;
        for step in steps.iter().filter(|step| step.end() <= size) {
            if let Some(files) = &mut files {
                files.push(step, printer)?;
                continue;
            }
            match (written, step) {
                (Written::Ndjson, step) => printer.line(step)?,
                (Written::Csv, LogStep::Event(event)) => {
                    printer.csv(cells(event).iter().map(String::as_str))?;
                }
                (Written::Ocsf, LogStep::Event(event)) => {
                    if let Some(read) = parsed(event) {
                        printer.line(casemate_audit::ocsf::of(event.index, &read))?;
                    }
                }
                (Written::Csv | Written::Ocsf, LogStep::GivenUp { .. }) | (Written::Parquet, _) => {}
            }
        }
        behind = next.filter(|next| next.saturating_add(1) < size);
        if behind.is_none() {
            break;
        }
    }
    if let Some(files) = files {
        files.finish(printer)?;
    }
    if is_whole && written == Written::Ndjson {
        // With what it is to be held against.
        match reader.log_checkpoint(Some(size)).await.map_err(state::failed)? {
            Some(note) => printer.line(json!({ "checkpoint": note }))?,
            None => {
                printer.note("this log is not signed: nothing says what the export is to be held against")
            }
        }
    }
    Ok(Exit::Success)
}

/// What stands behind a place, and where the next page begins.
async fn page(
    reader: &StoreReader,
    query: &Query,
    is_whole: bool,
    behind: Option<u64>,
) -> Result<(Vec<LogStep>, Option<u64>), Failure> {
    if is_whole {
        // Those whose texts are gone are a part of the log too.
        let first = behind.map_or(0, |behind| behind.saturating_add(1));
        let steps = reader.log_steps(first, MAX_PAGE).await.map_err(state::failed)?;
        let next = steps.last().map(|last| last.end().saturating_sub(1));
        return Ok((steps, next));
    }
    let LogPage { items, next, .. } =
        reader.log_search(query, behind, MAX_PAGE).await.map_err(state::failed)?;
    Ok((items.into_iter().map(LogStep::Event).collect(), next))
}

/// One event as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    event: Option<&'a RawValue>,
}

fn show(event: &LogEvent, printer: &mut Printer, rows: &mut Vec<[String; 8]>) -> Result<(), Failure> {
    match printer.format() {
        Format::Json => {
            let text = event.text.as_deref().and_then(|text| serde_json::from_str(text).ok());
            printer.json(&Line { id: event.index, event: text })?;
        }
        Format::Csv => printer.csv(cells(event).iter().map(String::as_str))?,
        Format::Table => rows.push(row(event)),
    }
    Ok(())
}

fn parsed(event: &LogEvent) -> Option<Event<'_>> {
    event.text.as_deref().and_then(|text| Event::parse(text).ok())
}

fn named(party: &Party<'_>) -> String {
    if party.id.is_empty() { party.kind.to_string() } else { format!("{}:{}", party.kind, party.id) }
}

fn row(event: &LogEvent) -> [String; 8] {
    let id = event.index.to_string();
    let Some(read) = parsed(event) else {
        let mut row = [const { String::new() }; 8];
        row[0] = id;
        "(its text is not kept any more)".clone_into(&mut row[1]);
        return row;
    };
    let resource = match (&read.resource_type, &read.resource_id) {
        (Some(kind), Some(id)) => format!("{kind}:{id}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => "-".to_owned(),
    };
    [
        id,
        time(read.at),
        read.kind.to_string(),
        read.outcome.to_string(),
        read.action.to_string(),
        resource,
        named(&read.actor),
        read.request.id.to_string(),
    ]
}

/// What stands in the [`COLUMNS`].
fn cells(event: &LogEvent) -> [String; 19] {
    let read = parsed(event).unwrap_or_default();
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
    let subject = read.subject.clone().unwrap_or_default();
    [
        event.index.to_string(),
        if event.text.is_some() { time(read.at) } else { String::new() },
        read.kind.to_string(),
        read.area.to_string(),
        read.action.to_string(),
        read.outcome.to_string(),
        text(&read.reason),
        read.tenant.to_string(),
        text(&read.application),
        read.actor.provider.to_string(),
        read.actor.kind.to_string(),
        read.actor.id.to_string(),
        subject.kind.to_string(),
        subject.id.to_string(),
        text(&read.resource_type),
        text(&read.resource_id),
        read.request.id.to_string(),
        text(&read.request.route),
        text(&read.request.client),
    ]
}
