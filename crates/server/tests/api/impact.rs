//! Which logged questions a change of the policy would answer otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_server::write_decision_log;
use casemate_store::{RootKeys, Sealer};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::Server;

const POLICY: &str = r#"
format = 1
[[role]]
name = "reader"
permissions = [{ name = "notes.read" }]
[[role]]
name = "public"
permissions = [{ name = "notes.list" }]
[[assignment]]
role = "reader"
to = { id = "ada" }
[[assignment]]
role = "public"
to = { type = "anonymous" }
[[user]]
id = "ada"
login = "ada@example.com"
[[setting]]
name = "decision.log.sample"
value = 1
"#;

/// A server with a root key.
async fn sealing() -> Server {
    let keys = RootKeys::generate().unwrap();
    Server::start_with(Some(Arc::new(Sealer::new(&keys)))).await
}

/// A server that logs every question, and what writes them.
async fn logging() -> (Server, JoinHandle<()>) {
    let server = sealing().await;
    apply(&server, POLICY).await;
    let app = &server.app;
    let job =
        write_decision_log(app.decision_log.clone(), Arc::clone(&app.store), Arc::clone(&app.directory));
    let job = tokio::spawn(job);
    (server, job)
}

async fn apply(server: &Server, policy: &str) -> i64 {
    let apply = json!({ "origin": "git", "files": { "policy.toml": policy }, "prune": true });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    applied.body["revision"].as_i64().unwrap()
}

fn about(id: &str, action: &str) -> Value {
    json!({ "subject": { "type": if id.is_empty() { "anonymous" } else { "user" }, "id": id },
        "action": { "name": action }, "resource": { "type": "note", "id": "7" } })
}

