//! Which logged questions a change of the policy would answer otherwise, from the machine of the server.

use crate::{Folder, decision, question};

const POLICY: &str = "format = 1\n[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n\
                      [[assignment]]\nrole = \"reader\"\nto = { id = \"ada\" }\n\
                      [[setting]]\nname = \"decision.log.sample\"\nvalue = 1\n";

#[test]
fn the_impact_of_files_and_of_revisions_is_told_by_the_command() {
    let folder = Folder::new();
    folder.write("policy.toml", POLICY);
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    let credential = casemate.credential().unwrap();
    assert!(decision(&casemate, credential, &question("ada", "notes.read", "7")));
    assert!(!decision(&casemate, credential, &question("bob", "notes.read", "7")));
    let draft_folder = tempfile::tempdir().unwrap();
    std::fs::write(draft_folder.path().join("policy.toml"), POLICY.replace("\"ada\"", "\"bob\"")).unwrap();
    let draft = draft_folder.path().display().to_string();
    let files = ["policy", "impact", "--files", &draft, "--origin", "folder", "--prune"];
    // Questions are written a second after they were asked at the latest.
    let said = casemate
        .wait_until(|_| Some(folder.run(&files)).filter(|said| said.out.contains("2 of 2 logged")))
        .unwrap();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("denied (no_permission)"), "{said:?}");
    assert!(said.out.contains("user bob"), "{said:?}");
    let json = folder.run(&[&files[..], &["--format", "json"]].concat());
    let lines: Vec<serde_json::Value> =
        json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{json:?}");
    assert_eq!(lines[1]["subject"]["id"], "ada", "the newest first");
    assert_eq!(
        (&lines[1]["from"]["decision"], &lines[1]["to"]["decision"]),
        (&"allowed".into(), &"denied".into())
    );
    assert_eq!(
        lines[2]["summary"],
        serde_json::json!({ "looked_at": 2, "differs": 2, "unchanged": 0, "not_replayed": {}, "lost": 0 })
    );
    // What cannot be asked again is not said to be as before.
    let told = POLICY.replace("[[assignment]]", "[[user]]\nid = \"ada\"\ngroups = [\"ops\"]\n[[assignment]]");
    std::fs::write(draft_folder.path().join("policy.toml"), told).unwrap();
    let unknown = folder.run(&files);
    assert_eq!(unknown.code, Some(3), "{unknown:?}");
    assert!(unknown.out.contains("0 of 2 logged"), "{unknown:?}");
    assert!(unknown.err.contains("1 could not be asked again: identity_rules_changed"), "{unknown:?}");
    // What is as it is answers as it does.
    let same = folder.run(&[
        "policy",
        "impact",
        "--files",
        &folder.policy().display().to_string(),
        "--origin",
        "folder",
    ]);
    assert_eq!(same.code, Some(0), "{same:?}");
    assert!(same.out.contains("0 of 2 logged"), "{same:?}");
    let before = folder.run(&["policy", "impact", "1", "0"]);
    assert_eq!(before.code, Some(3), "{before:?}");
    let unknown = folder.run(&["policy", "impact", "1", "1000"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
}
