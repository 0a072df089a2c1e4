//! What every endpoint does: preconditions, idempotency keys, revisions, methods, bodies.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::Server;

fn role(name: &str) -> Value {
    json!({ "name": name, "permissions": [{ "name": "cms.*" }] })
}

#[tokio::test]
async fn what_several_people_edit_is_changed_with_the_tag_that_was_read() {
    let server = Server::start().await;
    let id = server.make("/api/v1/roles", &role("a")).await;
    let item = format!("/api/v1/roles/{id}");
    for (method, body) in [("PUT", Some(role("a"))), ("DELETE", None)] {
        let request = format!("{method} {item}");
        let without = server.admin(&request, body.as_ref()).await;
        assert_eq!((without.status.as_u16(), without.code()), (428, "precondition_required"), "{method}");
        for (tag, status) in [("\"0\"", 412), ("W/\"1\"", 412), ("none", 400), ("\"1\" \"2\"", 400)] {
            let answer =
                server.send(&request, Some("administrator"), &[("if-match", tag)], body.as_ref()).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {tag} {}", answer.text);
        }
    }
    let read = server.admin(&format!("GET {item}"), None).await;
    let known = [("if-none-match", read.header("etag"))];
    let same = server.send(&format!("GET {item}"), Some("administrator"), &known, None).await;
    assert_eq!((same.status, &*same.text), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(same.header("etag"), read.header("etag"));
    let head = server.send(&format!("HEAD {item}"), Some("administrator"), &[], None).await;
    assert_eq!((head.status, &*head.text), (StatusCode::OK, ""));
}

#[tokio::test]
async fn of_two_who_edit_at_once_one_wins() {
    let server = Server::start().await;
    let id = server.make("/api/v1/roles", &role("a")).await;
    let put = format!("PUT /api/v1/roles/{id}");
    let tag = server.admin(&format!("GET /api/v1/roles/{id}"), None).await.header("etag").to_owned();
    let tag = [("if-match", &*tag)];
    let (one, other) = (role("one"), role("other"));
    let first = server.send(&put, Some("administrator"), &tag, Some(&one));
    let second = server.send(&put, Some("administrator"), &tag, Some(&other));
    let (first, second) = tokio::join!(first, second);
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", first.text, second.text);
}

#[tokio::test]
async fn a_request_with_a_key_is_carried_out_once() {
    let server = Server::start().await;
    let key = [("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324")];
    let send = async |credential: &str, body: &Value| {
        server.send("POST /api/v1/roles", Some(credential), &key, Some(body)).await
    };
    let first = send("administrator", &role("a")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let again = send("administrator", &role("a")).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = send("administrator", &role("b")).await;
    assert_eq!((other.status.as_u16(), other.code()), (422, "idempotency_key_reused"));
    // Keys of different callers never meet.
    let stranger = send("editor", &role("b")).await;
    assert_eq!(stranger.status, StatusCode::CREATED, "{}", stranger.text);
    let listed =
        server.admin("POST /api/v1/roles/search", Some(&json!({ "filters": { "name": "a" } }))).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let malformed = [("idempotency-key", "a b")];
    let answer = server.send("POST /api/v1/roles", Some("administrator"), &malformed, Some(&role("c"))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "malformed_header"));
}

#[tokio::test]
async fn who_asks_at_once_with_one_key_makes_one_thing() {
    let server = Server::start().await;
    let key = [("idempotency-key", "same")];
    let body = role("a");
    let send = || server.send("POST /api/v1/roles", Some("administrator"), &key, Some(&body));
    let (one, two, three) = tokio::join!(send(), send(), send());
    let statuses = [one.status.as_u16(), two.status.as_u16(), three.status.as_u16()];
    assert!(
        statuses.contains(&201) && statuses.iter().all(|status| [201, 409].contains(status)),
        "{statuses:?}"
    );
    let listed = server.admin("GET /api/v1/roles", None).await;
    let named = listed.body["items"].as_array().unwrap().iter().filter(|item| item["name"] == "a").count();
    assert_eq!(named, 1);
}

#[tokio::test]
async fn a_revision_that_was_seen_is_waited_for() {
    let server = Server::start().await;
    let made = server.admin("POST /api/v1/roles", Some(&role("a"))).await;
    let revision = made.header("casemate-revision").to_owned();
    let seen = [("casemate-at-least", &*revision)];
    let read = server.send("GET /api/v1/roles", Some("administrator"), &seen, None).await;
    assert_eq!(read.status, StatusCode::OK);
    let far = [("casemate-at-least", "9000000000")];
    let late = server.send("GET /api/v1/roles", Some("administrator"), &far, None).await;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "revision_not_reached"));
    for wrong in ["x", "-1", "", "99999999999999999999"] {
        let headers = [("casemate-at-least", wrong)];
        let answer = server.send("GET /api/v1/roles", Some("administrator"), &headers, None).await;
        assert_eq!(answer.code(), "malformed_header", "{wrong}");
    }
}

