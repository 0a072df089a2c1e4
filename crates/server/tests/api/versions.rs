//! Versions of users and groups, and setting them back.

use casemate_store::{Actor, Commit, DirectoryKind, DirectoryVersionQuery, Membership, Operation};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const USERS: &str = "/api/v1/users";
const GROUPS: &str = "/api/v1/groups";

async fn provided(server: &Server) {
    let provider =
        json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
}

async fn start() -> Server {
    let server = Server::start().await;
    provided(&server).await;
    server
}

async fn make_user(server: &Server, login: &str) -> String {
    server.make(USERS, &json!({ "login": login, "subject": format!("sub-{login}") })).await
}

async fn tag(server: &Server, path: &str) -> String {
    server.admin(&format!("GET {path}"), None).await.header("etag").to_owned()
}

/// Changes something as it is now.
async fn put(server: &Server, who: &str, path: &str, body: &Value) -> Answer {
    let tag = tag(server, path).await;
    server.send(&format!("PUT {path}"), Some(who), &[("if-match", &*tag)], Some(body)).await
}

async fn members(server: &Server, who: &str, group: &str, users: &[&str]) -> Answer {
    let body = json!({ "users": users });
    server.send(&format!("POST {GROUPS}/{group}/members"), Some(who), &[], Some(&body)).await
}

async fn leaves(server: &Server, group: &str, user: &str) -> Answer {
    server.admin(&format!("DELETE {GROUPS}/{group}/members/{user}"), None).await
}

/// Sets something back as it is now.
async fn restore(server: &Server, who: &str, path: &str, revision: i64, body: &Value) -> Answer {
    let tag = tag(server, path).await;
    let request = format!("POST {path}/versions/{revision}/restore");
    server.send(&request, Some(who), &[("if-match", &*tag)], Some(body)).await
}

/// The revisions of the versions, the newest first, and what was done.
async fn versions(server: &Server, path: &str) -> Vec<(i64, String)> {
    let page = server.admin(&format!("GET {path}/versions"), None).await;
    let items = page.body["items"].as_array().unwrap();
    let of = |item: &Value| (item["revision"].as_i64().unwrap(), item["verb"].as_str().unwrap().to_owned());
    items.iter().map(of).collect()
}

fn verbs(versions: &[(i64, String)]) -> Vec<&str> {
    versions.iter().map(|(_, verb)| &**verb).collect()
}

