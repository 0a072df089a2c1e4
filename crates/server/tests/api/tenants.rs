//! Tenants and their first administrators.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::Server;

#[tokio::test]
async fn a_new_tenant_gets_an_administrator_of_its_own() {
    let server = Server::start().await;
    let tenant = server.make("/api/v1/tenants", &json!({ "id": "globex" })).await;
    let role = json!({ "name": "support", "permissions": [] });
    let there = [("casemate-tenant", "globex")];
    let refused = server.send("POST /api/v1/roles", Some("administrator"), &there, Some(&role)).await;
    assert_eq!(refused.code(), "forbidden", "whoever makes a tenant holds nothing in it: {}", refused.text);

    let appoint = format!("POST /api/v1/tenants/{tenant}/administrators");
    let operator = json!({ "administrator": { "service_account": { "name": "operator" } } });
    let made = server.admin(&appoint, Some(&operator)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.body["assignment"]["tenant"], "globex");
    let key = made.body["api_key"]["key"].as_str().unwrap();
    let mine = server.send("POST /api/v1/roles", Some(key), &[], Some(&role)).await;
    assert_eq!((mine.status, &mine.body["tenant"]), (StatusCode::CREATED, &json!("globex")), "{}", mine.text);
    let elsewhere = [("casemate-tenant", "default")];
    let refused = server.send("POST /api/v1/roles", Some(key), &elsewhere, Some(&role)).await;
    assert_eq!(refused.code(), "forbidden", "{}", refused.text);

    let again = server.admin(&appoint, Some(&operator)).await;
    assert_eq!(again.code(), "name_taken", "{}", again.text);
    let nowhere = server.admin("POST /api/v1/tenants/none/administrators", Some(&operator)).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{}", nowhere.text);
}
