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
