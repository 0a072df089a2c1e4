//! `/api/v1/audit-holds`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_directory::Author;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, DocumentError, IdempotencyKey, NoQuery, Page, Permission, Problem, RequestId, json_body,
    json_response, parse_document, permissions, read_document,
};
use casemate_store::{AuditEvent, HoldError, LogHold, MAX_LOG_HOLDS, RecordError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::list::{HoldSearch, HoldView, Holds};
use super::scope::Scope;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery, unreadable};
use crate::once::{Once, created};

permissions! {
    /// To list legal holds.
    AuditHoldList = "casemate.audit-hold.list", on "audit-hold", in installation, read "casemate.audit-hold.read";
    /// To read one.
    AuditHoldRead = "casemate.audit-hold.read", on "audit-hold", in installation, read "casemate.audit-hold.read";
    /// To put events on hold.
    AuditHoldCreate = "casemate.audit-hold.create", on "audit-hold", in installation, read "casemate.audit-hold.read";
    /// To lift one.
    AuditHoldLift = "casemate.audit-hold.lift", on "audit-hold", in installation, read "casemate.audit-hold.read";
}

const TAG: &str = "Legal holds";
const ALL: &str = "/api/v1/audit-holds";
/// The longest reason, in bytes.
const MAX_REASON: usize = 1_024;

/// What is put on hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditHoldDocument")]
struct HoldDocument {
    /// Why: a case, a matter, an order.
    #[schemars(length(min = 1, max = 1024))]
    reason: String,
    /// Which events.
    scope: Scope,
}

