//! Who holds what, since when, through what, and whether they use it.

use casemate_platform::clock;
use casemate_server::access_review::{Review, ReviewQuery, review};
use casemate_store::{
    Actor, AuditEvent, Commit, DecisionEvent, GroupRecord, Membership, Operation, Party, RecordedDecision,
    UserRecord,
};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::Server;

const DAY: i64 = 86_400 * 1_000_000;

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
name = "author"
permissions = [{ name = "notes.write" }]
extends = ["reader"]
[[team]]
name = "editorial"
roles = ["author", "auditor"]
"#;

/// Puts a user and a group with them in it into the directory, as a provisioning client does.
async fn put_bob(server: &Server) {
    let user = UserRecord {
        id: format!("usr_{:032x}", 1),
        tenant: "default".into(),
        provider: "corp".into(),
        subject: Some("bob-1".into()),
        login: "bob@example.com".into(),
        active: true,
        display_name: Some("Bob".into()),
        attributes: "{}".into(),
        ..UserRecord::default()
    };
    let group = GroupRecord {
        id: format!("grp_{:032x}", 1),
        tenant: "default".into(),
        provider: "corp".into(),
        name: "ops".into(),
        ..GroupRecord::default()
    };
    let member = Membership { group: group.id.clone(), user: user.id.clone(), source: "scim".into() };
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor: Actor {
            provider: "casemate".into(),
            kind: "system".into(),
            id: "test".into(),
            credential: None,
        },
        summary: "provision".into(),
        operations: vec![
            Operation::PutUser { user: Box::new(user), expected: None },
            Operation::PutGroup { group: Box::new(group), expected: None },
            Operation::AddMember(member),
        ],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
}

/// Three assignments: to somebody by login, of a team to a group with one member in files and one in the store, and to a
/// service account; gives the id of its key.
async fn furnished() -> (Server, String) {
    furnish(Server::start().await).await
}

async fn furnish(server: Server) -> (Server, String) {
    let apply = json!({ "origin": "git", "files": { "policy.toml": POLICY } });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    put_bob(&server).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "ci", "title": "CI" })).await;
    let keys = format!("/api/v1/service-accounts/{account}/api-keys");
    let key = server.make(&keys, &json!({ "title": "key" })).await;
    let until = casemate_expression::Timestamp(clock::now() + 5 * DAY).to_string();
    for assignment in [
        json!({ "role": "reader", "to": { "provider": "corp", "login": "bob@example.com" }, "until": until,
            "reason": "stands in" }),
        json!({ "team": "editorial", "to": { "provider": "corp", "group": "ops" } }),
        json!({ "role": "auditor", "to": { "provider": "casemate", "type": "service", "login": "ci" } }),
    ] {
        server.make("/api/v1/assignments", &assignment).await;
    }
    (server, key)
}

/// Holder, through which group, and what, in few words.
fn told(items: &[Value]) -> Vec<String> {
    let text =
        |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    let of = |item: &Value| {
        let parts = ["/holder/type", "/holder/id", "/holder/login", "/group", "/role", "/team"];
        parts.map(|pointer| text(item, pointer)).join(" ")
    };
    items.iter().map(of).collect()
}

const WHOLE: [&str; 5] = [
    "user bob-1 bob@example.com - reader -",
    "group ops - - - editorial",
    "user grace grace@example.com ops - editorial",
    "user bob-1 bob@example.com ops - editorial",
    "service ID ci - auditor -",
];

