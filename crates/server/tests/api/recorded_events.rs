//! What applications record in the audit trail.

use casemate_expression::Timestamp;
use casemate_platform::clock;
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::permissions::{account, deactivate, furnish, key, token};
use crate::support::{Answer, Server};

const RECORD: &str = "POST /api/v1/audit-events/record";
const SUSPENSION: &str = "casemate.authorization.suspend";
const SEARCH: &str = "POST /api/v1/audit-events/search";
const MINUTE: i64 = 60 * 1_000_000;

async fn prepared(server: Server) -> Server {
    let server = furnish(server).await;
    let permissions = json!([{ "name": "casemate.audit-event.record" }]);
    server.make("/api/v1/roles", &json!({ "name": "recorder", "permissions": permissions })).await;
    let ci = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    server.make("/api/v1/assignments", &json!({ "role": "recorder", "to": ci })).await;
    server
}

fn event(more: Value) -> Value {
    let mut event = json!({ "action": "notes.note.publish", "outcome": "success",
        "subject": { "type": "user", "id": "ada" } });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

/// The last revision of what has to be thought out again.
async fn policy(server: &Server) -> i64 {
    server.app.store.reader().position().await.unwrap().policy
}

async fn record(server: &Server, credential: &str, items: Value) -> Answer {
    server.send(RECORD, Some(credential), &[], Some(&json!({ "items": items }))).await
}

/// What was recorded, the oldest first.
async fn found(server: &Server, credential: &str, mut search: Value) -> Vec<Value> {
    search["sort"] = json!("id");
    let answer = server.send(SEARCH, Some(credential), &[], Some(&search)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let items = answer.body["items"].as_array().unwrap().iter();
    items.filter(|item| item["kind"] == "recorded").cloned().collect()
}

fn pointers(answer: &Answer) -> Vec<&str> {
    assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid_document"), "{}", answer.text);
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn what_applications_record_is_found_with_who_recorded_it(server: Server) {
    let server = prepared(server).await;
    let (key_id, key) = key(&server, json!({ "application": "notes" })).await;
    let (temporary, temporary_id) = token(&server, "u-1", json!({})).await;
    deactivate(&server, 5).await;
    let user = |number: u32| format!("usr_{number:032x}");
    let at = Timestamp(clock::now() - 10 * MINUTE).to_string();
    let before = policy(&server).await;
    let items = json!([
        event(json!({ "resource": { "type": "note", "id": "7" }, "details": { "title": "été", "n": 1.5 },
            "at": at, "request_id": "req-1" })),
        event(json!({ "subject": { "token": temporary }, "outcome": "denied", "reason": "locked" })),
        event(json!({ "subject": { "identity": user(1) }, "outcome": "failure" })),
        event(json!({ "subject": { "identity": user(5) } })),
        event(json!({ "subject": { "identity": user(3) } })),
        event(json!({ "subject": { "identity": account(&server, "ci").await } })),
        event(json!({ "subject": { "anonymous": true } })),
    ]);
    let answer = record(&server, &key, items).await;
    assert_eq!((answer.status.as_u16(), &answer.body), (201, &json!({ "recorded": 7 })), "{}", answer.text);

    let all = found(&server, "auditor", json!({ "action": "notes.note.publish" })).await;
    assert_eq!(all.len(), 7);
    let first = &all[0];
    assert_eq!(first["at"], at);
    assert_eq!(first["actor"], json!({ "provider": "", "type": "user", "id": "ada" }));
    assert_eq!(first["resource"], json!({ "type": "note", "id": "7" }));
    assert_eq!((&first["outcome"], &first["tenant"]), (&json!("success"), &json!("default")));
    assert_eq!(
        (&first["request_id"], &first["route"]),
        (&json!("req-1"), &json!("/api/v1/audit-events/record"))
    );
    assert_eq!(first["after"]["details"], json!({ "title": "été", "n": 1.5 }));
    assert_eq!(first["before"], json!(null));
    for event in &all {
        let recorder = json!({ "provider": "api-key", "type": event["after"]["recorder"]["type"], "id": key_id,
            "credential": event["after"]["recorder"]["credential"], "application": "notes" });
        assert_eq!(event["after"]["recorder"], recorder);
        assert!(event["after"]["recorded_at"].is_string(), "{event}");
    }
    let by_token = json!({ "provider": "corp", "type": "user", "id": "u-1", "credential": temporary_id });
    assert_eq!(all[1]["actor"], by_token);
    assert_eq!((&all[1]["outcome"], &all[1]["reason"]), (&json!("denied"), &json!("locked")));
    let ids: Vec<(&str, &str)> = all[2..]
        .iter()
        .map(|event| (event["actor"]["provider"].as_str().unwrap(), event["actor"]["id"].as_str().unwrap()))
        .collect();
    let ci = account(&server, "ci").await;
    assert_eq!(
        ids,
        [("corp", "u-1"), ("corp", "u-5"), ("corp", &*user(3)), ("casemate", &*ci), ("anonymous", "")],
        "also those who are not active any more, or of whom the provider told no id"
    );
    assert_eq!(all[6]["actor"]["type"], "anonymous");
    assert_ne!(all[1]["request_id"], "", "where the application says none, it is the one that recorded it");

    // No token is kept anywhere, and nothing has to be thought out again.
    let csv = server.send(SEARCH, Some("auditor"), &[("accept", "text/csv")], Some(&json!({}))).await;
    assert!(csv.text.contains("notes.note.publish,recorded,default,note,7,success"), "{}", csv.text);
    assert!(csv.text.contains(&key_id) && !csv.text.contains(&temporary) && !csv.text.contains(&key));
    assert_eq!(policy(&server).await, before);
    // Of those that are searched by somebody, both.
    assert_eq!(found(&server, "auditor", json!({ "actor": "u-1" })).await.len(), 2);
    assert_eq!(found(&server, "auditor", json!({ "resource_id": "7", "outcome": "success" })).await.len(), 1);
    // Another tenant has its own.
    assert_eq!(found(&server, "other-administrator", json!({})).await.len(), 0);
    assert_eq!(record(&server, "other-administrator", json!([event(json!({}))])).await.status.as_u16(), 201);
    assert_eq!(found(&server, "other-administrator", json!({})).await.len(), 1);
    assert_eq!(found(&server, "auditor", json!({})).await.len(), 7);
    let elsewhere = json!([event(json!({ "subject": { "identity": user(1) } }))]);
    let answer = record(&server, "other-administrator", elsewhere).await;
    assert_eq!(pointers(&answer), ["/items/0/subject/identity"]);
}

#[tokio::test]
async fn what_applications_record_is_found_with_who_recorded_it_on_sqlite() {
    what_applications_record_is_found_with_who_recorded_it(Server::start().await).await;
}

#[tokio::test]
async fn what_applications_record_is_found_with_who_recorded_it_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_applications_record_is_found_with_who_recorded_it(Server::on_postgres(&postgres.url()).await).await;
}

async fn all_are_recorded_or_none(server: Server) {
    let server = prepared(server).await;
    let (_, key) = key(&server, json!({ "application": "notes" })).await;
    let recent = |minutes: i64| Timestamp(clock::now() + minutes * MINUTE).to_string();
    let week = 7 * 24 * 60;
    for (more, pointer) in [
        (json!({ "action": "casemate.role.update" }), "/action"),
        (json!({ "action": "casemate" }), "/action"),
        (json!({ "action": "Casemate.role.update" }), "/action"),
        (json!({ "action": "shop.sell" }), "/action"),
        (json!({ "action": "note" }), "/action"),
        (json!({ "action": "notes.*" }), "/action"),
        (json!({ "action": "" }), "/action"),
        (json!({ "action": SUSPENSION, "reason": "at night" }), "/subject"),
        (json!({ "outcome": "perhaps" }), "/outcome"),
        (json!({ "outcome": null }), "/outcome"),
        (json!({ "kind": "update" }), "/kind"),
        (json!({ "subject": {} }), "/subject"),
        (json!({ "subject": { "type": "user" } }), "/subject"),
        (json!({ "subject": { "token": "no-token" } }), "/subject/token"),
        (json!({ "subject": { "identity": "usr_none" } }), "/subject/identity"),
        (json!({ "subject": { "identity": "x".repeat(200) } }), "/subject/identity"),
        (json!({ "resource": { "type": "note" } }), "/resource/id"),
        (json!({ "resource": { "type": "note", "id": "" } }), "/resource/id"),
        (json!({ "resource": { "type": "n\u{0}", "id": "7" } }), "/resource/type"),
        (json!({ "reason": "x".repeat(1025) }), "/reason"),
        (json!({ "request_id": "" }), "/request_id"),
        (json!({ "details": { "text": "x".repeat(8192) } }), "/details"),
        (json!({ "details": [] }), "/details"),
        (json!({ "at": recent(6) }), "/at"),
        (json!({ "at": recent(-week - 1) }), "/at"),
        (json!({ "at": "yesterday" }), "/at"),
    ] {
        let answer = record(&server, &key, json!([event(json!({})), event(more.clone())])).await;
        assert_eq!(pointers(&answer), [format!("/items/1{pointer}")], "{more}");
    }
    // All that is wrong is told at once.
    let wrong =
        json!([event(json!({ "action": "shop.sell", "reason": "" })), event(json!({ "at": recent(60) }))]);
    let answer = record(&server, &key, wrong).await;
    assert_eq!(pointers(&answer), ["/items/0/action", "/items/0/reason", "/items/1/at"]);
    let many = |count: usize| Value::from(vec![event(json!({})); count]);
    assert_eq!(pointers(&record(&server, &key, many(0)).await), ["/items"]);
    assert_eq!(pointers(&record(&server, &key, many(101)).await), ["/items"]);
    let twice = r#"{"items":[{"action":"notes.a","action":"notes.b"}]}"#;
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/audit-events/record")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(twice.into())
        .unwrap();
    assert_eq!(server.raw(request).await.code(), "malformed_body");
    assert_eq!(found(&server, "auditor", json!({})).await.len(), 0);

    let good = json!([event(json!({ "at": recent(4) })), event(json!({ "at": recent(1 - week) }))]);
    assert_eq!(record(&server, &key, good).await.status.as_u16(), 201);
    assert_eq!(record(&server, &key, many(100)).await.status.as_u16(), 201);
    assert_eq!(found(&server, "auditor", json!({ "limit": 1000 })).await.len(), 102);
    // Who is bound to no application names any but Casemate's.
    let answer = record(&server, "administrator", json!([event(json!({ "action": "shop.sell" }))])).await;
    assert_eq!(answer.status.as_u16(), 201);
    let sold = found(&server, "auditor", json!({ "action": "shop.sell" })).await;
    assert_eq!(sold[0]["after"]["recorder"]["application"], json!(null));
    assert_eq!(sold[0]["after"]["recorder"]["id"], "administrator");
    let own = json!([event(json!({ "action": "casemate.role.update" }))]);
    assert_eq!(pointers(&record(&server, "administrator", own).await), ["/items/0/action"]);
}

#[tokio::test]
async fn all_are_recorded_or_none_on_sqlite() {
    all_are_recorded_or_none(Server::start().await).await;
}

#[tokio::test]
async fn all_are_recorded_or_none_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    all_are_recorded_or_none(Server::on_postgres(&postgres.url()).await).await;
}

async fn who_records_is_who_did_it_where_nobody_is_named(server: Server) {
    let server = prepared(server).await;
    let (id, key) = key(&server, json!({ "application": "notes" })).await;
    let suspended =
        json!({ "action": SUSPENSION, "outcome": "success", "reason": "drafts are deleted at night" });
    let done = json!({ "action": "notes.note.purge", "outcome": "success" });
    let answer = record(&server, &key, json!([suspended, done])).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let all = found(&server, "auditor", json!({})).await;
    assert_eq!(all.len(), 2);
    for event in &all {
        assert_eq!(
            (&event["actor"]["provider"], &event["actor"]["id"]),
            (&json!("api-key"), &json!(id)),
            "{event}"
        );
        assert_eq!(event["after"]["recorder"]["application"], "notes");
    }
    assert_eq!(
        (&all[0]["action"], &all[0]["reason"]),
        (&json!(SUSPENSION), &json!("drafts are deleted at night"))
    );
    let silent = json!([{ "action": SUSPENSION, "outcome": "success" }]);
    assert_eq!(pointers(&record(&server, &key, silent).await), ["/items/0/reason"]);
}

#[tokio::test]
async fn who_records_is_who_did_it_where_nobody_is_named_on_sqlite() {
    who_records_is_who_did_it_where_nobody_is_named(Server::start().await).await;
}

#[tokio::test]
async fn who_records_is_who_did_it_where_nobody_is_named_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    who_records_is_who_did_it_where_nobody_is_named(Server::on_postgres(&postgres.url()).await).await;
}

