//! Large groups, and users in many groups.

use casemate_store::{AuditFilter, Commit, Membership, Operation, UserRecord};
use serde_json::{Value, json};

use crate::client::{GROUP, Scim, USER};

/// More than an event of the log could name.
const LARGE: usize = 27_000;

fn id(number: usize) -> String {
    format!("usr_{number}")
}

/// Makes users of these numbers.
async fn users(scim: &Scim, count: usize) {
    let user = |number| UserRecord {
        id: id(number),
        tenant: "default".into(),
        provider: "corp".into(),
        login: format!("user{number}"),
        active: true,
        attributes: "{}".into(),
        created_at: 1,
        ..UserRecord::default()
    };
    let put = |number| Operation::PutUser { user: Box::new(user(number)), expected: Some(0) };
    commit(scim, (0..count).map(put).collect()).await;
}

/// Makes a group of the users with these numbers.
async fn group(scim: &Scim, name: &str, count: usize) -> String {
    let group = scim.group(name, &[]).await;
    let join = |number| {
        let member = Membership { group: group.clone(), user: id(number), source: "scim".into() };
        Operation::AddMember(member)
    };
    commit(scim, (0..count).map(join).collect()).await;
    group
}

async fn commit(scim: &Scim, operations: Vec<Operation>) {
    let change = Commit {
        base: None,
        at: 1,
        actor: Default::default(),
        summary: "many".into(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    scim.server.app.store.commit(change).await.unwrap();
}

pub(crate) async fn a_large_group_is_replaced_and_emptied(scim: Scim) {
    users(&scim, LARGE).await;
    let [replaced, emptied] = [group(&scim, "Ops", LARGE).await, group(&scim, "All", 20_001).await];
    let put = json!({"schemas": [GROUP], "displayName": "Ops", "members": [{"value": id(7)}]});
    let answer = scim.send(&format!("PUT /Groups/{replaced}"), Some(put)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(scim.members(&replaced).await, [id(7)]);
    let filter = AuditFilter { action: Some("casemate.scim.provision".into()), ..AuditFilter::default() };
    let events = scim.server.app.store.reader().audit_events(&filter, None, 10).await.unwrap();
    let newest = events.iter().find(|event| event.event.kind != "read").unwrap();
    let told: Value = serde_json::from_str(newest.event.after.as_deref().unwrap()).unwrap();
    assert_eq!(
        (&told["members_removed_count"], &told["members_added_count"]),
        (&json!(LARGE - 1), &json!(0))
    );
    assert_eq!(told["members_removed"].as_array().unwrap().len(), 100);

    // What is so large is done before others are thought out, in a transaction of its own.
    let remove = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "remove", "path": "members"}],
    });
    let post = |name: &str| {
        let data = json!({"schemas": [USER], "userName": name, "externalId": name});
        json!({"method": "POST", "path": "/Users", "bulkId": name, "data": data})
    };
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "PATCH", "path": format!("/Groups/{emptied}"), "data": remove},
            post("one"), post("user7"), post("two"),
        ],
    });
    let answer = scim.send("POST /Bulk", Some(bulk)).await;
    let of = |member: &str| -> Vec<&Value> {
        answer.body["Operations"].as_array().unwrap().iter().map(|done| &done[member]).collect()
    };
    assert_eq!(of("status"), ["200", "201", "409", "201"], "{}", answer.text);
    assert_ne!(of("version")[0], of("version")[1]);
    assert_eq!(scim.members(&emptied).await, Vec::<String>::new());
    for (place, name) in [(1, "one"), (3, "two")] {
        let ids = scim.listed(&format!("GET /Users?filter=userName eq \"{name}\""), "id").await;
        let location = of("location")[place].as_str().unwrap();
        assert_eq!(ids.len(), 1);
        assert!(location.ends_with(&ids[0]), "{location}");
    }
}

pub(crate) async fn all_groups_of_all_users_of_a_page_are_told(scim: Scim) {
    users(&scim, 1_000).await;
    for number in 0..11 {
        group(&scim, &format!("group {number}"), 1_000).await;
    }
    let page = scim.send("GET /Users?attributes=groups&count=1000", None).await;
    let users = page.body["Resources"].as_array().unwrap();
    assert_eq!(users.len(), 1_000);
    for user in users {
        assert_eq!(user["groups"].as_array().map(Vec::len), Some(11), "{user}");
    }
}
