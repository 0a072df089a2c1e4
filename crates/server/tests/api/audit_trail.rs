//! Reading the audit trail: searches, counts, single events, timelines, exports, watching, and searches that are kept.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use casemate_platform::Respond as _;
use casemate_store::{Actor, AuditEvent};
use casemate_test_support::Postgres;
use hyper::body::Body as _;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const ALL: &str = "/api/v1/audit-events";

async fn search(server: &Server, who: &str, wanted: Value) -> Answer {
    server.send(&format!("POST {ALL}/search"), Some(who), &[], Some(&wanted)).await
}

/// The actions of what is found, however many pages that takes.
async fn actions(server: &Server, who: &str, wanted: Value) -> Vec<String> {
    let (mut actions, mut wanted) = (Vec::new(), wanted);
    loop {
        let found = search(server, who, wanted.clone()).await;
        assert_eq!(found.status, 200, "{}", found.text);
        let items = found.body["items"].as_array().unwrap();
        actions.extend(items.iter().map(|item| item["action"].as_str().unwrap().to_owned()));
        match found.body.get("next") {
            Some(next) => wanted["after"] = next.clone(),
            None => return actions,
        }
    }
}

/// A role that is made and changed, somebody who is refused, and another tenant's role.
async fn furnish(server: &Server) -> String {
    let role = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] });
    let made = server.admin("POST /api/v1/roles", Some(&role)).await;
    let path = format!("/api/v1/roles/{}", made.id());
    let tag = [("if-match", made.header("etag"))];
    let changed = json!({ "name": "support", "permissions": [{ "name": "cms.entry.read" }] });
    server.send(&format!("PUT {path}"), Some("administrator"), &tag, Some(&changed)).await;
    let refused = server.send("POST /api/v1/roles", Some("nobody"), &[], Some(&role)).await;
    assert_eq!(refused.status, 403);
    let there = server.send("POST /api/v1/roles", Some("tenant-administrator"), &[], Some(&role)).await;
    assert_eq!(there.status, 201, "{}", there.text);
    made.id()
}

