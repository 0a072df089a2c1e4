//! Detections: rules are followed as the log grows, what they find is an alert, and receivers are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, verify};
use casemate_identity::{SecretString, Timestamp};
use casemate_platform::config::MailTls;
use casemate_platform::mail::{Mail, MailSettings, Sender};
use casemate_platform::outgoing::{Outgoing, OutgoingSettings, Proxy, Roots};
use casemate_platform::{Limits, clock, serve};
use casemate_server::{detect, tell_receivers};
use casemate_store::{
    Actor, AlertBounds, AlertDraft, AuditEvent, Commit, DataFolder, Database, RootKeys, Sealer,
};
use casemate_test_support::{Postgres, SmtpServer};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::support::Server;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(60);

/// A rule that looks for something that nobody does.
pub(crate) const RULE: &str = "title: Nothing\nlogsource:\n    product: casemate\ndetection:\n    it:\n        action: nothing\n    condition: it\n";

/// Three roles made by one.
pub(crate) const ROLES: &str = "title: A role is made\nname: made\nlogsource:\n    product: casemate\ndetection:\n    it:\n        \
                     action: casemate.role.create\n        outcome: success\n    condition: it\n---\ntitle: Many roles\nid: many-roles\n\
                     level: high\ncorrelation:\n    type: event_count\n    rules: [made]\n    group-by: [actor.id]\n    timespan: 1h\n    \
                     condition: {gte: 3}\n";

pub(crate) const BOUNDS: AlertBounds =
    AlertBounds { time: 1, in_tenant: 9, in_all: 9, instead: |draft, _| draft.clone() };

/// Keeps an alert, as following the log does.
pub(crate) async fn alert(server: &Server) {
    let store = &server.app.store;
    let now = clock::now();
    let Some(lease) = store.acquire_lease("test", "test", now, now + 60_000_000).await.unwrap() else {
        return;
    };
    let draft = AlertDraft {
        key: "key".to_owned(),
        detection: "many-roles".to_owned(),
        rule: "Many roles".to_owned(),
        rule_id: None,
        level: "high".to_owned(),
        first_at: now,
        last_at: now,
        last_event: 0,
        window: 1,
        count: 1,
        events: vec![0],
        group: vec![("actor.id".to_owned(), "ada".to_owned())],
        value: None,
    };
    store.keep_alerts(&lease, 0, vec![draft], BOUNDS, now).await.unwrap().unwrap();
}

pub(crate) async fn until<T>(mut ready: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = ready().await {
                return found;
            }
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap()
}

pub(crate) async fn alerts(server: &Server) -> Vec<Value> {
    let answer = server.admin("POST /api/v1/alerts/search", Some(&json!({ "sort": "id" }))).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["items"].as_array().unwrap().clone()
}

/// Follows the log until this is dropped.
pub(crate) fn follow(server: &Server) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(detect(server.app.clone()));
    jobs
}

/// Waits until all that is on record was looked at, and nothing that was asked before is left.
pub(crate) async fn looked_at(server: &Server) {
    let reader = server.app.store.reader();
    let size = reader.log_state().await.unwrap().size;
    until(async || reader.detected_up_to().await.unwrap().filter(|place| *place >= size)).await;
}

pub(crate) async fn make_role(server: &Server, name: &str) {
    server.make("/api/v1/roles", &json!({ "name": name, "permissions": [{ "name": "cms.*" }] })).await;
}

/// The start, the end and the dedupe of it all.
async fn what_is_done_too_often_makes_one_alert(server: Server) {
    let jobs = follow(&server);
    looked_at(&server).await;
    server.make("/api/v1/detections", &json!({ "name": "many-roles", "rules": ROLES })).await;
    for name in ["one", "two", "three", "four"] {
        make_role(&server, name).await;
    }
    looked_at(&server).await;
    let found = until(async || Some(alerts(&server).await).filter(|alerts| !alerts.is_empty())).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let alert = &found[0];
    assert_eq!(
        (&alert["rule"], &alert["level"], &alert["state"]),
        (&json!("Many roles"), &json!("high"), &json!("open"))
    );
    assert_eq!(alert["group"], json!([{ "field": "actor.id", "value": "administrator" }]));
    assert_eq!(alert["events"].as_array().unwrap().len(), 4, "{alert}");
    assert_eq!(alert["count"], 2, "the third and the fourth");

    // Who looks into it says so, and what is closed is another alert the next time.
    let id = &alert["id"];
    let note = json!({ "note": "it was me" });
    let changed = server.admin(&format!("POST /api/v1/alerts/{id}/acknowledge"), Some(&note)).await;
    assert_eq!(
        (&changed.body["state"], &changed.body["note"]),
        (&json!("acknowledged"), &json!("it was me"))
    );
    make_role(&server, "five").await;
    looked_at(&server).await;
    assert_eq!(alerts(&server).await[0]["count"], 3);
    assert_eq!(
        server.admin(&format!("POST /api/v1/alerts/{id}/close"), Some(&json!({}))).await.body["state"],
        "closed"
    );
    drop(jobs);

    // Whoever goes on knows what was before, from the log: two of the three that are counted.
    make_role(&server, "six").await;
    let _jobs = follow(&server);
    looked_at(&server).await;
    let found = alerts(&server).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((&found[1]["state"], &found[1]["count"]), (&json!("open"), &json!(1)));
    let one = server.admin(&format!("GET /api/v1/alerts/{}", found[1]["id"]), None).await;
    assert_eq!(one.body, found[1]);
    assert_eq!(server.admin("GET /api/v1/alerts/99", None).await.status.as_u16(), 404);
    let reopened = server.admin(&format!("POST /api/v1/alerts/{id}/reopen"), Some(&json!({}))).await;
    assert_eq!(reopened.body["state"], "open");
    let csv = server.send("GET /api/v1/alerts", Some("administrator"), &[("accept", "text/csv")], None).await;
    assert!(csv.text.contains("actor.id=administrator"), "{}", csv.text);
}

