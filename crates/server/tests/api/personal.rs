//! Personal data in the audit log: none of what is planted in members of people can be read there, and equal values are found equal.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use casemate_store::{Database, RootKeys, Sealer};
use casemate_test_support::Postgres;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const MARK: &str = "planted-";
/// What names things and not people: ids, and names of what is no person.
const OPAQUE: [&str; 7] = ["provider", "subject", "type", "id", "group", "name", "title"];
const EVENTS: &str = "POST /api/v1/audit-events/search";

fn sealer() -> Option<Arc<Sealer>> {
    Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())))
}

async fn on_postgres(postgres: &Postgres) -> Server {
    Server::sealing(Database::Postgres(&SecretString::from(postgres.url())), sealer(), false).await
}

/// A document as a schema of the description has it, with a mark in every text that does not name a thing, also in those that are new
/// since this test was written.
fn planted(description: &Value, schema: &str) -> Value {
    let members = description["components"]["schemas"][schema]["properties"].as_object().unwrap();
    let mut document = json!({});
    for (name, member) in members.iter().filter(|(name, _)| !OPAQUE.contains(&name.as_str())) {
        let is = |kind: &str| {
            member["type"] == kind
                || member["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
        };
        let mark = format!("{MARK}{name}@example.org");
        if is("string") {
            document[name] = json!(mark);
        } else if is("object") {
            document[name] = json!({ "anything": mark, "more": { "deeper": [format!("{MARK}deeper")] } });
        } else if is("array") && member["items"]["type"] == "string" {
            document[name] = json!([mark]);
        }
    }
    document
}

async fn export(server: &Server) -> String {
    let wanted = json!({ "search": { "everywhere": true } });
    let answer = server.admin("POST /api/v1/audit-events/export", Some(&wanted)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.text
}

async fn change(server: &Server, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let read = server.admin(&format!("GET {path}"), None).await;
    let tag = read.header("etag").to_owned();
    let answer =
        server.send(&format!("{method} {path}"), Some("administrator"), &[("if-match", &tag)], body).await;
    assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
    answer
}

/// A client that provisions the provider `hr`.
async fn provisioned(server: &Server) {
    let role = json!({ "name": "provisioner", "permissions": [{ "name": "casemate.scim.provision" }] });
    server.make("/api/v1/roles", &role).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "hr-scim" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "hr-scim" });
    server.make("/api/v1/assignments", &json!({ "role": "provisioner", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&path, Some(&json!({ "title": "provisioning" }))).await;
    let key = key.body["key"].as_str().unwrap().to_owned();
    let provider = json!({ "name": "hr", "issuer": "https://hr.example", "audiences": ["casemate"],
        "scim": { "account": "hr-scim" } });
    server.make("/api/v1/providers", &provider).await;
    let send = async |method: &str, path: &str, body: Value| {
        let request =
            Request::builder().method(method).uri(format!("/scim/v2{path}")).header("host", "localhost");
        let request = request
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/scim+json");
        let answer = server.raw(request.body(Body::from(body.to_string())).unwrap()).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
        answer
    };
    let mark = |name: &str| format!("{MARK}{name}@example.org");
    let user = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": mark("userName"),
        "externalId": "e-1", "displayName": mark("displayName"), "nickName": mark("nickName"),
        "name": { "givenName": mark("given"), "familyName": mark("family") },
        "emails": [{ "value": mark("mail"), "primary": true }], "phoneNumbers": [{ "value": mark("phone") }],
        "addresses": [{ "streetAddress": mark("street") }] });
    let made = send("POST", "/Users", user.clone()).await.id();
    let mut other = user;
    other["userName"] = json!(mark("other"));
    send("PUT", &format!("/Users/{made}"), other).await;
}

