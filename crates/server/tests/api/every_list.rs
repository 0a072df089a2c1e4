//! Every list of the API is searched, filtered, sorted, paged and saved alike, as far as its description goes; and does what
//! that says.

use std::collections::BTreeSet;

use casemate_store::{AnonymousDenial, StoredSession, Temporary};
use serde_json::{Value, json};

use crate::sessions;
use crate::support::Server;

/// What is answered in whole, and why it needs no pages.
const BOUNDED: [(&str, &str); 5] = [
    ("/api/v1/audit-searches", "nobody keeps more than a hundred, and no tenant shares more"),
    ("/api/v1/detection-pack", "the few rules that come with the program"),
    ("/api/v1/permissions/schemas", "what permissions mean is only known with all of it"),
    ("/api/v1/users/{id}/factors", "nobody has more than twenty"),
    ("/api/v1/users/{id}/sign-ins", "nobody has more than twenty"),
];

/// What is read without an id and is no list.
const ONE_THING: [(&str, &str); 13] = [
    ("/api/v1/access-review/progress", "a few counts"),
    ("/api/v1/audit-events/{id}/proof", "the proof of one event"),
    ("/api/v1/audit-events/tail", "a stream"),
    ("/api/v1/audit-log/checkpoint", "the newest checkpoint of the log"),
    ("/api/v1/audit-log/consistency", "the proof between two of them"),
    ("/api/v1/audit-log/key", "the log's key"),
    ("/api/v1/audit-sinks/{id}/cursor", "how far one sink is"),
    ("/api/v1/identities/{id}/permissions", "what one holds, of which nothing may be left out"),
    ("/api/v1/identity/permissions", "the same of who calls"),
    ("/api/v1/permissions/changes", "a stream"),
    ("/api/v1/log-levels", "the few levels that are set, as one document"),
    ("/api/v1/me", "who calls"),
    ("/api/v1/providers/{id}/directory-sync", "how the last run went"),
];

/// What answers in pages and is no list of what is kept: it is found out anew for each page.
const QUESTIONS: [(&str, &str); 4] = [
    (
        "/api/v1/audit-events/timeline",
        "what is on record of one person or thing, gathered under all their names",
    ),
    ("/api/v1/permissions/resolve", "an item for each that was asked about"),
    ("/api/v1/policy/impact", "which recorded questions two policies answer differently"),
    ("/api/v1/who-can", "who may do something, looked for as far as a page goes"),
];

/// Which list is searched through another one, which has the same entries.
const SEARCHED_THROUGH: [(&str, &str); 1] = [("/api/v1/service-accounts/{id}/api-keys", "/api/v1/api-keys")];

/// What is only searched, and why it is no `GET` as well.
const SEARCHED_ALONE: [(&str, &str); 1] =
    [("/api/v1/audit-events/anonymous-denials", "the `next` of a page holds an address")];

/// How a page and an order are asked for, beside which there have to be filters.
const PAGE: [&str; 3] = ["after", "limit", "sort"];

/// What else may stand in a query, which logs and browsers keep: numbers of days.
const IN_QUERY: [&str; 2] = ["expiring_days", "unused_days"];

struct Described(Value);

impl Described {
    async fn read(server: &Server) -> Described {
        Described(server.send("GET /api/openapi.json", None, &[], None).await.body)
    }

    fn follow<'v>(&'v self, mut value: &'v Value) -> &'v Value {
        while let Some(reference) = value["$ref"].as_str() {
            value = self.0.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        }
        value
    }

    /// The operations of this method below `/api/v1`, by path.
    fn operations(&self, method: &str) -> Vec<(&str, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        let ours = paths.iter().filter(|(path, _)| path.starts_with("/api/v1/"));
        ours.filter_map(|(path, item)| Some((path.as_str(), item.get(method)?))).collect()
    }

    /// Whether an operation answers entries.
    fn answers_items(&self, operation: &Value) -> bool {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        self.follow(schema)["properties"]["items"]["type"] == "array"
    }

    fn answers_csv(operation: &Value) -> bool {
        operation["responses"]["200"]["content"]["text/csv"].is_object()
    }

    /// What an operation takes in its query.
    fn in_query<'v>(&'v self, operation: &'v Value) -> BTreeSet<&'v str> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|parameter| self.follow(parameter));
        parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap()).collect()
    }

    /// What an operation takes in its body.
    fn in_body<'v>(&'v self, operation: &'v Value) -> &'v Value {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        &self.follow(schema)["properties"]
    }

    /// The orders of a search.
    fn orders(&self, search: &Value) -> Vec<String> {
        let sort = self.follow(&self.in_body(search)["sort"]);
        let alternatives = sort["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]);
        let orders = alternatives.chain(sort["enum"].as_array().into_iter().flatten());
        orders.map(|order| order.as_str().unwrap().to_owned()).collect()
    }
}

