//! Setting users and groups back with everything else.

use casemate_directory::{MAX_MEMBERS, MAX_SET_BACK};
use casemate_store::{Actor, Commit, DirectoryEdit, DirectoryKind, Membership, Operation, UserRecord};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const USERS: &str = "/api/v1/users";
const GROUPS: &str = "/api/v1/groups";

async fn put(server: &Server, path: &str, body: &Value) {
    let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let headers = [("if-match", &*tag)];
    let answer = server.send(&format!("PUT {path}"), Some("administrator"), &headers, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
}

async fn delete(server: &Server, path: &str) {
    let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let headers = [("if-match", &*tag)];
    let answer = server.send(&format!("DELETE {path}"), Some("administrator"), &headers, None).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
}

async fn join(server: &Server, group: &str, users: &[&str]) {
    let body = json!({ "users": users });
    let answer = server.admin(&format!("POST {GROUPS}/{group}/members"), Some(&body)).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

async fn revert(server: &Server, who: &str, body: &Value) -> Answer {
    server.send("POST /api/v1/policy/revert", Some(who), &[], Some(body)).await
}

/// The revision of the last change.
async fn now(server: &Server) -> i64 {
    server.app.store.reader().revision().await.unwrap()
}

async fn members(server: &Server, group: &str) -> Vec<String> {
    let page = server.admin(&format!("GET {GROUPS}/{group}/members"), None).await;
    let items = page.body["items"].as_array().unwrap();
    items.iter().map(|member| member["user"].as_str().unwrap().to_owned()).collect()
}

async fn everything_is_set_back(server: Server) {
    let ada = server.make(USERS, &json!({ "login": "ada", "attributes": { "level": 1 } })).await;
    let bob = server.make(USERS, &json!({ "login": "bob" })).await;
    let staff = server.make(GROUPS, &json!({ "name": "staff" })).await;
    let crew = server.make(GROUPS, &json!({ "name": "crew" })).await;
    join(&server, &staff, &[&ada]).await;
    join(&server, &crew, &[&ada, &bob]).await;
    let then = now(&server).await;

    put(&server, &format!("{USERS}/{ada}"), &json!({ "login": "ada.l" })).await;
    let eve = server.make(USERS, &json!({ "login": "ada" })).await;
    join(&server, &staff, &[&eve]).await;
    delete(&server, &format!("{GROUPS}/{crew}")).await;
    server.make("/api/v1/roles", &json!({ "name": "reader", "permissions": [] })).await;
    delete(&server, &format!("{USERS}/{bob}")).await;
    let last = now(&server).await;

    // Whoever looks for the revision to go back to sees what was done to people.
    let listed = server.admin("GET /api/v1/policy/versions?limit=3", None).await;
    let lines: Vec<(i64, i64)> = listed.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["objects"].as_i64().unwrap(), item["people"].as_i64().unwrap()))
        .collect();
    assert_eq!(lines, [(0, 1), (1, 0), (0, 1)], "{}", listed.text);
    assert_eq!(listed.body["items"][0]["summary"], "users and groups");
    let next = listed.body["next"].as_str().unwrap();
    let rest = server.admin(&format!("GET /api/v1/policy/versions?limit=3&after={next}"), None).await;
    assert_eq!(rest.body["items"][0]["revision"], last - 3, "{}", rest.text);
    let one = server.admin(&format!("GET /api/v1/policy/versions/{last}"), None).await;
    assert_eq!(one.body["people"], json!([{ "kind": "user", "id": bob, "verb": "delete" }]), "{}", one.text);

    let dry = revert(&server, "administrator", &json!({ "revision": then, "dry_run": true })).await;
    assert_eq!((&dry.body["reverted"], &dry.body["revision"]), (&json!(false), &json!(last)), "{}", dry.text);
    assert_eq!(dry.body["changes"][0]["diff"][0], "- name: reader", "{}", dry.text);
    let person = |id: &str| {
        let people = dry.body["people"].as_array().unwrap();
        people.iter().find(|person| person["id"] == id).unwrap().clone()
    };
    let diff = |id: &str| person(id)["diff"].as_array().unwrap().clone();
    assert!(diff(&ada).contains(&json!("+ login: ada")) && diff(&ada).contains(&json!("- login: ada.l")));
    assert_eq!(person(&eve)["verb"], "delete");
    assert_eq!(diff(&staff), [json!(format!("- member: {eve}"))]);
    assert_eq!((&person(&crew)["verb"], &person(&crew)["kind"]), (&json!("create"), &json!("group")));
    assert!(diff(&crew).contains(&json!(format!("+ member: {ada}"))));
    assert_eq!(now(&server).await, last);

    let reverted = revert(&server, "administrator", &json!({ "revision": then })).await;
    assert_eq!((&reverted.body["people"], &reverted.body["left"]), (&dry.body["people"], &dry.body["left"]));
    assert_eq!(reverted.body["reverted"], true, "{}", reverted.text);
    assert_eq!(reverted.header("casemate-revision"), (last + 1).to_string(), "one change");
    let left: Vec<(&Value, &Value)> =
        reverted.body["left"].as_array().unwrap().iter().map(|left| (&left["kind"], &left["id"])).collect();
    assert_eq!(left, [(&json!("user"), &json!(bob)), (&json!("group-member"), &json!(bob))]);
    let user = server.admin(&format!("GET {USERS}/{ada}"), None).await;
    assert_eq!(
        (&user.body["login"], &user.body["attributes"]),
        (&json!("ada"), &json!({ "level": 1 })),
        "{}",
        user.text
    );
    assert_eq!(server.admin(&format!("GET {USERS}/{eve}"), None).await.status.as_u16(), 404);
    assert_eq!(server.admin(&format!("GET {USERS}/{bob}"), None).await.status.as_u16(), 404);
    assert_eq!(server.admin(&format!("GET {GROUPS}/{crew}"), None).await.body["name"], "crew");
    assert_eq!(
        (members(&server, &staff).await, members(&server, &crew).await),
        (vec![ada.clone()], vec![ada])
    );
    // A version of the group that was deleted says so, and is nothing to go back to.
    let versions = server.admin(&format!("GET {GROUPS}/{crew}/versions"), None).await;
    let verbs: Vec<&Value> =
        versions.body["items"].as_array().unwrap().iter().map(|version| &version["verb"]).collect();
    assert_eq!(verbs, ["restore", "delete", "add", "create"], "{}", versions.text);
    let gone = versions.body["items"][1]["revision"].as_i64().unwrap();
    let version = server.admin(&format!("GET {GROUPS}/{crew}/versions/{gone}"), None).await;
    assert!(
        version.body.get("after").is_none() && version.body["before"]["name"] == "crew",
        "{}",
        version.text
    );

    // People alone, and not at all.
    put(&server, &format!("{GROUPS}/{staff}"), &json!({ "name": "people" })).await;
    let then = now(&server).await - 1;
    let out = revert(&server, "administrator", &json!({ "revision": then, "people": false })).await;
    assert_eq!((out.body.get("people"), &out.body["reverted"]), (None, &json!(false)), "{}", out.text);
    let alone = revert(&server, "administrator", &json!({ "revision": then, "reason": "a mistake" })).await;
    assert_eq!(
        (&alone.body["changes"], &alone.body["reverted"]),
        (&json!([]), &json!(true)),
        "{}",
        alone.text
    );
    assert_eq!(server.admin(&format!("GET {GROUPS}/{staff}"), None).await.body["name"], "staff");
}

