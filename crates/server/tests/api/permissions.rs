//! What identities hold, as those read it who decide elsewhere.

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp as Time};
use casemate_platform::clock;
use casemate_store::{Actor, AuditFilter, Commit, GroupRecord, Membership, Operation, UserRecord};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::sessions::{OWN_PAGE, store};
use crate::support::{Answer, Server};

pub(crate) const POLICY: &str = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://login.example.com"
audiences = ["casemate"]
client_id = "casemate"
[[source]]
name = "token"
provider = "corp"
claim = "granted"
ceiling = ["notes.*"]
[[role]]
name = "reader"
permissions = [{ name = "notes.read" }, { name = "shop.read" }, { name = "casemate.role.list" }]
[[role]]
name = "author"
permissions = [{ own = true, name = "notes.*" }]
[[assignment]]
role = "reader"
to = { group = "ops" }
[[assignment]]
role = "author"
to = { id = "u-1" }
from = 2020-01-01T00:00:00Z
until = 2090-01-01T00:00:00Z
[[assignment]]
role = "reader"
to = { type = "anonymous" }
[[assignment]]
role = "author"
to = { provider = "casemate", type = "service", login = "ci" }
[[service_account]]
name = "ci"
[[service_account]]
name = "off"
disabled = true
"#;

pub(crate) const SCHEMA: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
[[permission]]
name = "notes.*"
[permission.properties.own]
type = "bool"
when = "value == false || (has(identity.id) && resource.author == identity.id)"
"#;

const SHOP: &str =
    "format = 1\n[application]\nid = \"shop\"\nnamespaces = [\"shop\"]\n[[permission]]\nname = \"shop.*\"\n";

pub(crate) const RESOLVE: &str = "POST /api/v1/permissions/resolve";

pub(crate) fn user_id(number: u32) -> String {
    format!("usr_{number:032x}")
}

fn user(number: u32) -> UserRecord {
    UserRecord {
        id: user_id(number),
        tenant: if number == 4 { "acme" } else { "default" }.into(),
        provider: "corp".into(),
        subject: (number != 3).then(|| format!("u-{number}")),
        login: format!("user-{number}@example.com"),
        display_name: Some(format!("User {number}")),
        active: number != 2,
        attributes: r#"{"department":"lab"}"#.into(),
        ..UserRecord::default()
    }
}

/// Somebody is not active any more.
pub(crate) async fn deactivate(server: &Server, number: u32) {
    let user = Box::new(UserRecord { active: false, ..user(number) });
    commit(server, vec![Operation::PutUser { user, expected: None }]).await;
}

/// Users of the provider: 1 in `ops`, 2 not active, 3 of whom the provider has told no id, 4 in another tenant.
pub(crate) async fn provision(server: &Server) {
    let group = GroupRecord {
        id: format!("grp_{:032x}", 1),
        tenant: "default".into(),
        provider: "corp".into(),
        name: "ops".into(),
        ..GroupRecord::default()
    };
    let member = |number: u32| {
        Operation::AddMember(Membership {
            group: group.id.clone(),
            user: user_id(number),
            source: "scim".into(),
        })
    };
    let members = [1, 3].map(member);
    let mut operations: Vec<Operation> =
        (1..=5).map(|number| Operation::PutUser { user: Box::new(user(number)), expected: None }).collect();
    operations.push(Operation::PutGroup { group: Box::new(group), expected: None });
    operations.extend(members);
    commit(server, operations).await;
}

