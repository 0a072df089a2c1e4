//! `casemate audit list`, `tail` and `export` over a running server: what the credential may see of the trail.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::{Client, Unanswered};
use super::events::{COLUMNS, HEADINGS, Wanted, Written};
use super::parquet::Parts;
use super::{Decision, List, Since};
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer, printable};

/// The trail's place in the API.
const EVENTS: &str = "api/v1/audit-events";
/// The most events of a page.
const MAX_PAGE: u64 = 1_000;
/// How long nobody asks a server again that ended a stream.
const PAUSE: Duration = Duration::from_secs(1);
/// The header that says behind which event the next file in Parquet goes on.
const NEXT: &str = "casemate-next-after";
/// The longest event of a stream.
const MAX_EVENT: usize = 64 << 20;

#[derive(Deserialize)]
struct Page {
    items: Vec<Map<String, Value>>,
    #[serde(default)]
    next: Option<String>,
}

/// What a search of the API says.
fn searched(wanted: &Wanted) -> Map<String, Value> {
    let mut search = Map::new();
    search.insert("everywhere".to_owned(), wanted.everywhere.into());
    if !wanted.search.is_empty() {
        search.insert("search".to_owned(), wanted.search.join(" ").into());
    }
    search
}

/// Lists events, newest first.
pub(super) async fn list(client: &Client, arguments: &List, printer: &mut Printer) -> Outcome {
    let List { wanted, all, limit, decision, subject, since, .. } = arguments;
    let mut search = searched(wanted);
    if !all && wanted.search.is_empty() {
        search.insert("kind".to_owned(), "decision".into());
    }
    if let Some(decision) = decision {
        let outcome = match decision {
            Decision::Allowed => "success",
            Decision::Denied => "denied",
            Decision::Conditional => "conditional",
        };
        search.insert("outcome".to_owned(), outcome.into());
    }
    if let Some(subject) = subject {
        search.insert("subject".to_owned(), subject.as_str().into());
    }
    if let Some(Since(since)) = since {
        let since = Timestamp::from_microsecond(*since)
            .map_err(|error| Failure::usage(miette::miette!("{error}")))?;
        search.insert("since".to_owned(), since.to_string().into());
    }
    head(printer)?;
    let (mut left, mut rows) = (*limit, Vec::new());
    while left > 0 {
        search.insert("limit".to_owned(), left.min(MAX_PAGE).into());
        let Page { items, next } = page(client, &search).await?;
        left = left.saturating_sub(items.len() as u64);
        for event in items {
            show(event, printer, &mut rows)?;
        }
        let Some(next) = next else { break };
        search.insert("after".to_owned(), next.into());
    }
    if printer.format() == Format::Table {
        printer.table(HEADINGS, &rows)?;
    }
    Ok(Exit::Success)
}

