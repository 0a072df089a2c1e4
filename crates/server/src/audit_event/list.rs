//! The list of audit events, how many a search finds, and one of them.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::query::Query;
use casemate_audit::shown::ShownEvent;
use casemate_directory::DEFAULT_TENANT;
use casemate_platform::{Code, NoQuery, Page, PageRequest, Problem, cursor, json_response, read_document};
use casemate_store::{LogEvent, LogPage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::reader::{Reader, Unread};
use super::routes::AuditEventList;
use super::search::{EventSearch, LIST};
use super::view::{COLUMNS, cells, shown_event};
use crate::App;
use crate::csv::{self, Rows};
use crate::export::{self, AT_ONCE, Place};
use crate::guard::{Access, Require, Thing};
use crate::listed::{Asked, InQuery, number, numbered, unreadable, whole};
use crate::reading::Exported;

/// The most events that are counted.
const MOST_COUNTED: u64 = 100_000;

pub(super) async fn list(
    State(app): State<App>,
    require: Require<AuditEventList>,
    headers: HeaderMap,
    search: InQuery<EventSearch>,
) -> Result<Response, Problem> {
    found(&app, require.into_access(), &headers, search.0).await
}

pub(super) async fn search(
    State(app): State<App>,
    require: Require<AuditEventList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.into_access(), &headers, search).await
}

async fn found(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    search: EventSearch,
) -> Result<Response, Problem> {
    access.permit::<AuditEventList>(app, &Thing::default()).await?;
    let caller = access.caller.clone();
    let beyond = search.beyond();
    let (asked, query) = search.clone().page(app, &access)?;
    let mut response = if csv::is_wanted(headers) {
        if asked.is_page {
            return Err(whole());
        }
        let exported = Exported::new("csv", &asked.list);
        let mut response = saved(Reader::begin(app.clone(), access, (search, ""), None)?);
        response.extensions_mut().insert(exported);
        response
    } else {
        page(app, &asked, &query, beyond).await?
    };
    response.extensions_mut().insert(caller);
    Ok(response)
}

/// A page of what a query wants.
async fn page(app: &App, asked: &Asked, query: &Query, beyond: Option<u64>) -> Result<Response, Problem> {
    let beyond = place(&asked.page, &asked.list)?.or(beyond);
    let found = app.store.reader().log_search(query, beyond, asked.page.limit).await.map_err(unreadable)?;
    let mut response = shown(&asked.list, found);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The place in the log that the cursor of a list names.
///
/// # Errors
/// 400 where it is of another list.
pub(super) fn place(page: &PageRequest, list: &str) -> Result<Option<u64>, Problem> {
    let key = page.key(list)?;
    key.map(|key| key.parse().map_err(|_| Problem::new(Code::MalformedQuery))).transpose()
}

/// A page as it is answered.
pub(super) fn shown(list: &str, found: LogPage) -> Response {
    let items = found.items.iter().filter_map(shown_event).collect();
    let next = found.next.map(|next| cursor(list, &next.to_string()));
    json_response(&Page { items, next })
}

/// All that somebody reads, as comma-separated values.
fn saved(reader: Reader) -> Response {
    let reader = Arc::new(Mutex::new(reader));
    export::answer(LIST, &COLUMNS, move |after: Option<Place>| {
        let reader = Arc::clone(&reader);
        async move {
            let mut reader = reader.lock().await;
            reader.judge().await?;
            let beyond = number(after).and_then(|place| u64::try_from(place).ok());
            let log = reader.app.store.reader();
            let LogPage { items, next, .. } = log.log_search(&reader.wanted, beyond, AT_ONCE).await?;
            let mut rows = Rows::default();
            for event in &items {
                rows.row(cells(event).iter().map(String::as_str));
            }
            Ok::<_, Unread>((rows, next.and_then(|next| i64::try_from(next).ok()).map(numbered)))
        }
    })
}

/// What is to be counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountRequest {
    /// Which events, without `after` and `limit`.
    #[serde(default)]
    search: EventSearch,
    /// Where to stop counting; 10000 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100_000))]
    at_most: Option<u64>,
}

/// How many events there are.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEventCount")]
pub(super) struct CountView {
    /// So many, or at least so many.
    count: u64,
    /// Whether these are all.
    exact: bool,
}

pub(super) async fn count(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let CountRequest { search, at_most } = read_document(request).await?;
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let at_most = at_most.unwrap_or(10_000);
    if !(1..=MOST_COUNTED).contains(&at_most) {
        let detail = format!("`at_most` is 1 to {MOST_COUNTED}");
        return Err(Problem::new(Code::MalformedBody).detail(detail));
    }
    let query = search.whole(&app, access, "/search")?;
    let counted = app.store.reader().log_count(&query, at_most).await.map_err(unreadable)?;
    Ok(json_response(&CountView { count: counted.count, exact: counted.is_exact }))
}

/// One event, and with what its place in the log is checked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEventDetail")]
pub(super) struct EventDetail {
    /// The event.
    event: ShownEvent,
    /// Its exact text, to which the log committed.
    text: String,
    /// With which the text makes the leaf: base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// What stands in the log's tree of it: base64.
    leaf: String,
}

pub(super) async fn one(
    State(app): State<App>,
    require: Require<AuditEventList>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let index: u64 = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let found = at(&app, index).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let LogEvent { text, leaf, salt, .. } = &found;
    let event = shown_event(&found).ok_or_else(|| {
        Problem::new(Code::NotFound).detail("its text is not kept any more; its place in the log is")
    })?;
    if !is_seen(access, event.tenant(), event.application()) {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(json_response(&EventDetail {
        event,
        text: text.clone().unwrap_or_default(),
        salt: salt.as_ref().map(|salt| STANDARD.encode(salt.0)),
        leaf: STANDARD.encode(leaf.0),
    }))
}

/// The event at a place.
async fn at(app: &App, index: u64) -> Result<Option<LogEvent>, Problem> {
    let mut found = app.store.reader().log_events(index, 1).await.map_err(unreadable)?;
    Ok(found.pop().filter(|event| event.index == index))
}

/// Whether events of a tenant, or of the whole installation, and of an application are shown to a caller by what their request is
/// about, and what their credential is bound to.
fn is_seen(access: &Access, tenant: &str, application: Option<&str>) -> bool {
    let is_of_tenant = tenant == access.tenant()
        || (tenant.is_empty() && access.tenant() == DEFAULT_TENANT)
        || access.reaches_all_tenants();
    is_of_tenant && access.application().is_none_or(|own| application == Some(&own))
}