fn why<'t>(table: &[(&str, &'t str)], path: &str) -> Option<&'t str> {
    table.iter().find(|(known, _)| *known == path).map(|(_, why)| *why)
}

#[tokio::test]
async fn every_list_is_searched_filtered_sorted_paged_and_saved_alike() {
    let server = Server::start().await;
    let described = Described::read(&server).await;
    let (reading, posting) = (described.operations("get"), described.operations("post"));
    let search_of = |path: &str| {
        let path = format!("{path}/search");
        posting.iter().find(|(known, _)| *known == path).map(|(_, search)| *search)
    };
    let mut missing = Vec::new();
    let mut lists = 0;
    for (path, list) in &reading {
        if !described.answers_items(list) {
            if !path.ends_with('}') && why(&ONE_THING, path).is_none() {
                missing.push(format!("GET {path}: is it a list?"));
            }
            continue;
        }
        if why(&BOUNDED, path).is_some() {
            continue;
        }
        lists += 1;
        let query = described.in_query(list);
        let unknown = PAGE.iter().filter(|name| !query.contains(**name));
        missing.extend(unknown.map(|name| format!("GET {path}: `{name}`")));
        let told = query.iter().filter(|name| !PAGE.contains(name) && !IN_QUERY.contains(name));
        missing.extend(told.map(|name| format!("GET {path}: `{name}` stands in the query")));
        if !Described::answers_csv(list) {
            missing.push(format!("GET {path}: text/csv"));
        }
        if search_of(why(&SEARCHED_THROUGH, path).unwrap_or(path)).is_none() {
            missing.push(format!("POST {path}/search"));
        }
    }
    assert!(lists > 15, "only {lists} lists were found");
    for (path, search) in &posting {
        let Some(list) = path.strip_suffix("/search") else {
            if described.answers_items(search) && why(&QUESTIONS, path).is_none() {
                missing.push(format!("POST {path}: is it a list?"));
            }
            continue;
        };
        if !reading.iter().any(|(known, _)| *known == list) && why(&SEARCHED_ALONE, list).is_none() {
            missing.push(format!("GET {list}"));
        }
        let members = described.in_body(search).as_object().unwrap();
        let unknown = PAGE.iter().filter(|name| !members.contains_key(**name));
        missing.extend(unknown.map(|name| format!("POST {path}: `{name}`")));
        if !members.keys().any(|name| !PAGE.contains(&name.as_str())) {
            missing.push(format!("POST {path}: filters"));
        }
        if !Described::answers_csv(search) {
            missing.push(format!("POST {path}: text/csv"));
        }
    }
    assert!(missing.is_empty(), "lists lack:\n{}", missing.join("\n"));
}

