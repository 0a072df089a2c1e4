//! An application that says itself what its resources are, where they are not registered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign_answer, verify};
use casemate_identity::{SecretString, Timestamp};
use casemate_platform::{Limits, clock, serve};
use casemate_store::{Actor, Commit, ForgottenIdentity, ForgottenSource, Operation, RootKeys, Sealer};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::Server;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const POLICY: &str = r#"
format = 1
[[user]]
id = "ada"
[[user]]
id = "bob"
[[role]]
name = "owner"
permissions = [{ name = "notes.*", own = true }]
[[assignment]]
role = "owner"
to = { id = "ada" }
[[assignment]]
role = "owner"
to = { id = "bob" }
"#;
const SCHEMA: &str = r#"
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
when = "value == false || resource.author == identity.id"
"#;

/// How the application answers.
#[derive(Default)]
struct Says {
    /// In the place of what it knows: a status and a text.
    instead: Mutex<Option<(u16, String)>>,
    cache: Mutex<String>,
    questions: Mutex<Vec<Value>>,
    count: AtomicUsize,
    is_forged: Mutex<bool>,
}

/// An application, which listens on this machine. Of the notes 1 to 9, ada wrote the odd ones.
struct Notes {
    url: String,
    says: Arc<Says>,
    serving: JoinHandle<()>,
}

impl Drop for Notes {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Notes {
    async fn start() -> Notes {
        let says = Arc::new(Says::default());
        let router = Router::new().route("/resources", post(told)).with_state(Arc::clone(&says));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/resources", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            serve(listener, router, Limits::default(), std::future::pending()).await;
        });
        Notes { url, says, serving }
    }

    fn instead(&self, instead: Option<(u16, &str)>) {
        *self.says.instead.lock().unwrap() = instead.map(|(status, text)| (status, text.to_owned()));
    }

    fn cache(&self, control: &str) {
        control.clone_into(&mut self.says.cache.lock().unwrap());
    }

    fn count(&self) -> usize {
        self.says.count.load(Ordering::SeqCst)
    }
}

async fn told(State(says): State<Arc<Says>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (secret, now) = (SecretString::from(SECRET), Timestamp(clock::now()));
    let request = header(SIGNATURE_HEADER);
    assert!(verify(&secret, header(TIMESTAMP_HEADER), request, &body, now, Duration::from_secs(300)));
    let question: Value = serde_json::from_slice(&body).unwrap();
    let known = |id: &Value| {
        let number: u32 = id.as_str()?.parse().ok().filter(|number| (1..10).contains(number))?;
        let author = if number % 2 == 1 { "ada" } else { "bob" };
        Some(json!({ "id": id, "attributes": { "author": author } }))
    };
    let resources: Vec<Value> = question["ids"].as_array().unwrap().iter().filter_map(known).collect();
    says.questions.lock().unwrap().push(question);
    says.count.fetch_add(1, Ordering::SeqCst);
    let whole = (200, json!({ "resources": resources }).to_string());
    let (status, text) = says.instead.lock().unwrap().clone().unwrap_or(whole);
    let key = if *says.is_forged.lock().unwrap() { "another secret of thirty-two bytes" } else { SECRET };
    let signature = sign_answer(&SecretString::from(key), request, status, text.as_bytes());
    let response = Response::builder().status(status).header(SIGNATURE_HEADER, signature);
    let cache = says.cache.lock().unwrap().clone();
    response.header("cache-control", cache).body(Body::from(text)).unwrap()
}

async fn furnish(server: &Server, notes: &Notes) -> String {
    let files = json!({ "policy.toml": POLICY, "schema.toml": SCHEMA });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let source = json!({ "name": "notes", "resources": { "application": "notes", "types": ["note"] },
        "http": { "url": notes.url, "signing_secret": SECRET, "signed_answers": true } });
    server.make("/api/v1/sources", &source).await
}

