//! How a large installation is read.

use std::time::{Duration, Instant};

use casemate_directory::Policy;
use casemate_store::Object;
use serde_json::json;

#[test]
fn a_hundred_thousand_assignments_are_read_in_no_time() {
    let object = |kind: &str, number: u32, name: String, body: serde_json::Value| Object {
        kind: kind.to_owned(),
        id: format!("{kind}{number}"),
        tenant: "default".to_owned(),
        name,
        body: body.to_string(),
        origin: String::new(),
        revision: 1,
        created_at: 0,
        updated_at: 0,
    };
    let permissions = json!([{ "name": "notes.read" }]);
    let role = |number: u32| {
        let name = format!("role-{number}");
        object("role", number, name.clone(), json!({ "name": name, "permissions": permissions }))
    };
    let assignment = |number: u32| {
        let body =
            json!({ "role": format!("role-{}", number % 1_000), "to": { "id": format!("user-{number}") } });
        object("assignment", number, number.to_string(), body)
    };
    let objects: Vec<Object> = (0..1_000).map(role).chain((0..100_000).map(assignment)).collect();
    let start = Instant::now();
    Policy::from_objects(&objects).unwrap();
    let took = start.elapsed();
    // In a debug build on a busy machine; an optimised one takes a tenth of it.
    assert!(took < Duration::from_secs(20), "{took:?}");
}
