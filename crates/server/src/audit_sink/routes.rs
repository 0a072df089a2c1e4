//! `/api/v1/audit-sinks`.

use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use casemate_directory::model::AuditSinkDocument;
use casemate_directory::{Author, Entry, Kind};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, DocumentError, NoQuery, Permission, Problem, json_response, permissions, read_document,
};
use casemate_store::{AuditSinkStep, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::service::tried;
use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::{objects, routes as object_routes, with_revision};
use crate::refusal::problem;
use crate::view::time;

objects! {
    AuditSinks: AuditSink, "audit-sinks", "Audit sinks", "audit-sink", installation,
    "A sink of the audit log", "Sinks of the audit log", "AuditSink", "AuditSinks",
    AuditSinkList, AuditSinkRead, AuditSinkCreate, AuditSinkUpdate, AuditSinkDelete,
    AuditSinkDocument, AuditSinkDocument,
    json!({
        "name": "siem",
        "webhook": { "url": "https://siem.example.com/audit", "signing_secret": "0123456789abcdef0123456789abcdef" }
    })
}

permissions! {
    /// To send something to a sink, to try it.
    AuditSinkTest = "casemate.audit-sink.test", on "audit-sink", in installation, read "casemate.audit-sink.read";
    /// To pause and resume a sink.
    AuditSinkPause = "casemate.audit-sink.pause", on "audit-sink", in installation, read "casemate.audit-sink.read";
    /// To have events sent again.
    AuditSinkRewind = "casemate.audit-sink.rewind", on "audit-sink", in installation, read "casemate.audit-sink.read";
}

const TAG: &str = "Audit sinks";
const CURSOR: &str = "/api/v1/audit-sinks/{id}/cursor";

/// How far a sink is.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditSinkCursor {
    /// The index of the first event that the sink did not acknowledge yet; absent where no server began to send to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_index: Option<u64>,
    /// Whether it is paused.
    paused: bool,
    /// When it acknowledged something last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    succeeded_at: Option<String>,
    /// How many attempts in a row came to nothing.
    failures: u64,
    /// When the last of them did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    failed_at: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// From where on events are sent again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AuditSinkRewindRequest {
    /// The index of the first event that is sent again. Where the sink was not sent that one yet, nothing changes.
    next_index: u64,
}

/// How trying a sink went.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditSinkTestResult {
    /// Whether it took what it was sent.
    delivered: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// How long that took.
    milliseconds: u64,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<AuditSinks>()
        .get(
            CURSOR,
            cursor,
            Operation::new("getAuditSinkCursor", TAG, "How far a sink is", Trail::Read)
                .needs::<AuditSinkRead>()
                .answers::<AuditSinkCursor>(200, "How far it is."),
        )
        .put(
            CURSOR,
            rewind,
            Operation::new("rewindAuditSink", TAG, "Has events sent again", Trail::Kind("update"))
                .describe("Everything on record from an index on is sent again. Forwards, no event is left out.")
                .needs::<AuditSinkRewind>()
                .takes::<AuditSinkRewindRequest>(json!({ "next_index": 0 }))
                .writes()
                .answers_nothing(204, "It is sent again."),
        )
        .post(
            "/api/v1/audit-sinks/{id}/test",
            test,
            Operation::new("testAuditSink", TAG, "Sends something to a sink, to try it", Trail::Kind("update"))
                .describe("What is sent is marked as a test; nothing is written into files, only whether that can be done is tried. Answers within 20 seconds.")
                .needs::<AuditSinkTest>()
                .writes()
                .answers::<AuditSinkTestResult>(200, "How it went."),
        )
        .post(
            "/api/v1/audit-sinks/{id}/pause",
            pause,
            Operation::new("pauseAuditSink", TAG, "Pauses a sink", Trail::Kind("update"))
                .describe("Nothing is sent until it is resumed; then it goes on where it was.")
                .needs::<AuditSinkPause>()
                .writes()
                .answers_nothing(204, "It is paused."),
        )
        .post(
            "/api/v1/audit-sinks/{id}/resume",
            resume,
            Operation::new("resumeAuditSink", TAG, "Resumes a sink", Trail::Kind("update"))
                .needs::<AuditSinkPause>()
                .writes()
                .answers_nothing(204, "It goes on."),
        )
}

