//! What is made for OCSF, held against the schema of OCSF 1.8.0.

use casemate_audit::event::{Event, Party, Request};
use casemate_audit::ocsf;
use proptest::prelude::*;
use regex_lite::Regex;
use serde_json::{Map, Value, json};

use crate::made;

struct Schema(Value);

impl Schema {
    fn read() -> Schema {
        Schema(serde_json::from_str(include_str!("../data/ocsf-1.8.0.json")).unwrap())
    }

    /// What is wrong with an event.
    fn problems(&self, event: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        let number = |name: &str| event[name].as_i64().unwrap_or(-1);
        let class = &self.0["classes"][number("class_uid").to_string()];
        if class.is_null() {
            return vec!["of no class".to_owned()];
        }
        if event["category_uid"] != class["category_uid"] || event["class_name"] != class["caption"] {
            problems.push("of another category or name than its class".to_owned());
        }
        if number("type_uid") != number("class_uid") * 100 + number("activity_id") {
            problems.push("type_uid is not made of the class and the activity".to_owned());
        }
        if event["metadata"]["version"] != self.0["version"] {
            problems.push("of another version".to_owned());
        }
        self.object(class, event.as_object().unwrap(), "", &mut problems);
        problems
    }

    fn object(&self, of: &Value, found: &Map<String, Value>, path: &str, problems: &mut Vec<String>) {
        let attributes = of["attributes"].as_object().unwrap();
        for (name, attribute) in attributes {
            let is_missing = attribute["requirement"] == "required" && !found.contains_key(name);
            if is_missing && attribute["profiles"].is_null() {
                problems.push(format!("{path}.{name} is missing"));
            }
        }
        for (name, value) in found {
            let path = format!("{path}.{name}");
            match attributes.get(name) {
                None => problems.push(format!("{path} is not known")),
                Some(attribute) if !attribute["profiles"].is_null() => {
                    problems.push(format!("{path} is of a profile"))
                }
                Some(attribute) if attribute["deprecated"] == true => {
                    problems.push(format!("{path} is deprecated"))
                }
                Some(attribute) if attribute["is_array"] == true => match value.as_array() {
                    Some(items) => items.iter().for_each(|item| self.value(attribute, item, &path, problems)),
                    None => problems.push(format!("{path} is no list")),
                },
                Some(attribute) => self.value(attribute, value, &path, problems),
            }
            let sibling =
                if name == "activity_id" { "activity_name" } else { name.strip_suffix("_id").unwrap_or("") };
            if *value == json!(99) && attributes.contains_key(sibling) && !found.contains_key(sibling) {
                problems.push(format!("{path} is another, and {sibling} does not say which"));
            }
        }
        for (constraint, names) in of["constraints"].as_object().unwrap() {
            let count = names
                .as_array()
                .unwrap()
                .iter()
                .filter(|name| found.contains_key(name.as_str().unwrap()))
                .count();
            if count == 0 || constraint == "just_one" && count > 1 {
                problems.push(format!("{path} has {count} of {names}"));
            }
        }
    }

    fn value(&self, attribute: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
        if let Some(known) = attribute["enum"].as_object() {
            let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !known.contains_key(&word) {
                problems.push(format!("{path} cannot be {word}"));
            }
        }
        let name = attribute["type"].as_str().unwrap();
        if name == "object_t" {
            let of = attribute["object_type"].as_str().unwrap();
            match (value.as_object(), &self.0["objects"][of]) {
                (Some(_), _) if of == "object" => {}
                (Some(_), Value::Null) => problems.push(format!("{path}: the schema of {of} is not stored")),
                (Some(found), of) => self.object(of, found, path, problems),
                (None, _) => problems.push(format!("{path} is no object")),
            }
            return;
        }
        let limits = &self.0["types"][name];
        let is_right = match limits["type"].as_str().unwrap_or(name) {
            "integer_t" | "long_t" => value.is_i64(),
            "string_t" => value.is_string(),
            "boolean_t" => value.is_boolean(),
            "json_t" => true,
            other => panic!("{other} is not known to the test"),
        };
        let text = value.as_str().unwrap_or_default();
        let is_like = limits["regex"].as_str().is_none_or(|regex| Regex::new(regex).unwrap().is_match(text));
        let is_short = limits["max_len"].as_u64().is_none_or(|most| text.len() as u64 <= most);
        if !(is_right && is_like && is_short) {
            problems.push(format!("{path} is no {name}: {value}"));
        }
    }
}

