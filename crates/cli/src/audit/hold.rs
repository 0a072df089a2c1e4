//! `casemate audit hold` and `casemate audit erase`: what is kept whatever its age, and what the law wants erased, by asking a server.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, ServerArguments, Unanswered};
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer, printable};
use crate::runtime;

const HOLDS: &str = "api/v1/audit-holds";
const COLUMNS: [&str; 5] = ["id", "reason", "search", "created_by", "created_at"];

/// What `casemate audit hold` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Whether it answers a list.
    pub(super) fn lists(&self) -> bool {
        matches!(self.command, Command::List(_))
    }
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the legal holds that are in force.
    List(List),
    /// Put events on hold: nothing of them is erased or deleted until it is lifted.
    Create(Create),
    /// Lift a legal hold.
    Lift(Lift),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Debug, clap::Args)]
struct Create {
    #[command(flatten)]
    server: ServerArguments,

    /// Why: a case, a matter, an order.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Which events: words and `key:value` such as `tenant:acme party:usr_1 since:2026-01-01`. Nothing for all there are, and all that
    /// come.
    #[arg(value_name = "SEARCH")]
    search: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Lift {
    #[command(flatten)]
    server: ServerArguments,

    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// The id of the hold.
    #[arg(value_name = "ID")]
    id: String,
}

/// What `casemate audit erase` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Erase {
    #[command(flatten)]
    server: ServerArguments,

    /// Why. It stays on record, and so names nobody.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Counts what would be erased, and erases nothing.
    #[arg(long)]
    dry_run: bool,

    /// The ids of events, in place of a search.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', conflicts_with = "search")]
    ids: Vec<u64>,

    /// The events of all tenants and of the whole installation, and not of one's own tenant alone.
    #[arg(long, conflicts_with = "ids")]
    everywhere: bool,

    /// Whom or what they are about: words and `key:value` such as `party:usr_1`.
    #[arg(value_name = "SEARCH", required_unless_present = "ids")]
    search: Vec<String>,
}

/// A legal hold, as the server tells of it.
#[derive(Deserialize)]
struct Hold {
    id: String,
    reason: String,
    search: String,
    created_by: String,
    created_at: String,
}

#[derive(Deserialize)]
struct Holds {
    items: Vec<Hold>,
    #[serde(default)]
    next: Option<String>,
}

/// Runs `casemate audit hold`.
pub(super) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    runtime::block_on(async {
        match arguments.command {
            Command::List(List { server }) => list(&client(&server)?, printer).await,
            Command::Create(Create { server, reason, search }) => {
                let document = json!({ "reason": reason, "scope": { "search": search.join(" ") } });
                let made = post(&client(&server)?, HOLDS, &document).await?;
                match printer.format() {
                    Format::Table => printer.line(printable(text(&made, "id")))?,
                    _ => printer.json(&made)?,
                }
                Ok(Exit::Success)
            }
            Command::Lift(Lift { server, reason, id }) => {
                let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
                let path = format!("{HOLDS}/{id}/lift");
                post(&client(&server)?, &path, &json!({ "reason": reason })).await?;
                Ok(Exit::Success)
            }
        }
    })
}

/// Runs `casemate audit erase`: the bad verdict where not all of it is, or would be, erased.
pub(super) fn erase(arguments: Erase, printer: &mut Printer) -> Outcome {
    runtime::block_on(erased(arguments, printer))
}

async fn erased(arguments: Erase, printer: &mut Printer) -> Outcome {
    let Erase { server, reason, dry_run, ids, everywhere, search } = arguments;
    let document = if ids.is_empty() {
        let search = json!({ "search": search.join(" "), "everywhere": everywhere });
        json!({ "reason": reason, "dry_run": dry_run, "search": search })
    } else {
        json!({ "reason": reason, "dry_run": dry_run, "ids": ids })
    };
    let client = client(&server)?;
    let said = post(&client, "api/v1/audit-events/erase", &document).await?;
    let held = said.get("held").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_whole = said.get("whole") == Some(&json!(true));
    if printer.format() == Format::Table {
        let count = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (events, archived, stay) = (count("events"), count("archived"), count("stay"));
        let done = if dry_run { "would be erased" } else { "were erased" };
        printer.line(format!("{events} events {done}, {archived} of them in the archive; {stay} tell of holds and erasing, and stay"))?;
        for hold in &held {
            let events = hold.get("events").and_then(Value::as_u64).unwrap_or_default();
            let id = text(hold, "hold");
            printer
                .line(format!("  {events} are covered by the legal hold {}: lift it first", printable(id)))?;
        }
        if !is_whole {
            printer.line("  these are not all: ask again")?;
        }
    } else {
        printer.json(&said)?;
    }
    Ok(if held.is_empty() && is_whole { Exit::Success } else { Exit::Verdict })
}

fn text<'a>(said: &'a Value, name: &str) -> &'a str {
    said.get(name).and_then(Value::as_str).unwrap_or_default()
}

async fn list(client: &Client, printer: &mut Printer) -> Outcome {
    if printer.format() == Format::Csv {
        printer.csv(COLUMNS)?;
    }
    let (mut rows, mut wanted) = (Vec::new(), json!({}));
    loop {
        let body = serde_json::to_vec(&wanted).unwrap_or_default();
        let answer = client.post(&format!("{HOLDS}/search"), &body).await;
        let page: Holds = read(client, answer)?;
        for Hold { id, reason, search, created_by, created_at } in page.items {
            let cells = [id, reason, search, created_by, created_at];
            match printer.format() {
                Format::Csv => printer.csv(cells.iter().map(String::as_str))?,
                Format::Json => {
                    let members = COLUMNS.iter().map(|name| (*name).to_owned()).zip(cells.map(Value::String));
                    printer.json(&members.collect::<serde_json::Map<_, _>>())?;
                }
                Format::Table => rows.push(cells),
            }
        }
        match page.next {
            Some(next) => wanted = json!({ "after": next }),
            None => break,
        }
    }
    if printer.format() == Format::Table {
        printer.table(["ID", "REASON", "COVERS", "MADE BY", "SINCE"], &rows)?;
    }
    Ok(Exit::Success)
}

fn client(server: &ServerArguments) -> Result<Client, Failure> {
    let help = "say which with --server; the credential comes from CASEMATE_CREDENTIAL or --credential-file";
    server.client()?.ok_or_else(|| Failure::usage(miette::miette!(help = help, "this asks a server")))
}

/// What is answered to a document; nothing where there is no body.
async fn post(client: &Client, path: &str, document: &Value) -> Result<Value, Failure> {
    let body = serde_json::to_vec(document).unwrap_or_default();
    let answer = client.post(path, &body).await;
    if answer.as_ref().is_ok_and(Vec::is_empty) {
        return Ok(Value::Null);
    }
    read(client, answer)
}

fn read<T: for<'de> Deserialize<'de>>(
    client: &Client,
    answer: Result<Vec<u8>, Unanswered>,
) -> Result<T, Failure> {
    let body = answer.map_err(|unanswered| match unanswered {
        Unanswered::Wrong(said) => Failure::usage(miette::miette!("{}", printable(&said))),
        Unanswered::Refused(said) => {
            let help = "holds need `casemate.audit-hold.list`, `.create` or `.lift`, erasing `casemate.audit-event.erase`";
            let report = miette::miette!(help = help, "{} refused it: {}", client.shown(), printable(&said));
            Failure::Report { exit: Exit::Connection, report: Box::new(report) }
        }
        other => other.failure(client),
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        Failure::failed(miette::miette!("{} answered what cannot be read: {error}", client.shown()))
    })
}