/// Why a hold is lifted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditHoldLifting")]
struct Lifting {
    /// Why.
    #[schemars(length(min = 1, max = 1024))]
    reason: String,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            ALL,
            list,
            Operation::new("listAuditHolds", TAG, "Legal holds that are in force", Trail::Read)
                .describe("Those that were lifted are on record: `action:casemate.audit-hold.*`. `Accept: text/csv` gets the whole list.")
                .needs::<AuditHoldList>()
                .paged()
                .query("sort", "`-created_at` (the newest first, where nothing is said) or `created_at`.")
                .answers_csv_or::<Page<HoldView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/audit-holds/search",
            search,
            Operation::new("searchAuditHolds", TAG, "Legal holds that are in force", Trail::Read)
                .describe("Those with a text in their reason, or in what they cover.")
                .needs::<AuditHoldList>()
                .takes::<HoldSearch>(json!({ "search": "case 2026-17" }))
                .answers_csv_or::<Page<HoldView>>(200, "A page, or the whole list."),
        )
        .post(
            ALL,
            create,
            Operation::new("createAuditHold", TAG, "Puts audit events on hold", Trail::Kind("create"))
                .describe("From then on nothing that it covers is erased, pruned, or deleted from the archive, however old it is, also what is recorded later. There are at most a thousand.")
                .needs::<AuditHoldCreate>()
                .takes::<HoldDocument>(json!({ "reason": "case 2026-17", "scope": { "party": "usr_048a05fa5cd9f5b3f2dfa26dc5364380" } }))
                .creates()
                .problem(Code::LimitReached)
                .answers::<HoldView>(201, "It is in force."),
        )
        .get(
            "/api/v1/audit-holds/{id}",
            get,
            Operation::new("getAuditHold", TAG, "A legal hold", Trail::Read)
                .needs::<AuditHoldRead>()
                .answers::<HoldView>(200, "It."),
        )
        .post(
            "/api/v1/audit-holds/{id}/lift",
            lift,
            Operation::new("liftAuditHold", TAG, "Lifts a legal hold", Trail::Kind("delete"))
                .describe("What it covered goes by age again, with the next round of whatever deletes it.")
                .needs::<AuditHoldLift>()
                .takes::<Lifting>(json!({ "reason": "case 2026-17 was closed" }))
                .answers_nothing(204, "It is lifted."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<AuditHoldList>,
    headers: HeaderMap,
    search: InQuery<HoldSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<AuditHoldList>,
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
    search: HoldSearch,
) -> Result<Response, Problem> {
    access.permit::<AuditHoldList>(app, &Thing::default()).await?;
    listed::answer::<Holds>(app, &access.caller, headers, search.query()?, |_| true).await
}

async fn get(
    State(app): State<App>,
    require: Require<AuditHoldRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<AuditHoldRead>(&app, &Thing::with_id(&id)).await?;
    Ok(json_response(&HoldView::from(hold(&app, &id).await?)))
}

async fn hold(app: &App, id: &str) -> Result<LogHold, Problem> {
    let holds = app.store.reader().log_holds().await.map_err(unreadable)?;
    holds.into_iter().find(|hold| hold.id == id).ok_or_else(|| Problem::new(Code::NotFound))
}

async fn create(
    State(app): State<App>,
    require: Require<AuditHoldCreate>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let HoldDocument { reason, scope } = parse_document(&text)?;
    check(&reason)?;
    let query = scope.typed()?;
    let access = require.access();
    let author = access.permit::<AuditHoldCreate>(&app, &Thing::default()).await?.author;
    let attempt = match Once::begin(&app, access, key, &["createAuditHold", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let hold = LogHold {
        id: format!("hld_{}", RequestId::random().as_str()),
        query,
        reason,
        created_by: format!("{}/{}/{}", author.actor.provider, author.actor.kind, author.actor.id),
        created_at: author.now,
    };
    // What it covers may be personal data, and what tells of it is not erased: it stays where it is kept.
    let event = AuditEvent {
        reason: Some(hold.reason.clone()),
        ..event(&author, AuditHoldCreate::NAME, "create", &hold.id)
    };
    app.store.hold_log(hold.clone(), event).await.map_err(not_held)?;
    let body = serde_json::to_string(&HoldView::from(hold)).unwrap_or_default();
    attempt.keep(&app, StatusCode::CREATED, author.now, body.clone()).await;
    Ok(created(StatusCode::CREATED.as_u16(), body))
}

async fn lift(
    State(app): State<App>,
    require: Require<AuditHoldLift>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let Lifting { reason } = read_document(request).await?;
    check(&reason)?;
    let author = require.access().permit::<AuditHoldLift>(&app, &Thing::with_id(&id)).await?.author;
    let before = hold(&app, &id).await?;
    let event = AuditEvent {
        reason: Some(reason),
        before: Some(json!({ "reason": before.reason, "created_by": before.created_by }).to_string()),
        ..event(&author, AuditHoldLift::NAME, "delete", &id)
    };
    match app.store.lift_log_hold(&id, event).await {
        Ok(true) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(false) => Err(Problem::new(Code::NotFound)),
        Err(error) => Err(not_held(error.into())),
    }
}

fn check(reason: &str) -> Result<(), Problem> {
    if !reason.trim().is_empty() && reason.len() <= MAX_REASON && !reason.contains('\0') {
        return Ok(());
    }
    let message = format!("a reason is 1 to {MAX_REASON} bytes, and none of them is zero");
    Err(Problem::document(vec![DocumentError { pointer: "/reason".to_owned(), message, help: None }]))
}

fn event(author: &Author, action: &str, kind: &str, id: &str) -> AuditEvent {
    AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: action.to_owned(),
        kind: kind.to_owned(),
        resource_type: "audit-hold".to_owned(),
        resource_id: id.to_owned(),
        outcome: "success".to_owned(),
        request_id: author.request_id.clone(),
        route: author.route.clone(),
        client: author.client.clone(),
        user_agent: author.user_agent.clone(),
        ..AuditEvent::default()
    }
}

fn not_held(error: HoldError) -> Problem {
    match error {
        HoldError::TooMany => Problem::new(Code::LimitReached)
            .detail(format!("there are {MAX_LOG_HOLDS} already: lift one first")),
        HoldError::Record(RecordError::Closed | RecordError::Busy) => Problem::new(Code::Unavailable),
        error => {
            tracing::error!(%error, "a legal hold cannot be written");
            Problem::new(Code::NotRecorded)
        }
    }
}
