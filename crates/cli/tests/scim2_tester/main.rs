//! The real binary against scim2-tester, a conformance suite of others, on both databases. `cargo xtask test` installs the suite
//! and names the Python that has it in `SCIM2_TESTER_PYTHON`; without that, the tests say that they are skipped.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::process::Command;

use casemate_test_support::{Casemate, CasemateBuilder, Postgres};
use serde_json::{Value, json};

const PYTHON: &str = "SCIM2_TESTER_PYTHON";

/// The tester's every check, on a server that begins with this configuration.
fn every_check_passes(configured: impl FnOnce(CasemateBuilder) -> CasemateBuilder) {
    let Some(python) = std::env::var_os(PYTHON) else {
        #[expect(clippy::print_stderr, reason = "whoever reads the output sees that nothing was tried")]
        {
            eprintln!("skipped: {PYTHON} names no Python with scim2-tester");
        }
        return;
    };
    let folder = tempfile::Builder::new().prefix("casemate-test-").tempdir().unwrap();
    let builder = CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), folder.path().join("data"));
    let casemate = configured(builder).start().unwrap();
    let key = provisioner(&casemate);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scim2_tester/check.py");
    let base = format!("http://{}/scim/v2", casemate.address());
    let output = Command::new(python).args([script, &base, &key]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}\n{}", casemate.log());
    assert!(said.contains("checks: "), "{said}");
}

/// An API key that provisions the provider `corp`.
fn provisioner(casemate: &Casemate) -> String {
    let administrator = casemate.administrator().unwrap();
    let make = |path: &str, document: Value| -> Value {
        let answer = casemate.post(path, &administrator, &document.to_string()).unwrap();
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    };
    let account = make("/api/v1/service-accounts", json!({"name": "corp-scim"}));
    make(
        "/api/v1/roles",
        json!({"name": "provisioner", "permissions": [{"name": "casemate.scim.provision"}]}),
    );
    let to = json!({"provider": "casemate", "type": "service", "login": "corp-scim"});
    make("/api/v1/assignments", json!({"role": "provisioner", "to": to}));
    make(
        "/api/v1/providers",
        json!({
            "name": "corp", "issuer": "https://login.corp.example", "audiences": ["casemate"],
            "scim": {"account": "corp-scim"},
        }),
    );
    let keys = format!("/api/v1/service-accounts/{}/api-keys", account["id"].as_str().unwrap());
    make(&keys, json!({"title": "provisioning"}))["key"].as_str().unwrap().to_owned()
}

#[test]
fn every_check_of_scim2_tester_passes_on_sqlite() {
    every_check_passes(|builder| builder);
}

#[test]
fn every_check_of_scim2_tester_passes_on_postgresql() {
    let mut server = None;
    every_check_passes(|builder| {
        let postgres = server.insert(Postgres::start().unwrap());
        builder.env("CASEMATE_DATABASE_URL", &postgres.create_database().unwrap())
    });
}
