//! Configuration as code, and its versions: `casemate apply` and `casemate policy`.

use casemate_test_support::Casemate;
use serde_json::{Value, json};

use crate::policy::ADA_READS;
use crate::{Folder, decision, question};

/// Waits until the answer to whether `subject` may read a note is `expected`.
fn becomes(casemate: &Casemate, key: &str, subject: &str, expected: bool) {
    let body = question(subject, "notes.read", "1");
    casemate.wait_until(|casemate| (decision(casemate, key, &body) == expected).then_some(())).unwrap();
}

fn found(casemate: &Casemate, key: &str, area: &str, body: &Value) -> Vec<Value> {
    let answer = casemate.post(&format!("/api/v1/{area}/search"), key, &body.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

#[test]
fn a_plan_changes_nothing_and_makes_no_state_where_none_is() {
    let folder = Folder::new();
    folder.write("policy.toml", ADA_READS);
    for arguments in [&["--dry-run"][..], &["--check"]] {
        let said = folder.apply(arguments);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("nothing of Casemate is in"), "{said:?}");
    }
    assert!(!folder.data().exists());
    drop(folder.builder().start().unwrap());
    let before = folder.run(&["policy", "log", "--format=json"]).out;
    let dry = folder.apply(&["--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.out.contains("+ role reader in default\n    + name: reader\n"), "{dry:?}");
    assert!(
        dry.out.ends_with("Nothing was changed: 2 to make, 0 to change, 0 to delete, 0 as they should be.\n")
    );
    assert_eq!(folder.apply(&["--check"]).code, Some(3));
    assert_eq!(folder.run(&["policy", "log", "--format=json"]).out, before);
}

#[test]
fn what_is_applied_twice_is_nothing_to_do_and_drift_is_told() {
    let folder = Folder::new();
    folder.write("policy.toml", ADA_READS);
    let first = folder.apply(&["--format=json"]).json();
    assert_eq!((&first["applied"], first["create"].as_array().unwrap().len()), (&json!(true), 2), "{first}");
    let again = folder.apply(&["--format=json"]).json();
    assert_eq!((&again["unchanged"], &again["revision"]), (&json!(2), &first["revision"]), "{again}");
    assert!(folder.apply(&[]).out.starts_with("Nothing to do: 2 objects are as they should be"));
    assert_eq!(folder.apply(&["--check"]).code, Some(0));
    folder.write("policy.toml", &ADA_READS.replace("notes.read", "notes.write"));
    let drift = folder.apply(&["--check"]);
    assert_eq!(drift.code, Some(3), "{drift:?}");
    let expected = "~ role reader in default\n    - permissions: {\"name\":\"notes.read\"}\n    + permissions: \
                    {\"name\":\"notes.write\"}\n";
    assert!(drift.out.starts_with(expected), "{}", drift.out);
}

#[test]
fn long_differences_are_cut_for_people_and_whole_for_programs() {
    let folder = Folder::new();
    let permissions: String = (0..20).map(|n| format!("{{ name = \"notes.n{n}\" }},")).collect();
    let role = format!("format = 1\n[[role]]\nname = \"many\"\npermissions = [{permissions}]\n");
    folder.write("policy.toml", &role);
    drop(folder.builder().start().unwrap());
    let short = folder.apply(&["--dry-run"]).out;
    assert_eq!(short.lines().count(), 11, "{short}");
    assert!(short.contains("\n    13 more (--verbose shows all)\n"), "{short}");
    assert_eq!(folder.apply(&["--dry-run", "--verbose"]).out.lines().count(), 23);
    let plan = folder.apply(&["--dry-run", "--format=json"]).json();
    assert_eq!(plan["create"][0]["diff"].as_array().unwrap().len(), 21, "{plan}");
}

#[test]
fn pruning_deletes_only_what_the_same_name_managed() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let by_hand = json!({"name": "by-hand", "permissions": []}).to_string();
    assert_eq!(casemate.post("/api/v1/roles", &key, &by_hand).unwrap().status, 201);
    folder.write("policy.toml", "format = 1\n[[role]]\nname = \"other\"\npermissions = []\n");
    assert_eq!(folder.apply(&["--origin", "second"]).code, Some(0));
    folder.write("policy.toml", ADA_READS);
    assert_eq!(folder.apply(&[]).code, Some(0));
    folder.write("policy.toml", "format = 1\n");
    let kept = folder.apply(&["--format=json"]).json();
    assert_eq!(kept["delete"], json!([]));
    let pruned = folder.apply(&["--prune", "--format=json"]).json();
    let names: Vec<_> = pruned["delete"].as_array().unwrap().iter().map(|change| &change["kind"]).collect();
    assert_eq!(names.len(), 2, "{pruned}");
    let left = casemate
        .wait_until(|casemate| {
            let roles = found(casemate, &key, "roles", &json!({}));
            let names: Vec<_> = roles.iter().map(|role| role["name"].as_str().unwrap().to_owned()).collect();
            let has = |name: &str| names.iter().any(|known| known == name);
            // The server follows what was applied beside it one change after the other.
            (has("other") && !has("reader")).then_some(names)
        })
        .unwrap();
    assert!(left.contains(&"by-hand".to_owned()), "{left:?}");
}

#[test]
fn mistakes_are_drawn_at_their_places_and_change_nothing() {
    let folder = Folder::new();
    folder.write("roles.toml", &ADA_READS.replace("{ name = \"notes.read\" }", "{ name = \"!notes\" }"));
    let said = folder.apply(&[]);
    assert_eq!(said.code, Some(2), "{said:?}");
    // Where a line is broken depends on how long the folder's path is.
    let words: Vec<&str> = said.err.split_whitespace().filter(|word| !["|", "│"].contains(word)).collect();
    for part in ["roles.toml:4:16", "has 1 mistake; nothing was changed"] {
        assert!(words.join(" ").contains(part), "{part} in {}", said.err);
    }
    assert!(!folder.data().exists(), "what is wrong is told before anything is made");
    folder.write("roles.toml", ADA_READS);
    folder.apply(&[]);
    let before = folder.run(&["policy", "log", "--format=json"]).out;
    folder.write("roles.toml", &ADA_READS.replace("reader\"\nto", "raeder\"\nto"));
    assert_eq!(folder.apply(&["--prune"]).code, Some(2));
    assert_eq!(folder.run(&["policy", "log", "--format=json"]).out, before);
}

#[test]
fn a_running_server_follows_and_keeps_what_is_applied_from_change_by_api() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    becomes(&casemate, &key, "ada", false);
    folder.write("policy.toml", ADA_READS);
    assert_eq!(folder.apply(&["--reason", "ticket 7"]).code, Some(0));
    becomes(&casemate, &key, "ada", true);

    let roles = found(&casemate, &key, "roles", &json!({"search": "reader"}));
    assert_eq!(roles[0]["origin"], "code");
    let path = format!("/api/v1/roles/{}", roles[0]["id"].as_str().unwrap());
    let bearer = format!("Authorization: Bearer {key}");
    let headers = ["Content-Type: application/json", "If-Match: *", &bearer];
    let body = json!({"name": "reader", "permissions": []}).to_string();
    for (method, body) in [("PUT", body.as_str()), ("DELETE", "")] {
        let refused = casemate.request(&format!("{method} {path}"), &headers, body).unwrap();
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (409, &json!("managed_by_code")),
            "{}",
            refused.body
        );
    }
    let events = found(&casemate, &key, "audit-events", &json!({"actor": "apply", "installation": true}));
    let event = events.iter().find(|event| event["action"] == "casemate.policy.apply").unwrap();
    assert_eq!(
        (&event["actor"]["type"], &event["reason"]),
        (&json!("system"), &json!("ticket 7")),
        "{event}"
    );
}

