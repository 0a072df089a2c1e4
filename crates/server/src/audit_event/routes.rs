//! `/api/v1/audit-events`.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_audit::shown::ShownEvent;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Page, Problem, permissions, read_document};
use serde_json::json;

use crate::App;
use crate::audit_event::anonymous::{DenialSearch, DenialView, Denials};
use crate::audit_event::erase::{AuditEventErase, EraseRequest, ErasureView, erase};
use crate::audit_event::export::{ExportRequest, export};
use crate::audit_event::list::{CountRequest, CountView, EventDetail, count, list, one, search};
use crate::audit_event::record::{RecordRequest, Recorded, record};
use crate::audit_event::saved;
use crate::audit_event::search::EventSearch;
use crate::audit_event::tail::{tail, tail_found};
use crate::audit_event::timeline::{TimelineRequest, timeline};
use crate::guard::{Require, Thing};
use crate::listed;
use crate::reading::EXPORT;

permissions! {
    /// To list audit events.
    AuditEventList = "casemate.audit-event.list", on "audit-event", in tenant, read "casemate.audit-event.read";
    /// To record what was done in an application.
    AuditEventRecord = "casemate.audit-event.record", on "audit-event", in tenant, read "casemate.audit-event.read";
}

const TAG: &str = "Audit events";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    saved::routes()
        .get(
            "/api/v1/audit-events",
            list,
            Operation::new("listAuditEvents", TAG, "Who changed or tried what", Trail::Read)
                .describe("A page may hold fewer events than asked for, or none, and others follow as long as there is `next`. As `text/csv` it is the whole list.")
                .needs::<AuditEventList>()
                .paged()
                .query("sort", "`-id`, the newest first, or `id`.")
                .answers_csv_or::<Page<ShownEvent>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/audit-events/search",
            search,
            Operation::new("searchAuditEvents", TAG, "Who changed or tried what", Trail::Read)
                .describe("Those that fit filters, which may be personal data and stand in no address.")
                .needs::<AuditEventList>()
                .takes::<EventSearch>(json!({ "action": "casemate.role.update", "limit": 20 }))
                .answers_csv_or::<Page<ShownEvent>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/audit-events/count",
            count,
            Operation::new("countAuditEvents", TAG, "How many audit events a search finds", Trail::Read)
                .describe("Counts up to a bound, and says whether that is all.")
                .needs::<AuditEventList>()
                .takes::<CountRequest>(json!({ "search": { "outcome": "denied" }, "at_most": 1000 }))
                .answers::<CountView>(200, "So many."),
        )
        .post(
            "/api/v1/audit-events/timeline",
            timeline,
            Operation::new("getAuditTimeline", TAG, "All that is on record of a person or a thing", Trail::Read)
                .describe("Of a person: what they did, what was done for or to them, and what was decided about them, also under the ids and logins that they had before. Where they signed in is told where they are at home.")
                .needs::<AuditEventList>()
                .takes::<TimelineRequest>(json!({ "identity": "usr_048a05fa5cd9f5b3f2dfa26dc5364380", "limit": 20 }))
                .answers::<Page<ShownEvent>>(200, "A page."),
        )
        .post(
            "/api/v1/audit-events/export",
            export,
            Operation::new("exportAuditEvents", TAG, "Audit events as a stream that is saved", Trail::Kind(EXPORT))
                .describe("The oldest come first, up to those that are there when it begins. A stream that broke off goes on behind the last id that came (`after`). As `ndjson`, what stands in each line is enough to check the log. As `parquet`, the file is of a part of the log, and the header `casemate-next-after` says what `after` the next one has. Whoever may not see the events any more gets no end of it.")
                .needs::<AuditEventList>()
                .takes::<ExportRequest>(json!({ "search": { "since": "2026-11-01T00:00:00Z" }, "format": "ndjson" }))
                .answers_saved(200, "A line for each event, or a file.", &["application/x-ndjson", "text/csv", "application/vnd.apache.parquet"]),
        )
        .post(
            "/api/v1/audit-events/erase",
            erase,
            Operation::new("eraseAuditEvents", TAG, "Erases the texts of audit events for good", Trail::Kind("delete"))
                .describe("Where the law asks for it: the texts go, and the salts with which a text could be told to be theirs, also from files of the archive; their places in the log and every proof stay. Where a legal hold covers any of them, none is erased. What tells of holds and of erasing stays. A dry run counts.")
                .needs::<AuditEventErase>()
                .takes::<EraseRequest>(json!({ "search": { "party": "usr_048a05fa5cd9f5b3f2dfa26dc5364380" }, "reason": "request 2026-4 by whom it is about" }))
                .problem(Code::OnHold)
                .problem(Code::LogDamaged)
                .answers::<ErasureView>(200, "So much was erased, or would be."),
        )
        .get(
            "/api/v1/audit-events/tail",
            tail,
            Operation::new("tailAuditEvents", TAG, "Audit events as they come", Trail::Read)
                .describe("Those that come from now on, or behind the `Last-Event-ID`: each an event `event` with its id. `ready` comes first, and `alive` where nothing else does. The stream ends where its reader may not see them any more.")
                .needs::<AuditEventList>()
                .query("after", "The id of the event behind which it begins.")
                .answers_events(200, "A stream."),
        )
        .post(
            "/api/v1/audit-events/tail",
            tail_found,
            Operation::new("tailFoundAuditEvents", TAG, "Audit events that fit a search, as they come", Trail::Read)
                .describe("As `GET` there, of those alone that fit a search, which may be personal data and stands in no address.")
                .needs::<AuditEventList>()
                .query("after", "The id of the event behind which it begins.")
                .takes::<EventSearch>(json!({ "outcome": "denied" }))
                .answers_events(200, "A stream."),
        )
        .get(
            "/api/v1/audit-events/{id}",
            one,
            Operation::new("getAuditEvent", TAG, "An audit event, with what its place in the log is checked with", Trail::Read)
                .needs::<AuditEventList>()
                .answers::<EventDetail>(200, "It."),
        )
        .post(
            "/api/v1/audit-events",
            record,
            Operation::new("createAuditEvents", TAG, "What was done in an application", Trail::Kind("recorded"))
                .describe("As `/api/v1/audit-events/record`, which it was called first.")
                .needs::<AuditEventRecord>()
                .takes::<RecordRequest>(json!({ "items": [{ "action": "notes.note.publish", "outcome": "success",
                    "subject": { "type": "user", "id": "ada" }, "resource": { "type": "note", "id": "7" } }] }))
                .creates()
                .problem(Code::QuotaReached)
                .answers::<Recorded>(201, "They are on record."),
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
                .problem(Code::QuotaReached)
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
    access.unbound::<AuditEventList>(&app).await?;
    listed::answer::<Denials>(&app, &access.caller, &headers, search.query(access)?, |_| true).await
}
