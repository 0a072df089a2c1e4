//! Who sees how much of what identities hold, and that it is on record.

use casemate_store::AuditFilter;
use serde_json::{Value, json};

use crate::permissions::{POLICY, RESOLVE, apply_with, furnish, key, names, provision, resolve, user_id};
use crate::support::Server;

#[tokio::test]
async fn a_credential_that_is_bound_to_an_application_sees_its_namespaces_alone() {
    let server = furnish(Server::start().await).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    let reads = json!({ "name": "reads", "permissions": [{ "name": "casemate.permission.read" }] });
    server.make("/api/v1/roles", &reads).await;
    server.make("/api/v1/assignments", &json!({ "role": "reads", "to": to })).await;
    let (_, bound) = key(&server, json!({ "application": "shop" })).await;
    let answer = resolve(&server, &bound, json!([{ "identity": user_id(1) }, { "anonymous": true }])).await;
    for item in answer.body["items"].as_array().unwrap() {
        assert_eq!(names(item), ["shop.read"]);
    }
    let own = server.send("GET /api/v1/identity/permissions", Some(&bound), &[], None).await;
    assert_eq!(own.body["permissions"], json!([]), "{}", own.text);
    let schemas = server.send("GET /api/v1/permissions/schemas", Some(&bound), &[], None).await;
    let items = schemas.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{}", schemas.text);
    assert_eq!(
        (&items[0]["application"], &items[0]["schema"]["application"]["namespaces"]),
        (&json!("shop"), &json!(["shop"]))
    );
    let all = server.admin("GET /api/v1/permissions/schemas", None).await;
    let ids: Vec<&Value> =
        all.body["items"].as_array().unwrap().iter().map(|item| &item["application"]).collect();
    assert_eq!(ids, ["casemate", "notes", "shop"]);
    for item in all.body["items"].as_array().unwrap() {
        let text = toml::to_string(&item["schema"]).unwrap();
        let own = item["application"] == "casemate";
        let read = if own {
            casemate_permission::Schema::from_own_toml(&text)
        } else {
            casemate_permission::Schema::from_toml(&text)
        };
        assert!(read.is_ok(), "{text}");
    }
}

#[tokio::test]
async fn what_denies_is_told_however_many_namespaces_an_application_has() {
    let server = Server::start().await;
    let namespaces: Vec<String> = (0..63).map(|number| format!("{}{number:02}", "n".repeat(60))).collect();
    let owned = namespaces.join("\", \"");
    let schema = format!(
        "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\", \"{owned}\"]\n[[permission]]\nname = \"notes.*\"\n"
    );
    let policy = POLICY.replace("{ own = true, name = \"notes.*\" }", "{ name = \"*\", deny = true }");
    apply_with(&server, &policy, &schema).await;
    provision(&server).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "reads" });
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "reads" })).await;
    let reads = json!({ "name": "reads", "permissions": [{ "name": "casemate.permission.read" }] });
    server.make("/api/v1/roles", &reads).await;
    server.make("/api/v1/assignments", &json!({ "role": "reads", "to": to })).await;
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let made = server.admin(&path, Some(&json!({ "title": "key", "application": "notes" }))).await;
    let bound = made.body["key"].as_str().unwrap();
    let answer = resolve(&server, bound, json!([{ "identity": user_id(1) }])).await;
    assert_eq!(names(&answer.body["items"][0]), ["*", "notes.read"]);
}

#[tokio::test]
async fn whoever_reads_what_others_hold_by_their_ids_is_on_record() {
    let server = furnish(Server::start().await).await;
    let events = async || {
        let all = server.app.store.reader().audit_events(&AuditFilter::default(), None, 200).await.unwrap();
        let ours = all.into_iter().filter(|stored| stored.event.action == "casemate.permission.read");
        ours.map(|stored| stored.event).collect::<Vec<_>>()
    };
    server.admin("GET /api/v1/identity/permissions", None).await;
    resolve(&server, "auditor", json!([{ "token": "editor" }, { "anonymous": true }])).await;
    assert!(events().await.is_empty(), "what somebody presented themselves is no news");
    let revision = server.app.directory.current().revision();
    resolve(&server, "auditor", json!([{ "identity": user_id(1) }, { "identity": "none" }])).await;
    server
        .send(&format!("GET /api/v1/identities/{}/permissions", user_id(2)), Some("auditor"), &[], None)
        .await;
    let told = events().await;
    assert_eq!(told.len(), 2, "one for each request");
    let of = |outcome: &str| told.iter().find(|event| event.outcome == outcome).unwrap();
    assert_eq!(
        of("success").after.as_deref(),
        Some(&*json!({ "identities": [user_id(1), "none"] }).to_string())
    );
    assert_eq!((&*of("success").actor.id, &*of("success").resource_type), ("auditor", "identity"));
    assert_eq!(
        (&*of("failure").resource_id, of("failure").reason.as_deref()),
        (&*user_id(2), Some("user_inactive"))
    );
    server.app.directory.refresh().await.unwrap();
    assert_eq!(server.app.directory.current().revision(), revision, "reading makes no revision");
    let refused = server
        .send(&format!("GET /api/v1/identities/{}/permissions", user_id(1)), Some("asker"), &[], None)
        .await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "asking does not imply it");
}

#[tokio::test]
async fn a_request_is_bounded() {
    let server = furnish(Server::start().await).await;
    let many = |count: usize| json!({ "items": vec![json!({ "anonymous": true }); count] });
    assert_eq!(server.admin(RESOLVE, Some(&many(100))).await.body["items"].as_array().unwrap().len(), 100);
    assert_eq!(server.admin(RESOLVE, Some(&many(101))).await.status.as_u16(), 422);
    assert_eq!(server.admin(RESOLVE, Some(&json!({}))).await.status.as_u16(), 422);
    assert_eq!(server.admin(RESOLVE, Some(&json!([]))).await.status.as_u16(), 422);
}