async fn asked(server: &Server, path: &str, question: &Value) {
    let answer = server.send(&format!("POST {path}"), Some("asker"), &[], Some(question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

/// Waits until so many questions are in the log.
async fn logged(server: &Server, count: u32) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let batches = server.app.store.reader().decision_log(None, 64).await.unwrap();
        let found: u32 = batches.iter().map(|batch| batch.entries).sum();
        if found >= count {
            assert_eq!(found, count);
            return;
        }
        assert!(Instant::now() < end, "{found} of {count} are in the log");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn impact(server: &Server, body: &Value) -> Value {
    let answer = server.admin("POST /api/v1/policy/impact", Some(body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body
}

/// Subject, action, both answers.
fn told(items: &Value) -> Vec<String> {
    let word =
        |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    let parts = ["/subject/id", "/question/action/name", "/from/decision", "/to/decision", "/to/reason_code"];
    let items = items.as_array().unwrap().iter();
    items.map(|item| parts.map(|pointer| word(item, pointer)).join(" ")).collect()
}

#[tokio::test]
async fn the_questions_whose_answers_a_draft_changes_are_told() {
    let (server, job) = logging().await;
    for (id, action) in
        [("ada", "notes.read"), ("ada", "notes.write"), ("bob", "notes.read"), ("", "notes.list")]
    {
        asked(&server, "/access/v1/evaluation", &about(id, action)).await;
    }
    let batch = json!({ "subject": { "type": "user", "id": "ada" }, "resource": { "type": "note", "id": "7" },
        "evaluations": [{ "action": { "name": "notes.read" } }, { "action": { "name": "a..b" } }] });
    asked(&server, "/access/v1/evaluations", &batch).await;
    asked(&server, "/api/v1/check", &about("ada", "notes.read")).await;
    // What is no question has no other answer under any policy.
    logged(&server, 6).await;

    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.write" }] });
    let found = impact(&server, &json!({ "to": { "role": role } })).await;
    assert_eq!(
        told(&found["items"]),
        [
            "ada notes.read allowed denied no_permission",
            "ada notes.read allowed denied no_permission",
            "ada notes.write denied allowed permission_allows",
            "ada notes.read allowed denied no_permission",
        ]
    );
    assert_eq!((&found["looked_at"], &found["unchanged"], &found["lost"]), (&json!(6), &json!(2), &json!(0)));
    assert_eq!(found["not_replayed"], json!({ "refused": 1 }), "what is no name is counted");
    assert_eq!(found["items"][0]["answered"], "allowed");
    assert_eq!(
        found["items"][2]["to"],
        json!({ "decision": "allowed", "reason_code": "permission_allows",
        "permission": "notes.write", "origin": "reader" })
    );

    // By pages of one it is the same, and a page of another comparison is refused.
    let mut body = json!({ "to": { "role": role }, "limit": 1 });
    let (mut by_pages, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = impact(&server, &body).await;
        by_pages.extend(page["items"].as_array().unwrap().clone());
        looked_at += page["looked_at"].as_i64().unwrap();
        let Some(next) = page["next"].as_str() else { break };
        body["after"] = json!(next);
    }
    assert_eq!((json!(by_pages), looked_at), (found["items"].clone(), 6));
    body["to"] = json!({ "revision": 0 });
    let refused = server.admin("POST /api/v1/policy/impact", Some(&body)).await;
    assert_eq!(refused.code(), "malformed_query", "{}", refused.text);
    // A draft changes nothing.
    assert_eq!(
        told(
            &impact(
                &server,
                &json!({ "to": { "role": { "name": "reader", "permissions": [{ "name": "notes.read" }] } } })
            )
            .await["items"]
        ),
        [""; 0]
    );
    job.abort();
}

#[tokio::test]
async fn revisions_and_files_are_compared_as_well() {
    let (server, job) = logging().await;
    let before = server.app.directory.current().revision();
    asked(&server, "/access/v1/evaluation", &about("", "notes.list")).await;
    asked(&server, "/access/v1/evaluation", &about("ada", "notes.read")).await;
    let after = apply(&server, &POLICY.replace("notes.list", "notes.search")).await;
    asked(&server, "/access/v1/evaluation", &about("", "notes.list")).await;
    logged(&server, 3).await;
    let changed = "- notes.list allowed denied no_permission";
    let found = impact(&server, &json!({ "from": before, "to": { "revision": after } })).await;
    assert_eq!(told(&found["items"]), [changed, changed]);
    // What was answered then is told beside.
    assert_eq!(
        (&found["items"][0]["answered"], &found["items"][1]["answered"]),
        (&json!("denied"), &json!("allowed"))
    );
    let found = impact(&server, &json!({ "from": after, "to": { "revision": before } })).await;
    assert_eq!(told(&found["items"]).len(), 2);
    let files = json!({ "origin": "git", "files": { "policy.toml": POLICY.replace("notes.list", "notes.search").replace("to = { id = \"ada\" }", "to = { id = \"eve\" }") }, "prune": true });
    let found = impact(&server, &json!({ "to": { "files": files } })).await;
    assert_eq!(told(&found["items"]), ["ada notes.read allowed denied no_permission"]);
    // Who is known otherwise by a file may be answered otherwise: nobody says that nothing changes.
    let known = POLICY
        .replace("notes.list", "notes.search")
        .replace("login = \"ada@example.com\"", "groups = [\"ops\"]");
    let files = json!({ "origin": "git", "files": { "policy.toml": known }, "prune": true });
    let found = impact(&server, &json!({ "to": { "files": files } })).await;
    assert_eq!(
        (told(&found["items"]).len(), &found["not_replayed"]),
        (0, &json!({ "identity_rules_changed": 1 }))
    );
    for (body, code) in [
        (json!({ "to": { "revision": 1_000_000 } }), "not_found"),
        (json!({ "to": { "role": { "name": "x", "permissions": [{ "name": "!" }] } } }), "invalid_document"),
        (
            json!({ "to": { "files": { "origin": "git", "files": { "a.toml": "nonsense" } } } }),
            "invalid_document",
        ),
        (json!({ "to": {} }), "malformed_body"),
    ] {
        let refused = server.admin("POST /api/v1/policy/impact", Some(&body)).await;
        assert_eq!(refused.code(), code, "{body}: {}", refused.text);
    }
    job.abort();
}

#[tokio::test]
async fn what_cannot_be_asked_again_is_counted_and_nothing_is_logged_unasked() {
    let (server, job) = logging().await;
    let mut long = about("ada", "notes.read");
    long["context"] = json!({ "text": "x".repeat(20_000) });
    asked(&server, "/access/v1/evaluation", &long).await;
    logged(&server, 1).await;
    let found = impact(&server, &json!({ "to": { "revision": 0 } })).await;
    assert_eq!((told(&found["items"]).len(), &found["not_replayed"]), (0, &json!({ "too_long": 1 })));
    // What is in the log is sealed, and opens with its root key alone.
    let batch = server.app.store.reader().decision_log(None, 1).await.unwrap().remove(0);
    assert!(!String::from_utf8_lossy(&batch.sealed.sealed).contains("notes.read"));
    server.app.directory.sealer().unwrap().replace_keys(&RootKeys::generate().unwrap());
    let found = impact(&server, &json!({ "to": { "revision": 0 } })).await;
    assert_eq!(found["not_replayed"], json!({ "not_opened": 1 }));
    // Without the setting nothing is logged: what was asked before the other question is not in the log.
    apply(&server, &POLICY.replace("value = 1", "value = 0")).await;
    asked(&server, "/access/v1/evaluation", &about("ada", "notes.read")).await;
    apply(&server, POLICY).await;
    asked(&server, "/access/v1/evaluation", &about("ada", "notes.read")).await;
    logged(&server, 2).await;
    job.abort();
    let mut counts = BTreeMap::new();
    for batch in server.app.store.reader().decision_log(None, 64).await.unwrap() {
        *counts.entry(batch.sealed.root_key).or_insert(0) += batch.entries;
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn who_asks_waits_for_nothing_of_the_log_and_what_finds_no_room_is_counted() {
    let server = sealing().await;
    apply(&server, POLICY).await;
    // Nothing writes the log: more wait than there is room for.
    let questions: Vec<Value> = vec![json!({ "action": { "name": "notes.read" } }); 1_000];
    let batch = json!({ "subject": { "type": "user", "id": "ada" }, "resource": { "type": "note", "id": "7" },
        "evaluations": questions });
    for _ in 0..2 {
        asked(&server, "/access/v1/evaluations", &batch).await;
    }
    let app = &server.app;
    let job =
        write_decision_log(app.decision_log.clone(), Arc::clone(&app.store), Arc::clone(&app.directory));
    let job = tokio::spawn(job);
    logged(&server, 1_024).await;
    let found = impact(&server, &json!({ "to": { "revision": 0 }, "limit": 1_000 })).await;
    assert_eq!(found["lost"], 2_000 - 1_024);
    job.abort();
}

/// Whom somebody asked about for impact, as the events tell it.
async fn compared(server: &Server) -> Vec<(String, Value)> {
    let wanted = json!({ "action": "casemate.policy.impact", "limit": 100 });
    let events = server.admin("POST /api/v1/audit-events/search", Some(&wanted)).await;
    let events = events.body["items"].as_array().unwrap().iter();
    events.map(|event| (event["outcome"].as_str().unwrap().to_owned(), event["after"].clone())).collect()
}

#[tokio::test]
async fn all_pages_are_of_one_comparison_and_each_is_on_record() {
    let (server, job) = logging().await;
    for _ in 0..3 {
        asked(&server, "/access/v1/evaluation", &about("ada", "notes.read")).await;
    }
    logged(&server, 3).await;
    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.write" }] });
    let mut body = json!({ "to": { "role": role }, "limit": 1 });
    let first = impact(&server, &body).await;
    let bound = (first["from_revision"].clone(), first["to_revision"].clone());
    assert!(bound.0.is_i64() && bound.1.is_i64(), "{first}");
    body["after"] = first["next"].clone();
    // What is changed between two pages is in neither: by today's policy nothing would differ.
    let after = apply(&server, &POLICY.replace("notes.read", "notes.write")).await;
    let second = impact(&server, &body).await;
    assert_eq!((second["from_revision"].clone(), second["to_revision"].clone()), bound);
    assert_eq!(told(&second["items"]), ["ada notes.read allowed denied no_permission"]);
    // Whoever compares something else meanwhile takes the place; then it is another policy that would be changed.
    impact(&server, &json!({ "to": { "revision": 0 }, "limit": 1 })).await;
    let refused = server.admin("POST /api/v1/policy/impact", Some(&body)).await;
    assert_eq!(refused.code(), "precondition_failed", "{}", refused.text);
    // Of two revisions it is the same, however often it is made anew.
    let mut body = json!({ "from": bound.0, "to": { "revision": after }, "limit": 1 });
    let first = impact(&server, &body).await;
    body["after"] = first["next"].clone();
    impact(&server, &json!({ "to": { "role": role }, "limit": 1 })).await;
    let second = impact(&server, &body).await;
    assert_eq!((told(&second["items"]).len(), &second["from_revision"]), (1, &first["from_revision"]));
    let events = compared(&server).await;
    let failed = events.iter().filter(|(outcome, _)| outcome == "failure").count();
    assert_eq!((events.len(), failed), (7, 1), "{events:?}");
    job.abort();
}

#[tokio::test]
async fn questions_on_which_resources_are_logged_and_compared() {
    let (server, job) = logging().await;
    let question = |name: &str| json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": name }, "resource": { "type": "note" } });
    asked(&server, "/api/v1/filter", &question("notes.read")).await;
    asked(&server, "/api/v1/filter", &question("notes..read")).await;
    logged(&server, 1).await;
    let gone = json!({ "name": "reader", "permissions": [] });
    let found = impact(&server, &json!({ "to": { "role": gone } })).await;
    assert_eq!(told(&found["items"]), ["ada notes.read allowed denied no_permission"]);
    assert_eq!(found["not_replayed"], json!({ "refused": 1 }));
    job.abort();
}
