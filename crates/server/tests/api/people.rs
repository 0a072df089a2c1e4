//! Users, groups, and who belongs to them.

use serde_json::{Value, json};

use crate::support::{Answer, Server};

const USERS: &str = "/api/v1/users";
const GROUPS: &str = "/api/v1/groups";

/// A server with a provider, whose users are meant where nobody says which.
async fn start() -> Server {
    let server = Server::start().await;
    let provider =
        json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
    server
}

async fn make_user(server: &Server, login: &str) -> String {
    server.make(USERS, &json!({ "login": login, "subject": format!("sub-{login}") })).await
}

/// Puts users into a group as somebody.
async fn add(server: &Server, who: &str, group: &str, users: &[&str]) -> Answer {
    let body = json!({ "users": users });
    server.send(&format!("POST {GROUPS}/{group}/members"), Some(who), &[], Some(&body)).await
}

fn logins(answer: &Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["login"].as_str().unwrap()).collect()
}

fn short(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn a_user_is_made_read_changed_and_deleted() {
    let server = start().await;
    let user = json!({ "login": "Ada@example.com", "subject": "0o1", "display_name": "Ada", "attributes": { "team": [1] } });
    let once = [("idempotency-key", "k1")];
    let made = server.send("POST /api/v1/users", Some("administrator"), &once, Some(&user)).await;
    let id = made.id();
    assert_eq!((made.status.as_u16(), made.header("location")), (201, &*format!("{USERS}/{id}")));
    let again = server.send("POST /api/v1/users", Some("administrator"), &once, Some(&user)).await;
    assert_eq!((again.status.as_u16(), again.id()), (201, id.clone()), "once");
    let item = format!("{USERS}/{id}");
    let read = server.admin(&format!("GET {item}"), None).await;
    assert_eq!(read.body["attributes"], json!({ "team": [1] }));
    assert_eq!((&read.body["active"], &read.body["provider"]), (&json!(true), &json!("corp")));
    let tag = read.header("etag").to_owned();
    let known = [("if-none-match", &*tag)];
    let unchanged = server.send(&format!("GET {item}"), Some("administrator"), &known, None).await;
    assert_eq!(unchanged.status.as_u16(), 304);

    let taken = server.admin("POST /api/v1/users", Some(&json!({ "login": "ADA@example.com" }))).await;
    assert_eq!(short(&taken), (409, "name_taken"), "{}", taken.text);
    let nowhere = json!({ "login": "x", "provider": "nowhere" });
    let refused = server.admin("POST /api/v1/users", Some(&nowhere)).await;
    assert_eq!(short(&refused), (422, "invalid_document"), "{}", refused.text);
    for body in [json!({ "login": "" }), json!({ "login": "a\u{1}b" }), json!({ "login": "x".repeat(2_000) })]
    {
        let refused = server.admin("POST /api/v1/users", Some(&body)).await;
        assert_eq!(
            (short(&refused), &refused.body["errors"][0]["pointer"]),
            ((422, "invalid_document"), &json!("/login"))
        );
    }
    let put = format!("PUT {item}");
    let changed = json!({ "login": "ada", "subject": "0o1", "active": false });
    let unasked = server.admin(&put, Some(&changed)).await;
    assert_eq!(unasked.status.as_u16(), 428);
    let written = server.send(&put, Some("administrator"), &[("if-match", &*tag)], Some(&changed)).await;
    assert_eq!((written.status.as_u16(), &written.body["active"]), (200, &json!(false)), "{}", written.text);
    let late = server.send(&put, Some("administrator"), &[("if-match", &*tag)], Some(&changed)).await;
    assert_eq!(late.status.as_u16(), 412);
    let elsewhere = [("casemate-tenant", "acme")];
    let hidden = server.send(&format!("GET {item}"), Some("tenant-administrator"), &elsewhere, None).await;
    assert_eq!(hidden.status.as_u16(), 404);

    let delete = format!("DELETE {item}");
    let tag = [("if-match", written.header("etag"))];
    assert_eq!(server.send(&delete, Some("administrator"), &tag, None).await.status.as_u16(), 204);
    assert_eq!(server.admin(&format!("GET {item}"), None).await.status.as_u16(), 404);
    let about = json!({ "resource_id": id });
    let told = server.admin("POST /api/v1/audit-events/search", Some(&about)).await;
    let actions: Vec<&str> = told.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] != "read")
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["casemate.user.delete", "casemate.user.update", "casemate.user.create"]);
    let items = told.body["items"].as_array().unwrap();
    let update = items.iter().find(|event| event["action"] == "casemate.user.update").unwrap();
    assert_eq!(update["before"]["login"], "withheld", "without a root key");
    assert_eq!(update["after"]["active"], false);
}

