//! The audit trail as it is read on the machine.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use casemate_server::archive::read_file;
use serde_json::{Value, json};

use crate::{Folder, run};

#[test]
fn the_trail_is_listed_followed_and_exported_on_the_machine() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let role = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] }).to_string();
    assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);
    assert_eq!(casemate.get("/api/v1/roles", &key).unwrap().status, 200);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let output = folder.run(arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}: {}", output.err);
        output.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let listed = lines(&["audit", "list", "--format", "json", "area:role"]);
    let kinds: Vec<_> = listed.iter().map(|line| &line["event"]["kind"]).collect();
    assert_eq!(kinds, ["read", "create"], "{listed:?}");
    let last = lines(&["audit", "tail", "--lines", "1", "--format", "json", "area:role"]);
    assert_eq!(last, listed[..1]);
    // Behind them stands the checkpoint, once there is one.
    let exported = |arguments: &[&str]| -> Vec<Value> {
        lines(arguments).into_iter().filter(|line| line.get("checkpoint").is_none()).collect()
    };
    let all = exported(&["audit", "export"]);
    let indexes: Vec<_> = all.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, (0..all.len() as u64).collect::<Vec<_>>());
    assert_eq!(exported(&["audit", "export", "--after", "0"]), all[1..]);
    let table = folder.run(&["audit", "list", "--all"]).out;
    assert!(table.starts_with("ID") && table.contains("casemate.role.create"), "{table}");
    let wrong = folder.run(&["audit", "list", "nothing:x"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("there is no `nothing:`"), "{}", wrong.err);
}

#[test]
fn the_trail_of_a_running_server_is_listed_followed_and_exported() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    std::fs::create_dir_all(folder.policy()).unwrap();
    let path = |name: &str| folder.policy().join(name).display().to_string();
    let credential = path("credential");
    std::fs::write(&credential, &key).unwrap();
    let url = format!("http://{}", casemate.address());
    let asked = ["--server", &url, "--credential-file", &credential];
    let role = |name: &str| {
        let role = json!({ "name": name, "permissions": [{ "name": "cms.*" }] }).to_string();
        assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);
    };
    role("support");
    assert_eq!(casemate.get("/api/v1/roles", &key).unwrap().status, 200);
    let said = |arguments: &[&str]| {
        let said = run(&[arguments, &asked].concat());
        assert_eq!(said.code, Some(0), "{arguments:?}: {}", said.err);
        said.out
    };
    let lines = |arguments: &[&str]| -> Vec<Value> {
        said(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let listed = lines(&["audit", "list", "--format", "json", "area:role"]);
    let kinds: Vec<_> = listed.iter().map(|line| &line["event"]["kind"]).collect();
    assert_eq!(kinds, ["read", "create"], "{listed:?}");
    assert_eq!(lines(&["audit", "tail", "--lines", "1", "--format", "json", "area:role"]), listed[..1]);
    let table = said(&["audit", "list", "--all", "--limit", "3"]);
    assert!(table.starts_with("ID") && table.lines().count() == 4, "{table}");
    let csv = said(&["audit", "list", "--format", "csv", "area:role"]);
    assert!(csv.lines().nth(2).unwrap().contains(",casemate.role.create,success,"), "{csv}");
    // What is read so is on record, and what is not allowed is told with what it needs.
    assert!(!lines(&["audit", "list", "--format", "json", "kind:read", "area:audit-event"]).is_empty());
    let refused = run(&["audit", "list", "--server", &url, "--credential-file", "/nowhere"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    std::fs::write(path("other"), "cmk_other").unwrap();
    let refused = run(&["audit", "tail", "--server", &url, "--credential-file", &path("other")]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.err.contains("casemate.audit-event.list"), "{}", refused.err);
    let wrong = run(&["audit", "list", "--everywhere"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");

    // A whole export is checked as it is.
    let log_key = casemate
        .wait_until(|casemate| {
            let note = casemate.get("/api/v1/audit-log/checkpoint", &key).unwrap();
            let keys = casemate.get("/api/v1/audit-log/key", &key).unwrap().json();
            (note.status == 200).then(|| keys["keys"][0].as_str().unwrap().to_owned())
        })
        .unwrap();
    let exported = path("export");
    std::fs::write(&exported, said(&["audit", "export", "--everywhere"])).unwrap();
    let verified = run(&["audit", "verify", "--format", "json", "--export", &exported, "--key", &log_key]);
    assert_eq!(verified.json()["verdict"], "whole");
    let rest = said(&["audit", "export", "--everywhere", "--after", "1", "--as", "csv"]);
    assert!(rest.starts_with("2,"), "{rest}");

    // As files in Parquet, which nothing is written over, also on the machine.
    for place in [&asked[..], &[]] {
        let file = path(if place.is_empty() { "beside.parquet" } else { "asked.parquet" });
        let everywhere: &[&str] = if place.is_empty() { &[] } else { &["--everywhere"] };
        let arguments =
            [&["audit", "export", "--as", "parquet", "--output", &file], everywhere, place].concat();
        let export = || if place.is_empty() { folder.run(&arguments) } else { run(&arguments) };
        let exported = export();
        assert_eq!((exported.code, exported.out.as_str()), (Some(0), ""), "{}", exported.err);
        let mut texts = Vec::new();
        let count = read_file("trail", std::fs::read(&file).unwrap(), |row| texts.extend(row.event));
        assert_eq!(count.unwrap(), texts.len() as u64);
        assert!(texts.iter().any(|(text, _)| text.contains("casemate.role.create")), "{texts:?}");
        assert_eq!(export().code, Some(2), "it exists already");
    }
    for wrong in [&["--as", "parquet"][..], &["--as", "csv", "--output", "x"]] {
        assert_eq!(folder.run(&[&["audit", "export"], wrong].concat()).code, Some(2), "{wrong:?}");
    }

    // Whoever follows is told of what comes.
    let mut follower = Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(["audit", "tail", "--follow", "--lines", "1", "--format", "json", "kind:create", "area:role"])
        .args(asked)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(follower.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    assert!(told.next().unwrap().contains("\"support\""));
    role("second");
    let second = told.next().unwrap();
    follower.kill().unwrap();
    follower.wait().unwrap();
    assert!(second.contains("\"second\""), "{second}");
}