#[tokio::test]
async fn people_are_set_back_with_everything_else() {
    everything_is_set_back(Server::start().await).await;
}

#[tokio::test]
async fn people_are_set_back_with_everything_else_on_postgres() {
    let postgres = Postgres::start().unwrap();
    everything_is_set_back(Server::on_postgres(&postgres.create_database().unwrap()).await).await;
}

/// Makes one change of this.
async fn commit(server: &Server, operations: Vec<Operation>) {
    let actor =
        Actor { provider: "casemate".into(), kind: "service".into(), id: "test".into(), credential: None };
    let summary = "many".to_owned();
    let commit = Commit { base: None, at: 1, actor, summary, operations, events: vec![], fence: None };
    server.app.store.commit(commit).await.unwrap();
}

async fn a_large_group_comes_back_and_the_configuration_alone_where_people_cannot(server: Server) {
    let crew = server.make(GROUPS, &json!({ "name": "crew" })).await;
    let ids: Vec<String> = (0..=MAX_MEMBERS).map(|number| format!("usr_{number:05}")).collect();
    let made = ids.iter().flat_map(|id| {
        let user = UserRecord {
            id: id.clone(),
            tenant: "default".into(),
            provider: "casemate".into(),
            login: id.clone(),
            attributes: "{}".into(),
            active: true,
            ..UserRecord::default()
        };
        let member = Membership { group: crew.clone(), user: id.clone(), source: String::new() };
        [Operation::PutUser { user: Box::new(user), expected: Some(0) }, Operation::AddMember(member)]
    });
    commit(&server, made.collect()).await;
    let then = now(&server).await;
    delete(&server, &format!("{GROUPS}/{crew}")).await;
    let back = revert(&server, "administrator", &json!({ "revision": then })).await;
    assert_eq!((back.status.as_u16(), &back.body["left"]), (200, &json!([])), "{}", back.text);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let members = server.app.store.reader().members_by_hand(&crew, &ids).await.unwrap();
    assert_eq!(members.len(), MAX_MEMBERS + 1);

    // More than are set back at once.
    let then = now(&server).await;
    server.make("/api/v1/roles", &json!({ "name": "reader", "permissions": [] })).await;
    let changed = (0..=MAX_SET_BACK).map(|number| {
        Operation::KeepVersion(Box::new(DirectoryEdit {
            kind: DirectoryKind::Group,
            id: format!("grp_{number}"),
            verb: "update".into(),
            restored: None,
            before: Some("{}".into()),
            after: Some("{\"a\":1}".into()),
        }))
    });
    commit(&server, changed.collect()).await;
    for dry_run in [true, false] {
        let body = json!({ "revision": then, "people": true, "dry_run": dry_run });
        let refused = revert(&server, "administrator", &body).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
        assert_eq!(refused.body["errors"][0]["pointer"], "/revision", "{}", refused.text);
        assert!(refused.text.contains("or leave users and groups out"), "{}", refused.text);
    }
    let alone = revert(&server, "administrator", &json!({ "revision": then })).await;
    assert_eq!(
        (alone.status.as_u16(), &alone.body["reverted"], alone.body.get("people")),
        (200, &json!(true), None),
        "{}",
        alone.text
    );
    assert_eq!(alone.body["changes"][0]["name"], "reader", "{}", alone.text);
    let left = alone.body["left"].as_array().unwrap();
    assert_eq!(
        (left.len(), &left[0]["kind"], &left[0]["id"]),
        (1, &json!("people"), &json!("")),
        "{}",
        alone.text
    );
    assert!(
        left[0]["reason"].as_str().unwrap().contains("more than 1000 users and groups"),
        "{}",
        alone.text
    );
}

