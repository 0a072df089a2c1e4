//! API keys: shown once, narrowed, rotated, revoked.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::Server;

async fn account(server: &Server) -> String {
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "ci" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    server.make("/api/v1/assignments", &json!({ "role": "auditor", "to": to })).await;
    account
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_it_is_revoked() {
    let server = Server::start().await;
    let account = account(&server).await;
    let keys = format!("/api/v1/service-accounts/{account}/api-keys");
    let once = [("idempotency-key", "k1")];
    let body = json!({ "title": "nightly build" });
    let made = server.send(&format!("POST {keys}"), Some("administrator"), &once, Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let key = made.body["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("cmk_"));
    let again = server.send(&format!("POST {keys}"), Some("administrator"), &once, Some(&body)).await;
    assert_eq!((again.status, &again.body["id"]), (StatusCode::CREATED, &made.body["id"]));
    assert!(!again.text.contains("cmk_"), "{}", again.text);

    let item = format!("/api/v1/api-keys/{}", made.id());
    for request in [format!("GET {item}"), format!("GET {keys}")] {
        let read = server.admin(&request, None).await;
        assert_eq!(read.status, StatusCode::OK, "{}", read.text);
        assert!(read.text.contains("nightly build") && !read.text.contains(&key), "{}", read.text);
    }
    let works = server.send("GET /api/v1/roles", Some(&key), &[], None).await;
    assert_eq!(works.status, StatusCode::OK, "{}", works.text);
    let header = [("x-api-key", &*key)];
    assert_eq!(server.send("GET /api/v1/roles", None, &header, None).await.status, StatusCode::OK);
    let beyond = server.send("POST /api/v1/roles", Some(&key), &[], Some(&json!({}))).await;
    assert_eq!((beyond.status, beyond.code()), (StatusCode::FORBIDDEN, "forbidden"));

    for _ in 0..2 {
        let revoked = server.admin(&format!("POST {item}/revoke"), None).await;
        assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.text);
        assert!(revoked.body["revoked_at"].is_string());
    }
    let refused = server.send("GET /api/v1/roles", Some(&key), &[], None).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNAUTHORIZED, "credential_rejected"));
}

