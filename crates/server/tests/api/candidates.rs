//! Who comes into question, page by page, while something is changed.

use std::collections::BTreeSet;

use casemate_directory::{CandidatePlace, Sought};
use casemate_permission::name::Name;
use casemate_platform::clock;
use casemate_store::{Actor, Commit, GroupRecord, Membership, Operation, UserRecord};
use serde_json::{Value, json};

use crate::support::Server;

/// A policy by which thirty users may read notes: each by their id, or all by their group.
fn thirty(by_id: bool) -> Value {
    let mut policy = "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"https://login.example.com\"\n\
                      audiences = [\"casemate\"]\n[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n"
        .to_owned();
    let to: Vec<String> = match by_id {
        true => (1..=30).map(|number| format!("id = \"m-{number}\"")).collect(),
        false => vec!["group = \"many\"".to_owned()],
    };
    for to in to {
        policy.push_str(&format!("[[assignment]]\nrole = \"reader\"\nto = {{ {to} }}\n"));
    }
    json!({ "origin": "git", "files": { "policy.toml": policy }, "prune": true })
}

async fn provision_thirty(server: &Server) {
    let group = format!("grp_{:032x}", 2);
    let mut operations = vec![Operation::PutGroup {
        group: Box::new(GroupRecord {
            id: group.clone(),
            tenant: "default".into(),
            provider: "corp".into(),
            name: "many".into(),
            ..GroupRecord::default()
        }),
        expected: None,
    }];
    for number in 1..=30 {
        let id = format!("usr_{number:032x}");
        let user = UserRecord {
            id: id.clone(),
            tenant: "default".into(),
            provider: "corp".into(),
            subject: Some(format!("m-{number}")),
            login: format!("m-{number}@example.com"),
            active: true,
            attributes: "{}".into(),
            ..UserRecord::default()
        };
        operations.push(Operation::PutUser { user: Box::new(user), expected: None });
        operations.push(Operation::AddMember(Membership {
            group: group.clone(),
            user: id,
            source: "scim".into(),
        }));
    }
    let actor =
        Actor { provider: "casemate".into(), kind: "system".into(), id: "test".into(), credential: None };
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor,
        summary: "provision".into(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    server.app.directory.refresh().await.unwrap();
}

#[tokio::test]
async fn nobody_is_left_out_whatever_is_changed_between_two_pages() {
    let everybody: BTreeSet<String> = (1..=30).map(|number| format!("m-{number}")).collect();
    for (first, then) in [(true, true), (false, false), (true, false), (false, true)] {
        for most in [1, 7, 1_000] {
            let server = Server::start().await;
            let applied = server.admin("POST /api/v1/policy/apply", Some(&thirty(first))).await;
            assert!(applied.status.is_success(), "{}", applied.text);
            provision_thirty(&server).await;
            let directory = &server.app.directory;
            let (tenant, name) = ("default".into(), Name::parse("notes.read").unwrap());
            let (mut place, mut pages) = (CandidatePlace::default(), 0);
            let mut found: Vec<String> = Vec::new();
            loop {
                let snapshot = directory.current();
                let sought = Sought::of(&snapshot, &tenant, "user", name, 0);
                let page = directory.candidates(&sought, &place, most).await.unwrap();
                assert!(page.items.len() <= most as usize);
                let ids = page.items.iter().filter_map(|candidate| candidate.subject.id.as_deref());
                found.extend(ids.filter(|id| id.starts_with("m-")).map(str::to_owned));
                pages += 1;
                if pages == 3 && first != then {
                    let applied = server.admin("POST /api/v1/policy/apply", Some(&thirty(then))).await;
                    assert!(applied.status.is_success(), "{}", applied.text);
                }
                match page.next {
                    Some(next) => place = next,
                    None => break,
                }
            }
            let distinct: BTreeSet<String> = found.iter().cloned().collect();
            assert_eq!(distinct, everybody, "from {first} to {then}, {most} at once");
            assert!(first != then || found.len() == 30, "{} times 30", found.len());
        }
    }
}

/// The events that were kept of questions about others: outcome, reason, type and id, and the results.
async fn kept(server: &Server, action: &str) -> Vec<String> {
    let wanted = json!({ "action": action, "limit": 100 });
    let events = server.admin("POST /api/v1/audit-events/search", Some(&wanted)).await;
    let word = |event: &Value, pointer: &str| match event.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "-".to_owned(),
    };
    let parts = ["/outcome", "/reason", "/resource/type", "/resource/id", "/after/results"];
    let events = events.body["items"].as_array().unwrap().iter().rev();
    events.map(|event| parts.map(|pointer| word(event, pointer)).join(" ")).collect()
}

#[tokio::test]
async fn whoever_asks_about_others_is_on_record_also_where_it_is_in_vain() {
    let server = Server::start().await;
    let applied = server.admin("POST /api/v1/policy/apply", Some(&thirty(false))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    provision_thirty(&server).await;
    let about = |kind: &str, id: &str| {
        json!({ "subject": { "type": kind, "id": id }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } })
    };
    for (path, question, status) in [
        ("/api/v1/who-can", json!({ "action": { "name": "notes.read" } }), 200),
        ("/api/v1/who-can", json!({ "action": { "name": "a..b" } }), 400),
        ("/access/v1/search/subject", about("user", ""), 200),
        (
            "/access/v1/search/action",
            json!({ "subject": { "type": "user", "id": "m-1" }, "resource": { "type": "note", "id": "7" } }),
            200,
        ),
        (
            "/api/v1/preview",
            json!({ "as": { "user": { "id": "m-1" } }, "action": { "name": "notes.read" } }),
            200,
        ),
        ("/api/v1/preview", json!({ "as": { "role": "none" }, "action": { "name": "notes.read" } }), 422),
        (
            "/api/v1/preview",
            json!({ "as": { "group": { "provider": "none", "name": "many" } }, "action": { "name": "notes.read" } }),
            422,
        ),
        ("/api/v1/preview", json!({ "as": {}, "action": { "name": "notes.read" } }), 422),
    ] {
        let answer = server.admin(&format!("POST {path}"), Some(&question)).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
    }
    assert_eq!(
        kept(&server, "casemate.decision.search").await,
        [
            "success - action notes.read 32",
            "failure malformed_body action a..b 0",
            "success - action notes.read 30",
            "success - user m-1 1",
        ]
    );
    assert_eq!(
        kept(&server, "casemate.decision.preview").await,
        [
            "success - user m-1 -",
            "failure invalid_document role none -",
            "failure invalid_document group many -",
            "failure invalid_document decision  -",
        ]
    );
}

#[tokio::test]
async fn api_keys_are_found_that_may_do_it_by_their_account() {
    let server = Server::start().await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "nightly" })).await;
    let permissions = json!([{ "name": "notes.read" }]);
    server.make("/api/v1/roles", &json!({ "name": "reader", "permissions": permissions })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "nightly" });
    server.make("/api/v1/assignments", &json!({ "role": "reader", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let made =
        async |body: Value| server.admin(&path, Some(&body)).await.body["id"].as_str().unwrap().to_owned();
    let one = made(json!({ "title": "one" })).await;
    // One that is narrowed to something else may not, whatever its account may.
    made(json!({ "title": "two", "permissions": [{ "name": "notes.write" }] })).await;
    let question = json!({ "subject": { "type": "api-key" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let found = async || {
        let answer = server.admin("POST /access/v1/search/subject", Some(&question)).await;
        let found = answer.body["results"].as_array().unwrap().iter();
        found.map(|found| found["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found().await, [&*one]);
    let evaluation = json!({ "subject": { "type": "api-key", "id": one }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let allowed = server.admin("POST /access/v1/evaluation", Some(&evaluation)).await;
    assert_eq!(allowed.body["decision"], true, "{}", allowed.text);
    // Who may do it is the account: its keys are not told apart.
    let who =
        server.admin("POST /api/v1/who-can", Some(&json!({ "action": { "name": "notes.read" } }))).await;
    assert!(!who.text.contains(&one), "{}", who.text);
    let revoked = server.admin(&format!("POST /api/v1/api-keys/{one}/revoke"), None).await;
    assert!(revoked.status.is_success(), "{}", revoked.text);
    assert_eq!(found().await, [""; 0]);
}
