//! A test for each rule about keys.

use serde_json::{Map, Value, json};

use super::*;
use crate::signer::{Signer, encode};

fn read(jwk: &Map<String, Value>) -> Result<VerificationKey, KeyError> {
    VerificationKey::from_jwk(jwk, &[])
}

/// A good key with one member changed; `null` removes it.
fn changed(algorithm: Algorithm, name: &str, value: Value) -> Result<VerificationKey, KeyError> {
    let mut jwk = Signer::new(algorithm, "k").jwk();
    match value {
        Value::Null => jwk.remove(name),
        value => jwk.insert(name.to_owned(), value),
    };
    read(&jwk)
}

#[test]
fn every_algorithm_verifies_its_own_signatures_only() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::new(algorithm, "k");
        let key = signer.key();
        assert_eq!((key.algorithm(), key.kid()), (algorithm, Some("k")));
        let mut signature = signer.signature(b"message");
        assert!(key.verifies(b"message", &signature), "{algorithm}");
        assert!(!key.verifies(b"massage", &signature), "{algorithm}");
        assert!(!key.verifies(b"message", &signature[1..]), "{algorithm}");
        signature[10] ^= 1;
        assert!(!key.verifies(b"message", &signature), "{algorithm}");
        assert!(!key.verifies(b"message", b""), "{algorithm}");
    }
}

#[test]
fn an_ecdsa_signature_in_der_is_refused() {
    let signer = Signer::new(Algorithm::ES256, "k");
    let fixed = signer.signature(b"message");
    let integer = |bytes: &[u8]| [&[2, 33, 0], bytes].concat();
    let body = [integer(&fixed[..32]), integer(&fixed[32..])].concat();
    let der = [&[0x30, body.len() as u8][..], &body].concat();
    assert!(!signer.key().verifies(b"message", &der));
}

#[test]
fn use_is_sig_or_absent() {
    assert!(changed(Algorithm::EdDSA, "use", Value::Null).is_ok());
    assert_eq!(changed(Algorithm::EdDSA, "use", json!("enc")).unwrap_err(), KeyError::WrongUse("enc".into()));
    assert_eq!(changed(Algorithm::EdDSA, "use", json!(["sig"])).unwrap_err(), KeyError::Member("use"));
}

#[test]
fn key_ops_say_verify_and_nothing_but_signatures() {
    for operations in [json!(["verify"]), json!(["sign", "verify"])] {
        assert!(changed(Algorithm::EdDSA, "key_ops", operations).is_ok());
    }
    for operations in [
        json!([]),
        json!(["sign"]),
        json!(["verify", "encrypt"]),
        json!(["Verify"]),
        json!("verify"),
        json!([1]),
    ] {
        let refused = changed(Algorithm::EdDSA, "key_ops", operations.clone());
        assert_eq!(refused.unwrap_err(), KeyError::WrongOperations, "{operations}");
    }
}

#[test]
fn symmetric_keys_are_refused() {
    let jwk = json!({"kty": "oct", "k": "AAAA", "alg": "HS256", "kid": "k"});
    assert_eq!(read(jwk.as_object().unwrap()).unwrap_err(), KeyError::Symmetric);
    let hmac = changed(Algorithm::RS256, "alg", json!("HS256"));
    assert_eq!(hmac.unwrap_err(), KeyError::Algorithm("HS256".into()));
}

#[test]
fn private_key_material_is_refused() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(changed(Algorithm::EdDSA, member, json!("AAAA")).unwrap_err(), KeyError::Private(member));
    }
}

#[test]
fn alg_goes_with_the_kind_of_key() {
    for (algorithm, other) in [
        (Algorithm::ES256, Algorithm::ES384),
        (Algorithm::ES256, Algorithm::RS256),
        (Algorithm::RS256, Algorithm::ES256),
        (Algorithm::RS256, Algorithm::EdDSA),
        (Algorithm::EdDSA, Algorithm::ES256),
    ] {
        assert_eq!(changed(algorithm, "alg", json!(other.name())).unwrap_err(), KeyError::Mismatch(other));
    }
    for name in ["none", "RSA-OAEP", "ES256K", "es256", ""] {
        assert_eq!(
            changed(Algorithm::ES256, "alg", json!(name)).unwrap_err(),
            KeyError::Algorithm(name.into())
        );
    }
    assert_eq!(changed(Algorithm::ES256, "alg", json!(1)).unwrap_err(), KeyError::Member("alg"));
}

