//! Every kind of objects is made, read, listed, searched, changed and deleted.

use axum::http::StatusCode;
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::Server;

/// Where a kind is, a document, another that it may become, and what has to be there before.
fn kinds() -> Vec<(&'static str, Value, Value)> {
    vec![
        ("/api/v1/tenants", json!({ "id": "acme" }), json!({ "id": "acme", "title": "Acme" })),
        ("/api/v1/tenants", json!({ "id": "default" }), json!({ "id": "default", "title": "Ours" })),
        (
            "/api/v1/roles",
            json!({ "name": "support", "permissions": [{ "name": "cms.entry.*", "own": true }] }),
            json!({ "name": "support", "permissions": [{ "name": "cms.entry.list" }] }),
        ),
        (
            "/api/v1/teams",
            json!({ "name": "helpdesk", "roles": ["support"] }),
            json!({ "name": "helpdesk", "title": "Helpdesk", "roles": ["support", "auditor"] }),
        ),
        (
            "/api/v1/service-accounts",
            json!({ "name": "ci" }),
            json!({ "name": "ci", "title": "Continuous integration" }),
        ),
        (
            "/api/v1/assignments",
            json!({ "role": "support", "to": { "provider": "casemate", "type": "service", "login": "ci" } }),
            json!({ "role": "support", "to": { "provider": "casemate", "type": "service", "login": "ci" },
                "until": "2031-01-01T00:00:00Z" }),
        ),
        (
            "/api/v1/providers",
            json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] }),
            json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate", "cms"] }),
        ),
        (
            "/api/v1/sources",
            json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["cms.*"] }),
            json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["cms.entry.*"] }),
        ),
        (
            "/api/v1/audit-sinks",
            json!({ "name": "siem", "file": { "name": "audit.ndjson" } }),
            json!({ "name": "siem", "title": "Our SIEM", "file": { "name": "audit.ndjson", "keep": 7 } }),
        ),
        (
            "/api/v1/settings",
            json!({ "name": "decision.recorded", "value": "all" }),
            json!({ "name": "decision.recorded", "value": "denied" }),
        ),
        (
            "/api/v1/detections",
            json!({ "name": "audit-gap", "disabled": true }),
            json!({ "name": "audit-gap", "title": "Gaps" }),
        ),
        (
            "/api/v1/alert-receivers",
            json!({ "name": "on-call", "mail": ["security@example.com"] }),
            json!({ "name": "on-call", "mail": ["security@example.com"], "level": "high" }),
        ),
        (
            "/api/v1/event-types",
            json!({ "name": "cms.entry.*", "title": "Entries" }),
            json!({ "name": "cms.entry.*", "schema": { "type": "object" } }),
        ),
        (
            "/api/v1/event-ceilings",
            json!({ "application": "cms", "required": true }),
            json!({ "application": "cms", "per_minute": 5 }),
        ),
    ]
}

