//! The SDK for Rust with a server that is really one: who calls, what they may do, and what is taken from them.

use std::collections::HashMap;

use casemate_sdk::remote::Remote;
use casemate_sdk::{
    AuditEvent, Authority as _, Caller, Credential, Doer, Error, Map, Outcome, PermissionsManager as _,
    Question, Resource, Value as Attribute,
};
use casemate_test_support::{Casemate, Postgres};
use serde_json::{Value, json};

use crate::Folder;
use crate::operation::certificate;

/// The secrets of the credentials of services.
pub(crate) const SERVICE: &str = "notes-service-secret";
const BOUND: &str = "bound-service-secret";

const NOTES: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
folder = { type = "string", nullable = true }
[[permission]]
name = "notes.*"
properties.own = { type = "bool", when = "value == false || (resource.author == 'a' && identity.provider == 'api-key')" }
properties.folders = { type = "list<string>", when = "resource.folder in value" }
"#;

const SHOP: &str = r#"
format = 1
[application]
id = "shop"
namespaces = ["shop"]
[attributes]
buyer = { type = "string" }
[[permission]]
name = "shop.*"
properties.own = { type = "bool", when = "value == false || (resource.buyer == 'b' && has(identity.id))" }
"#;

const ROLES: &str = r#"
format = 1
[[role]]
name = "author"
permissions = [{ name = "notes.{read,write}", own = true }, { name = "*", own = true }]
[[role]]
name = "reader"
permissions = [{ name = "notes.read", folders = ["public"] }]
[[role]]
name = "suspended"
permissions = [{ name = "notes.*", deny = true }]
[[assignment]]
role = "reader"
to = { type = "anonymous" }
[[credential]]
id = "service"
secret_sha256 = "SERVICE"
permissions = [{ name = "casemate.permission.read" }, { name = "casemate.decision.ask" }, { name = "casemate.audit-event.record" }]
[[credential]]
id = "bound"
secret_sha256 = "BOUND"
application = "notes"
permissions = [{ name = "casemate.permission.read" }]
"#;

