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

#[test]
fn everything_is_set_back_on_the_machine_with_users_and_groups() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let make = |path: &str, body: &Value| -> String {
        let answer = casemate.post(path, &key, &body.to_string()).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        let made: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        made["id"].as_str().unwrap_or_default().to_owned()
    };
    let send = |request: &str, body: &str| {
        let item = request.split_once(' ').unwrap().1;
        let known: Value = serde_json::from_str(&casemate.get(item, &key).unwrap().body).unwrap();
        let (tag, authorization) =
            (format!("If-Match: \"{}\"", known["revision"]), format!("Authorization: Bearer {key}"));
        let headers = [&*authorization, "Content-Type: application/json", &*tag];
        let answer = casemate.request(request, &headers, body).unwrap();
        assert!((200..300).contains(&answer.status), "{request}: {} {}", answer.status, answer.body);
    };
    let ada = make("/api/v1/users", &json!({ "login": "ada" }));
    let staff = make("/api/v1/groups", &json!({ "name": "staff" }));
    make(&format!("/api/v1/groups/{staff}/members"), &json!({ "users": [ada] }));
    let log = || -> Vec<Value> {
        let out = folder.run(&["policy", "log", "--format=json"]).out;
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let then = log()[0]["revision"].to_string();
    assert_eq!((&log()[0]["people"], &log()[0]["objects"]), (&json!(1), &json!(0)));

    send(&format!("PUT /api/v1/users/{ada}"), &json!({ "login": "ada.l" }).to_string());
    let bob = make("/api/v1/users", &json!({ "login": "bob" }));
    make("/api/v1/roles", &json!({ "name": "reader", "permissions": [] }));
    send(&format!("DELETE /api/v1/groups/{staff}"), "");
    let last = log()[0]["revision"].to_string();
    assert!(folder.run(&["policy", "log"]).out.contains("users and groups"));
    let shown = folder.run(&["policy", "show", &last]).out;
    assert!(shown.ends_with(&format!("- group {staff} (delete)\n")), "{shown}");

    let dry = folder.run(&["policy", "revert", &then, "--dry-run"]);
    for line in [
        "- role reader in default\n",
        "~ user ada.l in default\n    - login: ada.l\n    + login: ada\n",
        "- user bob in default\n",
        &format!(
            "+ group staff in default\n    + name: staff\n    + provider: casemate\n    + member: {ada}\n"
        ),
    ] {
        assert!(dry.out.contains(line), "{line}: {dry:?}");
    }
    let differ =
        format!("Nothing was changed: 1 objects and 3 users and groups differ from revision {then}.\n");
    assert!(dry.out.ends_with(&differ), "{dry:?}");
    assert_eq!(log()[0]["revision"].to_string(), last);
    let objects =
        folder.run(&["policy", "revert", &then, "--no-people", "--dry-run", "--format=json"]).json();
    assert_eq!((&objects["people"], objects["changes"][0]["name"].as_str()), (&json!([]), Some("reader")));

    let planned = folder.run(&["policy", "revert", &then, "--dry-run", "--format=json"]).json();
    assert!(dry.err.contains(&format!("`--if-revision {}`", planned["revision"])), "{dry:?}");
    // What was changed before the plan is newer than an older one says.
    let planned = planned["revision"].as_i64().unwrap();
    let older = (planned - 1).to_string();
    let refused = folder.run(&["policy", "revert", &then, "--if-revision", &older]);
    assert!(refused.err.contains(&format!("something was changed since revision {older}")), "{refused:?}");
    assert_eq!(log()[0]["revision"].to_string(), last);
    let planned = planned.to_string();
    let reverted =
        folder.run(&["policy", "revert", &then, "--if-revision", &planned, "--reason", "a mistake"]);
    assert!(reverted.out.contains("Set 1 objects and 3 users and groups back to revision"), "{reverted:?}");
    assert_eq!((&log()[0]["people"], &log()[0]["objects"]), (&json!(3), &json!(1)), "one change");
    let user: Value =
        serde_json::from_str(&casemate.get(&format!("/api/v1/users/{ada}"), &key).unwrap().body).unwrap();
    assert_eq!(user["login"], "ada");
    assert_eq!(casemate.get(&format!("/api/v1/users/{bob}"), &key).unwrap().status, 404);
    let members = casemate.get(&format!("/api/v1/groups/{staff}/members"), &key).unwrap();
    assert_eq!(members.json()["items"][0]["user"], json!(ada), "{}", members.body);
    let again = folder.run(&["policy", "revert", &then]);
    assert!(again.out.starts_with("Nothing to do"), "{again:?}");
    // Who was deleted does not come back, and that is said.
    let back = folder.run(&["policy", "revert", &last]);
    assert!(back.err.contains(&format!("left: user {bob}: they were deleted")), "{back:?}");

    // Where it is not known what became of people, the objects alone are set back.
    make("/api/v1/roles", &json!({ "name": "writer", "permissions": [] }));
    let file = folder.0.path().join("casemate.backup").display().to_string();
    assert_eq!(folder.run(&["backup", &file]).code, Some(0));
    drop(casemate);
    let other = Folder::new();
    assert_eq!(other.run(&["restore", &file]).code, Some(0));
    let alone = other.run(&["policy", "revert", &then]);
    assert!(alone.out.contains("- role writer in default\n"), "{alone:?}");
    let told = alone.err.replace("\n  | ", " ");
    assert!(
        told.contains("left: users and groups: what became of users and groups is known since"),
        "{alone:?}"
    );
    assert!(alone.out.contains("Set 2 objects back to revision"), "{alone:?}");
}
