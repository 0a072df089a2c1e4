//! Users whom a real OpenID provider vouches for, as they are administered: on one server, and on two with one database.

use std::time::{Duration, Instant};

use casemate_test_support::{Casemate, OpenIdProvider, Postgres};
use serde_json::{Value, json};

use crate::{Folder, decision, question};

/// How soon a change has to be in force everywhere.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// Sends something as an administrator, with the revision that was read before where there is one.
pub(crate) fn send(
    casemate: &Casemate,
    key: &str,
    request: &str,
    revision: Option<&Value>,
    body: &Value,
) -> Value {
    let authorization = format!("Authorization: Bearer {key}");
    let tag = format!("If-Match: \"{}\"", revision.unwrap_or(&Value::Null));
    let mut headers = vec![&*authorization, "Content-Type: application/json"];
    headers.extend(revision.map(|_| &*tag));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = casemate.request(request, &headers, &body).unwrap();
    assert!((200..300).contains(&answer.status), "{request}: {} {}", answer.status, answer.body);
    serde_json::from_str(&answer.body).unwrap_or_default()
}

/// What a server says to somebody who asks who they are.
fn me(casemate: &Casemate, token: &str) -> (u16, Value) {
    let answer = casemate.get("/api/v1/me", token).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

/// Waits until something is so on every server, which has to be at once.
fn at_once(what: &str, servers: &[&Casemate], holds: impl Fn(&Casemate) -> bool) {
    let began = Instant::now();
    while !servers.iter().all(|casemate| holds(casemate)) {
        assert!(began.elapsed() < AT_ONCE, "{what}, on every server within a second");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The key of a service account that may provision the users of a provider.
fn provisioner(casemate: &Casemate, key: &str) -> String {
    let account = send(casemate, key, "POST /api/v1/service-accounts", None, &json!({ "name": "corp-scim" }));
    let permissions = json!([{ "name": "casemate.scim.provision" }]);
    let role = json!({ "name": "provisioner", "permissions": permissions });
    send(casemate, key, "POST /api/v1/roles", None, &role);
    let to = json!({ "provider": "casemate", "type": "service", "login": "corp-scim" });
    send(casemate, key, "POST /api/v1/assignments", None, &json!({ "role": "provisioner", "to": to }));
    let keys = format!("POST /api/v1/service-accounts/{}/api-keys", account["id"].as_str().unwrap());
    let made = send(casemate, key, &keys, None, &json!({ "title": "provisioning" }));
    made["key"].as_str().unwrap().to_owned()
}

/// A temporary credential that somebody mints with their token, on whichever server.
pub(crate) fn mint(casemate: &Casemate, token: &str) -> String {
    let wanted = json!({ "title": "a run", "permissions": ["notes.*", "casemate.decision.ask"] });
    let minted = casemate.post("/api/v1/temporary-credentials", token, &wanted.to_string()).unwrap();
    assert_eq!(minted.status, 201, "{}", minted.body);
    minted.json()["credential"].as_str().unwrap().to_owned()
}

/// Lets a robot of the provider into a group, and out of the house.
fn lives(provider: &OpenIdProvider, servers: &[&Casemate], key: &str) {
    let first = servers[0];
    let provisioner = provisioner(first, key);
    let corp = json!({
        "name": "corp", "issuer": provider.issuer(), "audiences": [OpenIdProvider::AUDIENCE],
        "scim": { "account": "corp-scim" },
    });
    send(first, key, "POST /api/v1/providers", None, &corp);
    let permissions = json!([{ "name": "casemate.decision.ask" }, { "name": "notes.read" }]);
    send(first, key, "POST /api/v1/roles", None, &json!({ "name": "reader", "permissions": permissions }));
    let to = json!({ "provider": "corp", "group": "readers" });
    send(first, key, "POST /api/v1/assignments", None, &json!({ "role": "reader", "to": to }));
    let group = send(first, key, "POST /api/v1/groups", None, &json!({ "name": "readers" }));
    let document = json!({ "login": "robot@example.com", "subject": OpenIdProvider::CLIENT, "attributes": { "team": "build" } });
    let user = send(first, key, "POST /api/v1/users", None, &document);
    let token = provider.token("ES256").unwrap();
    for casemate in servers {
        casemate.wait_until(|casemate| (me(casemate, &token).0 == 200).then_some(())).unwrap();
    }
    let knows = |casemate: &Casemate| me(casemate, &token).1["login"] == "robot@example.com";
    at_once("a new user is known", servers, knows);
    assert_eq!(me(first, &token).1["claims"]["team"], "build");
    let about_itself = question(OpenIdProvider::CLIENT, "notes.read", "1");
    let refused = first.post("/access/v1/evaluation", &token, &about_itself).unwrap();
    assert_eq!(refused.status, 403, "{}", refused.body);

    let members = format!("/api/v1/groups/{}/members", group["id"].as_str().unwrap());
    let users = json!({ "users": [user["id"]] });
    send(first, key, &format!("POST {members}"), None, &users);
    let may = |casemate: &Casemate| {
        casemate.post("/access/v1/evaluation", &token, &about_itself).is_ok_and(|answer| answer.status == 200)
    };
    at_once("what the group holds is held", servers, may);
    for casemate in servers {
        assert!(decision(casemate, &token, &about_itself));
        assert_eq!(me(casemate, &token).1["groups"], json!(["operators", "readers"]), "beside the token's");
    }

    // Whoever hands the token on is told the same.
    let user_id = &user["id"];
    let by_token = json!({ "subject": { "token": token }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "1" } })
    .to_string();
    let resolved = |casemate: &Casemate| {
        let body = json!({ "items": [{ "token": token }, { "identity": user_id }] }).to_string();
        let answer = casemate.post("/api/v1/permissions/resolve", key, &body).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["items"].clone()
    };
    for casemate in servers {
        assert!(decision(casemate, key, &by_token));
        let items = resolved(casemate);
        for item in [&items[0], &items[1]] {
            assert_eq!(
                (&item["identity"]["id"], &item["identity"]["claims"]["team"]),
                (user_id, &json!("build"))
            );
            assert_eq!(item["permissions"][1]["permission"], json!({ "name": "notes.read" }), "{item}");
        }
        assert!(items[0]["valid_until"].is_string(), "the token ends: {items}");
        assert_eq!(items[0]["identity"]["groups"], json!(["operators", "readers"]));
    }

    let temporary = &*mint(first, &token);
    for casemate in servers {
        assert!(decision(casemate, temporary, &about_itself));
    }

    let item = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let known = send(first, key, &format!("GET {item}"), None, &Value::Null);
    let mut out = document.clone();
    out["active"] = json!(false);
    let known = send(first, key, &format!("PUT {item}"), Some(&known["revision"]), &out);
    let is_refused = |casemate: &Casemate| {
        let (status, body) = me(casemate, &token);
        status == 401 && body["code"] == "user_inactive"
    };
    at_once("whoever is deactivated is refused", servers, is_refused);
    for casemate in servers {
        let denied = casemate.post("/access/v1/evaluation", key, &by_token).unwrap().json();
        assert_eq!(
            (&denied["decision"], &denied["context"]["reason_code"]),
            (&json!(false), &json!("inactive_subject"))
        );
        let items = resolved(casemate);
        assert_eq!(
            [&items[0], &items[1]].map(|item| &item["problem"]["code"]),
            ["user_inactive", "user_inactive"]
        );
        assert_eq!(casemate.post("/access/v1/evaluation", &token, &about_itself).unwrap().status, 401);
        assert_eq!(casemate.get("/api/v1/roles", &token).unwrap().status, 401);
        for credential in [&*token, temporary] {
            let sessions = casemate.get("/api/v1/sessions", credential).unwrap();
            assert_eq!(sessions.status, 401, "{}", sessions.body);
        }
        assert_eq!(casemate.post("/access/v1/evaluation", temporary, &about_itself).unwrap().status, 401);
    }
    send(first, key, &format!("PUT {item}"), Some(&known["revision"]), &document);
    at_once("whoever is let in again is let in", servers, may);

    // The provider deactivates them, in the words of Entra ID.
    let temporary = &*mint(first, &token);
    for casemate in servers {
        assert!(decision(casemate, temporary, &about_itself));
    }
    let out = json!({ "op": "Replace", "path": "active", "value": "False" });
    let out = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [out] });
    let provisioned = format!("PATCH /scim/v2/Users/{}", user["id"].as_str().unwrap());
    send(first, &provisioner, &provisioned, None, &out);
    let both_are_refused = |casemate: &Casemate| {
        let minted = casemate.post("/access/v1/evaluation", temporary, &about_itself);
        is_refused(casemate) && minted.is_ok_and(|answer| answer.status == 401)
    };
    at_once("whom the provider deactivates is refused", servers, both_are_refused);
    let known = send(first, key, &format!("GET {item}"), None, &Value::Null);
    let known = send(first, key, &format!("PUT {item}"), Some(&known["revision"]), &document);
    at_once("whoever is let in again is let in", servers, may);
    for casemate in servers {
        let minted = casemate.post("/access/v1/evaluation", temporary, &about_itself).unwrap();
        assert_eq!(minted.status, 401, "what ended stays so: {}", minted.body);
    }
    send(first, key, &format!("DELETE {item}"), Some(&known["revision"]), &Value::Null);
    at_once("whoever is deleted is refused", servers, is_refused);
}

#[test]
fn a_user_gains_what_their_group_holds_and_is_refused_at_once_when_deactivated() {
    let provider = OpenIdProvider::start().unwrap();
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    lives(&provider, &[&casemate], &key);
}

#[test]
fn what_is_done_to_users_on_one_replica_is_in_force_on_the_other() {
    let provider = OpenIdProvider::start().unwrap();
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    let start = |folder: &Folder| {
        let file = folder.0.path().join("casemate.toml");
        std::fs::write(&file, format!("[database]\nurl = '{url}'\n")).unwrap();
        folder.builder().arg(&format!("--config={}", file.display())).start().unwrap()
    };
    let folders = [Folder::new(), Folder::new()];
    let first = start(&folders[0]);
    let key = first.administrator().unwrap();
    let second = start(&folders[1]);
    lives(&provider, &[&first, &second], &key);
}
