//! Somebody who may come in administers, whatever is done to objects.

use casemate_store::{Actor, Commit, Operation, UserRecord};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const USERS: &str = "/api/v1/users";
const GROUPS: &str = "/api/v1/groups";
const ASSIGNMENTS: &str = "/api/v1/assignments";
const ACCOUNTS: &str = "/api/v1/service-accounts";
const LAST: (u16, &str) = (409, "last_administrator");

fn short(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

async fn changed(server: &Server, request: &str, body: Option<&Value>) -> Answer {
    server.send(request, Some("administrator"), &[("if-match", "*")], body).await
}

fn corp(by: &str, name: &str) -> Value {
    json!({ "role": "administrator", "to": { "provider": "corp", by: name } })
}

/// Makes what is assigned an administrator, and gives the path of the assignment.
async fn assign(server: &Server, document: &Value) -> String {
    format!("{ASSIGNMENTS}/{}", server.make(ASSIGNMENTS, document).await)
}

async fn user(server: &Server, login: &str) -> String {
    server.make(USERS, &json!({ "login": login, "subject": format!("sub-{login}") })).await
}

async fn deactivate(server: &Server, id: &str, login: &str) -> Answer {
    let path = format!("{USERS}/{id}");
    let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let body = json!({ "login": login, "subject": format!("sub-{login}"), "active": false });
    server.send(&format!("PUT {path}"), Some("administrator"), &[("if-match", &*tag)], Some(&body)).await
}

async fn join(server: &Server, group: &str, user: &str) {
    let joined =
        server.admin(&format!("POST {GROUPS}/{group}/members"), Some(&json!({ "users": [user] }))).await;
    assert!(joined.status.is_success(), "{}", joined.text);
}

async fn revert(server: &Server, revision: i64, people: bool) -> Answer {
    let body = json!({ "revision": revision, "people": people });
    server.admin("POST /api/v1/policy/revert", Some(&body)).await
}

async fn apply(server: &Server, text: &str) -> Answer {
    let provider =
        "[[provider]]\nname = \"corp\"\nissuer = \"https://login.example\"\naudiences = [\"casemate\"]\n";
    let files = json!({ "policy.toml": format!("format = 1\n{provider}{text}") });
    let body = json!({ "origin": "git", "files": files, "prune": true });
    server.admin("POST /api/v1/policy/apply", Some(&body)).await
}

/// Whoever tokens alone tell of is not shut out by being made known as somebody who may not come in.
async fn nobody_shuts_out_the_last_one_by_making_them_known(server: Server) {
    let server = with_provider(server).await;
    let first = assign(&server, &corp("id", "sub-ada")).await;
    let by_login = assign(&server, &corp("login", "ada")).await;
    for other in others(&server, &[&first, &by_login]).await {
        assert!(changed(&server, &format!("DELETE {other}"), None).await.status.is_success());
    }
    let shut = json!({ "login": "ada", "subject": "sub-ada", "provider": "corp", "active": false });
    let create = format!("POST {USERS}");
    assert_eq!(short(&server.admin(&create, Some(&shut)).await), LAST);
    // Nor is somebody who is not active turned to be her.
    let other = json!({ "login": "dan", "subject": "sub-dan", "provider": "corp", "active": false });
    let dan = server.make(USERS, &other).await;
    let turned = changed(&server, &format!("PUT {USERS}/{dan}"), Some(&shut)).await;
    assert_eq!(short(&turned), LAST, "{}", turned.text);
    let bob = json!({ "login": "bob", "subject": "sub-bob", "provider": "corp" });
    server.make(USERS, &bob).await;
    assign(&server, &corp("id", "sub-bob")).await;
    let made = server.admin(&create, Some(&shut)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
}

/// Who administers the installation may be at home in another tenant, where their provider's people are.
async fn the_last_one_stays_where_their_provider_is_at_home(server: Server) {
    let of_acme = async |request: &str, body: Option<&Value>| {
        server.send(request, Some("tenant-administrator"), &[("if-match", "*")], body).await
    };
    let made = of_acme(&format!("POST {ACCOUNTS}"), Some(&json!({ "name": "corp-scim" }))).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let provider = json!({ "name": "corp", "issuer": "https://login.example", "audiences": ["casemate"],
        "scim": { "account": "corp-scim", "tenant": "acme" } });
    server.make("/api/v1/providers", &provider).await;
    let make = async |login: &str| {
        let user = json!({ "login": login, "subject": format!("sub-{login}"), "provider": "corp" });
        of_acme(&format!("POST {USERS}"), Some(&user)).await.id()
    };
    let (ada, bob) = (make("ada").await, make("bob").await);
    let first = assign(&server, &corp("id", "sub-ada")).await;
    for other in others(&server, &[&first]).await {
        assert!(changed(&server, &format!("DELETE {other}"), None).await.status.is_success());
    }
    let off = async |id: &str, login: &str| {
        let body =
            json!({ "login": login, "subject": format!("sub-{login}"), "provider": "corp", "active": false });
        of_acme(&format!("PUT {USERS}/{id}"), Some(&body)).await
    };
    assert_eq!(short(&off(&ada, "ada").await), LAST);
    let delete = of_acme(&format!("DELETE {USERS}/{ada}"), None).await;
    assert_eq!(short(&delete), LAST);
    // Whoever is not active there is nobody who is left.
    assert_eq!(off(&bob, "bob").await.status.as_u16(), 200);
    assign(&server, &corp("id", "sub-bob")).await;
    assert_eq!(short(&off(&ada, "ada").await), LAST);
    assert_eq!(short(&changed(&server, &format!("DELETE {first}"), None).await), LAST);
}

async fn now(server: &Server) -> i64 {
    server.app.store.reader().revision().await.unwrap()
}

async fn with_provider(server: Server) -> Server {
    let provider = json!({ "name": "corp", "issuer": "https://login.example", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
    server
}

/// Makes assignments to all who may not act: who is not active, or was deleted, an empty group, and a disabled account.
async fn assign_to_nobody(server: &Server) -> Vec<String> {
    let bob = user(server, "bob").await;
    let carl = user(server, "carl").await;
    let gone = changed(server, &format!("DELETE {USERS}/{carl}"), None).await;
    assert!(gone.status.is_success(), "{}", gone.text);
    assert_eq!(deactivate(server, &bob, "bob").await.status.as_u16(), 200);
    server.make(GROUPS, &json!({ "name": "admins" })).await;
    server.make(ACCOUNTS, &json!({ "name": "robot", "disabled": true })).await;
    let robot = json!({ "provider": "casemate", "type": "service", "login": "robot" });
    let mut made = Vec::new();
    for document in [
        corp("id", "sub-bob"),
        corp("login", "bob"),
        corp("id", "sub-carl"),
        corp("group", "admins"),
        json!({ "role": "administrator", "to": robot }),
    ] {
        made.push(assign(server, &document).await);
    }
    made
}

async fn an_assignment_stays_unless_somebody_else_may_come_in(server: Server) {
    let server = with_provider(server).await;
    let ada = user(&server, "ada").await;
    assign_to_nobody(&server).await;
    let then = now(&server).await;
    let first = assign(&server, &corp("id", "sub-ada")).await;

    let delete = format!("DELETE {first}");
    assert_eq!(short(&changed(&server, &delete, None).await), LAST);
    let mut ending = corp("id", "sub-ada");
    ending["until"] = json!("2100-01-01T00:00:00Z");
    let mut later = corp("id", "sub-ada");
    later["from"] = json!("2100-01-01T00:00:00Z");
    let dan = user(&server, "dan").await;
    assert_eq!(deactivate(&server, &dan, "dan").await.status.as_u16(), 200);
    server.make(GROUPS, &json!({ "name": "others" })).await;
    for document in [ending, later, corp("id", "sub-dan"), corp("group", "others")] {
        let put = changed(&server, &format!("PUT {first}"), Some(&document)).await;
        assert_eq!(short(&put), LAST, "{document}");
    }
    for people in [false, true] {
        assert_eq!(short(&revert(&server, then, people).await), LAST);
    }
    // Nor is she taken out herself: the account is disabled.
    assert_eq!(short(&deactivate(&server, &ada, "ada").await), LAST);

    // What takes nothing from her is done, and she may be told by another name.
    let role = json!({ "name": "some", "permissions": [] });
    let role = format!("/api/v1/roles/{}", server.make("/api/v1/roles", &role).await);
    assert_eq!(changed(&server, &format!("DELETE {role}"), None).await.status.as_u16(), 204);
    let twice = assign(&server, &json!({ "role": "auditor", "to": corp("id", "sub-ada")["to"] })).await;
    assert_eq!(changed(&server, &format!("DELETE {twice}"), None).await.status.as_u16(), 204);
    let put = changed(&server, &format!("PUT {first}"), Some(&corp("login", "ada"))).await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.text);

    // Another who may come in is enough.
    let group = server.admin("POST /api/v1/groups/search", Some(&json!({ "search": "admins" }))).await;
    let eve = user(&server, "eve").await;
    join(&server, group.body["items"][0]["id"].as_str().unwrap(), &eve).await;
    assert_eq!(changed(&server, &delete, None).await.status.as_u16(), 204);
}

/// Nobody is left, since the database was written past the rules.
async fn who_is_locked_out_can_be_let_in(server: Server) {
    let server = with_provider(server).await;
    let stale = assign_to_nobody(&server).await;
    let ada = user(&server, "ada").await;
    let first = assign(&server, &corp("id", "sub-ada")).await;
    let mut record = server.app.store.reader().user(&ada).await.unwrap().unwrap();
    record.active = false;
    let commit = Commit {
        base: None,
        at: 0,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::PutUser { user: Box::new(record), expected: None }],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();

    // What takes nothing is done.
    let role = server.make("/api/v1/roles", &json!({ "name": "some", "permissions": [] })).await;
    let gone = changed(&server, &format!("DELETE /api/v1/roles/{role}"), None).await;
    assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
    assert_eq!(short(&changed(&server, &format!("DELETE {first}"), None).await), LAST);
    // One that is turned to somebody who may come in mends it, and the others go.
    user(&server, "eve").await;
    let mended = changed(&server, &format!("PUT {first}"), Some(&corp("id", "sub-eve"))).await;
    assert_eq!(mended.status.as_u16(), 200, "{}", mended.text);
    for path in stale {
        assert_eq!(changed(&server, &format!("DELETE {path}"), None).await.status.as_u16(), 204);
    }
}

async fn code_leaves_somebody_who_administers_by_what_its_groups_become(server: Server) {
    let server = with_provider(server).await;
    let group = |name: &str, members: &str| format!("[[group]]\nname = \"{name}\"\nmembers = [{members}]\n");
    let to = |to: &str| {
        format!("[[assignment]]\nrole = \"administrator\"\nto = {{ provider = \"corp\", {to} }}\n")
    };
    user(&server, "ada").await;
    let bob = user(&server, "bob").await;
    assert_eq!(deactivate(&server, &bob, "bob").await.status.as_u16(), 200);
    let ada = "{ login = \"ada\" }";
    let applied = apply(&server, &to("id = \"sub-ada\"")).await;
    assert_eq!(applied.status.as_u16(), 200, "{}", applied.text);
    // A group that comes to be with it counts as it becomes, and as it was where it is left as it is.
    for members in ["", "{ login = \"bob\" }"] {
        let empty = [group("chiefs", members), to("group = \"chiefs\"")].concat();
        assert_eq!(short(&apply(&server, &empty).await), LAST);
    }
    for text in ["".to_owned(), to("id = \"sub-bob\"")] {
        assert_eq!(short(&apply(&server, &text).await), LAST, "{text}");
    }
    let chiefs = [group("chiefs", ada), to("group = \"chiefs\"")].concat();
    assert_eq!(apply(&server, &chiefs).await.status.as_u16(), 200);
    let other = [group("chiefs", ada), group("others", ""), to("group = \"others\"")].concat();
    assert_eq!(short(&apply(&server, &other).await), LAST);
    let back = [group("chiefs", ""), to("login = \"ada\"")].concat();
    let back = apply(&server, &back).await;
    assert_eq!(back.status.as_u16(), 200, "{}", back.text);
}

async fn whom_a_provider_no_longer_tells_of_is_nobody_whom_code_leaves(server: Server) {
    let server = with_provider(server).await;
    let to = |to: &str| {
        format!("[[assignment]]\nrole = \"administrator\"\nto = {{ provider = \"corp\", {to} }}\n")
    };
    let unknown = [to("login = \"gone\""), to("group = \"Gone\"")];
    user(&server, "ada").await;
    let ada = to("id = \"sub-ada\"");
    assert_eq!(apply(&server, &ada).await.status.as_u16(), 200);
    // Nobody says who the provider's people are: its tokens alone do.
    for text in &unknown {
        assert_eq!(apply(&server, text).await.status.as_u16(), 200, "{text}");
        assert_eq!(apply(&server, &ada).await.status.as_u16(), 200);
    }
    let brought = UserRecord {
        id: "usr_brought".into(),
        tenant: "default".into(),
        provider: "corp".into(),
        subject: Some("sub-bob".into()),
        login: "bob".into(),
        active: true,
        attributes: "{}".into(),
        source: "ldap".into(),
        ..UserRecord::default()
    };
    let put = Operation::PutUser { user: Box::new(brought), expected: Some(0) };
    let gone = Operation::RemoveUser { id: "usr_brought".into(), expected: None };
    for operation in [put, gone] {
        let (actor, summary) = (Actor::default(), String::new());
        let (operations, events) = (vec![operation], Vec::new());
        let commit = Commit { base: None, at: 0, actor, summary, operations, events, fence: None };
        server.app.store.commit(commit).await.unwrap();
        for text in &unknown {
            assert_eq!(short(&apply(&server, text).await), LAST, "{text}");
        }
    }
    let both = [&*ada, &unknown[0]].concat();
    assert_eq!(apply(&server, &both).await.status.as_u16(), 200);
}

async fn setting_back_is_judged_by_what_people_become(server: Server) {
    let server = with_provider(server).await;
    let group = server.make(GROUPS, &json!({ "name": "admins" })).await;
    user(&server, "ada").await;
    let bob = user(&server, "bob").await;
    let by_group = assign(&server, &corp("group", "admins")).await;
    join(&server, &group, &bob).await;
    let then = now(&server).await;
    assign(&server, &corp("id", "sub-ada")).await;
    let leaves = server.admin(&format!("DELETE {GROUPS}/{group}/members/{bob}"), None).await;
    assert_eq!(leaves.status.as_u16(), 204, "{}", leaves.text);
    // Ada's goes: that is right only together with Bob, who comes back.
    assert_eq!(short(&revert(&server, then, false).await), LAST);
    let back = revert(&server, then, true).await;
    assert_eq!((back.status.as_u16(), &back.body["left"]), (200, &json!([])), "{}", back.text);
    // The group goes, and with it whom it would be given back to.
    assert_eq!(short(&changed(&server, &format!("DELETE {by_group}"), None).await), LAST);
}

async fn of_an_assignment_that_goes_and_a_user_who_is_deactivated_at_once_one_stays(server: Server) {
    let server = with_provider(server).await;
    for round in 0..8 {
        let login = |name: &str| format!("{name}-{round}");
        let (ada, bob) = (login("ada"), login("bob"));
        user(&server, &ada).await;
        let id = user(&server, &bob).await;
        let first = assign(&server, &corp("id", &format!("sub-{ada}"))).await;
        let second = assign(&server, &corp("id", &format!("sub-{bob}"))).await;
        if round > 0 {
            for item in others(&server, &[&first, &second]).await {
                let gone = changed(&server, &format!("DELETE {item}"), None).await;
                assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
            }
        }
        let delete = format!("DELETE {first}");
        let (one, other) = tokio::join!(changed(&server, &delete, None), deactivate(&server, &id, &bob));
        let refused = [&one, &other].iter().filter(|answer| short(answer) == LAST).count();
        let done = [&one, &other].iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!((refused, done), (1, 1), "{} {}", one.text, other.text);
    }
}

/// The paths of all other assignments.
async fn others(server: &Server, but: &[&str]) -> Vec<String> {
    let all = server.admin(&format!("GET {ASSIGNMENTS}"), None).await;
    let items = all.body["items"].as_array().unwrap();
    let paths = items.iter().map(|item| format!("{ASSIGNMENTS}/{}", item["id"].as_str().unwrap()));
    paths.filter(|path| !but.contains(&&**path)).collect()
}

/// Makes two tests of the cases, one for each database. Every case has a database of its own; those on PostgreSQL share a
/// server, whose start takes longer than they do.
macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            use super::{Postgres, Server};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $(super::$case(Server::start().await).await;)+
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let postgres = Postgres::start().unwrap();
                $(super::$case(Server::on_postgres(&postgres.create_database().unwrap()).await).await;)+
            }
        }
    };
}

on_both!(objects_and_people:
    an_assignment_stays_unless_somebody_else_may_come_in,
    nobody_shuts_out_the_last_one_by_making_them_known,
    the_last_one_stays_where_their_provider_is_at_home,
    who_is_locked_out_can_be_let_in,
    code_leaves_somebody_who_administers_by_what_its_groups_become,
    whom_a_provider_no_longer_tells_of_is_nobody_whom_code_leaves,
    setting_back_is_judged_by_what_people_become,
    of_an_assignment_that_goes_and_a_user_who_is_deactivated_at_once_one_stays,
);