fn question(subject: &str, id: &str, properties: Value) -> Value {
    json!({ "subject": { "type": "user", "id": subject }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": id, "properties": properties } })
}

async fn decided(server: &Server, question: &Value) -> (bool, String) {
    let answer = server.admin("POST /access/v1/evaluation", Some(question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    (answer.body["decision"] == true, answer.body["context"]["reason_code"].as_str().unwrap().to_owned())
}

async fn what_an_application_says_counts_where_nothing_is_registered(server: &Server) {
    let notes = Notes::start().await;
    notes.cache("no-store");
    furnish(server, &notes).await;
    assert!(decided(server, &question("ada", "1", json!({}))).await.0);
    assert!(decided(server, &question("ada", "1", json!({ "author": "bob" }))).await.0);
    assert!(
        !decided(server, &question("bob", "1", json!({ "author": "bob" }))).await.0,
        "a lie counts nowhere"
    );
    let asked = notes.says.questions.lock().unwrap()[0].clone();
    assert_eq!(
        (&asked["source"], &asked["tenant"], &asked["application"], &asked["type"], &asked["ids"]),
        (&json!("notes"), &json!("default"), &json!("notes"), &json!("note"), &json!(["1"]))
    );
    // What it does not know has no attributes, and nobody else gives it some; of another type nobody is asked.
    assert!(!decided(server, &question("bob", "77", json!({ "author": "bob" }))).await.0);
    notes.instead(Some((200, "{\"resources\":[{\"id\":\"1\",\"attributes\":{}}]}")));
    assert!(!decided(server, &question("bob", "1", json!({ "author": "bob" }))).await.0);
    notes.instead(None);
    let before = notes.count();
    let mut folder = question("bob", "1", json!({ "author": "bob" }));
    folder["resource"]["type"] = json!("folder");
    assert!(decided(server, &folder).await.0);
    assert_eq!(notes.count(), before);
    // Many are asked about at once, each once.
    let items: Vec<_> =
        (0..300).map(|number| question("ada", &(number % 150).to_string(), json!({}))).collect();
    let batch = server.admin("POST /access/v1/evaluations", Some(&json!({ "evaluations": items }))).await;
    let answers = batch.body["evaluations"].as_array().unwrap();
    let allowed: Vec<_> =
        (0..300).filter(|number| answers[*number]["decision"] == true).map(|n| n % 150).collect();
    assert_eq!(allowed, [1, 3, 5, 7, 9, 1, 3, 5, 7, 9], "{}", batch.text);
    assert_eq!(notes.count(), before + 2, "a hundred at a time");
    // What is registered counts before what it says.
    let registered =
        json!({ "application": "notes", "type": "note", "id": "1", "attributes": { "author": "bob" } });
    let made = server.admin("POST /api/v1/resources", Some(&registered)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let before = notes.count();
    assert!(decided(server, &question("bob", "1", json!({}))).await.0);
    assert_eq!(notes.count(), before);
    let search = json!({ "subject": { "type": "user", "id": "bob" }, "action": { "name": "notes.read" },
        "resource": { "type": "note" } });
    let search = server.admin("POST /access/v1/search/resource", Some(&search)).await;
    assert_eq!(search.body["results"], json!([{ "type": "note", "id": "1" }]), "{}", search.text);
    assert_eq!(search.body["context"]["outside"], json!(["notes"]), "{}", search.text);
    let who = json!({ "action": { "name": "notes.read" }, "resource": { "type": "note", "id": "2" } });
    let who = server.admin("POST /api/v1/who-can", Some(&who)).await;
    let told = who.body["items"].as_array().unwrap();
    assert!(told.iter().any(|item| item["subject"]["id"] == "bob"), "{}", who.text);
    assert!(!told.iter().any(|item| item["subject"]["id"] == "ada"), "{}", who.text);
}

async fn nothing_is_decided_without_what_cannot_be_fetched(server: &Server) {
    let notes = Notes::start().await;
    notes.cache("no-store");
    furnish(server, &notes).await;
    let lie = question("bob", "1", json!({ "author": "bob" }));
    for instead in [
        (500, "{}"),
        (404, "{\"resources\":[]}"),
        (200, "not JSON"),
        (200, "{\"resources\":[{\"id\":\"1\"}]}"),
        (200, "{\"resources\":[],\"more\":1}"),
        (200, "{\"resources\":[{\"id\":\"2\",\"attributes\":{}}]}"),
    ] {
        notes.instead(Some(instead));
        let denied = decided(server, &lie).await;
        assert_eq!(denied, (false, "resource_source_failed".to_owned()), "{instead:?}");
        // One that is well answers again.
        notes.instead(None);
        assert!(decided(server, &question("ada", "1", json!({}))).await.0);
    }
    *notes.says.is_forged.lock().unwrap() = true;
    assert_eq!(decided(server, &lie).await.1, "resource_source_failed", "another signed it");
    for path in ["/api/v1/check", "/api/v1/filter"] {
        let answer = server.admin(&format!("POST {path}"), Some(&lie)).await;
        assert_eq!(
            (&answer.body["decision"], &answer.body["reason_code"]),
            (&json!("denied"), &json!("resource_source_failed")),
            "{path}: {}",
            answer.text
        );
    }
    // Whoever searches is told of nobody rather than not of all.
    for (path, body) in [
        (
            "/api/v1/who-can",
            json!({ "action": { "name": "notes.read" }, "resource": { "type": "note", "id": "1" } }),
        ),
        (
            "/access/v1/search/subject",
            json!({ "subject": { "type": "user" }, "action": { "name": "notes.read" },
            "resource": { "type": "note", "id": "1" } }),
        ),
        (
            "/access/v1/search/action",
            json!({ "subject": { "type": "user", "id": "ada" }, "resource": { "type": "note", "id": "1" } }),
        ),
    ] {
        let answer = server.admin(&format!("POST {path}"), Some(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (503, "source_failed"),
            "{path}: {}",
            answer.text
        );
    }
    // One that looks for resources names none, whatever stands there.
    let search = json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "1" } });
    notes.instead(Some((500, "{}")));
    let before = notes.count();
    let search = server.admin("POST /access/v1/search/resource", Some(&search)).await;
    assert_eq!((search.status.as_u16(), notes.count()), (200, before), "{}", search.text);
    notes.instead(None);
    let preview = json!({ "as": { "user": { "id": "ada" } }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "1" } });
    let preview = server.admin("POST /api/v1/preview", Some(&preview)).await;
    assert_eq!(preview.body["evaluations"][0]["reason_code"], "resource_source_failed", "{}", preview.text);
    // In a batch it is the one item's.
    let batch = json!({ "evaluations": [lie, { "subject": { "type": "user", "id": "bob" }, "action": { "name": "notes.read" },
        "resource": { "type": "folder", "id": "1", "properties": { "author": "bob" } } }] });
    let batch = server.admin("POST /access/v1/evaluations", Some(&batch)).await;
    let answers = batch.body["evaluations"].as_array().unwrap();
    assert_eq!(
        [&answers[0]["decision"], &answers[1]["decision"]],
        [&json!(false), &json!(true)],
        "{}",
        batch.text
    );
    let denials = server.app.store.reader().decisions(&Default::default(), None, 100).await.unwrap();
    assert!(denials.items.iter().any(|denial| denial.event.reason == "resource_source_failed"));
}

async fn an_answer_is_kept_as_long_as_both_sides_say(server: &Server) {
    let notes = Notes::start().await;
    notes.cache("max-age=30");
    let source = furnish(server, &notes).await;
    for _ in 0..3 {
        assert!(decided(server, &question("ada", "1", json!({}))).await.0);
        assert!(!decided(server, &question("bob", "77", json!({ "author": "bob" }))).await.0);
    }
    assert_eq!(notes.count(), 2, "that it does not know one is kept too");
    let forgotten = server.admin(&format!("POST /api/v1/sources/{source}/forget"), Some(&json!({}))).await;
    assert!(forgotten.status.is_success(), "{}", forgotten.text);
    assert!(decided(server, &question("ada", "1", json!({}))).await.0);
    assert_eq!(notes.count(), 3);
    // So many that they are not looked at one by one.
    let identity = |number: i32| ForgottenIdentity {
        tenant: "default".to_owned(),
        kind: "user".to_owned(),
        subject: number.to_string(),
    };
    let forget = |number| {
        let whom = Some(identity(number));
        Operation::ForgetSource(ForgottenSource { source: "src_another".to_owned(), whom })
    };
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor: Actor {
            provider: "casemate".into(),
            kind: "system".into(),
            id: "test".into(),
            credential: None,
        },
        summary: String::new(),
        operations: (0..1_001).map(forget).collect(),
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    server.app.directory.refresh().await.unwrap();
    assert!(decided(server, &question("ada", "1", json!({}))).await.0);
    assert_eq!(notes.count(), 4);
    notes.cache("max-age=0");
    assert!(decided(server, &question("ada", "3", json!({}))).await.0);
    assert!(decided(server, &question("ada", "3", json!({}))).await.0);
    assert_eq!(notes.count(), 6);
}

async fn a_source_of_resources_says_whose_and_nothing_of_people(server: &Server) {
    let notes = Notes::start().await;
    furnish(server, &notes).await;
    let http = json!({ "url": notes.url, "signing_secret": SECRET });
    for (source, pointer) in [
        (
            json!({ "name": "x", "resources": { "application": "none", "types": ["a"] }, "http": http }),
            "/resources/application",
        ),
        (
            json!({ "name": "x", "resources": { "application": "notes", "types": [] }, "http": http }),
            "/resources/types",
        ),
        (
            json!({ "name": "x", "resources": { "application": "notes", "types": ["note"] }, "http": http }),
            "/resources/types/0",
        ),
        (json!({ "name": "x", "resources": { "application": "notes", "types": ["a"] }, "claim": "x" }), ""),
        (json!({ "name": "x", "http": http, "ceiling": ["notes.*"] }), "/provider"),
        (json!({ "name": "x", "provider": "casemate", "claim": "x" }), "/ceiling"),
        (
            json!({ "name": "x", "resources": { "application": "notes", "types": ["a"] }, "provider": "casemate", "http": http }),
            "",
        ),
        (
            json!({ "name": "x", "resources": { "application": "notes", "types": ["a"] }, "http": http, "ceiling": ["notes.*"] }),
            "",
        ),
        (
            json!({ "name": "x", "resources": { "application": "notes", "types": ["a"] },
            "http": { "url": "http://notes.example.com/", "signing_secret": SECRET } }),
            "/http/url",
        ),
    ] {
        let refused = server.admin("POST /api/v1/sources", Some(&source)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (422, "invalid_document"),
            "{source}: {}",
            refused.text
        );
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{source}: {}", refused.text);
    }
}

fn sealer() -> Option<Arc<Sealer>> {
    Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())))
}