async fn what_is_recorded_again_under_the_same_key_is_recorded_once(server: Server) {
    let server = prepared(server).await;
    let (_, key) = key(&server, json!({ "application": "notes" })).await;
    let (temporary, id) = token(&server, "u-1", json!({})).await;
    let once = [("idempotency-key", "k1")];
    let body = json!({ "items": [event(json!({ "subject": { "token": temporary } }))] });
    let before = policy(&server).await;
    let first = server.send(RECORD, Some(&key), &once, Some(&body)).await;
    assert_eq!(first.status.as_u16(), 201, "{}", first.text);
    assert_eq!(policy(&server).await, before, "the policy is not thought out again");
    // Also once whoever did it has gone.
    let path = format!("DELETE /api/v1/temporary-credentials/{id}");
    assert!(server.admin(&path, None).await.status.is_success());
    let again = server.send(RECORD, Some(&key), &once, Some(&body)).await;
    assert_eq!((again.status, again.text), (first.status, first.text));
    let other = json!({ "items": [event(json!({}))] });
    let reused = server.send(RECORD, Some(&key), &once, Some(&other)).await;
    assert_eq!(reused.code(), "idempotency_key_reused");
    assert_eq!(found(&server, "auditor", json!({})).await.len(), 1);
    // What was refused is not remembered.
    let fresh = [("idempotency-key", "k2")];
    let answer = server.send(RECORD, Some(&key), &fresh, Some(&body)).await;
    assert_eq!(pointers(&answer), ["/items/0/subject/token"]);
    assert_eq!(server.send(RECORD, Some(&key), &fresh, Some(&other)).await.status.as_u16(), 201);
}