fn digest(secret: &str) -> String {
    casemate_directory::sha256(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) struct Place {
    pub(crate) casemate: Casemate,
    administrator: String,
    _folder: Folder,
    _server: Option<Postgres>,
}

/// A folder with a policy of two applications.
fn policy() -> Folder {
    let folder = Folder::new();
    folder.write("notes.toml", NOTES);
    folder.write("shop.toml", SHOP);
    let roles = ROLES.replace("SERVICE", &digest(SERVICE)).replace("BOUND", &digest(BOUND));
    folder.write("roles.toml", &roles);
    folder
}

impl Place {
    pub(crate) fn start(server: Option<Postgres>) -> Place {
        let folder = policy();
        let mut builder = folder.builder().policy(folder.policy());
        if let Some(server) = &server {
            builder = builder.env("CASEMATE_DATABASE_URL", &server.create_database().unwrap());
        }
        let casemate = builder.start().unwrap();
        let administrator = casemate.administrator().unwrap();
        Place { casemate, administrator, _folder: folder, _server: server }
    }

    /// Changes something as the administrator: the answer and its revision.
    pub(crate) fn change(&self, request: &str, body: &Value) -> (Value, i64) {
        let authorization = format!("Authorization: Bearer {}", self.administrator);
        let headers = ["Content-Type: application/json", &authorization, "If-Match: *"];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.casemate.request(request, &headers, &body).unwrap();
        assert!((200..300).contains(&answer.status), "{request}: {}", answer.body);
        (answer.json(), answer.header("casemate-revision").unwrap_or("0").parse().unwrap())
    }

    /// A service account, its key and the id of the key.
    pub(crate) fn account(&self, name: &str) -> (String, String, String) {
        let (account, _) = self.change("POST /api/v1/service-accounts", &json!({ "name": name }));
        let id = account["id"].as_str().unwrap().to_owned();
        let path = format!("POST /api/v1/service-accounts/{id}/api-keys");
        let (key, _) = self.change(&path, &json!({ "title": "test" }));
        (id, key["key"].as_str().unwrap().to_owned(), key["id"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn assign(&self, role: &str, login: &str) -> (String, i64) {
        let to = json!({ "provider": "casemate", "type": "service", "login": login });
        let (made, revision) = self.change("POST /api/v1/assignments", &json!({ "role": role, "to": to }));
        (made["id"].as_str().unwrap().to_owned(), revision)
    }

    pub(crate) async fn connect(&self, credential: &str) -> Remote {
        let url = format!("http://{}", self.casemate.address());
        Remote::builder(&url, credential.to_owned()).connect().await.unwrap()
    }
}

/// Whether they may read or write a note in a folder.
pub(crate) fn may(caller: &Caller, name: &str, author: &str, folder: &str) -> bool {
    let note = [("author", Attribute::String(author)), ("folder", Attribute::String(folder))];
    let kind = Some(Attribute::String("note"));
    let id = Some(Attribute::String("7"));
    caller.can(Question::new(name).on(Resource { kind, id, properties: Map::Values(&note) }))
}

/// What the server decides about whoever a token is of.
fn decided(place: &Place, token: &str, action: &str, resource: Option<&Value>) -> (String, String) {
    let mut question = json!({ "subject": { "token": token }, "action": { "name": action } });
    if let Some(resource) = resource {
        question["resource"] = json!({ "type": "note", "id": "7", "properties": resource });
    }
    let answer = place.casemate.post("/api/v1/check", SERVICE, &question.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |name: &str| answer.json()[name].as_str().unwrap_or_default().to_owned();
    (text("decision"), text("reason_code"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_decides_as_the_server_does() {
    let place = Place::start(None);
    let remote = place.connect(SERVICE).await;
    let roles: [(&str, &[&str]); 4] = [
        ("a", &["author"]),
        ("r", &["reader"]),
        ("b", &["author", "reader"]),
        ("s", &["author", "suspended"]),
    ];
    let mut compared: HashMap<String, usize> = HashMap::new();
    for (name, roles) in roles {
        let (_, key, _) = place.account(name);
        let revision = roles.iter().map(|role| place.assign(role, name).1).max().unwrap();
        remote.at_least(revision).await.unwrap();
        let caller = remote.identify(Credential::bearer(&key)).await.unwrap();
        for action in
            ["notes.read", "notes.write", "notes.share", "shop.order", "casemate.role.update", "other.x"]
        {
            for (author, folder) in [("a", "public"), ("b", "private"), ("s", "public")] {
                let resource = json!({ "author": author, "folder": folder, "buyer": author });
                let members = [
                    ("author", Attribute::String(author)),
                    ("folder", Attribute::String(folder)),
                    ("buyer", Attribute::String(author)),
                ];
                let (kind, id) = (Some(Attribute::String("note")), Some(Attribute::String("7")));
                let note = Resource { kind, id, properties: Map::Values(&members) };
                let decision = caller.check(Question::new(action).on(note)).unwrap();
                let found = (decision.effect.name().to_owned(), decision.reason.code().to_owned());
                let expected = decided(&place, &key, action, Some(&resource));
                assert_eq!(found, expected, "{name} {action} {author}");
                *compared.entry(found.0).or_default() += 1;
            }
            let decision = caller.check(action).unwrap();
            let found = (decision.effect.name().to_owned(), decision.reason.code().to_owned());
            assert_eq!(found, decided(&place, &key, action, None), "{name} {action}");
            *compared.entry(found.0).or_default() += 1;
        }
    }
    assert_eq!(compared.values().sum::<usize>(), 96);
    assert!(["allowed", "denied", "conditional"].iter().all(|effect| compared[*effect] >= 5), "{compared:?}");
    let anonymous = remote.identify(Credential::ANONYMOUS).await.unwrap();
    assert!(anonymous.is_anonymous());
    assert!(
        may(&anonymous, "notes.read", "ada", "public") && !may(&anonymous, "notes.read", "ada", "private")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_of_an_application_answers_about_its_names_alone() {
    let place = Place::start(None);
    let (_, key, _) = place.account("gateway");
    place.assign("author", "gateway");
    let bound = place.connect(BOUND).await;
    let caller = bound.identify(Credential::bearer(&key)).await.unwrap();
    // `*` with `own` would be without any restriction where nobody tells what `own` means for a shop.
    assert!(matches!(caller.check("shop.order"), Err(Error::OutsideApplication { .. })));
    assert!(matches!(caller.check("casemate.role.update"), Err(Error::OutsideApplication { .. })));
    assert!(caller.require_on_some("notes.write").is_ok());
    let refused =
        Remote::builder(&format!("http://{}", place.casemate.address()), key).connect().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused { status: 403, .. }),
        "who may not read permissions: {refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_speaks_tls_with_whom_it_trusts_alone() {
    let folder = policy();
    let arguments = certificate(folder.0.path(), 2099);
    let builder = folder.builder().policy(folder.policy()).arg(&arguments[0]).arg(&arguments[1]);
    let casemate = builder.start().unwrap();
    let url = format!("https://localhost:{}", casemate.address().port());
    let unknown = Remote::builder(&url, SERVICE.to_owned()).connect().await.unwrap_err();
    assert!(matches!(&unknown, Error::Unavailable(_)), "{unknown}");
    let pem = std::fs::read(folder.0.path().join("certificate-2099.pem")).unwrap();
    let remote = Remote::builder(&url, SERVICE.to_owned()).trusting(&pem).connect().await.unwrap();
    let service = remote.identify(Credential::bearer(SERVICE)).await.unwrap();
    assert!(service.can("casemate.permission.read") && !service.can("casemate.role.update"));
    let none = Remote::builder(&url, SERVICE.to_owned()).trusting(b"no certificate").connect().await;
    assert!(matches!(none, Err(Error::Configuration(_))));
}

/// The events of an action, the oldest first.
fn trail(place: &Place, action: &str) -> Vec<Value> {
    let search = json!({ "action": action, "sort": "id", "limit": 1_000 });
    let (found, _) = place.change("POST /api/v1/audit-events/search", &search);
    found["items"].as_array().unwrap().clone()
}

async fn what_is_done_stands_in_the_trail(place: Place) {
    let remote = place.connect(SERVICE).await;
    let (_, key, key_id) = place.account("ada");
    let ada = remote.identify(Credential::bearer(&key)).await.unwrap();
    let done = || AuditEvent::new("notes.note.publish", Outcome::Success).by(&ada);
    remote.audit().record(done().on("note", "0").with(json!({ "title": "Plans" }))).await.unwrap();
    let mut batch = remote.audit().batch(1_000);
    for number in 1..=120 {
        batch.add(done().on("note", number.to_string())).unwrap();
    }
    batch.add(AuditEvent::new("casemate.role.update", Outcome::Success)).unwrap();
    batch.add(done().by(Doer::Token("guessed".into()))).unwrap();
    let told = batch.flush().await.unwrap_err();
    assert_eq!((told.refused.len(), told.left, batch.len()), (2, 0, 0), "{told}");
    let events = trail(&place, "notes.note.publish");
    let numbers: Vec<u32> =
        events.iter().map(|event| event["resource"]["id"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(numbers, (0..=120).collect::<Vec<_>>());
    assert_eq!((&events[0]["actor"]["id"], &events[0]["kind"]), (&json!(key_id), &json!("recorded")));
    assert_eq!(events[0]["after"]["details"], json!({ "title": "Plans" }));

    // Nothing goes on without authorization that is not on record.
    let nobody = remote.without_authorization("drafts are deleted at night").await.unwrap();
    assert!(nobody.can(&Question::new("notes.delete")));
    let suspended = trail(&place, "casemate.authorization.suspend");
    assert_eq!(suspended.len(), 1);
    assert_eq!(
        (&suspended[0]["reason"], &suspended[0]["actor"]["id"]),
        (&json!("drafts are deleted at night"), &json!("service"))
    );
    let narrow = place.connect(BOUND).await;
    let refused = narrow.without_authorization("why").await.unwrap_err();
    assert!(matches!(refused, Error::NotAudited(_)), "{refused}");
    let refused = narrow.audit().record(AuditEvent::new("notes.read", Outcome::Success)).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 403, .. }), "{refused}");
    assert_eq!(trail(&place, "casemate.authorization.suspend").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_stands_in_the_trail_on_sqlite() {
    what_is_done_stands_in_the_trail(Place::start(None)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_stands_in_the_trail_on_postgresql() {
    what_is_done_stands_in_the_trail(Place::start(Some(Postgres::start().unwrap()))).await;
}