fn without_ids(told: Vec<String>) -> Vec<String> {
    told.into_iter()
        .map(|line| {
            line.split(' ')
                .map(|word| if word.starts_with("sva_") { "ID" } else { word })
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

async fn everybody_whom_an_assignment_reaches_is_told(server: &Server) {
    let answer = server.admin("GET /api/v1/access-review", None).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let items = answer.body["items"].as_array().unwrap().clone();
    assert_eq!(
        (without_ids(told(&items)), &answer.body["next"]),
        (WHOLE.map(str::to_owned).to_vec(), &Value::Null)
    );
    let (first, team) = (&items[0], &items[2]);
    assert_eq!((&first["granted"]["id"], &first["reason"]), (&json!("administrator"), &json!("stands in")));
    assert_eq!((&first["holder"]["display_name"], &first["state"]), (&json!("Bob"), &json!("in_force")));
    assert_eq!(first["since"], first["granted"]["at"]);
    assert_eq!(team["roles"], json!(["author", "auditor", "reader"]));

    // By pages of one it is the same, and a page of another question is refused.
    let mut by_pages = Vec::new();
    let mut after = String::new();
    loop {
        let page = server.admin(&format!("GET /api/v1/access-review?limit=1{after}"), None).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        by_pages.extend(page.body["items"].as_array().unwrap().clone());
        let Some(next) = page.body["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(by_pages, items);
    let wrong = server.admin(&format!("GET /api/v1/access-review?expiring_days=1{after}"), None).await;
    assert_eq!(wrong.code(), "malformed_query");

    let expiring = server.admin("GET /api/v1/access-review?expiring_days=6", None).await;
    assert_eq!(told(expiring.body["items"].as_array().unwrap()), WHOLE[..1]);
    let none = server.admin("GET /api/v1/access-review?expiring_days=4", None).await;
    assert_eq!(none.body, json!({ "items": [] }));
    for wrong in ["?unused_days=0", "?unused_days=x", "?expiring_days=99999", "?role=x"] {
        let refused = server.admin(&format!("GET /api/v1/access-review{wrong}"), None).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed_query"), "{wrong}");
    }
    let other = server.send("GET /api/v1/access-review", Some("tenant-administrator"), &[], None).await;
    assert_eq!(other.body, json!({ "items": [] }), "another tenant's");
    let elsewhere = [("casemate-tenant", "default")];
    let refused =
        server.send("GET /api/v1/access-review", Some("tenant-administrator"), &elsewhere, None).await;
    assert_eq!(refused.status.as_u16(), 403);
}

#[tokio::test]
async fn everybody_whom_an_assignment_reaches_is_told_with_the_way_to_them_on_sqlite() {
    everybody_whom_an_assignment_reaches_is_told(&furnished().await.0).await;
}

#[tokio::test]
async fn everybody_whom_an_assignment_reaches_is_told_with_the_way_to_them_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let (server, _) = furnish(Server::on_postgres(&postgres.url()).await).await;
    everybody_whom_an_assignment_reaches_is_told(&server).await;
}

#[tokio::test]
async fn a_review_is_saved_as_a_table() {
    let (server, _) = furnished().await;
    let csv = [("accept", "text/csv")];
    let saved = server.send("GET /api/v1/access-review", Some("administrator"), &csv, None).await;
    assert_eq!(saved.header("content-disposition"), "attachment; filename=\"access-review.csv\"");
    let lines: Vec<&str> = saved.text.lines().collect();
    assert!(lines[0].starts_with("assignment,provider,type,id,login,"), "{}", lines[0]);
    assert_eq!(lines.len(), 1 + WHOLE.len(), "{}", saved.text);
    assert!(lines[1].contains(",corp,user,bob-1,bob@example.com,Bob,reader,"), "{}", lines[1]);
    let expiring =
        server.send("GET /api/v1/access-review?expiring_days=6", Some("administrator"), &csv, None).await;
    assert_eq!(expiring.text.lines().count(), 2, "{}", expiring.text);
    let refused = server.send("GET /api/v1/access-review?limit=1", Some("administrator"), &csv, None).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed_query"));
    let refused = server.send("GET /api/v1/access-review", Some("nobody"), &csv, None).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));
}

#[tokio::test]
async fn what_is_not_used_is_told_and_what_was_granted_lately_is_not() {
    let (server, key) = furnished().await;
    let at = async |days: i64, unused_days: u32| {
        let query = ReviewQuery {
            tenant: "default".into(),
            unused_days: Some(unused_days),
            limit: 100,
            now: clock::now() + days * DAY,
            ..ReviewQuery::default()
        };
        let Review { items, next } =
            review(&server.app.administration.lister(), server.app.store.reader(), &query).await.unwrap();
        assert_eq!(next, None);
        let seen =
            items.iter().map(|held| (held.holder.login.clone().unwrap_or_default(), held.last_used_by));
        seen.collect::<Vec<_>>()
    };
    assert_eq!(at(10, 30).await, [], "nothing is older than that");
    let never = |name: &str| (name.to_owned(), None);
    let members = [never("grace@example.com"), never("bob@example.com")];
    assert_eq!(at(40, 30).await, [&members[..], &[never("ci")]].concat(), "what is over is not told");
    server.app.store.note_used_keys(vec![(key, clock::now() + 35 * DAY)]).await.unwrap();
    assert_eq!(at(40, 30).await, members);
    assert_eq!(at(70, 30).await, [&members[..], &[("ci".to_owned(), Some("api_key"))]].concat());
}

fn decision(tenant: &str, id: &str, at: i64) -> DecisionEvent {
    let party =
        |provider: &str, id: &str| Party { provider: provider.into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at,
        request_id: "one".into(),
        item: 0,
        tenant: tenant.into(),
        application: None,
        caller: party("", "application"),
        credential: None,
        subject: party("corp", id),
        action: "notes.read".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// How whoever has this login was seen last, and when.
async fn seen(server: &Server, login: &str) -> Option<(&'static str, String)> {
    let query =
        ReviewQuery { tenant: "default".into(), limit: 100, now: clock::now(), ..ReviewQuery::default() };
    let reader = server.app.store.reader();
    let found = review(&server.app.administration.lister(), reader, &query).await.unwrap();
    assert!(found.items.iter().all(|held| held.looked_back_to.is_none()), "all of the record was read");
    let held = found.items.into_iter().find(|held| held.holder.login.as_deref() == Some(login)).unwrap();
    Some((held.last_used_by?, held.last_used.unwrap()))
}

fn text(at: i64) -> String {
    casemate_expression::Timestamp(at).to_string()
}

#[tokio::test]
async fn whoever_is_the_subject_of_a_decision_is_seen_whatever_others_ask() {
    let (server, _) = furnished().await;
    let store = &server.app.store;
    let now = clock::now();
    store.record(vec![decision("default", "bob-1", now)]).await.unwrap();
    // Somebody else of the same name, elsewhere, and many more about others.
    store.record(vec![decision("acme", "bob-1", now + 5), decision("acme", "grace", now)]).await.unwrap();
    for _ in 0..6 {
        store.record(vec![decision("acme", "noisy", now + 9); 1_000]).await.unwrap();
    }
    assert_eq!(seen(&server, "bob@example.com").await, Some(("decision", text(now))));
    assert_eq!(seen(&server, "grace@example.com").await, None, "another tenant's is somebody else");
}

#[tokio::test]
async fn how_far_was_looked_back_is_told_of_whom_others_of_the_same_name_hide() {
    let (server, _) = furnished().await;
    let store = &server.app.store;
    let now = clock::now();
    store.record(vec![decision("default", "bob-1", now)]).await.unwrap();
    let elsewhere = (1..=60).map(|after| decision("acme", "bob-1", now + after)).collect();
    store.record(elsewhere).await.unwrap();
    let query = ReviewQuery { tenant: "default".into(), limit: 100, now, ..ReviewQuery::default() };
    let found = review(&server.app.administration.lister(), store.reader(), &query).await.unwrap();
    for held in found.items {
        let is_hidden = held.holder.login.as_deref() == Some("bob@example.com");
        assert_eq!(held.last_used_by, None, "{held:?}");
        // One at its place, and fifty before it.
        assert_eq!(held.looked_back_to, is_hidden.then(|| text(now + 10)), "{held:?}");
    }
}

#[tokio::test]
async fn whoever_does_something_that_is_on_record_is_seen() {
    let (server, _) = furnished().await;
    let at = clock::now();
    let actor = Actor { provider: "corp".into(), kind: "user".into(), id: "bob-1".into(), credential: None };
    let event = AuditEvent {
        at,
        actor: actor.clone(),
        action: "casemate.role.update".into(),
        kind: "update".into(),
        tenant: "default".into(),
        resource_type: "role".into(),
        resource_id: "reader".into(),
        outcome: "success".into(),
        request_id: "one".into(),
        ..AuditEvent::default()
    };
    assert_eq!(seen(&server, "bob@example.com").await, None);
    let commit = Commit {
        base: None,
        at,
        actor,
        summary: "a change".into(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    assert_eq!(seen(&server, "bob@example.com").await, Some(("audit_event", text(at))));
}

#[tokio::test]
async fn whoever_signs_in_is_seen() {
    let (server, _) = furnished().await;
    let reader = server.app.store.reader();
    let bob = reader.user_by_subject("corp", "bob-1").await.unwrap().unwrap();
    let at = clock::now();
    let user = UserRecord { signed_in_at: Some(at), ..bob };
    let actor = Actor { provider: "corp".into(), kind: "user".into(), id: "bob-1".into(), credential: None };
    let commit = Commit {
        base: None,
        at,
        actor,
        summary: "sign in".into(),
        operations: vec![Operation::PutUser { user: Box::new(user), expected: None }],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    assert_eq!(seen(&server, "bob@example.com").await, Some(("sign_in", text(at))));
}