#[tokio::test]
async fn what_is_recorded_again_under_the_same_key_is_recorded_once_on_sqlite() {
    what_is_recorded_again_under_the_same_key_is_recorded_once(Server::start().await).await;
}

#[tokio::test]
async fn what_is_recorded_again_under_the_same_key_is_recorded_once_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_is_recorded_again_under_the_same_key_is_recorded_once(Server::on_postgres(&postgres.url()).await)
        .await;
}

#[tokio::test]
async fn an_access_review_tells_when_an_application_last_saw_somebody() {
    let server = prepared(Server::start().await).await;
    let at = |days: i64| Timestamp(clock::now() - days * 24 * 60 * MINUTE).to_string();
    let (newest, older) = (at(1), at(3));
    let by = json!({ "identity": format!("usr_{:032x}", 1) });
    let done = |at: &str| event(json!({ "subject": by, "at": at }));
    let items = json!([
        done(&older),
        done(&newest),
        done(&older),
        event(json!({ "subject": { "type": "user", "id": "u-1" } }))
    ]);
    assert_eq!(record(&server, "administrator", items).await.status.as_u16(), 201);
    let search = json!({ "provider": "corp", "id": "u-1" });
    let review = server.admin("POST /api/v1/access-review/search", Some(&search)).await;
    let entry = &review.body["items"][0];
    assert_eq!(
        (&entry["last_used"], &entry["last_used_by"]),
        (&json!(newest), &json!("audit_event")),
        "{}",
        review.text
    );
}

#[tokio::test]
async fn nothing_is_recorded_without_the_permission() {
    let server = prepared(Server::start().await).await;
    let (_, narrow) = key(&server, json!({ "permissions": [{ "name": "notes.read" }] })).await;
    for credential in ["nobody", "auditor", "editor", &narrow] {
        let answer = record(&server, credential, json!([event(json!({}))])).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "forbidden"), "{credential}");
    }
    let elsewhere = [("casemate-tenant", "acme")];
    let body = json!({ "items": [event(json!({}))] });
    let (_, key) = key(&server, json!({})).await;
    assert_eq!(server.send(RECORD, Some(&key), &elsewhere, Some(&body)).await.code(), "forbidden");
    assert_eq!(server.send(RECORD, None, &[], Some(&body)).await.code(), "credential_missing");
    assert_eq!(found(&server, "auditor", json!({})).await.len(), 0);
}
