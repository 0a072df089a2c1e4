//! Questions about whoever a token is of.

use axum::body::Body;
use axum::http::Request;
use casemate_platform::Client;
use serde_json::{Value, json};

use crate::permissions::{deactivate, furnish, key, token};
use crate::support::Server;

fn question(subject: &Value) -> Value {
    json!({ "subject": subject, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7", "properties": { "author": "u-1" } } })
}

async fn ask(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let answer = server.send(&format!("POST {path}"), Some("asker"), &[], Some(body)).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn a_token_means_its_owner_wherever_decisions_are_asked_for() {
    let server = furnish(Server::start().await).await;
    let (good, _) = token(&server, "u-1", json!({})).await;
    let (stranger, _) = token(&server, "stranger", json!({})).await;
    let (inactive, _) = token(&server, "u-5", json!({})).await;
    deactivate(&server, 5).await;
    let of = |token: &str| question(&json!({ "token": token }));
    for (token, decision, reason) in [
        (&*good, true, "permission_allows"),
        (&stranger, false, "no_permission"),
        ("no-token", false, "subject_rejected"),
        ("", false, "subject_rejected"),
        // With whoever is deactivated goes what they had made.
        (&inactive, false, "subject_rejected"),
    ] {
        for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
            let (status, answer) = ask(&server, path, &of(token)).await;
            assert_eq!((status, &answer["decision"]), (200, &json!(decision)), "{path} {token}: {answer}");
            assert_eq!(answer["context"]["reason_code"], reason, "{path} {token}");
        }
        let word = if decision { "allowed" } else { "denied" };
        for path in ["/api/v1/check", "/api/v1/filter", "/api/v1/explain"] {
            let (status, answer) = ask(&server, path, &of(token)).await;
            assert_eq!((status, &answer["decision"]), (200, &json!(word)), "{path} {token}: {answer}");
            assert_eq!(answer["reason_code"], reason, "{path} {token}: {answer}");
        }
    }
    // In a batch, of one item or of all; an item that is wrong is its own denial.
    let mut batch = of(&good);
    batch["evaluations"] = json!([
        {},
        { "subject": { "token": stranger } },
        { "subject": { "token": "no-token" } },
        { "subject": { "type": "user", "id": "u-1" } },
        { "subject": { "token": good, "type": "user" } },
        { "subject": { "token": 7 } },
        { "subject": {} },
    ]);
    let (status, answer) = ask(&server, "/access/v1/evaluations", &batch).await;
    assert_eq!(status, 200, "{answer}");
    let told: Vec<(bool, &str)> = answer["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["decision"].as_bool().unwrap(), item["context"]["reason_code"].as_str().unwrap()))
        .collect();
    let invalid = (false, "invalid_evaluation");
    let expected = [
        (true, "permission_allows"),
        (false, "no_permission"),
        (false, "subject_rejected"),
        (true, "permission_allows"),
        invalid,
        invalid,
        invalid,
    ];
    assert_eq!(told, expected);
    // With a type or an id beside it, one question is none.
    for subject in [
        json!({ "token": good, "type": "user" }),
        json!({ "token": good, "id": "u-1" }),
        json!({ "token": 7 }),
    ] {
        for path in ["/access/v1/evaluation", "/api/v1/check", "/api/v1/filter", "/api/v1/explain"] {
            let (status, answer) = ask(&server, path, &question(&subject)).await;
            assert_eq!((status, &answer["code"]), (400, &json!("malformed_body")), "{path} {subject}");
        }
    }
    let mut many = of(&good);
    let subject = |number: usize| json!({ "subject": { "token": format!("t-{number}") } });
    many["evaluations"] = (0..99).map(subject).collect();
    assert_eq!(ask(&server, "/access/v1/evaluations", &many).await.0, 200);
    many["evaluations"] = (0..100).map(subject).collect();
    assert_eq!(ask(&server, "/access/v1/evaluations", &many).await.0, 400);
}

#[tokio::test]
async fn the_record_names_whoever_a_token_is_of() {
    let server = furnish(Server::start().await).await;
    let (stranger, _) = token(&server, "stranger", json!({})).await;
    ask(&server, "/access/v1/evaluation", &question(&json!({ "token": stranger }))).await;
    ask(&server, "/access/v1/evaluation", &question(&json!({ "token": "no-token" }))).await;
    let denied = server.app.store.reader().decisions(&Default::default(), None, 10).await.unwrap().items;
    let of =
        |reason: &str| &denied.iter().find(|stored| stored.event.reason == reason).unwrap().event.subject;
    let known = of("no_permission");
    assert_eq!((&*known.provider, &*known.kind, &*known.id), ("corp", "user", "stranger"));
    let unknown = of("subject_rejected");
    assert_eq!((&*unknown.provider, &*unknown.kind, &*unknown.id), ("", "", ""));
}

#[tokio::test]
async fn a_token_counts_in_the_tenant_that_is_asked_in() {
    let server = furnish(Server::start().await).await;
    let (good, _) = token(&server, "u-1", json!({})).await;
    let (_, key) = key(&server, json!({})).await;
    let tenant = [("casemate-tenant", "acme")];
    for token in [&good, &key] {
        let question = question(&json!({ "token": token }));
        let here = server.admin("POST /api/v1/explain", Some(&question)).await;
        assert_ne!(here.body["reason_code"], "no_permission", "{}", here.text);
        let there =
            server.send("POST /access/v1/evaluation", Some("administrator"), &tenant, Some(&question)).await;
        assert_eq!(there.body["context"]["reason_code"], "no_permission", "{}", there.text);
        let body = json!({ "items": [{ "token": token }] });
        let held = server
            .send("POST /api/v1/permissions/resolve", Some("tenant-administrator"), &[], Some(&body))
            .await;
        assert_eq!(held.body["items"][0]["permissions"], json!([]), "{}", held.text);
        assert_eq!(held.body["items"][0]["identity"]["tenant"], "acme");
    }
}

#[tokio::test]
async fn where_a_service_is_says_nothing_of_whose_key_it_hands_on() {
    let server = furnish(Server::start().await).await;
    let (_, near) = key(&server, json!({ "networks": ["192.0.2.0/24"] })).await;
    let (_, right) = key(&server, json!({})).await;
    let client = Client {
        address: "192.0.2.7".parse().unwrap(),
        peer: "192.0.2.7:40000".parse().unwrap(),
        secure: true,
    };
    let resolve = async |items: Value| {
        let body = json!({ "items": items }).to_string();
        let request = Request::post("/api/v1/permissions/resolve")
            .header("host", "localhost")
            .header("authorization", "Bearer administrator")
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        server.raw_from(request, Some(client)).await.body["items"].clone()
    };
    let items = resolve(json!([{ "token": near }, { "token": right }])).await;
    assert_eq!(items[0]["problem"]["code"], "credential_rejected", "from wherever it was stolen: {items}");
    assert!(items[1]["permissions"].is_array(), "{items}");
}
