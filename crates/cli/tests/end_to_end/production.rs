//! What production refuses and prints, and what `casemate doctor` finds.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::{Folder, casemate, question};

/// What makes a start in production safe, as far as flags go.
const BEHIND_A_PROXY: [&str; 5] = [
    "--mode=production",
    "--tls-terminated-by-proxy",
    "--trusted-proxies=127.0.0.1",
    "--public-url=https://casemate.example",
    // No test should hang on how much room there is on the machine that runs it.
    "--reserve-megabytes=0",
];

/// The answer of `casemate doctor`, with the code it left with.
fn doctor(data: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let data = data.display().to_string();
    let output = casemate(&[&["doctor", "--format", "json", "--data", &data][..], arguments].concat());
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), answer)
}

/// The outcome of each check with this name.
fn outcomes(answer: &Value, name: &str) -> Vec<String> {
    let checks = answer["checks"].as_array().unwrap();
    let named = checks.iter().filter(|check| check["name"] == name);
    named.map(|check| check["outcome"].as_str().unwrap().to_owned()).collect()
}

/// Tries to start in production, which must be refused before anything is created: the checks that failed.
fn refused(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let data = folder.data().display().to_string();
    let fixed = ["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data", &data];
    let output = casemate(&[&fixed[..], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("production does not start"), "{said}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = answer["checks"].as_array().unwrap();
    let failed = checks.iter().filter(|check| check["outcome"] == "failed");
    failed.map(|check| check["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn production_behind_a_declared_proxy_starts_prints_what_it_checked_and_makes_no_development_credential() {
    let folder = Folder::new();
    let mut builder = folder.builder();
    for argument in BEHIND_A_PROXY {
        builder = builder.arg(argument);
    }
    let casemate = builder.start().unwrap();
    assert_eq!(casemate.credential(), None);
    let log = casemate.log();
    let line = log.lines().find(|line| line.starts_with("{\"url\"")).unwrap();
    let said: Value = serde_json::from_str(line).unwrap();
    assert_eq!(said["url"], "https://casemate.example");
    for name in ["transport", "public_url", "data_folder", "root_key", "secrets", "clock"] {
        assert_eq!(outcomes(&said, name), ["ok"], "{said}");
    }
}

#[test]
fn production_refuses_plaintext_without_a_declared_proxy_and_creates_nothing() {
    let folder = Folder::new();
    let url = "--public-url=https://casemate.example";
    assert_eq!(refused(&folder, &["--mode=production", url]), ["transport"]);
    let undeclared = ["--mode=production", url, "--trusted-proxies=127.0.0.1"];
    assert_eq!(refused(&folder, &undeclared), ["transport"]);
    let untrusted = ["--mode=production", url, "--tls-terminated-by-proxy"];
    assert_eq!(refused(&folder, &untrusted), ["transport"]);
    assert!(!folder.data().exists());
}

#[test]
fn production_refuses_to_have_no_public_url_or_a_plain_one() {
    let folder = Folder::new();
    let proxy = ["--mode=production", "--tls-terminated-by-proxy", "--trusted-proxies=127.0.0.1"];
    assert_eq!(refused(&folder, &proxy), ["public_url"]);
    let plain = [&proxy[..], &["--public-url=http://casemate.example"]].concat();
    assert_eq!(refused(&folder, &plain), ["public_url"]);
}

#[test]
fn production_refuses_a_data_folder_or_a_key_that_others_may_read() {
    let folder = Folder::new();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::set_permissions(folder.data(), Permissions::from_mode(0o750)).unwrap();
    let key = folder.0.path().join("root.key");
    std::fs::write(&key, "key").unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    let key = format!("--root-key-file={}", key.display());
    let arguments = [&BEHIND_A_PROXY[..], &[&key]].concat();
    assert_eq!(refused(&folder, &arguments), ["data_folder", "root_key"]);

    let (code, answer) = doctor(&folder.data(), &arguments);
    assert_eq!((code, &answer["ok"]), (Some(3), &false.into()));
    let development = ["--mode=development", "--reserve-megabytes=0", &key];
    let (code, answer) = doctor(&folder.data(), &development);
    assert_eq!(code, Some(0), "{answer}");
    assert_eq!(outcomes(&answer, "data_folder"), ["warning"]);
}

#[test]
fn production_refuses_secrets_that_everybody_knows() {
    let folder = Folder::new();
    let secret = "[[credential]]\nid = 'gateway'\n# printf changeme | sha256sum\nsecret_sha256 = \
                  '057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86'\n";
    folder.write("policy.toml", &format!("format = 1\n{secret}"));
    let policy = format!("--policy={}", folder.policy().display());
    assert_eq!(refused(&folder, &[&BEHIND_A_PROXY[..], &[&policy]].concat()), ["secrets"]);
}

#[test]
fn production_accepts_no_development_credential_of_an_earlier_start() {
    let folder = Folder::new();
    let credential = folder.builder().start().unwrap().credential().unwrap().to_owned();
    let mut builder = folder.builder();
    for argument in BEHIND_A_PROXY {
        builder = builder.arg(argument);
    }
    let casemate = builder.start().unwrap();
    let answer =
        casemate.post("/access/v1/evaluation", &credential, &question("ada", "notes.read", "1")).unwrap();
    assert_eq!(answer.status, 401);
    let data = folder.data().display().to_string();
    let wanted = ["serve", "--data", &data, "--development-credential"];
    let output = crate::casemate(&[&wanted[..], &BEHIND_A_PROXY].concat());
    assert_eq!(output.status.code(), Some(2));
    drop(casemate);
    // It was not lost either.
    let again = folder.builder().start().unwrap();
    assert!(!crate::decision(&again, &credential, &question("ada", "notes.read", "1")));
}

#[test]
fn a_plain_listener_that_others_reach_is_warned_about_in_development() {
    let folder = Folder::new();
    let (code, answer) = doctor(&folder.data(), &["--listen", "0.0.0.0:7654", "--reserve-megabytes=0"]);
    assert_eq!((code, outcomes(&answer, "transport")), (Some(0), vec!["warning".to_owned()]));
    let (_, answer) = doctor(&folder.data(), &["--listen", "127.0.0.1:7654"]);
    assert_eq!(outcomes(&answer, "transport"), ["ok"]);
}

#[test]
fn the_doctor_looks_at_the_database_and_the_policy_without_changing_anything() {
    let folder = Folder::new();
    let (code, answer) = doctor(&folder.data(), &["--reserve-megabytes=0"]);
    assert_eq!((code, outcomes(&answer, "database")), (Some(0), vec!["ok".to_owned()]), "{answer}");
    assert!(!folder.data().exists());

    drop(folder.builder().start().unwrap());
    let (_, answer) = doctor(&folder.data(), &[]);
    assert!(answer.to_string().contains("SQLite, migrated"), "{answer}");

    let database = folder.data().join("casemate.sqlite3");
    std::fs::write(&database, "this is no database, and long enough to be looked at by SQLite".repeat(99))
        .unwrap();
    let (code, answer) = doctor(&folder.data(), &[]);
    assert_eq!((code, outcomes(&answer, "database")), (Some(3), vec!["failed".to_owned()]), "{answer}");

    folder.write("policy.toml", "format = 1\n[[role]]\nname = 5\n");
    let policy = format!("--policy={}", folder.policy().display());
    let (code, answer) = doctor(&folder.0.path().join("none"), &[&policy, "--online"]);
    assert_eq!((code, outcomes(&answer, "policy")), (Some(3), vec!["failed".to_owned()]), "{answer}");
    assert_eq!(outcomes(&answer, "providers"), ["warning"]);
}

#[test]
fn the_doctor_s_table_says_what_to_do() {
    let folder = Folder::new();
    let data = folder.data().display().to_string();
    let output = casemate(&["doctor", "--mode", "production", "--data", &data]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(said.starts_with("CHECK") && said.contains("public_url: set `server.public_url`"), "{said}");
}

#[test]
fn providers_are_asked_where_that_is_wanted() {
    let folder = Folder::new();
    let provider = casemate_test_support::OpenIdProvider::start().unwrap();
    let policy = format!("--policy={}", folder.policy().display());
    for (issuer, code, outcome) in
        [(provider.issuer(), 0, "ok"), ("http://127.0.0.1:9".to_owned(), 3, "failed")]
    {
        let lines = format!("[[provider]]\nname = 'company'\nissuer = '{issuer}'\naudiences = ['a']\n");
        folder.write("policy.toml", &format!("format = 1\n{lines}"));
        let (left, answer) = doctor(&folder.data(), &[&policy, "--online", "--reserve-megabytes=0"]);
        assert_eq!(
            (left, outcomes(&answer, "providers")),
            (Some(code), vec![outcome.to_owned()]),
            "{answer}"
        );
    }
}