async fn a_search_finds(server: &Server) {
    let role = furnish(server).await;
    let created = || vec!["casemate.role.create".to_owned()];
    for (wanted, expected) in [
        (json!({ "action": "casemate.role.create", "outcome": "success" }), created()),
        (json!({ "search": "action:casemate.role.create outcome:success" }), created()),
        (json!({ "search": "outcome:denied", "kind": "decision" }), created()),
        (json!({ "party": "nobody", "area": "decision" }), created()),
        (json!({ "resource_id": role, "kind": "create" }), created()),
        (json!({ "search": format!("resource:role:{role} kind:create") }), created()),
        (
            json!({ "search": "cms entry", "action": "casemate.role.*" }),
            vec!["casemate.role.update".to_owned()],
        ),
        (json!({ "action": "casemate.role.*", "kind": "update" }), vec!["casemate.role.update".to_owned()]),
        (
            json!({ "resource_id": role, "not_kinds": ["create", "read"] }),
            vec!["casemate.role.update".to_owned()],
        ),
        (json!({ "resource_id": role, "search": "-kind:update", "not_kinds": ["read"] }), created()),
        (json!({ "resource_id": role, "kind": "create", "not_kinds": ["create"] }), vec![]),
        (json!({ "actor": "tenant-administrator" }), vec![]),
        (json!({ "until": "2020-01-01T00:00:00Z" }), vec![]),
        (json!({ "client": "192.0.2.7" }), vec![]),
        (json!({ "request_id": "none" }), vec![]),
    ] {
        assert_eq!(actions(server, "administrator", wanted.clone()).await, expected, "{wanted}");
    }
    let denied = search(server, "administrator", json!({ "outcome": "denied", "limit": 1 })).await;
    let denied = &denied.body["items"][0];
    assert_eq!((&denied["route"], &denied["subject"]["id"]), (&json!("/api/v1/roles"), &json!("nobody")));
    // Each tenant sees its own, and whoever may ask in all of them all.
    let theirs = actions(server, "tenant-administrator", json!({ "kind": "create" })).await;
    assert_eq!(theirs, created());
    let everywhere = json!({ "everywhere": true, "action": "casemate.role.create", "outcome": "success" });
    assert_eq!(actions(server, "administrator", everywhere.clone()).await.len(), 2);
    // What came into the log before and behind an event.
    let of_role = json!({ "resource_id": role, "not_kinds": ["read"] });
    let ids = search(server, "administrator", of_role.clone()).await;
    let ids: Vec<u64> =
        ids.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect();
    let beside = async |id: u64, sort: &str| {
        let mut wanted = of_role.clone();
        (wanted["beyond"], wanted["sort"], wanted["limit"]) = (json!(id), json!(sort), json!(1));
        actions(server, "administrator", wanted).await
    };
    assert_eq!(beside(ids[0], "-id").await, created(), "of the change");
    assert_eq!(beside(ids[1], "id").await, ["casemate.role.update"], "of the making");
    assert_eq!(beside(ids[0], "id").await, [] as [String; 0]);
    assert_eq!(beside(u64::MAX, "-id").await, ["casemate.role.update", "casemate.role.create"]);
    assert_eq!(beside(u64::MAX, "id").await, [] as [String; 0]);
    for (who, wanted) in [
        ("tenant-administrator", everywhere),
        ("auditor", json!({ "everywhere": true })),
        ("tenant-administrator", json!({ "installation": true })),
        ("tenant-administrator", json!({ "search": "tenant:default" })),
    ] {
        let refused = search(server, who, wanted.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "{who} {wanted}");
    }
    for (wanted, pointer) in [
        (json!({ "search": "nothing:x" }), "/search"),
        (json!({ "search": "actor:a", "actor": "b" }), "/actor"),
        (json!({ "search": "action:casemate.role.read", "action": "casemate.role.list" }), "/action"),
        (json!({ "search": "action:casemate.role.*", "action": "casemate.role.list" }), "/action"),
        (json!({ "search": "action:casemate.role.read", "action": "casemate.*" }), "/action"),
        (json!({ "not_kinds": (0..33).map(|kind| kind.to_string()).collect::<Vec<_>>() }), "/not_kinds/32"),
    ] {
        let wrong = search(server, "administrator", wanted.clone()).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

async fn what_is_found_is_counted(server: &Server) {
    let count = async |wanted: Value| server.admin(&format!("POST {ALL}/count"), Some(&wanted)).await.body;
    let created = json!({ "action": "casemate.role.create", "outcome": "success" });
    assert_eq!(count(json!({ "search": created })).await, json!({ "count": 1, "exact": true }));
    let some = count(json!({ "at_most": 2 })).await;
    assert_eq!(some, json!({ "count": 2, "exact": false }));
    let wrong = server.admin(&format!("POST {ALL}/count"), Some(&json!({ "search": { "limit": 1 } }))).await;
    assert_eq!(wrong.body["errors"][0]["pointer"], "/search/limit", "{}", wrong.text);
    let wrong = server.admin(&format!("POST {ALL}/count"), Some(&json!({ "search": { "beyond": 1 } }))).await;
    assert_eq!(wrong.body["errors"][0]["pointer"], "/search/beyond", "{}", wrong.text);
}

async fn one_event_is_read(server: &Server) {
    let found = search(server, "administrator", json!({ "kind": "create", "limit": 1 })).await;
    let event = &found.body["items"][0];
    let path = format!("GET {ALL}/{}", event["id"]);
    let told = server.admin(&path, None).await;
    assert_eq!(&told.body["event"], event, "{}", told.text);
    let text: Value = serde_json::from_str(told.body["text"].as_str().unwrap()).unwrap();
    assert_eq!((&text["version"], &text["request"]["route"]), (&json!(1), &json!("/api/v1/roles")));
    assert!(told.body["salt"].is_string() && told.body["leaf"].is_string(), "{}", told.text);
    // Another tenant's is not there, nor is what nobody recorded.
    for (who, path) in [
        ("tenant-administrator", path.as_str()),
        ("administrator", &format!("GET {ALL}/99999999")),
        ("administrator", &format!("GET {ALL}/x")),
    ] {
        let answer = server.send(path, Some(who), &[], None).await;
        assert_eq!(answer.status, 404, "{who} {path}: {}", answer.text);
    }
}

async fn an_export_is_the_log(server: &Server) {
    let export = async |who: &str, wanted: Value| {
        server.send(&format!("POST {ALL}/export"), Some(who), &[], Some(&wanted)).await
    };
    let whole = export("administrator", json!({ "search": { "everywhere": true } })).await;
    assert_eq!(whole.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = whole.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let indexes: Vec<u64> = lines.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert!(indexes.len() > 5 && indexes == (0..indexes.len() as u64).collect::<Vec<_>>(), "{indexes:?}");
    assert!(lines.iter().all(|line| line["event"]["version"] == 1 && line["salt"].is_string()));
    // It goes on where it broke off, and a part of it is found as a search finds it.
    let rest = export("administrator", json!({ "search": { "everywhere": true }, "after": 2 })).await;
    assert_eq!(rest.text.lines().next(), whole.text.lines().nth(3));
    let created = json!({ "search": { "kind": "create" }, "format": "csv" });
    let table = export("tenant-administrator", created).await;
    assert_eq!(table.text.lines().count(), 2, "{}", table.text);
    assert!(table.text.starts_with("id,at,revision,actor.provider,"), "{}", table.text);
    let mapped = export("administrator", json!({ "search": { "kind": "create" }, "format": "ocsf" })).await;
    let mapped: Value = serde_json::from_str(mapped.text.lines().next().unwrap()).unwrap();
    assert_eq!(mapped["metadata"]["version"], "1.8.0", "{mapped}");
    let refused = export("tenant-administrator", json!({ "search": { "everywhere": true } })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));
}

async fn a_timeline_is_of_one_thing_or_person(server: &Server, role: &str) {
    let timeline = async |wanted: Value| server.admin(&format!("POST {ALL}/timeline"), Some(&wanted)).await;
    let told = timeline(json!({ "resource": { "type": "role", "id": role }, "sort": "id" })).await;
    let kinds = |answer: &Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap().iter();
        items.map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&told), ["create", "update"], "{}", told.text);
    // Of a person also what they did under the login that they had before, but nothing of whoever else is called so.
    let user = json!({ "login": "ada", "provider": "casemate" });
    let made = server.admin("POST /api/v1/users", Some(&user)).await;
    let path = format!("/api/v1/users/{}", made.id());
    let record = async |id: &str| {
        let item =
            json!({ "action": "notes.read", "outcome": "success", "subject": { "type": "user", "id": id } });
        let recorded = server.admin(&format!("POST {ALL}"), Some(&json!({ "items": [item] }))).await;
        assert_eq!(recorded.status, 201, "{}", recorded.text);
    };
    record("ada").await;
    let tag = [("if-match", made.header("etag"))];
    let renamed = json!({ "login": "ada.lovelace", "provider": "casemate" });
    let renamed = server.send(&format!("PUT {path}"), Some("administrator"), &tag, Some(&renamed)).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    record("ada.lovelace").await;
    record("eve").await;
    let wanted = json!({ "identity": made.id(), "sort": "id" });
    let told = timeline(wanted.clone()).await;
    assert_eq!(kinds(&told), ["create", "recorded", "update", "recorded"], "{}", told.text);
    let (mut paged, mut page) = (Vec::new(), wanted);
    page["limit"] = json!(1);
    loop {
        let answer = timeline(page.clone()).await;
        paged.extend(answer.body["items"].as_array().unwrap().clone());
        match answer.body.get("next") {
            Some(next) => page["after"] = next.clone(),
            None => break,
        }
    }
    assert_eq!(json!(paged), told.body["items"]);
    let wrong = timeline(json!({})).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
}

