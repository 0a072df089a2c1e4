//! Nothing is lost: backups and restores, root keys that are rotated, and a server that is killed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use casemate_test_support::{Casemate, CasemateBuilder, Postgres};
use serde_json::{Value, json};

use crate::policy::ADA_READS;
use crate::{Folder, decision, question, run, run_with};

fn ask(casemate: &Casemate, key: &str, subject: &str) -> bool {
    decision(casemate, key, &question(subject, "notes.read", "1"))
}

/// A provider whose secret is kept sealed.
fn make_provider(casemate: &Casemate, key: &str) {
    let body = json!({
        "name": "corp",
        "type": "introspection",
        "endpoint": "https://idp.example/introspect",
        "client_id": "casemate",
        "client_secret": "a-secret-that-nobody-sees-again",
    });
    let made = casemate.post("/api/v1/providers", key, &body.to_string()).unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["document"]["client_secret"], json!({"sealed": true}));
}

/// A server with an administrator, a policy and a sealed secret: with the administrator's key.
fn furnished(folder: &Folder) -> (Casemate, String) {
    folder.write("policy.toml", ADA_READS);
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    assert_eq!(folder.apply(&[]).code, Some(0));
    make_provider(&casemate, &key);
    casemate.wait_until(|casemate| ask(casemate, &key, "ada").then_some(())).unwrap();
    (casemate, key)
}

fn backed_up(folder: &Folder) -> String {
    let file = folder.0.path().join("casemate.backup").display().to_string();
    let written = folder.run(&["backup", &file, "--format=json"]).json();
    assert_eq!(written["has_root_keys"], json!(true), "{written}");
    file
}

fn is_as_before(restored: &Casemate, key: &str) {
    assert!(ask(restored, key, "ada") && !ask(restored, key, "bob"));
    let providers = restored.get("/api/v1/providers", key).unwrap();
    assert_eq!(providers.json()["items"][0]["name"], "corp", "{}", providers.body);
    let log = restored.log();
    assert!(!log.contains("does not open"), "{log}");
}

#[test]
fn a_backup_that_is_made_while_serving_restores_into_another_folder() {
    let folder = Folder::new();
    let (casemate, key) = furnished(&folder);
    let file = backed_up(&folder);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = folder.run(&["backup", &file]);
    assert!(again.code == Some(1) && again.err.contains("exists already"), "{again:?}");
    let checked = run(&["backup", &file, "--check", "--format=json"]).json();
    assert!(checked["rows"]["object"].as_u64().unwrap() >= 4, "{checked}");
    drop(casemate);

    let other = Folder::new();
    let restored = other.run(&["restore", &file, "--format=json"]);
    assert_eq!(restored.json()["rows"], checked["rows"]);
    assert!(!restored.err.contains("sets nothing"), "{restored:?}");
    let refused = other.run(&["restore", &file]);
    assert!(refused.code == Some(1) && refused.err.contains("not empty"), "{refused:?}");
    assert_eq!(other.run(&["restore", &file, "--replace"]).code, Some(0));
    let server = other.builder().start().unwrap();
    assert_eq!((server.credential(), server.one_time_key()), (None, None), "this is no first start");
    is_as_before(&server, &key);
}

#[test]
fn a_running_server_decides_by_the_backup_that_is_restored_beside_it() {
    let folder = Folder::new();
    let (casemate, key) = furnished(&folder);
    let backup = backed_up(&folder);
    folder.write("policy.toml", &ADA_READS.replace("\"ada\"", "\"bob\""));
    assert_eq!(folder.apply(&["--prune"]).code, Some(0));
    casemate.wait_until(|casemate| ask(casemate, &key, "bob").then_some(())).unwrap();
    assert!(!ask(&casemate, &key, "ada"));

    let restored = folder.run(&["restore", &backup, "--replace"]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let since = Instant::now();
    casemate.wait_until(|casemate| ask(casemate, &key, "ada").then_some(())).unwrap();
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    is_as_before(&casemate, &key);
    // It goes on changing what was restored.
    assert_eq!(folder.apply(&[]).code, Some(0));
    casemate.wait_until(|casemate| ask(casemate, &key, "bob").then_some(())).unwrap();
    let role = json!({"name": "after", "permissions": []}).to_string();
    assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);

    // Another installation's backup brings its root keys and its API keys along.
    let other = Folder::new();
    let (elsewhere, other_key) = furnished(&other);
    let backup = backed_up(&other);
    drop(elsewhere);
    assert_eq!(folder.run(&["restore", &backup, "--replace"]).code, Some(0));
    let status = |casemate: &Casemate, key: &str| casemate.get("/api/v1/providers", key).unwrap().status;
    casemate.wait_until(|casemate| (status(casemate, &other_key) == 200).then_some(())).unwrap();
    assert_eq!(status(&casemate, &key), 401);
    is_as_before(&casemate, &other_key);
}

