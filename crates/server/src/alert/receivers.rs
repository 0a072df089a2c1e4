//! `/api/v1/alert-receivers`.

use std::time::Instant;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use casemate_directory::Kind;
use casemate_directory::model::AlertReceiverDocument;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, json_response, permissions};
use serde_json::json;

use super::test::{TestResult, tried};
use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::{objects, routes as object_routes, with_revision};
use crate::refusal::problem;

objects! {
    Receivers: AlertReceiver, "alert-receivers", "Alerts", "alert-receiver", installation,
    "A receiver of alerts", "Receivers of alerts", "AlertReceiver", "AlertReceivers",
    ReceiverList, ReceiverRead, ReceiverCreate, ReceiverUpdate, ReceiverDelete,
    AlertReceiverDocument, AlertReceiverDocument, json!({ "name": "on-call", "mail": ["security@example.com"], "level": "high" })
}

permissions! {
    /// To send something to a receiver, to try it.
    ReceiverTest = "casemate.alert-receiver.test", on "alert-receiver", in installation, read "casemate.alert-receiver.read";
}

/// The routes of receivers.
pub(super) fn routes() -> Api<App> {
    object_routes::<Receivers>().post(
        "/api/v1/alert-receivers/{id}/test",
        test,
        Operation::new(
            "testAlertReceiver",
            "Alerts",
            "Sends something to a receiver of alerts, to try it",
            Trail::Kind("update"),
        )
        .describe(
            "What is sent is marked as a test, and goes the way of alerts: signed, to the webhook and to each address, also where the \
             receiver is switched off. Letters are handed over to be delivered. A receiver is tried five times a minute at most. Answers within 11 seconds.",
        )
        .needs::<ReceiverTest>()
        .writes()
        .answers::<TestResult>(200, "How it went.")
        .problem(Code::LimitReached),
    )
}

async fn test(
    State(app): State<App>,
    require: Require<ReceiverTest>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let receiver = app.administration.get(Kind::AlertReceiver, "", &id);
    let receiver = receiver.ok_or_else(|| Problem::new(Code::NotFound))?;
    let permit = require.access().permit::<ReceiverTest>(&app, &Thing::of(&receiver)).await?;
    app.receiver_tests.take(&receiver.id, Instant::now()).map_err(|seconds| {
        let detail = format!("it was tried too often within a minute: try again in {seconds} seconds");
        Problem::new(Code::LimitReached)
            .detail(detail)
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    })?;
    // What was sent comes on record, also where nobody waits any more.
    tokio::spawn(async move {
        let result = tried(&app, &receiver).await.map_err(|error| {
            tracing::error!(%error, receiver = receiver.name, "the document of a receiver of alerts cannot be read");
            Problem::new(Code::Internal)
        })?;
        let recorded =
            app.administration.record_alert_receiver_test(&permit.author, &receiver, result.delivered).await;
        Ok(with_revision(json_response(&result), recorded.map_err(problem)?))
    })
    .await
    .unwrap_or_else(|error| {
        tracing::error!(%error, "trying a receiver of alerts ended before it was done");
        Err(Problem::new(Code::Internal))
    })
}
