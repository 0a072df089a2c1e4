//! Whom changes affect, told as they come, on both databases.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use casemate_platform::{Client, Respond};
use casemate_server::{ChangeStreams, Front};
use casemate_store::{Actor, Commit, Draft, Operation};
use casemate_test_support::Postgres;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::support::Server;

/// How long it is waited for what comes, if it comes at all.
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const CHANGES: &str = "/api/v1/permissions/changes";

/// A client that follows changes.
pub(crate) struct Following {
    pub(crate) body: Body,
    pub(crate) text: String,
    /// The id of the last event.
    pub(crate) id: String,
}

/// What was told: the event's name, its id, and its data.
pub(crate) type Event = (String, i64, Value);

impl Following {
    /// The next event; nothing where the stream ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let lines: Vec<(&str, &str)> =
                    event.lines().map(|line| line.split_once(": ").unwrap()).collect();
                assert_eq!(lines.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["event", "id", "data"]);
                let told = (
                    lines[0].1.to_owned(),
                    lines[1].1.rsplit_once('-').unwrap().1.parse().unwrap(),
                    serde_json::from_str(lines[2].1).unwrap(),
                );
                self.id = lines[1].1.to_owned();
                self.text = rest.to_owned();
                return Some(told);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.unwrap();
            let bytes = frame?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event that is no mere sign of life.
    pub(crate) async fn change(&mut self) -> Event {
        loop {
            let told = self.next().await.unwrap();
            if told.0 != "alive" {
                return told;
            }
        }
    }
}

async fn answer(
    server: &Server,
    credential: &str,
    path: &str,
    last: Option<i64>,
) -> axum::response::Response {
    let request = Request::get(path).header("host", "localhost");
    let request = request.header("authorization", format!("Bearer {credential}"));
    let request = match last {
        Some(last) => request.header("last-event-id", last),
        None => request,
    };
    server.front.clone().respond(request.body(Body::empty()).unwrap(), None).await
}

pub(crate) async fn follow(server: &Server, credential: &str, last: Option<i64>) -> Following {
    let answer = answer(server, credential, CHANGES, last).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    Following { body: answer.into_body(), text: String::new(), id: String::new() }
}

fn revision(answer: &crate::support::Answer) -> i64 {
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    answer.header("casemate-revision").parse().unwrap()
}

pub(crate) async fn assign(server: &Server, to: Value) -> (String, i64) {
    let wanted = json!({ "role": "reader", "to": to });
    let made = server.admin("POST /api/v1/assignments", Some(&wanted)).await;
    (made.id(), revision(&made))
}

async fn delete(server: &Server, path: &str) -> i64 {
    revision(&server.send(&format!("DELETE {path}"), Some("administrator"), &[("if-match", "*")], None).await)
}

async fn whoever_follows_is_told_exactly_whom_a_change_affects(server: Server) {
    let server = followed(server);
    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] });
    server.make("/api/v1/roles", &role).await;
    let mut following = follow(&server, "auditor", None).await;
    let (event, start, data) = following.next().await.unwrap();
    assert_eq!(
        (event.as_str(), &data),
        ("ready", &json!({ "revision": start, "since": start, "lease_seconds": 30 }))
    );
    let (id, made) = assign(&server, json!({ "id": "ada" })).await;
    let ada = json!([{ "tenant": "default", "provider": "", "type": "user", "subject": "ada" }]);
    let told = json!({ "revision": made, "schemas": false, "affected": ada });
    assert_eq!(following.change().await, ("change".to_owned(), made, told.clone()));
    // What affects nobody is not told.
    let title = json!({ "name": "other", "permissions": [] });
    server.make("/api/v1/roles", &title).await;
    let (_, grouped) = assign(&server, json!({ "group": "staff" })).await;
    let (_, id_of_event, data) = following.change().await;
    let staff = json!([{ "tenant": "default", "provider": "", "group": "staff" }]);
    assert_eq!((id_of_event, &data["affected"]), (grouped, &staff));
    drop(following);

    // Whoever comes back is told what came meanwhile, before all else.
    let gone = delete(&server, &format!("/api/v1/assignments/{id}")).await;
    let mut again = follow(&server, "auditor", Some(grouped)).await;
    let (event, id_of_event, data) = again.next().await.unwrap();
    assert_eq!((event.as_str(), id_of_event, &data["affected"]), ("change", gone, &ada));
    let (event, _, data) = again.next().await.unwrap();
    assert_eq!((event.as_str(), &data["since"]), ("ready", &json!(grouped)), "since then all was told");
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n";
    let made = server.admin("POST /api/v1/applications", Some(&json!({ "schema": schema }))).await;
    let (_, id_of_event, data) = again.change().await;
    let all = json!({ "revision": revision(&made), "schemas": true, "everybody": true });
    assert_eq!((id_of_event, data), (revision(&made), all));
    // Of a revision that nobody made here, nothing is known: everything may be different.
    let mut stranger = follow(&server, "auditor", Some(1_000_000)).await;
    let (event, id_of_event, data) = stranger.next().await.unwrap();
    let all = json!({ "revision": id_of_event, "schemas": true, "everybody": true });
    assert_eq!((event.as_str(), data), ("change", all));
    assert_eq!(stranger.next().await.unwrap().0, "ready");
    let with_query = format!("{CHANGES}?after={grouped}");
    let mut with_query = Following {
        body: answer(&server, "auditor", &with_query, None).await.into_body(),
        text: String::new(),
        id: String::new(),
    };
    assert_eq!(with_query.next().await.unwrap().1, gone);
}

