//! Sources of permissions outside Casemate: an endpoint that is asked over HTTP, and a file.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign_answer, verify};
use casemate_identity::{SecretString, Timestamp};
use casemate_platform::{Limits, clock, serve};
use casemate_store::{DataFolder, Database, RootKeys, Sealer};
use casemate_test_support::Postgres;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

use crate::permissions::{furnish, resolve, token};
use crate::support::Server;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long it is waited for what comes, if it comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// What another system says of somebody.
#[derive(Clone)]
enum Says {
    /// That they hold these.
    Holds(Value),
    /// Something else.
    Text(StatusCode, String),
    /// That they hold these, signed with another secret.
    Forged(Value),
    /// Nothing, until it is let.
    Waits(Arc<Notify>),
    /// That they hold these, once it is let.
    HoldsOnce(Arc<Semaphore>, Value),
}

#[derive(Default)]
struct Known {
    /// By the id of whoever is asked about.
    says: Mutex<HashMap<String, Says>>,
    cache: Mutex<String>,
    questions: Mutex<Vec<Value>>,
    count: AtomicUsize,
}

/// Another system, which listens on this machine.
pub(crate) struct Legacy {
    url: String,
    known: Arc<Known>,
    serving: JoinHandle<()>,
}

impl Drop for Legacy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Legacy {
    pub(crate) async fn start() -> Legacy {
        let known = Arc::new(Known::default());
        let router = Router::new().route("/held", post(held)).with_state(Arc::clone(&known));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/held", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            serve(listener, router, Limits::default(), std::future::pending()).await;
        });
        Legacy { url, known, serving }
    }

    fn says(&self, id: &str, says: Says) {
        self.known.says.lock().unwrap().insert(id.to_owned(), says);
    }

    pub(crate) fn holds(&self, id: &str, permissions: Value) {
        self.says(id, Says::Holds(permissions));
    }

    fn cache(&self, control: &str) {
        control.clone_into(&mut self.known.cache.lock().unwrap());
    }

    pub(crate) fn count(&self) -> usize {
        self.known.count.load(Ordering::SeqCst)
    }

    /// The source as it is made by API, with more of what it says of the endpoint.
    pub(crate) async fn source(&self, server: &Server, more: Value) -> String {
        let mut http = json!({ "url": self.url, "signing_secret": SECRET });
        http.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let source = json!({ "name": "legacy", "provider": "corp", "http": http,
            "ceiling": ["notes.*", "casemate.role.*"] });
        server.make("/api/v1/sources", &source).await
    }
}

async fn held(State(known): State<Arc<Known>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (secret, now) = (SecretString::from(SECRET), Timestamp(clock::now()));
    let request = header(SIGNATURE_HEADER);
    assert!(verify(&secret, header(TIMESTAMP_HEADER), request, &body, now, Duration::from_secs(300)));
    let question: Value = serde_json::from_slice(&body).unwrap();
    let id = question["identity"]["id"].as_str().unwrap_or_default().to_owned();
    known.questions.lock().unwrap().push(question);
    known.count.fetch_add(1, Ordering::SeqCst);
    let says = known.says.lock().unwrap().get(&id).cloned().unwrap_or(Says::Holds(json!([])));
    let mut key = secret;
    let (status, text) = match says {
        Says::Holds(permissions) => (StatusCode::OK, json!({ "permissions": permissions }).to_string()),
        Says::Text(status, text) => (status, text),
        Says::Forged(permissions) => {
            key = SecretString::from("another secret of thirty-two bytes");
            (StatusCode::OK, json!({ "permissions": permissions }).to_string())
        }
        Says::HoldsOnce(let_on, permissions) => {
            let _let_on = let_on.acquire().await;
            (StatusCode::OK, json!({ "permissions": permissions }).to_string())
        }
        Says::Waits(until) => {
            until.notified().await;
            (StatusCode::OK, json!({ "permissions": [] }).to_string())
        }
    };
    let signature = sign_answer(&key, request, status.as_u16(), text.as_bytes());
    let cache = known.cache.lock().unwrap().clone();
    let response = Response::builder().status(status).header(SIGNATURE_HEADER, signature);
    response.header("cache-control", cache).body(Body::from(text)).unwrap()
}

pub(crate) fn sealer() -> Option<Arc<Sealer>> {
    Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())))
}