#[test]
fn versions_are_listed_shown_compared_and_set_back_while_serving() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    folder.write("policy.toml", ADA_READS);
    let first = folder.apply(&["--format=json"]).json()["revision"].as_i64().unwrap();
    becomes(&casemate, &key, "ada", true);
    folder.write("policy.toml", &ADA_READS.replace("\"ada\"", "\"bob\""));
    let second = folder.apply(&["--prune", "--format=json"]).json()["revision"].as_i64().unwrap();
    becomes(&casemate, &key, "bob", true);
    becomes(&casemate, &key, "ada", false);

    let log = folder.run(&["policy", "log", "--format=json"]);
    let newest: Value = serde_json::from_str(log.out.lines().next().unwrap()).unwrap();
    assert_eq!((&newest["revision"], &newest["actor_id"]), (&json!(second), &json!("apply")), "{newest}");
    assert!(folder.run(&["policy", "log"]).out.contains("system apply"));

    let (from, to) = (first.to_string(), second.to_string());
    let shown = folder.run(&["policy", "show", &to, "--format=json"]).json();
    assert_eq!(shown["objects"].as_array().unwrap().len(), 2, "{shown}");
    let shown = folder.run(&["policy", "show", &to]).out;
    assert!(shown.contains("\n+ assignment ") && shown.contains("\n- assignment "), "{shown}");
    let diff = folder.run(&["policy", "diff", &from, &to, "--format=json"]).json();
    assert_eq!(diff["changes"].as_array().unwrap().len(), 2, "{diff}");
    assert!(folder.run(&["policy", "diff", &to, &to]).out.starts_with("Nothing differs"));
    for wrong in [&["diff", &from, "999"][..], &["revert", "999"], &["show", "999"]] {
        let said = folder.run(&[&["policy"], wrong].concat());
        assert_eq!(said.code, Some(2), "{said:?}");
    }

    let dry = folder.run(&["policy", "revert", &from, "--dry-run"]);
    assert!(dry.out.contains("+ assignment ") && dry.out.contains("- assignment "), "{dry:?}");
    assert!(dry.out.ends_with(&format!("Nothing was changed: 2 objects differ from revision {first}.\n")));
    let reverted = folder.run(&["policy", "revert", &from, "--format=json"]).json();
    assert_eq!(
        (&reverted["reverted"], &reverted["revision"]),
        (&json!(true), &json!(second + 1)),
        "{reverted}"
    );
    becomes(&casemate, &key, "ada", true);
    becomes(&casemate, &key, "bob", false);
}

