//! `casemate permission` through the real binary, on files as a person writes them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot prepare has failed"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

const CMS: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
title = "Headless CMS"

[attributes]
createdBy = { type = "string", column = "created_by" }
model     = { type = "string" }
locale    = { type = "string", nullable = true }
tags      = { type = "list<string>" }

[[permission]]
name = "cms.entry"
[permission.properties.own]
type = "bool"
when = "value == false || resource.createdBy == identity.id"
[permission.properties.models]
type = "list<string>"
when = "resource.model in value"
[permission.properties.every]
type = "list<string>"
when = "resource.tags.all(t, t in value)"
[permission.properties.until]
type = "timestamp"
when = "now < value"
"#;

const PB: &str = r#"
format = 1
[application]
id = "pb"
namespaces = ["pb"]
request_name = "pb.{resource.type}.{action.name}"
"#;

struct Folder {
    folder: TempDir,
}

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder { folder }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_casemate"))
            .arg("permission")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments may be gone before it reads.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran(child.wait_with_output().unwrap())
    }

    /// `check` of one request, for the permissions in an array, with the schemas of the folder that are named.
    fn check(&self, schemas: &[&str], permissions: &Json, request: &Json, more: &[&str]) -> Ran {
        std::fs::write(self.folder.path().join("permissions.json"), permissions.to_string()).unwrap();
        let mut arguments =
            vec!["check", "--permissions", "permissions.json", "--request", "-", "--format", "json"];
        schemas.iter().for_each(|schema| arguments.extend(["--schema", schema]));
        arguments.extend(more);
        self.run(&arguments, &request.to_string())
    }
}

struct Ran(Output);

impl Ran {
    fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.out())
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out(), self.err()))
    }

    #[track_caller]
    fn assert(&self, code: i32, decision: &str, reason: &str) {
        let answer = self.json();
        let found =
            (self.code(), answer["decision"].as_str().unwrap(), answer["reason_code"].as_str().unwrap());
        assert_eq!(found, (code, decision, reason), "{answer}");
    }
}

fn entry(created_by: &str) -> Json {
    json!({
        "subject": { "type": "user", "id": "u1" },
        "action": { "name": "cms.entry" },
        "resource": { "type": "entry", "id": "1", "properties": { "createdBy": created_by, "model": "product" } },
    })
}

#[test]
fn check_exits_by_its_verdict() {
    let folder = Folder::with(&[("cms.toml", CMS)]);
    let own = json!([{ "name": "cms.entry", "own": true }]);
    folder.check(&["cms.toml"], &own, &entry("u1"), &[]).assert(0, "allowed", "permission_allows");
    folder.check(&["cms.toml"], &own, &entry("u2"), &[]).assert(3, "denied", "conditions_not_met");
    let mut without = entry("u1");
    without.as_object_mut().unwrap().remove("resource");
    folder.check(&["cms.toml"], &own, &without, &[]).assert(3, "conditional", "depends_on_resource");
    folder.check(&[], &own, &entry("u2"), &[]).assert(0, "allowed", "permission_allows");
    folder.check(&["cms.toml"], &json!([]), &entry("u1"), &[]).assert(3, "denied", "no_permission");
    let stored = json!([{ "name": "cms.entry", "own": "yes" }]);
    folder.check(&["cms.toml"], &stored, &entry("u1"), &[]).assert(3, "denied", "condition_failed");
}

#[test]
fn time_and_application_come_from_the_command_line() {
    let folder = Folder::with(&[("cms.toml", CMS), ("pb.toml", PB)]);
    let until = json!([{ "name": "cms.entry", "until": "2026-01-01T00:00:00Z" }]);
    let at = |time: &str| folder.check(&["cms.toml"], &until, &entry("u1"), &["--now", time]);
    at("2025-12-31T23:59:59Z").assert(0, "allowed", "permission_allows");
    at("2026-01-01T00:00:00Z").assert(3, "denied", "conditions_not_met");
    assert_eq!(at("yesterday").code(), 2);

    let all = json!([{ "name": "*" }]);
    let mut request = entry("u1");
    request["action"]["name"] = "list".into();
    let asked = folder.check(&["cms.toml", "pb.toml"], &all, &request, &["--application", "pb"]);
    asked.assert(0, "allowed", "permission_allows");
    assert_eq!(asked.json()["name"], "pb.entry.list");
    folder.check(&["cms.toml", "pb.toml"], &all, &request, &["--application", "cms"]).assert(
        3,
        "denied",
        "outside_application",
    );
    folder.check(&["cms.toml", "pb.toml"], &all, &request, &[]).assert(0, "allowed", "permission_allows");
    let unknown = folder.check(&["cms.toml"], &all, &request, &["--application", "shop"]);
    assert_eq!(unknown.code(), 2);
    assert!(unknown.err().contains("there are cms"), "{}", unknown.err());
}

