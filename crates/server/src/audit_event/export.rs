//! Audit events as a stream that is saved, oldest first, and taken up again where it broke off.

use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::event::Event;
use casemate_audit::ocsf;
use casemate_audit::query::Query;
use casemate_platform::{NoQuery, Problem, read_document};
use casemate_store::{LogEvent, LogPage, StoreError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::routes::AuditEventList;
use super::search::{EventSearch, LIST};
use super::view::{COLUMNS, cells};
use crate::App;
use crate::csv::Rows;
use crate::export::{AT_ONCE, Place, Saved, streamed};
use crate::guard::{Require, Thing};
use crate::listed::{number, numbered, unreadable};

/// What is to be exported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportRequest {
    /// Which events, without `after` and `limit`: the oldest come first. Of `{"everywhere": true}` alone it is the whole log without a
    /// gap, which `casemate audit verify` checks.
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
    /// and `leaf`. From these anybody computes the log's tree again.
    #[default]
    Ndjson,
    /// Comma-separated values, as the list has them.
    Csv,
    /// An event of OCSF 1.8.0 a line, for other systems; what has no text any more is left out.
    Ocsf,
}

pub(super) async fn export(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ExportRequest { search, format, after } = read_document(request).await?;
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let query = Query { oldest_first: true, ..search.whole(&app, access, "/search")? };
    let is_whole = query == Query { oldest_first: true, ..Query::default() };
    // What comes while it is written is left to the next one.
    app.store.reader().log_search(&query, None, 1).await.map_err(unreadable)?;
    let size = app.store.reader().log_state().await.map_err(unreadable)?.size;
    let (saved, head) = match format {
        Format::Ndjson => (Saved { name: "audit-events.ndjson", media_type: "application/x-ndjson" }, None),
        Format::Csv => (Saved::csv("audit-events.csv"), after.is_none().then_some(COLUMNS)),
        Format::Ocsf => {
            (Saved { name: "audit-events.ocsf.ndjson", media_type: "application/x-ndjson" }, None)
        }
    };
    let mut first = Rows::default();
    if let Some(columns) = head {
        first.row(columns);
    }
    let caller = access.caller.clone();
    let mut response = streamed(saved, first.into_text(), move |place: Option<Place>| {
        let (app, query) = (app.clone(), query.clone());
        async move {
            let behind = number(place).and_then(|place| u64::try_from(place).ok()).or(after);
            let (mut items, next) = read(&app, &query, is_whole, behind).await?;
            items.retain(|event| event.index < size);
            let mut text = String::new();
            match format {
                Format::Ndjson => items.iter().for_each(|event| line(event, &mut text)),
                Format::Ocsf => items.iter().for_each(|event| mapped(event, &mut text)),
                Format::Csv => {
                    let mut rows = Rows::default();
                    items.iter().for_each(|event| rows.row(cells(event).iter().map(String::as_str)));
                    text = rows.into_text();
                }
            }
            let next = next.filter(|next| next.saturating_add(1) < size);
            Ok((text, next.and_then(|next| i64::try_from(next).ok()).map(numbered)))
        }
    });
    response.extensions_mut().insert(caller);
    tracing::debug!(list = LIST, size, "an export begins");
    Ok(response)
}

/// Some events behind a place, and where the next ones begin.
async fn read(
    app: &App,
    query: &Query,
    is_whole: bool,
    behind: Option<u64>,
) -> Result<(Vec<LogEvent>, Option<u64>), StoreError> {
    let reader = app.store.reader();
    if is_whole {
        // Those whose texts are gone are a part of the log too.
        let first = behind.map_or(0, |behind| behind.saturating_add(1));
        let items = reader.log_events(first, AT_ONCE).await?;
        let next = items.last().map(|last| last.index);
        return Ok((items, next));
    }
    let LogPage { items, next, .. } = reader.log_search(query, behind, AT_ONCE).await?;
    Ok((items, next))
}

/// A line of an export in OCSF.
fn mapped(event: &LogEvent, text: &mut String) {
    let read = event.text.as_deref().and_then(|text| Event::parse(text).ok());
    if let Some(read) = read {
        text.push_str(&ocsf::of(event.index, &read).to_string());
        text.push('\n');
    }
}

/// A line of an export.
fn line(event: &LogEvent, text: &mut String) {
    let index = event.index;
    text.push_str(&match (&event.text, &event.salt) {
        (Some(event), Some(salt)) => {
            format!("{{\"index\":{index},\"salt\":\"{}\",\"event\":{event}}}\n", STANDARD.encode(salt.0))
        }
        _ => format!("{{\"index\":{index},\"leaf\":\"{}\"}}\n", STANDARD.encode(event.leaf.0)),
    });
}
