//! Resources that applications register: kept by API, and counting in every decision about them.

use casemate_store::DecisionFilter;
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const POLICY: &str = r#"
format = 1
[[user]]
id = "ada"
[[user]]
id = "bob"
[[role]]
name = "owner"
permissions = [{ name = "notes.*", own = true }]
[[role]]
name = "registrar"
permissions = [{ name = "casemate.resource.*" }, { name = "casemate.decision.{ask,search}" }]
[[assignment]]
role = "owner"
to = { id = "ada" }
[[assignment]]
role = "owner"
to = { id = "bob" }
[[assignment]]
role = "registrar"
to = { provider = "casemate", type = "service", login = "cms" }
[[assignment]]
role = "registrar"
to = { provider = "casemate", type = "service", login = "notes" }
[[service_account]]
name = "cms"
[[service_account]]
name = "notes"
"#;

const SCHEMA: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
size = { type = "int" }
reviewer = { type = "string", nullable = true }
[[permission]]
name = "notes.*"
[permission.properties.own]
type = "bool"
when = "value == false || resource.author == identity.id"
"#;

const OTHER: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
properties = "opaque"
[attributes]
locale = { type = "string" }
"#;

async fn furnish(server: &Server) {
    let files = json!({ "policy.toml": POLICY, "notes.toml": SCHEMA, "cms.toml": OTHER });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
}

fn note(id: &str, author: &str) -> Value {
    json!({ "application": "notes", "type": "note", "id": id, "attributes": { "author": author } })
}