async fn live_through(server: &Server) {
    let mut made = Vec::new();
    for (path, first, second) in kinds() {
        let created = server.admin(&format!("POST {path}"), Some(&first)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{path} {}", created.text);
        let id = created.id();
        let item = format!("{path}/{id}");
        assert_eq!(created.header("location"), item);
        let read = server.admin(&format!("GET {item}"), None).await;
        assert_eq!((read.status, &read.body), (StatusCode::OK, &created.body), "{path}");
        assert_eq!(read.header("etag"), created.header("etag"));
        assert_eq!(read.body["document"], first, "{path}");

        let tag = [("if-match", read.header("etag"))];
        let put = format!("PUT {item}");
        let updated = server.send(&put, Some("administrator"), &tag, Some(&second)).await;
        assert_eq!(updated.status, StatusCode::OK, "{path} {}", updated.text);
        assert_eq!(updated.body["document"], second, "{path}");
        let again = server.send(&put, Some("administrator"), &tag, Some(&first)).await;
        assert_eq!((again.status, again.code()), (StatusCode::PRECONDITION_FAILED, "precondition_failed"));
        assert_eq!(again.header("etag"), updated.header("etag"), "{path}");

        let listed = server.admin(&format!("GET {path}?limit=1000"), None).await;
        let items = listed.body["items"].as_array().unwrap();
        assert!(items.contains(&updated.body), "{path} {}", listed.text);
        let name = updated.body["name"].as_str().unwrap();
        let body = json!({ "filters": { "name": name } });
        let searched = server.admin(&format!("POST {path}/search"), Some(&body)).await;
        assert_eq!(searched.body["items"], json!([updated.body]), "{path} {}", searched.text);
        made.push((item, updated.header("etag").to_owned()));
    }
    for (item, tag) in made.into_iter().rev() {
        let tag = [("if-match", &*tag)];
        let deleted = server.send(&format!("DELETE {item}"), Some("administrator"), &tag, None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{item} {}", deleted.text);
        assert!(deleted.header("casemate-revision").parse::<i64>().is_ok());
        let gone = server.admin(&format!("GET {item}"), None).await;
        assert_eq!((gone.status, gone.code()), (StatusCode::NOT_FOUND, "not_found"));
    }
}

#[tokio::test]
async fn every_kind_lives_from_being_made_to_being_deleted_on_sqlite() {
    live_through(&Server::start().await).await;
}

#[tokio::test]
async fn every_kind_lives_from_being_made_to_being_deleted_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    live_through(&Server::on_postgres(&postgres.url()).await).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_told_by_its_place() {
    let server = Server::start().await;
    let wrong = [
        ("/api/v1/roles", json!({ "name": "r", "permissions": [{ "name": "cms.!" }] }), "/permissions/0"),
        ("/api/v1/roles", json!({ "name": "r", "permissions": [], "extra": 1 }), "/extra"),
        ("/api/v1/roles", json!({ "name": "r" }), ""),
        ("/api/v1/assignments", json!({ "role": "gone", "to": { "id": "ada" } }), "/role"),
        (
            "/api/v1/sources",
            json!({ "name": "s", "provider": "gone", "claim": "c", "ceiling": ["x.*"] }),
            "/provider",
        ),
        ("/api/v1/service-accounts", json!({ "name": 7 }), "/name"),
        ("/api/v1/audit-sinks", json!({ "name": "s" }), ""),
        ("/api/v1/audit-sinks", json!({ "name": "s", "file": { "name": "../s.ndjson" } }), "/file/name"),
        ("/api/v1/audit-sinks", json!({ "name": "s", "file": { "name": ".s.ndjson" } }), "/file/name"),
        (
            "/api/v1/audit-sinks",
            json!({ "name": "s", "file": { "name": "s.ndjson", "keep": 0 } }),
            "/file/keep",
        ),
        ("/api/v1/audit-sinks", json!({ "name": "s", "syslog": { "host": "a b" } }), "/syslog/host"),
        (
            "/api/v1/audit-sinks",
            json!({ "name": "s", "syslog": { "host": "log.example", "client_certificate": "x" } }),
            "/syslog/client_key",
        ),
        (
            "/api/v1/audit-sinks",
            json!({ "name": "s", "nats": { "url": "nats://n.example", "subject": "audit" } }),
            "/nats/url",
        ),
        (
            "/api/v1/audit-sinks",
            json!({ "name": "s", "nats": { "url": "tls://n.example", "subject": "audit.>" } }),
            "/nats/subject",
        ),
    ];
    for (path, document, pointer) in wrong {
        let answer = server.admin(&format!("POST {path}"), Some(&document)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid_document"), "{}", answer.text);
        let told = answer.body["errors"][0]["pointer"].as_str().unwrap();
        assert!(told.starts_with(pointer), "{document}: {}", answer.text);
        assert!(!answer.body["errors"][0]["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_role_is_told_at_once_and_nothing_is_written_on_sqlite() {
    all_that_is_wrong_with_a_role_is_told(Server::start().await).await;
}

#[tokio::test]
async fn all_that_is_wrong_with_a_role_is_told_at_once_and_nothing_is_written_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    all_that_is_wrong_with_a_role_is_told(Server::on_postgres(&postgres.create_database().unwrap()).await)
        .await;
}

async fn all_that_is_wrong_with_a_role_is_told(server: Server) {
    let id = server.make("/api/v1/roles", &json!({ "name": "support", "permissions": [] })).await;
    let validate = async |path: &str, document: Value| {
        let answer = server.admin(&format!("POST /api/v1/roles/{path}"), Some(&document)).await;
        assert_eq!(answer.status, StatusCode::OK, "{document}: {}", answer.text);
        assert_eq!(answer.body["valid"], json!(answer.body["errors"] == json!([])), "{}", answer.text);
        let errors = answer.body["errors"].as_array().unwrap().clone();
        assert!(errors.iter().all(|error| error["message"].as_str().is_some_and(|text| !text.is_empty())));
        errors
    };
    let places = |errors: &[Value]| {
        let mut places: Vec<(String, Option<u64>)> = errors
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap().to_owned(), error["character"].as_u64()))
            .collect();
        places.sort();
        places
    };
    let place = |pointer: &str, character: Option<u64>| (pointer.to_owned(), character);
    let before = server.app.store.reader().revision().await.unwrap();

    let fine = json!({ "name": "reader", "permissions": [{ "name": "cms.entry.{read,list}" }] });
    assert_eq!(validate("validate", fine.clone()).await, [] as [Value; 0]);
    // What only the whole shows, and what cannot be read in a permission, are told together.
    let wrong = json!({
        "name": "support",
        "extends": ["gone"],
        "permissions": [
            { "name": "cms.entry.!" }, { "name": "cms.*" }, { "name": "é{cms" }, { "name": "cms.a}" }, 7,
            { "name": "cms.entry.read", "deny": "yes" },
        ],
    });
    let errors = validate("validate", wrong).await;
    let expected = [
        place("/extends/0", None),
        place("/name", None),
        place("/permissions/0/name", Some(10)),
        place("/permissions/2/name", Some(0)),
        place("/permissions/3/name", Some(5)),
        place("/permissions/4", None),
        place("/permissions/5", None),
    ];
    assert_eq!(places(&errors), expected, "{errors:?}");
    // So are members that are none, or are of another type.
    let errors = validate("validate", json!({ "name": 7, "title": 1, "extra/~": 1, "extends": 3 })).await;
    let expected =
        ["/extends", "/extra~1~0", "/name", "/permissions", "/title"].map(|pointer| place(pointer, None));
    assert_eq!(places(&errors), expected, "{errors:?}");
    assert_eq!(places(&validate("validate", json!([])).await), [place("", None)]);
    assert_eq!(places(&validate("validate", json!({ "permissions": [] })).await), [place("/name", None)]);
    let nameless = server.admin("POST /api/v1/roles", Some(&json!({ "permissions": [] }))).await;
    assert_eq!(nameless.body["errors"][0]["pointer"], "/name", "writing it says the same: {}", nameless.text);

    // A role that is there may keep its name, but loses none that others use.
    assert_eq!(validate(&format!("{id}/validate"), fine.clone()).await, [] as [Value; 0]);
    server.make("/api/v1/teams", &json!({ "name": "helpdesk", "roles": ["support"] })).await;
    assert_eq!(places(&validate(&format!("{id}/validate"), fine.clone()).await), [place("/name", None)]);
    let kept = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] });
    assert_eq!(validate(&format!("{id}/validate"), kept).await, [] as [Value; 0]);
    assert_eq!(
        places(&validate("auditor/validate", fine.clone()).await),
        [place("", None)],
        "it is built in"
    );
    let none = server.admin("POST /api/v1/roles/rol_none/validate", Some(&fine)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "{}", none.text);
    let refused = server.send("POST /api/v1/roles/validate", Some("asker"), &[], Some(&fine)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);

    // Nobody is told that they may give what they do not hold.
    let permissions = json!([{ "name": "casemate.role.*" }, { "name": "cms.entry.read" }]);
    server.make("/api/v1/roles", &json!({ "name": "author", "permissions": permissions })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "author" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "author" });
    server.make("/api/v1/assignments", &json!({ "role": "author", "to": to })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&keys, Some(&json!({ "title": "k" }))).await.body["key"].clone();
    let beyond =
        json!({ "name": "more", "permissions": [{ "name": "cms.entry.read" }, { "name": "cms.*" }] });
    let answer = server.send("POST /api/v1/roles/validate", key.as_str(), &[], Some(&beyond)).await;
    assert_eq!(answer.body["errors"][0]["pointer"], "/permissions/1", "{}", answer.text);
    let denied = server.app.store.reader().decisions(&Default::default(), None, 1).await.unwrap().items;
    let denied = (denied[0].event.action.as_str(), denied[0].event.reason.as_str());
    assert_eq!(denied, ("casemate.role.create", "grant_exceeded"), "it is on record");
    let change = format!("POST /api/v1/roles/{id}/validate");
    let beyond = json!({ "name": "support", "permissions": [{ "name": "billing.*" }] });
    let answer = server.send(&change, key.as_str(), &[], Some(&beyond)).await;
    assert_eq!(answer.body["errors"][0]["pointer"], "/permissions/0", "{}", answer.text);
    let denied = server.app.store.reader().decisions(&Default::default(), None, 1).await.unwrap().items;
    let denied = (denied[0].event.action.as_str(), denied[0].event.resource_id.as_deref());
    assert_eq!(denied, ("casemate.role.update", Some(&*id)), "it is on record");

    // Nothing was written: of the roles there are those alone that were made.
    let roles = server.admin("POST /api/v1/roles/search", Some(&json!({ "search": "reader" }))).await;
    assert_eq!(roles.body["items"], json!([]), "{}", roles.text);
    assert!(
        server.app.store.reader().version(before + 1).await.unwrap().is_some(),
        "the first change is the team"
    );
}

