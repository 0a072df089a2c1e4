//! Sinks of the audit log: administered, sent to, and never waited for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, verify};
use casemate_identity::{SecretString, Timestamp};
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_platform::{Limits, clock, serve};
use casemate_server::audit_sink::{AuditSinks, send_to_audit_sinks};
use casemate_store::{DataFolder, Database, RootKeys, Sealer};
use casemate_test_support::Postgres;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::{Answer, Server};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long it is waited for what comes, if it comes at all.
const PATIENCE: Duration = Duration::from_secs(60);
const SINKS: &str = "/api/v1/audit-sinks";

/// Another system that is sent events.
struct Siem {
    url: String,
    said: Arc<Said>,
    serving: JoinHandle<()>,
}

struct Said {
    status: Mutex<StatusCode>,
    /// While it is so, requests are not answered.
    hangs: watch::Sender<bool>,
    asked: watch::Sender<usize>,
    /// The events that it took, in their order.
    events: Mutex<Vec<Value>>,
    taken: watch::Sender<usize>,
}

impl Drop for Siem {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Siem {
    async fn start() -> Siem {
        let said = Arc::new(Said {
            status: Mutex::new(StatusCode::NO_CONTENT),
            hangs: watch::Sender::new(false),
            asked: watch::Sender::new(0),
            events: Mutex::default(),
            taken: watch::Sender::new(0),
        });
        let router = Router::new().route("/audit", post(taken)).with_state(Arc::clone(&said));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/audit", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            serve(listener, router, Limits::default(), std::future::pending()).await;
        });
        Siem { url, said, serving }
    }

    fn sink(&self, name: &str) -> Value {
        json!({ "name": name, "webhook": { "url": self.url, "signing_secret": SECRET } })
    }

    fn indexes(&self) -> Vec<u64> {
        self.said.events.lock().unwrap().iter().map(index).collect()
    }

    /// Waits until it took an event of this action on this resource.
    async fn wait_for(&self, action: &str, resource: &str) {
        let is_there = || {
            let events = self.said.events.lock().unwrap();
            events
                .iter()
                .map(|event| &event["data"]["event"])
                .any(|event| event["action"] == action && event["resource"]["id"] == resource)
        };
        let mut taken = self.said.taken.subscribe();
        let waiting = async {
            while !is_there() {
                taken.changed().await.unwrap();
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{:?}", self.indexes());
    }
}

fn index(event: &Value) -> u64 {
    event["sequence"].as_str().unwrap().parse().unwrap()
}

async fn taken(State(said): State<Arc<Said>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (timestamp, signature) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    let (now, tolerance) = (Timestamp(clock::now()), Duration::from_secs(300));
    assert!(verify(&SecretString::from(SECRET), timestamp, signature, &body, now, tolerance));
    said.asked.send_modify(|asked| *asked += 1);
    said.hangs.subscribe().wait_for(|hangs| !hangs).await.unwrap();
    let status = *said.status.lock().unwrap();
    if status.is_success() {
        let events: Vec<Value> = serde_json::from_slice(&body).unwrap();
        said.events.lock().unwrap().extend(events);
        said.taken.send_modify(|taken| *taken += 1);
    }
    status
}

/// A server that sends to sinks until this is dropped.
struct Sending {
    server: Server,
    task: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sending {
    async fn on(database: Database<'_>) -> Sending {
        let sealer = Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())));
        let mut server = Server::sealing(database, sealer, true).await;
        let folder = tempfile::tempdir().unwrap();
        let settings = OutgoingSettings { loopback: true, ..OutgoingSettings::default() };
        server.app.outgoing = Some(Arc::new(Outgoing::new(settings).unwrap()));
        server.app.audit_sinks = AuditSinks::into_folder(Some(folder.path().to_owned()));
        server.front = casemate_server::Front::new(server.app.clone());
        let task = tokio::spawn(send_to_audit_sinks(server.app.clone()));
        Sending { server, task, folder }
    }

    async fn make_role(&self, name: &str) -> String {
        self.server.make("/api/v1/roles", &json!({ "name": name, "permissions": [] })).await
    }

    async fn cursor(&self, sink: &str) -> Value {
        self.server.admin(&format!("GET {SINKS}/{sink}/cursor"), None).await.body
    }
}