#[tokio::test]
async fn a_rotated_key_goes_on_for_its_overlap_alone() {
    let server = Server::start().await;
    let account = account(&server).await;
    let path = format!("/api/v1/service-accounts/{account}/api-keys");
    let mut status = Vec::new();
    for overlap in [3_600, 0] {
        let old = server.admin(&format!("POST {path}"), Some(&json!({ "title": "k" }))).await;
        let rotate = format!("POST /api/v1/api-keys/{}/rotate", old.id());
        let new = server.admin(&rotate, Some(&json!({ "overlap_seconds": overlap }))).await;
        assert_eq!(new.status, StatusCode::CREATED, "{}", new.text);
        assert_eq!(new.body["rotated_from"], old.body["id"]);
        for answer in [&old, &new] {
            let key = answer.body["key"].as_str().unwrap();
            status.push(server.send("GET /api/v1/roles", Some(key), &[], None).await.status.as_u16());
        }
    }
    assert_eq!(status, [200, 200, 401, 200]);
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_told() {
    let server = Server::start().await;
    let account = account(&server).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    for (body, pointer) in [
        (json!({ "title": "k", "networks": ["192.0.2.0/24", "everywhere"] }), "/networks/1"),
        (json!({ "title": "k", "expires_at": "tomorrow" }), "/expires_at"),
        (json!({}), "/title"),
    ] {
        let answer = server.admin(&path, Some(&body)).await;
        assert_eq!(answer.code(), "invalid_document", "{}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.text);
    }
    let gone =
        server.admin("POST /api/v1/service-accounts/none/api-keys", Some(&json!({ "title": "k" }))).await;
    assert_eq!((gone.status, gone.code()), (StatusCode::NOT_FOUND, "not_found"));
}

#[tokio::test]
async fn decisions_are_asked_for_with_a_key_too() {
    let server = Server::start().await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "gateway" })).await;
    let role = json!({ "name": "asker", "permissions": [{ "name": "casemate.decision.ask" }, { "name": "notes.read" }] });
    server.make("/api/v1/roles", &role).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "gateway" });
    server.make("/api/v1/assignments", &json!({ "role": "asker", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let made = server.admin(&path, Some(&json!({ "title": "k" }))).await;
    let key = made.body["key"].as_str().unwrap().to_owned();
    let question = json!({ "subject": { "type": "service", "id": account }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let header = [("x-api-key", &*key)];
    let decided = server.send("POST /access/v1/evaluation", None, &header, Some(&question)).await;
    assert_eq!(
        (decided.status, &decided.body["decision"]),
        (StatusCode::OK, &json!(true)),
        "{}",
        decided.text
    );
    let checked = server.send("POST /api/v1/check", Some(&key), &[], Some(&question)).await;
    assert_eq!(checked.body["decision"], "allowed", "{}", checked.text);
    assert_eq!(checked.body["permission"], "notes.read");
    let explained = server.send("POST /api/v1/explain", Some(&key), &[], Some(&question)).await;
    assert_eq!(explained.status, StatusCode::OK, "{}", explained.text);
}

#[tokio::test]
async fn what_depends_on_the_resource_is_conditional_and_has_a_filter() {
    let server = Server::start().await;
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n\
        [attributes]\ncreatedBy = { type = \"string\", column = \"created_by\" }\n\
        [[permission]]\nname = \"notes.read\"\n[permission.properties.own]\ntype = \"bool\"\n\
        when = \"value == false || resource.createdBy == identity.id\"\n";
    server.make("/api/v1/applications", &json!({ "schema": schema })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "ada" })).await;
    let role = json!({ "name": "own", "permissions": [{ "name": "notes.read", "own": true }] });
    server.make("/api/v1/roles", &role).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "ada" });
    server.make("/api/v1/assignments", &json!({ "role": "own", "to": to })).await;
    let question =
        json!({ "subject": { "type": "service", "id": account }, "action": { "name": "notes.read" } });
    let ask = async |path: &str, question: &serde_json::Value| {
        server.send(&format!("POST /api/v1/{path}"), Some("asker"), &[], Some(question)).await
    };
    let checked = ask("check", &question).await;
    assert_eq!(checked.body["decision"], "conditional", "{}", checked.text);
    let tree = ask("filter", &question).await;
    assert_eq!(tree.body["filter"]["format"], 1, "{}", tree.text);
    let mut in_sql = question.clone();
    in_sql["dialect"] = json!("postgres");
    let sql = ask("filter", &in_sql).await;
    assert!(sql.body["sql"].as_str().unwrap().contains("created_by"), "{}", sql.text);
    assert_eq!(sql.body["parameters"], json!([account]));
    in_sql["dialect"] = json!("oracle");
    assert_eq!(ask("filter", &in_sql).await.body["errors"][0]["pointer"], "/dialect");
    let mut strange = question.clone();
    strange["resorce"] = json!({});
    assert_eq!(ask("check", &strange).await.body["errors"][0]["pointer"], "/resorce");
}

#[tokio::test]
async fn the_keys_of_a_tenant_are_listed_searched_and_saved_without_secrets() {
    let server = Server::start().await;
    let account = account(&server).await;
    let other = server.make("/api/v1/service-accounts", &json!({ "name": "other" })).await;
    let soon = casemate_expression::Timestamp(casemate_platform::clock::now() + 86_400_000_000).to_string();
    let path = |account: &str| format!("POST /api/v1/service-accounts/{account}/api-keys");
    let mut secrets = Vec::new();
    for (account, body) in [
        (&account, json!({ "title": "b night" })),
        (&account, json!({ "title": "=a build", "expires_at": soon })),
        (&other, json!({ "title": "c night" })),
    ] {
        let made = server.admin(&path(account), Some(&body)).await;
        secrets.push(made.body["key"].as_str().unwrap().to_owned());
    }
    let titles = |answer: &crate::support::Answer| -> Vec<String> {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(!secrets.iter().any(|secret| answer.text.contains(secret)), "a secret in {}", answer.text);
        let items = answer.body["items"].as_array().unwrap();
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let all = server.admin("GET /api/v1/api-keys", None).await;
    assert_eq!(
        titles(&all),
        ["b night", "=a build", "c night"],
        "the key of first administrators is in no list"
    );
    let first = server.admin("GET /api/v1/api-keys?sort=-title&limit=2", None).await;
    assert_eq!(titles(&first), ["c night", "b night"]);
    let next = first.body["next"].as_str().unwrap();
    let second = server.admin(&format!("GET /api/v1/api-keys?sort=-title&limit=2&after={next}"), None).await;
    assert_eq!(titles(&second), ["=a build"]);
    let wrong = server.admin(&format!("GET /api/v1/api-keys?limit=2&after={next}"), None).await;
    assert_eq!(wrong.code(), "malformed_query", "a place in another order");
    for (search, expected) in [
        (json!({ "search": "NIGHT" }), &["b night", "c night"][..]),
        (json!({ "account": other }), &["c night"]),
        (json!({ "expiring_days": 2 }), &["=a build"]),
        (json!({ "state": "revoked" }), &[]),
        (json!({ "unused_days": 1 }), &[]),
    ] {
        let found = server.admin("POST /api/v1/api-keys/search", Some(&search)).await;
        assert_eq!(titles(&found), expected, "{search}");
    }
    for wrong in [json!({ "expiring_days": 0 }), json!({ "search": "x".repeat(257) })] {
        let refused = server.admin("POST /api/v1/api-keys/search", Some(&wrong)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    }
    let csv = [("accept", "text/csv")];
    let of_account = format!("GET /api/v1/service-accounts/{account}/api-keys");
    for (request, lines) in [("GET /api/v1/api-keys", 4), (&*of_account, 3)] {
        let saved = server.send(request, Some("administrator"), &csv, None).await;
        assert_eq!(saved.text.lines().count(), lines, "{}", saved.text);
        assert!(saved.text.contains("\"'=a build\"") && !secrets.iter().any(|key| saved.text.contains(key)));
    }
    let elsewhere = server.send("GET /api/v1/api-keys", Some("other-administrator"), &[], None).await;
    assert_eq!(titles(&elsewhere), [] as [&str; 0], "another tenant's");
}