#[tokio::test]
async fn a_name_is_taken_once_and_what_is_used_stays() {
    let server = Server::start().await;
    let role = json!({ "name": "support", "permissions": [] });
    let id = server.make("/api/v1/roles", &role).await;
    let taken = server.admin("POST /api/v1/roles", Some(&role)).await;
    assert_eq!((taken.status, taken.code()), (StatusCode::CONFLICT, "name_taken"));
    let assignment = json!({ "role": "support", "to": { "provider": "corp", "id": "ada" } });
    let assigned = server.admin("POST /api/v1/assignments", Some(&assignment)).await;
    // Without a provider of that name nobody can be meant.
    assert_eq!(assigned.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", assigned.text);
    server.make("/api/v1/service-accounts", &json!({ "name": "ci" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    server.make("/api/v1/assignments", &json!({ "role": "support", "to": to })).await;
    let any = [("if-match", "*")];
    let used = server.send(&format!("DELETE /api/v1/roles/{id}"), Some("administrator"), &any, None).await;
    assert_eq!((used.status, used.code()), (StatusCode::CONFLICT, "in_use"), "{}", used.text);
}

#[tokio::test]
async fn pages_follow_one_another_without_gaps_or_repetition() {
    let server = Server::start().await;
    for number in 0..25 {
        server.make("/api/v1/service-accounts", &json!({ "name": format!("a{number}") })).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = server.admin(&format!("GET /api/v1/service-accounts?limit=10{after}"), None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        seen.extend(page.body["items"].as_array().unwrap().iter().map(|item| item["name"].to_string()));
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
    let cursor = after.trim_start_matches("&after=");
    for path in ["/api/v1/roles", "/api/v1/tenants"] {
        let foreign = server.admin(&format!("GET {path}?after={cursor}"), None).await;
        assert_eq!((foreign.status, foreign.code()), (StatusCode::BAD_REQUEST, "malformed_query"));
    }
}

#[tokio::test]
async fn schemas_are_registered_as_text_or_json_and_may_be_forced() {
    let server = Server::start().await;
    let text = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[[permission]]\nname = \"notes.read\"\n";
    let created = server.admin("POST /api/v1/applications", Some(&json!({ "schema": text }))).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.body["name"], "notes");
    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] });
    server.make("/api/v1/roles", &role).await;
    let put = format!("PUT /api/v1/applications/{}", created.id());
    let tables = json!({ "format": 1, "application": { "id": "notes", "namespaces": ["notes"] },
        "permission": [{ "name": "notes.write" }] });
    let wrong = json!({ "schema": "format = 1\n[application]\nid = 7\n" });
    let any = [("if-match", "*")];
    let refused = server.send(&put, Some("administrator"), &any, Some(&wrong)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"));
    let changed = server.send(&put, Some("administrator"), &any, Some(&json!({ "schema": tables }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let breaking = json!({ "schema": text.replace("name = \"notes.read\"\n",
        "name = \"notes.read\"\n[permission.properties.own]\ntype = \"bool\"\nwhen = \"value == true\"\n") });
    let with_own = json!({ "name": "reader", "permissions": [{ "name": "notes.read", "own": true }] });
    let fits = server.send(&put, Some("administrator"), &any, Some(&breaking)).await;
    assert_eq!(fits.status, StatusCode::OK, "{}", fits.text);
    server.make("/api/v1/roles", &json!({ "name": "own", "permissions": with_own["permissions"] })).await;
    let breaks = server.send(&put, Some("administrator"), &any, Some(&json!({ "schema": text }))).await;
    assert_eq!((breaks.status, breaks.code()), (StatusCode::CONFLICT, "schema_breaks"), "{}", breaks.text);
    assert!(breaks.body["errors"][0]["message"].is_string());
    let forced = json!({ "schema": text, "force": true });
    let forced = server.send(&put, Some("administrator"), &any, Some(&forced)).await;
    assert_eq!(forced.status, StatusCode::OK, "{}", forced.text);
}
