//! Users and groups as clients make and change them.

use casemate_directory::NotAdmitted;
use casemate_identity::{Identity, Kind};
use casemate_store::{AuditFilter, DirectoryKind, DirectoryVersionQuery};
use serde_json::{Value, json};

use crate::client::{ENTERPRISE, GROUP, Scim, USER};

pub(crate) async fn a_user_lives_from_being_made_to_being_deleted(scim: Scim) {
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "ada@example.com", "externalId": "e-1", "active": true,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        (ENTERPRISE): {"department": "Engines"},
    });
    let made = scim.send("POST /Users", Some(body.clone())).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    let id = made.id();
    let place = format!("http://localhost/scim/v2/Users/{id}");
    assert_eq!((made.header("location"), &made.body["meta"]["location"]), (&*place, &json!(place)));
    assert_eq!(made.body["meta"]["version"], made.header("etag"));
    assert_eq!(made.body[ENTERPRISE]["department"], "Engines");
    let one = format!("/Users/{id}");
    let read = scim.send(&format!("GET {one}"), None).await;
    assert_eq!(read.body, made.body);

    let record = scim.server.app.store.reader().user(&id).await.unwrap().unwrap();
    assert_eq!((&*record.provider, &*record.tenant, &*record.source), ("corp", "default", "scim"));
    assert_eq!(record.subject.as_deref(), Some("e-1"), "what its tokens call the user");
    assert_eq!(record.display_name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(record.email.as_deref(), Some("ada@example.com"));

    let put =
        json!({"schemas": [USER], "userName": "ada@example.com", "externalId": "e-1", "title": "Countess"});
    let replaced = scim.send(&format!("PUT {one}"), Some(put.clone())).await;
    assert_eq!(replaced.status.as_u16(), 200, "{}", replaced.text);
    assert_eq!((&replaced.body["title"], replaced.body.get("name")), (&json!("Countess"), None));
    assert_eq!(replaced.body["meta"]["created"], made.body["meta"]["created"]);
    assert_ne!(replaced.header("etag"), made.header("etag"));
    // What changes nothing is no change.
    let again = scim.send(&format!("PUT {one}"), Some(put)).await;
    assert_eq!(again.header("etag"), replaced.header("etag"));
    let kept = scim
        .server
        .app
        .store
        .reader()
        .directory_versions(&DirectoryVersionQuery::of(DirectoryKind::User, &id))
        .await;
    assert!(kept.unwrap().is_empty(), "a provider says it again, and is not set back");

    let gone = scim.send(&format!("DELETE {one}"), None).await;
    assert_eq!((gone.status.as_u16(), &*gone.text), (204, ""));
    for method in ["GET", "DELETE"] {
        let answer = scim.send(&format!("{method} {one}"), None).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (404, &json!("404")));
    }
    let filter = AuditFilter { action: Some("casemate.scim.provision".into()), ..AuditFilter::default() };
    let events = scim.server.app.store.reader().audit_events(&filter, None, 10).await.unwrap();
    let changes = events.iter().map(|event| &*event.event.kind).filter(|kind| *kind != "read");
    let kinds: Vec<&str> = changes.collect();
    assert_eq!(kinds, ["delete", "update", "create"], "newest first, and none for what changed nothing");
    assert!(events.iter().all(|event| event.event.resource_id == id && event.event.actor.kind == "api-key"));
}

pub(crate) async fn names_are_unique_in_their_provider(scim: Scim) {
    scim.user(json!({"userName": "ada", "externalId": "1"})).await;
    let bob = scim.user(json!({"userName": "bob", "externalId": "2"})).await;
    for (name, external) in [("ADA", "3"), ("carol", "1")] {
        let body = json!({"schemas": [USER], "userName": name, "externalId": external});
        let refused = scim.send("POST /Users", Some(body.clone())).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["scimType"]),
            (409, &json!("uniqueness")),
            "{body}"
        );
        let refused = scim.send(&format!("PUT /Users/{bob}"), Some(body.clone())).await;
        assert_eq!(refused.status.as_u16(), 409, "{body}");
    }
    let renamed = json!({"op": "replace", "path": "userName", "value": "Ada"});
    assert_eq!(scim.patch(&format!("/Users/{bob}"), renamed).await.status.as_u16(), 409);
    scim.group("Ops", &[]).await;
    let again = json!({"schemas": [GROUP], "displayName": "ops"});
    assert_eq!(scim.send("POST /Groups", Some(again)).await.body["scimType"], "uniqueness");
}