fn short(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

async fn a_user_is_set_back(server: Server) {
    provided(&server).await;
    let first =
        json!({ "login": "ada", "subject": "s1", "email": "ada@example.com", "attributes": { "level": 1 } });
    let id = server.make(USERS, &first).await;
    let path = format!("{USERS}/{id}");
    let second = json!({ "login": "Ada", "subject": "s2", "active": false, "attributes": { "level": 2 } });
    assert_eq!(put(&server, "administrator", &path, &second).await.status.as_u16(), 200);
    assert_eq!(put(&server, "administrator", &path, &second).await.status.as_u16(), 200);
    let known = versions(&server, &path).await;
    assert_eq!(verbs(&known), ["update", "create"], "what changes nothing has no version");
    let page = server.admin(&format!("GET {path}/versions?limit=1"), None).await;
    let next = page.body["next"].as_str().unwrap();
    let rest = server.admin(&format!("GET {path}/versions?limit=1&after={next}"), None).await;
    assert_eq!(rest.body["items"][0]["revision"], known[1].0);
    assert!(rest.body.get("next").is_none(), "{}", rest.text);

    let made = server.admin(&format!("GET {path}/versions/{}", known[0].0), None).await;
    assert_eq!((&made.body["before"]["login"], &made.body["after"]["login"]), (&json!("ada"), &json!("Ada")));
    assert_eq!(made.body["version"]["actor"]["id"], "administrator", "{}", made.text);
    let changes = made.body["changes"].as_array().unwrap();
    assert!(changes.contains(&json!("- email: ada@example.com")), "{}", made.text);
    for none in ["1", "x", "999999"] {
        let none = server.admin(&format!("GET {path}/versions/{none}"), None).await;
        assert_eq!(short(&none), (404, "not_found"));
    }

    let before = tag(&server, &path).await;
    let dry = restore(&server, "administrator", &path, known[1].0, &json!({ "dry_run": true })).await;
    assert_eq!(dry.body["restored"], false, "{}", dry.text);
    assert!(dry.body["changes"].as_array().unwrap().contains(&json!("+ email: ada@example.com")));
    assert_eq!((tag(&server, &path).await, versions(&server, &path).await.len()), (before.clone(), 2));

    let request = format!("POST {path}/versions/{}/restore", known[1].0);
    assert_eq!(server.admin(&request, Some(&json!({}))).await.status.as_u16(), 428);
    let stale = [("if-match", "\"1\"")];
    let stale = server.send(&request, Some("administrator"), &stale, Some(&json!({}))).await;
    assert_eq!(short(&stale), (412, "precondition_failed"));
    let done =
        restore(&server, "administrator", &path, known[1].0, &json!({ "reason": "it was wrong" })).await;
    assert_eq!((done.status.as_u16(), &done.body["restored"]), (200, &json!(true)), "{}", done.text);
    let now = server.admin(&format!("GET {path}"), None).await;
    for member in ["login", "subject", "email", "attributes"] {
        assert_eq!(now.body[member], first[member]);
    }
    // Who was deactivated stays so: letting them in again is a change of its own.
    assert_eq!((now.body["active"].as_bool(), done.header("etag")), (Some(false), now.header("etag")));
    let again = restore(&server, "administrator", &path, known[1].0, &json!({})).await;
    assert_eq!((&again.body["restored"], &again.body["changes"]), (&json!(false), &json!([])));

    let told = server.admin("POST /api/v1/audit-events/search", Some(&json!({ "resource_id": id }))).await;
    let mut told = told.body["items"].as_array().unwrap().iter().filter(|event| event["kind"] != "read");
    let told = told.next().unwrap();
    assert_eq!(told["action"], "casemate.user.restore");
    assert_eq!(told["reason"], "it was wrong");
    assert_eq!(told["after"]["subject"], "s1");
    // It is a change like any other, and is set back as well: to what was before it.
    let known = versions(&server, &path).await;
    assert_eq!(verbs(&known), ["restore", "update", "create"]);
    let back = restore(&server, "administrator", &path, known[0].0, &json!({ "to": "before" })).await;
    assert_eq!(back.status.as_u16(), 200, "{}", back.text);
    let now = server.admin(&format!("GET {path}"), None).await;
    assert_eq!((&now.body["login"], &now.body["subject"]), (&json!("Ada"), &json!("s2")));
    assert!(now.body.get("email").is_none() && now.body["active"] == false, "{}", now.text);
    let before = restore(&server, "administrator", &path, known[2].0, &json!({ "to": "before" })).await;
    assert_eq!(short(&before), (422, "invalid_document"), "nothing was there before they were made");

    // Of whoever is deleted nothing stays but that they were.
    let known = [("if-match", &*tag(&server, &path).await)];
    let gone = server.send(&format!("DELETE {path}"), Some("administrator"), &known, None).await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(server.admin(&format!("GET {path}/versions"), None).await.status.as_u16(), 404);
    let kept = server
        .app
        .store
        .reader()
        .directory_versions(&DirectoryVersionQuery::of(DirectoryKind::User, &id))
        .await;
    assert_eq!(kept.unwrap().iter().map(|version| &*version.verb).collect::<Vec<_>>(), ["delete"]);
}

async fn a_group_is_set_back(server: Server) {
    provided(&server).await;
    let group = server.make(GROUPS, &json!({ "name": "staff" })).await;
    let path = format!("{GROUPS}/{group}");
    let mut users = Vec::new();
    for login in ["ada", "bob", "carl", "dora"] {
        users.push(make_user(&server, login).await);
    }
    let [ada, bob, carl, dora] = users.as_slice() else { unreachable!("there are four") };
    assert_eq!(members(&server, "administrator", &group, &[ada, bob]).await.status.as_u16(), 204);
    // Whom a provider says stays, whatever is done by hand.
    let said = Membership { group: group.clone(), user: dora.clone(), source: "scim".into() };
    let commit = Commit {
        base: None,
        at: 0,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::AddMember(said)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    let wanted = versions(&server, &path).await[0].0;
    assert_eq!(leaves(&server, &group, ada).await.status.as_u16(), 204);
    assert_eq!(members(&server, "administrator", &group, &[carl, dora]).await.status.as_u16(), 204);
    assert_eq!(leaves(&server, &group, bob).await.status.as_u16(), 204);
    let renamed = put(&server, "administrator", &path, &json!({ "name": "crew", "external_id": "e1" })).await;
    assert_eq!(renamed.status.as_u16(), 200, "{}", renamed.text);
    let known = versions(&server, &path).await;
    assert_eq!(verbs(&known), ["update", "remove", "add", "remove", "add", "create"]);
    let added = server.admin(&format!("GET {path}/versions/{}", known[2].0), None).await;
    let mut came: Vec<&str> =
        added.body["came"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    came.sort_unstable();
    let mut expected = [carl.as_str(), dora.as_str()];
    expected.sort_unstable();
    assert_eq!((came, &added.body["gone"]), (expected.to_vec(), &json!([])), "{}", added.text);

    // One of them is not there any more.
    let known = [("if-match", &*tag(&server, &format!("{USERS}/{ada}")).await)];
    server.send(&format!("DELETE {USERS}/{ada}"), Some("administrator"), &known, None).await;
    let dry = restore(&server, "administrator", &path, wanted, &json!({ "dry_run": true })).await;
    assert_eq!((dry.status.as_u16(), &dry.body["missing"]), (200, &json!([ada])), "{}", dry.text);
    let done = restore(&server, "administrator", &path, wanted, &json!({})).await;
    assert_eq!(
        (&done.body["restored"], &done.body["missing"]),
        (&json!(true), &json!([ada])),
        "{}",
        done.text
    );
    assert_eq!(done.body["changes"], dry.body["changes"]);
    let now = async || {
        let page = server.admin(&format!("GET {path}/members"), None).await;
        let items = page.body["items"].as_array().unwrap().iter();
        let of = |item: &Value| {
            format!("{} {}", item["login"].as_str().unwrap(), item["source"].as_str().unwrap())
        };
        let mut found: Vec<String> = items.map(of).collect();
        found.sort();
        found
    };
    assert_eq!(now().await, ["bob ", "dora scim"]);
    let named = server.admin(&format!("GET {path}"), None).await;
    assert_eq!((&named.body["name"], named.body.get("external_id")), (&json!("staff"), None));
    // And that is set back as well.
    let last = versions(&server, &path).await[0].clone();
    assert_eq!(last.1, "restore");
    let back = restore(&server, "administrator", &path, last.0, &json!({ "to": "before" })).await;
    assert_eq!(back.status.as_u16(), 200, "{}", back.text);
    assert_eq!(now().await, ["carl ", "dora ", "dora scim"]);
    assert_eq!(server.admin(&format!("GET {path}"), None).await.body["name"], "crew");
}

#[tokio::test]
async fn users_and_groups_are_set_back_on_sqlite() {
    a_user_is_set_back(Server::start().await).await;
    a_group_is_set_back(Server::start().await).await;
}

#[tokio::test]
async fn users_and_groups_are_set_back_on_postgres() {
    let postgres = Postgres::start().unwrap();
    a_user_is_set_back(Server::on_postgres(&postgres.create_database().unwrap()).await).await;
    a_group_is_set_back(Server::on_postgres(&postgres.create_database().unwrap()).await).await;
}

/// A service account with a role of these permissions in the tenant `default`, and its key.
async fn clerk(server: &Server, name: &str, permissions: Value) -> String {
    server.make("/api/v1/roles", &json!({ "name": name, "permissions": permissions })).await;
    let id = server.make("/api/v1/service-accounts", &json!({ "name": name })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": name });
    server.make("/api/v1/assignments", &json!({ "role": name, "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{id}/api-keys");
    let made = server.admin(&path, Some(&json!({ "title": "k" }))).await;
    made.body["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_sets_back_what_they_might_not_change() {
    let server = start().await;
    server.make("/api/v1/roles", &json!({ "name": "ruler", "permissions": [{ "name": "cms.*" }] })).await;
    let (ada, group) = (make_user(&server, "ada").await, server.make(GROUPS, &json!({ "name": "g" })).await);
    let (user, group_path) = (format!("{USERS}/{ada}"), format!("{GROUPS}/{group}"));
    let other = json!({ "login": "ada", "subject": "sub-other" });
    assert_eq!(put(&server, "administrator", &user, &other).await.status.as_u16(), 200);
    assert_eq!(members(&server, "administrator", &group, &[&ada]).await.status.as_u16(), 204);
    assert_eq!(leaves(&server, &group, &ada).await.status.as_u16(), 204);
    for to in [json!({ "provider": "corp", "id": "sub-ada" }), json!({ "provider": "corp", "group": "g" })] {
        server.make("/api/v1/assignments", &json!({ "role": "ruler", "to": to })).await;
    }
    let all = json!([{ "name": "casemate.{user,group,group-member}.*" }]);
    let people = clerk(&server, "people", all).await;
    let (created, joined) = (versions(&server, &user).await[1].0, versions(&server, &group_path).await[1].0);
    for (path, revision) in [(&user, created), (&group_path, joined)] {
        for body in [json!({}), json!({ "dry_run": true })] {
            let refused = restore(&server, &people, path, revision, &body).await;
            assert_eq!(short(&refused), (403, "grant_exceeded"), "{path} {body}: {}", refused.text);
            let refused = restore(&server, "auditor", path, revision, &body).await;
            assert_eq!(short(&refused), (403, "forbidden"), "{path} {body}: {}", refused.text);
            let refused = restore(&server, "nobody", path, revision, &body).await;
            assert_eq!(refused.status.as_u16(), 403, "{path} {body}: {}", refused.text);
        }
        let elsewhere = [("casemate-tenant", "acme")];
        let hidden = format!("GET {path}/versions");
        let hidden = server.send(&hidden, Some("tenant-administrator"), &elsewhere, None).await;
        assert_eq!(hidden.status.as_u16(), 404);
        let seen = server.send(&format!("GET {path}/versions"), Some("auditor"), &[], None).await;
        assert_eq!(seen.status.as_u16(), 200);
        let refused = server.send(&format!("GET {path}/versions/{revision}"), Some("asker"), &[], None).await;
        assert_eq!(refused.status.as_u16(), 403);
    }
    // Whoever may change groups and nobody's membership neither sees nor turns back who belonged to them.
    let narrow = clerk(&server, "narrow", json!([{ "name": "casemate.group.*" }, { "name": "cms.*" }])).await;
    let refused = restore(&server, &narrow, &group_path, joined, &json!({})).await;
    assert_eq!(short(&refused), (403, "forbidden"), "{}", refused.text);
    let seen = server.send(&format!("GET {group_path}/versions/{joined}"), Some(&narrow), &[], None).await;
    assert!(seen.status.is_success() && !seen.text.contains(&ada), "{}", seen.text);
    // Nor does whoever may turn it back and not look.
    let turner = json!([{ "name": "casemate.group.*" }, { "name": "casemate.group-member.{add,remove}" }, { "name": "cms.*" }]);
    let turner = clerk(&server, "turner", turner).await;
    let dry = restore(&server, &turner, &group_path, joined, &json!({ "dry_run": true })).await;
    assert_eq!((dry.status.as_u16(), &dry.body["changes"]), (200, &json!([])), "{}", dry.text);
    assert!(dry.body.get("missing").is_none() && !dry.text.contains(&ada), "{}", dry.text);
    let done = restore(&server, "administrator", &group_path, joined, &json!({})).await;
    assert_eq!(done.body["changes"], json!([format!("+ member: {ada}")]), "{}", done.text);

    // A name that somebody else has by now.
    let (bob, other) = (make_user(&server, "bob").await, format!("{GROUPS}/{group}"));
    let path = format!("{USERS}/{bob}");
    let renamed =
        put(&server, "administrator", &path, &json!({ "login": "robert", "subject": "sub-bob" })).await;
    assert_eq!(renamed.status.as_u16(), 200, "{}", renamed.text);
    server.make(USERS, &json!({ "login": "BOB" })).await;
    let first = versions(&server, &path).await[1].0;
    for body in [json!({}), json!({ "dry_run": true })] {
        let taken = restore(&server, "administrator", &path, first, &body).await;
        assert_eq!(short(&taken), (409, "name_taken"), "{}", taken.text);
    }
    // What is assigned to a group keeps its name there.
    let used = put(&server, "administrator", &other, &json!({ "name": "h" })).await;
    assert_eq!(short(&used), (409, "in_use"));
}

#[tokio::test]
async fn of_the_administrators_of_a_group_that_is_set_back_one_stays() {
    let server = start().await;
    let group = server.make(GROUPS, &json!({ "name": "admins" })).await;
    let path = format!("{GROUPS}/{group}");
    let empty = versions(&server, &path).await[0].0;
    let (ada, bob) = (make_user(&server, "ada").await, make_user(&server, "bob").await);
    assert_eq!(members(&server, "administrator", &group, &[&ada, &bob]).await.status.as_u16(), 204);
    let to = json!({ "provider": "corp", "group": "admins" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    for body in [json!({ "dry_run": true }), json!({})] {
        let refused = restore(&server, "administrator", &path, empty, &body).await;
        assert_eq!(short(&refused), (409, "last_administrator"), "{}", refused.text);
    }
    // With another who stays it is done.
    let carl = make_user(&server, "carl").await;
    let said = Membership { group: group.clone(), user: carl, source: "scim".into() };
    let commit = Commit {
        base: None,
        at: 0,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::AddMember(said)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    let done = restore(&server, "administrator", &path, empty, &json!({})).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.text);
    // A user who administers is not set back to a time when they were not active.
    let dora = server.make(USERS, &json!({ "login": "dora", "subject": "sub-dora", "active": false })).await;
    let user = format!("{USERS}/{dora}");
    let active = json!({ "login": "dora", "subject": "sub-dora" });
    assert_eq!(put(&server, "administrator", &user, &active).await.status.as_u16(), 200);
    let first = versions(&server, &user).await[1].0;
    assert_eq!(dora_alone_administers(&server).await, 204);
    let refused = restore(&server, "administrator", &user, first, &json!({})).await;
    assert_eq!(short(&refused), (409, "last_administrator"), "{}", refused.text);
}

/// Makes `dora` the only administrator.
async fn dora_alone_administers(server: &Server) -> u16 {
    let to = json!({ "provider": "corp", "id": "sub-dora" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    let found = server.admin("GET /api/v1/assignments", None).await;
    let items = found.body["items"].as_array().unwrap();
    let held = items.iter().find(|item| item["document"]["to"]["group"] == "admins").unwrap();
    let known = format!("\"{}\"", held["revision"]);
    let path = format!("DELETE /api/v1/assignments/{}", held["id"].as_str().unwrap());
    server.send(&path, Some("administrator"), &[("if-match", &*known)], None).await.status.as_u16()
}
