//! Types of the events that applications record, their ceilings, and how many there may be.

use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::permissions::{furnish, key};
use crate::resources::shown;
use crate::support::{Answer, Server};

const RECORD: &str = "POST /api/v1/audit-events";
const TYPES: &str = "/api/v1/event-types";
const CEILINGS: &str = "/api/v1/event-ceilings";

/// A server with the application `notes`, whose service account `ci` may record, and a key of it that is bound to the application.
async fn prepared(server: Server) -> (Server, String) {
    let server = furnish(server).await;
    let permissions = json!([
        { "name": "casemate.audit-event.record" }, { "name": "casemate.event-type.{create,update,delete}", "begins": "notes." },
    ]);
    server.make("/api/v1/roles", &json!({ "name": "recorder", "permissions": permissions })).await;
    let ci = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    server.make("/api/v1/assignments", &json!({ "role": "recorder", "to": ci })).await;
    let (_, key) = key(&server, json!({ "application": "notes" })).await;
    (server, key)
}

async fn record(server: &Server, who: &str, items: Value) -> Answer {
    server.send(RECORD, Some(who), &[], Some(&json!({ "items": items }))).await
}

fn event(action: &str, details: Value) -> Value {
    let mut event =
        json!({ "action": action, "outcome": "success", "subject": { "type": "user", "id": "ada" } });
    if !details.is_null() {
        event["details"] = details;
    }
    event
}

fn told(answer: &Answer) -> Vec<(&str, &str)> {
    assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid_document"), "{}", answer.text);
    let text = |error: &'_ Value, name: &str| error[name].as_str().unwrap().len();
    let errors = answer.body["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| text(error, "message") > 0));
    errors
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["message"].as_str().unwrap()))
        .collect()
}

fn places(answer: &Answer) -> Vec<&str> {
    told(answer).into_iter().map(|(pointer, _)| pointer).collect()
}