async fn of_other_tenants_nothing_is_told(server: Server) {
    let server = followed(server);
    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] });
    server.make("/api/v1/roles", &role).await;
    let mut acme = follow(&server, "tenant-administrator", None).await;
    let mut all = follow(&server, "administrator", None).await;
    let mut own = follow(&server, "auditor", None).await;
    for following in [&mut acme, &mut all, &mut own] {
        assert_eq!(following.next().await.unwrap().0, "ready");
    }
    let (_, of_default) = assign(&server, json!({ "id": "ada" })).await;
    let wanted = json!({ "role": "reader", "to": { "id": "bob" } });
    let made =
        server.send("POST /api/v1/assignments", Some("tenant-administrator"), &[], Some(&wanted)).await;
    let of_acme = revision(&made);
    let (_, last) = assign(&server, json!({ "id": "eve" })).await;
    assert_eq!((own.change().await.1, own.change().await.1), (of_default, last));
    assert_eq!(acme.change().await.1, of_acme);
    // Who may ask for decisions in any tenant is told of each.
    assert_eq!(
        [all.change().await.1, all.change().await.1, all.change().await.1],
        [of_default, of_acme, last]
    );
    // People and credentials, of whom a service may know by a token, are told of in each tenant: by an id that says nothing.
    let acme_admin = Some("tenant-administrator");
    let made = server.send("POST /api/v1/users", acme_admin, &[], Some(&json!({ "login": "zoe" }))).await;
    let user = made.id();
    let (_, id, data) = own.change().await;
    assert_eq!(id, revision(&made));
    let told = data["affected"].as_array().unwrap();
    assert!(told.contains(&json!({ "tenant": "default", "identity": user })), "{data}");
    assert!(!data.to_string().contains("acme") && !data.to_string().contains("zoe"), "{data}");
    let path = format!("/api/v1/users/{user}");
    let gone = server.send(&format!("DELETE {path}"), acme_admin, &[("if-match", "*")], None).await;
    let (_, id, data) = own.change().await;
    assert_eq!((id, data.to_string().contains(&user)), (revision(&gone), true), "{data}");
}

async fn a_stream_ends_with_the_right_to_read(server: Server) {
    let server = followed(server);
    let held = json!([{ "name": "casemate.permission.read" }]);
    server.make("/api/v1/roles", &json!({ "name": "follower", "permissions": held })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "id": account });
    let assignment = server.make("/api/v1/assignments", &json!({ "role": "follower", "to": to })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = async || server.admin(&keys, Some(&json!({ "title": "t" }))).await;
    let (first, second) = (key().await, key().await);
    let mut streams = Vec::new();
    for made in [&first, &second] {
        let mut stream = follow(&server, made.body["key"].as_str().unwrap(), None).await;
        assert_eq!(stream.next().await.unwrap().0, "ready");
        streams.push(stream);
    }
    let revoke = format!("POST /api/v1/api-keys/{}/revoke", first.id());
    let revoked = revision(&server.send(&revoke, Some("administrator"), &[("if-match", "*")], None).await);
    assert_eq!(streams[0].next().await, None, "the key was revoked");
    let (_, id, data) = streams[1].change().await;
    let of_key = json!({ "tenant": "default", "credential": first.id() });
    assert_eq!(id, revoked);
    assert!(data["affected"].as_array().unwrap().contains(&of_key), "{data}");
    delete(&server, &format!("/api/v1/assignments/{assignment}")).await;
    assert_eq!(streams[1].next().await, None, "the permission was taken away");
}

