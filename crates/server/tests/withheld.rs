//! An answer that cannot be recorded is not given.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use casemate_directory::{Credential, DEFAULT_TENANT, Directory, Policy, sha256};
use casemate_permission::Permission;
use casemate_platform::Respond;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_platform::telemetry::metrics::Figures;
use casemate_server::{AccountRule, Accounts, App, Front, Recorded, Settings};
use casemate_store::{DataFolder, Retention, Store};
use sqlx::{Connection, SqliteConnection};

async fn app(folder: &DataFolder) -> App {
    let credential = Credential {
        id: "gateway".into(),
        secret_sha256: sha256("secret"),
        tenant: DEFAULT_TENANT.into(),
        application: None,
        expires_at: None,
        permissions: vec![Permission::from_json(r#"{"name":"casemate.decision.ask"}"#).unwrap()],
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

async fn ask(app: &App, path: &str) -> (StatusCode, String) {
    let body = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.read"},
        "resource":{"type":"note","id":"1"},"evaluations":[{}]}"#;
    let request = Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("authorization", "Bearer secret")
        .body(Body::from(body))
        .unwrap();
    let response = Front::new(app.clone()).respond(request, None).await;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_denial_that_cannot_be_recorded_is_withheld() {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let well = DataFolder::open_or_create(&parent.path().join("well")).unwrap();
    let recording = app(&well).await;
    for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
        let (status, body) = ask(&recording, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains(r#""decision":false"#), "{body}");
    }
    // What is appended would still be on disk; so that there is nothing to append to, no write of an event succeeds at all.
    let app = app(&folder).await;
    let path = format!("sqlite://{}", folder.database().display());
    let mut other = SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("DROP TABLE audit_tail").execute(&mut other).await.unwrap();
    for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
        let (status, body) = ask(&app, path).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains(r#""code":"not_recorded""#), "{body}");
        assert!(!body.contains("decision\":") && !body.contains("audit_tail"), "{body}");
    }
    // Whoever would rather lose the record says so.
    let mut lenient = app.clone();
    lenient.settings = Arc::new(Settings { lenient: true, ..(*app.settings).clone() });
    for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
        let (status, body) = ask(&lenient, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains(r#""decision":false"#), "{body}");
    }
    let lost = Figures::new().render();
    assert!(lost.contains("\ncasemate_decisions_unrecorded_total 2\n"), "{lost}");
}

#[tokio::test]
async fn nobody_is_told_that_they_signed_out_while_that_is_not_known() {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let app = app(&folder).await;
    let sign_out = async || {
        let request = Request::post("/sign-out")
            .header("host", "localhost")
            .header("cookie", "__Host-casemate=x")
            .header("sec-fetch-site", "same-origin")
            .body(Body::empty())
            .unwrap();
        let response = Front::new(app.clone()).respond(request, None).await;
        (response.status(), response.headers().contains_key("set-cookie"))
    };
    assert_eq!(sign_out().await, (StatusCode::OK, true));
    let path = format!("sqlite://{}", folder.database().display());
    let mut other = SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("DROP TABLE session").execute(&mut other).await.unwrap();
    assert_eq!(sign_out().await, (StatusCode::SERVICE_UNAVAILABLE, false));
}

#[tokio::test]
async fn a_wrong_password_that_cannot_be_recorded_is_not_answered() {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let mut app = app(&folder).await;
    app.accounts = Arc::new(Accounts::new(AccountRule { enabled: true, ..AccountRule::default() }));
    let sign_in = async || {
        let request = Request::post("/sign-in/casemate")
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from("login=nobody&password=wrong"))
            .unwrap();
        let response = Front::new(app.clone()).respond(request, None).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&body).contains("no such user name"))
    };
    assert_eq!(sign_in().await, (StatusCode::FORBIDDEN, true));
    let path = format!("sqlite://{}", folder.database().display());
    let mut other = SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("DROP TABLE audit_tail").execute(&mut other).await.unwrap();
    assert_eq!(sign_in().await, (StatusCode::SERVICE_UNAVAILABLE, false));
}
