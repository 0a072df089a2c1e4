//! The real binary, from outside: what a person who starts it and a program that asks it come to see.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod access;
mod accounts;
mod administration;
mod api_keys;
mod archive;
mod audit_log;
mod audit_proofs;
mod audit_sinks;
mod audit_witness;
mod authzen;
mod blocks;
mod code;
mod config;
mod directory_sync;
mod first_requests;
mod first_start;
mod full_disk;
mod hostile;
mod impact;
mod introspection;
mod invitations;
mod keeping;
mod linking;
mod operation;
mod people;
mod planted;
mod policy;
mod production;
mod provider;
mod record;
mod sdk;
mod sdk_following;
mod second_factor;
mod sign_in;
mod trail;
mod vectors;
mod versions;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use casemate_test_support::{Casemate, CasemateBuilder};

/// The secret of the credential in the policies of these tests.
const SECRET: &str = "todo-gateway-secret";

/// A folder that is gone after the test, with room for a data folder and a policy.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::Builder::new().prefix("casemate-test-").tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn policy(&self) -> PathBuf {
        self.0.path().join("policy")
    }

    /// Writes a file of the policy.
    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.policy()).unwrap();
        std::fs::write(self.policy().join(name), text).unwrap();
    }

    /// Runs a command on the data folder.
    fn run(&self, arguments: &[&str]) -> Said {
        let data = self.data().display().to_string();
        run(&[arguments, &["--data", &data]].concat())
    }

    /// Applies the policy.
    fn apply(&self, arguments: &[&str]) -> Said {
        let policy = self.policy().display().to_string();
        self.run(&[&["apply", &policy], arguments].concat())
    }

    fn builder(&self) -> CasemateBuilder {
        CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), self.data())
    }
}

/// Runs the binary to its end.
fn casemate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(arguments)
        .env_remove("CASEMATE_DATA")
        .env_remove("CASEMATE_POLICY")
        .output()
        .unwrap()
}

/// What a command answered when it ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    /// The answer of a command that was asked for JSON; it must have succeeded.
    fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Runs the binary to its end, with the passphrase of backups.
fn run(arguments: &[&str]) -> Said {
    run_with("correct horse battery staple", arguments)
}

/// The same with another passphrase.
fn run_with(passphrase: &str, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(arguments)
        .env_remove("CASEMATE_DATA")
        .env_remove("CASEMATE_POLICY")
        .env("CASEMATE_BACKUP_PASSPHRASE", passphrase)
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is on record, newest first.
fn recorded(data: &Path, arguments: &[&str]) -> Vec<serde_json::Value> {
    let data = data.display().to_string();
    let fixed = ["audit", "list", "--format", "json", "--limit", "10000", "--data", &data];
    let output = casemate(&[&fixed, arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// One question.
fn question(subject: &str, action: &str, resource: &str) -> String {
    serde_json::json!({
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": "note", "id": resource},
    })
    .to_string()
}

/// Asks one question and takes the answer, which must be one.
fn decision(casemate: &Casemate, credential: &str, body: &str) -> bool {
    let answer = casemate.post("/access/v1/evaluation", credential, body).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["decision"].as_bool().unwrap()
}