#[tokio::test]
async fn what_is_done_too_often_makes_one_alert_on_sqlite() {
    what_is_done_too_often_makes_one_alert(Server::start().await).await;
}

#[tokio::test]
async fn what_is_done_too_often_makes_one_alert_on_postgres() {
    let postgres = Postgres::start().unwrap();
    what_is_done_too_often_makes_one_alert(Server::on_postgres(&postgres.url()).await).await;
}

/// Signs in, as far as the trail is concerned.
async fn signed_in(server: &Server, user: &str, outcome: &str) {
    let is_in = outcome == "success";
    let id = if is_in { user } else { "" };
    let event = AuditEvent {
        at: clock::now(),
        actor: Actor {
            provider: "casemate".to_owned(),
            kind: if is_in { "user" } else { "anonymous" }.to_owned(),
            id: id.to_owned(),
            credential: None,
        },
        action: "casemate.session.begin".to_owned(),
        kind: "sign-in".to_owned(),
        resource_type: if is_in { "session" } else { "user" }.to_owned(),
        resource_id: if is_in { "ses_1" } else { user }.to_owned(),
        outcome: outcome.to_owned(),
        client: Some("192.0.2.7".to_owned()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: event.at,
        actor: event.actor.clone(),
        summary: String::new(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
}

#[tokio::test]
async fn failed_sign_ins_and_then_a_success_are_one_alert_of_the_pack() {
    let server = Server::start().await;
    let _jobs = follow(&server);
    looked_at(&server).await;
    for _ in 0..5 {
        signed_in(&server, "usr_1", "failure").await;
    }
    signed_in(&server, "usr_2", "success").await;
    looked_at(&server).await;
    assert_eq!(alerts(&server).await.len(), 0);
    signed_in(&server, "usr_1", "success").await;
    looked_at(&server).await;
    let found = alerts(&server).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["detection"], "failed-sign-ins-then-success");
    assert_eq!(found[0]["group"], json!([{ "field": "account", "value": "usr_1" }]));
    assert_eq!(found[0]["events"].as_array().unwrap().len(), 6);

    // One of that name stands in its place.
    server
        .make("/api/v1/detections", &json!({ "name": "failed-sign-ins-then-success", "disabled": true }))
        .await;
    for outcome in ["failure", "failure", "failure", "failure", "failure", "success"] {
        signed_in(&server, "usr_3", outcome).await;
    }
    looked_at(&server).await;
    let found = alerts(&server).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1]["detection"], "detection-weakened");
}

#[tokio::test]
async fn rules_are_tried_before_they_are_enabled() {
    let server = Server::start().await;
    for name in ["one", "two", "three"] {
        make_role(&server, name).await;
    }
    let tried = server.admin("POST /api/v1/detections/dry-run", Some(&json!({ "rules": ROLES }))).await;
    assert_eq!(tried.status.as_u16(), 200, "{}", tried.text);
    assert_eq!(tried.body["alerts"][0]["rule"], "Many roles", "{}", tried.text);
    assert_eq!(tried.body["alerts"].as_array().unwrap().len(), 1);
    assert_eq!(alerts(&server).await.len(), 0, "none is made");
    let later = json!({ "rules": ROLES, "after": 1_000_000 });
    let tried = server.admin("POST /api/v1/detections/dry-run", Some(&later)).await;
    assert_eq!((&tried.body["alerts"], &tried.body["events"]), (&json!([]), &json!(0)), "{}", tried.text);
}

