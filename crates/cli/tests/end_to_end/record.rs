//! The record of decisions: complete, durable before the answer, and read while serving.

use std::thread;

use serde_json::json;

use crate::{Folder, casemate, decision, question, recorded};

#[test]
fn a_denial_is_on_record_when_the_answer_is_there_whatever_happens_next() {
    let folder = Folder::new();
    let casemate = folder.builder().killed().start().unwrap();
    let credential = casemate.credential().unwrap().to_owned();
    for note in 0..20 {
        assert!(!decision(&casemate, &credential, &question("ada", "notes.read", &note.to_string())));
    }
    // The program gets SIGKILL: it cannot do anything more.
    drop(casemate);
    let notes: Vec<_> = recorded(&folder.data(), &[])
        .iter()
        .map(|event| event["resource"]["id"].as_str().unwrap().parse::<u32>().unwrap())
        .collect();
    assert_eq!(notes, (0..20).rev().collect::<Vec<_>>());
}

#[test]
fn denials_of_many_at_once_are_each_on_record() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let credential = casemate.credential().unwrap();
    thread::scope(|scope| {
        for client in 0..8 {
            let casemate = &casemate;
            scope.spawn(move || {
                for note in 0..10 {
                    let body = question("ada", "notes.read", &format!("{client}-{note}"));
                    assert!(!decision(casemate, credential, &body));
                }
            });
        }
    });
    let mut notes: Vec<_> =
        recorded(&folder.data(), &[]).iter().map(|event| event["resource"]["id"].to_string()).collect();
    notes.sort();
    notes.dedup();
    assert_eq!(notes.len(), 80);
}

#[test]
fn allowed_decisions_are_recorded_where_that_was_chosen() {
    for (chosen, expected) in [("denied", &["denied"][..]), ("allowed", &["denied", "allowed"])] {
        let folder = Folder::new();
        folder.write("policy.toml", crate::policy::ADA_READS);
        let casemate = folder.builder().policy(folder.policy()).arg("--record").arg(chosen).start().unwrap();
        let credential = casemate.credential().unwrap();
        assert!(decision(&casemate, credential, &question("ada", "notes.read", "1")));
        assert!(!decision(&casemate, credential, &question("ada", "notes.write", "1")));
        let found = recorded(&folder.data(), &[]);
        let decisions: Vec<_> = found.iter().map(|event| event["decision"].as_str().unwrap()).collect();
        assert_eq!(decisions, expected);
        if let Some(allowed) = found.get(1) {
            assert_eq!(allowed["permission"], "notes.read");
        }
    }
}

#[test]
fn each_denied_item_of_a_batch_is_on_record_with_its_position() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let mut body: serde_json::Value = serde_json::from_str(&question("ada", "notes.read", "1")).unwrap();
    body["evaluations"] = json!([{}, {"subject": 7}, {"action": {"name": "no name"}}]);
    let authorization = format!("Authorization: Bearer {}", casemate.credential().unwrap());
    let headers = ["Content-Type: application/json", "X-Request-ID: batch-1", &authorization];
    let answer = casemate.request("POST /access/v1/evaluations", &headers, &body.to_string()).unwrap();
    assert_eq!(answer.status, 200);
    let mut found = recorded(&folder.data(), &[]);
    found.reverse();
    let reasons: Vec<_> = found.iter().map(|event| event["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["no_permission", "invalid_evaluation", "invalid_name"]);
    let items: Vec<_> = found.iter().map(|event| event["item"].as_u64().unwrap()).collect();
    assert_eq!(items, [0, 1, 2]);
    assert!(found.iter().all(|event| event["request_id"] == "batch-1"));
    assert_eq!(found[2]["action"], "no name");
}

#[test]
fn the_list_is_narrowed_and_bounded() {
    let folder = Folder::new();
    let casemate_server = folder.builder().start().unwrap();
    let credential = casemate_server.credential().unwrap();
    for subject in ["ada", "bob", "ada"] {
        decision(&casemate_server, credential, &question(subject, "notes.read", "1"));
    }
    let count = |arguments: &[&str]| recorded(&folder.data(), arguments).len();
    assert_eq!(count(&["--subject", "ada"]), 2);
    assert_eq!(count(&["--decision", "allowed"]), 0);
    assert_eq!(count(&["--decision", "denied"]), 3);
    assert_eq!(count(&["--since", "1h"]), 3);
    assert_eq!(count(&["--since", "2999-01-01T00:00:00Z"]), 0);
    let data = folder.data().display().to_string();
    let table = casemate(&["audit", "list", "--data", &data, "--limit", "1"]);
    let table = String::from_utf8(table.stdout).unwrap();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(
        lines[0].starts_with("TIME") && lines[1].contains("user:ada") && lines[1].contains("note:1"),
        "{table}"
    );
    let absent = casemate(&["audit", "list", "--data", "/nonexistent/casemate"]);
    assert_eq!(absent.status.code(), Some(2));
}

#[test]
fn what_was_recorded_stays_within_its_bound() {
    let folder = Folder::new();
    let start = || folder.builder().arg("--keep-decisions").arg("10").start().unwrap();
    let casemate = start();
    let credential = casemate.credential().unwrap().to_owned();
    let evaluations: Vec<_> = (0..50).map(|_| json!({})).collect();
    let mut body: serde_json::Value = serde_json::from_str(&question("ada", "notes.read", "1")).unwrap();
    body["evaluations"] = json!(evaluations);
    for _ in 0..20 {
        let answer = casemate.post("/access/v1/evaluations", &credential, &body.to_string()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    decision(&casemate, &credential, &question("ada", "notes.read", "the last"));
    drop(casemate);
    let _casemate = start();
    let kept = recorded(&folder.data(), &[]);
    // What is too many goes by whole blocks of 256 events.
    assert!((10..10 + 256).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept[0]["resource"]["id"], "the last");
}