async fn register(server: &Server, resource: &Value) -> Answer {
    let made = server.admin("POST /api/v1/resources", Some(resource)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    made
}

/// A key of a service account, which is bound to an application.
async fn bound_key(server: &Server, account: &str) -> String {
    let found = server
        .admin("POST /api/v1/service-accounts/search", Some(&json!({ "filters": { "name": account } })))
        .await;
    let id = found.body["items"][0]["id"].as_str().unwrap();
    let path = format!("POST /api/v1/service-accounts/{id}/api-keys");
    let made = server.admin(&path, Some(&json!({ "title": "bound", "application": account }))).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    made.body["key"].as_str().unwrap().to_owned()
}

fn pointers(answer: &Answer) -> Vec<&str> {
    assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid_document"), "{}", answer.text);
    answer.body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn a_resource_lives_from_being_registered_to_being_deleted(server: &Server) {
    furnish(server).await;
    let made = register(server, &note("a/b c", "ada")).await;
    assert_eq!(made.header("location"), "/api/v1/resources/notes/note/a%2Fb%20c");
    let item = made.header("location").to_owned();
    let read = server.admin(&format!("GET {item}"), None).await;
    assert_eq!(read.body, made.body);
    assert_eq!(read.body["attributes"], json!({ "author": "ada" }));
    assert_eq!((read.header("etag"), &read.body["tenant"]), (made.header("etag"), &json!("default")));
    let same = server
        .send(&format!("GET {item}"), Some("administrator"), &[("if-none-match", read.header("etag"))], None)
        .await;
    assert_eq!(same.status.as_u16(), 304);
    let taken = server.admin("POST /api/v1/resources", Some(&note("a/b c", "bob"))).await;
    assert_eq!((taken.status.as_u16(), taken.code()), (409, "name_taken"), "{}", taken.text);

    let change = async |method: &str, tag: Option<&str>, body: Option<Value>| {
        let tag: Vec<_> = tag.iter().map(|tag| ("if-match", *tag)).collect();
        server.send(&format!("{method} {item}"), Some("administrator"), &tag, body.as_ref()).await
    };
    let body = json!({ "attributes": { "author": "bob", "size": 7 } });
    for (method, body) in [("PUT", Some(body.clone())), ("PATCH", Some(body.clone())), ("DELETE", None)] {
        let without = change(method, None, body.clone()).await;
        assert_eq!((without.status.as_u16(), without.code()), (428, "precondition_required"), "{method}");
        let stale = change(method, Some("\"0\""), body).await;
        assert_eq!((stale.status.as_u16(), stale.code()), (412, "precondition_failed"), "{method}");
    }
    let put = change("PUT", Some(read.header("etag")), Some(body.clone())).await;
    assert_eq!((put.status.as_u16(), &put.body["attributes"]), (200, &body["attributes"]), "{}", put.text);
    assert_eq!(put.header("casemate-revision"), put.body["revision"].to_string());
    // What is so already stays as it is.
    let again = change("PUT", Some(put.header("etag")), Some(body)).await;
    assert_eq!(again.header("etag"), put.header("etag"));
    let patch = json!({ "attributes": { "size": null, "reviewer": "eve" } });
    let patched = change("PATCH", Some(put.header("etag")), Some(patch)).await;
    assert_eq!(patched.body["attributes"], json!({ "author": "bob", "reviewer": "eve" }), "{}", patched.text);
    assert!(patched.header("etag") != put.header("etag"));
    let gone = change("DELETE", Some(patched.header("etag")), None).await;
    assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
    assert_eq!(server.admin(&format!("GET {item}"), None).await.code(), "not_found");
    assert_eq!(change("DELETE", Some("*"), None).await.code(), "not_found");

    let events = json!({ "resource_type": "resource", "sort": "id" });
    let events = server.admin("POST /api/v1/audit-events/search", Some(&events)).await;
    let told = events.body["items"].as_array().unwrap().iter();
    let told: Vec<_> = told.filter(|event| event["kind"] != "read").collect();
    let mut actions: Vec<_> = told.iter().map(|event| event["action"].as_str().unwrap()).collect();
    actions.sort_unstable();
    let expected = ["create", "delete", "update", "update"].map(|verb| format!("casemate.resource.{verb}"));
    assert_eq!(actions, expected, "{}", events.text);
    assert!(
        told.iter().all(|event| event["resource"]["id"] == "notes/note/a/b c"
            || event["resource_id"] == "notes/note/a/b c")
    );
}

async fn what_does_not_fit_the_schema_is_refused_and_nothing_of_a_batch_is_kept(server: &Server) {
    furnish(server).await;
    for (resource, pointer) in [
        (
            json!({ "application": "notes", "type": "note", "id": "1", "attributes": { "author": 7 } }),
            "/attributes/author",
        ),
        (
            json!({ "application": "notes", "type": "note", "id": "1", "attributes": { "author": null } }),
            "/attributes/author",
        ),
        (
            json!({ "application": "notes", "type": "note", "id": "1", "attributes": { "a/b": 7 } }),
            "/attributes/a~1b",
        ),
        (json!({ "application": "nowhere", "type": "note", "id": "1" }), "/application"),
        (json!({ "application": "casemate", "type": "role", "id": "1" }), "/application"),
        (json!({ "type": "note", "id": "1" }), "/application"),
        (json!({ "application": "notes", "type": "", "id": "1" }), "/type"),
        (json!({ "application": "notes", "type": "note", "id": "" }), "/id"),
        (json!({ "application": "notes", "type": "note", "id": ".." }), "/id"),
        (json!({ "application": "notes", "type": "note", "id": "x".repeat(257) }), "/id"),
        (
            json!({ "application": "cms", "type": "page", "id": "1", "attributes": { "x": "x".repeat(17_000) } }),
            "/attributes",
        ),
    ] {
        let refused = server.admin("POST /api/v1/resources", Some(&resource)).await;
        assert_eq!(pointers(&refused), [pointer], "{}", refused.text);
        let mut items = vec![note("good", "ada")];
        items.push(resource);
        let refused = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
        assert_eq!(pointers(&refused), [format!("/items/1{pointer}")], "{}", refused.text);
    }
    let null =
        json!({ "application": "notes", "type": "note", "id": "n", "attributes": { "reviewer": null } });
    register(server, &null).await;
    let opaque =
        json!({ "application": "cms", "type": "page", "id": "1", "attributes": { "any": { "x": [1] } } });
    register(server, &opaque).await;
    let twice = json!({ "items": [note("1", "ada"), note("1", "bob")] });
    let twice = server.admin("POST /api/v1/resources/batch", Some(&twice)).await;
    assert_eq!(pointers(&twice), ["/items/1/id"]);
    for items in [json!([]), json!(vec![note("1", "ada"); 1_001])] {
        let refused = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
        assert_eq!(pointers(&refused), ["/items"]);
    }
    assert_eq!(server.admin("GET /api/v1/resources/notes/note/good", None).await.code(), "not_found");

    let items: Vec<_> = (0..1_000).map(|number| note(&number.to_string(), "ada")).collect();
    let key = [("idempotency-key", "one")];
    let batch = async |items: &[Value]| {
        let body = json!({ "items": items });
        server.send("POST /api/v1/resources/batch", Some("administrator"), &key, Some(&body)).await
    };
    let first = batch(&items).await;
    assert_eq!(
        (&first.body["created"], &first.body["unchanged"]),
        (&json!(1_000), &json!(0)),
        "{}",
        first.text
    );
    let again = batch(&items).await;
    assert_eq!(again.text, first.text);
    assert_eq!(batch(&items[..1]).await.code(), "idempotency_key_reused");
    let mut items = items;
    items[3] = note("3", "bob");
    items[4] = note("new", "bob");
    let upsert = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
    let counts = ["created", "changed", "unchanged"].map(|name| upsert.body[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 998], "{}", upsert.text);
    assert_eq!(upsert.header("casemate-revision"), upsert.body["revision"].to_string());
}

fn question(subject: &str, id: &str, properties: Value) -> Value {
    json!({ "subject": { "type": "user", "id": subject }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": id, "properties": properties } })
}

async fn decides(server: &Server, question: &Value) -> bool {
    let answer = server.admin("POST /access/v1/evaluation", Some(question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["decision"].as_bool().unwrap()
}

async fn what_is_registered_counts_in_the_place_of_what_is_said(server: &Server) {
    furnish(server).await;
    // As ever, as long as nothing is registered.
    assert!(decides(server, &question("ada", "7", json!({ "author": "ada" }))).await);
    assert!(!decides(server, &question("ada", "7", json!({}))).await);
    let made = register(server, &note("7", "ada")).await;
    assert!(decides(server, &question("ada", "7", json!({}))).await, "it need not be said");
    assert!(
        decides(server, &question("ada", "7", json!({ "author": "bob" }))).await,
        "what is registered counts"
    );
    assert!(
        !decides(server, &question("bob", "7", json!({ "author": "bob" }))).await,
        "a lie counts nowhere"
    );
    assert!(decides(server, &question("bob", "8", json!({ "author": "bob" }))).await, "8 is not registered");
    // Of another type, application or tenant it is another one.
    let mut folder = question("bob", "7", json!({ "author": "bob" }));
    folder["resource"]["type"] = json!("folder");
    assert!(decides(server, &folder).await);

    let batch = json!({ "subject": { "type": "user", "id": "bob" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7", "properties": { "author": "bob" } },
        "evaluations": [{}, { "resource": { "type": "note", "id": "8", "properties": { "author": "bob" } } },
            { "subject": { "type": "user", "id": "ada" } }, { "resource": { "type": "note" } }] });
    let batch = server.admin("POST /access/v1/evaluations", Some(&batch)).await;
    let answers: Vec<_> =
        batch.body["evaluations"].as_array().unwrap().iter().map(|item| item["decision"] == true).collect();
    assert_eq!(answers, [false, true, true, false], "{}", batch.text);

    let lie = question("bob", "7", json!({ "author": "bob" }));
    let check = server.admin("POST /api/v1/check", Some(&lie)).await;
    assert_eq!(check.body["decision"], "denied", "{}", check.text);
    let filter = server.admin("POST /api/v1/filter", Some(&lie)).await;
    assert_eq!(filter.body["decision"], "denied", "{}", filter.text);
    let partial = question("ada", "7", json!({}));
    let filter = server.admin("POST /api/v1/filter", Some(&partial)).await;
    assert_eq!(filter.body["decision"], "allowed", "{}", filter.text);
    let explained = server.admin("POST /api/v1/explain", Some(&lie)).await;
    assert_eq!(explained.body["decision"], "denied", "{}", explained.text);
    let who = json!({ "action": { "name": "notes.read" }, "resource": { "type": "note", "id": "7",
        "properties": { "author": "bob" } } });
    let who = server.admin("POST /api/v1/who-can", Some(&who)).await;
    let ids: Vec<_> =
        who.body["items"].as_array().unwrap().iter().map(|item| item["subject"]["id"].clone()).collect();
    assert!(ids.contains(&json!("ada")) && !ids.contains(&json!("bob")), "{}", who.text);
    let subjects = json!({ "subject": { "type": "user" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7", "properties": { "author": "bob" } } });
    let subjects = server.admin("POST /access/v1/search/subject", Some(&subjects)).await;
    assert_eq!(subjects.body["results"], json!([{ "type": "user", "id": "ada" }]), "{}", subjects.text);
    let preview = json!({ "as": { "user": { "id": "bob" } }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7", "properties": { "author": "bob" } } });
    let preview = server.admin("POST /api/v1/preview", Some(&preview)).await;
    assert_eq!(preview.body["evaluations"][0]["decision"], "denied", "{}", preview.text);

    // What was acknowledged counts at once.
    let item = "/api/v1/resources/notes/note/7";
    let mut tag = made.header("etag").to_owned();
    for author in ["bob", "ada", "bob"] {
        let body = json!({ "attributes": { "author": author } });
        let put = server
            .send(&format!("PUT {item}"), Some("administrator"), &[("if-match", &tag)], Some(&body))
            .await;
        tag = put.header("etag").to_owned();
        for subject in ["ada", "bob"] {
            assert_eq!(decides(server, &question(subject, "7", json!({}))).await, subject == author);
        }
    }
    server.send(&format!("DELETE {item}"), Some("administrator"), &[("if-match", &tag)], None).await;
    assert!(
        decides(server, &question("ada", "7", json!({ "author": "ada" }))).await,
        "it is registered no more"
    );
}

async fn a_bound_credential_reaches_its_own_application_alone(server: &Server) {
    furnish(server).await;
    register(server, &note("7", "ada")).await;
    register(server, &json!({ "application": "cms", "type": "note", "id": "7" })).await;
    let (notes, cms) = (bound_key(server, "notes").await, bound_key(server, "cms").await);
    let listed = async |key: &str, search: Value| {
        let listed = server.send("POST /api/v1/resources/search", Some(key), &[], Some(&search)).await;
        assert_eq!(listed.status.as_u16(), 200, "{}", listed.text);
        let items = listed.body["items"].as_array().unwrap();
        items.iter().map(|item| item["application"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("administrator", json!({})).await, ["cms", "notes"]);
    assert_eq!(listed(&notes, json!({})).await, ["notes"]);
    assert_eq!(listed(&cms, json!({})).await, ["cms"]);
    assert!(listed(&cms, json!({ "application": "notes" })).await.is_empty());
    let any = [("if-match", "*")];
    for (method, body) in [
        ("GET", None),
        ("PUT", Some(json!({ "attributes": {} }))),
        ("PATCH", Some(json!({ "attributes": {} }))),
        ("DELETE", None),
    ] {
        let request = format!("{method} /api/v1/resources/notes/note/7");
        let answer = server.send(&request, Some(&cms), &any, body.as_ref()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "not_found"), "{method}");
    }
    for (path, body) in [
        ("/api/v1/resources", note("8", "eve")),
        ("/api/v1/resources/batch", json!({ "items": [{ "type": "note", "id": "8" }, note("8", "eve")] })),
    ] {
        let answer = server.send(&format!("POST {path}"), Some(&cms), &[], Some(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "not_found"), "{}", answer.text);
    }
    // Its own need not be named.
    let own = json!({ "type": "note", "id": "9" });
    let own = server.send("POST /api/v1/resources", Some(&cms), &[], Some(&own)).await;
    assert_eq!((own.status.as_u16(), &own.body["application"]), (201, &json!("cms")), "{}", own.text);
    let denials = server.app.store.reader().decisions(&DecisionFilter::default(), None, 100).await.unwrap();
    let denials = denials.items.iter().filter(|denial| denial.event.reason == "outside_application").count();
    assert_eq!(denials, 6, "each is on record");
    // Nor does another tenant see it.
    let elsewhere =
        server.send("GET /api/v1/resources/notes/note/7", Some("tenant-administrator"), &[], None).await;
    assert_eq!(elsewhere.code(), "not_found");
}

async fn a_tenant_and_an_application_with_resources_stay(server: &Server) {
    furnish(server).await;
    let tenant = server.make("/api/v1/tenants", &json!({ "id": "globex" })).await;
    let schema = OTHER.replace("\"cms\"", "\"shop\"");
    let shop = server.make("/api/v1/applications", &json!({ "schema": schema })).await;
    let body = json!({ "items": [{ "application": "shop", "type": "page", "id": "1", "attributes": {} }] });
    let written = server.admin("POST /api/v1/resources/batch", Some(&body)).await;
    assert!(written.status.is_success(), "{}", written.text);
    let delete = async |path: &str| {
        let read = server.admin(&format!("GET {path}"), None).await;
        let tag = [("if-match", read.header("etag"))];
        server.send(&format!("DELETE {path}"), Some("administrator"), &tag, None).await
    };
    let shop = format!("/api/v1/applications/{shop}");
    let refused = delete(&shop).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "in_use"), "{}", refused.text);
    assert!(refused.text.contains("delete them first"), "{}", refused.text);
    assert_eq!(delete("/api/v1/resources/shop/page/1").await.status.as_u16(), 204);
    assert_eq!(delete(&shop).await.status.as_u16(), 204);
    assert_eq!(delete(&format!("/api/v1/tenants/{tenant}")).await.status.as_u16(), 204);
}

macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            use casemate_test_support::Postgres;

            use crate::support::Server;

            $(#[tokio::test] async fn $case() { super::$case(&Server::start().await).await; })+

            #[tokio::test]
            async fn on_postgresql() {
                let postgres = Postgres::start().unwrap();
                $(super::$case(&Server::on_postgres(&postgres.create_database().unwrap()).await).await;)+
            }
        }
    };
}

on_both!(registered:
    a_resource_lives_from_being_registered_to_being_deleted,
    what_does_not_fit_the_schema_is_refused_and_nothing_of_a_batch_is_kept,
    what_is_registered_counts_in_the_place_of_what_is_said,
    a_bound_credential_reaches_its_own_application_alone,
    a_tenant_and_an_application_with_resources_stay,
);

#[tokio::test]
async fn another_replica_decides_by_what_was_registered_at_the_revision_that_was_seen() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let one = Server::on_postgres(&url).await;
    furnish(&one).await;
    let other = Server::on_postgres(&url).await;
    let lie = question("bob", "7", json!({ "author": "bob" }));
    assert!(decides(&other, &lie).await);
    let following =
        tokio::spawn(std::sync::Arc::clone(&other.app.directory).follow(other.app.store.revisions()));
    for author in ["ada", "bob", "ada"] {
        let body = json!({ "items": [note("7", author)] });
        let written = one.admin("POST /api/v1/resources/batch", Some(&body)).await;
        let seen = [("casemate-at-least", written.header("casemate-revision"))];
        let answer = other.send("POST /access/v1/evaluation", Some("administrator"), &seen, Some(&lie)).await;
        assert_eq!(answer.body["decision"], author == "bob", "{}", answer.text);
    }
    following.abort();
}

#[tokio::test]
async fn nothing_is_asked_of_the_database_where_nothing_is_registered_and_nothing_decided_where_it_cannot_be()
{
    use sqlx::{Connection as _, Executor as _};

    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let server = Server::on_postgres(&url).await;
    furnish(&server).await;
    register(&server, &note("7", "ada")).await;
    let mut database = sqlx::PgConnection::connect(&url).await.unwrap();
    database.execute("ALTER TABLE resource RENAME TO elsewhere").await.unwrap();
    let mut folder = question("bob", "7", json!({ "author": "bob" }));
    folder["resource"]["type"] = json!("folder");
    assert!(decides(&server, &folder).await);
    for path in ["/access/v1/evaluation", "/access/v1/evaluations", "/api/v1/check", "/api/v1/filter"] {
        let answer = server
            .admin(&format!("POST {path}"), Some(&question("bob", "7", json!({ "author": "bob" }))))
            .await;
        assert_eq!((answer.status.as_u16(), answer.code()), (503, "unavailable"), "{path}: {}", answer.text);
    }
    database.execute("ALTER TABLE elsewhere RENAME TO resource").await.unwrap();
    assert!(!decides(&server, &question("bob", "7", json!({ "author": "bob" }))).await);
}

/// What the guide shows: each request, and what is answered, where `…` stands for anything.
pub(crate) fn shown(guide: &str) -> Vec<(String, Value, String)> {
    let blocks = guide.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let calls = blocks.flat_map(|block| block.split("$ call ").skip(1));
    let parted = calls.map(|call| {
        let (request, rest) = call.split_once(" '").unwrap();
        let (body, answer) = rest.split_once("'\n").unwrap();
        (request.to_owned(), serde_json::from_str(body).unwrap(), answer.trim().to_owned())
    });
    parted.collect()
}

#[tokio::test]
async fn the_guide_shows_what_happens() {
    let guide = include_str!("../../../../docs/guide/resources.md");
    let schema = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let server = Server::start().await;
    let files = json!({ "policy.toml": POLICY, "notes.toml": schema });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let shown = shown(guide);
    assert_eq!(shown.len(), 5);
    for (request, body, expected) in shown {
        let answer = server.admin(&request, Some(&body)).await;
        assert!(answer.status.is_success(), "{request}: {}", answer.text);
        let mut rest = &*answer.text;
        for part in expected.trim_end_matches('}').split('…') {
            let found = rest.find(part).unwrap_or_else(|| panic!("{request}: {part} in {}", answer.text));
            rest = &rest[found + part.len()..];
        }
    }
}