async fn nothing_personal_can_be_read(server: Server) {
    let description = server.send("GET /api/openapi.json", None, &[], None).await.body;
    let provider =
        json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
    // People, by API and as code, and what names them.
    let mut user = planted(&description, "User");
    assert!(
        ["login", "email", "display_name", "attributes"].iter().all(|name| user[name] != json!(null)),
        "{user}"
    );
    user["subject"] = json!("0o1");
    let id = server.make("/api/v1/users", &user).await;
    let path = format!("/api/v1/users/{id}");
    let mut changed = user.clone();
    changed["login"] = json!(format!("{MARK}changed"));
    change(&server, "PUT", &path, Some(&changed)).await;
    let local = json!({ "provider": "casemate", "login": format!("{MARK}local"), "email": format!("{MARK}local@example.org") });
    let local = server.make("/api/v1/users", &local).await;
    server.make("/api/v1/roles", &json!({ "name": "reader", "permissions": [] })).await;
    let mut to = planted(&description, "Target");
    (to["provider"], to["type"]) = (json!("corp"), json!("user"));
    server.make("/api/v1/assignments", &json!({ "role": "reader", "to": to })).await;
    let mut receiver = planted(&description, "AlertReceiverEntry");
    receiver["name"] = json!("duty");
    receiver.as_object_mut().unwrap().remove("level");
    server.make("/api/v1/alert-receivers", &receiver).await;
    let files = json!({ "users.toml": format!(
        "format = 1\n[[provider]]\nname = \"code\"\nissuer = \"https://code.example\"\naudiences = [\"casemate\"]\n\n[[user]]\nprovider = \"code\"\nid = \"0o2\"\nlogin = \"{MARK}code\"\ndisplay_name = \"{MARK}shown\"\nclaims = {{ phone = \"{MARK}phone\" }}\n"
    ) });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    provisioned(&server).await;
    // What applications say is held against the same names.
    let item = json!({ "action": "notes.note.share", "outcome": "success",
        "subject": { "type": "user", "id": "0o1" }, "details": { "email": format!("{MARK}shared"), "title": "readable" } });
    let recorded = server.admin("POST /api/v1/audit-events", Some(&json!({ "items": [item] }))).await;
    assert_eq!(recorded.status.as_u16(), 201, "{}", recorded.text);
    for path in [path, format!("/api/v1/users/{local}")] {
        change(&server, "DELETE", &path, None).await;
    }

    let log = export(&server).await;
    let readable = log.lines().find(|line| line.contains(MARK));
    assert_eq!(readable, None, "a personal member can be read");
    assert!(log.contains("\"title\":\"readable\"") && log.contains("hmac-sha256:"), "{log}");
    let created = |line: &&str| line.contains("\"casemate.user.create\"") && line.contains(&id);
    let made: Value = serde_json::from_str(log.lines().find(created).unwrap()).unwrap();
    let after = &made["event"]["after"];
    assert_eq!((&after["subject"], &after["active"]), (&json!("0o1"), &json!(true)));
    let kept = server.app.directory.sealer().unwrap().pseudonym(user["login"].as_str().unwrap()).unwrap();
    assert_eq!(after["login"], kept);
}

#[tokio::test]
async fn nothing_personal_can_be_read_in_the_log_on_sqlite() {
    nothing_personal_can_be_read(Server::start_with(sealer()).await).await;
}

#[tokio::test]
async fn nothing_personal_can_be_read_in_the_log_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    nothing_personal_can_be_read(on_postgres(&postgres).await).await;
}

#[tokio::test]
async fn without_a_root_key_personal_data_is_withheld() {
    let server = Server::start().await;
    server.make("/api/v1/users", &json!({ "login": "ada", "provider": "casemate" })).await;
    let found = server.admin(EVENTS, Some(&json!({ "action": "casemate.user.create" }))).await;
    assert_eq!(found.body["items"][0]["after"]["login"], "withheld", "{}", found.text);
    let none = server.admin(EVENTS, Some(&json!({ "value": "ada" }))).await;
    assert_eq!(none.body["items"], json!([]));
}