async fn change(server: &Server, path: &str, body: &Value) {
    let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let tag = [("if-match", tag.as_str())];
    let answer = server.send(&format!("PUT {path}"), Some("administrator"), &tag, Some(body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

async fn details_fit_the_schema_of_their_type((server, key): (Server, String)) {
    let schema = json!({ "type": "object", "required": ["title"], "additionalProperties": false,
        "properties": { "title": { "type": "string", "maxLength": 5 } } });
    let published = json!({ "name": "notes.note.publish", "schema": schema });
    let made = server.send(&format!("POST {TYPES}"), Some(&key), &[], Some(&published)).await;
    assert_eq!(made.status.as_u16(), 201, "an application registers types of its own: {}", made.text);
    server.make(TYPES, &json!({ "name": "notes.*", "schema": { "maxProperties": 0 } })).await;
    server.make(TYPES, &json!({ "name": "notes.note.*" })).await;
    let title = |title: &str| json!({ "title": title });
    for (action, details) in [
        ("notes.note.publish", title("abcde")),
        ("notes.note.delete", title("anything, since the longer name counts")),
        ("notes.other", json!({})),
    ] {
        let answer = record(&server, &key, json!([event(action, details)])).await;
        assert_eq!(answer.status.as_u16(), 201, "{action}: {}", answer.text);
    }
    let answer = record(
        &server,
        &key,
        json!([
            event("notes.note.publish", title("fine")),
            event("notes.note.publish", title("s3cret-VALUE")),
            event("notes.note.publish", json!({ "s3cret-VALUE": 1 })),
            event("notes.note.publish", Value::Null),
            event("notes.other", title("x")),
        ]),
    )
    .await;
    let at = [
        "/items/1/details/title",
        "/items/2/details",
        "/items/2/details",
        "/items/3/details",
        "/items/4/details",
    ];
    assert_eq!(places(&answer), at, "{}", answer.text);
    assert!(told(&answer)[0].1.contains("/properties/title/maxLength"), "{}", answer.text);
    assert!(!answer.text.contains("s3cret"), "{}", answer.text);
    // A change of the type counts for the next event.
    change(&server, &format!("{TYPES}/{}", made.id()), &json!({ "name": "notes.note.publish" })).await;
    let answer =
        record(&server, &key, json!([event("notes.note.publish", title("as long as one likes"))])).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    // They are listed as everything is.
    let listed = server.admin(&format!("GET {TYPES}?limit=2"), None).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2, "{}", listed.text);
    assert!(listed.body["next"].is_string());
    let csv = server.send(&format!("GET {TYPES}"), Some("auditor"), &[("accept", "text/csv")], None).await;
    assert!(csv.text.contains("notes.note.*"), "{}", csv.text);
}

#[tokio::test]
async fn details_of_an_application_fit_the_schema_of_their_type_on_sqlite() {
    details_fit_the_schema_of_their_type(prepared(Server::start().await).await).await;
}

#[tokio::test]
async fn details_of_an_application_fit_the_schema_of_their_type_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    details_fit_the_schema_of_their_type(prepared(Server::on_postgres(&postgres.url()).await).await).await;
}

#[tokio::test]
async fn what_no_type_may_be_is_refused() {
    let (server, key) = prepared(Server::start().await).await;
    let schema = |schema: Value| json!({ "name": "notes.a", "schema": schema });
    for (document, pointer) in [
        (json!({ "name": "casemate.role.update" }), "/name"),
        (json!({ "name": "casemate.*" }), "/name"),
        (json!({ "name": "*" }), "/name"),
        (json!({ "name": "notes..a" }), "/name"),
        (schema(json!({ "$ref": "https://example.org/schema" })), "/schema"),
        (schema(json!({ "$ref": "#" })), "/schema"),
        (schema(json!({ "pattern": "(?<=a)b" })), "/schema"),
        (schema(json!({ "type": "thing" })), "/schema"),
        (schema(json!({ "description": "x".repeat(17_000) })), "/schema"),
    ] {
        let answer = server.admin(&format!("POST {TYPES}"), Some(&document)).await;
        assert_eq!(answer.status.as_u16(), 422, "{document}: {}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{document}: {}", answer.text);
    }
    let foreign = json!({ "name": "shop.sale" });
    let answer = server.send(&format!("POST {TYPES}"), Some(&key), &[], Some(&foreign)).await;
    assert_eq!(
        answer.status.as_u16(),
        403,
        "whoever may say so of `notes.` says it of nothing else: {}",
        answer.text
    );
}

#[tokio::test]
async fn an_application_records_nothing_beyond_its_ceiling() {
    let (server, key) = prepared(Server::start().await).await;
    let open = json!({ "application": "notes" });
    let ceiling = server.make(CEILINGS, &open).await;
    let path = format!("{CEILINGS}/{ceiling}");
    let publish = |more: Value| {
        let mut event = event("notes.note.publish", json!({ "n": "x".repeat(20) }));
        event["resource"] = json!({ "type": "note", "id": "7" });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([event])
    };
    let with = |name: &str, value: Value| {
        let mut ceiling = open.clone();
        ceiling[name] = value;
        ceiling
    };
    for (ceiling, pointer) in [
        (with("required", json!(true)), "/items/0/action"),
        (with("actions", json!(["notes.note.{read,delete}"])), "/items/0/action"),
        (with("tenants", json!(["acme"])), "/items/0/action"),
        (with("resource_types", json!(["folder"])), "/items/0/resource/type"),
        (with("outcomes", json!(["denied"])), "/items/0/outcome"),
        (with("max_bytes", json!(20)), "/items/0/details"),
    ] {
        change(&server, &path, &ceiling).await;
        let answer = record(&server, &key, publish(json!({}))).await;
        assert_eq!(places(&answer), [pointer], "{ceiling}: {}", answer.text);
        // Whoever is bound to no application is held to it too.
        assert_eq!(places(&record(&server, "administrator", publish(json!({}))).await), [pointer]);
    }
    let all = json!({ "application": "notes", "required": true, "bound": true, "actions": ["notes.note.*"], "tenants": ["default"],
        "resource_types": ["note"], "outcomes": ["success"], "max_bytes": 30 });
    change(&server, &path, &all).await;
    server.make(TYPES, &json!({ "name": "notes.note.*" })).await;
    let answer = record(&server, &key, publish(json!({}))).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    assert_eq!(
        places(&record(&server, "administrator", publish(json!({}))).await),
        ["/items/0/action"],
        "not bound"
    );
    // What is of Casemate, or of another application, never was theirs.
    for action in ["casemate.role.update", "shop.sale", "CASEMATE.role.update"] {
        assert_eq!(
            places(&record(&server, &key, publish(json!({ "action": action }))).await),
            ["/items/0/action"]
        );
    }
    let found = json!({ "application": "notes", "kind": "recorded" });
    let found = server.admin("POST /api/v1/audit-events/search", Some(&found)).await;
    assert_eq!(found.body["items"].as_array().unwrap().len(), 1, "the application is named: {}", found.text);
}

async fn what_is_too_much_is_refused((server, key): (Server, String)) {
    let quota = json!({ "application": "notes", "per_day": 3 });
    server.make(CEILINGS, &quota).await;
    let events =
        |count: usize| json!((0..count).map(|_| event("notes.note.read", Value::Null)).collect::<Vec<_>>());
    assert_eq!(record(&server, &key, events(2)).await.status.as_u16(), 201);
    for _ in 0..3 {
        let refused = record(&server, &key, events(2)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (429, "quota_reached"), "{}", refused.text);
        let seconds: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=86_401).contains(&seconds), "{seconds}");
    }
    let search = json!({ "action": "casemate.audit-event.record", "outcome": "denied" });
    let told = server.admin("POST /api/v1/audit-events/search", Some(&search)).await;
    let told = told.body["items"].as_array().unwrap();
    assert_eq!(told.len(), 1, "the first alone: {told:?}");
    assert_eq!((&told[0]["reason"], &told[0]["application"]), (&json!("quota_reached"), &json!("notes")));
    // What was refused does not count, nor what another application does.
    assert_eq!(record(&server, &key, events(1)).await.status.as_u16(), 201);
    let other = json!([event("elsewhere.thing.read", Value::Null)]);
    assert_eq!(record(&server, "administrator", other).await.status.as_u16(), 201);
    let refused = record(&server, "administrator", events(1)).await;
    assert_eq!(refused.status.as_u16(), 429, "it is the application's, whoever records: {}", refused.text);
    let found = json!({ "application": "notes", "kind": "recorded" });
    let found = server.admin("POST /api/v1/audit-events/count", Some(&json!({ "search": found }))).await;
    assert_eq!(found.body["count"], 3, "{}", found.text);
}

#[tokio::test]
async fn what_an_application_records_too_much_of_is_refused_on_sqlite() {
    what_is_too_much_is_refused(prepared(Server::start().await).await).await;
}

#[tokio::test]
async fn what_an_application_records_too_much_of_is_refused_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_is_too_much_is_refused(prepared(Server::on_postgres(&postgres.url()).await).await).await;
}

#[tokio::test]
async fn the_guide_of_event_types_shows_what_happens() {
    let guide = include_str!("../../../../docs/guide/audit-trail.md");
    let (_, guide) = guide.split_once("### Types of events").unwrap();
    let (server, _) = prepared(Server::start().await).await;
    let shown = shown(guide);
    assert_eq!(shown.len(), 3);
    for (request, body, expected) in shown {
        let answer = server.admin(&request, Some(&body)).await;
        assert_eq!(answer.status.as_u16(), 201, "{request}: {}", answer.text);
        let mut rest = &*answer.text;
        for part in expected.trim_end_matches('}').split('…') {
            let found = rest.find(part).unwrap_or_else(|| panic!("{request}: {part} in {}", answer.text));
            rest = &rest[found + part.len()..];
        }
    }
}
