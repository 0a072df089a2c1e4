//! Who reads how much of the audit trail: by credentials that are bound to an application, by exports that take long, and what stays on
//! record of it.

use std::pin::pin;

use axum::body::Body;
use axum::http::Request;
use casemate_platform::{Respond as _, clock};
use casemate_store::{Actor, AuditEvent};
use casemate_test_support::Postgres;
use hyper::body::Body as _;
use serde_json::{Value, json};

use crate::permissions::{furnish, key};
use crate::support::{Answer, Server};

const ALL: &str = "/api/v1/audit-events";

/// A key of the account `ci`, which may read everything of the trail.
async fn reader(server: &Server, more: Value) -> String {
    let permissions = json!([{ "name": "casemate.{audit-event,audit-log}.*" }, { "name": "casemate.role.*" },
        { "name": "casemate.decision.ask-any-tenant" }]);
    server.make("/api/v1/roles", &json!({ "name": "trail-reader", "permissions": permissions })).await;
    let ci = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    server.make("/api/v1/assignments", &json!({ "role": "trail-reader", "to": ci })).await;
    key(server, more).await.1
}

fn event(application: Option<&str>, resource: &str) -> AuditEvent {
    AuditEvent {
        at: clock::now(),
        actor: Actor { provider: "corp".into(), kind: "user".into(), id: "ada".into(), ..Actor::default() },
        action: "shared.page.read".into(),
        kind: "recorded".into(),
        area: "application".into(),
        tenant: "default".into(),
        application: application.map(str::to_owned),
        resource_type: "page".into(),
        resource_id: resource.into(),
        outcome: "success".into(),
        ..AuditEvent::default()
    }
}

async fn ask(server: &Server, who: &str, request: &str, body: Option<Value>) -> Answer {
    server.send(request, Some(who), &[], body.as_ref()).await
}

async fn a_bound_credential_reads_what_its_application_has_on_record(server: Server) {
    let server = furnish(server).await;
    let key = reader(&server, json!({ "application": "notes" })).await;
    let events = [Some("notes"), Some("shop"), None, Some("notes")];
    let events = events.iter().zip(0..).map(|(application, id)| event(*application, &format!("p{id}")));
    server.app.store.record_events(events.collect()).await.unwrap();
    let ask = async |request: &str, body: Option<Value>| ask(&server, &key, request, body).await;
    let applications = |answer: &Answer| -> Vec<Value> {
        let items = answer.body["items"].as_array().unwrap().iter();
        items.map(|item| item["application"].clone()).collect()
    };
    for search in [json!({}), json!({ "everywhere": true }), json!({ "action": "shared.page.read" })] {
        let found = ask(&format!("POST {ALL}/search"), Some(search.clone())).await;
        assert_eq!(applications(&found), ["notes", "notes"], "{search}: {}", found.text);
    }
    assert_eq!(applications(&ask(&format!("GET {ALL}"), None).await), ["notes", "notes"]);
    let other = ask(&format!("POST {ALL}/search"), Some(json!({ "application": "shop" }))).await;
    assert_eq!((other.status.as_u16(), other.code()), (403, "forbidden"), "{}", other.text);
    let counted = ask(&format!("POST {ALL}/count"), Some(json!({}))).await;
    assert_eq!(counted.body["count"], 2, "{}", counted.text);
    let exported =
        ask(&format!("POST {ALL}/export"), Some(json!({ "search": { "everywhere": true } }))).await;
    let lines: Vec<Value> = exported.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<&Value> = lines.iter().map(|line| &line["event"]["application"]).collect();
    assert_eq!(told, ["notes", "notes"], "{}", exported.text);
    let of_one = json!({ "resource": { "type": "page", "id": "p1" } });
    assert_eq!(applications(&ask(&format!("POST {ALL}/timeline"), Some(of_one)).await), [json!(null); 0]);
    let of_one = json!({ "resource": { "type": "page", "id": "p0" } });
    assert_eq!(applications(&ask(&format!("POST {ALL}/timeline"), Some(of_one)).await), ["notes"]);
    // Each by its id, with its proof or without.
    let found =
        server.admin(&format!("POST {ALL}/search"), Some(&json!({ "action": "shared.page.read" }))).await;
    casemate_server::sign_log_now(&server.app).await.unwrap();
    for item in found.body["items"].as_array().unwrap() {
        let expected = if item["application"] == "notes" { 200 } else { 404 };
        for what in ["", "/proof"] {
            let one = ask(&format!("GET {ALL}/{}{what}", item["id"]), None).await;
            assert_eq!(one.status.as_u16(), expected, "{what} {item}: {}", one.text);
        }
    }
    // What is of no application is not told at all.
    for (request, body) in [
        ("POST /api/v1/audit-log/events", json!({ "from": 0, "limit": 10 })),
        ("POST /api/v1/audit-events/anonymous-denials/search", json!({})),
    ] {
        let refused = ask(request, Some(body)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (403, "forbidden"),
            "{request}: {}",
            refused.text
        );
    }
}