/// Everything comes, in the order of the record and without a gap, also where the receiver refused it before.
async fn what_is_on_record_comes_in_order_and_without_a_gap(sending: Sending) {
    let siem = Siem::start().await;
    *siem.said.status.lock().unwrap() = StatusCode::INTERNAL_SERVER_ERROR;
    let sink = sending.server.make(SINKS, &siem.sink("siem")).await;
    let shown = sending.server.admin(&format!("GET {SINKS}/{sink}"), None).await;
    assert!(!shown.text.contains(SECRET) && shown.text.contains("sealed"), "{}", shown.text);
    let mut asked = siem.said.asked.subscribe();
    // What it answers with is a lock, and is let go of at once.
    assert!(tokio::time::timeout(PATIENCE, asked.wait_for(|asked| *asked > 0)).await.is_ok());
    *siem.said.status.lock().unwrap() = StatusCode::NO_CONTENT;
    for number in 0..300 {
        sending.make_role(&format!("role-{number}")).await;
    }
    let last = sending.make_role("last").await;
    siem.wait_for("casemate.role.create", &last).await;
    siem.wait_for("casemate.audit-sink.create", &sink).await;
    let (indexes, count) = (siem.indexes(), siem.indexes().len() as u64);
    assert!(count > 300 && indexes == (0..count).collect::<Vec<_>>(), "{indexes:?}");
    let events = siem.said.events.lock().unwrap().clone();
    assert!(events.iter().all(|event| event["data"]["index"] == index(event)));

    // Nobody reads what is sent to a tenant's sink but of that tenant.
    let others = Siem::start().await;
    let mut document = others.sink("of-acme");
    document["tenants"] = json!(["acme"]);
    let of_acme = sending.server.make(SINKS, &document).await;
    let role = json!({ "name": "of-acme", "permissions": [] });
    let made =
        sending.server.send("POST /api/v1/roles", Some("tenant-administrator"), &[], Some(&role)).await;
    others.wait_for("casemate.role.create", &made.id()).await;
    let tenants: BTreeSet<String> = others.said.events.lock().unwrap().iter().map(tenant).collect();
    assert_eq!(tenants, BTreeSet::from(["acme".to_owned()]));
    let moved = async {
        while sending.cursor(&of_acme).await["next_index"].as_u64() <= Some(300) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, moved).await.is_ok(), "what is not sent to it is passed over");

    // What was sent is sent again where somebody says so.
    let rewind = format!("PUT {SINKS}/{sink}/cursor");
    let answer = sending.server.admin(&rewind, Some(&json!({ "next_index": 3 }))).await;
    assert_eq!(answer.status.as_u16(), 204, "{}", answer.text);
    let again = async {
        let mut taken = siem.said.taken.subscribe();
        while siem.indexes().iter().filter(|index| **index == 3).count() < 2 {
            taken.changed().await.unwrap();
        }
    };
    assert!(tokio::time::timeout(PATIENCE, again).await.is_ok());
}

fn tenant(event: &Value) -> String {
    event["data"]["event"]["tenant"].as_str().unwrap_or_default().to_owned()
}

/// A receiver that does not answer delays nobody, and is shown.
async fn a_receiver_that_hangs_delays_nobody_and_is_shown(sending: Sending) {
    let siem = Siem::start().await;
    siem.said.hangs.send_replace(true);
    sending.server.make(SINKS, &siem.sink("siem")).await;
    let file = json!({ "name": "file", "file": { "name": "audit.ndjson" } });
    sending.server.make(SINKS, &file).await;
    let mut asked = siem.said.asked.subscribe();
    assert!(tokio::time::timeout(PATIENCE, asked.wait_for(|asked| *asked > 0)).await.is_ok());
    let began = Instant::now();
    for number in 0..20 {
        sending.make_role(&format!("role-{number}")).await;
    }
    assert_eq!(*asked.borrow_and_update(), 1, "all while the first request waited");
    assert!(began.elapsed() < Duration::from_secs(10));
    let readiness = async {
        loop {
            let shown = sending.server.admin("GET /readyz?verbose", None).await;
            assert_eq!(shown.status.as_u16(), 200, "a sink makes no server unready");
            let sinks = shown.body["audit_sinks"].as_array().unwrap().clone();
            let is = |name: &str, fits: &dyn Fn(&Value) -> bool| {
                sinks.iter().any(|sink| sink["name"] == name && fits(sink))
            };
            let is_behind = |sink: &Value| {
                sink["behind_events"].as_u64() > Some(19) && sink["failures"].as_u64() > Some(0)
            };
            if is("siem", &is_behind) && is("file", &|sink| sink["behind_events"] == 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, readiness).await.is_ok());
    let strangers = sending.server.send("GET /readyz?verbose", None, &[], None).await;
    assert!(!strangers.text.contains("siem"), "{}", strangers.text);
    siem.said.hangs.send_replace(false);
    let last = sending.make_role("last").await;
    siem.wait_for("casemate.role.create", &last).await;
    let text = std::fs::read_to_string(sending.folder.path().join("audit.ndjson")).unwrap();
    assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
}

/// Makes two tests of each case, one for each database.
macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            $(
                mod $case {
                    use super::super::{DataFolder, Database, Postgres, Sending};

                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn on_sqlite() {
                        let parent = tempfile::tempdir().unwrap();
                        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
                        super::super::$case(Sending::on(Database::Embedded(&folder)).await).await;
                    }

                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn on_postgres() {
                        let postgres = Postgres::start().unwrap();
                        let url = postgres.create_database().unwrap().into();
                        super::super::$case(Sending::on(Database::Postgres(&url)).await).await;
                    }
                }
            )+
        }
    };
}