#[test]
fn without_alg_a_curve_has_its_only_algorithm() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA] {
        assert_eq!(changed(algorithm, "alg", Value::Null).unwrap().algorithm(), algorithm);
    }
}

#[test]
fn without_alg_an_rsa_key_has_the_one_configured_algorithm() {
    let mut jwk = Signer::new(Algorithm::RS256, "k").jwk();
    jwk.remove("alg");
    let read = |accepted: &[Algorithm]| VerificationKey::from_jwk(&jwk, accepted).map(|key| key.algorithm());
    assert_eq!(read(&[]), Ok(Algorithm::RS256));
    assert_eq!(read(&[Algorithm::ES256, Algorithm::PS384]), Ok(Algorithm::PS384));
    assert_eq!(read(&[Algorithm::RS256, Algorithm::PS256]), Err(KeyError::Ambiguous));
    assert_eq!(read(&[Algorithm::ES256]), Err(KeyError::NotConfigured(Algorithm::RS256)));
}

#[test]
fn only_configured_algorithms_are_accepted() {
    let jwk = Signer::quick("k").jwk();
    assert!(VerificationKey::from_jwk(&jwk, &[Algorithm::ES256, Algorithm::EdDSA]).is_ok());
    let refused = VerificationKey::from_jwk(&jwk, &[Algorithm::ES256]);
    assert_eq!(refused.unwrap_err(), KeyError::NotConfigured(Algorithm::EdDSA));
}

#[test]
fn unknown_kinds_of_keys_and_curves_are_refused() {
    assert!(matches!(changed(Algorithm::ES256, "crv", json!("secp256k1")), Err(KeyError::Unsupported(_))));
    assert!(matches!(changed(Algorithm::EdDSA, "crv", json!("Ed448")), Err(KeyError::Unsupported(_))));
    assert!(matches!(changed(Algorithm::EdDSA, "crv", json!("P-256")), Err(KeyError::Unsupported(_))));
    assert!(matches!(changed(Algorithm::EdDSA, "kty", json!("AKP")), Err(KeyError::Unsupported(_))));
    assert_eq!(changed(Algorithm::ES256, "crv", Value::Null).unwrap_err(), KeyError::Member("crv"));
    assert_eq!(changed(Algorithm::ES256, "kty", Value::Null).unwrap_err(), KeyError::Member("kty"));
}

#[test]
fn rsa_keys_have_2048_to_8192_bits() {
    let size = |first: u8, bytes: usize| {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = first;
        changed(Algorithm::RS256, "n", json!(encode(&modulus)))
    };
    assert_eq!(size(0x80, 128).unwrap_err(), KeyError::RsaSize(1024));
    assert_eq!(size(0x7f, 256).unwrap_err(), KeyError::RsaSize(2047));
    assert!(size(0x80, 256).is_ok());
    assert!(size(0xff, 1024).is_ok());
    assert_eq!(size(0x01, 1025).unwrap_err(), KeyError::RsaSize(8193));
    assert_eq!(changed(Algorithm::RS256, "n", json!("")).unwrap_err(), KeyError::RsaSize(0));
    // 2048 bits by length, not by value.
    let padded = [vec![0; 128], vec![0xff; 128]].concat();
    assert_eq!(changed(Algorithm::RS256, "n", json!(encode(&padded))).unwrap_err(), KeyError::RsaSize(1024));
}

#[test]
fn an_rsa_exponent_is_odd_and_more_than_one() {
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        let refused = changed(Algorithm::RS256, "e", json!(encode(exponent)));
        assert_eq!(refused.unwrap_err(), KeyError::RsaExponent, "{exponent:?}");
    }
    assert!(changed(Algorithm::RS256, "e", json!("AAEAAQ")).is_ok(), "a leading zero changes nothing");
}

#[test]
fn coordinates_have_their_full_length_and_are_on_the_curve() {
    for name in ["x", "y"] {
        assert_eq!(
            changed(Algorithm::ES256, name, json!(encode(&[1; 31]))).unwrap_err(),
            KeyError::Member(name)
        );
        assert_eq!(
            changed(Algorithm::ES256, name, json!(encode(&[0; 33]))).unwrap_err(),
            KeyError::Member(name)
        );
        assert_eq!(changed(Algorithm::ES256, name, Value::Null).unwrap_err(), KeyError::Member(name));
        assert_eq!(changed(Algorithm::ES256, name, json!("A===")).unwrap_err(), KeyError::Member(name));
        assert_eq!(changed(Algorithm::ES256, name, json!(encode(&[1; 32]))).unwrap_err(), KeyError::Invalid);
    }
    assert_eq!(changed(Algorithm::EdDSA, "x", json!(encode(&[1; 31]))).unwrap_err(), KeyError::Member("x"));
}