/// A change by an administrator.
fn change(
    kind: &str,
    action: &str,
    resource: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Event<'static> {
    Event {
        at: 1_795_430_141_123_456,
        kind: kind.to_owned().into(),
        area: "role".into(),
        action: action.to_owned().into(),
        outcome: "success".into(),
        tenant: "acme".into(),
        actor: Party {
            provider: "local".into(),
            kind: "user".into(),
            id: "usr_1".into(),
            credential: Some("ses_1".into()),
        },
        resource_type: Some(resource.to_owned().into()),
        resource_id: Some("id_1".into()),
        revision: 7,
        request: Request {
            id: "r1".into(),
            route: Some("/api/v1/roles/{id}".into()),
            client: Some("2001:db8::7".into()),
            user_agent: Some("curl/8".into()),
            item: None,
        },
        before: before.map(|value| value.to_string().into()),
        after: after.map(|value| value.to_string().into()),
        ..Event::default()
    }
}

#[test]
fn each_event_is_of_the_class_that_says_what_happened() {
    let schema = Schema::read();
    let active = |is: bool| Some(json!({ "login": "ada", "active": is }));
    let assignment = || Some(json!({ "role": "Editors", "to": { "provider": "acme", "id": "ada" } }));
    let denied = Event {
        outcome: "denied".into(),
        reason: Some("no".into()),
        ..change("update", "casemate.role.update", "role", None, None)
    };
    let vain = Event {
        outcome: "failure".into(),
        ..change("sign-in", "casemate.session.begin", "user", None, None)
    };
    for (event, class, activity, status) in [
        (denied, 6003, "Update", "Failure"),
        (change("decision", "notes.read", "note", None, None), 6003, "decision", "Success"),
        (change("read", "casemate.user.list", "user", None, None), 6003, "Read", "Success"),
        (
            change("recorded", "file.share", "file", None, Some(json!({ "to": "bob" }))),
            6003,
            "recorded",
            "Success",
        ),
        (change("sign-in", "casemate.session.begin", "session", None, None), 3002, "Logon", "Success"),
        (vain, 3002, "Logon", "Failure"),
        (change("sign-out", "casemate.session.end", "session", None, None), 3002, "Logoff", "Success"),
        (change("create", "casemate.user.create", "user", None, active(true)), 3001, "Create", "Success"),
        (
            change("update", "casemate.user.update", "user", active(true), active(false)),
            3001,
            "Disable",
            "Success",
        ),
        (
            change("update", "casemate.user.update", "user", active(false), active(true)),
            3001,
            "Enable",
            "Success",
        ),
        (
            change("update", "casemate.user.update", "user", active(true), active(true)),
            3001,
            "update",
            "Success",
        ),
        (change("update", "casemate.user.password", "user", None, None), 3001, "Password Change", "Success"),
        (change("reset", "casemate.user.reset", "user", None, None), 3001, "Password Reset", "Success"),
        (change("lock", "casemate.user.lock", "user", None, None), 3001, "Lock", "Success"),
        (change("add", "casemate.user.factor", "user", None, None), 3001, "MFA Factor Enable", "Success"),
        (change("remove", "casemate.user.factor", "user", None, None), 3001, "MFA Factor Disable", "Success"),
        (change("delete", "casemate.user.delete", "user", active(true), None), 3001, "Delete", "Success"),
        (
            change("create", "casemate.assignment.create", "assignment", None, assignment()),
            3005,
            "Assign Privileges",
            "Success",
        ),
        (
            change("delete", "casemate.assignment.delete", "assignment", assignment(), None),
            3005,
            "Revoke Privileges",
            "Success",
        ),
        (
            change("add", "casemate.group-member.add", "group", None, Some(json!({ "user": "u" }))),
            3006,
            "Add User",
            "Success",
        ),
        (
            change("update", "casemate.group.update", "group", None, Some(json!({ "name": "g" }))),
            3004,
            "Update",
            "Success",
        ),
        (change("configuration", "casemate.log.update", "log", None, None), 3004, "configuration", "Success"),
        (
            change("create", "casemate.role.create", "role", None, Some(json!({ "name": "Editors" }))),
            3004,
            "Create",
            "Success",
        ),
    ] {
        let made = ocsf::of(7, &event);
        assert_eq!(schema.problems(&made), Vec::<String>::new(), "{made:#}");
        let found = (&made["class_uid"], &made["activity_name"], &made["status"]);
        assert_eq!(found, (&json!(class), &json!(activity), &json!(status)), "{event:?}");
    }
}

