//! What comes on record where a route is used: each says it, and each does it.

use std::collections::{BTreeMap, HashMap};

use axum::http::Method;
use casemate_directory::Author;
use casemate_identity::ExposeSecret as _;
use casemate_platform::api::Route;
use casemate_platform::clock;
use casemate_server::described;
use casemate_store::{
    Actor, AddressBlock, AuditEvent, AuditFilter, Commit, Operation, StoredSession, Temporary,
};
use serde_json::{Value, json};

use crate::authorization::{body, documents, furnish, path};
use crate::detections;
use crate::sessions;
use crate::support::{Answer, Server};

/// Routes whose event another test looks at, since they ask for more than a request.
const ELSEWHERE: [(&str, &str); 12] = [
    ("inviteUser", "cli: accounts"),
    ("runDirectorySync", "cli: directory_sync"),
    ("getLogLevels", "cli: keeping"),
    ("updateLogLevels", "cli: keeping"),
    ("getAuditLogCheckpoint", "audit_log"),
    ("getAuditLogConsistency", "audit_log"),
    ("getAuditEventProof", "audit_log"),
    ("cosignAuditLog", "audit_log"),
    ("refuseAuditLog", "audit_log"),
    ("removeSecondFactor", "cli: second_factor"),
    ("removeLinkedSignIn", "linking"),
    ("createTemporaryCredential", "temporary_credentials"),
];

/// The events that came on record for a request.
async fn events_of(server: &Server, answer: &Answer) -> Vec<AuditEvent> {
    let id = answer.header("x-request-id");
    let events = server.app.store.reader().audit_events(&AuditFilter::default(), None, 50).await.unwrap();
    events.into_iter().map(|stored| stored.event).filter(|event| event.request_id == id).collect()
}

/// What is asked of a route that takes more than its document.
fn asked(id: &str, ids: &BTreeMap<String, String>) -> Option<Value> {
    Some(match id {
        "appointTenantAdministrator" => {
            json!({ "administrator": { "user": { "provider": "corp", "id": "ada" } } })
        }
        "tryDetection" => json!({ "rules": detections::RULE }),
        "addGroupMembers" => json!({ "users": [ids["/api/v1/users"]] }),
        "eraseAuditEvents" => json!({ "ids": [0], "reason": "request 4" }),
        "liftAuditHold" => json!({ "reason": "it was closed" }),
        "applyPolicy" => json!({ "origin": "git", "files": { "roles.toml":
            "format = 1\n[[role]]\nname = \"applied\"\npermissions = [{ name = \"cms.*\" }]\n" } }),
        "redeemAdministratorKey" => json!({ "key": ids["key"],
            "administrator": { "user": { "provider": "corp", "id": "eve" } } }),
        "revertPolicy" => json!({ "revision": ids["revision"].parse::<i64>().unwrap() }),
        "resolvePermissions" => json!({ "items": [{ "identity": ids["/api/v1/users"] }] }),
        "endSessions" => json!({ "provider": "corp", "subject": "nobody" }),
        "putResources" => json!({ "items": [{ "application": "notes", "type": "note", "id": "batch" }] }),
        _ => return None,
    })
}

