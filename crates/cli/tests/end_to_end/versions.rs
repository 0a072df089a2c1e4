//! Versions of users and groups, on the machine of the server: `casemate directory log`, `show` and `restore`.

use serde_json::{Value, json};

use crate::Folder;

#[test]
fn users_and_groups_are_set_back_on_the_machine() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let make = |path: &str, body: &Value| -> Value {
        let answer = casemate.post(path, &key, &body.to_string()).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    };
    let user = make("/api/v1/users", &json!({ "login": "ada", "attributes": { "level": 1 } }));
    let group = make("/api/v1/groups", &json!({ "name": "staff" }));
    let (user, group) = (user["id"].as_str().unwrap(), group["id"].as_str().unwrap());
    make(&format!("/api/v1/groups/{group}/members"), &json!({ "users": [user] }));
    let item = format!("/api/v1/users/{user}");
    let authorization = format!("Authorization: Bearer {key}");
    let known: Value = serde_json::from_str(&casemate.get(&item, &key).unwrap().body).unwrap();
    let tag = format!("If-Match: \"{}\"", known["revision"]);
    let headers = [&*authorization, "Content-Type: application/json", &*tag];
    let changed = json!({ "login": "ada", "active": false, "attributes": { "level": 2 } }).to_string();
    assert_eq!(casemate.request(&format!("PUT {item}"), &headers, &changed).unwrap().status, 200);

    let log = |arguments: &[&str]| -> Vec<Value> {
        let said = folder.run(&[&["directory", "log"], arguments, &["--format=json"]].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let versions = log(&["user", "ADA"]);
    assert_eq!(versions.iter().map(|version| &version["verb"]).collect::<Vec<_>>(), ["update", "create"]);
    let (last, first) = (versions[0]["revision"].to_string(), versions[1]["revision"].to_string());
    let shown = folder.run(&["directory", "show", "user", user, &last]);
    assert!(shown.out.contains("    - active: true\n    + active: false\n"), "{shown:?}");
    let dry = folder.run(&["directory", "restore", "user", user, &first, "--dry-run"]);
    assert!(dry.out.ends_with("Nothing was changed.\n"), "{dry:?}");
    assert_eq!(log(&["user", user]).len(), 2);
    let restored = folder.run(&["directory", "restore", "user", "ada", &first, "--reason", "a mistake"]);
    assert!(!restored.out.contains("active"), "whoever left comes back by a change of its own: {restored:?}");
    let now: Value = serde_json::from_str(&casemate.get(&item, &key).unwrap().body).unwrap();
    assert_eq!((&now["active"], &now["attributes"]), (&json!(false), &json!({ "level": 1 })));
    assert_eq!(log(&["user", user])[0]["restored"], versions[1]["revision"]);
    assert_eq!(log(&["user", user])[0]["actor_id"], "directory-restore");

    let joined = log(&["group", "staff"])[0]["revision"].to_string();
    let out = folder.run(&["directory", "restore", "group", "staff", &joined, "--before", "--format=json"]);
    assert_eq!(out.json()["changes"], json!([format!("- member: {user}")]), "{out:?}");
    let members = casemate.get(&format!("/api/v1/groups/{group}/members"), &key).unwrap();
    assert_eq!(members.json()["items"], json!([]), "{}", members.body);

    let nobody = folder.run(&["directory", "log", "user", "nobody"]);
    assert_eq!(nobody.code, Some(2), "{nobody:?}");
    let none = folder.run(&["directory", "show", "user", user, "1"]);
    assert_eq!(none.code, Some(2), "{none:?}");
}
