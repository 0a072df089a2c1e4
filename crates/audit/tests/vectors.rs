//! Cases of transparency-dev for inclusion and consistency proofs, read from where the vectors are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "this is a test")]

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::hash::MerkleHash;
use casemate_audit::proof::{verify_consistency, verify_inclusion};
use serde_json::Value;

/// What the cases of a kind say, with the names of their files.
fn cases(kind: &str) -> Vec<(PathBuf, Value)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("CASEMATE_VECTORS").map_or(shared, PathBuf::from);
    let mut folders = vec![folder.join("merkle").join(kind)];
    let mut cases = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound && cases.is_empty() => {
                eprintln!(
                    "skipped: no {}; set CASEMATE_VECTORS to the folder of the vectors",
                    folder.display()
                );
                return Vec::new();
            }
            Err(error) => panic!("{}: {error}", folder.display()),
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let case = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                cases.push((path, case));
            }
        }
    }
    cases
}

/// A hash of a case; nothing where it is not as long as one, which no proof leads to.
fn hash(base64: &Value) -> Option<MerkleHash> {
    let bytes = STANDARD.decode(base64.as_str()?).unwrap();
    Some(MerkleHash(bytes.try_into().ok()?))
}

fn number(case: &Value, member: &str) -> u64 {
    case.get(member).unwrap().as_u64().unwrap()
}

fn hash_of(case: &Value, member: &str) -> Option<MerkleHash> {
    hash(case.get(member)?)
}

fn proof(case: &Value) -> Option<Vec<MerkleHash>> {
    match case.get("proof").unwrap() {
        Value::Null => Some(Vec::new()),
        hashes => hashes.as_array().unwrap().iter().map(hash).collect(),
    }
}

fn run(kind: &str, holds: impl Fn(&Value) -> Option<bool>) -> usize {
    let cases = cases(kind);
    for (path, case) in &cases {
        let is_wrong = case.get("wantErr").unwrap().as_bool().unwrap();
        assert_eq!(holds(case).unwrap_or(false), !is_wrong, "{}", path.display());
    }
    cases.len()
}

#[test]
fn the_cases_of_inclusion_give_the_expected_verdict() {
    let count = run("inclusion", |case| {
        let (index, size) = (number(case, "leafIdx"), number(case, "treeSize"));
        let (leaf, root, proof) = (hash_of(case, "leafHash")?, hash_of(case, "root")?, proof(case)?);
        Some(verify_inclusion(index, size, &leaf, &root, &proof).is_ok())
    });
    assert!([0, INCLUSION].contains(&count), "{count}");
}

#[test]
fn the_cases_of_consistency_give_the_expected_verdict() {
    let count = run("consistency", |case| {
        let (earlier, later) = (number(case, "size1"), number(case, "size2"));
        let (before, after, proof) = (hash_of(case, "root1")?, hash_of(case, "root2")?, proof(case)?);
        Some(verify_consistency((earlier, &before), (later, &after), &proof).is_ok())
    });
    assert!([0, CONSISTENCY].contains(&count), "{count}");
}

/// How many cases there are.
const INCLUSION: usize = 52;
const CONSISTENCY: usize = 53;
