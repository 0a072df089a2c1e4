//! Who may do something, what somebody may do, and what somebody else would be allowed.

use std::collections::BTreeSet;

use casemate_platform::clock;
use casemate_store::{Actor, Commit, GroupRecord, Membership, Operation, UserRecord};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::Server;

const POLICY: &str = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://login.example.com"
audiences = ["casemate"]
[[user]]
id = "grace"
login = "grace@example.com"
groups = ["ops"]
[[user]]
id = "heidi"
groups = ["sales"]
[[role]]
name = "reader"
permissions = [{ name = "notes.read" }]
[[role]]
name = "owner"
permissions = [{ name = "notes.*", own = true }]
[[role]]
name = "banned"
permissions = [{ name = "notes.*", deny = true }]
[[team]]
name = "editorial"
roles = ["reader"]
[[assignment]]
team = "editorial"
to = { group = "ops" }
[[assignment]]
role = "reader"
to = { id = "stranger" }
[[assignment]]
role = "reader"
to = { login = "known-by-login@example.com" }
[[assignment]]
role = "reader"
to = { login = "user-3@example.com" }
[[assignment]]
role = "reader"
to = { id = "u-1" }
[[assignment]]
role = "banned"
to = { id = "u-2" }
[[assignment]]
role = "reader"
to = { provider = "casemate", type = "service", login = "ci" }
[[assignment]]
role = "owner"
to = { type = "anonymous" }
[[assignment]]
role = "owner"
to = { group = "sales" }
[[assignment]]
role = "reader"
to = { id = "over" }
until = 2020-01-01T00:00:00Z
[[assignment]]
role = "reader"
to = { provider = "casemate", type = "service", login = "off" }
[[service_account]]
name = "ci"
[[service_account]]
name = "off"
disabled = true
"#;

const SCHEMA: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
[[permission]]
name = "notes.read"
[permission.properties.own]
type = "bool"
when = "value == false || (has(identity.id) && resource.author == identity.id)"
[[permission]]
name = "notes.write"
[permission.properties.own]
type = "bool"
when = "value == false || (has(identity.id) && resource.author == identity.id)"
"#;

