//! `/api/v1/alerts`.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, NoQuery, Page, Permission, Problem, json_response, permissions, read_document,
};
use casemate_store::{AlertChange, AuditEvent, Commit, Operation as Change, StoreError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::list::{AlertSearch, Alerts};
use super::receivers;
use super::service::AlertView;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery};
use crate::objects::with_revision;

permissions! {
    /// To list alerts.
    AlertList = "casemate.alert.list", on "alert", in installation, read "casemate.alert.read";
    /// To read one.
    AlertRead = "casemate.alert.read", on "alert", in installation, read "casemate.alert.read";
    /// To say what becomes of one.
    AlertUpdate = "casemate.alert.update", on "alert", in installation, read "casemate.alert.read";
}

const TAG: &str = "Alerts";
/// The longest note, in bytes.
const MAX_NOTE: usize = 4_096;

/// What is said of an alert whose state is changed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StateNote {
    /// For people, at most 4,096 bytes.
    #[serde(default)]
    #[schemars(length(max = 4096))]
    note: String,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    receivers::routes()
        .get(
            "/api/v1/alerts",
            list,
            Operation::new("listAlerts", TAG, "What detections found", Trail::Read)
                .describe("Matches of a rule with the same group are one alert, until it is closed or nothing came for the time of the rule, one hour at least. `Accept: text/csv` gets the whole list.")
                .needs::<AlertList>()
                .paged()
                .query("sort", "`-id` (the newest first, where nothing is said) or `id`.")
                .answers_csv_or::<Page<AlertView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/alerts/search",
            search,
            Operation::new("searchAlerts", TAG, "What detections found", Trail::Read)
                .describe("Those in a state, of a level, of a detection, of a time.")
                .needs::<AlertList>()
                .takes::<AlertSearch>(json!({ "state": "open", "level": "high" }))
                .answers_csv_or::<Page<AlertView>>(200, "A page, or the whole list."),
        )
        .get(
            "/api/v1/alerts/{id}",
            get,
            Operation::new("getAlert", TAG, "An alert", Trail::Read)
                .needs::<AlertRead>()
                .answers::<AlertView>(200, "It."),
        )
        .post("/api/v1/alerts/{id}/acknowledge", acknowledge, changing("acknowledgeAlert", "Says that somebody looks into an alert"))
        .post("/api/v1/alerts/{id}/close", close, changing("closeAlert", "Closes an alert: the next match makes a new one"))
        .post("/api/v1/alerts/{id}/reopen", reopen, changing("reopenAlert", "Opens an alert again"))
}

fn changing(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, TAG, summary, Trail::Kind("update"))
        .needs::<AlertUpdate>()
        .takes::<StateNote>(json!({ "note": "they had forgotten their password" }))
        .writes()
        .answers::<AlertView>(200, "As it is now.")
}

async fn list(
    State(app): State<App>,
    require: Require<AlertList>,
    headers: HeaderMap,
    search: InQuery<AlertSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<AlertList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &headers, search).await
}

async fn found(
    app: &App,
    access: &Access,
    headers: &HeaderMap,
    search: AlertSearch,
) -> Result<Response, Problem> {
    access.permit::<AlertList>(app, &Thing::default()).await?;
    listed::answer::<Alerts>(app, &access.caller, headers, search.query()?, |_| true).await
}

async fn get(
    State(app): State<App>,
    require: Require<AlertRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<AlertRead>(&app, &Thing::with_id(&id)).await?;
    Ok(json_response(&read(&app, &id).await?))
}

async fn read(app: &App, id: &str) -> Result<AlertView, Problem> {
    let number = id.parse::<i64>().map_err(|_| Problem::new(Code::NotFound))?;
    let alert = app.store.reader().alert(number).await.map_err(unreadable)?;
    alert.map(AlertView::from).ok_or_else(|| Problem::new(Code::NotFound))
}

fn unreadable(error: StoreError) -> Problem {
    tracing::error!(%error, "alerts cannot be read");
    Problem::new(Code::Unavailable)
}

async fn acknowledge(
    state: State<App>,
    require: Require<AlertUpdate>,
    path: Path<String>,
    query: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    change(state, require, path, query, request, "acknowledged").await
}

async fn close(
    state: State<App>,
    require: Require<AlertUpdate>,
    path: Path<String>,
    query: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    change(state, require, path, query, request, "closed").await
}

async fn reopen(
    state: State<App>,
    require: Require<AlertUpdate>,
    path: Path<String>,
    query: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    change(state, require, path, query, request, "open").await
}

async fn change(
    State(app): State<App>,
    require: Require<AlertUpdate>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
    state: &str,
) -> Result<Response, Problem> {
    let StateNote { note } = read_document(request).await?;
    if note.len() > MAX_NOTE || note.contains('\0') {
        let detail = format!("a note has at most {MAX_NOTE} bytes, and none that is zero");
        return Err(Problem::new(Code::InvalidDocument).detail(detail));
    }
    let permit = require.access().permit::<AlertUpdate>(&app, &Thing::with_id(&id)).await?;
    let before = read(&app, &id).await?;
    let author = permit.author;
    let by = format!("{}/{}/{}", author.actor.provider, author.actor.kind, author.actor.id);
    let event = AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: AlertUpdate::NAME.to_owned(),
        kind: "update".to_owned(),
        tenant: String::new(),
        resource_type: "alert".to_owned(),
        resource_id: before.id.to_string(),
        outcome: "success".to_owned(),
        reason: author.reason,
        request_id: author.request_id,
        route: author.route,
        client: author.client,
        user_agent: author.user_agent,
        before: Some(json!({ "state": before.state, "note": before.note }).to_string()),
        after: Some(json!({ "state": state, "note": note }).to_string()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: author.now,
        actor: author.actor,
        summary: String::new(),
        operations: vec![Change::Alert(AlertChange { number: before.id, state: state.to_owned(), note, by })],
        events: vec![event],
        fence: None,
    };
    let revision = app.store.commit(commit).await.map_err(|error| {
        tracing::error!(%error, "the state of an alert could not be changed");
        Problem::new(Code::Unavailable)
    })?;
    Ok(with_revision(json_response(&read(&app, &id).await?), revision))
}