async fn what_is_hashed_is_found_by_its_value(server: Server) {
    let made = |login: &str| json!({ "login": login, "provider": "casemate", "email": "ada@example.org" });
    let ada = server.make("/api/v1/users", &made("ada")).await;
    server.make("/api/v1/users", &made("eve")).await;
    let to = json!({ "provider": "casemate", "type": "user", "login": "ada" });
    server.make("/api/v1/roles", &json!({ "name": "reader", "permissions": [] })).await;
    server.make("/api/v1/assignments", &json!({ "role": "reader", "to": to })).await;
    // Enough that most of it stands in blocks, which are chosen by what they may hold.
    for round in 0..6 {
        let items: Vec<Value> = (0..100)
            .map(|_| json!({ "action": "notes.read", "outcome": "success", "request_id": format!("r{round}") }))
            .collect();
        let recorded = server.admin("POST /api/v1/audit-events", Some(&json!({ "items": items }))).await;
        assert_eq!(recorded.status.as_u16(), 201, "{}", recorded.text);
    }
    let actions = async |search: Value| {
        let found = server.admin(EVENTS, Some(&search)).await;
        assert_eq!(found.status.as_u16(), 200, "{}", found.text);
        let items = found.body["items"].as_array().unwrap().iter();
        items.map(|item| item["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of_ada = ["casemate.user.create", "casemate.assignment.create"];
    assert_eq!(actions(json!({ "value": "ada", "sort": "id" })).await, of_ada);
    assert_eq!(actions(json!({ "search": "value:ada", "sort": "id" })).await, of_ada);
    assert_eq!(actions(json!({ "value": "ada@example.org" })).await, ["casemate.user.create"; 2]);
    assert_eq!(
        actions(json!({ "value": "ada@example.org", "resource_id": ada })).await,
        ["casemate.user.create"]
    );
    assert_eq!(actions(json!({ "value": "ad" })).await, [""; 0]);
    // The hash is found as it stands as well, by whoever saw it in one event.
    let kept = server.app.directory.sealer().unwrap().pseudonym("ada").unwrap();
    assert_eq!(actions(json!({ "search": format!("\"{kept}\""), "sort": "id" })).await, of_ada);
    let other = server.send(EVENTS, Some("other-administrator"), &[], Some(&json!({ "value": "ada" }))).await;
    assert_eq!(other.body["items"], json!([]), "nothing is told across tenants");
}

#[tokio::test]
async fn what_is_hashed_is_found_by_its_value_on_sqlite() {
    what_is_hashed_is_found_by_its_value(Server::start_with(sealer()).await).await;
}

#[tokio::test]
async fn what_is_hashed_is_found_by_its_value_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_is_hashed_is_found_by_its_value(on_postgres(&postgres).await).await;
}

#[tokio::test]
async fn values_of_before_a_rotation_are_found_while_the_key_is_kept() {
    let first = RootKeys::generate().unwrap();
    let sealer = Arc::new(Sealer::new(&first));
    let server = Server::start_with(Some(Arc::clone(&sealer))).await;
    let make = async |login: &str| {
        let user = json!({ "login": login, "provider": "casemate", "email": "ada@example.org" });
        server.make("/api/v1/users", &user).await;
    };
    make("one").await;
    let both = first.rotated().unwrap();
    sealer.replace_keys(&both);
    make("two").await;
    let found = async || {
        let found = server.admin(EVENTS, Some(&json!({ "value": "ada@example.org", "sort": "id" }))).await;
        let items = found.body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["after"]["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let hashes = found().await;
    let of = |id: &str| format!("hmac-sha256:{id}:");
    assert_eq!(hashes.len(), 2);
    assert!(
        hashes[0].starts_with(&of(first.current_id())) && hashes[1].starts_with(&of(both.current_id())),
        "{hashes:?}"
    );
    sealer.replace_keys(&both.only(|_| false));
    assert_eq!(found().await, hashes[1..], "whose key is gone, is found by nobody");
}

#[tokio::test]
async fn a_timeline_finds_logins_that_a_provider_changed_by_whoever_knows_them() {
    let server = Server::start_with(sealer()).await;
    let user = server.make("/api/v1/users", &json!({ "login": "now", "provider": "casemate" })).await;
    // As a provider says it: no version of it is kept.
    let store = &server.app.store;
    let commit = casemate_store::Commit {
        base: None,
        at: 1,
        actor: casemate_store::Actor::default(),
        summary: String::new(),
        operations: Vec::new(),
        events: vec![casemate_store::AuditEvent {
            action: "casemate.scim.provision".to_owned(),
            kind: "update".to_owned(),
            tenant: "default".to_owned(),
            resource_type: "user".to_owned(),
            resource_id: user.clone(),
            before: Some(json!({ "login": "formerly" }).to_string()),
            ..casemate_store::AuditEvent::default()
        }],
        fence: None,
    };
    store.commit(commit).await.unwrap();
    let item = json!({ "action": "notes.read", "outcome": "success", "subject": { "type": "user", "id": "formerly" } });
    server.admin("POST /api/v1/audit-events", Some(&json!({ "items": [item] }))).await;
    let timeline = async |logins: Value| {
        let wanted = json!({ "identity": user, "logins": logins });
        server.admin("POST /api/v1/audit-events/timeline", Some(&wanted)).await
    };
    let has = |answer: &Answer| answer.text.contains("notes.read");
    assert!(!has(&timeline(json!([])).await));
    let told = timeline(json!(["formerly"])).await;
    assert!(has(&told), "{}", told.text);
    let wrong = timeline(json!(["formerly", "eve"])).await;
    assert_eq!((wrong.status.as_u16(), &wrong.body["errors"][0]["pointer"]), (422, &json!("/logins/1")));
}
