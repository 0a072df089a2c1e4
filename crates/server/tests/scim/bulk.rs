//! Bulk requests.

use serde_json::{Value, json};

use crate::client::{GROUP, Scim, USER};

pub(crate) async fn bulk(scim: &Scim, operations: Vec<Value>, fail_on_errors: Option<usize>) -> (u16, Value) {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations,
    });
    if let Some(number) = fail_on_errors {
        body["failOnErrors"] = json!(number);
    }
    let answer = scim.send("POST /Bulk", Some(body)).await;
    (answer.status.as_u16(), answer.body)
}

fn post(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"schemas": [USER], "userName": name}})
}

pub(crate) fn statuses(answer: &Value) -> Vec<&str> {
    let operations = answer["Operations"].as_array().unwrap();
    operations.iter().map(|operation| operation["status"].as_str().unwrap()).collect()
}

pub(crate) async fn operations_have_outcomes_of_their_own(scim: Scim) {
    let taken = scim.user(json!({"userName": "taken"})).await;
    let mut again = post("Ada");
    again["bulkId"] = json!("again");
    let (_, answer) = bulk(
        &scim,
        vec![
            post("ada"),
            post("taken"),
            again,
            post("bob"),
            json!({"method": "PATCH", "path": format!("/Users/{taken}"), "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "add", "path": "title", "value": "x"}]}}),
            json!({"method": "DELETE", "path": "/Users/usr_none"}),
            json!({"method": "DELETE", "path": format!("/Users/{taken}")}),
            json!({"method": "PUT", "path": format!("/Users/{taken}"), "data": {"schemas": [USER], "userName": "x"}}),
            json!({"method": "POST", "path": "/Users", "bulkId": "nameless", "data": {"schemas": [USER]}}),
        ],
        None,
    )
    .await;
    assert_eq!(
        statuses(&answer),
        ["201", "409", "409", "201", "200", "404", "204", "404", "400"],
        "{answer}"
    );
    let made = &answer["Operations"][0];
    let place = made["location"].as_str().unwrap();
    let read =
        scim.send(&format!("GET {}", place.strip_prefix("http://localhost/scim/v2").unwrap()), None).await;
    assert_eq!(read.body["meta"]["version"], made["version"]);
    assert_eq!(answer["Operations"][1]["response"]["scimType"], "uniqueness");
    assert_eq!(scim.listed("GET /Users?sortBy=userName", "userName").await, ["ada", "bob"]);
}

pub(crate) async fn operations_refer_to_each_other(scim: Scim) {
    let (_, answer) = bulk(
        &scim,
        vec![
            json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"schemas": [GROUP], "displayName": "Ops", "members": [{"value": "bulkId:ada"}, {"value": "bulkId:bob"}]}}),
            post("ada"),
            post("bob"),
            json!({"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "remove", "path": "members", "value": [{"value": "bulkId:bob"}]}]}}),
            json!({"method": "POST", "path": "/Groups", "bulkId": "h", "data": {"schemas": [GROUP], "displayName": "None", "members": [{"value": "bulkId:nobody"}]}}),
        ],
        None,
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "201", "201", "200", "409"], "{answer}");
    let group = scim.listed("GET /Groups", "id").await.remove(0);
    let ada = scim.listed("GET /Users?filter=userName eq \"ada\"", "id").await;
    assert_eq!(scim.members(&group).await, ada);
}

pub(crate) async fn requests_are_bounded_and_stop_at_errors(scim: Scim) {
    let (status, _) = bulk(&scim, (0..1_001).map(|number| post(&number.to_string())).collect(), None).await;
    assert_eq!(status, 413);
    assert_eq!(scim.send("GET /Users?count=0", None).await.body["totalResults"], 0);
    let wrong = json!({"method": "POST", "path": "/Shoes", "bulkId": "shoe", "data": {}});
    let (_, answer) = bulk(&scim, vec![post("ada"), wrong, post("bob")], Some(1)).await;
    assert_eq!(statuses(&answer), ["201", "400"], "the rest is left");
    assert_eq!(scim.listed("GET /Users", "userName").await, ["ada"]);
    // As many as fit go in together.
    let (_, answer) =
        bulk(&scim, (0..1_000).map(|number| post(&format!("user{number}"))).collect(), None).await;
    assert!(statuses(&answer).iter().all(|status| *status == "201"));
    assert_eq!(scim.send("GET /Users?count=0", None).await.body["totalResults"], 1_001);
}
