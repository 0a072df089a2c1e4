//! Audit events as a stream that is saved, oldest first, and taken up again where it broke off.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_audit::event::Event;
use casemate_audit::ocsf;
#[cfg(feature = "archive")]
use casemate_platform::Code;
#[cfg(not(feature = "archive"))]
use casemate_platform::DocumentError;
use casemate_platform::{NoQuery, Problem, read_document};
use casemate_store::{LogEvent, LogState, LogStep, StoreError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::reader::{Found, Reader, Unread};
use super::routes::AuditEventList;
use super::search::{EventSearch, LIST};
use super::view::{COLUMNS, cells};
use crate::App;
use crate::audit_log::service::{is_own, newest};
use crate::csv::Rows;
use crate::export::{Place, Saved, streamed};
use crate::guard::{Require, Thing};
use crate::listed::{number, numbered, unreadable};
use crate::reading::Exported;

/// What is to be exported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportRequest {
    /// Which events, without `after` and `limit`: the oldest come first. Of `{"everywhere": true}` alone it is the whole log without a
    /// gap, which `casemate audit verify --export` checks as `ndjson`.
    #[serde(default)]
    search: EventSearch,
    /// How they are written.
    #[serde(default)]
    format: Format,
    /// The id of the last event of an export that broke off: this one goes on behind it.
    #[serde(default)]
    after: Option<u64>,
}

/// How exported events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "AuditExportFormat")]
enum Format {
    /// A JSON object a line: `index`, `salt` and the event's exact text as `event`; of an event whose text is not kept any more `index`
    /// and `leaf`. From these anybody computes the log's tree again. Of the whole log also `block` and `root` in place of 256 events that
    /// were given up, and at its end the newest signed `checkpoint`.
    #[default]
    Ndjson,
    /// Comma-separated values, as the list has them.
    Csv,
    /// An event of OCSF 1.8.0 a line, for other systems; what has no text any more is left out.
    Ocsf,
    /// A file in Parquet, as archives have them: `index`, `leaf`, `salt`, the exact text as `event`, and columns for what other programs
    /// look for. It goes through 65,536 events of the log; the header `casemate-next-after` says what to give as `after` for the next
    /// file, where there is one.
    Parquet,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::Ocsf => "ocsf",
            Format::Parquet => "parquet",
        }
    }
}

pub(super) async fn export(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ExportRequest { search, format, after } = read_document(request).await?;
    let access = require.into_access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let caller = access.caller.clone();
    let exported = Exported::new(format.name(), &format!("{LIST}\n{}\n{search:?}", access.tenant()));
    let reader = Reader::begin(app.clone(), access, (search, "/search"), Some(true))?;
    // What comes while it is written is left to the next one.
    app.store.reader().log_search(&reader.wanted, None, 1).await.map_err(unreadable)?;
    let log = app.store.reader().log_state().await.map_err(unreadable)?;
    let is_proved = format == Format::Ndjson && reader.is_whole();
    let size = match is_proved {
        true => signed_size(&app, log.size).await.map_err(unreadable)?,
        false => log.size,
    };
    let first = after.map_or(0, |after| after.saturating_add(1));
    let mut response = match format {
        Format::Parquet => in_parquet(reader, &log, first)?,
        _ => written(Export { reader, format, first, size }),
    };
    response.extensions_mut().insert(caller);
    response.extensions_mut().insert(exported.at_most(size.saturating_sub(first)));
    tracing::debug!(list = LIST, size, "an export begins");
    Ok(response)
}

/// How many events there are up to a checkpoint that the log signed, when there were so many.
async fn signed_size(app: &App, size: u64) -> Result<u64, StoreError> {
    app.store.reader().log_signed_size(size, |size, note| is_own(app, size, note)).await
}

#[cfg(feature = "archive")]
fn in_parquet(reader: Reader, log: &LogState, first: u64) -> Result<Response, Problem> {
    super::parquet::answer(reader, log, first).map_err(|error| {
        tracing::error!(%error, "a file of audit events cannot be written");
        Problem::new(Code::Internal)
    })
}

#[cfg(not(feature = "archive"))]
fn in_parquet(_: Reader, _: &LogState, _: u64) -> Result<Response, Problem> {
    let message = "this build writes no Parquet".to_owned();
    let error = DocumentError { pointer: "/format".to_owned(), message, help: None };
    Err(Problem::document(vec![error]))
}

/// Events that are written, from the first on up to a size of the log.
struct Export {
    reader: Reader,
    format: Format,
    first: u64,
    size: u64,
}

fn written(export: Export) -> Response {
    let ndjson = "application/x-ndjson";
    let (saved, head) = match export.format {
        Format::Ndjson => (Saved { name: "audit-events.ndjson", media_type: ndjson }, None),
        Format::Csv => (Saved::csv("audit-events.csv"), (export.first == 0).then_some(COLUMNS)),
        Format::Ocsf | Format::Parquet => {
            (Saved { name: "audit-events.ocsf.ndjson", media_type: ndjson }, None)
        }
    };
    let mut first = Rows::default();
    if let Some(columns) = head {
        first.row(columns);
    }
    let export = Arc::new(Mutex::new(export));
    streamed(saved, first.into_text().into(), move |place: Option<Place>| {
        let export = Arc::clone(&export);
        async move {
            let mut export = export.lock().await;
            let place = number(place).and_then(|place| u64::try_from(place).ok());
            let (text, next) = export.page(place).await?;
            Ok::<_, Unread>((text.into(), next.and_then(|next| i64::try_from(next).ok()).map(numbered)))
        }
    })
}

impl Export {
    /// What is written of the page behind an event, and behind which the next one begins.
    async fn page(&mut self, behind: Option<u64>) -> Result<(String, Option<u64>), Unread> {
        self.reader.judge().await?;
        let behind = behind.or(self.first.checked_sub(1));
        let Found { steps, next } = self.reader.steps(behind).await?;
        let mut text = String::new();
        let mut rows = Rows::default();
        for step in steps.iter().filter(|step| step.end() <= self.size) {
            match (self.format, step) {
                // Writing to a string does not fail.
                (Format::Ndjson, step) => {
                    let _ = writeln!(text, "{step}");
                }
                (Format::Ocsf | Format::Parquet, LogStep::Event(event)) => mapped(event, &mut text),
                (Format::Csv, LogStep::Event(event)) => rows.row(cells(event).iter().map(String::as_str)),
                (_, LogStep::GivenUp { .. }) => {}
            }
        }
        text.push_str(&rows.into_text());
        let next = next.filter(|next| next.saturating_add(1) < self.size);
        if next.is_none() && self.format == Format::Ndjson && self.reader.is_whole() {
            // With what it is to be held against; of a log that nobody signs there is nothing.
            let note = newest(&self.reader.app, Some(self.size)).await?;
            if let Some(note) = note {
                let _ = writeln!(text, "{}", json!({ "checkpoint": note }));
            }
        }
        Ok((text, next))
    }
}

/// A line of an export in OCSF.
fn mapped(event: &LogEvent, text: &mut String) {
    let read = event.text.as_deref().and_then(|text| Event::parse(text).ok());
    if let Some(read) = read {
        text.push_str(&ocsf::of(event.index, &read).to_string());
        text.push('\n');
    }
}