pub(crate) fn question(subject: &Value) -> Value {
    json!({ "subject": subject, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7", "properties": { "author": "u-1" } } })
}

pub(crate) async fn evaluated(server: &Server, id: &str) -> Value {
    let body = question(&json!({ "type": "user", "id": id }));
    let answer = server.send("POST /access/v1/evaluation", Some("asker"), &[], Some(&body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body
}

async fn what_another_system_says_counts_wherever_permissions_do(server: Server) {
    let server = furnish(server).await;
    let legacy = Legacy::start().await;
    legacy.cache("max-age=20");
    let id = legacy.source(&server, json!({ "signed_answers": true, "reads": ["login"] })).await;
    let shown = server.admin(&format!("GET /api/v1/sources/{id}"), None).await;
    assert!(!shown.text.contains(SECRET) && shown.text.contains("sealed"), "{}", shown.text);

    legacy.holds("u-5", json!([{ "name": "notes.read" }, { "name": "casemate.role.list" }]));
    assert_eq!(evaluated(&server, "u-5").await["decision"], true);
    assert_eq!(evaluated(&server, "stranger").await["context"]["reason_code"], "no_permission");
    let question_of = legacy.known.questions.lock().unwrap()[0].clone();
    let told = json!({ "provider": "corp", "type": "user", "id": "u-5", "login": "user-5@example.com" });
    assert_eq!((&question_of["identity"], &question_of["tenant"]), (&told, &json!("default")));

    // Whoever comes with a token is the same one, and may do the same to Casemate itself.
    let (credential, _) = token(&server, "u-5", json!({})).await;
    let of_token = question(&json!({ "token": credential }));
    let asked = server.send("POST /api/v1/check", Some("asker"), &[], Some(&of_token)).await;
    assert_eq!(asked.body["decision"], "allowed", "{}", asked.text);
    assert_eq!(server.send("GET /api/v1/roles", Some(&credential), &[], None).await.status.as_u16(), 200);
    let (other, _) = token(&server, "stranger", json!({})).await;
    assert_eq!(server.send("GET /api/v1/roles", Some(&other), &[], None).await.status.as_u16(), 403);
    assert_eq!(legacy.count(), 3, "about u-5 without and with the login of a token, and about a stranger");

    let items = json!([{ "token": credential }, { "identity": format!("usr_{:032x}", 5) }]);
    let resolved = resolve(&server, "administrator", items).await;
    let own = server.send("GET /api/v1/identity/permissions", Some(&credential), &[], None).await;
    let items = [&resolved.body["items"][0], &resolved.body["items"][1], &own.body];
    for item in items {
        let origin = json!({ "kind": "source", "name": "legacy", "via": null });
        let names: Vec<&str> = item["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|held| held["origin"] == origin)
            .map(|held| held["permission"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["casemate.role.list", "notes.read"], "{item}");
        let until: String = item["valid_until"].as_str().unwrap().to_owned();
        let until = casemate_expression::Timestamp::parse_rfc3339(&until).unwrap().0;
        assert!(until <= clock::now() + 20_000_000, "no longer than the answer is good");
    }
    // How long it is relied on stands in the body: that it is the same says nothing of it.
    for (request, credential) in [
        ("GET /api/v1/identity/permissions".to_owned(), &*credential),
        (format!("GET /api/v1/identities/usr_{:032x}/permissions", 5), "administrator"),
    ] {
        let first = server.send(&request, Some(credential), &[], None).await;
        let known = [("if-none-match", first.header("etag"))];
        let again = server.send(&request, Some(credential), &known, None).await;
        assert_eq!(again.status.as_u16(), 200, "{request}");
        assert!(again.body["valid_until"].is_string(), "{}", again.text);
    }
    let explained = question(&json!({ "type": "user", "id": "u-5" }));
    let explained = server.send("POST /api/v1/explain", Some("asker"), &[], Some(&explained)).await;
    assert!(explained.text.contains("legacy"), "{}", explained.text);
    let preview = json!({ "as": { "user": { "type": "user", "id": "u-5" } },
        "evaluations": [{ "action": { "name": "notes.read" }, "resource": { "type": "note", "id": "7" } }] });
    let preview = server.admin("POST /api/v1/preview", Some(&preview)).await;
    assert!(preview.text.contains("allowed"), "{}", preview.text);

    // Everybody whom the directory knows is asked about.
    let wanted = json!({ "action": { "name": "notes.read" } });
    let page = server.admin("POST /api/v1/who-can", Some(&wanted)).await;
    let found = page.body["items"].as_array().unwrap();
    let one = found.iter().find(|item| item["subject"]["id"] == "u-5");
    assert!(one.is_some(), "{}", page.text);
    let one = one.unwrap();
    assert_eq!(one["origin"], json!({ "kind": "source", "name": "legacy" }));
    assert_eq!(page.body["outside"], json!(["legacy"]));
    let group = found.iter().find(|item| item["subject"]["type"] == "group").unwrap();
    assert_eq!(
        (&group["decision"], &group["reason_code"]),
        (&json!("conditional"), &json!("depends_on_identity"))
    );
    // Whom it may allow it, and who is known by login alone, depends on who that is; where it cannot, they are nobody.
    let decision_of = async |name: &str| {
        let page = server.admin("POST /api/v1/who-can", Some(&json!({ "action": { "name": name } }))).await;
        let items = page.body["items"].as_array().unwrap();
        let one = items.iter().find(|item| item["subject"]["login"] == "user-3@example.com");
        one.map(|item| (item["decision"].clone(), item["reason_code"].clone()))
    };
    let depends = Some((json!("conditional"), json!("depends_on_identity")));
    assert_eq!(decision_of("notes.write").await, depends);
    assert_eq!(decision_of("shop.write").await, None);
    let search = json!({ "subject": { "type": "user" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let search = server.admin("POST /access/v1/search/subject", Some(&search)).await;
    assert!(search.body["results"].as_array().unwrap().contains(&json!({ "type": "user", "id": "u-5" })));
    assert_eq!(search.body["context"]["outside"], json!(["legacy"]));

    // Without the source nothing of it is left.
    let path = format!("DELETE /api/v1/sources/{id}");
    let gone = server.send(&path, Some("administrator"), &[("if-match", "*")], None);
    assert!(gone.await.status.is_success());
    assert_eq!(evaluated(&server, "u-5").await["context"]["reason_code"], "no_permission");
}

#[tokio::test]
async fn what_another_system_says_counts_wherever_permissions_do_on_sqlite() {
    what_another_system_says_counts_wherever_permissions_do(Server::start_with(sealer()).await).await;
}

#[tokio::test]
async fn what_another_system_says_counts_wherever_permissions_do_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let url = SecretString::from(postgres.url());
    let server = Server::sealing(Database::Postgres(&url), sealer(), true).await;
    what_another_system_says_counts_wherever_permissions_do(server).await;
}

#[tokio::test]
async fn a_source_that_errs_fails_closed_everywhere_and_is_named() {
    let server = furnish(Server::start_with(sealer()).await).await;
    let legacy = Legacy::start().await;
    let more = json!({ "signed_answers": true, "timeout_milliseconds": 200, "max_answer_bytes": 300 });
    legacy.source(&server, more).await;
    let reads = json!([{ "name": "notes.read" }]);
    let wrong = [
        Says::Text(StatusCode::INTERNAL_SERVER_ERROR, json!({ "permissions": [] }).to_string()),
        Says::Text(StatusCode::NOT_FOUND, String::new()),
        Says::Waits(Arc::default()),
        Says::Holds(json!([{ "name": "notes.read", "note": "x".repeat(400) }])),
        Says::Text(StatusCode::OK, "{\"permissions\":[{\"name\":\"notes.read\"}".to_owned()),
        Says::Holds(json!([{ "name": "notes.read" }, { "name": "notes.write", "deny": "true" }])),
        Says::Holds(json!([{ "name": "notes.read" }, { "name": "shop.read" }])),
        Says::Forged(reads.clone()),
    ];
    for (number, says) in wrong.into_iter().enumerate() {
        let id = format!("wrong-{number}");
        legacy.says(&id, says);
        let answer = evaluated(&server, &id).await;
        assert_eq!(
            (&answer["decision"], &answer["context"]["reason_code"]),
            (&json!(false), &json!("source_failed")),
            "{id}"
        );
        assert!(answer["context"]["error"]["message"].as_str().unwrap().contains("`legacy`"), "{answer}");
    }
    // Somebody else's answer is as good as ever.
    legacy.holds("fine", reads);
    assert_eq!(evaluated(&server, "fine").await["decision"], true);

    legacy.says("u-5", Says::Holds(json!([{ "name": "*" }])));
    let (credential, _) = token(&server, "u-5", json!({})).await;
    for request in ["GET /api/v1/roles", "GET /api/v1/identity/permissions", "GET /api/v1/settings"] {
        let refused = server.send(request, Some(&credential), &[], None).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (503, "source_failed"),
            "{request}: {}",
            refused.text
        );
    }
    let asks = question(&json!({ "type": "user", "id": "fine" }));
    let refused = server.send("POST /access/v1/evaluation", Some(&credential), &[], Some(&asks)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (503, "source_failed"), "{}", refused.text);
    assert!(refused.text.contains("`legacy`"), "{}", refused.text);
    let items =
        json!([{ "token": credential }, { "identity": format!("usr_{:032x}", 5) }, { "anonymous": true }]);
    let resolved = resolve(&server, "administrator", items).await;
    for place in [0, 1] {
        let problem = &resolved.body["items"][place]["problem"];
        assert_eq!(problem["code"], "source_failed");
        assert!(problem["detail"].as_str().unwrap().contains("`legacy`"), "{problem}");
    }
    assert!(resolved.body["items"][2]["permissions"].is_array());
    // Nobody is told rather than not all.
    let wanted = json!({ "action": { "name": "notes.read" } });
    let page = server.admin("POST /api/v1/who-can", Some(&wanted)).await;
    assert_eq!((page.status.as_u16(), page.code()), (503, "source_failed"), "{}", page.text);
    let search = json!({ "subject": { "type": "user" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let search = server.admin("POST /access/v1/search/subject", Some(&search)).await;
    assert_eq!((search.status.as_u16(), search.code()), (503, "source_failed"), "{}", search.text);
    let search = json!({ "subject": { "type": "user", "id": "wrong-1" }, "action": { "name": "notes.read" },
        "resource": { "type": "note" } });
    let search = server.admin("POST /access/v1/search/resource", Some(&search)).await;
    assert_eq!((search.status.as_u16(), search.code()), (503, "source_failed"), "{}", search.text);
}

#[tokio::test]
async fn a_thousand_first_requests_ask_once() {
    let server = furnish(Server::start_with(sealer()).await).await;
    let legacy = Legacy::start().await;
    legacy.source(&server, json!({ "timeout_milliseconds": 10_000 })).await;
    let let_on = Arc::new(Semaphore::new(0));
    legacy.says("ada", Says::HoldsOnce(Arc::clone(&let_on), json!([{ "name": "notes.read" }])));
    let server = Arc::new(server);
    let asking: Vec<_> = (0..1_000)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { evaluated(&server, "ada").await["decision"] == true })
        })
        .collect();
    while legacy.count() == 0 {
        tokio::task::yield_now().await;
    }
    // Whoever comes after them is answered: by then they have all asked, and none was told.
    for other in ["bob", "cyd", "dan"] {
        legacy.holds(other, json!([{ "name": "notes.read" }]));
        assert_eq!(evaluated(&server, other).await["decision"], true, "nobody else takes their place");
    }
    assert_eq!(legacy.count(), 4, "one question for all of them");
    let_on.add_permits(1);
    for asked in asking {
        assert!(asked.await.unwrap());
    }
    assert_eq!(legacy.count(), 4);
}

#[tokio::test]
async fn a_source_that_hangs_holds_nobody_up_whom_it_does_not_tell_of() {
    let server = Arc::new(furnish(Server::start_with(sealer()).await).await);
    let legacy = Legacy::start().await;
    legacy.source(&server, json!({ "timeout_milliseconds": 10_000 })).await;
    let until = Arc::new(Notify::new());
    legacy.says("slow", Says::Waits(Arc::clone(&until)));
    let slow = Arc::clone(&server);
    let slow = tokio::spawn(async move { evaluated(&slow, "slow").await });
    while legacy.count() == 0 {
        tokio::task::yield_now().await;
    }
    let program = question(&json!({ "type": "service", "id": "x" }));
    let asked = server.send("POST /access/v1/evaluation", Some("asker"), &[], Some(&program));
    let asked = tokio::time::timeout(PATIENCE, asked).await.unwrap();
    assert_eq!(asked.body["context"]["reason_code"], "no_permission", "{}", asked.text);
    assert!(!slow.is_finished());
    until.notify_one();
    assert_eq!(slow.await.unwrap()["context"]["reason_code"], "no_permission");
}

#[tokio::test]
async fn one_request_about_many_leaves_room_for_others() {
    let server = Arc::new(furnish(Server::start_with(sealer()).await).await);
    let legacy = Legacy::start().await;
    legacy.source(&server, json!({ "timeout_milliseconds": 10_000 })).await;
    let never = Arc::new(Notify::new());
    let many = 0..200;
    many.clone().for_each(|number| legacy.says(&format!("slow-{number}"), Says::Waits(Arc::clone(&never))));
    let questions: Vec<Value> =
        many.map(|number| question(&json!({ "type": "user", "id": format!("slow-{number}") }))).collect();
    let batch = json!({ "evaluations": questions });
    let asking = Arc::clone(&server);
    let asking = tokio::spawn(async move {
        asking.send("POST /access/v1/evaluations", Some("asker"), &[], Some(&batch)).await
    });
    while legacy.count() < 32 {
        tokio::task::yield_now().await;
    }
    legacy.holds("fine", json!([{ "name": "notes.read" }]));
    assert_eq!(evaluated(&server, "fine").await["decision"], true, "there is room for them");
    assert!(legacy.count() < 40, "the others of the request wait");
    asking.abort();
}

#[tokio::test]
async fn nobody_is_asked_about_in_a_tenant_that_is_made_up() {
    let server = furnish(Server::start_with(sealer()).await).await;
    let legacy = Legacy::start().await;
    legacy.source(&server, json!({})).await;
    legacy.holds("u-5", json!([{ "name": "notes.read" }]));
    let (credential, _) = token(&server, "u-5", json!({})).await;
    let held = async |tenant: &str| {
        let request = "GET /api/v1/identity/permissions";
        let answer = server.send(request, Some(&credential), &[("casemate-tenant", tenant)], None).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        answer.body["permissions"].as_array().unwrap().len()
    };
    assert_ne!(held("default").await, 0);
    assert_eq!(legacy.count(), 1);
    for number in 0..10 {
        assert_eq!(held(&format!("made-up-{number}")).await, 0);
        let other = format!("other-{number}");
        let elsewhere = [("casemate-tenant", &*other)];
        let roles = server.send("GET /api/v1/roles", Some(&credential), &elsewhere, None).await;
        assert_eq!(roles.status.as_u16(), 403);
    }
    assert_eq!(legacy.count(), 1);
    server.make("/api/v1/tenants", &json!({ "id": "branch" })).await;
    assert_ne!(held("branch").await, 0, "it is declared");
    assert_eq!(legacy.count(), 2);
}

#[tokio::test]
async fn who_makes_a_source_holds_all_below_its_ceiling_and_its_secret_goes_nowhere_else() {
    let server = furnish(Server::start_with(sealer()).await).await;
    let legacy = Legacy::start().await;
    let http = |url: &str, secret: Value| json!({ "url": url, "signing_secret": secret });
    let source =
        |http: Value| json!({ "name": "legacy", "provider": "corp", "http": http, "ceiling": ["notes.*"] });
    let post = async |body: Value| server.admin("POST /api/v1/sources", Some(&body)).await;
    for wrong in [
        http("http://permissions.example/", json!(SECRET)),
        http("ftp://permissions.example/", json!(SECRET)),
        http("https://user@permissions.example/", json!(SECRET)),
        http("https://permissions.example/?q=1", json!(SECRET)),
        http(&legacy.url, json!({ "env": "HOME" })),
        http(&legacy.url, json!({ "sealed": true })),
        http(&legacy.url, json!(7)),
        json!({ "url": legacy.url }),
        json!({ "url": legacy.url, "signing_secret": SECRET, "reads": ["email"] }),
        json!({ "url": legacy.url, "signing_secret": SECRET, "max_cache_seconds": 3601 }),
    ] {
        let refused = post(source(wrong.clone())).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (422, "invalid_document"),
            "{wrong}: {}",
            refused.text
        );
        assert!(!refused.text.contains(SECRET), "{}", refused.text);
    }
    for mut wrong in [
        json!({ "claim": "granted", "http": http(&legacy.url, json!(SECRET)) }),
        json!({}),
        json!({ "claim": "granted", "types": ["user"] }),
        json!({ "http": http(&legacy.url, json!(SECRET)), "types": ["service"] }),
        json!({ "http": http(&legacy.url, json!(SECRET)), "provider": "api-key" }),
        json!({ "file": "../legacy.toml" }),
    ] {
        let document = wrong.as_object_mut().unwrap();
        document.insert("name".into(), json!("legacy"));
        document.insert("ceiling".into(), json!(["notes.*"]));
        document.entry("provider").or_insert(json!("corp"));
        let refused = post(wrong.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (422, "invalid_document"),
            "{wrong}: {}",
            refused.text
        );
    }
    let made = post(source(http(&legacy.url, json!(SECRET)))).await;
    let path = format!("PUT /api/v1/sources/{}", made.id());
    let any = [("if-match", "*")];
    let moved = source(http("https://evil.example/", json!({ "sealed": true })));
    let refused = server.send(&path, Some("administrator"), &any, Some(&moved)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
    let mut same = source(http(&legacy.url, json!({ "sealed": true })));
    same["title"] = json!("Legacy");
    assert!(server.send(&path, Some("administrator"), &any, Some(&same)).await.status.is_success());
    legacy.holds("ada", json!([{ "name": "notes.read" }]));
    assert_eq!(evaluated(&server, "ada").await["decision"], true, "the secret is the one that was kept");
    // A secret that is too short signs nothing.
    let short = source(http(&legacy.url, json!("short")));
    assert!(server.send(&path, Some("administrator"), &any, Some(&short)).await.status.is_success());
    assert_eq!(evaluated(&server, "ada").await["context"]["reason_code"], "source_failed");
}

#[tokio::test]
async fn a_file_says_who_holds_what_and_an_edit_decides() {
    let files = tempfile::tempdir().unwrap();
    let replace = |text: &str| {
        let new = files.path().join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, files.path().join("legacy.toml")).unwrap();
    };
    let grant =
        |to: &str, name: &str| format!("[[grant]]\nto = {to}\npermissions = [{{ name = \"{name}\" }}]\n");
    replace(&format!(
        "format = 1\n{}{}",
        grant("{ id = \"ada\" }", "notes.read"),
        grant("{ group = \"op*\" }", "notes.write")
    ));
    let parent = tempfile::tempdir().unwrap();
    let data = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    let server = Server::reading(Database::Embedded(&data), (None, false), None, Some(files.path())).await;
    let server = furnish(server).await;
    let source =
        json!({ "name": "legacy", "provider": "corp", "file": "legacy.toml", "ceiling": ["notes.*"] });
    server.make("/api/v1/sources", &source).await;
    assert_eq!(evaluated(&server, "ada").await["decision"], true);
    assert_eq!(evaluated(&server, "bob").await["context"]["reason_code"], "no_permission");
    let resolved =
        resolve(&server, "administrator", json!([{ "identity": format!("usr_{:032x}", 1) }])).await;
    let item = &resolved.body["items"][0];
    assert!(item.to_string().contains("notes.write") && item["valid_until"].is_string(), "{item}");
    let comes = async |id: &str, reason: &str| {
        let begun = std::time::Instant::now();
        while evaluated(&server, id).await["context"]["reason_code"] != reason {
            assert!(begun.elapsed() < PATIENCE, "{id} {reason}");
            tokio::task::yield_now().await;
        }
    };
    replace(&format!("format = 1\n{}", grant("{ id = \"bob\" }", "notes.*")));
    comes("ada", "no_permission").await;
    assert_eq!(evaluated(&server, "bob").await["decision"], true);
    replace("format = 1\n[[grant]]\nto = { id = \"bob\" }\npermissions = [{ nam = \"notes.*\" }]\n");
    comes("bob", "source_failed").await;
    assert_eq!(
        evaluated(&server, "ada").await["context"]["reason_code"],
        "source_failed",
        "also whom it did not name"
    );
    // Whom it does not tell of is none of its business.
    let program = question(&json!({ "type": "service", "id": "x" }));
    let asked = server.send("POST /access/v1/evaluation", Some("asker"), &[], Some(&program)).await;
    assert_eq!(asked.body["context"]["reason_code"], "no_permission");
    replace(&format!("format = 1\n{}", grant("{ id = \"bob\" }", "shop.*")));
    comes("ada", "no_permission").await;
    assert_eq!(
        evaluated(&server, "bob").await["context"]["reason_code"],
        "source_failed",
        "above the ceiling"
    );
    let mistakes = server.app.directory.source_file_mistakes();
    assert!(mistakes.is_empty(), "{mistakes:?}");
}