/// Five users of the provider: 1 by id, 2 banned, 3 by login, 4 and 5 in `ops`, 5 not active.
async fn provision(server: &Server) {
    let user = |number: u32| UserRecord {
        id: format!("usr_{number:032x}"),
        tenant: "default".into(),
        provider: "corp".into(),
        subject: Some(format!("u-{number}")),
        login: format!("user-{number}@example.com"),
        active: number != 5,
        attributes: "{}".into(),
        created_at: i64::from(number % 3),
        ..UserRecord::default()
    };
    let group = GroupRecord {
        id: format!("grp_{:032x}", 1),
        tenant: "default".into(),
        provider: "corp".into(),
        name: "ops".into(),
        ..GroupRecord::default()
    };
    let member = |number: u32| {
        Operation::AddMember(Membership {
            group: format!("grp_{:032x}", 1),
            user: format!("usr_{number:032x}"),
            source: "scim".into(),
        })
    };
    let mut operations: Vec<Operation> =
        (1..=5).map(|number| Operation::PutUser { user: Box::new(user(number)), expected: None }).collect();
    operations.push(Operation::PutGroup { group: Box::new(group), expected: None });
    operations.extend([2, 4, 5].map(member));
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

async fn furnished() -> Server {
    furnish(Server::start().await).await
}

async fn furnish(server: Server) -> Server {
    let files = json!({ "policy.toml": POLICY, "schema.toml": SCHEMA });
    let apply = json!({ "origin": "git", "files": files });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    provision(&server).await;
    server
}

fn word(item: &Value, pointer: &str) -> String {
    item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned()
}

/// Everybody, in pages of `limit`, in few words; nobody twice.
async fn who_can(server: &Server, question: &Value, limit: u32) -> BTreeSet<String> {
    let mut question = question.clone();
    question["limit"] = json!(limit);
    let mut found = BTreeSet::new();
    loop {
        let page = server.admin("POST /api/v1/who-can", Some(&question)).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        let items = page.body["items"].as_array().unwrap();
        assert!(items.len() <= limit as usize);
        for item in items {
            let parts = [
                "/subject/type",
                "/subject/id",
                "/subject/login",
                "/decision",
                "/origin/name",
                "/origin/via",
            ];
            let words = parts.map(|pointer| word(item, pointer)).join("|");
            let words: Vec<&str> =
                words.split('|').map(|word| if word.starts_with("sva_") { "ID" } else { word }).collect();
            assert!(found.insert(words.join("|")), "{words:?} twice");
        }
        match page.body["next"].as_str() {
            Some(next) => question["after"] = json!(next),
            None => return found,
        }
    }
}

fn reads(author: Option<&str>) -> Value {
    let mut resource = json!({ "type": "note", "id": "7" });
    if let Some(author) = author {
        resource["properties"] = json!({ "author": author });
    }
    json!({ "action": { "name": "notes.read" }, "resource": resource })
}

async fn everybody_who_may_is_told_once(server: &Server) {
    let expected: BTreeSet<String> = [
        "group|ops|-|allowed|reader|team editorial, group ops",
        "group|sales|-|conditional|-|-",
        "service|ID|ci|allowed|reader|-",
        "service|administrator|-|allowed|administrator|-",
        "user|-|known-by-login@example.com|allowed|reader|-",
        "user|grace|grace@example.com|allowed|reader|team editorial, group ops",
        "user|heidi|-|allowed|owner|group sales",
        "user|stranger|-|allowed|reader|-",
        "user|u-1|user-1@example.com|allowed|reader|-",
        "user|u-3|user-3@example.com|allowed|reader|-",
        "user|u-4|user-4@example.com|allowed|reader|team editorial, group ops",
    ]
    .map(str::to_owned)
    .into();
    for limit in [1, 2, 3, 1_000] {
        assert_eq!(who_can(server, &reads(Some("heidi")), limit).await, expected, "{limit}");
    }
    let by_others = who_can(server, &reads(Some("grace")), 1_000).await;
    assert!(!by_others.iter().any(|line| line.contains("heidi")), "{by_others:?}");
    // Of what is not known of the resource it depends for whoever has an id.
    let unknown = json!({ "action": { "name": "notes.read" } });
    let unknown = who_can(server, &unknown, 1_000).await;
    assert!(unknown.contains("user|heidi|-|conditional|-|-"), "{unknown:?}");
    let by_key_alone = who_can(server, &reads(None), 1_000).await;
    assert!(by_key_alone.contains("user|heidi|-|conditional|-|-"), "{by_key_alone:?}");
    let nothing = who_can(server, &json!({ "action": { "name": "notes.erase" } }), 1_000).await;
    assert_eq!(nothing.len(), 1, "{nothing:?}");

    // What is said about each is what is answered about each.
    for (kind, id) in [
        ("user", "u-1"),
        ("user", "u-2"),
        ("user", "u-3"),
        ("user", "u-4"),
        ("user", "u-5"),
        ("user", "grace"),
        ("user", "heidi"),
        ("user", "stranger"),
        ("anonymous", ""),
    ] {
        let mut question = reads(Some("heidi"));
        question["subject"] = json!({ "type": kind, "id": id });
        let answer = server.admin("POST /access/v1/evaluation", Some(&question)).await;
        let is_told = expected.iter().any(|line| line.starts_with(&format!("{kind}|{id}|")));
        assert_eq!(answer.body["decision"], json!(is_told), "{id}: {}", answer.text);
    }
}

#[tokio::test]
async fn everybody_who_may_is_told_once_with_the_way_to_it_on_sqlite() {
    everybody_who_may_is_told_once(&furnished().await).await;
}

#[tokio::test]
async fn everybody_who_may_is_told_once_with_the_way_to_it_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    everybody_who_may_is_told_once(&furnish(Server::on_postgres(&postgres.url()).await).await).await;
}

