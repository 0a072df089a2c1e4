use serde_json::json;

use super::*;
use crate::schema::ENTERPRISE;

fn ada() -> Resource {
    let body = json!({
        "userName": "ada", "active": true, "name": {"familyName": "Byron", "givenName": "Ada"},
        "emails": [
            {"value": "ada@work.example", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"},
        ],
        (ENTERPRISE.id): {"department": "Engines"},
    });
    Resource { kind: ResourceType::User, attributes: body.as_object().unwrap().clone() }
}

fn patch(kind: ResourceType, operations: Value) -> Result<Patch, ScimError> {
    Patch::read(kind, &json!({"schemas": [PATCH_SCHEMA], "Operations": operations}))
}

fn patched(operation: Value) -> Result<Value, ScimError> {
    let patch = patch(ResourceType::User, json!([operation]))?;
    patch.apply(&ada()).map(|patched| Value::Object(patched.resource.attributes))
}

#[test]
fn operations_do_what_the_standard_says() {
    let add = |path: &str, value: Value| patched(json!({"op": "add", "path": path, "value": value})).unwrap();
    let replace =
        |path: &str, value: Value| patched(json!({"op": "replace", "path": path, "value": value})).unwrap();
    let remove = |path: &str| patched(json!({"op": "remove", "path": path})).unwrap();

    assert_eq!(add("nickName", json!("A"))["nickName"], "A");
    assert_eq!(add("name", json!({"middleName": "K"}))["name"]["familyName"], "Byron");
    let added = add("emails", json!([{"value": "new@x.example", "primary": true}]));
    assert_eq!(added["emails"].as_array().unwrap().len(), 3);
    assert_eq!(added["emails"][0]["primary"], false, "the new one is primary");
    assert_eq!(
        add("emails", json!([{"value": "ada@home.example", "type": "home"}]))["emails"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    assert_eq!(
        replace("name.familyName", json!("Lovelace"))["name"],
        json!({"familyName": "Lovelace", "givenName": "Ada"})
    );
    assert_eq!(replace("emails", json!([{"value": "x"}]))["emails"], json!([{"value": "x"}]));
    let one = replace("emails[type eq \"home\"].value", json!("h@x.example"));
    assert_eq!(
        (&one["emails"][0]["value"], &one["emails"][1]["value"]),
        (&json!("ada@work.example"), &json!("h@x.example"))
    );
    let whole = replace("emails[type eq \"home\"]", json!({"value": "y", "primary": true}));
    assert_eq!(whole["emails"][1], json!({"value": "y", "primary": true}));
    assert_eq!(whole["emails"][0]["primary"], false);
    assert_eq!(replace("nickName", Value::Null).get("nickName"), None);

    assert_eq!(remove("emails[type eq \"work\"]")["emails"].as_array().unwrap().len(), 1);
    assert_eq!(remove("emails").get("emails"), None);
    assert_eq!(remove("name.familyName")["name"], json!({"givenName": "Ada"}));
    assert_eq!(remove("emails[type eq \"other\"]"), Value::Object(ada().attributes), "nothing to remove");
    assert_eq!(remove(&format!("{}:department", ENTERPRISE.id)).get(ENTERPRISE.id), None);
    assert_eq!(remove(ENTERPRISE.id).get(ENTERPRISE.id), None);
    let extended = replace(ENTERPRISE.id, json!({"division": "A"}));
    assert_eq!(extended[ENTERPRISE.id], json!({"department": "Engines", "division": "A"}));
}

#[test]
fn what_entra_id_and_okta_send_is_understood() {
    let of = |operation: Value| patched(operation).unwrap();
    assert_eq!(of(json!({"op": "Replace", "path": "active", "value": "False"}))["active"], false);
    assert_eq!(of(json!({"op": "replace", "value": {"active": false}}))["active"], false);
    assert_eq!(of(json!({"OP": "Add", "Path": "title", "Value": "Countess"}))["title"], "Countess");
    let manager = format!("{}:manager", ENTERPRISE.id);
    for value in [json!("usr_9"), json!({"value": "usr_9"}), json!([{"value": "usr_9"}])] {
        let patched = of(json!({"op": "Add", "path": manager, "value": value}));
        assert_eq!(patched[ENTERPRISE.id]["manager"], json!({"value": "usr_9"}));
    }
    // A value for an address that is not there yet.
    let work = of(json!({"op": "Add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}));
    assert_eq!(work["phoneNumbers"], json!([{"type": "work", "value": "1"}]));
    // Paths as members of the value.
    let dotted = of(json!({"op": "Add", "value": {
        "name.familyName": "Lovelace", "emails[type eq \"work\"].value": "w@x.example",
        (format!("{}:department", ENTERPRISE.id)): "Poetry", "id": "x", "meta": {}, "schemas": [], "unknown": 1,
    }}));
    assert_eq!(dotted["name"]["familyName"], "Lovelace");
    assert_eq!(dotted["emails"][0]["value"], "w@x.example");
    assert_eq!(dotted[ENTERPRISE.id]["department"], "Poetry");
    let nested = of(json!({"op": "replace", "value": {(ENTERPRISE.id): {"department": "Poetry"}}}));
    assert_eq!(nested[ENTERPRISE.id]["department"], "Poetry");
    let listed = of(json!({"op": "add", "value": [{"nickName": "A"}, {"title": "B"}]}));
    assert_eq!((&listed["nickName"], &listed["title"]), (&json!("A"), &json!("B")));
}

#[test]
fn members_are_added_removed_and_replaced() {
    let group = Resource {
        kind: ResourceType::Group,
        attributes: Map::from_iter([("displayName".into(), "Ops".into())]),
    };
    let change = |operation: Value| {
        let patch = patch(ResourceType::Group, json!([operation])).unwrap();
        patch.apply(&group).unwrap().members
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let two = json!([{"value": "a"}, {"value": "b"}]);
    assert_eq!(
        change(json!({"op": "add", "path": "members", "value": two})),
        [MemberChange::Add(ids(&["a", "b"]))]
    );
    assert_eq!(change(json!({"op": "Add", "value": two})), [MemberChange::Add(ids(&["a", "b"]))]);
    assert_eq!(
        change(json!({"op": "Add", "value": {"members": two}})),
        [MemberChange::Add(ids(&["a", "b"]))]
    );
    assert_eq!(
        change(json!({"op": "Remove", "path": "members", "value": two})),
        [MemberChange::Remove(ids(&["a", "b"]))]
    );
    assert_eq!(
        change(json!({"op": "remove", "path": "members[value eq \"A\"]"})),
        [MemberChange::Remove(ids(&["A"]))]
    );
    assert_eq!(
        change(json!({"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"})),
        [MemberChange::Remove(ids(&["a", "b"]))]
    );
    assert_eq!(change(json!({"op": "remove", "path": "members"})), [MemberChange::Replace(vec![])]);
    assert_eq!(
        change(json!({"op": "replace", "path": "members", "value": two})),
        [MemberChange::Replace(ids(&["a", "b"]))]
    );
    assert_eq!(change(json!({"op": "replace", "value": {"id": "x", "displayName": "Ops"}})), []);
    let alone = |operations| patch(ResourceType::Group, operations).unwrap().is_of_members_alone();
    assert!(alone(json!([{"op": "add", "path": "members", "value": two}])));
    assert!(!alone(json!([{"op": "replace", "path": "displayName", "value": "x"}])));
}

#[test]
fn what_cannot_be_done_is_refused() {
    for (operation, kind) in [
        (json!({"op": "remove"}), ScimType::NoTarget),
        (json!({"op": "move", "path": "title"}), ScimType::InvalidSyntax),
        (json!({"op": "add", "path": "shoeSize", "value": 4}), ScimType::InvalidPath),
        (json!({"op": "add", "path": "emails[", "value": 4}), ScimType::InvalidPath),
        (json!({"op": "add", "path": "emails[type eq \"work\"].shoe", "value": 4}), ScimType::InvalidPath),
        (json!({"op": "add", "path": 7, "value": 4}), ScimType::InvalidPath),
        (json!({"op": "replace", "path": "id", "value": "x"}), ScimType::Mutability),
        (json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}), ScimType::Mutability),
        (json!({"op": "remove", "path": "userName"}), ScimType::Mutability),
        (json!({"op": "replace", "path": "userName", "value": ""}), ScimType::InvalidValue),
        (json!({"op": "replace", "path": "active", "value": "maybe"}), ScimType::InvalidValue),
        (
            json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}),
            ScimType::NoTarget,
        ),
        (json!({"op": "add", "value": "x"}), ScimType::InvalidValue),
        (json!({"op": "add", "value": {"name.shoe": "x"}}), ScimType::InvalidPath),
    ] {
        assert_eq!(patched(operation.clone()).unwrap_err().kind, Some(kind), "{operation}");
    }
    for body in [
        json!([]),
        json!({}),
        json!({"schemas": [PATCH_SCHEMA]}),
        json!({"schemas": [PATCH_SCHEMA], "Operations": []}),
    ] {
        assert_eq!(
            Patch::read(ResourceType::User, &body).unwrap_err().kind,
            Some(ScimType::InvalidSyntax),
            "{body}"
        );
    }
}

#[test]
fn an_empty_list_of_members_removes_nobody() {
    let attributes = json!({"displayName": "Ops"}).as_object().unwrap().clone();
    let group = Resource { kind: ResourceType::Group, attributes };
    let removed = |operation: Value| {
        patch(ResourceType::Group, json!([operation])).unwrap().apply(&group).unwrap().members
    };
    let all = [MemberChange::Replace(Vec::new())];
    assert_eq!(removed(json!({"op": "remove", "path": "members"})), all);
    assert_eq!(removed(json!({"op": "remove", "path": "members", "value": null})), all);
    let none = removed(json!({"op": "remove", "path": "members", "value": []}));
    assert_eq!(none, [MemberChange::Remove(Vec::new())]);
}
