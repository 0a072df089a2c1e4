//! Policies from files: checked at the start, followed afterwards.

use serde_json::json;

use crate::{Folder, casemate, decision, question};

/// Ada may read notes.
pub(crate) const ADA_READS: &str = "format = 1\n[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n\
                                    [[assignment]]\nrole = \"reader\"\nto = { id = \"ada\" }\n";

#[test]
fn a_policy_with_mistakes_is_refused_with_every_place_and_creates_nothing() {
    let folder = Folder::new();
    folder.write("roles.toml", &ADA_READS.replace("{ name = \"notes.read\" }", "{ name = \"!notes\" }"));
    folder.write("users.toml", "format = 1\n[[user]]\nid = \"\"\ncolour = \"red\"\n[[user]]\nname = \"x\"\n");
    let (data, policy) = (folder.data().display().to_string(), folder.policy().display().to_string());
    let output = casemate(&["serve", "--data", &data, "--listen", "127.0.0.1:0", "--policy", &policy]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    for expected in
        ["roles.toml:4:16", "'!'", "users.toml:4:1", "`colour`", "users.toml:6:1", "has 3 mistakes"]
    {
        assert!(told.contains(expected), "{expected} is not in:\n{told}");
    }
    assert!(!folder.data().exists());
    let output = casemate(&["serve", "--data", &data, "--policy", "/nonexistent/policy"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_server_does_not_start_with_a_file_of_permissions_that_has_a_mistake() {
    let folder = Folder::new();
    let policy = format!(
        "{ADA_READS}[[provider]]\nname = \"corp\"\nissuer = \"https://login.example.com\"\naudiences = [\"casemate\"]\n\
         [[source]]\nname = \"legacy\"\nprovider = \"corp\"\nfile = \"legacy.toml\"\nceiling = [\"notes.*\"]\n"
    );
    folder.write("policy.toml", &policy);
    let files = tempfile::tempdir().unwrap();
    let start = |text: &str| {
        std::fs::write(files.path().join("legacy.toml"), text).unwrap();
        folder
            .builder()
            .policy(folder.policy())
            .env("CASEMATE_SOURCES_FOLDER", files.path().to_str().unwrap())
            .start()
    };
    let grant = "format = 1\n[[grant]]\nto = { id = \"bob\" }\npermissions = [{ name = \"notes.read\" }]\n";
    let casemate = start(grant).unwrap();
    let credential = casemate.credential().unwrap();
    let reads = |subject: &str| decision(&casemate, credential, &question(subject, "notes.read", "1"));
    assert!(reads("ada") && reads("bob") && !reads("cyd"));
    drop(casemate);
    let refused = start(&grant.replace("notes.read", "!notes")).err().unwrap().to_string();
    assert!(refused.contains("legacy.toml:4:15") && refused.contains("'!'"), "{refused}");
}

#[test]
fn an_edit_decides_as_soon_as_it_is_right_and_a_bad_one_never_does() {
    let folder = Folder::new();
    folder.write("policy.toml", ADA_READS);
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    let credential = casemate.credential().unwrap();
    let reads = |subject: &str| decision(&casemate, credential, &question(subject, "notes.read", "1"));
    let status = || casemate.request("GET /readyz?verbose", &[], "").unwrap().json()["policy"].clone();
    assert!(reads("ada") && !reads("bob"));
    let first = status()["revision"].as_i64().unwrap();

    folder.write("policy.toml", &ADA_READS.replace("reader\"\nto", "raeder\"\nto"));
    let bad = casemate
        .wait_until(|_| Some(status()).filter(|status| status["mistakes_in_last_edit"] != 0))
        .unwrap();
    assert_eq!(bad, json!({"revision": first, "mistakes_in_last_edit": 1}));
    assert!(reads("ada") && !reads("bob"), "the good one still decides");
    assert!(
        casemate.log().contains("policy.toml:6:8: there is no role `raeder` (there is `reader`)"),
        "{}",
        casemate.log()
    );

    folder.write("policy.toml", &ADA_READS.replace("\"ada\"", "\"bob\""));
    casemate.wait_until(|_| Some(status()).filter(|status| status["mistakes_in_last_edit"] == 0)).unwrap();
    assert!(!reads("ada") && reads("bob"));
    assert_eq!(status()["revision"], first + 1);

    folder.write("more.toml", "format = 1\n[[assignment]]\nrole = \"reader\"\nto = { id = \"ada\" }\n");
    casemate.wait_until(|_| reads("ada").then_some(())).unwrap();
    std::fs::remove_file(folder.policy().join("more.toml")).unwrap();
    casemate.wait_until(|_| (!reads("ada")).then_some(())).unwrap();
    assert_eq!(status(), json!({"revision": first + 3, "mistakes_in_last_edit": 0}));
}

#[test]
fn a_static_credential_goes_with_the_edit_that_removes_it() {
    let folder = Folder::new();
    let credential = "[[credential]]\nid = \"gateway\"\n\
                      secret_sha256 = \"e317a903a3d22383507c925c8efb4991823766cb4124d5457cd202f00723d349\"\n\
                      permissions = [{ name = \"casemate.decision.ask\" }]\n";
    folder.write("policy.toml", &format!("{ADA_READS}{credential}"));
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    assert!(decision(&casemate, crate::SECRET, &question("ada", "notes.read", "1")));
    folder.write("policy.toml", ADA_READS);
    let me = || casemate.get("/api/v1/me", crate::SECRET).unwrap().status;
    casemate.wait_until(|_| (me() == 401).then_some(())).unwrap();
}

#[test]
fn the_example_policy_does_what_the_tour_says() {
    let folder = Folder::new();
    let policy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/policy");
    let casemate = folder.builder().policy(policy).start().unwrap();
    let credential = casemate.credential().unwrap();
    let asks = |subject: &str, action: &str, properties: serde_json::Value| {
        let mut body: serde_json::Value = serde_json::from_str(&question(subject, action, "1")).unwrap();
        body["resource"]["properties"] = properties;
        decision(&casemate, credential, &body.to_string())
    };
    assert!(asks("ada", "notes.read", json!({})));
    assert!(asks("ada", "notes.write", json!({"author": "ada"})));
    assert!(!asks("ada", "notes.write", json!({"author": "bob"})));
    assert!(asks("bob", "notes.read", json!({"folder": "public"})));
    assert!(!asks("bob", "notes.read", json!({"folder": "private"})));
    assert!(!asks("bob", "notes.read", json!({})));
    assert!(!asks("mallory", "notes.read", json!({"folder": "public"})));
    assert!(!asks("nobody", "notes.read", json!({"folder": "public"})));
}
