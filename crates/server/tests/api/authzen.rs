//! What AuthZEN (Authorization API 1.0) asks of every one of its endpoints.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

/// Each endpoint, with the least that it takes.
fn endpoints() -> [(&'static str, Value); 5] {
    let subject = || json!({ "type": "user", "id": "ada" });
    let action = || json!({ "name": "notes.read" });
    let resource = || json!({ "type": "note", "id": "7" });
    let whole = || json!({ "subject": subject(), "action": action(), "resource": resource() });
    let many =
        json!({ "subject": subject(), "action": action(), "evaluations": [{ "resource": resource() }] });
    [
        ("/access/v1/evaluation", whole()),
        ("/access/v1/evaluations", many),
        (
            "/access/v1/search/subject",
            json!({ "subject": { "type": "user" }, "action": action(), "resource": resource() }),
        ),
        ("/access/v1/search/action", json!({ "subject": subject(), "resource": resource() })),
        (
            "/access/v1/search/resource",
            json!({ "subject": subject(), "action": action(), "resource": { "type": "note" } }),
        ),
    ]
}

async fn furnished() -> Server {
    let server = Server::start().await;
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[[permission]]\nname = \"notes.read\"\n\
                  [[permission]]\nname = \"notes.write\"\n";
    let policy = "format = 1\n[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.*\" }]\n\
                  [[user]]\nid = \"ada\"\n[[user]]\nid = \"bob\"\n\
                  [[assignment]]\nrole = \"reader\"\nto = { id = \"ada\" }\n[[assignment]]\nrole = \"reader\"\nto = { id = \"bob\" }\n";
    let files = json!({ "schema.toml": schema, "policy.toml": policy });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let items = ["7", "8", "9"].map(|id| json!({ "application": "notes", "type": "note", "id": id }));
    let made = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
    assert_eq!(made.body["created"], 3, "{}", made.text);
    server
}

async fn ask(server: &Server, path: &str, body: &Value) -> Answer {
    server.admin(&format!("POST {path}"), Some(body)).await
}

#[tokio::test]
async fn unknown_fields_are_ignored_everywhere() {
    let server = furnished().await;
    for (path, body) in endpoints() {
        let plain = ask(&server, path, &body).await;
        assert_eq!(plain.status.as_u16(), 200, "{path}: {}", plain.text);
        let mut more = body.clone();
        more["unknown"] = json!([1, { "a": null }]);
        for member in ["subject", "action", "resource"] {
            if more[member].is_object() {
                more[member]["unknown"] = json!({ "x": [] });
            }
        }
        if let Some(items) = more["evaluations"].as_array_mut() {
            items[0]["unknown"] = json!("x");
            items[0]["resource"]["unknown"] = json!(7);
        }
        more["options"] = json!({ "unknown": true });
        if path.contains("search") {
            more["page"] = json!({ "unknown": 1, "properties": {} });
        }
        more.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = ask(&server, path, &more).await;
        assert_eq!((answer.status, answer.body), (plain.status, plain.body), "{path}");
    }
}

#[tokio::test]
async fn the_request_id_comes_back_everywhere() {
    let server = furnished().await;
    let id = [("x-request-id", "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")];
    for (path, body) in endpoints() {
        let answer = server.send(&format!("POST {path}"), Some("administrator"), &id, Some(&body)).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-request-id")), (200, id[0].1), "{path}");
        let wrong = server.send(&format!("POST {path}"), Some("administrator"), &id, Some(&json!([]))).await;
        assert_eq!((wrong.status.as_u16(), wrong.header("x-request-id")), (400, id[0].1), "{path}");
        let nobody = server.send(&format!("POST {path}"), None, &id, Some(&body)).await;
        assert_eq!((nobody.status.as_u16(), nobody.header("x-request-id")), (401, id[0].1), "{path}");
    }
    let metadata = server.send("GET /.well-known/authzen-configuration", None, &id, None).await;
    assert_eq!((metadata.status.as_u16(), metadata.header("x-request-id")), (200, id[0].1));
}

#[tokio::test]
async fn another_content_type_and_what_is_no_request_is_400_everywhere() {
    let server = furnished().await;
    for (path, body) in endpoints() {
        let send = async |kind: Option<&str>, text: String| {
            let mut request = Request::post(path).header("host", "localhost");
            request = request.header("authorization", "Bearer administrator");
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            let answer = server.raw(request.body(Body::from(text)).unwrap()).await;
            (answer.status.as_u16(), answer.code().to_owned())
        };
        let good = body.to_string();
        assert_eq!(send(Some("application/json; charset=utf-8"), good.clone()).await.0, 200, "{path}");
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            assert_eq!(
                send(kind, good.clone()).await,
                (400, "wrong_content_type".to_owned()),
                "{path} {kind:?}"
            );
        }
        for bad in ["", "{", "[]", "7", "null", "{\"subject\":1}", "{\"a\":1,\"a\":1}"] {
            let answer = send(Some("application/json"), bad.to_owned()).await;
            assert_eq!(answer, (400, "malformed_body".to_owned()), "{path} {bad}");
        }
        // What it requires is required, and of its type.
        for member in body.as_object().unwrap().keys().filter(|member| *member != "evaluations") {
            let mut lacking = body.clone();
            lacking.as_object_mut().unwrap().remove(member);
            let mut wrong = body.clone();
            wrong[member] = json!(7);
            if path == "/access/v1/evaluations" {
                // There it is the item that is incomplete.
                for body in [lacking, wrong] {
                    let answer = ask(&server, path, &body).await;
                    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
                    assert_eq!(answer.body["evaluations"][0]["decision"], false, "{}", answer.text);
                }
                continue;
            }
            for body in [lacking, wrong] {
                let answer = ask(&server, path, &body).await;
                assert_eq!((answer.status.as_u16(), answer.code()), (400, "malformed_body"), "{path} {body}");
            }
        }
    }
}