#[tokio::test]
async fn a_large_group_comes_back_and_configuration_is_set_back_where_people_cannot_be() {
    a_large_group_comes_back_and_the_configuration_alone_where_people_cannot(Server::start().await).await;
}

#[tokio::test]
async fn a_large_group_comes_back_and_configuration_is_set_back_where_people_cannot_be_on_postgres() {
    let postgres = Postgres::start().unwrap();
    let server = Server::on_postgres(&postgres.create_database().unwrap()).await;
    a_large_group_comes_back_and_the_configuration_alone_where_people_cannot(server).await;
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
async fn people_are_set_back_by_those_alone_who_may_change_all_of_them() {
    let server = Server::start().await;
    let may = |of: Value| {
        let policy = json!({ "name": "casemate.policy.*" });
        json!([[policy].to_vec(), of.as_array().unwrap().clone()].concat())
    };
    let policy = clerk(&server, "policy", may(json!([]))).await;
    let users = clerk(&server, "users", may(json!([{ "name": "casemate.user.*" }]))).await;
    let groups = may(json!([{ "name": "casemate.{user,group}.*" }]));
    let groups = clerk(&server, "groups", groups).await;
    let turner =
        may(json!([{ "name": "casemate.{user,group}.*" }, { "name": "casemate.group-member.{add,remove}" }]));
    let turner = clerk(&server, "turner", turner).await;
    server.make("/api/v1/roles", &json!({ "name": "ruler", "permissions": [{ "name": "cms.*" }] })).await;
    let to = json!({ "provider": "casemate", "group": "rulers" });
    server.make("/api/v1/assignments", &json!({ "role": "ruler", "to": to })).await;
    let ada = server.make(USERS, &json!({ "login": "ada" })).await;
    let staff = server.make(GROUPS, &json!({ "name": "staff" })).await;
    let rulers = server.make(GROUPS, &json!({ "name": "rulers" })).await;
    join(&server, &rulers, &[&ada]).await;
    let then = now(&server).await;
    put(&server, &format!("{USERS}/{ada}"), &json!({ "login": "ada.l" })).await;
    join(&server, &staff, &[&ada]).await;
    let leaves = format!("DELETE {GROUPS}/{rulers}/members/{ada}");
    assert!(server.admin(&leaves, None).await.status.is_success());

    // Whoever may not change all of them leaves them out, and is refused where they insist.
    for (key, needed) in [
        (&policy, "casemate.group.update"),
        (&users, "casemate.group.update"),
        (&groups, "casemate.group-member"),
    ] {
        let out = revert(&server, key, &json!({ "revision": then })).await;
        assert_eq!((out.status.as_u16(), out.body.get("people")), (200, None), "{needed}: {}", out.text);
        assert!(!out.text.contains(&ada), "{}", out.text);
        for dry_run in [true, false] {
            let body = json!({ "revision": then, "people": true, "dry_run": dry_run });
            let refused = revert(&server, key, &body).await;
            assert!([403, 404].contains(&refused.status.as_u16()), "{needed}: {}", refused.text);
            assert!(!refused.text.contains("ada.l"), "{}", refused.text);
        }
        assert!(members(&server, &rulers).await.is_empty());
    }
    let refused = revert(&server, "auditor", &json!({ "revision": then, "dry_run": true })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));
    // Whoever may, and does not hold what the group gives, leaves that, and it is on record.
    let done = revert(&server, &turner, &json!({ "revision": then, "people": true })).await;
    assert_eq!(done.body["left"][0]["id"], json!(rulers), "{}", done.text);
    assert!(done.body["left"][0]["reason"].as_str().unwrap().contains("cms.*"), "{}", done.text);
    assert!(
        !done.body["people"].to_string().contains("member: "),
        "they may not list members: {}",
        done.text
    );
    assert!(members(&server, &staff).await.is_empty() && members(&server, &rulers).await.is_empty());
    let denied = server.app.store.reader().decisions(&Default::default(), None, 1).await.unwrap().items;
    let last = &denied[0].event;
    assert_eq!((&*last.action, &*last.reason), ("casemate.policy.revert", "grant_exceeded"));
    let all = revert(&server, "administrator", &json!({ "revision": then })).await;
    assert_eq!(all.body["left"], json!([]), "{}", all.text);
    assert_eq!(members(&server, &rulers).await, [ada]);

    // Those of another tenant are theirs who may change them there.
    let then = now(&server).await;
    let elsewhere = [("casemate-tenant", "acme")];
    let made = json!({ "login": "carl" });
    let made =
        server.send(&format!("POST {USERS}"), Some("tenant-administrator"), &elsewhere, Some(&made)).await;
    assert!(made.status.is_success(), "{}", made.text);
    let out = revert(&server, "administrator", &json!({ "revision": then })).await;
    assert_eq!(out.body.get("people"), None, "{}", out.text);
    let refused = revert(&server, "administrator", &json!({ "revision": then, "people": true })).await;
    assert!([403, 404].contains(&refused.status.as_u16()), "{}", refused.text);
    assert!(!refused.text.contains("carl"), "{}", refused.text);
}