#[test]
fn debug_output_of_a_key_is_short() {
    assert_eq!(
        format!("{:?}", Signer::quick("k").key()),
        "VerificationKey { kid: Some(\"k\"), algorithm: EdDSA, .. }"
    );
}

fn set(keys: &[Value]) -> KeySet {
    KeySet::from_json(json!({ "keys": keys }).to_string().as_bytes(), &[]).unwrap()
}

fn reasons(set: &KeySet) -> Vec<(usize, KeyError)> {
    set.skipped().iter().map(|key| (key.index, key.reason.clone())).collect()
}

#[test]
fn a_bad_key_is_left_out_and_the_others_stay() {
    let (good, other) = (Signer::quick("good"), Signer::new(Algorithm::ES256, "other"));
    let mut encryption = Signer::quick("enc").jwk();
    encryption.insert("use".into(), json!("enc"));
    let set = set(&[
        json!({"kty": "oct", "k": "AAAA", "kid": "secret"}),
        json!(good.jwk()),
        json!(encryption),
        json!(7),
        json!(other.jwk()),
    ]);
    assert_eq!(
        set.keys().iter().map(VerificationKey::kid).collect::<Vec<_>>(),
        [Some("good"), Some("other")]
    );
    assert_eq!(
        reasons(&set),
        [(0, KeyError::Symmetric), (2, KeyError::WrongUse("enc".into())), (3, KeyError::NotAnObject)]
    );
    assert!(set.find(Some("secret"), Algorithm::EdDSA).is_none());
}

#[test]
fn of_keys_with_one_kid_none_is_used() {
    let twice = [json!(Signer::quick("twice").jwk()), json!(Signer::new(Algorithm::ES256, "twice").jwk())];
    let set = set(&[twice[0].clone(), json!(Signer::quick("once").jwk()), twice[1].clone()]);
    assert_eq!(reasons(&set), [(0, KeyError::DuplicateKid), (2, KeyError::DuplicateKid)]);
    assert!(set.find(Some("twice"), Algorithm::EdDSA).is_none());
    assert!(set.find(Some("once"), Algorithm::EdDSA).is_some());
}

#[test]
fn a_token_without_kid_means_the_only_key_of_its_algorithm() {
    let (first, second, curve) = (Signer::quick("a"), Signer::quick("b"), Signer::new(Algorithm::ES256, "c"));
    let one_each = set(&[json!(first.jwk()), json!(curve.jwk())]);
    assert_eq!(one_each.find(None, Algorithm::EdDSA).unwrap().kid(), Some("a"));
    let ambiguous = set(&[json!(first.jwk()), json!(second.jwk())]);
    assert!(ambiguous.find(None, Algorithm::EdDSA).is_none());
    assert!(one_each.find(None, Algorithm::RS256).is_none());
    assert!(one_each.find(Some("unknown"), Algorithm::EdDSA).is_none());
}

#[test]
fn a_set_is_bounded() {
    let many = |count: usize| json!({ "keys": vec![json!({}); count] }).to_string();
    assert!(KeySet::from_json(many(MAX_KEYS).as_bytes(), &[]).is_ok());
    assert_eq!(
        KeySet::from_json(many(MAX_KEYS + 1).as_bytes(), &[]).unwrap_err(),
        KeySetError::TooMany(MAX_KEYS + 1)
    );
    let sized = |bytes: usize| {
        let mut text = String::from("{\"keys\":[]}");
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    assert!(KeySet::from_json(sized(MAX_SET_BYTES).as_bytes(), &[]).is_ok());
    assert_eq!(
        KeySet::from_json(sized(MAX_SET_BYTES + 1).as_bytes(), &[]).unwrap_err(),
        KeySetError::TooLarge
    );
}

#[test]
fn a_document_that_is_no_key_set_is_refused() {
    for text in
        ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#, r#"{"keys":[{"kid":"a","kid":"b"}]}"#]
    {
        assert!(KeySet::from_json(text.as_bytes(), &[]).is_err(), "{text}");
    }
}
