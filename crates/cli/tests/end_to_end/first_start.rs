//! Starting without any configuration.

use std::os::unix::fs::MetadataExt;

use crate::{Folder, casemate, decision, question, recorded};

#[test]
fn a_first_start_needs_nothing_and_gives_a_credential_that_may_ask() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let credential = casemate.credential().unwrap();
    assert!(!decision(&casemate, credential, &question("ada", "notes.read", "1")));
    let recorded = recorded(&folder.data(), &[]);
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0]["subject"]["id"], "ada");
    assert_eq!(recorded[0]["reason"], "no_permission");
    let me = casemate.get("/api/v1/me", credential).unwrap().json();
    assert_eq!((&me["type"], &me["tenant"]), (&"service".into(), &"default".into()));
}

#[test]
fn the_data_folder_is_its_owners_alone_and_holds_no_secret() {
    let folder = Folder::new();
    let credential = folder.builder().start().unwrap().credential().unwrap().to_owned();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&folder.data()), 0o700);
    let mut left: Vec<_> = std::fs::read_dir(folder.data()).unwrap().collect();
    while let Some(entry) = left.pop() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_eq!(mode(&path), 0o700, "{path:?}");
            left.extend(std::fs::read_dir(&path).unwrap());
            continue;
        }
        assert_eq!(mode(&path), 0o600, "{path:?}");
        let bytes = std::fs::read(&path).unwrap();
        let held = bytes.windows(credential.len()).any(|window| window == credential.as_bytes());
        assert!(!held, "the secret stands in {path:?}");
    }
}

#[test]
fn the_credential_outlives_a_restart_and_another_comes_only_when_asked_for() {
    let folder = Folder::new();
    let first = folder.builder().start().unwrap().credential().unwrap().to_owned();
    let second = folder.builder().start().unwrap();
    assert_eq!(second.credential(), None);
    assert!(!decision(&second, &first, &question("ada", "notes.read", "1")));
    drop(second);
    let third = folder.builder().arg("--development-credential").start().unwrap();
    let another = third.credential().unwrap();
    assert_ne!(another, first);
    for credential in [first.as_str(), another] {
        assert!(!decision(&third, credential, &question("ada", "notes.read", "1")));
    }
}

#[test]
fn a_server_that_is_told_to_stop_closes_its_database() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    decision(&casemate, casemate.credential().unwrap(), &question("ada", "notes.read", "1"));
    let log = || folder.data().join("casemate.sqlite3-wal");
    assert!(log().exists(), "the write-ahead log is in use");
    drop(casemate);
    assert!(!log().exists(), "it was folded into the database, which only an orderly end does");
}

#[test]
fn who_may_not_ask_is_told_apart_from_who_is_unknown() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let body = question("ada", "notes.read", "1");
    let json = "Content-Type: application/json";
    for path in ["/access/v1/evaluation", "/access/v1/evaluations", "/api/v1/explain"] {
        let anonymous = casemate.request(&format!("POST {path}"), &[json], &body).unwrap();
        assert_eq!((anonymous.status, &anonymous.json()["code"]), (401, &"credential_missing".into()));
        assert!(anonymous.header("www-authenticate").unwrap().starts_with("Bearer"));
        for authorization in ["Bearer wrong", "Basic dTpw", "Bearer", ""] {
            let header = format!("Authorization: {authorization}");
            let wrong = casemate.request(&format!("POST {path}"), &[json, &header], &body).unwrap();
            assert_eq!((wrong.status, &wrong.json()["code"]), (401, &"credential_rejected".into()));
            assert!(!wrong.body.contains("wrong"));
        }
    }
    let me = casemate.request("GET /api/v1/me", &[], "").unwrap();
    assert_eq!((me.status, &me.json()["type"]), (200, &"anonymous".into()));
    let me = casemate.get("/api/v1/me", "wrong").unwrap();
    assert_eq!(me.status, 401, "a bad credential never becomes anonymous");
}

#[test]
fn health_and_unknown_paths_are_answered() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let get = |path: &str| casemate.request(&format!("GET {path}"), &[], "").unwrap();
    assert_eq!((get("/livez").status, get("/readyz").status), (200, 200));
    let verbose = get("/readyz?verbose").json();
    assert_eq!((&verbose["ready"], verbose["policy"]["revision"].is_i64()), (&true.into(), true));
    let unknown = get("/nowhere?token=hunter2");
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &"not_found".into()));
    let wrong_method = get("/access/v1/evaluation");
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    assert_eq!((wrong_method.status, &wrong_method.json()["code"]), (405, &"method_not_allowed".into()));
    let log = casemate
        .wait_until(|casemate| Some(casemate.log()).filter(|log| log.contains("status=405")))
        .unwrap();
    assert!(log.contains("status=404") && !log.contains("hunter2"), "{log}");
}

#[test]
fn the_access_log_names_the_caller_and_never_the_credential() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let credential = casemate.credential().unwrap();
    decision(&casemate, credential, &question("ada", "notes.read", "1"));
    casemate.get("/api/v1/me?password=hunter2", "hunter3").unwrap();
    let log = casemate
        .wait_until(|casemate| Some(casemate.log()).filter(|log| log.contains("status=401")))
        .unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("casemate::access")).collect();
    assert!(
        lines[0].contains("route=\"/access/v1/evaluation\"") && lines[0].contains("caller_id=\"development-")
    );
    let logged = log.lines().filter(|line| !line.starts_with('{')).collect::<String>();
    for secret in [credential, "hunter2", "hunter3"] {
        assert!(!logged.contains(secret), "{logged}");
    }
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_created() {
    let folder = Folder::new();
    let data = folder.data().display().to_string();
    let taken = folder.builder().start().unwrap();
    let elsewhere = folder.0.path().join("other").display().to_string();
    let listen = taken.address().to_string();
    let output = casemate(&["serve", "--data", &elsewhere, "--listen", &listen]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot listen on"));
    assert!(!std::path::Path::new(&elsewhere).exists());
    for wrong in
        [&["--listen", "nowhere"][..], &["--record", "some"], &["--log", "x=y=z"], &["--public-url", "x"]]
    {
        let output = casemate(&[&["serve", "--data", &data][..], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    drop(taken);
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o777)).unwrap();
    let output = casemate(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("others may write"));
}

#[test]
fn a_start_that_nobody_can_see_fails_and_says_how_to_get_a_credential() {
    let folder = Folder::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.data())
        .env_remove("CASEMATE_POLICY")
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot say where") && said.contains("--development-credential"), "{said}");
}