#[tokio::test]
async fn whoever_is_named_by_id_alone_is_found_without_going_through_everybody() {
    let server = Server::start().await;
    let policy = "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"https://login.example.com\"\naudiences = [\"casemate\"]\n\
        [[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n\
        [[assignment]]\nrole = \"reader\"\nto = { id = \"u-1\" }\n[[assignment]]\nrole = \"reader\"\nto = { id = \"u-5\" }\n";
    let apply = json!({ "origin": "git", "files": { "policy.toml": policy } });
    assert!(server.admin("POST /api/v1/policy/apply", Some(&apply)).await.status.is_success());
    provision(&server).await;
    let found = who_can(&server, &json!({ "action": { "name": "notes.read" } }), 1_000).await;
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(
        found,
        ["service|administrator|-|allowed|administrator|-", "user|u-1|user-1@example.com|allowed|reader|-"]
    );
}

#[tokio::test]
async fn a_cursor_is_of_one_question_and_one_tenant() {
    let server = furnished().await;
    let mut question = reads(None);
    question["limit"] = json!(1);
    let first = server.admin("POST /api/v1/who-can", Some(&question)).await;
    let next = first.body["next"].as_str().unwrap().to_owned();
    let mut other = json!({ "action": { "name": "notes.write" }, "after": next });
    let refused = server.admin("POST /api/v1/who-can", Some(&other)).await;
    assert_eq!(refused.code(), "malformed_query", "{}", refused.text);
    other["subject"] = json!({ "type": "user", "id": "ada" });
    let refused = server.admin("POST /api/v1/who-can", Some(&other)).await;
    assert_eq!(refused.code(), "invalid_document", "{}", refused.text);
    let wrong = server.admin("POST /api/v1/who-can", Some(&json!({ "action": { "name": "a..b" } }))).await;
    assert_eq!(wrong.code(), "malformed_body", "{}", wrong.text);
    // Whoever administers another tenant sees nobody of this one.
    let there =
        server.send("POST /api/v1/who-can", Some("tenant-administrator"), &[], Some(&reads(None))).await;
    let items = there.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{}", there.text);
    assert_eq!(items[0]["subject"]["id"], "tenant-administrator");
}

#[tokio::test]
async fn whoever_may_only_ask_about_one_may_not_search() {
    let server = furnished().await;
    for path in
        ["/api/v1/who-can", "/access/v1/search/subject", "/access/v1/search/action", "/api/v1/preview"]
    {
        let mut question = reads(None);
        question["subject"] = json!({ "type": "user", "id": "u-1" });
        let refused = server.send(&format!("POST {path}"), Some("asker"), &[], Some(&question)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "{path}: {}", refused.text);
        let needed =
            if path.ends_with("preview") { "casemate.decision.preview" } else { "casemate.decision.search" };
        assert!(refused.text.contains(needed), "{}", refused.text);
    }
    let denied = server.app.store.reader().decisions(&Default::default(), None, 10).await.unwrap().items;
    assert_eq!(denied.len(), 4, "each is on record");
}

/// What a search finds, in pages of `limit`.
async fn search(server: &Server, path: &str, question: &Value, limit: u32) -> (Vec<Value>, Value) {
    let mut question = question.clone();
    question["page"] = json!({ "limit": limit });
    let mut found = Vec::new();
    loop {
        let answer = server.admin(&format!("POST {path}"), Some(&question)).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let results = answer.body["results"].as_array().unwrap();
        assert!(results.len() <= limit as usize);
        assert_eq!(answer.body["page"]["count"], json!(results.len()));
        found.extend(results.clone());
        match answer.body["page"]["next_token"].as_str().unwrap() {
            "" => return (found, answer.body["context"].clone()),
            next => question["page"]["token"] = json!(next),
        }
    }
}

#[tokio::test]
async fn subjects_are_found_whom_an_evaluation_would_allow() {
    let server = furnished().await;
    let mut question = reads(Some("heidi"));
    question["subject"] = json!({ "type": "user", "id": "is-ignored" });
    for limit in [1, 2, 1_000] {
        let (found, _) = search(&server, "/access/v1/search/subject", &question, limit).await;
        let mut ids: Vec<&str> = found.iter().map(|found| found["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["grace", "heidi", "stranger", "u-1", "u-3", "u-4"], "{limit}");
    }
    // Whose access comes by a group of the directory has it as of any type of people.
    question["subject"] = json!({ "type": "admin" });
    for limit in [1, 1_000] {
        let (found, _) = search(&server, "/access/v1/search/subject", &question, limit).await;
        let mut ids: Vec<&str> = found.iter().map(|found| found["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["u-2", "u-4"], "{limit}");
    }
    question["subject"] = json!({ "type": "service" });
    for limit in [1, 1_000] {
        let (found, _) = search(&server, "/access/v1/search/subject", &question, limit).await;
        let ids: BTreeSet<&str> = found.iter().map(|found| found["id"].as_str().unwrap()).collect();
        // The caller, a credential, is meant by its own name alone.
        assert_eq!((found.len(), ids.contains("administrator")), (2, true), "{found:?}");
    }
    for (subject, wrong) in [(json!({}), "malformed_body"), (json!(null), "malformed_body")] {
        question["subject"] = subject;
        let refused = server.admin("POST /access/v1/search/subject", Some(&question)).await;
        assert_eq!(refused.code(), wrong, "{}", refused.text);
    }
    let mut incomplete = reads(None);
    incomplete["subject"] = json!({ "type": "user" });
    incomplete["resource"] = json!({ "type": "note" });
    let refused = server.admin("POST /access/v1/search/subject", Some(&incomplete)).await;
    assert_eq!(refused.code(), "malformed_body", "a resource has its id: {}", refused.text);
}

#[tokio::test]
async fn actions_are_found_that_an_evaluation_would_allow() {
    let server = furnished().await;
    let of = |kind: &str, id: &str, author: &str| {
        json!({ "subject": { "type": kind, "id": id },
            "resource": { "type": "note", "id": "7", "properties": { "author": author } } })
    };
    let names = |found: &[Value]| -> Vec<String> {
        found.iter().map(|found| found["name"].as_str().unwrap().to_owned()).collect()
    };
    for limit in [1, 1_000] {
        let (found, context) =
            search(&server, "/access/v1/search/action", &of("user", "heidi", "heidi"), limit).await;
        assert_eq!(names(&found), ["notes.read", "notes.write"], "{limit}");
        assert_eq!(context["patterns"], json!(["notes.*"]), "what nobody can list is named");
    }
    let (found, _) = search(&server, "/access/v1/search/action", &of("user", "heidi", "grace"), 10).await;
    assert_eq!(names(&found), [""; 0]);
    let (found, _) = search(&server, "/access/v1/search/action", &of("user", "u-4", "grace"), 10).await;
    assert_eq!(names(&found), ["notes.read"]);
}

/// The key of somebody who may look, and may do nothing with notes themselves.
async fn previewer(server: &Server) -> String {
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "previewer" })).await;
    let granted = json!([{ "name": "casemate.decision.{ask,preview}" }]);
    server.make("/api/v1/roles", &json!({ "name": "previewer", "permissions": granted })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "previewer" });
    server.make("/api/v1/assignments", &json!({ "role": "previewer", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&path, Some(&json!({ "title": "key" }))).await;
    key.body["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_preview_answers_as_about_somebody_else_and_never_more_than_its_caller_may() {
    let server = furnished().await;
    let previewer = previewer(&server).await;
    let preview = async |credential: &str, who: Value| {
        let question = json!({ "as": who, "resource": { "type": "note", "id": "7", "properties": { "author": "heidi" } },
            "evaluations": [{ "action": { "name": "notes.read" } }, { "action": { "name": "notes.write" } },
                { "action": { "name": "a..b" } }, { "subject": { "type": "user", "id": "u-1" }, "action": { "name": "notes.read" } }] });
        let answer = server.send("POST /api/v1/preview", Some(credential), &[], Some(&question)).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let answers = answer.body["evaluations"].as_array().unwrap();
        assert_eq!((answers.len(), &answers[3]["reason_code"]), (4, &json!("invalid_evaluation")));
        assert_eq!(answers[2]["reason_code"], "invalid_name");
        let word = |place: usize| {
            format!("{} {}", word(&answers[place], "/decision"), word(&answers[place], "/reason_code"))
        };
        (word(0), word(1))
    };
    let (allowed, none) = ("allowed permission_allows".to_owned(), "denied no_permission".to_owned());
    let depends = "conditional depends_on_identity".to_owned();
    let draft = json!({ "name": "new", "permissions": [{ "name": "notes.write" }], "extends": ["reader"] });
    for (who, expected) in [
        (json!({ "user": { "id": "heidi" } }), (allowed.clone(), allowed.clone())),
        (json!({ "user": { "id": "u-4" } }), (allowed.clone(), none.clone())),
        (
            json!({ "user": { "id": "u-2" } }),
            ("denied permission_denies".to_owned(), "denied permission_denies".to_owned()),
        ),
        (json!({ "group": { "provider": "corp", "name": "ops" } }), (allowed.clone(), none.clone())),
        (json!({ "team": "editorial" }), (allowed.clone(), none.clone())),
        (json!({ "role": "reader" }), (allowed.clone(), none.clone())),
        (json!({ "draft": draft }), (allowed.clone(), allowed.clone())),
        // Whose own it is, depends on who holds the role.
        (json!({ "role": "owner" }), (depends.clone(), depends.clone())),
        (json!({ "group": { "provider": "corp", "name": "sales" } }), (depends.clone(), depends)),
    ] {
        assert_eq!(preview("administrator", who.clone()).await, expected, "{who}");
    }
    let beyond = "denied beyond_caller".to_owned();
    for who in [
        json!({ "user": { "id": "heidi" } }),
        json!({ "user": { "id": "u-2" } }),
        json!({ "role": "reader" }),
    ] {
        assert_eq!(preview(&previewer, who.clone()).await, (beyond.clone(), beyond.clone()), "{who}");
    }
    let events = server
        .admin(
            "POST /api/v1/audit-events/search",
            Some(&json!({ "action": "casemate.decision.preview", "limit": 100 })),
        )
        .await;
    assert_eq!(events.body["items"].as_array().unwrap().len(), 12, "{}", events.text);
}

#[tokio::test]
async fn a_preview_of_what_is_not_there_or_wrong_is_refused_by_its_place() {
    let server = furnished().await;
    let preview = async |who: Value, headers: &[(&str, &str)]| {
        let question = json!({ "as": who, "action": { "name": "notes.read" } });
        server.send("POST /api/v1/preview", Some("administrator"), headers, Some(&question)).await
    };
    for (who, pointer) in [
        (json!({ "role": "none" }), "/as/role"),
        (json!({ "team": "none" }), "/as/team"),
        (json!({ "user": { "id": "u-5" } }), "/as"),
        (json!({ "users": {} }), "/as"),
        (
            json!({ "draft": { "name": "x", "permissions": [{ "name": "notes.read", "ow": true }] } }),
            "/as/draft/permissions/0",
        ),
        (json!({ "draft": { "name": "x", "permissions": [], "extends": ["none"] } }), "/as/draft/extends/0"),
        (
            json!({ "draft": { "name": "reader", "permissions": [], "extends": ["reader"] } }),
            "/as/draft/extends/0",
        ),
    ] {
        let answer = preview(who.clone(), &[]).await;
        assert_eq!(answer.code(), "invalid_document", "{who}: {}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{who}: {}", answer.text);
    }
    let elsewhere = preview(json!({ "role": "reader" }), &[("casemate-tenant", "acme")]).await;
    assert_eq!(elsewhere.code(), "forbidden", "what the caller holds there is not known: {}", elsewhere.text);
}