async fn what_is_too_large_is_asked_in_parts_and_harms_no_other(server: &Server) {
    let notes = Notes::start().await;
    notes.cache("max-age=30");
    furnish(server, &notes).await;
    let large = format!("{{\"resources\":[],\"more\":\"{}\"}}", "x".repeat(2 << 20));
    assert!(decided(server, &question("ada", "1", json!({}))).await.0);
    notes.instead(Some((200, &large)));
    let items: Vec<_> = (1..10).map(|number| question("ada", &number.to_string(), json!({}))).collect();
    let batch = json!({ "evaluations": items });
    let answer = server.admin("POST /access/v1/evaluations", Some(&batch)).await;
    let decisions = |answer: &Value| -> Vec<bool> {
        let answers = answer["evaluations"].as_array().unwrap().iter();
        answers.map(|answer| answer["decision"] == true).collect()
    };
    // What is known stays known, whatever becomes of the others.
    let expected: Vec<_> = (1..10).map(|number| number == 1).collect();
    assert_eq!(decisions(&answer.body), expected, "{}", answer.text);
    assert!(notes.count() > 8, "in parts, down to one");
    // It answered: others are asked about as before.
    notes.instead(None);
    let answer = server.admin("POST /access/v1/evaluations", Some(&batch)).await;
    let expected: Vec<_> = (1..10).map(|number| number % 2 == 1).collect();
    assert_eq!(decisions(&answer.body), expected, "{}", answer.text);
}

macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            use casemate_identity::SecretString;
            use casemate_store::Database;
            use casemate_test_support::Postgres;

            use super::sealer;
            use crate::support::Server;

            $(#[tokio::test] async fn $case() { super::$case(&Server::start_with(sealer()).await).await; })+

            #[tokio::test]
            async fn on_postgresql() {
                let postgres = Postgres::start().unwrap();
                $(
                    let url = SecretString::from(postgres.create_database().unwrap());
                    super::$case(&Server::sealing(Database::Postgres(&url), sealer(), true).await).await;
                )+
            }
        }
    };
}

on_both!(told:
    what_is_too_large_is_asked_in_parts_and_harms_no_other,
    what_an_application_says_counts_where_nothing_is_registered,
    nothing_is_decided_without_what_cannot_be_fetched,
    an_answer_is_kept_as_long_as_both_sides_say,
    a_source_of_resources_says_whose_and_nothing_of_people,
);