async fn commit(server: &Server, operations: Vec<Operation>) {
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor: Actor::default(),
        summary: "provision".into(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    server.app.directory.refresh().await.unwrap();
}

pub(crate) async fn furnish(server: Server) -> Server {
    apply(&server, POLICY).await;
    provision(&server).await;
    server
}

pub(crate) async fn apply(server: &Server, policy: &str) {
    apply_with(server, policy, SCHEMA).await;
}

pub(crate) async fn apply_with(server: &Server, policy: &str, schema: &str) {
    let files = json!({ "policy.toml": policy, "notes.toml": schema, "shop.toml": SHOP });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
}

pub(crate) async fn account(server: &Server, name: &str) -> String {
    let all = server.admin("GET /api/v1/service-accounts", None).await;
    let found = all.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["document"]["name"] == name || item["name"] == name);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// An API key of the account `ci`: its id, and itself.
pub(crate) async fn key(server: &Server, more: Value) -> (String, String) {
    let mut body = json!({ "title": "key" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let path = format!("POST /api/v1/service-accounts/{}/api-keys", account(server, "ci").await);
    let made = server.admin(&path, Some(&body)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    (made.id(), made.body["key"].as_str().unwrap().to_owned())
}

/// A temporary credential of whoever the provider calls this, with these claims.
pub(crate) async fn token(server: &Server, subject: &str, claims: Value) -> (String, String) {
    let mut identity = Identity::new("corp", subject, Kind::USER);
    identity.claims = claims.as_object().unwrap().clone();
    let signed_in =
        SignedIn { identity, subject: subject.into(), sid: None, authenticated_at: Time(clock::now()) };
    let begun = server.app.directory.sessions().begin(&signed_in, None, None, clock::now());
    let (session, cookie) = begun.unwrap();
    store(server, &session).await;
    let cookie = format!("__Host-casemate={}", cookie.expose_secret());
    let headers = [("cookie", &*cookie), OWN_PAGE];
    let made = server
        .send("POST /api/v1/temporary-credentials", None, &headers, Some(&json!({ "title": "t" })))
        .await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    (made.body["credential"].as_str().unwrap().to_owned(), made.id())
}

pub(crate) async fn resolve(server: &Server, credential: &str, items: Value) -> Answer {
    let answer = server.send(RESOLVE, Some(credential), &[], Some(&json!({ "items": items }))).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.header("casemate-revision"), answer.body["revision"].to_string());
    answer
}

pub(crate) fn names(item: &Value) -> Vec<&str> {
    assert!(item["permissions"].is_array(), "{item}");
    let permissions = item["permissions"].as_array().unwrap();
    permissions.iter().map(|held| held["permission"]["name"].as_str().unwrap()).collect()
}

fn problem(item: &Value) -> &str {
    assert!(item["problem"]["code"].is_string(), "{item}");
    item["problem"]["code"].as_str().unwrap()
}

async fn everybody_is_told_with_what_they_hold(server: Server) {
    let server = furnish(server).await;
    let (temporary, temporary_id) = token(&server, "u-1", json!({})).await;
    let (key_id, key) = key(
        &server,
        json!({ "permissions": [{ "name": "notes.read", "own": true }],
        "expires_at": "2080-01-01T00:00:00Z" }),
    )
    .await;
    let (ci, off) = (account(&server, "ci").await, account(&server, "off").await);
    let items = json!([
        { "token": temporary },
        { "identity": user_id(1) },
        { "identity": ci },
        { "identity": key_id },
        { "token": key },
        { "anonymous": true },
        { "token": "auditor" },
        { "identity": user_id(3) },
    ]);
    let answer = resolve(&server, "administrator", items).await;
    let items = answer.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 8);
    let held = ["casemate.role.list", "notes.*", "notes.read", "shop.read"];
    for (item, credential) in [(&items[0], json!(temporary_id)), (&items[1], json!(null))] {
        assert_eq!(names(item), held);
        let expected = json!({ "id": user_id(1), "provider": "corp", "type": "user", "subject": "u-1",
            "login": "user-1@example.com", "display_name": "User 1", "tenant": "default", "groups": ["ops"],
            "claims": { "department": "lab" }, "auth": null, "actor": null });
        assert_eq!(item["identity"], expected, "{item}");
        assert_eq!(item["credential"], credential);
        let author = &item["permissions"][1];
        assert_eq!(author["origin"], json!({ "kind": "role", "name": "author", "via": null }));
        assert_eq!(
            (&author["from"], &author["until"]),
            (&json!("2020-01-01T00:00:00Z"), &json!("2090-01-01T00:00:00Z"))
        );
        assert_eq!(item["permissions"][2]["origin"]["via"], "group ops");
        assert_eq!(
            (&item["permissions"][2]["from"], &item["permissions"][2]["until"]),
            (&json!(null), &json!(null))
        );
    }
    assert!(answer.text.contains(r#"{"name":"notes.*","own":true}"#), "as it is stored: {}", answer.text);
    assert!(items[0]["valid_until"].is_string() && items[1]["valid_until"].is_null());
    assert_eq!((names(&items[2]), items[2]["identity"]["id"].as_str()), (vec!["notes.*"], Some(&*ci)));
    // A key is narrowed whichever way it is named, and so is what is told of it.
    for item in &items[3..5] {
        assert_eq!(names(item), ["notes.read"], "{item}");
        assert_eq!((&item["credential"], &item["identity"]["id"]), (&json!(key_id), &json!(key_id)));
        assert_eq!(item["valid_until"], "2080-01-01T00:00:00Z");
    }
    assert_eq!(items[3]["etag"], items[4]["etag"]);
    assert_eq!(names(&items[5]), ["casemate.role.list", "notes.read", "shop.read"]);
    assert_eq!((&items[5]["identity"]["subject"], &items[5]["identity"]["id"]), (&json!(null), &json!(null)));
    assert_eq!(items[6]["identity"]["provider"], "credential");
    assert_eq!(
        names(&items[7]),
        ["casemate.role.list", "notes.read", "shop.read"],
        "known by a login and groups"
    );
    assert_eq!(items[7]["identity"]["subject"], json!(null));

    // Each by itself, the same.
    let one = server.admin(&format!("GET /api/v1/identities/{}/permissions", user_id(1)), None).await;
    assert_eq!(one.header("etag"), items[1]["etag"].as_str().unwrap());
    assert_eq!(
        (one.body["permissions"].clone(), &one.body["revision"]),
        (items[1]["permissions"].clone(), &answer.body["revision"])
    );
    let own = server.send("GET /api/v1/identity/permissions", Some(&key), &[], None).await;
    assert_eq!(own.header("etag"), items[3]["etag"].as_str().unwrap());

    // What is wrong with one is its own problem.
    let items = json!([
        { "token": "cmk_unknown" }, { "token": "" }, { "token": "a b" },
        { "identity": "usr_none" }, { "identity": user_id(4) }, { "identity": user_id(2) }, { "identity": off },
        { "identity": "x".repeat(10_000) }, { "identity": "nul\u{0}" },
        {}, 7, { "token": "x", "identity": "y" }, { "anonymous": false },
        { "anonymous": true },
    ]);
    let answer = resolve(&server, "administrator", items).await;
    let items = answer.body["items"].as_array().unwrap();
    let codes: Vec<&str> = items[..13].iter().map(problem).collect();
    assert_eq!(
        codes,
        [
            "credential_rejected",
            "credential_rejected",
            "credential_rejected",
            "not_found",
            "not_found",
            "user_inactive",
            "user_inactive",
            "not_found",
            "not_found",
            "invalid_document",
            "invalid_document",
            "invalid_document",
            "invalid_document",
        ]
    );
    assert!(!items[13]["permissions"].as_array().unwrap().is_empty());
    for id in ["usr_none", &user_id(4), &user_id(2), &off] {
        let none = server.admin(&format!("GET /api/v1/identities/{id}/permissions"), None).await;
        assert_eq!((none.status.as_u16(), none.code()), (404, "not_found"), "{id}");
    }
}

#[tokio::test]
async fn everybody_is_told_with_what_they_hold_on_sqlite() {
    everybody_is_told_with_what_they_hold(Server::start().await).await;
}

#[tokio::test]
async fn everybody_is_told_with_what_they_hold_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    everybody_is_told_with_what_they_hold(Server::on_postgres(&postgres.url()).await).await;
}

#[tokio::test]
async fn a_source_that_fails_is_a_problem_and_never_a_shorter_list() {
    let server = furnish(Server::start().await).await;
    let (good, _) = token(&server, "u-1", json!({ "granted": [{ "name": "notes.list" }] })).await;
    let (bad, _) = token(&server, "u-1", json!({ "granted": [{ "name": "shop.write" }] })).await;
    let answer = resolve(&server, "administrator", json!([{ "token": good }, { "token": bad }])).await;
    let items = answer.body["items"].as_array().unwrap();
    assert!(names(&items[0]).contains(&"notes.list"));
    assert_eq!(problem(&items[1]), "source_failed", "beyond the ceiling");
    let own = server.send("GET /api/v1/identity/permissions", Some(&bad), &[], None).await;
    assert_eq!((own.status.as_u16(), own.code()), (503, "source_failed"));
}

#[tokio::test]
async fn a_token_is_never_told_again_nor_kept() {
    let server = furnish(Server::start().await).await;
    let secret = "eyJsecret";
    let item = json!({ "token": secret });
    for body in [
        json!({ "items": [item] }),
        json!({ "items": [secret] }),
        json!({ "items": secret }),
        json!({ secret: 1, "items": [] }),
        json!(secret),
        json!({ "items": [{ "token": { "value": secret } }] }),
        json!({ "items": [{ secret: true }] }),
    ] {
        let answer = server.admin(RESOLVE, Some(&body)).await;
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
    for path in ["/access/v1/evaluation", "/api/v1/check", "/api/v1/explain", "/api/v1/filter"] {
        for subject in
            [item.clone(), json!({ "token": secret, "type": "user" }), json!({ "token": [secret] })]
        {
            let body = json!({ "subject": subject, "action": { "name": "notes.read" },
                "resource": { "type": "note", "id": "7" } });
            let answer = server.admin(&format!("POST {path}"), Some(&body)).await;
            assert!(!answer.text.contains(secret), "{path}: {}", answer.text);
        }
    }
    let reader = server.app.store.reader();
    let decisions = reader.decisions(&Default::default(), None, 100).await.unwrap().items;
    assert!(!decisions.is_empty() && !format!("{decisions:?}").contains(secret));
    let events = reader.audit_events(&AuditFilter::default(), None, 100).await.unwrap();
    assert!(!events.is_empty() && !format!("{events:?}").contains(secret));
}

#[tokio::test]
async fn an_entity_tag_is_of_what_is_held_and_not_of_the_revision() {
    let server = furnish(Server::start().await).await;
    let path = format!("GET /api/v1/identities/{}/permissions", user_id(1));
    let first = server.admin(&path, None).await;
    let tag = first.header("etag").to_owned();
    assert_eq!((tag.len(), first.body["etag"].as_str()), (66, Some(&*tag)));
    server.make("/api/v1/roles", &json!({ "name": "unrelated", "permissions": [{ "name": "x.y" }] })).await;
    let known = [("if-none-match", &*tag)];
    for request in [&*path, "GET /api/v1/identity/permissions"] {
        let mut known = known;
        let fresh = server.admin(request, None).await;
        known[0].1 = fresh.header("etag");
        let again = server.send(request, Some("administrator"), &known, None).await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (304, known[0].1));
        assert_eq!(again.header("casemate-revision"), fresh.header("casemate-revision"));
        assert!(again.text.is_empty());
    }
    let second = server.admin(&path, None).await;
    assert_eq!(second.header("etag"), tag);
    assert!(second.body["revision"].as_i64() > first.body["revision"].as_i64());
    let items = json!([{ "identity": user_id(1), "if_none_match": tag }]);
    let answer = resolve(&server, "administrator", items.clone()).await;
    let expected = json!({ "not_modified": true, "etag": tag, "valid_until": null });
    assert_eq!(answer.body["items"], json!([expected]));
    // What comes to them does not leave it.
    let to = json!({ "role": "unrelated", "to": { "provider": "corp", "id": "u-1" } });
    server.make("/api/v1/assignments", &to).await;
    let answer = resolve(&server, "administrator", items).await;
    assert!(names(&answer.body["items"][0]).contains(&"x.y"));
    assert_ne!(answer.body["items"][0]["etag"], json!(tag));
    let schemas = "GET /api/v1/permissions/schemas";
    let first = server.admin(schemas, None).await;
    let known = [("if-none-match", first.header("etag"))];
    assert_eq!(server.send(schemas, Some("auditor"), &known, None).await.status.as_u16(), 304);
    // Whoever has seen a revision is answered from no earlier one.
    let ahead = [("casemate-at-least", "999999")];
    assert_eq!(server.send(&path, Some("auditor"), &ahead, None).await.code(), "revision_not_reached");
}