on_both!(sent:
    what_is_on_record_comes_in_order_and_without_a_gap,
    a_receiver_that_hangs_delays_nobody_and_is_shown,
);

async fn sqlite() -> (tempfile::TempDir, Sending) {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let sending = Sending::on(Database::Embedded(&folder)).await;
    (parent, sending)
}

fn refused(answer: &Answer, code: &str, pointer: &str) {
    assert_eq!(answer.code(), code, "{}", answer.text);
    if !pointer.is_empty() {
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.text);
    }
}

#[tokio::test]
async fn secrets_stay_where_they_were_sent_and_none_is_read_from_the_server() {
    let (_parent, sending) = sqlite().await;
    let (server, siem) = (&sending.server, Siem::start().await);
    for reference in [json!({ "env": "HOME" }), json!({ "file": "/etc/passwd" })] {
        let mut sink = siem.sink("siem");
        sink["webhook"]["signing_secret"] = reference;
        let answer = server.admin(&format!("POST {SINKS}"), Some(&sink)).await;
        refused(&answer, "invalid_document", "/webhook/signing_secret");
    }
    let id = server.make(SINKS, &siem.sink("siem")).await;
    let put = format!("PUT {SINKS}/{id}");
    let any = [("if-match", "*")];
    let mut moved = siem.sink("siem");
    moved["webhook"]["signing_secret"] = json!({ "sealed": true });
    let kept = server.send(&put, Some("administrator"), &any, Some(&moved)).await;
    assert_eq!(kept.status.as_u16(), 200, "{}", kept.text);
    moved["webhook"]["url"] = json!("https://elsewhere.example/audit");
    let answer = server.send(&put, Some("administrator"), &any, Some(&moved)).await;
    refused(&answer, "invalid_document", "/webhook/signing_secret");
}