/// Everything of a timeline, page by page with one event each, and how many pages had none.
async fn paged(server: &Server, who: &str, identity: &str) -> (Vec<Value>, usize) {
    let (mut events, mut empty) = (Vec::new(), 0);
    let mut wanted = json!({ "identity": identity, "limit": 1 });
    loop {
        let told = server.send(&format!("POST {ALL}/timeline"), Some(who), &[], Some(&wanted)).await;
        let items = told.body["items"].as_array().unwrap();
        empty += usize::from(items.is_empty());
        events.extend(items.clone());
        match told.body.get("next") {
            Some(next) => wanted["after"] = next.clone(),
            None => return (events, empty),
        }
    }
}

/// Sign-ins stand in no tenant, and a login is whatever an administrator wrote into it.
async fn a_timeline_tells_of_no_sign_in_of_another_tenant(server: &Server) {
    let make = async |who: &str, user: Value| {
        server.send("POST /api/v1/users", Some(who), &[], Some(&user)).await.id()
    };
    let (ours, theirs) = ("tenant-administrator", "other-administrator");
    for name in ["corp", "elsewhere"] {
        let issuer = format!("https://{name}.example.com");
        let provider = json!({ "name": name, "issuer": issuer, "audiences": ["casemate"] });
        server.make("/api/v1/providers", &provider).await;
    }
    let local = make(ours, json!({ "login": "victim", "provider": "casemate" })).await;
    let known = make(ours, json!({ "login": "v@corp", "provider": "corp", "subject": "s-1" })).await;
    // Called as the others' ids and subjects are.
    let as_local = make(theirs, json!({ "login": local, "provider": "casemate" })).await;
    let as_known = make(theirs, json!({ "login": "s-1", "provider": "corp", "subject": "s-2" })).await;
    let as_other = make(theirs, json!({ "login": "x", "provider": "elsewhere", "subject": "s-1" })).await;
    let sign_in = |provider: &str, id: &str| AuditEvent {
        at: casemate_platform::clock::now(),
        actor: Actor {
            provider: provider.to_owned(),
            kind: "user".to_owned(),
            id: id.to_owned(),
            credential: None,
        },
        action: "casemate.session.begin".to_owned(),
        kind: "sign-in".to_owned(),
        outcome: "success".to_owned(),
        ..AuditEvent::default()
    };
    let events = [("casemate", local.as_str()), ("corp", "s-1"), ("corp", "s-1"), ("corp", "s-2")];
    let events = events.iter().map(|(provider, id)| sign_in(provider, id)).collect();
    server.app.store.record_events(events).await.unwrap();
    for (who, identity, sign_ins) in [
        (theirs, &as_local, 0),
        (theirs, &as_known, 1),
        (theirs, &as_other, 0),
        (theirs, &local, 0),
        (ours, &local, 1),
        (ours, &known, 2),
        (ours, &as_known, 0),
    ] {
        let (events, empty) = paged(server, who, identity).await;
        let found = events.iter().filter(|event| event["kind"] == "sign-in").count();
        assert_eq!(found, sign_ins, "{who} {identity}: {events:?}");
        // Where a page ends says nothing of what others have on record.
        assert!(empty <= 1, "{who} {identity}: {empty} empty pages, {events:?}");
    }
}