/// What routes are about beside what is made by API.
async fn prepare(server: &Server, ids: &mut BTreeMap<String, String>) {
    for kind in ["users", "groups"] {
        let versions = format!("/api/v1/{kind}/{}/versions", ids[&format!("/api/v1/{kind}")]);
        let told = server.admin(&format!("GET {versions}"), None).await;
        ids.insert(versions, told.body["items"][0]["revision"].to_string());
    }
    let versions = server.admin("GET /api/v1/policy/versions", None).await;
    ids.insert("revision".to_owned(), versions.body["items"][0]["revision"].to_string());
    let (session, _) = sessions::sign_in(server, "ada").await;
    sessions::store(server, &session).await;
    ids.insert("/api/v1/sessions".to_owned(), session.id.clone());
    let (session, _) = sessions::sign_in(server, "ada").await;
    ids.insert("/api/v1/temporary-credentials".to_owned(), session.id.clone());
    let temporary = Some(Temporary { title: "for a deployment".to_owned(), ..Temporary::default() });
    sessions::store(server, &StoredSession { temporary, ..session }).await;
    let now = clock::now();
    let block = AddressBlock {
        id: "blk_1".to_owned(),
        network: "192.0.2.7/32".to_owned(),
        times: 1,
        blocked_at: now,
        until: now + 3_600_000_000,
        revision: 0,
    };
    let commit = Commit {
        base: None,
        at: now,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::Block(block)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    ids.insert("/api/v1/blocks".to_owned(), "blk_1".to_owned());
    let author = Author { holds: None, ..Author::system("test", now) };
    let key = server.app.administration.make_recovery_key(&author).await.unwrap();
    ids.insert("key".to_owned(), key.expose_secret().to_owned());
}

/// A document of a kind, as no other is called.
fn passing(collection: &str, number: usize) -> Option<Value> {
    let mut document = documents().get(collection)?.clone();
    let called = format!("passing{number}");
    for name in ["name", "login", "id"] {
        if document.get(name).is_some() {
            document[name] = json!(called);
        }
    }
    match collection {
        "/api/v1/assignments" => document["to"] = json!({ "provider": "credential", "id": called }),
        "/api/v1/applications" => {
            let schema = document["schema"].as_str().unwrap().replace("notes", &called);
            document["schema"] = json!(schema);
        }
        "/api/v1/providers" => document["issuer"] = json!(format!("https://{called}.example.com")),
        "/api/v1/sources" => document["claim"] = json!(called),
        // Two sinks do not write one file.
        "/api/v1/audit-sinks" => document["file"]["name"] = json!(format!("{called}.ndjson")),
        "/api/v1/detections" => document["rules"] = json!(detections::RULE),
        "/api/v1/event-ceilings" => document["application"] = json!(called),
        "/api/v1/settings" => document = json!({ "name": "decision.log.days", "value": 3 }),
        _ => {}
    }
    Some(document)
}

/// Calls a route so that it does what it is for.
async fn used(server: &Server, route: &Route, ids: &BTreeMap<String, String>, number: usize) -> Answer {
    let mut path = path(route, ids);
    let id = route.operation.id();
    if id == "getAccessReviewProgress" {
        path.push_str("?since=2020-01-01T00:00:00Z");
    }
    let decided = match id {
        "decideAccessReview" => {
            let found = server.admin("POST /api/v1/access-review/search", Some(&json!({ "limit": 1 }))).await;
            let held = &found.body["items"][0];
            Some(json!({ "decisions": [{ "assignment": held["assignment"], "revision": held["revision"],
                "decision": "certified", "reason": "needed" }] }))
        }
        _ => None,
    };
    let is_decided = decided.is_some();
    let mut body = decided.or_else(|| asked(id, ids)).or_else(|| body(route, &documents()));
    match (&route.method, route.path.rsplit_once("/{id}")) {
        (&Method::DELETE, Some((collection, ""))) => {
            // What others need is left to them.
            if let Some(document) = passing(collection, number).filter(|_| collection != "/api/v1/settings") {
                path = format!("{collection}/{}", server.make(collection, &document).await);
            }
        }
        (&Method::POST, None) if !is_decided && asked(id, ids).is_none() => {
            body = passing(route.path, number).or(body)
        }
        _ => {}
    }
    let tagged = path.split_once("/versions/").map_or(&*path, |(tagged, _)| tagged);
    let tag = match route.operation.needs_if_match() {
        true => server.admin(&format!("GET {tagged}"), None).await.header("etag").to_owned(),
        false => "\"0\"".to_owned(),
    };
    let headers = [("if-match", tag.as_str())];
    server.send(&format!("{} {path}", route.method), Some("administrator"), &headers, body.as_ref()).await
}

#[tokio::test]
async fn every_route_comes_on_record_as_it_says() {
    let server = Server::start().await;
    let mut ids = furnish(&server, "administrator", true).await;
    prepare(&server, &mut ids).await;
    let mut wrong = Vec::new();
    let mut checked = HashMap::new();
    let mut routes = described();
    // What is deleted is missing afterwards.
    routes.sort_by_key(|route| (route.method == Method::DELETE, route.operation.id() == "addGroupMembers"));
    for (number, route) in routes.into_iter().enumerate() {
        let id = route.operation.id();
        if ELSEWHERE.iter().any(|(known, _)| *known == id) {
            continue;
        }
        let answer = used(&server, &route, &ids, number).await;
        let trail = route.operation.trail();
        let events = events_of(&server, &answer).await;
        let kinds: Vec<&str> = events.iter().map(|event| &*event.kind).collect();
        if !answer.status.is_success() {
            wrong.push(format!("{id}: {} {}", answer.status, answer.text));
            continue;
        }
        let id_of_request = answer.header("x-request-id");
        let decisions = server.app.store.reader().decisions(&Default::default(), None, 10).await.unwrap();
        let is_decided = decisions.items.iter().any(|decided| decided.event.request_id == id_of_request);
        let of_route = events.iter().filter(|event| event.route.as_deref() == Some(route.path));
        // What is changed to what it is comes on record as read.
        let expected = match id {
            "updateResource" | "patchResource" | "restoreGroup" => Some("read"),
            _ => trail.kind(),
        };
        let is_right = match expected {
            Some("decision") => is_decided,
            Some(kind) => of_route.clone().any(|event| event.kind == kind),
            None => events.is_empty(),
        };
        if !is_right {
            wrong.push(format!("{id}: {kinds:?} in place of {expected:?}, {events:?}"));
        }
        *checked.entry(expected).or_insert(0) += 1;
    }
    assert!(wrong.is_empty(), "{checked:?}\n{}", wrong.join("\n"));
}