async fn cursor(
    State(app): State<App>,
    require: Require<AuditSinkRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (sink, _) = permitted(&app, &require, &id).await?;
    let cursor = app.store.reader().audit_sink_cursor(&sink.id).await.map_err(|error| unavailable(&error))?;
    Ok(json_response(&match cursor {
        Some(cursor) => AuditSinkCursor {
            next_index: cursor.next,
            paused: cursor.paused,
            succeeded_at: cursor.succeeded_at.map(time),
            failures: cursor.failures,
            failed_at: cursor.failed_at.map(time),
            error: cursor.error,
        },
        None => AuditSinkCursor {
            next_index: None,
            paused: false,
            succeeded_at: None,
            failures: 0,
            failed_at: None,
            error: None,
        },
    }))
}

async fn rewind(
    State(app): State<App>,
    require: Require<AuditSinkRewind>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let AuditSinkRewindRequest { next_index: next } = read_document(request).await?;
    if i64::try_from(next).is_err() {
        let message = "no log has so many events".to_owned();
        return Err(Problem::document(vec![DocumentError {
            pointer: "/next_index".to_owned(),
            message,
            help: None,
        }]));
    }
    let (sink, author) = permitted(&app, &require, &id).await?;
    steer(&app, &author, &sink, AuditSinkStep::Rewind(next)).await
}

async fn pause(
    State(app): State<App>,
    require: Require<AuditSinkPause>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (sink, author) = permitted(&app, &require, &id).await?;
    steer(&app, &author, &sink, AuditSinkStep::Pause).await
}

async fn resume(
    State(app): State<App>,
    require: Require<AuditSinkPause>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (sink, author) = permitted(&app, &require, &id).await?;
    steer(&app, &author, &sink, AuditSinkStep::Resume).await
}

async fn test(
    State(app): State<App>,
    require: Require<AuditSinkTest>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (sink, author) = permitted(&app, &require, &id).await?;
    let document: AuditSinkDocument = serde_json::from_value(sink.document.clone()).map_err(|error| {
        tracing::error!(%error, sink = sink.name, "the document of an audit sink cannot be read");
        Problem::new(Code::Internal)
    })?;
    // What was sent comes on record, also where nobody waits any more.
    tokio::spawn(async move {
        let began = Instant::now();
        let error = tried(&app, &document).await.err().map(|error| error.to_string());
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let delivered = error.is_none();
        let revision =
            app.administration.record_audit_sink_test(&author, &sink, delivered).await.map_err(problem)?;
        Ok(with_revision(json_response(&AuditSinkTestResult { delivered, error, milliseconds }), revision))
    })
    .await
    .unwrap_or_else(|error| {
        tracing::error!(%error, "trying an audit sink ended before it was done");
        Err(Problem::new(Code::Internal))
    })
}

async fn steer(app: &App, author: &Author, sink: &Entry, step: AuditSinkStep) -> Result<Response, Problem> {
    let revision = app.administration.steer_audit_sink(author, sink, step).await.map_err(problem)?;
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}

/// The sink, and who may do this with it.
async fn permitted<P: Permission>(
    app: &App,
    require: &Require<P>,
    id: &str,
) -> Result<(Entry, Author), Problem> {
    let sink = app.administration.get(Kind::AuditSink, "", id).ok_or_else(|| Problem::new(Code::NotFound))?;
    let permit = require.access().permit::<P>(app, &Thing::of(&sink)).await?;
    Ok((sink, permit.author))
}

fn unavailable(error: &StoreError) -> Problem {
    tracing::error!(%error, "how far an audit sink is cannot be read");
    Problem::new(Code::Unavailable)
}