#[tokio::test]
async fn lists_of_people_are_searched_filtered_sorted_paged_and_exported() {
    let server = start().await;
    let group = server.make(GROUPS, &json!({ "name": "Engines" })).await;
    server.make(GROUPS, &json!({ "name": "=SUM(A1)" })).await;
    let mut ids = Vec::new();
    for login in ["carl", "ada", "bob"] {
        ids.push(make_user(&server, login).await);
    }
    assert_eq!(add(&server, "administrator", &group, &[&ids[0], &ids[1]]).await.status.as_u16(), 204);
    let list = async |query: &str| server.admin(&format!("GET {USERS}{query}"), None).await;
    assert_eq!(logins(&list("").await), ["carl", "ada", "bob"]);
    assert_eq!(logins(&list("?sort=login").await), ["ada", "bob", "carl"]);
    let first = list("?sort=-login&limit=2").await;
    assert_eq!(logins(&first), ["carl", "bob"]);
    let next = first.body["next"].as_str().unwrap();
    assert_eq!(logins(&list(&format!("?sort=-login&limit=2&after={next}")).await), ["ada"]);
    assert_eq!(list(&format!("?sort=login&limit=2&after={next}")).await.code(), "malformed_query");
    assert_eq!(list("?search=ada").await.code(), "malformed_query", "personal data stands in no address");
    let search = async |body: Value| server.admin("POST /api/v1/users/search", Some(&body)).await;
    assert_eq!(logins(&search(json!({ "group": group, "sort": "login" })).await), ["ada", "carl"]);
    assert_eq!(logins(&search(json!({ "search": "A" , "sort": "login" })).await), ["ada", "carl"]);
    assert_eq!(logins(&search(json!({ "login": "BOB" })).await), ["bob"]);
    assert_eq!(logins(&search(json!({ "active": false })).await), [""; 0]);
    let of_ada = server.admin("POST /api/v1/groups/search", Some(&json!({ "member": ids[1] }))).await;
    assert_eq!(of_ada.body["items"][0]["name"], "Engines");

    let csv = [("accept", "text/csv")];
    let export = async |path: &str| server.send(&format!("GET {path}"), Some("auditor"), &csv, None).await;
    let whole = export(&format!("{USERS}?sort=login")).await;
    assert_eq!(whole.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = whole.text.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("id,tenant,provider,login,subject,"), "{}", lines[0]);
    assert_eq!(lines.len(), 4);
    assert!(lines[1].contains(",corp,ada,sub-ada,"), "{}", lines[1]);
    assert_eq!(export(&format!("{USERS}?limit=2")).await.code(), "malformed_query");
    let groups = export(&format!("{GROUPS}?sort=name")).await;
    assert!(groups.text.contains(",\"'=SUM(A1)\","), "{}", groups.text);
    let members = export(&format!("{GROUPS}/{group}/members")).await;
    assert_eq!(members.text.lines().count(), 3, "{}", members.text);
}

