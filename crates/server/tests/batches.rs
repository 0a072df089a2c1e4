//! A batch leaves time for others.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use casemate_directory::{Credential, DEFAULT_TENANT, Directory, Policy, sha256};
use casemate_permission::Permission;
use casemate_platform::Respond;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_server::{App, Front, Recorded, Settings};
use casemate_store::{DataFolder, Retention, Store};

async fn app(folder: &DataFolder) -> App {
    let permissions = [r#"{"name":"casemate.decision.ask"}"#, r#"{"name":"notes.read"}"#];
    let credential = Credential {
        id: "gateway".into(),
        secret_sha256: sha256("secret"),
        tenant: DEFAULT_TENANT.into(),
        application: None,
        expires_at: None,
        permissions: permissions.map(|permission| Permission::from_json(permission).unwrap()).into(),
    };
    let directory = Directory::new(
        Policy::empty(),
        vec![credential],
        Arc::new(Outgoing::new(OutgoingSettings::default()).unwrap()),
    )
    .unwrap();
    App::new(
        Arc::new(directory),
        Arc::new(Store::open(folder, Retention::default(), || 0).await.unwrap()),
        Settings {
            public_url: "http://localhost".to_owned(),
            recorded: Recorded::Denied,
            lenient: false,
            request_time: Duration::from_secs(30),
        },
    )
}

#[tokio::test]
async fn a_batch_gives_others_their_turn() {
    let parent = tempfile::tempdir().unwrap();
    let app = app(&DataFolder::open_or_create(&parent.path().join("data")).unwrap()).await;
    // All are allowed, so that nothing waits for the record.
    let body = format!(
        r#"{{"subject":{{"type":"service","id":"gateway"}},"action":{{"name":"notes.read"}},
           "resource":{{"type":"note","id":"1"}},"evaluations":[{}]}}"#,
        vec!["{}"; 1_000].join(",")
    );
    let request = Request::post("/access/v1/evaluations")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("authorization", "Bearer secret")
        .body(Body::from(body))
        .unwrap();
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    // The runtime has one thread: this goes on only where the batch lets it.
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let response = Front::new(app).respond(request, None).await;
    other.abort();
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains(r#""decision":false"#));
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns > 20, "{turns} turns");
}
