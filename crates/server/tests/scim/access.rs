//! Who may provision, and whom they see.

use serde_json::{Value, json};

use crate::client::{Scim, USER, account, provider};

pub(crate) async fn whoever_may_not_provision_is_refused(scim: Scim) {
    let powerless = account(&scim.server, "powerless", false).await;
    let unnamed = account(&scim.server, "unnamed", true).await;
    let user = scim.user(json!({"userName": "ada"})).await;
    let one = format!("/Users/{user}");
    for request in
        ["GET /Users", "POST /Users", "POST /Bulk", "GET /Schemas", "GET /nothing", &format!("DELETE {one}")]
    {
        for (key, status) in [("", 401), ("wrong", 401), (&*powerless, 403)] {
            let answer = scim.send_as(key, request, &[], Some(json!({}))).await;
            assert_eq!(answer.status.as_u16(), status, "{request} {}", answer.text);
            assert_eq!(answer.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
            assert_eq!(answer.body["status"], status.to_string());
            assert_eq!(answer.header("content-type"), "application/scim+json");
            assert_eq!(answer.code(), "", "it is SCIM's error, and no problem");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{request}");
        }
    }
    // An account that no provider names, and callers that are no service account's API keys.
    for key in [&*unnamed, "administrator"] {
        let answer = scim.send_as(key, "GET /Users", &[], None).await;
        assert_eq!(answer.status.as_u16(), 403, "{}", answer.text);
    }
    // An account that two providers name provisions neither.
    provider(&scim.server, "second", "corp-scim").await;
    assert_eq!(scim.send("GET /Users", None).await.status.as_u16(), 403);
}

pub(crate) async fn people_of_others_are_not_there(scim: Scim) {
    let other = account(&scim.server, "other-scim", true).await;
    provider(&scim.server, "other", "other-scim").await;
    let user = scim.user(json!({"userName": "ada", "externalId": "1"})).await;
    let group = scim.group("Ops", &[&user]).await;
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        for method in ["GET", "DELETE"] {
            let answer = scim.send_as(&other, &format!("{method} {path}"), &[], None).await;
            assert_eq!(answer.status.as_u16(), 404, "{}", answer.text);
        }
    }
    let listed = scim.send_as(&other, "GET /Users?filter=userName eq \"ada\"", &[], None).await;
    assert_eq!(listed.body["totalResults"], 0);
    // Nor are they members of the other's groups, nor in the way of its names.
    let body = json!({"schemas": [crate::client::GROUP], "displayName": "Ops", "members": [{"value": user}]});
    let refused = scim.send_as(&other, "POST /Groups", &[], Some(body)).await;
    assert_eq!((refused.status.as_u16(), &refused.body["scimType"]), (400, &json!("invalidValue")));
    let same = json!({"schemas": [USER], "userName": "ada", "externalId": "1"});
    assert_eq!(scim.send_as(&other, "POST /Users", &[], Some(same)).await.status.as_u16(), 201);
}

pub(crate) async fn an_account_of_the_same_name_in_another_tenant_provisions_nobody(scim: Scim) {
    let user = scim.user(json!({"userName": "ada"})).await;
    let of_acme = async |path: &str, body: Value| {
        let answer =
            scim.server.send(&format!("POST {path}"), Some("tenant-administrator"), &[], Some(&body)).await;
        assert_eq!(answer.status.as_u16(), 201, "{path}: {}", answer.text);
        answer
    };
    let role = json!({"name": "namesake", "permissions": [{"name": "casemate.scim.provision"}]});
    of_acme("/api/v1/roles", role).await;
    let account = of_acme("/api/v1/service-accounts", json!({"name": "corp-scim"})).await.id();
    let to = json!({"provider": "casemate", "type": "service", "login": "corp-scim"});
    of_acme("/api/v1/assignments", json!({"role": "namesake", "to": to})).await;
    let keys = format!("/api/v1/service-accounts/{account}/api-keys");
    let made = of_acme(&keys, json!({"title": "provisioning"})).await;
    let key = made.body["key"].as_str().unwrap();
    for (request, body) in [
        ("GET /Users", None),
        ("POST /Users", Some(json!({"schemas": [USER], "userName": "mallory", "externalId": "1"}))),
        (&*format!("DELETE /Users/{user}"), None),
    ] {
        let answer = scim.send_as(key, request, &[], body).await;
        assert_eq!(answer.status.as_u16(), 403, "{request}: {}", answer.text);
    }
    // Where a provider names that tenant, its account provisions, and the namesake does not.
    let document = json!({
        "name": "acme", "issuer": "https://acme.example", "audiences": ["casemate"],
        "scim": {"account": "corp-scim", "tenant": "acme"},
    });
    scim.server.make("/api/v1/providers", &document).await;
    let body = json!({"schemas": [USER], "userName": "ada", "externalId": "1"});
    let made = scim.send_as(key, "POST /Users", &[], Some(body)).await.id();
    let record = scim.server.app.store.reader().user(&made).await.unwrap().unwrap();
    assert_eq!((&*record.provider, &*record.tenant), ("acme", "acme"));
    assert_eq!(scim.listed("GET /Users", "id").await, [user]);
}

pub(crate) async fn a_provider_names_an_account_that_there_is(scim: Scim) {
    for named in [json!({"account": "nobody"}), json!({"account": "corp-scim", "tenant": "acme"})] {
        let document = json!({
            "name": "second", "issuer": "https://second.example", "audiences": ["casemate"], "scim": named,
        });
        let refused = scim.server.admin("POST /api/v1/providers", Some(&document)).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
        assert!(refused.text.contains("/scim/account"), "{}", refused.text);
    }
}

pub(crate) async fn the_server_describes_itself(scim: Scim) {
    let config = scim.send("GET /ServiceProviderConfig", None).await;
    assert_eq!(
        (&config.body["bulk"]["maxOperations"], &config.body["patch"]["supported"]),
        (&json!(1_000), &json!(true))
    );
    for (path, total) in [("/ResourceTypes", 2), ("/Schemas", 3)] {
        let list = scim.send(&format!("GET {path}"), None).await;
        assert_eq!(list.body["totalResults"], total, "{path}");
        for described in list.body["Resources"].as_array().unwrap() {
            let id = described["id"].as_str().unwrap();
            let one = scim.send(&format!("GET {path}/{id}"), None).await;
            assert_eq!(one.body, *described);
        }
        assert_eq!(scim.send(&format!("GET {path}?filter=id pr"), None).await.status.as_u16(), 403);
        assert_eq!(scim.send(&format!("GET {path}/none"), None).await.status.as_u16(), 404);
        assert_eq!(scim.send(&format!("DELETE {path}"), None).await.status.as_u16(), 405);
    }
    let me = scim.send("GET /Me", None).await;
    assert_eq!((me.status.as_u16(), &me.body["status"]), (501, &json!("501")));
    let nothing = scim.send("GET /Shoes", None).await;
    assert_eq!((nothing.status.as_u16(), &nothing.body["status"]), (404, &json!("404")));
    let malformed = scim.send("POST /Users", Some(Value::String("x".into()))).await;
    assert_eq!(malformed.body["scimType"], "invalidSyntax");
}
