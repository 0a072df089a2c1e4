//! `/api/v1/audit-events/erase`: texts that the law wants erased.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use casemate_audit::query::Query;
use casemate_platform::{
    Code, DocumentError, NoQuery, Permission, Problem, json_response, permissions, read_document,
};
use casemate_store::{AuditEvent, EraseError, LogErasable, LogErased, LogSelection, MAX_ERASED, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::search::EventSearch;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::unreadable;
use crate::reading::OnlyRead;

permissions! {
    /// To erase the texts of audit events.
    AuditEventErase = "casemate.audit-event.erase", on "audit-event", in tenant, read "casemate.audit-event.read";
}

/// The most ids of one request.
const MAX_IDS: usize = 1_000;
/// The longest reason, in bytes.
const MAX_REASON: usize = 1_024;

/// What is to be erased: either `ids` or `search`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EraseRequest {
    /// The ids of events of the tenant.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1000))]
    ids: Option<Vec<u64>>,
    /// The events that a search finds, which says whom or what they are about: a party, an actor, a subject, a resource, a request, an
    /// address or a personal value. Without `after` and `limit`.
    #[serde(default)]
    search: Option<EventSearch>,
    /// Why. It stays on record, and so names nobody.
    #[schemars(length(min = 1, max = 1024))]
    reason: String,
    /// Whether nothing is erased, but counted.
    #[serde(default)]
    dry_run: bool,
}

/// What was erased, or would be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditErasure")]
pub(super) struct ErasureView {
    /// Whether nothing was erased, but counted.
    dry_run: bool,
    /// How many events.
    events: u64,
    /// How many of them stand in files of the archive.
    archived: u64,
    /// How many more were meant, and stay: they tell of legal holds and of erasing.
    stay: u64,
    /// Of how many ids there is no event in the tenant that has its text.
    missing: u64,
    /// The legal holds that cover some of them: as long as there are any, nothing is erased.
    held: Vec<HeldView>,
    /// Whether these are all. Where they are not, ask again: at most 100,000 events are erased at once.
    whole: bool,
}

/// A legal hold that is in the way.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeldAuditEvents")]
struct HeldView {
    /// Its id.
    hold: String,
    /// How many of the events it covers.
    events: u64,
}

pub(super) async fn erase(
    State(app): State<App>,
    require: Require<AuditEventErase>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let EraseRequest { ids, search, reason, dry_run } = read_document(request).await?;
    let access = require.access();
    if reason.trim().is_empty() || reason.len() > MAX_REASON || reason.contains('\0') {
        let message = format!("a reason is 1 to {MAX_REASON} bytes, and none of them is zero");
        return Err(mistake("/reason", message));
    }
    let selection = selection(&app, ids, search, access)?;
    let author = access.permit::<AuditEventErase>(&app, &Thing::default()).await?.author;
    let found = app.store.reader().log_erasable(&selection).await.map_err(unreadable)?;
    if dry_run {
        return Ok((Extension(OnlyRead), json_response(&view(found, None))).into_response());
    }
    if !found.held.is_empty() {
        return Err(on_hold(found.held.keys()));
    }
    let event = AuditEvent {
        at: author.now,
        actor: author.actor,
        action: AuditEventErase::NAME.to_owned(),
        kind: "delete".to_owned(),
        tenant: access.tenant().to_owned(),
        resource_type: "audit-event".to_owned(),
        outcome: "success".to_owned(),
        reason: Some(reason),
        request_id: author.request_id,
        route: author.route,
        client: author.client,
        user_agent: author.user_agent,
        // Who or what they were about would be what is erased.
        after: Some(json!({ "events": found.events, "archived": found.archived }).to_string()),
        ..AuditEvent::default()
    };
    let store = Arc::clone(&app.store);
    // What was begun is ended, also where nobody waits any more.
    let erased = tokio::spawn(async move { store.erase_log(&selection, event).await }).await;
    match erased {
        Ok(Ok(erased)) => Ok(json_response(&view(found, Some(erased)))),
        Ok(Err(error)) => Err(not_erased(error)),
        Err(error) => {
            tracing::error!(%error, "erasing ended before it was done");
            Err(Problem::new(Code::Internal))
        }
    }
}

fn view(found: LogErasable, erased: Option<LogErased>) -> ErasureView {
    let LogErasable { events, archived, stay, missing, held, is_whole } = found;
    let held = held.into_iter().map(|(hold, events)| HeldView { hold, events }).collect();
    let found = LogErased { events, archived, is_whole };
    let LogErased { events, archived, is_whole } = erased.unwrap_or(found);
    ErasureView { dry_run: erased.is_none(), events, archived, stay, missing, held, whole: is_whole }
}

fn selection(
    app: &App,
    ids: Option<Vec<u64>>,
    search: Option<EventSearch>,
    access: &Access,
) -> Result<LogSelection, Problem> {
    match (ids, search) {
        (Some(ids), None) if (1..=MAX_IDS).contains(&ids.len()) => {
            let indexes: BTreeSet<u64> = ids.into_iter().collect();
            Ok(LogSelection::Indexes { tenant: Some(access.tenant().to_owned()), indexes })
        }
        (Some(_), None) => Err(mistake("/ids", format!("1 to {MAX_IDS} ids"))),
        (None, Some(search)) => {
            let query = search.whole(app, access, "/search")?;
            if !is_about_something(&query) {
                let message = "say whom or what they are about: `party`, `actor`, `subject`, `resource_type` and `resource_id`, \
                               `request_id`, `client` or `value`";
                return Err(mistake("/search", message.to_owned()));
            }
            Ok(LogSelection::Query(Box::new(query)))
        }
        _ => Err(mistake("", "say one of `ids` and `search`".to_owned())),
    }
}

/// Whether it means somebody or something, and not whatever there is.
fn is_about_something(query: &Query) -> bool {
    let Query { party, actor, subject, resource_id, request_id, client, value, .. } = query;
    [party, actor, subject, resource_id, request_id, client, value].into_iter().any(Option::is_some)
}

fn on_hold<'h>(holds: impl Iterator<Item = &'h String>) -> Problem {
    let holds: Vec<&str> = holds.map(String::as_str).collect();
    Problem::new(Code::OnHold).detail(format!("nothing was erased that is covered by {}", holds.join(", ")))
}

fn not_erased(error: EraseError) -> Problem {
    match error {
        EraseError::Held(holds) => on_hold(holds.iter()),
        EraseError::Busy => {
            let detail = "files of the archive are written at the moment, or something else is erased: ask again in some minutes";
            Problem::new(Code::Unavailable).detail(detail)
        }
        EraseError::Store(error @ StoreError::DamagedLog { .. }) => {
            tracing::error!(%error, "nothing is erased of a log that is damaged");
            Problem::new(Code::LogDamaged)
        }
        error => {
            tracing::error!(%error, at_most = MAX_ERASED, "audit events were not erased, or not all of them");
            let detail = "some of it may not be erased yet; the server's log says why. Ask again";
            Problem::new(Code::Unavailable).detail(detail)
        }
    }
}

fn mistake(pointer: &str, message: String) -> Problem {
    Problem::document(vec![DocumentError { pointer: pointer.to_owned(), message, help: None }])
}