#[tokio::test]
async fn what_is_no_rule_is_refused_with_its_place_and_a_cure() {
    let server = Server::start().await;
    let wrong = RULE.replace("action: nothing", "CommandLine: nothing");
    for (document, said) in [
        (
            json!({ "name": "x", "rules": wrong }),
            "line 6, column 9: no event has the field `CommandLine`; use kind",
        ),
        (json!({ "name": "x" }), "none of the pack has this name"),
        (json!({ "name": "x", "rules": RULE, "level": "high" }), "unknown field `level`"),
    ] {
        let answer = server.admin("POST /api/v1/detections", Some(&document)).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let answer = server.admin("POST /api/v1/detections/dry-run", Some(&json!({ "rules": wrong }))).await;
    assert!(answer.status.as_u16() == 422 && answer.text.contains("line 6"), "{}", answer.text);
    for (document, said) in [
        (json!({ "name": "x" }), "write `webhook` or `mail`"),
        (json!({ "name": "x", "mail": ["nobody"] }), "security@example.com"),
    ] {
        let answer = server.admin("POST /api/v1/alert-receivers", Some(&document)).await;
        assert!(answer.status.as_u16() == 422 && answer.text.contains(said), "{}", answer.text);
    }
    let pack = server.admin("GET /api/v1/detection-pack", None).await;
    assert!(pack.body["items"].as_array().unwrap().len() >= 8, "{}", pack.text);
}

/// What was posted.
#[derive(Default)]
struct Posted {
    bodies: Mutex<Vec<Value>>,
    refusals: Mutex<u32>,
    hangs: Notify,
}

async fn taken(State(posted): State<Arc<Posted>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (secret, now) = (SecretString::from(SECRET), Timestamp(clock::now()));
    let signature = header(SIGNATURE_HEADER);
    assert!(verify(&secret, header(TIMESTAMP_HEADER), signature, &body, now, Duration::from_secs(300)));
    {
        let mut refusals = posted.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    posted.bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::NO_CONTENT
}

async fn hanging(State(posted): State<Arc<Posted>>) -> StatusCode {
    posted.hangs.notified().await;
    StatusCode::NO_CONTENT
}

/// A server that posts letters and calls webhooks on this machine.
struct Telling {
    server: Server,
    smtp: SmtpServer,
    jobs: JoinSet<()>,
    _parent: tempfile::TempDir,
}

async fn telling() -> Telling {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let sealer = Arc::new(Sealer::new(&RootKeys::generate().unwrap()));
    let mut server = Server::sealing(Database::Embedded(&folder), Some(sealer), true).await;
    let settings = OutgoingSettings { loopback: true, proxy: Proxy::None, ..OutgoingSettings::default() };
    server.app.outgoing = Some(Arc::new(Outgoing::new(settings).unwrap()));
    let smtp = SmtpServer::start().unwrap();
    let (mail, postman) = Mail::new(&MailSettings {
        host: "127.0.0.1".to_owned(),
        port: smtp.port(),
        tls: MailTls::None,
        from: Sender::parse("Casemate <casemate@example.com>").unwrap(),
        credentials: None,
        roots: Roots::System,
        hello: "casemate.example.com".to_owned(),
        try_time: Duration::from_secs(20),
        waits: vec![Duration::from_millis(10); 3],
    })
    .unwrap();
    server.app.mail = Some(mail);
    server.front = casemate_server::Front::new(server.app.clone());
    let mut jobs = follow(&server);
    jobs.spawn(postman.deliver());
    Telling { server, smtp, jobs, _parent: parent }
}

#[tokio::test]
async fn receivers_are_told_signed_again_after_failures_and_none_keeps_another_waiting() {
    let Telling { server, smtp, jobs, .. } = &mut telling().await;
    let posted = Arc::new(Posted::default());
    *posted.refusals.lock().unwrap() = 1;
    let router = Router::new()
        .route("/alerts", post(taken))
        .route("/hangs", post(hanging))
        .with_state(Arc::clone(&posted));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    jobs.spawn(async move { serve(listener, router, Limits::default(), std::future::pending()).await });
    jobs.spawn(tell_receivers(server.app.clone()));

    let webhook = |path: &str| json!({ "url": format!("http://{address}/{path}"), "signing_secret": SECRET });
    for receiver in [
        json!({ "name": "hangs", "webhook": webhook("hangs") }),
        json!({ "name": "posted", "webhook": webhook("alerts"), "level": "high" }),
        json!({ "name": "critical", "webhook": webhook("alerts"), "level": "critical" }),
        json!({ "name": "written", "mail": ["security@example.com"] }),
    ] {
        let made = server.admin("POST /api/v1/alert-receivers", Some(&receiver)).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        assert!(!made.text.contains(SECRET), "{}", made.text);
    }
    looked_at(server).await;
    server.make("/api/v1/detections", &json!({ "name": "many-roles", "rules": ROLES })).await;
    for name in ["one", "two", "three"] {
        make_role(server, name).await;
    }
    let bodies =
        until(async || Some(posted.bodies.lock().unwrap().clone()).filter(|bodies| !bodies.is_empty())).await;
    assert_eq!(
        (&bodies[0]["type"], &bodies[0]["alert"]["rule"]),
        (&json!("casemate.alert"), &json!("Many roles"))
    );
    let letters = until(async || Some(smtp.letters().unwrap()).filter(|letters| !letters.is_empty())).await;
    assert_eq!(letters[0].to, ["security@example.com"]);
    assert!(letters[0].text.contains("[high] Many roles"), "{}", letters[0].text);
    assert_eq!(bodies.len(), 1, "neither the hanging nor the critical one");
    posted.hangs.notify_waiters();
}

#[tokio::test]
async fn a_receiver_is_tried_the_way_of_alerts_and_says_what_came_back() {
    let Telling { server, smtp, jobs, .. } = &mut telling().await;
    let posted = Arc::new(Posted::default());
    *posted.refusals.lock().unwrap() = 1;
    let router = Router::new().route("/alerts", post(taken)).with_state(Arc::clone(&posted));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    jobs.spawn(async move { serve(listener, router, Limits::default(), std::future::pending()).await });
    let receiver = json!({
        "name": "on-call",
        "level": "critical",
        "disabled": true,
        "webhook": { "url": format!("http://{address}/alerts"), "signing_secret": SECRET },
        "mail": ["security@example.com"],
    });
    let id = server.make("/api/v1/alert-receivers", &receiver).await;
    let path = format!("POST /api/v1/alert-receivers/{id}/test");

    // What the receiver answers is told, and nothing of how it is known.
    let refused = server.admin(&path, None).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["delivered"]),
        (200, &json!(false)),
        "{}",
        refused.text
    );
    let webhook = &refused.body["webhook"];
    assert_eq!((&webhook["status"], &webhook["delivered"]), (&json!(503), &json!(false)), "{}", refused.text);
    assert_eq!(webhook["error"], "it answered with status 503");
    assert!(!refused.text.contains(SECRET), "{}", refused.text);
    let taken = server.admin(&path, None).await;
    assert_eq!((&taken.body["delivered"], &taken.body["webhook"]["status"]), (&json!(true), &json!(204)));
    assert_eq!(taken.body["webhook"].get("error"), None, "{}", taken.text);
    assert_eq!(taken.body["letters"], json!([{ "address": "security@example.com", "posted": true }]));
    let body = posted.bodies.lock().unwrap().pop().unwrap();
    assert_eq!((&body["type"], &body["test"]), (&json!("casemate.alert.test"), &json!(true)), "{body}");
    assert_eq!((&body["alert"]["level"], &body["alert"]["id"]), (&json!("critical"), &json!(0)), "{body}");
    let letters = until(async || Some(smtp.letters().unwrap()).filter(|letters| letters.len() == 2)).await;
    assert!(letters[0].text.contains("[test] Alerts for on-call come here"), "{}", letters[0].text);
    assert_eq!(alerts(server).await, [] as [Value; 0], "none is made");

    // It is on record, and not repeated without end.
    let search = json!({ "installation": true, "resource_type": "alert-receiver", "resource_id": id });
    let found = server.admin("POST /api/v1/audit-events/search", Some(&search)).await;
    let tests: Vec<&Value> = found.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "casemate.alert-receiver.test")
        .map(|event| &event["after"]["delivered"])
        .collect();
    assert_eq!(tests, [&json!(true), &json!(false)], "{}", found.text);
    for _ in 0..3 {
        assert_eq!(server.admin(&path, None).await.status.as_u16(), 200);
    }
    let limited = server.admin(&path, None).await;
    assert_eq!((limited.status.as_u16(), limited.code()), (429, "limit_reached"), "{}", limited.text);
    assert!(limited.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    let none = server.admin("POST /api/v1/alert-receivers/alr_none/test", None).await;
    assert_eq!(none.status.as_u16(), 404, "{}", none.text);
}

#[tokio::test]
async fn a_receiver_that_cannot_be_reached_says_why_when_it_is_tried() {
    let server = Server::start().await;
    let receiver = json!({ "name": "on-call", "mail": ["security@example.com"] });
    let id = server.make("/api/v1/alert-receivers", &receiver).await;
    let tried = server.admin(&format!("POST /api/v1/alert-receivers/{id}/test"), None).await;
    assert_eq!((tried.status.as_u16(), &tried.body["delivered"]), (200, &json!(false)), "{}", tried.text);
    let letter = &tried.body["letters"][0];
    assert_eq!(letter["error"], "no mail server is configured: see `mail.host`", "{}", tried.text);
    assert_eq!(tried.body.get("webhook"), None, "{}", tried.text);
}