#[tokio::test]
async fn a_bound_credential_reads_what_its_application_has_on_record_on_sqlite() {
    a_bound_credential_reads_what_its_application_has_on_record(sealing().await).await;
}

#[tokio::test]
async fn a_bound_credential_reads_what_its_application_has_on_record_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let url = secrecy::SecretString::from(postgres.url());
    let server = Server::sealing(casemate_store::Database::Postgres(&url), sealer(), false).await;
    a_bound_credential_reads_what_its_application_has_on_record(server).await;
}

fn sealer() -> Option<std::sync::Arc<casemate_store::Sealer>> {
    let keys = casemate_store::RootKeys::generate().unwrap();
    Some(std::sync::Arc::new(casemate_store::Sealer::new(&keys)))
}

async fn sealing() -> Server {
    Server::start_with(sealer()).await
}

#[tokio::test]
async fn an_export_is_on_record_as_one() {
    let server = Server::start().await;
    let csv = [("accept", "text/csv")];
    let search = json!({ "outcome": "denied" });
    for format in ["ndjson", "csv", "ocsf"] {
        let body = json!({ "search": search, "format": format });
        assert_eq!(server.admin(&format!("POST {ALL}/export"), Some(&body)).await.status, 200);
    }
    server.send(&format!("POST {ALL}/search"), Some("administrator"), &csv, Some(&search)).await;
    server.send("GET /api/v1/roles", Some("administrator"), &csv, None).await;
    server.send("GET /api/v1/roles", Some("administrator"), &[], None).await;
    let found = json!({ "kind": "export", "sort": "id" });
    let found = server.admin(&format!("POST {ALL}/search"), Some(&found)).await;
    let items = found.body["items"].as_array().unwrap();
    let told: Vec<(&str, &str)> = items
        .iter()
        .map(|item| (item["action"].as_str().unwrap(), item["after"]["format"].as_str().unwrap_or_default()))
        .collect();
    let list = "casemate.audit-event.list";
    let expected =
        [(list, "ndjson"), (list, "csv"), (list, "ocsf"), (list, "csv"), ("casemate.role.list", "csv")];
    assert_eq!(told, expected, "{}", found.text);
    // What was sought is not told, but whether two sought the same is.
    let digests: Vec<&Value> = items.iter().map(|item| &item["after"]["search_digest"]).collect();
    assert!(digests[0].as_str().is_some_and(|digest| digest.len() == 64), "{}", found.text);
    assert_eq!((digests[0], digests[1]), (digests[1], digests[2]));
    assert!(items[0]["after"]["at_most"].as_u64().is_some(), "{}", found.text);
}

/// The status of an export, and its body.
async fn begin(server: &Server, who: &str) -> (u16, Body) {
    let request = Request::post(format!("{ALL}/export"))
        .header("host", "localhost")
        .header("authorization", format!("Bearer {who}"))
        .header("content-type", "application/json")
        .body(Body::from(json!({ "search": { "everywhere": true } }).to_string()))
        .unwrap();
    let response = server.front.clone().respond(request, None).await;
    (response.status().as_u16(), response.into_body())
}

/// What comes of a body until it ends, and whether it broke off.
async fn drained(mut body: Body) -> (String, bool) {
    let mut text = String::new();
    loop {
        let frame = std::future::poll_fn(|context| pin!(&mut body).poll_frame(context)).await;
        match frame {
            None => return (text, false),
            Some(Err(_)) => return (text, true),
            Some(Ok(frame)) => text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap()),
        }
    }
}

