//! `/api/v1/audit-events`.

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_platform::api::{Api, Operation};
use casemate_platform::{NoQuery, Page, PageRequest, Problem, json_response, permissions, read_document};
use serde_json::json;

use crate::App;
use crate::audit_event::service::{DenialSearch, DenialView, EventSearch, EventView, denials, events};
use crate::guard::{Require, Thing};

permissions! {
    /// To list audit events.
    AuditEventList = "casemate.audit-event.list", on "audit-event", in tenant, read "casemate.audit-event.read";
}

const TAG: &str = "Audit events";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/audit-events",
            list,
            Operation::new("listAuditEvents", TAG, "Who changed or tried what, the newest first")
                .needs::<AuditEventList>()
                .paged()
                .answers::<Page<EventView>>(200, "A page."),
        )
        .post(
            "/api/v1/audit-events/search",
            search,
            Operation::new("searchAuditEvents", TAG, "Who changed or tried what, the newest first")
                .needs::<AuditEventList>()
                .takes::<EventSearch>(json!({ "action": "casemate.role.update", "limit": 20 }))
                .answers::<Page<EventView>>(200, "A page."),
        )
        .post(
            "/api/v1/audit-events/anonymous-denials/search",
            anonymous,
            Operation::new("searchAnonymousDenials", TAG, "Refusals of callers without a valid credential")
                .describe("Counted by minute, address and route, the newest first. For those who may see audit events in the tenant `default`.")
                .needs::<AuditEventList>()
                .takes::<DenialSearch>(json!({ "limit": 20 }))
                .answers::<Page<DenialView>>(200, "A page."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<AuditEventList>,
    page: PageRequest,
) -> Result<Response, Problem> {
    require.access().permit::<AuditEventList>(&app, &Thing::default()).await?;
    Ok(json_response(&events(&app, require.access(), EventSearch::of(page)).await?))
}

async fn search(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    require.access().permit::<AuditEventList>(&app, &Thing::default()).await?;
    Ok(json_response(&events(&app, require.access(), search).await?))
}

async fn anonymous(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let DenialSearch { after, limit } = read_document(request).await?;
    let page = PageRequest::new(after, limit)?;
    require.access().permit::<AuditEventList>(&app, &Thing::default()).await?;
    Ok(json_response(&denials(&app, require.access(), page).await?))
}