/// Shows the newest events, and those that come.
pub(super) async fn tail(
    client: &Client,
    wanted: &Wanted,
    lines: u32,
    follow: bool,
    printer: &mut Printer,
) -> Outcome {
    let mut search = searched(wanted);
    let (mut left, mut last) = (u64::from(lines), Vec::new());
    while left > 0 {
        search.insert("limit".to_owned(), left.min(MAX_PAGE).into());
        let Page { items, next } = page(client, &search).await?;
        left = left.saturating_sub(items.len() as u64);
        last.extend(items);
        let Some(next) = next else { break };
        search.insert("after".to_owned(), next.into());
    }
    let mut seen = last.first().and_then(|event| event.get("id")?.as_u64());
    head(printer)?;
    let mut rows = Vec::new();
    for event in last.into_iter().rev() {
        show(event, printer, &mut rows)?;
    }
    if printer.format() == Format::Table {
        printer.table(HEADINGS, &rows)?;
    }
    if !follow {
        return Ok(Exit::Success);
    }
    let search = Value::Object(searched(wanted)).to_string();
    loop {
        printer.flush()?;
        let opened = client.open(&format!("{EVENTS}/tail"), search.as_bytes(), seen).await;
        let mut stream = opened.map_err(|error| failed(error, client))?;
        let mut waiting = Vec::new();
        // One that breaks off is taken up again behind what was seen.
        while let Ok(Some(bytes)) = stream.next().await {
            waiting.extend(bytes);
            while let Some(end) = waiting.windows(2).position(|end| end == b"\n\n") {
                let event: Vec<u8> = waiting.drain(..end + 2).collect();
                let event = String::from_utf8_lossy(&event).into_owned();
                let member =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                seen = member("id:").and_then(|id| id.parse().ok()).or(seen);
                if member("event:") != Some("event") {
                    continue;
                }
                if let Some(event) = member("data:").and_then(|data| serde_json::from_str(data).ok()) {
                    let mut rows = Vec::new();
                    show(event, printer, &mut rows)?;
                    for row in rows {
                        printer.line(printable(&row.join("  ")))?;
                    }
                    printer.flush()?;
                }
            }
            if waiting.len() > MAX_EVENT {
                return Err(failed(
                    Unanswered::Damaged("an event of its stream has no end".to_owned()),
                    client,
                ));
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Writes all that is found, as the server does, oldest first.
pub(super) async fn export(
    client: &Client,
    wanted: &Wanted,
    written: Written,
    after: Option<u64>,
    printer: &mut Printer,
) -> Outcome {
    let mut body = Map::new();
    body.insert("search".to_owned(), searched(wanted).into());
    body.insert("format".to_owned(), written.name().into());
    if let Some(after) = after {
        body.insert("after".to_owned(), after.into());
    }
    let opened =
        client.open(&format!("{EVENTS}/export"), Value::Object(body).to_string().as_bytes(), None).await;
    let mut stream = opened.map_err(|error| failed(error, client))?;
    let mut waiting = Vec::new();
    loop {
        let bytes = stream.next().await.map_err(|error| {
            let help = "go on behind the last event that came: `--after` its id";
            let report = miette::miette!(help = help, "the export broke off: {error}");
            Failure::Report { exit: Exit::Connection, report: Box::new(report) }
        })?;
        let Some(bytes) = bytes else { break };
        waiting.extend(bytes);
        let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') else { continue };
        let lines: Vec<u8> = waiting.drain(..=end).collect();
        for line in String::from_utf8_lossy(&lines).lines() {
            match written {
                // What it holds as it is, JSON has made harmless.
                Written::Ndjson | Written::Ocsf => printer.line(line)?,
                Written::Csv | Written::Parquet => printer.line(printable(line))?,
            }
        }
    }
    Ok(Exit::Success)
}

/// Writes all that is found into files in Parquet, as the server makes them, oldest first.
pub(super) async fn export_parquet(
    client: &Client,
    wanted: &Wanted,
    output: PathBuf,
    mut after: Option<u64>,
    printer: &Printer,
) -> Outcome {
    let mut parts = Parts::new(output);
    loop {
        let mut body = Map::new();
        body.insert("search".to_owned(), searched(wanted).into());
        body.insert("format".to_owned(), Written::Parquet.name().into());
        if let Some(after) = after {
            body.insert("after".to_owned(), after.into());
        }
        let body = Value::Object(body).to_string();
        let opened = client.open(&format!("{EVENTS}/export"), body.as_bytes(), None).await;
        let mut stream = opened.map_err(|error| failed(error, client))?;
        let next = match stream.header(NEXT).map(str::parse::<u64>) {
            None => None,
            Some(Ok(next)) => Some(next),
            Some(Err(_)) => {
                let wrong =
                    format!("its header `{NEXT}` is no number, so that it is not known whether more follows");
                return Err(failed(Unanswered::Damaged(wrong), client));
            }
        };
        let mut part = parts.begin()?;
        while let Some(bytes) = stream.next().await.map_err(|error| broken_off(&error, after))? {
            part.take(&bytes)?;
        }
        part.finish(printer)?;
        match next {
            None => return Ok(Exit::Success),
            Some(next) if after.is_none_or(|after| next > after) => after = Some(next),
            Some(_) => {
                let wrong = "it says that the next part is one that came already".to_owned();
                return Err(failed(Unanswered::Damaged(wrong), client));
            }
        }
    }
}

/// Why the part behind an event did not come to its end.
fn broken_off(error: &impl std::fmt::Display, after: Option<u64>) -> Failure {
    let help = match after {
        Some(after) => format!("ask for the rest, with another `--output`: `--after {after}`"),
        None => "ask again".to_owned(),
    };
    let report = miette::miette!(help = help, "the export broke off: {error}");
    Failure::Report { exit: Exit::Connection, report: Box::new(report) }
}

async fn page(client: &Client, search: &Map<String, Value>) -> Result<Page, Failure> {
    let answer =
        client.post(&format!("{EVENTS}/search"), Value::Object(search.clone()).to_string().as_bytes()).await;
    let answer = answer.map_err(|error| failed(error, client))?;
    serde_json::from_slice(&answer)
        .map_err(|error| failed(Unanswered::Damaged(format!("its answer cannot be read: {error}")), client))
}

fn failed(error: Unanswered, client: &Client) -> Failure {
    error.failure_of(client, "the credential needs `casemate.audit-event.list`")
}

fn head(printer: &mut Printer) -> Result<(), Failure> {
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    Ok(())
}

/// A text within an event, by its members' names.
fn text(event: &Map<String, Value>, path: &str) -> String {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| event.get(name));
    let found = names.fold(first, |found, name| found?.get(name));
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn show(
    mut event: Map<String, Value>,
    printer: &mut Printer,
    rows: &mut Vec<[String; 8]>,
) -> Result<(), Failure> {
    match printer.format() {
        Format::Json => {
            let id = event.remove("id");
            printer.json(&json!({ "id": id, "event": event }))?;
        }
        Format::Csv => {
            let cells = COLUMNS.map(|column| text(&event, place(column)));
            printer.csv(cells.iter().map(String::as_str))?;
        }
        Format::Table => rows.push(row(&event)),
    }
    Ok(())
}

/// Where the API has what stands in a column.
fn place(column: &'static str) -> &'static str {
    match column {
        "request.id" => "request_id",
        "request.route" => "route",
        "request.client" => "client",
        other => other,
    }
}

fn row(event: &Map<String, Value>) -> [String; 8] {
    let joined = |kind: &str, id: &str| {
        let [kind, id] = [kind, id].map(|path| text(event, path));
        match (kind.is_empty(), id.is_empty()) {
            (false, false) => format!("{kind}:{id}"),
            (true, true) => "-".to_owned(),
            _ => kind + &id,
        }
    };
    let text = |path: &str| text(event, path);
    [
        text("id"),
        text("at"),
        text("kind"),
        text("outcome"),
        text("action"),
        joined("resource.type", "resource.id"),
        joined("actor.type", "actor.id"),
        text("request_id"),
    ]
}