#[test]
fn an_installation_moves_from_sqlite_to_postgres() {
    let folder = Folder::new();
    let (casemate, key) = furnished(&folder);
    let file = backed_up(&folder);
    drop(casemate);
    let postgres = Postgres::start().unwrap();
    let url = postgres.create_database().unwrap();
    let other = Folder::new();
    let config = other.0.path().join("casemate.toml");
    std::fs::write(&config, format!("[database]\nurl = {}\n", Value::String(url))).unwrap();
    let place = format!("--config={}", config.display());
    let restored = other.run(&["restore", &file, &place]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let refused = other.run(&["restore", &file, &place]);
    assert!(refused.code == Some(1) && refused.err.contains("not empty"), "{refused:?}");
    let server = other.builder().arg(&place).start().unwrap();
    is_as_before(&server, &key);
    let read = other.run(&["policy", "log", "--format=json", &place]);
    assert!(read.out.lines().count() >= 3, "{read:?}");
}

#[test]
fn a_backup_that_is_not_whole_or_has_another_passphrase_is_refused_without_a_trace() {
    let folder = Folder::new();
    let (casemate, _) = furnished(&folder);
    let file = backed_up(&folder);
    drop(casemate);
    let other = Folder::new();
    let data = other.data().display().to_string();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let tampered = format!("{file}.tampered");
    std::fs::write(&tampered, bytes).unwrap();
    for (passphrase, file) in [("wrong", &file), ("correct horse battery staple", &tampered), ("", &file)] {
        for command in [&["backup", file, "--check"][..], &["restore", file, "--data", &data]] {
            let refused = run_with(passphrase, command);
            assert!(matches!(refused.code, Some(1 | 2)), "{refused:?}");
            assert!(!refused.err.is_empty() && !refused.err.contains("correct horse"), "{refused:?}");
        }
        assert!(!other.data().join("casemate.sqlite3").exists());
    }
    // Nothing is in the way of the right one.
    assert_eq!(run(&["restore", &file, "--data", &data]).code, Some(0));
}

#[test]
fn root_keys_are_rotated_while_serving() {
    let folder = Folder::new();
    let (casemate, key) = furnished(&folder);
    let ids = |said: Value| -> Vec<String> { serde_json::from_value(said["keys"].clone()).unwrap() };
    let rotated = ids(folder.run(&["admin", "rotate-root-key", "--format=json"]).json());
    assert_eq!(rotated.len(), 2);
    let left = casemate
        .wait_until(|_| {
            let said = folder.run(&["admin", "rotate-root-key", "--drop-unused", "--format=json"]);
            Some(ids(said.json())).filter(|left| left.len() == 1)
        })
        .unwrap();
    assert_eq!(left[0], rotated[0], "the new one is left");
    // It says so once it has looked whether more is left.
    casemate
        .wait_until(|casemate| casemate.log().contains("secrets were sealed anew").then_some(()))
        .unwrap();
    drop(casemate);
    is_as_before(&folder.builder().start().unwrap(), &key);
}

fn killed(folder: &Path) -> CasemateBuilder {
    CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), folder).killed()
}

#[test]
fn a_change_that_was_answered_is_there_after_the_server_was_killed() {
    let folder = Folder::new();
    let casemate = killed(&folder.data()).start().unwrap();
    let key = casemate.administrator().unwrap();
    for name in ["first", "second", "third"] {
        let role = json!({"name": name, "permissions": []}).to_string();
        assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);
    }
    drop(casemate);
    let casemate = folder.builder().start().unwrap();
    let roles = casemate.get("/api/v1/roles?limit=100", &key).unwrap();
    for name in ["first", "second", "third"] {
        let is_it = |role: &Value| role["name"] == name;
        assert!(roles.json()["items"].as_array().unwrap().iter().any(is_it), "{}", roles.body);
    }
}