#[test]
fn nothing_that_an_event_says_is_left_out() {
    let mut event = change(
        "update",
        "casemate.role.update",
        "role",
        Some(json!({ "name": "A" })),
        Some(json!({ "name": "B" })),
    );
    event.reason = Some("asked for it".into());
    event.acting_for = Some(Party { id: "bob".into(), ..Party::default() });
    let made = ocsf::of(1 << 40, &event);
    for (pointer, value) in [
        ("/metadata/uid", json!("1099511627776")),
        ("/metadata/original_time", json!("2026-11-23T10:35:41.123456Z")),
        ("/metadata/tenant_uid", json!("acme")),
        ("/metadata/correlation_uid", json!("r1")),
        ("/metadata/event_code", json!("casemate.role.update")),
        ("/time", json!(1_795_430_141_123i64)),
        ("/actor/user/uid", json!("usr_1")),
        ("/actor/session/uid", json!("ses_1")),
        ("/actor/idp/name", json!("local")),
        ("/src_endpoint/ip", json!("2001:db8::7")),
        ("/http_request/url/path", json!("/api/v1/roles/{id}")),
        ("/http_request/user_agent", json!("curl/8")),
        ("/status_detail", json!("asked for it")),
        ("/entity/uid", json!("id_1")),
        ("/entity/data/name", json!("A")),
        ("/entity_result/data/name", json!("B")),
        ("/unmapped/acting_for/id", json!("bob")),
        ("/unmapped/revision", json!(7)),
    ] {
        assert_eq!(made.pointer(pointer), Some(&value), "{pointer} {made:#}");
    }
}

#[test]
fn the_test_sees_what_the_schema_does_not_allow() {
    let schema = Schema::read();
    let good = ocsf::of(7, &change("read", "casemate.user.list", "user", None, None));
    for (pointer, value, problem) in [
        ("/time", json!("now"), ".time is no timestamp_t: \"now\""),
        ("/status_id", json!(3), ".status_id cannot be 3"),
        ("/class_uid", json!(3002), "type_uid is not made of the class and the activity"),
        ("/actor/user", json!({}), ".actor.user has 0 of [\"account\",\"name\",\"uid\"]"),
        ("/actor/user", json!({ "name": "x", "shoes": 1 }), ".actor.user.shoes is not known"),
        (
            "/actor/user",
            json!({ "name": "x", "type_id": 99 }),
            ".actor.user.type_id is another, and type does not say which",
        ),
        ("/src_endpoint/ip", json!("here"), ".src_endpoint.ip is no ip_t: \"here\""),
        ("/api", json!({}), ".api.operation is missing"),
        ("/resources", json!({}), ".resources is no list"),
        ("/metadata/version", json!("1.7.0"), "of another version"),
    ] {
        let mut wrong = good.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(
            schema.problems(&wrong).iter().any(|found| found == problem),
            "{:?}",
            schema.problems(&wrong)
        );
    }
}

proptest! {
    #[test]
    fn whatever_happened_is_a_valid_event_of_ocsf(
        index in 0..i64::MAX as u64,
        event in made::event(),
        kind in prop::sample::select(&["create", "read", "update", "delete", "sign-in", "sign-out", "decision", "add", "remove", "lock", "system"][..]),
        resource in prop::sample::select(&["user", "group", "assignment", "session", "role", "note"][..]),
        action in prop::sample::select(&["casemate.user.factor", "casemate.group-member.add", "casemate.user.password", "a.b"][..]),
        outcome in prop::sample::select(&["success", "denied", "failure", "conditional"][..]),
        is_usual in any::<bool>(),
    ) {
        let mut event = event;
        if is_usual {
            event.kind = kind.into();
            event.resource_type = Some(resource.into());
            event.action = action.into();
            event.outcome = outcome.into();
        }
        let made = ocsf::of(index, &event);
        prop_assert_eq!(Schema::read().problems(&made), Vec::<String>::new(), "{:#}", made);
    }
}