#[test]
fn the_last_administrator_cannot_be_removed_by_any_way() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let last = "somebody has to hold the role `administrator`";
    let reverted = folder.run(&["policy", "revert", "0"]);
    let told = reverted.err.replace("\n  | ", " ");
    assert!(reverted.code != Some(0) && told.contains(last), "{reverted:?}");
    let assignments = found(&casemate, &key, "assignments", &json!({}));
    let operator = assignments.iter().find(|one| one["document"]["role"] == "administrator").unwrap();
    let bearer = format!("Authorization: Bearer {key}");
    let delete = format!("DELETE /api/v1/assignments/{}", operator["id"].as_str().unwrap());
    let delete = || casemate.request(&delete, &["If-Match: *", &bearer], "").unwrap();
    let refused = delete();
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("last_administrator")),
        "{}",
        refused.body
    );

    let grace = "format = 1\n[[assignment]]\nrole = \"administrator\"\nto = { id = \"grace\" }\n";
    folder.write("policy.toml", grace);
    assert_eq!(folder.apply(&[]).code, Some(0));
    casemate.wait_until(|_| (delete().status == 204).then_some(())).unwrap();
    folder.write("policy.toml", "format = 1\n");
    let pruned = folder.apply(&["--prune"]);
    let told = pruned.err.replace("\n  | ", " ");
    assert!(pruned.code != Some(0) && told.contains(last), "{pruned:?}");
}
