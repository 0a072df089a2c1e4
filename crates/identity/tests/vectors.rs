//! Wycheproof's cases for signatures and keys, read from where the vectors are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "this is a test")]

use std::path::{Path, PathBuf};

use casemate_identity::jwk::{KeySet, VerificationKey};
use casemate_identity::jwt::{CompactJws, TokenError};
use serde_json::{Value, json};

/// Mislabelled upstream: malformed base64url called valid, and the reverse.
const MISLABELLED: [u64; 4] = [367, 370, 372, 373];

/// Called valid, though the token names another algorithm than its key (PS384 and PS256), or the key one that
/// does not exist (`ES521`): an algorithm comes from the key, and there is one for each.
const STRICTER: [u64; 3] = [346, 350, 351];

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

/// Runs every case and answers how many were accepted and refused.
fn run(file: &str, verify: impl Fn(&Value, &str) -> Result<(), String>) -> Option<(usize, usize)> {
    let vectors = vectors(file)?;
    let (mut accepted, mut refused) = (0, 0);
    for group in vectors.get("testGroups").unwrap().as_array().unwrap() {
        // Without a public key, the group's is a shared secret.
        let public = group.get("public");
        let key = public.or_else(|| group.get("private")).unwrap();
        for case in group.get("tests").unwrap().as_array().unwrap() {
            let id = case.get("tcId").and_then(Value::as_u64).unwrap();
            if MISLABELLED.contains(&id) {
                continue;
            }
            let valid = case.get("result") == Some(&json!("valid"));
            let expected = valid && public.is_some() && !STRICTER.contains(&id);
            let outcome = verify(key, case.get("jws").and_then(Value::as_str).unwrap());
            assert_eq!(
                outcome.is_ok(),
                expected,
                "{file} {id} {}: {outcome:?}",
                case.get("comment").unwrap()
            );
            *(if expected { &mut accepted } else { &mut refused }) += 1;
        }
    }
    Some((accepted, refused))
}

#[test]
fn signature_vectors_are_accepted_and_refused_as_labelled() {
    if let Some((accepted, refused)) = run("json_web_signature.json", verify_with_key) {
        assert!(accepted >= 10 && refused >= 100, "{accepted} accepted, {refused} refused");
    }
}

#[test]
fn key_vectors_are_accepted_and_refused_as_labelled() {
    if let Some((accepted, refused)) = run("json_web_key.json", verify_with_set) {
        assert!(accepted >= 1 && refused >= 10, "{accepted} accepted, {refused} refused");
    }
}

#[test]
fn symmetric_key_vectors_are_refused_even_where_they_are_valid() {
    let Some(vectors) = vectors("json_web_signature.json") else { return };
    let groups = vectors.get("testGroups").unwrap().as_array().unwrap();
    let secret = groups
        .iter()
        .filter(|group| group.get("public").is_none())
        .map(|group| group.get("private").unwrap());
    let mut seen = 0;
    for jwk in secret {
        assert!(VerificationKey::from_jwk(jwk.as_object().unwrap(), &[]).is_err());
        seen += 1;
    }
    assert!(seen > 0);
}
