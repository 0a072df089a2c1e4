//! The audit trail as it is read on the machine.

use serde_json::{Value, json};

use crate::Folder;

#[test]
fn the_trail_is_listed_followed_and_exported_on_the_machine() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let role = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] }).to_string();
    assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);
    assert_eq!(casemate.get("/api/v1/roles", &key).unwrap().status, 200);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let output = folder.run(arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}: {}", output.err);
        output.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let listed = lines(&["audit", "list", "--format", "json", "area:role"]);
    let kinds: Vec<_> = listed.iter().map(|line| &line["event"]["kind"]).collect();
    assert_eq!(kinds, ["read", "create"], "{listed:?}");
    let last = lines(&["audit", "tail", "--lines", "1", "--format", "json", "area:role"]);
    assert_eq!(last, listed[..1]);
    let all = lines(&["audit", "export"]);
    let indexes: Vec<_> = all.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, (0..all.len() as u64).collect::<Vec<_>>());
    assert_eq!(lines(&["audit", "export", "--after", "0"]), all[1..]);
    let table = folder.run(&["audit", "list", "--all"]).out;
    assert!(table.starts_with("ID") && table.contains("casemate.role.create"), "{table}");
    let wrong = folder.run(&["audit", "list", "nothing:x"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("there is no `nothing:`"), "{}", wrong.err);
}