#[tokio::test]
async fn nobody_makes_a_sink_who_may_not_read_what_is_on_record() {
    let (_parent, sending) = sqlite().await;
    let server = &sending.server;
    let key = async |name: &str, permissions: Value| {
        let role = json!({ "name": name, "permissions": permissions });
        server.make("/api/v1/roles", &role).await;
        let account = server.make("/api/v1/service-accounts", &json!({ "name": name })).await;
        let to = json!({ "provider": "casemate", "type": "service", "login": name });
        server.make("/api/v1/assignments", &json!({ "role": name, "to": to })).await;
        let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
        let made = server.admin(&path, Some(&json!({ "title": "key" }))).await;
        made.body["key"].as_str().unwrap().to_owned()
    };
    let sinks = json!({ "name": "casemate.audit-sink.*" });
    let blind = key("blind-sinks", json!([sinks])).await;
    let seeing = key("seeing-sinks", json!([sinks, { "name": "casemate.audit-event.*" }])).await;
    let sink = json!({ "name": "siem", "file": { "name": "audit.ndjson" } });
    let make = format!("POST {SINKS}");
    refused(&server.send(&make, Some(&blind), &[], Some(&sink)).await, "grant_exceeded", "");
    refused(&server.send(&make, Some(&seeing), &[], Some(&sink)).await, "grant_exceeded", "");
    // The events of their own tenant they see; those of all are for whoever may see all of the log.
    for (name, tenants, status) in [
        ("own", json!(["default"]), 201),
        ("more", json!(["default", "acme"]), 403),
        ("acme", json!(["acme"]), 403),
    ] {
        let file = json!({ "name": format!("{name}.ndjson") });
        let sink = json!({ "name": name, "tenants": tenants, "file": file });
        let made = server.send(&make, Some(&seeing), &[], Some(&sink)).await;
        assert_eq!(made.status.as_u16(), status, "{name}: {}", made.text);
    }
    let all = json!([sinks, { "name": "casemate.audit-event.*" }, { "name": "casemate.audit-log.export" }]);
    let exporting = key("exporting-sinks", all).await;
    let made = server.send(&make, Some(&exporting), &[], Some(&sink)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let steered = server.send(&format!("{make}/{}/pause", made.id()), Some("auditor"), &[], None).await;
    assert_eq!(steered.status.as_u16(), 403);
}

#[tokio::test]
async fn nobody_makes_detections_or_receivers_who_may_not_see_all_of_the_log() {
    let server = Server::start().await;
    for (name, more) in [("less", json!([])), ("enough", json!([{ "name": "casemate.audit-log.export" }]))] {
        let mut permissions =
            vec![json!({ "name": "casemate.detection.*" }), json!({ "name": "casemate.alert-receiver.*" })];
        permissions.extend(more.as_array().unwrap().clone());
        server.make("/api/v1/roles", &json!({ "name": name, "permissions": permissions })).await;
        let account = server.make("/api/v1/service-accounts", &json!({ "name": name })).await;
        let to = json!({ "provider": "casemate", "type": "service", "login": name });
        server.make("/api/v1/assignments", &json!({ "role": name, "to": to })).await;
        let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
        let key = server.admin(&path, Some(&json!({ "title": "key" }))).await.body["key"].clone();
        let detection = json!({ "name": "one", "rules": crate::detections::RULE });
        let receiver = json!({ "name": "one", "mail": ["security@example.com"] });
        for (path, body) in [("detections", detection), ("alert-receivers", receiver)] {
            let path = format!("POST /api/v1/{path}");
            let made = server.send(&path, key.as_str(), &[], Some(&body)).await;
            match name {
                "less" => refused(&made, "grant_exceeded", ""),
                _ => assert_eq!(made.status.as_u16(), 201, "{}", made.text),
            }
        }
    }
}

#[tokio::test]
async fn what_is_done_with_a_sink_is_on_record_and_trying_it_says_how_it_went() {
    let (_parent, sending) = sqlite().await;
    let (server, siem) = (&sending.server, Siem::start().await);
    let id = server.make(SINKS, &siem.sink("siem")).await;
    siem.wait_for("casemate.audit-sink.create", &id).await;
    let post = async |step: &str| server.admin(&format!("POST {SINKS}/{id}/{step}"), None).await;
    assert_eq!(post("pause").await.status.as_u16(), 204);
    assert_eq!(sending.cursor(&id).await["paused"], true);
    let before = siem.indexes().len();
    let tried = post("test").await;
    assert_eq!(tried.body["delivered"], true, "{}", tried.text);
    let last = siem.said.events.lock().unwrap().last().unwrap().clone();
    assert_eq!((&last["type"], &last["data"]["test"]), (&json!("casemate.audit.test"), &json!(true)));
    assert_eq!(siem.indexes().len(), before + 1, "paused as it is");
    *siem.said.status.lock().unwrap() = StatusCode::FORBIDDEN;
    let tried = post("test").await;
    assert_eq!((tried.status.as_u16(), &tried.body["delivered"]), (200, &json!(false)), "{}", tried.text);
    assert_eq!(tried.body["error"], "it answered 403");
    *siem.said.status.lock().unwrap() = StatusCode::OK;
    assert_eq!(post("resume").await.status.as_u16(), 204);
    let next = json!({ "next_index": u64::MAX });
    let beyond = server.admin(&format!("PUT {SINKS}/{id}/cursor"), Some(&next)).await;
    refused(&beyond, "invalid_document", "/next_index");
    let last = sending.make_role("last").await;
    siem.wait_for("casemate.role.create", &last).await;
    for (action, count) in [("casemate.audit-sink.pause", 2), ("casemate.audit-sink.test", 2)] {
        let events = siem.said.events.lock().unwrap().clone();
        let of = events.iter().filter(|event| event["data"]["event"]["action"] == action).count();
        assert_eq!(of, count, "{action}");
    }
}
