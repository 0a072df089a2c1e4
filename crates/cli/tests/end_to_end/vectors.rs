//! The decisions of AuthZEN's todo interoperability scenario.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Folder, SECRET};

/// The folder with the vectors: the one that `CASEMATE_VECTORS` names, or the one beside the workspace.
fn vectors() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("CASEMATE_VECTORS").map_or_else(beside, PathBuf::from);
    folder.join("authzen").is_dir().then(|| folder.join("authzen"))
}

#[test]
#[allow(clippy::print_stderr, reason = "whoever runs the tests is to know that this one was skipped")]
fn the_todo_vectors_are_answered_as_expected() {
    let Some(vectors) = vectors() else {
        eprintln!("skipped: the vectors are absent; name their folder in CASEMATE_VECTORS");
        return;
    };
    let text = std::fs::read_to_string(vectors.join("todo-decisions.json")).unwrap();
    let todo: Value = serde_json::from_str(&text).unwrap();
    let folder = Folder::new();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/todo");
    let casemate = folder.builder().policy(policy).start().unwrap();

    let single = todo["evaluation"].as_array().unwrap();
    assert!(single.len() >= 40);
    for vector in single {
        let answer = casemate.post("/access/v1/evaluation", SECRET, &vector["request"].to_string()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["decision"], vector["expected"], "{vector}");
    }
    let batches = todo["evaluations"].as_array().unwrap();
    assert!(batches.len() >= 3);
    for vector in batches {
        let answer =
            casemate.post("/access/v1/evaluations", SECRET, &vector["request"].to_string()).unwrap().json();
        let answered = answer["evaluations"].as_array().unwrap();
        let expected = vector["expected"].as_array().unwrap();
        assert_eq!(answered.len(), expected.len(), "{vector}");
        for (answered, expected) in answered.iter().zip(expected) {
            assert_eq!(answered["decision"], expected["decision"], "{vector}");
        }
    }
}