/// Something in every list that is not kept by itself; gives the ids of a user, a group and a service account.
async fn prepare(server: &Server) -> [(&'static str, String); 3] {
    let mut users = Vec::new();
    for name in ["ada", "bob", "eve"] {
        users.push(server.make("/api/v1/users", &json!({ "login": name })).await);
        server.make("/api/v1/groups", &json!({ "name": name })).await;
        server.make("/api/v1/roles", &json!({ "name": name, "permissions": [] })).await;
        server.make("/api/v1/service-accounts", &json!({ "name": name })).await;
        let held = json!({ "role": name, "to": { "provider": "credential", "id": "x" } });
        server.make("/api/v1/assignments", &held).await;
        let (session, _) = sessions::sign_in(server, name).await;
        sessions::store(server, &session).await;
        let (session, _) = sessions::sign_in(server, name).await;
        let temporary = Some(Temporary { title: format!("For {name}"), ..Temporary::default() });
        sessions::store(server, &StoredSession { temporary, ..session }).await;
    }
    let held = server.admin("GET /api/v1/access-review", None).await;
    let decisions: Vec<Value> = items(&held.body)
        .iter()
        .map(|held| {
            json!({ "assignment": held["assignment"], "revision": held["revision"], "decision": "certified",
                "reason": "needed" })
        })
        .collect();
    let decided =
        server.admin("POST /api/v1/access-review/decide", Some(&json!({ "decisions": decisions }))).await;
    assert!(decided.status.is_success(), "{}", decided.text);
    let notes = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n";
    server.make("/api/v1/applications", &json!({ "schema": notes })).await;
    let items: Vec<Value> = ["ada", "bob", "eve"]
        .iter()
        .map(|id| json!({ "application": "notes", "type": "note", "id": id }))
        .collect();
    let registered = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
    assert_eq!(registered.body["created"], 3, "{}", registered.text);
    let denial =
        |minute| AnonymousDenial { minute, address: "192.0.2.1".into(), route: "/".into(), count: 1 };
    server.app.store.count_anonymous_denials(vec![denial(1), denial(2)]).await.unwrap();
    let [group, account] =
        ["/api/v1/groups", "/api/v1/service-accounts"].map(|path| format!("{path}/search"));
    let named = async |path: &str| {
        let found = server.admin(&format!("POST {path}"), Some(&json!({ "search": "ada" }))).await;
        found.body["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let (group, account) = (named(&group).await, named(&account).await);
    let into = json!({ "users": users });
    let into = server.admin(&format!("POST /api/v1/groups/{group}/members"), Some(&into)).await;
    assert!(into.status.is_success(), "{}", into.text);
    let user = &users[0];
    for (path, name, other) in [("users", "login", user), ("groups", "name", &group)] {
        let path = format!("/api/v1/{path}/{other}");
        let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
        let renamed = json!({ name: "ada lovelace" });
        let renamed = server
            .send(&format!("PUT {path}"), Some("administrator"), &[("if-match", &tag)], Some(&renamed))
            .await;
        assert!(renamed.status.is_success(), "{}", renamed.text);
    }
    for title in ["first", "second"] {
        let path = format!("/api/v1/service-accounts/{account}/api-keys");
        server.make(&path, &json!({ "title": title })).await;
    }
    [("users", user.clone()), ("groups", group), ("service-accounts", account)]
}

fn items(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn pages_in_every_order_make_up_the_whole_list_which_is_saved_as_it_is() {
    let server = sessions::start().await;
    let ids = prepare(&server).await;
    let described = Described::read(&server).await;
    let csv = [("accept", "text/csv")];
    let mut long = 0;
    for (path, search) in described.operations("post") {
        if !path.ends_with("/search") {
            continue;
        }
        let filled = ids.iter().find(|(list, _)| path.starts_with(&format!("/api/v1/{list}/{{id}}/")));
        let filled = filled.map_or(path.to_owned(), |(_, id)| path.replace("{id}", id));
        let request = format!("POST {filled}");
        let orders = described.orders(search);
        assert!(orders.len() >= 2, "{path}: {orders:?}");
        // To look at the record adds to it.
        let wanted = |mut search: Value| {
            if path == "/api/v1/audit-events/search" {
                search["action"] = json!("casemate.user.create");
            }
            search
        };
        // What came in one change is as old, and stands in the order of ids whichever way the list is read.
        let of_objects = described.in_body(search)["filters"].is_object();
        for order in orders {
            let whole = server.admin(&request, Some(&wanted(json!({ "sort": order })))).await;
            assert_eq!(whole.status, 200, "{path} {order}: {}", whole.text);
            let whole = items(&whole.body);
            long += usize::from(whole.len() > 1);
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let mut page = wanted(json!({ "sort": order, "limit": 1 }));
                if let Some(after) = &after {
                    page["after"] = Value::clone(after);
                }
                let page = server.admin(&request, Some(&page)).await;
                assert_eq!(page.status, 200, "{path} {order}: {}", page.text);
                paged.extend(items(&page.body));
                let next = page.body.get("next").cloned();
                assert!(next != after || next.is_none(), "{path} {order}");
                after = next;
                if after.is_none() {
                    break;
                }
                assert!(paged.len() < 100, "{path} {order} does not end");
            }
            assert_eq!(paged, whole, "{path} {order}");
            let saved = server
                .send(&request, Some("administrator"), &csv, Some(&wanted(json!({ "sort": order }))))
                .await;
            assert_eq!(saved.header("content-type"), "text/csv; charset=utf-8; header=present", "{path}");
            assert_eq!(saved.header("vary"), "accept", "{path}");
            let rows = saved.text.matches("\r\n").count() - 1;
            assert_eq!(rows, whole.len(), "{path} {order}: {}", saved.text);
            let backwards = order.strip_prefix('-').map_or(format!("-{order}"), str::to_owned);
            let backwards = server.admin(&request, Some(&wanted(json!({ "sort": backwards })))).await;
            let mut backwards = items(&backwards.body);
            backwards.reverse();
            if !of_objects {
                assert_eq!(backwards, whole, "{path} {order}");
            }
        }
        let wrong = server.admin(&request, Some(&json!({ "sort": "no order" }))).await;
        assert_eq!((wrong.status.as_u16(), wrong.code()), (422, "invalid_document"), "{path}");
        let wrong = server.admin(&request, Some(&json!({ "after": "AAAAAAAA" }))).await;
        assert_eq!((wrong.status.as_u16(), wrong.code()), (400, "malformed_query"), "{path}");
        let wrong = server.send(&request, Some("administrator"), &csv, Some(&json!({ "limit": 1 }))).await;
        assert_eq!((wrong.status.as_u16(), wrong.code()), (400, "malformed_query"), "{path}");
        let nobody = server.send(&request, Some("nobody"), &csv, Some(&json!({}))).await;
        assert_eq!((nobody.status.as_u16(), nobody.code()), (403, "forbidden"), "{path}");
    }
    assert!(long > 30, "only {long} lists and orders had several entries");
}

#[tokio::test]
async fn what_is_searched_for_is_found_by_each_filter() {
    let server = sessions::start().await;
    let ids = prepare(&server).await;
    for (path, wanted, expected) in [
        ("sessions", json!({}), 3),
        ("sessions", json!({ "subject": "ada" }), 1),
        ("sessions", json!({ "search": "AD" }), 1),
        ("sessions", json!({ "provider": "other" }), 0),
        ("sessions", json!({ "via": "corp" }), 0),
        ("temporary-credentials", json!({ "search": "FOR EV" }), 1),
        ("temporary-credentials", json!({ "provider": "corp" }), 3),
        ("temporary-credentials", json!({ "subject": "nobody" }), 0),
        ("audit-events", json!({ "action": "casemate.user.create" }), 3),
        ("audit-events", json!({ "action": "casemate.user.create", "outcome": "denied" }), 0),
        ("audit-events", json!({ "action": "casemate.user.create", "until": "2020-01-01T00:00:00Z" }), 0),
        ("audit-events", json!({ "action": "casemate.user.create", "actor": "administrator" }), 3),
        ("audit-events", json!({ "resource_type": "user", "since": "2999-01-01T00:00:00Z" }), 0),
        ("audit-events/anonymous-denials", json!({ "address": "192.0.2.9" }), 0),
        ("audit-events/anonymous-denials", json!({ "since": "1970-01-01T00:02:00Z" }), 1),
        ("audit-events/anonymous-denials", json!({ "until": "1970-01-01T00:02:59Z", "route": "/" }), 1),
        ("access-review/decisions", json!({ "decision": "certified" }), 3),
        ("access-review/decisions", json!({ "search": "NEEDED", "until": "2020-01-01T00:00:00Z" }), 0),
        ("access-review/decisions", json!({ "assignment": "asg_none" }), 0),
        (
            "access-review/decisions",
            json!({ "reviewer": "administrator", "since": "2020-01-01T00:00:00Z" }),
            3,
        ),
        ("policy/versions", json!({ "search": "ROLE EVE" }), 1),
        ("policy/versions", json!({ "actor": "nobody" }), 0),
        ("policy/versions", json!({ "until": "2020-01-01T00:00:00Z" }), 0),
        ("groups/{id}/members", json!({ "search": "BOB" }), 1),
        ("groups/{id}/members", json!({ "active": false }), 0),
        ("groups/{id}/members", json!({ "source": "" }), 3),
        ("users/{id}/versions", json!({ "verb": "update" }), 1),
        ("users/{id}/versions", json!({ "actor": "nobody" }), 0),
        ("groups/{id}/versions", json!({ "since": "2020-01-01T00:00:00Z", "verb": "add" }), 1),
        ("blocks", json!({ "kind": "network" }), 0),
        ("resources", json!({ "search": "AD" }), 1),
        ("resources", json!({ "application": "notes", "type": "note" }), 3),
        ("resources", json!({ "application": "cms" }), 0),
        ("resources", json!({ "type": "folder" }), 0),
        ("resources", json!({ "id": "eve" }), 1),
        ("access-review", json!({ "role": "ada" }), 1),
        ("access-review", json!({ "id": "x", "type": "user" }), 3),
        ("access-review", json!({ "search": "X", "state": "in_force" }), 3),
        ("access-review", json!({ "state": "over" }), 0),
        ("access-review", json!({ "provider": "corp" }), 0),
        ("access-review", json!({ "login": "x" }), 0),
        ("access-review", json!({ "team": "ada" }), 0),
        ("access-review", json!({ "group": "ada" }), 0),
    ] {
        let (list, rest) = path.split_once("/{id}").unwrap_or((path, ""));
        let id = ids.iter().find(|(kind, _)| *kind == list && !rest.is_empty());
        let id = id.map(|(_, id)| format!("/{id}")).unwrap_or_default();
        let found = server.admin(&format!("POST /api/v1/{list}{id}{rest}/search"), Some(&wanted)).await;
        assert_eq!(found.status, 200, "{path} {wanted}: {}", found.text);
        assert_eq!(items(&found.body).len(), expected, "{path} {wanted}: {}", found.text);
    }
    for wanted in [json!({ "unused_days": 0 }), json!({ "expiring_days": 36_501 })] {
        let refused = server.admin("POST /api/v1/access-review/search", Some(&wanted)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed_body"), "{wanted}");
    }
    let elsewhere = server
        .send(
            "POST /api/v1/sessions/search",
            Some("tenant-administrator"),
            &[("accept", "text/csv")],
            Some(&json!({})),
        )
        .await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.code()), (403, "forbidden"), "{}", elsewhere.text);
}