/// The next event of a stream, without `alive`.
async fn next(body: &mut Body, text: &mut String) -> (String, Value) {
    loop {
        if let Some((event, rest)) = text.split_once("\n\n") {
            let member = |name: &str| {
                let line = event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                line.trim().to_owned()
            };
            let told = (member("event:"), serde_json::from_str(&member("data:")).unwrap());
            *text = rest.to_owned();
            if told.0 != "alive" {
                return told;
            }
            continue;
        }
        let frame = std::future::poll_fn(|context| pin!(&mut *body).poll_frame(context));
        let frame = tokio::time::timeout(Duration::from_secs(20), frame).await.unwrap();
        let data = frame.unwrap().unwrap().into_data().unwrap();
        text.push_str(std::str::from_utf8(&data).unwrap());
    }
}

async fn whoever_watches_is_told(server: &Server) {
    let watch = async |after: Option<String>| {
        let mut request = Request::post(format!("{ALL}/tail"))
            .header("host", "localhost")
            .header("authorization", "Bearer auditor")
            .header("content-type", "application/json");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let request =
            request.body(Body::from(json!({ "action": "casemate.role.create" }).to_string())).unwrap();
        let response = server.front.clone().respond(request, None).await;
        assert_eq!(response.status(), 200);
        response.into_body()
    };
    let (mut body, mut text) = (watch(None).await, String::new());
    assert_eq!(next(&mut body, &mut text).await.0, "ready");
    let make = async |name: &str| {
        server.make("/api/v1/roles", &json!({ "name": name, "permissions": [] })).await;
    };
    make("first").await;
    let (kind, first) = next(&mut body, &mut text).await;
    assert_eq!((kind.as_str(), &first["after"]["name"]), ("event", &json!("first")), "{first}");
    drop(body);
    make("second").await;
    // Whoever comes again is told of what they missed.
    let (mut body, mut text) = (watch(Some(first["id"].to_string())).await, String::new());
    assert_eq!(next(&mut body, &mut text).await.0, "ready");
    let (_, second) = next(&mut body, &mut text).await;
    assert_eq!(second["after"]["name"], "second", "{second}");
}