#[tokio::test]
async fn an_incomplete_item_of_a_batch_is_its_own_false() {
    let server = furnished().await;
    let whole = json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let without = |member: &str| {
        let mut item = whole.clone();
        item.as_object_mut().unwrap().remove(member);
        item
    };
    let mut items = vec![whole.clone(), json!(7), json!(null), json!({})];
    items.extend(["subject", "action", "resource"].map(without));
    for (member, field) in
        [("subject", "type"), ("subject", "id"), ("action", "name"), ("resource", "type"), ("resource", "id")]
    {
        let mut item = whole.clone();
        item[member].as_object_mut().unwrap().remove(field);
        items.push(item);
    }
    items.push(whole.clone());
    let answer = ask(&server, "/access/v1/evaluations", &json!({ "evaluations": items })).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let answers: Vec<bool> =
        answer.body["evaluations"].as_array().unwrap().iter().map(|item| item["decision"] == true).collect();
    let mut expected = vec![false; items.len()];
    (expected[0], expected[items.len() - 1]) = (true, true);
    assert_eq!(answers, expected, "{}", answer.text);
}

#[tokio::test]
async fn what_is_unknown_is_found_nowhere() {
    let server = furnished().await;
    let unknown = json!({ "type": "user", "id": "nobody-knows" });
    let action = json!({ "name": "notes.read" });
    for (path, body) in [
        (
            "/access/v1/search/action",
            json!({ "subject": unknown, "resource": { "type": "note", "id": "7" } }),
        ),
        (
            "/access/v1/search/resource",
            json!({ "subject": unknown, "action": action, "resource": { "type": "note" } }),
        ),
        (
            "/access/v1/search/resource",
            json!({ "subject": { "type": "user", "id": "ada" }, "action": action,
            "resource": { "type": "nothing-of-this-type" } }),
        ),
        (
            "/access/v1/search/resource",
            json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": "nowhere.read" },
            "resource": { "type": "note" } }),
        ),
        (
            "/access/v1/search/subject",
            json!({ "subject": { "type": "robot" }, "action": action, "resource": { "type": "note", "id": "7" } }),
        ),
        (
            "/access/v1/search/subject",
            json!({ "subject": { "type": "user" }, "action": { "name": "nowhere.read" },
            "resource": { "type": "nothing", "id": "nobody-knows" } }),
        ),
    ] {
        let answer = ask(&server, path, &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["results"]),
            (200, &json!([])),
            "{path} {body}: {}",
            answer.text
        );
        assert_eq!(answer.body["page"]["next_token"], "", "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_of_a_page_is_good_for_the_same_query_alone() {
    let server = furnished().await;
    for (path, body) in endpoints().into_iter().filter(|(path, _)| path.contains("search")) {
        let mut body = body;
        body["page"] = json!({ "limit": 1 });
        let first = ask(&server, path, &body).await;
        let token = first.body["page"]["next_token"].as_str().unwrap().to_owned();
        assert!(!token.is_empty(), "{path}: {}", first.text);
        body["page"]["token"] = json!(token);
        let second = ask(&server, path, &body).await;
        assert_eq!(second.status.as_u16(), 200, "{path}: {}", second.text);
        assert!(second.body["results"] != first.body["results"], "{path}");
        // The size of a page is no part of the query.
        body["page"]["limit"] = json!(2);
        assert_eq!(ask(&server, path, &body).await.status.as_u16(), 200, "{path}");
        for member in ["subject", "action", "resource", "context"] {
            let mut other = body.clone();
            match &mut other[member] {
                Value::Null => other[member] = json!({ "a": 1 }),
                changed => changed["properties"] = json!({ "a": 1 }),
            }
            let refused = ask(&server, path, &other).await;
            assert_eq!(refused.status.as_u16(), 400, "{path} {member}: {}", refused.text);
        }
        for token in ["AAAA", "not base64!", &format!("{token}A"), &"A".repeat(5_000)] {
            let mut other = body.clone();
            other["page"]["token"] = json!(token);
            assert_eq!(ask(&server, path, &other).await.status.as_u16(), 400, "{path} {token}");
        }
    }
}

#[tokio::test]
async fn the_metadata_names_every_endpoint_which_answers() {
    let server = furnished().await;
    let metadata = server.send("GET /.well-known/authzen-configuration", None, &[], None).await;
    assert_eq!(metadata.header("content-type"), "application/json");
    assert_eq!(metadata.body["policy_decision_point"], "http://localhost");
    let names = [
        "access_evaluation_endpoint",
        "access_evaluations_endpoint",
        "search_subject_endpoint",
        "search_action_endpoint",
        "search_resource_endpoint",
    ];
    for (name, (path, body)) in names.into_iter().zip(endpoints()) {
        assert_eq!(metadata.body[name], format!("http://localhost{path}"), "{}", metadata.text);
        assert_eq!(ask(&server, path, &body).await.status.as_u16(), 200, "{path}");
        let got = server.admin(&format!("GET {path}"), None).await;
        assert_eq!(got.status.as_u16(), 405, "{path}");
    }
}