#[tokio::test]
async fn members_come_and_go_by_hand() {
    let server = start().await;
    let group = server.make(GROUPS, &json!({ "name": "staff" })).await;
    let (ada, bob) = (make_user(&server, "ada").await, make_user(&server, "bob").await);
    let members = format!("{GROUPS}/{group}/members");
    assert_eq!(add(&server, "administrator", &group, &[&ada, &bob, &ada]).await.status.as_u16(), 204);
    let none = add(&server, "administrator", &group, &["usr_none"]).await;
    assert_eq!(short(&none), (404, "not_found"), "{}", none.text);
    assert_eq!(short(&add(&server, "administrator", &group, &[]).await), (400, "malformed_body"));
    let page = server.admin(&format!("GET {members}?limit=1"), None).await;
    let next = page.body["next"].as_str().unwrap().to_owned();
    let rest = server.admin(&format!("GET {members}?limit=1&after={next}"), None).await;
    let mut found = [logins(&page), logins(&rest)].concat();
    found.sort_unstable();
    assert_eq!((found, rest.body.get("next")), (vec!["ada", "bob"], None));
    let remove = |user: &str| format!("DELETE {members}/{user}");
    assert_eq!(server.admin(&remove(&ada), None).await.status.as_u16(), 204);
    assert_eq!(short(&server.admin(&remove(&ada), None).await), (404, "not_found"));
    assert_eq!(
        server.admin(&format!("GET {members}"), None).await.body["items"].as_array().unwrap().len(),
        1
    );
    // What another source says is changed there.
    let said = casemate_store::Membership { group: group.clone(), user: bob.clone(), source: "scim".into() };
    let commit = casemate_store::Commit {
        base: None,
        at: 0,
        actor: casemate_store::Actor::default(),
        summary: String::new(),
        operations: vec![casemate_store::Operation::AddMember(said)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    assert_eq!(short(&server.admin(&remove(&bob), None).await), (409, "managed_by_code"));
}

#[tokio::test]
async fn nobody_puts_anybody_into_a_group_that_holds_more_than_they_do() {
    let server = start().await;
    let all = json!({ "name": "ruler", "permissions": [{ "name": "cms.*" }] });
    server.make("/api/v1/roles", &all).await;
    let to = json!({ "provider": "corp", "group": "rulers" });
    server.make("/api/v1/assignments", &json!({ "role": "ruler", "to": to })).await;
    let to = json!({ "provider": "corp", "login": "boss" });
    server.make("/api/v1/assignments", &json!({ "role": "ruler", "to": to })).await;
    // Somebody who may do whatever is done to people, and nothing else.
    let people =
        json!({ "name": "people", "permissions": [{ "name": "casemate.{user,group,group-member}.*" }] });
    server.make("/api/v1/roles", &people).await;
    let clerk = server.make("/api/v1/service-accounts", &json!({ "name": "clerk" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "clerk" });
    server.make("/api/v1/assignments", &json!({ "role": "people", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{clerk}/api-keys");
    let made = server.admin(&path, Some(&json!({ "title": "k" }))).await;
    let clerk = made.body["key"].as_str().unwrap().to_owned();

    let group = server.make(GROUPS, &json!({ "name": "Rulers" })).await;
    let harmless = server.make(GROUPS, &json!({ "name": "readers" })).await;
    let ada = make_user(&server, "ada").await;
    assert_eq!(add(&server, &clerk, &harmless, &[&ada]).await.status.as_u16(), 204);
    assert_eq!(
        add(&server, &clerk, &group, &[&ada]).await.status.as_u16(),
        204,
        "names are compared as they are"
    );
    let rename = |name: &str| json!({ "name": name });
    let tag = |answer: &Answer| answer.header("etag").to_owned();
    let put = async |who: &str, path: String, body: Value| {
        let tag = tag(&server.admin(&format!("GET {path}"), None).await);
        server.send(&format!("PUT {path}"), Some(who), &[("if-match", &*tag)], Some(&body)).await
    };
    let turned = put(&clerk, format!("{GROUPS}/{group}"), rename("rulers")).await;
    assert_eq!(short(&turned), (403, "grant_exceeded"), "{}", turned.text);
    let turned = put("administrator", format!("{GROUPS}/{group}"), rename("rulers")).await;
    assert_eq!(turned.status.as_u16(), 200, "{}", turned.text);
    let bob = make_user(&server, "bob").await;
    assert_eq!(short(&add(&server, &clerk, &group, &[&bob]).await), (403, "grant_exceeded"));
    assert_eq!(add(&server, "administrator", &group, &[&bob]).await.status.as_u16(), 204);
    // Nor by what they are called, nor by letting them in again.
    let path = format!("{USERS}/{ada}");
    let boss = json!({ "login": "boss", "subject": "sub-ada" });
    assert_eq!(short(&put(&clerk, path.clone(), boss.clone()).await), (403, "grant_exceeded"));
    let refused = server.send("POST /api/v1/users", Some(&clerk), &[], Some(&boss)).await;
    assert_eq!(short(&refused), (403, "grant_exceeded"));
    let out = json!({ "login": "ada", "subject": "sub-ada", "active": false });
    assert_eq!(put(&clerk, path.clone(), out).await.status.as_u16(), 200);
    let back = json!({ "login": "ada", "subject": "sub-ada" });
    assert_eq!(short(&put(&clerk, path.clone(), back.clone()).await), (403, "grant_exceeded"));
    assert_eq!(put("administrator", path, back).await.status.as_u16(), 200);

    // Nor by an attribute, where a condition may read it.
    let told = |level: i64| json!({ "login": "ada", "subject": "sub-ada", "attributes": { "level": level } });
    let path = format!("{USERS}/{ada}");
    assert_eq!(put(&clerk, path.clone(), told(1)).await.status.as_u16(), 200);
    let some = json!({ "name": "casemate.assignment.create", "roles": ["reader"] });
    server.make("/api/v1/roles", &json!({ "name": "some", "permissions": [some] })).await;
    let to = json!({ "provider": "corp", "group": "everybody" });
    server.make("/api/v1/assignments", &json!({ "role": "some", "to": to })).await;
    assert_eq!(short(&put(&clerk, path.clone(), told(2)).await), (403, "grant_exceeded"));
    assert_eq!(put("administrator", path, told(2)).await.status.as_u16(), 200);

    // What something is assigned to is neither renamed nor deleted.
    let used = put("administrator", format!("{GROUPS}/{group}"), rename("others")).await;
    assert_eq!(short(&used), (409, "in_use"), "{}", used.text);
    let delete = async |path: String| {
        let tag = tag(&server.admin(&format!("GET {path}"), None).await);
        server.send(&format!("DELETE {path}"), Some("administrator"), &[("if-match", &*tag)], None).await
    };
    assert_eq!(short(&delete(format!("{GROUPS}/{group}")).await), (409, "in_use"));
    assert_eq!(delete(format!("{GROUPS}/{harmless}")).await.status.as_u16(), 204);
    let chief = server.admin("POST /api/v1/users", Some(&boss)).await;
    assert_eq!(short(&chief), (409, "name_taken"), "the subject is ada's: {}", chief.text);
    let chief = make_user(&server, "boss").await;
    assert_eq!(short(&delete(format!("{USERS}/{chief}")).await), (409, "in_use"));
    assert_eq!(delete(format!("{USERS}/{bob}")).await.status.as_u16(), 204);
}

#[tokio::test]
async fn the_last_administrator_is_neither_deactivated_nor_taken_out_of_their_group() {
    let server = start().await;
    let group = server.make(GROUPS, &json!({ "name": "admins" })).await;
    let (ada, bob) = (make_user(&server, "ada").await, make_user(&server, "bob").await);
    assert_eq!(add(&server, "administrator", &group, &[&ada, &bob]).await.status.as_u16(), 204);
    let to = json!({ "provider": "corp", "group": "admins" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    let out = async |user: &str, login: &str| {
        let path = format!("{USERS}/{user}");
        let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
        let body = json!({ "login": login, "subject": format!("sub-{login}"), "active": false });
        server.send(&format!("PUT {path}"), Some("administrator"), &[("if-match", &*tag)], Some(&body)).await
    };
    assert_eq!(out(&ada, "ada").await.status.as_u16(), 200);
    assert_eq!(short(&out(&bob, "bob").await), (409, "last_administrator"));
    let leave = format!("DELETE {GROUPS}/{group}/members/{bob}");
    assert_eq!(short(&server.admin(&leave, None).await), (409, "last_administrator"));
    // By another subject they would be somebody else.
    let path = format!("{USERS}/{bob}");
    let other = json!({ "login": "bob", "subject": "sub-other" });
    let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let put = async |body: &Value| {
        server.send(&format!("PUT {path}"), Some("administrator"), &[("if-match", &*tag)], Some(body)).await
    };
    assert_eq!(short(&put(&other).await), (409, "last_administrator"));
    // Nobody administers who is not active.
    let to = json!({ "provider": "corp", "id": "sub-ada" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    assert_eq!(short(&out(&bob, "bob").await), (409, "last_administrator"));
    let to = json!({ "provider": "corp", "id": "another" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    assert_eq!(server.admin(&leave, None).await.status.as_u16(), 204);
    assert_eq!(out(&bob, "bob").await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_who_are_deactivated_at_once_one_stays() {
    let server = start().await;
    let mut users = Vec::new();
    for login in ["ada", "bob"] {
        let id = make_user(&server, login).await;
        let to = json!({ "provider": "corp", "id": format!("sub-{login}") });
        server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
        let path = format!("{USERS}/{id}");
        let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
        users.push((path, tag, json!({ "login": login, "active": false })));
    }
    let out = async |(path, tag, body): &(String, String, Value)| {
        let known = [("if-match", &**tag)];
        server.send(&format!("PUT {path}"), Some("administrator"), &known, Some(body)).await.status.as_u16()
    };
    let (one, other) = tokio::join!(out(&users[0]), out(&users[1]));
    assert_eq!((one.min(other), one.max(other)), (200, 409));
}