async fn a_search_is_kept(server: &Server) {
    let path = "/api/v1/audit-searches";
    let document = |name: &str, shared: bool| json!({ "name": name, "shared": shared, "search": { "outcome": "denied", "search": "role" } });
    let made =
        server.send(&format!("POST {path}"), Some("auditor"), &[], Some(&document("mine", false))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["search"], json!({ "outcome": "denied", "search": "role" }));
    let found = search(server, "auditor", made.body["search"].clone()).await;
    assert_eq!(found.status, 200, "{}", found.text);
    // Nobody else sees it, and who may not share it does not.
    let one = format!("GET {path}/{}", made.id());
    assert_eq!(server.send(&one, Some("administrator"), &[], None).await.status, 404);
    let refused =
        server.send(&format!("POST {path}"), Some("auditor"), &[], Some(&document("ours", true))).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "{}", refused.text);
    let shared = server.admin(&format!("POST {path}"), Some(&document("ours", true))).await;
    let listed = server.send(&format!("GET {path}"), Some("auditor"), &[], None).await;
    let names: Vec<_> = listed.body["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [&json!("mine"), &json!("ours")], "{}", listed.text);
    let elsewhere = server.send(&format!("GET {path}"), Some("tenant-administrator"), &[], None).await;
    assert_eq!(elsewhere.body["items"], json!([]));
    let of_others = format!("{path}/{}", shared.id());
    let tag = [("if-match", shared.header("etag"))];
    for method in ["PUT", "DELETE"] {
        let body = (method == "PUT").then(|| document("theirs", false));
        let refused =
            server.send(&format!("{method} {of_others}"), Some("auditor"), &tag, body.as_ref()).await;
        assert_eq!(refused.status, 403, "{method} {}", refused.text);
    }
    let again = server.admin(&format!("POST {path}"), Some(&document("ours", true))).await;
    assert_eq!(again.code(), "name_taken", "{}", again.text);
    let put = format!("PUT {of_others}");
    let changed = server.send(&put, Some("administrator"), &tag, Some(&document("all", true))).await;
    assert_eq!((changed.status.as_u16(), &changed.body["name"]), (200, &json!("all")), "{}", changed.text);
    let stale = server.send(&put, Some("administrator"), &tag, Some(&document("all", true))).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    let tag = [("if-match", changed.header("etag"))];
    let gone = server.send(&format!("DELETE {of_others}"), Some("administrator"), &tag, None).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    let told = actions(server, "administrator", json!({ "resource_id": shared.id(), "sort": "id" })).await;
    let told: Vec<&String> =
        told.iter().filter(|action| action.starts_with("casemate.audit-search")).collect();
    let expected = ["create", "update", "delete"].map(|verb| format!("casemate.audit-search.{verb}"));
    assert!(expected.iter().all(|action| told.contains(&action)), "{told:?}");
}

async fn the_trail_is_read(server: &Server) {
    a_search_finds(server).await;
    what_is_found_is_counted(server).await;
    one_event_is_read(server).await;
    an_export_is_the_log(server).await;
    let found = search(server, "administrator", json!({ "action": "casemate.role.update" })).await;
    let role = found.body["items"][0]["resource"]["id"].as_str().unwrap().to_owned();
    a_timeline_is_of_one_thing_or_person(server, &role).await;
    a_timeline_tells_of_no_sign_in_of_another_tenant(server).await;
    whoever_watches_is_told(server).await;
    a_search_is_kept(server).await;
}

#[tokio::test]
async fn the_trail_is_read_on_sqlite() {
    the_trail_is_read(&Server::start().await).await;
}

#[tokio::test]
async fn the_trail_is_read_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    the_trail_is_read(&Server::on_postgres(&postgres.url()).await).await;
}
