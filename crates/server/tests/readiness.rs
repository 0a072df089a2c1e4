//! A server that cannot record says that it is not ready, and that it is again as soon as it can.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use casemate_directory::{Directory, Policy};
use casemate_platform::Respond;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_server::{App, Front, Recorded, Settings};
use casemate_store::{DataFolder, DecisionEvent, Party, RecordedDecision, Retention, Store};
use sqlx::{Connection, SqliteConnection};

async fn readiness(app: &App) -> StatusCode {
    let request = Request::get("/readyz").header("host", "localhost").body(Body::empty()).unwrap();
    Front::new(app.clone()).respond(request, None).await.status()
}

fn denial() -> DecisionEvent {
    let party = Party { provider: String::new(), kind: "user".into(), id: "ada".into() };
    DecisionEvent {
        at: 0,
        request_id: "one".into(),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party.clone(),
        credential: None,
        subject: party,
        action: "notes.read".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

#[tokio::test]
async fn who_cannot_record_is_not_ready_until_recording_works_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let app = App::new(
        Arc::new(
            Directory::new(
                Policy::empty(),
                Vec::new(),
                Arc::new(Outgoing::new(OutgoingSettings::default()).unwrap()),
            )
            .unwrap(),
        ),
        Arc::new(Store::open(&folder, Retention::default(), || 0).await.unwrap()),
        Settings {
            public_url: "http://localhost".to_owned(),
            recorded: Recorded::Denied,
            lenient: false,
            request_time: Duration::from_secs(30),
        },
    );
    assert_eq!(readiness(&app).await, StatusCode::OK);
    let path = format!("sqlite://{}", folder.database().display());
    let mut other = SqliteConnection::connect(&path).await.unwrap();
    sqlx::query("ALTER TABLE audit_tail RENAME TO gone").execute(&mut other).await.unwrap();
    app.store.record(vec![denial()]).await.unwrap_err();
    assert_eq!(readiness(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    // Nobody asks meanwhile: it finds out by itself.
    sqlx::query("ALTER TABLE gone RENAME TO audit_tail").execute(&mut other).await.unwrap();
    let recovery = async {
        while readiness(&app).await != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), recovery).await.unwrap();
    app.store.record(vec![denial()]).await.unwrap();
}
