//! Detections that nothing stops, and that nobody switches off unseen.

use std::sync::Arc;

use casemate_platform::clock;
use casemate_server::archive::{Archive, archive_one_month};
use casemate_store::{AuditEvent, Commit, DecisionEvent, Party, RecordedDecision};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::detections::{BOUNDS, ROLES, alerts, follow, looked_at, make_role, until};
use crate::support::Server;

/// A denial of a time long ago.
fn decision(number: i64) -> DecisionEvent {
    let party = |id: &str| Party { provider: "corp".into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at: 1_767_225_600_000_000 + number,
        request_id: format!("r{number}"),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party("gateway"),
        credential: None,
        subject: party("ada"),
        action: "notes.read".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// Has the log looked at from its first event on.
async fn from_the_first(server: &Server) {
    let (store, now) = (&server.app.store, clock::now());
    let lease = store.acquire_lease("test", "test", now, now + 60_000_000).await.unwrap().unwrap();
    store.keep_alerts(&lease, 0, Vec::new(), BOUNDS, now).await.unwrap().unwrap();
}

fn of<'a>(alerts: &'a [Value], detection: &str) -> Vec<&'a Value> {
    alerts.iter().filter(|alert| alert["detection"] == detection).collect()
}

async fn an_archive_that_is_not_reached_stops_no_detection(server: Server) {
    let store = Arc::clone(&server.app.store);
    from_the_first(&server).await;
    store.record((0..600).map(decision).collect()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(&format!("file://{}", folder.path().display())).unwrap();
    let reader = store.reader();
    until(async || reader.log_state().await.ok().filter(|log| log.size >= 600)).await;
    let month = archive_one_month(&store, &archive, 30, clock::now(), None).await.unwrap().unwrap();
    assert_eq!((month.first, month.count), (0, 512));

    // Nothing reads the archive here.
    server.make("/api/v1/detections", &json!({ "name": "many-roles", "rules": ROLES })).await;
    let jobs = follow(&server);
    for name in ["one", "two", "three"] {
        make_role(&server, name).await;
    }
    looked_at(&server).await;
    let found = alerts(&server).await;
    let lost = of(&found, "audit-gap");
    assert_eq!(lost.len(), 1, "{found:?}");
    assert_eq!((&lost[0]["level"], &lost[0]["events"]), (&json!("critical"), &json!([0, 511])));
    assert_eq!(of(&found, "many-roles").len(), 1, "{found:?}");
    assert_eq!(server.app.detecting.state().lost_events, 512);
    let ready = server.send("GET /readyz?verbose", None, &[], None).await;
    assert_eq!(ready.body["detections"]["lost_events"], 512, "{}", ready.text);
    drop(jobs);

    // Looking back stops nothing either, and is told once.
    let _jobs = follow(&server);
    make_role(&server, "four").await;
    looked_at(&server).await;
    let found = alerts(&server).await;
    assert_eq!(
        (of(&found, "audit-gap").len(), &of(&found, "many-roles")[0]["count"]),
        (1, &json!(2)),
        "{found:?}"
    );
    let dry = json!({ "rules": ROLES, "since": "2026-01-01T00:00:00Z" });
    let tried = server.admin("POST /api/v1/detections/dry-run", Some(&dry)).await;
    assert_eq!((tried.status.as_u16(), &tried.body["lost"]), (200, &json!(512)), "{}", tried.text);
    assert_eq!(tried.body["alerts"].as_array().unwrap().len(), 1, "{}", tried.text);
}

#[tokio::test]
async fn an_archive_that_is_not_reached_stops_no_detection_on_sqlite() {
    an_archive_that_is_not_reached_stops_no_detection(Server::start().await).await;
}

#[tokio::test]
async fn an_archive_that_is_not_reached_stops_no_detection_on_postgres() {
    let postgres = Postgres::start().unwrap();
    an_archive_that_is_not_reached_stops_no_detection(Server::on_postgres(&postgres.url()).await).await;
}

#[tokio::test]
async fn what_is_told_behind_its_time_hides_nothing_from_a_dry_run() {
    let server = Server::start().await;
    for name in ["one", "two", "three"] {
        make_role(&server, name).await;
    }
    for _ in 0..40 {
        let at = clock::now() - 3 * 86_400_000_000;
        let event = AuditEvent {
            at,
            action: "cms.entry.publish".to_owned(),
            kind: "recorded".to_owned(),
            outcome: "success".to_owned(),
            ..AuditEvent::default()
        };
        let commit = Commit {
            base: None,
            at,
            actor: event.actor.clone(),
            summary: String::new(),
            operations: Vec::new(),
            events: vec![event],
            fence: None,
        };
        server.app.store.commit(commit).await.unwrap();
    }
    let tried = server.admin("POST /api/v1/detections/dry-run", Some(&json!({ "rules": ROLES }))).await;
    assert_eq!(tried.body["alerts"].as_array().map(Vec::len), Some(1), "{}", tried.text);
}

#[tokio::test]
async fn nobody_switches_detections_off_unseen() {
    let server = Server::start().await;
    let _jobs = follow(&server);
    looked_at(&server).await;
    let weakened = async || {
        looked_at(&server).await;
        let found = alerts(&server).await;
        of(&found, "detection-weakened").first().map_or(0, |alert| alert["count"].as_i64().unwrap())
    };
    let revision = server.app.directory.current().revision();
    // Its own place is taken by nothing.
    server.make("/api/v1/detections", &json!({ "name": "detection-weakened", "disabled": true })).await;
    assert_eq!(weakened().await, 1);
    server.make("/api/v1/detections", &json!({ "name": "audit-gap", "disabled": true })).await;
    assert_eq!(weakened().await, 2);
    server.make("/api/v1/detections", &json!({ "name": "mass-export", "rules": ROLES })).await;
    assert_eq!(weakened().await, 3);
    server.make("/api/v1/detections", &json!({ "name": "harmless", "rules": ROLES })).await;
    assert_eq!(weakened().await, 3, "one more weakens nothing");
    let receiver = json!({ "name": "on-call", "mail": ["security@example.com"] });
    let id = server.make("/api/v1/alert-receivers", &receiver).await;
    assert_eq!(weakened().await, 3);
    let path = format!("DELETE /api/v1/alert-receivers/{id}");
    let gone = server.send(&path, Some("administrator"), &[("if-match", "*")], None).await;
    assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
    assert_eq!(weakened().await, 4);
    let back = json!({ "revision": revision });
    let reverted = server.admin("POST /api/v1/policy/revert", Some(&back)).await;
    assert!(reverted.status.is_success(), "{}", reverted.text);
    assert_eq!(weakened().await, 5);
}

#[tokio::test]
async fn what_somebody_gives_themselves_is_told() {
    let server = Server::start().await;
    let _jobs = follow(&server);
    looked_at(&server).await;
    let held =
        json!([{ "name": "casemate.role.*" }, { "name": "casemate.assignment.*" }, { "name": "cms.*" }]);
    let role = server.make("/api/v1/roles", &json!({ "name": "keeper", "permissions": held })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "gate" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "gate" });
    server.make("/api/v1/assignments", &json!({ "role": "keeper", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&path, Some(&json!({ "title": "key" }))).await.body["key"].clone();
    let told = async || {
        looked_at(&server).await;
        let found = alerts(&server).await;
        let told = of(&found, "privilege-granted-to-oneself");
        told.first().map_or(0, |alert| alert["count"].as_i64().unwrap())
    };
    let put = format!("PUT /api/v1/roles/{role}");
    let change = async |by: &str, permissions: &[Value]| {
        let body = json!({ "name": "keeper", "permissions": permissions });
        let changed = server.send(&put, Some(by), &[("if-match", "*")], Some(&body)).await;
        assert_eq!(changed.status.as_u16(), 200, "{}", changed.text);
    };
    let key = key.as_str().unwrap();
    let less = held.as_array().unwrap().clone();
    let more: Vec<Value> = less.iter().cloned().chain([json!({ "name": "cms.entry.read" })]).collect();
    assert_eq!(told().await, 0, "others give");
    change(key, &more).await;
    assert_eq!(told().await, 1);
    change(key, &less).await;
    change("administrator", &more).await;
    assert_eq!(told().await, 1, "less, and by somebody else");
}