pub(crate) async fn a_version_that_is_not_there_any_more_is_not_changed(scim: Scim) {
    let user = scim.user(json!({"userName": "ada"})).await;
    let group = scim.group("Ops", &[]).await;
    let whole = [
        json!({"schemas": [USER], "userName": "ada", "displayName": "Ada"}),
        json!({"schemas": [GROUP], "displayName": "Operations"}),
    ];
    let resources = [(format!("/Users/{user}"), "title"), (format!("/Groups/{group}"), "externalId")];
    for ((path, attribute), whole) in resources.into_iter().zip(whole) {
        let first = scim.send(&format!("GET {path}"), None).await.header("etag").to_owned();
        assert!(first.starts_with("W/\""), "{first}");
        let known = scim.send_as(&scim.key, &format!("GET {path}"), &[("if-none-match", &first)], None).await;
        assert_eq!(known.status.as_u16(), 304);
        let operation = json!({"op": "add", "path": attribute, "value": "x"});
        let body = |operation: &Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
        let patch = format!("PATCH {path}");
        let matching = scim.send_as(&scim.key, &patch, &[("if-match", &first)], Some(body(&operation))).await;
        assert!(matching.status.is_success(), "{}", matching.text);
        assert_ne!(matching.header("etag"), first);
        let operation = json!({"op": "add", "path": attribute, "value": "y"});
        let put = format!("PUT {path}");
        let requests = [
            (&patch, Some(body(&operation))),
            (&put, Some(whole.clone())),
            (&format!("DELETE {path}"), None),
        ];
        for (request, body) in requests {
            let stale = scim.send_as(&scim.key, request, &[("if-match", &first)], body).await;
            assert_eq!((stale.status.as_u16(), &stale.body["status"]), (412, &json!("412")), "{request}");
        }
        let current = scim.send(&format!("GET {path}"), None).await;
        assert_eq!(current.header("etag"), matching.header("etag"), "none of them changed anything");
        let tag = [("if-match", current.header("etag"))];
        let replaced = scim.send_as(&scim.key, &put, &tag, Some(whole.clone())).await;
        assert_eq!((replaced.status.as_u16(), &replaced.body["displayName"]), (200, &whole["displayName"]));
        let any = scim.send_as(&scim.key, &patch, &[("if-match", "*")], Some(body(&operation))).await;
        assert!(any.status.is_success(), "{}", any.text);
    }
}

pub(crate) async fn what_entra_id_and_okta_send_is_done(scim: Scim) {
    let user = scim.user(json!({"userName": "ada", "active": true})).await;
    let one = format!("/Users/{user}");
    let active = async || scim.send(&format!("GET {one}"), None).await.body["active"].clone();
    // Entra ID deactivates so, and Okta so.
    scim.patch(&one, json!({"op": "Replace", "path": "active", "value": "False"})).await;
    assert_eq!(active().await, false);
    scim.patch(&one, json!({"op": "replace", "value": {"active": true}})).await;
    assert_eq!(active().await, true);
    let manager = format!("{ENTERPRISE}:manager");
    let patched = scim.patch(&one, json!({"op": "Add", "path": manager, "value": user})).await;
    let expected = json!({"value": user, "$ref": format!("http://localhost/scim/v2/Users/{user}")});
    assert_eq!(patched.body[ENTERPRISE]["manager"], expected);
    let work = json!({"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@x.example"});
    assert_eq!(
        scim.patch(&one, work).await.body["emails"],
        json!([{"type": "work", "value": "a@x.example"}])
    );
    let whole =
        json!({"op": "Add", "value": {"name.givenName": "Ada", (format!("{ENTERPRISE}:department")): "E"}});
    let patched = scim.patch(&one, whole).await;
    assert_eq!(
        (&patched.body["name"]["givenName"], &patched.body[ENTERPRISE]["department"]),
        (&json!("Ada"), &json!("E"))
    );
    // Okta sends the whole user back, with what only the server changes.
    let mut body = scim.send(&format!("GET {one}"), None).await.body;
    body["groups"] = json!([]);
    body["password"] = json!("not kept");
    body["active"] = json!(false);
    let put = scim.send(&format!("PUT {one}"), Some(body)).await;
    assert_eq!((put.status.as_u16(), &put.body["active"]), (200, &json!(false)));
    let record = scim.server.app.store.reader().user(&user).await.unwrap().unwrap();
    assert!(!record.active && !record.scim.unwrap().contains("not kept"));
    // Okta renames a group so.
    let group = scim.group("Ops", &[&user]).await;
    let named = json!({"op": "replace", "value": {"id": group, "displayName": "Operations"}});
    assert_eq!(scim.patch(&format!("/Groups/{group}"), named).await.status.as_u16(), 204);
    assert_eq!(scim.listed("GET /Groups", "displayName").await, ["Operations"]);
}

