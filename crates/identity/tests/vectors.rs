//! Wycheproof's cases for signatures and keys, read from where the vectors are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "this is a test")]

use std::path::{Path, PathBuf};

use casemate_identity::jwk::{KeyError, KeySet, VerificationKey};
use casemate_identity::jwt::{CompactJws, TokenError};
use serde_json::{Value, json};

/// A case that is called valid upstream and refused here.
struct Exception {
    case: u64,
    /// What the refusal says.
    refusal: &'static str,
    /// Why it is refused all the same.
    reason: &'static str,
}

const fn refused(case: u64, refusal: &'static str, reason: &'static str) -> Exception {
    Exception { case, refusal, reason }
}

const SYMMETRIC: &str = "it is a symmetric key";

const SIGNATURE_EXCEPTIONS: [Exception; 10] = [
    refused(1, SYMMETRIC, "an HMAC: whoever could verify it could make it as well"),
    refused(346, "the token says PS384, but its key is for PS256", "an algorithm comes from the key"),
    refused(348, SYMMETRIC, "the HMAC of RFC 7520, figure 35"),
    refused(350, "the token says PS384, but its key is for PS256", "an algorithm comes from the key"),
    refused(
        351,
        "`alg` is `ES521`",
        "the key's algorithm is a misprint of ES512 that no specification knows",
    ),
    refused(352, SYMMETRIC, "the HMAC of RFC 7520, figure 35, once more"),
    refused(357, SYMMETRIC, "an HMAC, there to compare wrong base64url with"),
    refused(359, SYMMETRIC, "an HMAC whose base64url has `-` and `_`"),
    refused(372, SYMMETRIC, "an HMAC, and mislabelled: a `?` stands in the header's base64url"),
    refused(377, SYMMETRIC, "an HMAC whose header has white space"),
];

const KEY_EXCEPTIONS: [Exception; 2] = [
    refused(2, "the algorithm `HS256` is not accepted", "the set and the token are about shared secrets"),
    refused(15, "the algorithm `HS512` is not accepted", "the set and the token are about a shared secret"),
];

fn vectors(file: &str) -> Option<Value> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("CASEMATE_VECTORS").map_or(shared, PathBuf::from);
    let path = folder.join("wycheproof").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: no {}; set CASEMATE_VECTORS to the folder of the vectors", path.display());
            None
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn verify_with_key(jwk: &Value, jws: &str) -> Result<(), String> {
    let key = VerificationKey::from_jwk(jwk.as_object().unwrap(), &[]).map_err(|error| error.to_string())?;
    verify(&key, CompactJws::parse(jws))
}

fn verify_with_set(set: &Value, jws: &str) -> Result<(), String> {
    let set = KeySet::from_json(set.to_string().as_bytes(), &[]).map_err(|error| error.to_string())?;
    let jws = CompactJws::parse(jws).map_err(|error| error.to_string())?;
    let key = set.find(jws.kid(), jws.algorithm()).ok_or("no such key")?;
    verify(key, Ok(jws))
}

fn verify(key: &VerificationKey, jws: Result<CompactJws<'_>, TokenError>) -> Result<(), String> {
    jws.and_then(|jws| jws.verify(key)).map(drop).map_err(|error| error.to_string())
}

/// What became of the cases of a file.
#[derive(Debug, PartialEq)]
struct Counts {
    accepted: usize,
    refused: usize,
    excepted: usize,
}

/// Runs every case, prints what was counted, and answers it.
fn run(
    file: &str,
    exceptions: &[Exception],
    verify: impl Fn(&Value, &str) -> Result<(), String>,
) -> Option<Counts> {
    let vectors = vectors(file)?;
    let mut counts = Counts { accepted: 0, refused: 0, excepted: 0 };
    for group in vectors.get("testGroups").unwrap().as_array().unwrap() {
        // Without a public key, the group's is a shared secret.
        let key = group.get("public").or_else(|| group.get("private")).unwrap();
        for case in group.get("tests").unwrap().as_array().unwrap() {
            let id = case.get("tcId").and_then(Value::as_u64).unwrap();
            let label = case.get("result").and_then(Value::as_str).unwrap();
            let about = format!("{file} {id} {}, {label}", case.get("comment").unwrap());
            let outcome = verify(key, case.get("jws").and_then(Value::as_str).unwrap());
            let exception = exceptions.iter().find(|exception| exception.case == id);
            match (label, exception, outcome) {
                ("valid", None, Ok(())) => counts.accepted += 1,
                ("invalid", None, Err(_)) => counts.refused += 1,
                ("valid", Some(exception), Err(refusal)) => {
                    assert!(refusal.contains(exception.refusal), "{about}: {refusal}");
                    eprintln!("{about}, is refused: {}", exception.reason);
                    counts.excepted += 1;
                }
                (_, exception, outcome) => {
                    let reason = exception.map(|exception| exception.reason);
                    panic!("{about}, exception {reason:?}: {outcome:?}");
                }
            }
        }
    }
    eprintln!("{file}: {counts:?}");
    let total = counts.accepted + counts.refused + counts.excepted;
    assert_eq!(vectors.get("numberOfTests"), Some(&json!(total)), "no case is passed over");
    assert_eq!(counts.excepted, exceptions.len(), "an exception without its case");
    Some(counts)
}

#[test]
fn signature_vectors_are_accepted_and_refused_as_labelled() {
    if let Some(counts) = run("json_web_signature.json", &SIGNATURE_EXCEPTIONS, verify_with_key) {
        assert!(counts.accepted >= 15, "{counts:?}");
    }
}

#[test]
fn key_vectors_are_accepted_and_refused_as_labelled() {
    if let Some(counts) = run("json_web_key.json", &KEY_EXCEPTIONS, verify_with_set) {
        assert!(counts.accepted >= 1, "{counts:?}");
    }
}

/// Beside the key: no token of those groups says anything that would be looked at any further.
#[test]
fn symmetric_vectors_are_refused_by_the_key_and_by_the_token() {
    let Some(vectors) = vectors("json_web_signature.json") else { return };
    let groups = vectors.get("testGroups").unwrap().as_array().unwrap();
    let mut seen = 0;
    for group in groups.iter().filter(|group| group.get("public").is_none()) {
        let jwk = group.get("private").unwrap().as_object().unwrap();
        assert_eq!(VerificationKey::from_jwk(jwk, &[]).unwrap_err(), KeyError::Symmetric);
        for case in group.get("tests").unwrap().as_array().unwrap() {
            let jws = case.get("jws").and_then(Value::as_str).unwrap();
            assert!(CompactJws::parse(jws).is_err(), "{case}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen} tokens");
}
