//! What decides is what decides when the question is there.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use casemate_directory::{Directory, Policy};
use casemate_platform::Respond;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_server::{App, Front, Recorded, Settings};
use casemate_store::{DataFolder, Retention, Store};
use http_body_util::{BodyExt, Full};

/// `secret` may ask, and Ada may read notes.
const POLICY: &str = "format = 1\n[[credential]]\nid = \"gateway\"\n\
    secret_sha256 = \"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\"\n\
    permissions = [{ name = \"casemate.decision.ask\" }, { name = \"casemate.audit-event.*\" }]\n\
    [[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n";
const ADA_READS: &str = "[[assignment]]\nrole = \"reader\"\nto = { id = \"ada\" }\n";
const QUESTION: &str = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.read"},
    "resource":{"type":"note","id":"1"}}"#;

fn policy(text: &str) -> Policy {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), text).unwrap();
    Policy::load(folder.path()).unwrap()
}

/// Asks whether Ada may read, while the policy is replaced by another.
async fn ask_during_replacement(path: &str, by: &str) -> (StatusCode, String) {
    send_during_replacement(path, QUESTION, by).await
}

/// Sends a body, while the policy is replaced by another.
async fn send_during_replacement(path: &str, body: &'static str, by: &str) -> (StatusCode, String) {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let first = policy(&format!("{POLICY}{ADA_READS}"));
    let directory = Arc::new(
        Directory::new(first, Vec::new(), Arc::new(Outgoing::new(OutgoingSettings::default()).unwrap()))
            .unwrap(),
    );
    let app = App::new(
        Arc::clone(&directory),
        Arc::new(Store::open(&folder, Retention::default(), || 0).await.unwrap()),
        Settings {
            public_url: "http://localhost".to_owned(),
            recorded: Recorded::Denied,
            lenient: false,
            request_time: Duration::from_secs(30),
        },
    );
    let mut next = Some(policy(by));
    // Happens while the body is read.
    let body = Full::new(Bytes::from_static(body.as_bytes())).map_frame(move |frame| {
        directory.replace(next.take().unwrap()).unwrap();
        frame
    });
    let request = Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("authorization", "Bearer secret")
        .body(Body::new(body))
        .unwrap();
    let response = Front::new(app).respond(request, None).await;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_judged_by_what_decides_when_it_is_there() {
    for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
        let (status, body) = ask_during_replacement(path, &format!("{POLICY}{ADA_READS}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains(r#""decision":true"#), "{body}");
        let (status, body) = ask_during_replacement(path, POLICY).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains(r#""decision":false"#), "{body}");
    }
}

#[tokio::test]
async fn who_is_removed_while_their_body_comes_gets_no_answer() {
    for path in ["/access/v1/evaluation", "/access/v1/evaluations", "/api/v1/explain"] {
        assert_eq!(ask_during_replacement(path, "format = 1\n").await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn who_may_no_longer_see_audit_events_when_their_body_is_there_sees_none() {
    for path in ["/api/v1/audit-events/search", "/api/v1/audit-events/anonymous-denials/search"] {
        let (status, _) = send_during_replacement(path, "{}", POLICY).await;
        assert_eq!(status, StatusCode::OK);
        let less = POLICY.replace(", { name = \"casemate.audit-event.*\" }", "");
        let (status, body) = send_during_replacement(path, "{}", &less).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
        assert_eq!(send_during_replacement(path, "{}", "format = 1\n").await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn who_is_moved_to_another_tenant_while_their_body_comes_sees_nothing_of_the_old_one() {
    let moved = POLICY.replace("id = \"gateway\"", "id = \"gateway\"\ntenant = \"acme\"");
    let (status, body) = send_during_replacement("/api/v1/audit-events/search", "{}", &moved).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
}