pub(crate) async fn members_come_and_go(scim: Scim) {
    let mut users = Vec::new();
    for name in ["ada", "bob", "carol"] {
        users.push(scim.user(json!({"userName": name})).await);
    }
    users.sort();
    let [a, b, c] = [&*users[0], &*users[1], &*users[2]];
    let group = scim.group("Ops", &[a]).await;
    let one = format!("/Groups/{group}");
    let after = async |operation: Value| {
        let answer = scim.patch(&one, operation).await;
        assert_eq!(answer.status.as_u16(), 204, "{}", answer.text);
        scim.members(&group).await
    };
    let both = json!([{"value": b}, {"value": c, "display": "Carol"}]);
    assert_eq!(after(json!({"op": "Add", "path": "members", "value": both})).await, users);
    // Entra ID removes by the value, the standard by the path.
    assert_eq!(after(json!({"op": "Remove", "path": "members", "value": [{"value": b}]})).await, [a, c]);
    assert_eq!(after(json!({"op": "remove", "path": format!("members[value eq \"{c}\"]")})).await, [a]);
    assert_eq!(after(json!({"op": "add", "value": [{"value": b}]})).await, [a, b]);
    assert_eq!(after(json!({"op": "replace", "path": "members", "value": [{"value": c}]})).await, [c]);
    let put = json!({"schemas": [GROUP], "displayName": "Ops", "members": [{"value": a}, {"value": b}]});
    assert_eq!(scim.send(&format!("PUT {one}"), Some(put)).await.status.as_u16(), 200);
    assert_eq!(scim.members(&group).await, [a, b]);

    let groups = scim.send(&format!("GET /Users/{a}?attributes=groups"), None).await;
    assert_eq!(
        (&groups.body["groups"][0]["value"], &groups.body["groups"][0]["display"]),
        (&json!(group), &json!("Ops"))
    );
    assert_eq!(scim.send(&format!("GET /Users/{a}"), None).await.body.get("groups"), None);
    for (filter, expected) in [
        (format!("/Groups?filter=members.value eq \"{a}\""), vec![&*group]),
        (format!("/Groups?filter=members[value eq \"{c}\"] and displayName eq \"Ops\""), vec![]),
        (format!("/Users?sortBy=id&filter=groups.value eq \"{group}\""), vec![a, b]),
    ] {
        assert_eq!(scim.listed(&format!("GET {filter}"), "id").await, expected, "{filter}");
    }
    assert_eq!(after(json!({"op": "remove", "path": "members", "value": []})).await, [a, b]);
    let nobody = json!({"op": "add", "path": "members", "value": [{"value": "usr_none"}]});
    assert_eq!(scim.patch(&one, nobody).await.body["scimType"], "invalidValue");
    // Who is deleted is in no group.
    assert_eq!(scim.send(&format!("DELETE /Users/{a}"), None).await.status.as_u16(), 204);
    assert_eq!(scim.members(&group).await, [b]);
    assert_eq!(after(json!({"op": "remove", "path": "members"})).await, Vec::<String>::new());
    assert_eq!(scim.send(&format!("DELETE {one}"), None).await.status.as_u16(), 204);
}

pub(crate) async fn what_is_said_of_a_user_is_seen_by_expressions(scim: Scim) {
    let attributes = json!({
        "userName": "ada", "title": "Countess",
        (ENTERPRISE): {"department": "Engines", "manager": {"value": "usr_9"}},
    });
    let user = scim.user(attributes).await;
    let claims = async || {
        let record = scim.server.app.store.reader().user(&user).await.unwrap().unwrap();
        serde_json::from_str::<Value>(&record.attributes).unwrap()
    };
    assert_eq!(claims().await, json!({"title": "Countess", "department": "Engines", "manager": "usr_9"}));
    scim.patch(&format!("/Users/{user}"), json!({"op": "remove", "path": "title"})).await;
    scim.patch(&format!("/Users/{user}"), json!({"op": "remove", "path": ENTERPRISE})).await;
    assert_eq!(claims().await, json!({}), "what is not said any more gives nothing");
}

pub(crate) async fn who_is_not_active_stays_so_until_it_is_said(scim: Scim) {
    let user = scim.user(json!({"userName": "ada", "active": false})).await;
    let one = format!("/Users/{user}");
    let put = json!({"schemas": [USER], "userName": "ada"});
    assert_eq!(scim.send(&format!("PUT {one}"), Some(put)).await.body["active"], false);
    let removed = scim.patch(&one, json!({"op": "remove", "path": "active"})).await;
    assert_eq!((removed.status.as_u16(), removed.body.get("active")), (200, None));
    assert!(!scim.server.app.store.reader().user(&user).await.unwrap().unwrap().active);
    assert_eq!(scim.listed("GET /Users?filter=active eq false", "id").await, [&*user]);
    assert_eq!(
        scim.patch(&one, json!({"op": "add", "path": "active", "value": true})).await.body["active"],
        true
    );
    assert_eq!(scim.listed("GET /Users?filter=active eq false", "id").await, Vec::<String>::new());
}

pub(crate) async fn who_is_deactivated_or_deleted_is_refused_at_once(scim: Scim) {
    let user = scim.user(json!({"userName": "ada", "externalId": "e-1"})).await;
    scim.group("Ops", &[&user]).await;
    let one = format!("/Users/{user}");
    let token = Identity::new("corp", "e-1", Kind::USER);
    let known = async || scim.server.app.directory.user_of(&token).await;
    assert_eq!(known().await.unwrap().unwrap().groups, ["Ops"]);
    scim.patch(&one, json!({"op": "Replace", "path": "active", "value": "False"})).await;
    assert!(matches!(known().await, Err(NotAdmitted::Inactive)));
    scim.patch(&one, json!({"op": "Replace", "path": "active", "value": "True"})).await;
    assert!(known().await.unwrap().is_some());
    assert_eq!(scim.send(&format!("DELETE {one}"), None).await.status.as_u16(), 204);
    assert!(matches!(known().await, Err(NotAdmitted::Deleted)));
}