#[tokio::test]
async fn a_path_says_which_methods_it_answers_and_no_other_origin_may_call() {
    let server = Server::start().await;
    for method in ["PATCH", "PUT", "DELETE"] {
        let answer = server.admin(&format!("{method} /api/v1/roles"), None).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
        let mut allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    }
    let headers = [("origin", "https://elsewhere.example"), ("access-control-request-method", "POST")];
    let options = server.send("OPTIONS /api/v1/roles", None, &headers, None).await;
    assert_eq!(options.status, StatusCode::NO_CONTENT);
    assert!(options.header("allow").contains("POST"));
    assert!(options.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    let unknown = server.admin("GET /api/v1/nothing", None).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::NOT_FOUND, "not_found"));
}

#[tokio::test]
async fn bodies_are_bounded_json_without_surprises() {
    let server = Server::start().await;
    let send = async |kind: &str, body: String| {
        let request = Request::post("/api/v1/roles")
            .header("host", "localhost")
            .header("authorization", "Bearer administrator")
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        let answer = server.raw(request).await;
        (answer.status.as_u16(), answer.code().to_owned())
    };
    let json = "application/json";
    let expect = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(send("text/plain", "{}".into()).await, expect(400, "wrong_content_type"));
    assert_eq!(send(json, String::new()).await, expect(400, "malformed_body"));
    assert_eq!(send(json, "{\"name\":".into()).await, expect(400, "malformed_body"));
    let twice = r#"{"name":"a","permissions":[{"name":"cms.a","own":true,"own":false}]}"#;
    assert_eq!(send(json, twice.into()).await, expect(400, "malformed_body"));
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(send(json, long).await, expect(413, "body_too_large"));
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(send(json, deep).await, expect(400, "malformed_body"));
}

#[tokio::test]
async fn queries_are_read_strictly() {
    let server = Server::start().await;
    for query in
        ["limit=0", "limit=1001", "limit=x", "offset=1", "limit=1&limit=2", "after=AAAA", "after=%ff"]
    {
        let answer = server.admin(&format!("GET /api/v1/roles?{query}"), None).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "malformed_query"), "{query}");
    }
    let id = server.make("/api/v1/roles", &role("a")).await;
    let answer = server.admin(&format!("GET /api/v1/roles/{id}?tenant=acme"), None).await;
    assert_eq!(answer.code(), "malformed_query");
}

#[tokio::test]
async fn a_problem_carries_the_id_that_joins_it_to_the_logs() {
    let server = Server::start().await;
    let id = [("x-request-id", "joined")];
    let answer = server.send("GET /api/v1/roles/none", Some("administrator"), &id, None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!((answer.header("x-request-id"), &answer.body["request_id"]), ("joined", &json!("joined")));
    assert_eq!(answer.body["status"], 404);
}

#[tokio::test]
async fn refusals_of_strangers_are_counted_and_those_of_callers_recorded() {
    let server = Server::start().await;
    for _ in 0..50 {
        server.send("GET /api/v1/roles", None, &[], None).await;
        server.send("GET /api/v1/roles", Some("wrong"), &[], None).await;
    }
    server.app.denials.flush(&server.app.store).await;
    let path = "POST /api/v1/audit-events/anonymous-denials/search";
    let counted = server.admin(path, Some(&json!({}))).await;
    let items = counted.body["items"].as_array().unwrap();
    let total: i64 = items.iter().map(|item| item["count"].as_i64().unwrap()).sum();
    assert_eq!(total, 100, "{}", counted.text);
    assert!(items.len() <= 2 && items[0]["route"] == "/api/v1/roles", "{}", counted.text);
    let decisions = async || {
        let reader = server.app.store.reader();
        reader.decisions(&Default::default(), None, 100).await.unwrap().items
    };
    assert!(decisions().await.is_empty());
    let refused = server.send("GET /api/v1/roles/none", Some("nobody"), &[], None).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden"));
    let events = decisions().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.action, "casemate.role.read");
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_its_place() {
    let server = Server::start().await;
    let long = "x".repeat(1_025);
    let body = json!({ "revision": 0, "reason": long });
    let refused = server.admin("POST /api/v1/policy/revert", Some(&body)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
    assert_eq!(refused.body["errors"][0]["pointer"], "/reason", "{}", refused.text);
    // Its name is made of all that says whom it is for.
    server.make("/api/v1/roles", &role("a")).await;
    let target = "x".repeat(1_010);
    let body = json!({ "role": "a", "to": { "provider": "corp", "id": target } });
    server
        .make(
            "/api/v1/providers",
            &json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["a"] }),
        )
        .await;
    let refused = server.admin("POST /api/v1/assignments", Some(&body)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
    assert!(refused.body["errors"][0]["pointer"].as_str().unwrap().starts_with("/to"), "{}", refused.text);
}
