//! `/api/v1/audit-events`.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{NoQuery, Page, Problem, permissions, read_document};
use serde_json::json;

use crate::App;
use crate::audit_event::anonymous::{DenialSearch, DenialView, Denials};
use crate::audit_event::record::{RecordRequest, Recorded, record};
use crate::audit_event::service::{EventSearch, EventView, Events};
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery};

permissions! {
    /// To list audit events.
    AuditEventList = "casemate.audit-event.list", on "audit-event", in tenant, read "casemate.audit-event.read";
    /// To record what was done in an application.
    AuditEventRecord = "casemate.audit-event.record", on "audit-event", in tenant, read "casemate.audit-event.read";
}

const TAG: &str = "Audit events";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/audit-events",
            list,
            Operation::new("listAuditEvents", TAG, "Who changed or tried what", Trail::Read)
                .describe("As `text/csv` it is the whole list.")
                .needs::<AuditEventList>()
                .paged()
                .query("sort", "`-id`, the newest first, or `id`.")
                .answers_csv_or::<Page<EventView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/audit-events/search",
            search,
            Operation::new("searchAuditEvents", TAG, "Who changed or tried what", Trail::Read)
                .describe("Those that fit filters, which may be personal data and stand in no address.")
                .needs::<AuditEventList>()
                .takes::<EventSearch>(json!({ "action": "casemate.role.update", "limit": 20 }))
                .answers_csv_or::<Page<EventView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/audit-events/record",
            record,
            Operation::new("recordAuditEvents", TAG, "What was done in an application", Trail::Kind("recorded"))
                .describe("Records up to a hundred events, all of them or none, durably before the answer. They are of the kind `recorded`, with who recorded them, and of an action in the namespace `casemate` only where an application goes on without authorization (`casemate.authorization.suspend`); a caller that is bound to an application records actions in its namespaces.")
                .needs::<AuditEventRecord>()
                .takes::<RecordRequest>(json!({ "items": [{ "action": "notes.note.publish", "outcome": "success",
                    "subject": { "type": "user", "id": "ada" }, "resource": { "type": "note", "id": "7" } }] }))
                .creates()
                .answers::<Recorded>(201, "They are on record."),
        )
        .post(
            "/api/v1/audit-events/anonymous-denials/search",
            anonymous,
            Operation::new("searchAnonymousDenials", TAG, "Refusals of callers without a valid credential", Trail::Read)
                .describe("Counted by minute, address and route. For those who may see audit events in the tenant `default`.")
                .needs::<AuditEventList>()
                .takes::<DenialSearch>(json!({ "limit": 20 }))
                .answers_csv_or::<Page<DenialView>>(200, "A page, or the whole list."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<AuditEventList>,
    headers: HeaderMap,
    search: InQuery<EventSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<AuditEventList>,
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
    search: EventSearch,
) -> Result<Response, Problem> {
    access.permit::<AuditEventList>(app, &Thing::default()).await?;
    listed::answer::<Events>(app, &access.caller, headers, search.query(access)?, |_| true).await
}

async fn anonymous(
    State(app): State<App>,
    require: Require<AuditEventList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search: DenialSearch = read_document(request).await?;
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    listed::answer::<Denials>(&app, &access.caller, &headers, search.query(access)?, |_| true).await
}