#[test]
fn subjects_are_taken_as_identities() {
    let schema = CMS.replace(
        "when = \"now < value\"",
        "when = '\"editors\" in identity.groups && identity.tenant == \"acme\" && identity.claims.level > 2'",
    );
    let folder = Folder::with(&[("cms.toml", &schema)]);
    let permissions = json!([{ "name": "cms.entry", "until": "2026-01-01T00:00:00Z" }]);
    let mut request = entry("u1");
    request["subject"]["properties"] = json!({ "groups": ["editors"], "tenant": "acme", "level": 3 });
    folder.check(&["cms.toml"], &permissions, &request, &[]).assert(0, "allowed", "permission_allows");
    request["subject"]["properties"]["level"] = json!(2);
    folder.check(&["cms.toml"], &permissions, &request, &[]).assert(3, "denied", "conditions_not_met");
    request["subject"]["properties"]["groups"] = json!("editors");
    assert_eq!(folder.check(&["cms.toml"], &permissions, &request, &[]).code(), 2);
    let anonymous = json!([{ "name": "cms.entry", "own": true }]);
    let mut request = entry("u1");
    request["subject"]["type"] = "anonymous".into();
    folder.check(&["cms.toml"], &anonymous, &request, &[]).assert(3, "denied", "condition_failed");
}