#[tokio::test]
async fn an_export_ends_where_its_reader_may_see_no_events_any_more() {
    let server = furnish(Server::start().await).await;
    let key = reader(&server, json!({})).await;
    for _ in 0..10 {
        let many = (0..1_000).map(|id| event(None, &id.to_string())).collect();
        server.app.store.record_events(many).await.unwrap();
    }
    let (status, body) = begin(&server, &key).await;
    assert_eq!(status, 200);
    let found = server
        .admin("POST /api/v1/roles/search", Some(&json!({ "filters": { "name": "trail-reader" } })))
        .await;
    let role = &found.body["items"][0];
    let tag = format!("\"{}\"", role["revision"]);
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    let told = server.admin(&format!("GET {path}"), None).await;
    let tag = [("if-match", if told.header("etag").is_empty() { tag.as_str() } else { told.header("etag") })];
    let none = json!({ "name": "trail-reader", "permissions": [] });
    let changed = server.send(&format!("PUT {path}"), Some("administrator"), &tag, Some(&none)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let (text, broke_off) = drained(body).await;
    assert!(broke_off, "it goes on to its end: {} lines", text.lines().count());
    assert!(text.lines().count() < 10_000, "{} lines", text.lines().count());
    // Who may is not disturbed.
    let (_, body) = begin(&server, "administrator").await;
    let (text, broke_off) = drained(body).await;
    assert!(!broke_off && text.lines().count() > 10_000, "{} lines", text.lines().count());
}

#[tokio::test]
async fn exports_at_once_are_bounded_and_their_places_come_back() {
    let server = Server::start().await;
    for _ in 0..10 {
        let many = (0..1_000).map(|id| event(None, &id.to_string())).collect();
        server.app.store.record_events(many).await.unwrap();
    }
    let mut bodies = Vec::new();
    let refused = loop {
        let (status, body) = begin(&server, "administrator").await;
        if status != 200 {
            break status;
        }
        bodies.push(body);
        assert!(bodies.len() < 100, "there is no bound");
    };
    assert_eq!(refused, 503);
    drained(bodies.pop().unwrap()).await;
    for _ in 0..1_000 {
        let (status, _) = begin(&server, "administrator").await;
        if status == 200 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("no place came back");
}

/// What an export in Parquet holds, and behind which event the next one goes on.
#[cfg(feature = "archive")]
async fn in_parquet(server: &Server, body: Value) -> (Vec<u64>, Option<u64>) {
    use casemate_server::archive::Archive;
    let mut request = Request::post(format!("{ALL}/export")).header("host", "localhost");
    request =
        request.header("authorization", "Bearer administrator").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = server.front.clone().respond(request, None).await;
    assert_eq!(response.status(), 200);
    let next =
        response.headers().get("casemate-next-after").map(|next| next.to_str().unwrap().parse().unwrap());
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 30).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.parquet"), &bytes).unwrap();
    let archive = Archive::open(&format!("file://{}", folder.path().display())).unwrap();
    let contents = archive.contents("events.parquet").await.unwrap();
    assert!(contents.origin().starts_with("casemate/"), "{}", contents.origin());
    let mut indexes = Vec::new();
    for group in 0..contents.groups() {
        let rows = archive.rows("events.parquet", &contents, group).await.unwrap();
        assert!(rows.iter().all(|row| row.is_sound() && row.event.is_some()));
        indexes.extend(rows.iter().map(|row| row.index));
    }
    assert_eq!(indexes.len() as u64, contents.events());
    (indexes, next)
}

#[cfg(feature = "archive")]
#[tokio::test]
async fn an_export_in_parquet_is_read_by_other_programs_and_goes_on() {
    let server = Server::start().await;
    // More than one file goes through.
    const PART: u64 = 1 << 16;
    let count = 67 * 1_000;
    for group in 0..67 {
        let many = (0..1_000).map(|id| event(None, &(group * 1_000 + id).to_string())).collect();
        server.app.store.record_events(many).await.unwrap();
    }
    let everywhere = json!({ "everywhere": true });
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let body = json!({ "search": everywhere, "format": "parquet", "after": after });
        let (indexes, next) = in_parquet(&server, body).await;
        assert!(indexes.len() as u64 <= PART);
        found.extend(indexes);
        after = next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<u64> = (0..found.len() as u64).collect();
    assert!(found == expected && found.len() as u64 >= count, "{} events", found.len());
    let some = json!({ "search": { "resource_id": "17" }, "format": "parquet" });
    assert_eq!(in_parquet(&server, some).await, (vec![17], Some(PART - 1)));
    // What finds nothing is a file too, and one behind the end is.
    let none = json!({ "search": { "resource_id": "nothing" }, "format": "parquet" });
    assert_eq!(in_parquet(&server, none).await, (vec![], Some(PART - 1)));
    let none = json!({ "search": everywhere, "format": "parquet", "after": 9_999_999 });
    assert_eq!(in_parquet(&server, none).await, (vec![], None));
}
