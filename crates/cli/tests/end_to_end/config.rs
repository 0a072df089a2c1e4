//! Configuration by file, environment and flags.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::{Folder, casemate, recorded};

/// Runs the binary in a folder, with these variables.
fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn mistakes_are_drawn_in_place_and_end_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[server]\nlisen = '127.0.0.1:1'\nconnections = 0\n[database]\nurl = 'mysql://u:geheim@h/d'\n";
    std::fs::write(folder.path().join("casemate.toml"), toml).unwrap();
    for arguments in [&["config", "check"][..], &["config", "show"], &["serve"], &["audit", "list"]] {
        let output = run(folder.path(), &[("CASEMATE_REQUEST_TIME", "soon")], arguments);
        let (said, answer) = (text(&output.stderr), text(&output.stdout));
        assert_eq!((output.status.code(), answer.as_str()), (Some(2), ""), "{said}");
        for part in [
            "there is no setting `server.lisen`",
            "did you mean `server.listen`?",
            "casemate.toml:2:1",
            "`server.connections` is a whole number from 1 to 1000000",
            "casemate.toml:3:15",
            "CASEMATE_REQUEST_TIME: `server.request_time` is a time such as",
            "the configuration has 4 mistakes",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
        assert!(!said.contains("geheim"), "{said}");
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is created before all is right"
    );
}

#[test]
fn a_wrong_flag_says_what_is_expected() {
    let output = casemate(&["serve", "--listen", "nowhere"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("--listen <ADDRESS:PORT>") && said.contains("an address and a port"), "{said}");
}

#[test]
fn what_is_in_force_is_shown_with_its_origin_and_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(&file, "[record]\nkeep_days = 7\n[database]\nurl = 'postgres://u:geheim@h/d'\n").unwrap();
    let file = file.display().to_string();
    let variables =
        [("CASEMATE_LOG", "warn"), ("CASEMATE_CONFIG", file.as_str()), ("CASEMATE_SERVER_LISTEN", "x")];
    let show = ["config", "show", "--origin", "--connections", "5"];
    let output = run(folder.path(), &variables, &[&show[..], &["--format", "json"]].concat());
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |key: &str| lines.iter().find(|line| line["key"] == key).unwrap().clone();
    let expected = [
        (
            "record.keep_days",
            serde_json::json!(7),
            serde_json::json!({"from": "file", "path": file, "line": 2}),
        ),
        ("database.url", "***".into(), serde_json::json!({"from": "file", "path": file, "line": 4})),
        ("log.levels", "warn".into(), serde_json::json!({"from": "environment", "name": "CASEMATE_LOG"})),
        ("server.connections", 5.into(), serde_json::json!({"from": "flag", "name": "connections"})),
        ("policy", Value::Null, serde_json::json!({"from": "default"})),
    ];
    for (key, value, origin) in expected {
        assert_eq!((&of(key)["value"], &of(key)["origin"]), (&value, &origin), "{key}");
    }
    let said = text(&output.stderr);
    assert!(said.contains("CASEMATE_SERVER_LISTEN sets nothing; did you mean CASEMATE_LISTEN?"), "{said}");

    let table = text(&run(folder.path(), &variables, &show).stdout);
    let row = table.lines().find(|line| line.starts_with("record.keep_days ")).unwrap();
    assert!(row.split_whitespace().eq(["record.keep_days", "7", format!("{file}:2").as_str()]), "{row}");
    assert!(!table.contains("geheim"));
}

#[test]
fn the_reference_is_what_the_program_says() {
    let output = casemate(&["config", "reference"]);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    let written = std::fs::read_to_string(page).unwrap_or_default();
    let advice = "run `cargo run -p casemate-cli -- config reference > docs/reference/configuration.md`";
    assert!(text(&output.stdout) == written, "{advice}");
}

#[test]
fn the_sample_of_production_is_a_configuration() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/casemate.toml");
    let output = casemate(&["config", "check", "--config", &sample.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_server_follows_its_file_and_so_do_the_commands_beside_it() {
    let folder = Folder::new();
    folder.write("policy.toml", crate::policy::ADA_READS);
    let file = folder.0.path().join("casemate.toml");
    let toml = "data = 'elsewhere'\npolicy = 'policy'\n[server]\npublic_url = 'https://casemate.example'\n\
                [record]\ndecisions = 'allowed'\n";
    std::fs::write(&file, toml).unwrap();
    // The builder says --data and --listen: flags, which outweigh the file.
    let casemate = folder.builder().arg("--config").arg(&file.display().to_string()).start().unwrap();
    let credential = casemate.credential().unwrap();
    assert!(crate::decision(&casemate, credential, &crate::question("ada", "notes.read", "1")));
    assert_eq!(recorded(&folder.data(), &[]).len(), 1, "the allowed decision is recorded");
    let metadata = casemate.get("/.well-known/authzen-configuration", credential).unwrap().json();
    assert!(metadata.to_string().contains("https://casemate.example/"), "{metadata}");
    assert!(!folder.0.path().join("elsewhere").exists());

    drop(casemate);
    std::fs::rename(folder.data(), folder.0.path().join("elsewhere")).unwrap();
    let output = run(folder.0.path(), &[], &["audit", "list", "--format", "json"]);
    assert_eq!(text(&output.stdout).lines().count(), 1, "{}", text(&output.stderr));
}