#[test]
fn a_batch_answers_what_it_can_in_the_form_it_came() {
    let folder = Folder::with(&[("cms.toml", CMS), ("p.json", r#"[{"name":"cms.entry","own":true}]"#)]);
    let arguments =
        ["check", "--schema", "cms.toml", "--permissions", "p.json", "--request", "-", "--format", "json"];
    let (mine, theirs) = (entry("u1").to_string(), entry("u2").to_string());

    let lines = folder.run(&arguments, &format!("{mine}\n{theirs}\n"));
    let decisions: Vec<Json> = lines
        .out()
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap()["decision"].clone())
        .collect();
    assert_eq!((lines.code(), decisions), (3, vec![json!("allowed"), json!("denied")]));

    let array = folder.run(&arguments, &format!("[{mine},{{\"subject\":1}},{mine}]"));
    let answers = array.json();
    assert_eq!(array.code(), 2);
    assert_eq!((&answers[0]["decision"], &answers[2]["decision"]), (&json!("allowed"), &json!("allowed")));
    assert!(answers[1]["error"].as_str().unwrap().contains("`subject` must be an object"));
    assert!(array.err().contains("request 2:"), "{}", array.err());

    let broken = folder.run(&arguments, &format!("{mine}\nnonsense\n{mine}\n"));
    assert_eq!((broken.code(), broken.out().lines().count()), (2, 3));
    let first_broken = folder.run(&arguments, &format!("{{bad\n{mine}\n{theirs}\n"));
    assert_eq!((first_broken.code(), first_broken.out().lines().count()), (2, 3));
    let twice = folder.run(&arguments, r#"{"subject":{},"subject":{}}"#);
    assert_eq!(twice.code(), 2);
    assert!(twice.err().contains("stands twice"), "{}", twice.err());
    let no_name = folder.run(&arguments, &mine.replace("cms.entry", "cms..entry"));
    assert_eq!(no_name.code(), 2);
}

#[test]
fn a_malformed_permission_refuses_the_whole_list() {
    let folder = Folder::with(&[("cms.toml", CMS)]);
    for broken in [
        json!([{ "name": "cms.entry" }, { "own": true }]),
        json!([{ "name": "!cms" }]),
        json!([{ "name": "cms", "deny": 1 }]),
        json!([7]),
        json!({ "name": "cms.entry" }),
    ] {
        let ran = folder.check(&["cms.toml"], &broken, &entry("u1"), &[]);
        assert_eq!((ran.code(), ran.out().as_str()), (2, ""), "{broken}");
        assert!(ran.err().contains("permission"), "{}", ran.err());
    }
}

#[test]
fn mistakes_in_schemas_are_drawn_where_they_stand() {
    let folder = Folder::with(&[
        (
            "bad.toml",
            &CMS.replace("resource.model in value", "resource.modl in value")
                .replace("type = \"bool\"", "type = \"boolean\""),
        ),
        ("cms.toml", CMS),
        ("twin.toml", &CMS.replace("id = \"cms\"", "id = \"twin\"")),
    ]);
    let ran = folder.check(&["bad.toml"], &json!([]), &entry("u1"), &[]);
    assert_eq!(ran.code(), 2);
    for part in [
        "bad.toml:",
        "no declared member `modl`",
        "resource.modl in value",
        "there is no type `boolean`",
        "2 mistakes",
    ] {
        assert!(ran.err().contains(part), "{part}: {}", ran.err());
    }
    let ran = folder.check(&["cms.toml", "twin.toml"], &json!([]), &entry("u1"), &[]);
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("belongs to the application `cms`"), "{}", ran.err());
    assert_eq!(folder.check(&["none.toml"], &json!([]), &entry("u1"), &[]).code(), 2);
}

#[test]
fn explain_says_why_and_what_would_change_it() {
    let folder = Folder::with(&[
        ("cms.toml", CMS),
        ("p.json", r#"[{"name":"cms.entry","own":true},{"name":"CMS.entry"}]"#),
    ]);
    let run = |format: &str| {
        let arguments = [
            "explain",
            "--schema",
            "cms.toml",
            "--permissions",
            "p.json",
            "--request",
            "-",
            "--format",
            format,
        ];
        folder.run(&arguments, &entry("u2").to_string())
    };
    let answer = run("json").json();
    assert_eq!(answer["decision"], "denied");
    assert_eq!(answer["matching"][0]["properties"][0]["outcome"], "false");
    assert_eq!(answer["near"][0]["why"], "it differs in upper and lower case");
    let text = run("table");
    assert_eq!(text.code(), 3);
    assert!(text.out().contains("own = true: false"), "{}", text.out());
}

#[test]
fn filter_speaks_json_and_three_dialects_of_sql() {
    let folder =
        Folder::with(&[("cms.toml", CMS), ("p.json", r#"[{"name":"cms.entry","own":true,"models":["a"]}]"#)]);
    let mut request = entry("u1");
    request.as_object_mut().unwrap().remove("resource");
    let run = |dialect: &str, permissions: &str| {
        std::fs::write(folder.folder.path().join("p.json"), permissions).unwrap();
        let arguments = [
            "filter",
            "--schema",
            "cms.toml",
            "--permissions",
            "p.json",
            "--request",
            "-",
            "--format",
            "json",
            "--dialect",
            dialect,
        ];
        folder.run(&arguments, &request.to_string())
    };
    let own = r#"[{"name":"cms.entry","own":true,"models":["a"]}]"#;
    let tree = run("json", own);
    tree.assert(0, "conditional", "depends_on_resource");
    assert_eq!(tree.json()["filter"]["format"], 1);
    for (dialect, part) in
        [("postgres", "\"created_by\""), ("sqlite", "`created_by`"), ("mysql", "AS BINARY")]
    {
        let sql = run(dialect, own).json();
        let text = sql["sql"].as_str().unwrap();
        assert!(text.contains("COALESCE(") && text.contains(part), "{text}");
        assert!(sql["parameters"].as_array().unwrap().contains(&json!("u1")));
    }
    run("json", r#"[{"name":"cms.entry"}]"#).assert(0, "allowed", "permission_allows");
    run("json", "[]").assert(3, "denied", "no_permission");
    let refused = run("json", r#"[{"name":"cms.entry","every":["a"]}]"#);
    assert_eq!(refused.code(), 2);
    assert!(refused.err().contains("the property `every`"), "{}", refused.err());
}

#[test]
fn lint_tells_malformed_from_mismatch_from_surprise() {
    let folder = Folder::with(&[("cms.toml", CMS)]);
    let lint = |permissions: &str| {
        std::fs::write(folder.folder.path().join("p.json"), permissions).unwrap();
        folder.run(&["lint", "--schema", "cms.toml", "--permissions", "p.json", "--format", "json"], "")
    };
    let codes = |ran: &Ran| -> Vec<String> {
        let findings = ran.json()["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    let clean = lint(r#"[{"name":"cms.entry","own":true}]"#);
    assert_eq!((clean.code(), codes(&clean)), (0, vec!["not_filterable".to_owned()]));
    let mismatch = lint(r#"[{"name":"cms.entry","own":1}]"#);
    assert_eq!(mismatch.code(), 3);
    assert!(codes(&mismatch).contains(&"mismatch".to_owned()));
    let malformed = lint(
        r#"[{"name":"cms..entry"},{"name":"*","deny":true},{"name":"cms.entry","models":[]},{"name":"cms.x"}]"#,
    );
    assert_eq!(malformed.code(), 2);
    for code in ["malformed", "denial_short_of_casemate", "empty_list", "unknown_name"] {
        assert!(codes(&malformed).contains(&code.to_owned()), "{code}: {}", malformed.out());
    }
}

#[test]
fn expected_decisions_are_the_tests_of_a_policy_repository() {
    let case = |name: &str, expect: &str, subject: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\npermissions = [\"editor\"]\nexpect = \"{expect}\"\nrequest = {{ subject = {{ type = \"user\", id = \"{subject}\" }}, action = {{ name = \"cms.entry\" }}, resource = {{ type = \"entry\", id = \"1\", properties = {{ createdBy = \"u1\" }} }} }}\n"
        )
    };
    let head = "format = 1\nschemas = [\"../cms.toml\"]\n[permissions]\neditor = [{ name = \"cms.entry\", own = true }]\n";
    let good = format!("{head}{}{}", case("their own", "allowed", "u1"), case("no others", "denied", "u2"));
    let folder = Folder::with(&[("cms.toml", CMS), ("tests/own.test.toml", &good)]);
    let ran = folder.run(&["test", "."], "");
    assert_eq!(ran.code(), 0, "{}{}", ran.out(), ran.err());
    assert!(ran.out().contains("2 passed, 0 failed"), "{}", ran.out());

    let wrong = format!("{head}{}", case("their own", "denied", "u1"));
    let folder = Folder::with(&[("cms.toml", CMS), ("tests/own.test.toml", &wrong)]);
    let ran = folder.run(&["test", "."], "");
    assert_eq!(ran.code(), 3);
    assert!(ran.out().contains("expected denied, is allowed"), "{}", ran.out());
    assert_eq!(Folder::with(&[]).run(&["test", "."], "").code(), 2, "an empty run proves nothing");
    let folder = Folder::with(&[("tests/x.test.toml", "format = 1\ncolour = 1\n")]);
    assert_eq!(folder.run(&["test", "."], "").code(), 2);
}

#[test]
fn expected_decisions_can_ask_a_policy_folder() {
    let policy = "format = 1\n[[role]]\nname = \"editor\"\npermissions = [{ name = \"cms.entry\", own = true }]\n[[assignment]]\nrole = \"editor\"\nto = { type = \"user\", id = \"u1\" }\n";
    let test = "format = 1\npolicy = \".\"\n[[case]]\nname = \"the editor\"\nexpect = \"allowed\"\nreason = \"permission_allows\"\nrequest = { subject = { type = \"user\", id = \"u1\" }, action = { name = \"cms.entry\" }, resource = { type = \"entry\", id = \"1\", properties = { createdBy = \"u1\" } } }\n[[case]]\nname = \"a stranger\"\nexpect = \"denied\"\nreason = \"no_permission\"\nrequest = { subject = { type = \"user\", id = \"u2\" }, action = { name = \"cms.entry\" }, resource = { type = \"entry\", id = \"1\", properties = { createdBy = \"u2\" } } }\n";
    let folder = Folder::with(&[("cms.toml", CMS), ("roles.toml", policy), ("roles.test.toml", test)]);
    let ran = folder.run(&["test", ".", "--format", "json"], "");
    assert_eq!(ran.code(), 0, "{}{}", ran.out(), ran.err());
}

#[test]
fn schemas_for_editors_are_json_schema() {
    let folder = Folder::with(&[]);
    for file in ["schema", "policy", "test"] {
        let schema = folder.run(&["schema", file], "").json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert!(schema["properties"]["format"].is_object(), "{schema}");
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_casemate")).exists());
}