async fn streams_are_so_many_and_end_with_the_server(mut server: Server) {
    server.app.changes = ChangeStreams::new(2, Duration::from_millis(20), PATIENCE);
    server.front = Front::new(server.app.clone());
    let mut first = follow(&server, "auditor", None).await;
    let second = follow(&server, "auditor", None).await;
    assert_eq!(first.next().await.unwrap().0, "ready");
    let (event, _, data) = first.next().await.unwrap();
    assert_eq!((event.as_str(), data["revision"].is_i64()), ("alive", true));
    let refused = answer(&server, "auditor", CHANGES, None).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = refused.into_body().collect().await.unwrap().to_bytes();
    let problem: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(problem["code"], "unavailable");
    assert!(problem["detail"].as_str().unwrap().contains("2 clients"), "{problem}");
    // Whoever goes leaves their place.
    drop(second);
    let wait = async {
        while answer(&server, "auditor", CHANGES, None).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    // Who may not read, and what is no revision, is refused.
    assert_eq!(answer(&server, "asker", CHANGES, None).await.status(), StatusCode::FORBIDDEN);
    let wrong = format!("{CHANGES}?after=-1");
    assert_eq!(answer(&server, "auditor", &wrong, None).await.status(), StatusCode::BAD_REQUEST);
    server.app.changes.end();
    while first.next().await.is_some() {}
    assert_eq!(answer(&server, "auditor", CHANGES, None).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

async fn a_stream_ends_where_the_store_cannot_be_followed(mut server: Server) {
    let within = Duration::from_secs(3);
    server.app.changes = ChangeStreams::new(8, Duration::from_millis(20), within);
    server.front = Front::new(server.app.clone());
    server.app.directory.refresh().await.unwrap();
    let mut stream = follow(&server, "auditor", None).await;
    assert_eq!(stream.next().await.unwrap().0, "ready");
    assert_eq!(stream.next().await.unwrap().0, "alive");
    // A policy that cannot be taken: what decides here stays what it was, however often it is looked.
    put(&server, "role", "{}").await;
    let ended = async {
        while tokio::time::timeout(Duration::ZERO, stream.next()).await != Ok(None) {
            assert!(server.app.directory.refresh().await.is_err());
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    let refused = answer(&server, "auditor", CHANGES, None).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// Writes an object as another process would; gives the revision.
async fn put(server: &Server, kind: &str, body: &str) -> i64 {
    let draft = Draft {
        kind: kind.into(),
        id: format!("{kind}_x"),
        tenant: "default".into(),
        name: "x".into(),
        body: body.into(),
        origin: String::new(),
    };
    let commit = Commit {
        base: None,
        at: 1,
        actor: Actor::default(),
        summary: "a test".into(),
        operations: vec![Operation::Put(draft)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    server.app.store.look().await.unwrap()
}

async fn who_has_seen_more_than_is_known_here_is_not_told_of_less(mut server: Server) {
    server.app.changes = ChangeStreams::new(8, PATIENCE, PATIENCE);
    server.front = Front::new(server.app.clone());
    let ahead = put(&server, "role", r#"{"name":"x","permissions":[]}"#).await;
    assert!(ahead > server.app.directory.current().revision());
    let refused = answer(&server, "auditor", CHANGES, Some(ahead)).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let text = refused.into_body().collect().await.unwrap().to_bytes();
    let problem: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(problem["code"], "revision_not_reached");
    server.app.directory.refresh().await.unwrap();
    let mut stream = follow(&server, "auditor", Some(ahead)).await;
    assert_eq!(stream.next().await.map(|(event, id, _)| (event, id)), Some(("ready".to_owned(), ahead)));
}

async fn one_caller_has_so_many_streams_and_leaves_room_for_others(server: Server) {
    let server = followed(server);
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(follow(&server, "auditor", None).await);
    }
    let refused = answer(&server, "auditor", CHANGES, None).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = refused.into_body().collect().await.unwrap().to_bytes();
    assert!(std::str::from_utf8(&text).unwrap().contains("16 times"));
    drop(follow(&server, "administrator", None).await);
    drop(streams.pop());
    let wait = async {
        while answer(&server, "auditor", CHANGES, None).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

async fn a_stream_ends_where_the_right_gets_a_condition(server: Server) {
    let server = followed(server);
    let role = |permission: Value| json!({ "name": "follower", "permissions": [permission] });
    let name = "casemate.permission.read";
    let id = server.make("/api/v1/roles", &role(json!({ "name": name }))).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "id": account });
    server.make("/api/v1/assignments", &json!({ "role": "follower", "to": to })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&keys, Some(&json!({ "title": "t" }))).await;
    let mut stream = follow(&server, key.body["key"].as_str().unwrap(), None).await;
    assert_eq!(stream.next().await.unwrap().0, "ready");
    let narrower =
        role(json!({ "name": "casemate.{permission,assignment}.{read,update}", "roles": ["none"] }));
    let put = format!("PUT /api/v1/roles/{id}");
    let changed = server.send(&put, Some("administrator"), &[("if-match", "*")], Some(&narrower)).await;
    assert!(changed.status.is_success(), "{}", changed.text);
    assert_eq!(stream.next().await, None, "what some alone hold may be read now");
}

async fn a_key_of_some_networks_is_judged_again_by_where_it_was_shown(mut server: Server) {
    server.app.changes = ChangeStreams::new(8, Duration::from_millis(20), PATIENCE);
    server.front = Front::new(server.app.clone());
    let server = followed(server);
    let held = json!([{ "name": "casemate.permission.read" }]);
    server.make("/api/v1/roles", &json!({ "name": "follower", "permissions": held })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "id": account });
    server.make("/api/v1/assignments", &json!({ "role": "follower", "to": to })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let wanted = json!({ "title": "t", "networks": ["192.0.2.0/24"] });
    let made = server.admin(&keys, Some(&wanted)).await;
    let request = Request::get(CHANGES).header("host", "localhost");
    let request = request
        .header("authorization", format!("Bearer {}", made.body["key"].as_str().unwrap()))
        .body(Body::empty())
        .unwrap();
    let address = IpAddr::from([192, 0, 2, 7]);
    let client = Client { address, peer: SocketAddr::new(address, 7), secure: true };
    let answer = server.front.clone().respond(request, Some(client)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut stream = Following { body: answer.into_body(), text: String::new(), id: String::new() };
    assert_eq!(stream.next().await.unwrap().0, "ready");
    // Of something that is no concern of theirs, for which they are judged again.
    let made_since = server.admin("POST /api/v1/service-accounts", Some(&json!({ "name": "another" }))).await;
    while stream.next().await.map(|(_, id, _)| id).unwrap() < revision(&made_since) {}
    let revoke = format!("POST /api/v1/api-keys/{}/revoke", made.id());
    server.send(&revoke, Some("administrator"), &[("if-match", "*")], None).await;
    while stream.next().await.is_some() {}
}

async fn a_client_that_reads_too_slowly_is_disconnected(mut server: Server) {
    let every = Duration::from_millis(2);
    server.app.changes = ChangeStreams::new(1, every, PATIENCE).with_patience(Duration::from_millis(50));
    server.front = Front::new(server.app.clone());
    let server = followed(server);
    let mut slow = follow(&server, "auditor", None).await;
    let wait = async {
        while answer(&server, "auditor", CHANGES, None).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
    let mut told = 0;
    while slow.next().await.is_some() {
        told += 1;
    }
    assert!((1..=17).contains(&told), "{told}");
}

async fn one_tenant_leaves_places_to_others(mut server: Server) {
    server.app.changes = ChangeStreams::new(4, PATIENCE, PATIENCE);
    server.front = Front::new(server.app.clone());
    let server = followed(server);
    let mut streams = Vec::new();
    for credential in ["auditor", "auditor", "administrator"] {
        streams.push(follow(&server, credential, None).await);
    }
    let refused = answer(&server, "administrator", CHANGES, None).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = refused.into_body().collect().await.unwrap().to_bytes();
    assert!(std::str::from_utf8(&text).unwrap().contains("3 clients of this tenant"));
    drop(follow(&server, "tenant-administrator", None).await);
}

/// Follows the database for as long as a case runs.
pub(crate) fn followed(server: Server) -> Server {
    tokio::spawn(Arc::clone(&server.app.directory).follow(server.app.store.revisions()));
    server
}

macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        #[tokio::test]
        async fn changes_are_followed_on_sqlite() {
            $($case(Server::start().await).await;)+
        }

        #[tokio::test]
        async fn changes_are_followed_on_postgres() {
            let server = Postgres::start().unwrap();
            $($case(Server::on_postgres(&server.create_database().unwrap()).await).await;)+
        }
    };
}

on_both!(
    a_client_that_reads_too_slowly_is_disconnected,
    one_tenant_leaves_places_to_others,
    whoever_follows_is_told_exactly_whom_a_change_affects,
    of_other_tenants_nothing_is_told,
    who_has_seen_more_than_is_known_here_is_not_told_of_less,
    a_stream_ends_where_the_store_cannot_be_followed,
    one_caller_has_so_many_streams_and_leaves_room_for_others,
    a_stream_ends_where_the_right_gets_a_condition,
    a_stream_ends_with_the_right_to_read,
    a_key_of_some_networks_is_judged_again_by_where_it_was_shown,
    streams_are_so_many_and_end_with_the_server,
);
