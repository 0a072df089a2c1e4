//! Key sets: every key is used or left out with a reason, and a token finds one that it names.
#![no_main]

use casemate_identity::jwk::KeySet;
use casemate_identity::strict_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|document: &[u8]| {
    let set = match KeySet::from_json(document, &[]) {
        Ok(set) => set,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let object = strict_json::object(document).expect("a set that is read is strict JSON");
    let entries = object.get("keys").and_then(Value::as_array).expect("its keys");
    assert_eq!(set.keys().len() + set.skipped().len(), entries.len());
    for skipped in set.skipped() {
        assert!(skipped.index < entries.len() && !skipped.reason.to_string().is_empty());
    }
    for key in set.keys() {
        if let Some(kid) = key.kid() {
            let found = set.find(Some(kid), key.algorithm()).expect("a key is found by its name");
            assert!(std::ptr::eq(found, key), "no two keys have one name");
        }
        assert!(!key.verifies(b"message", &[0; 64]) && !key.verifies(b"message", &[]));
    }
    let symmetric = entries.iter().filter(|entry| entry.get("kty").and_then(Value::as_str) == Some("oct"));
    assert!(symmetric.count() <= set.skipped().len());
});
