//! Tokens, with a good signature whatever they say: a header on the first line of the input, and the payload after it.
#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_fuzz::providers::NOW;
use casemate_identity::jwk::{Algorithm, VerificationKey};
use casemate_identity::jwt::{Rules, TokenUse, UnverifiedToken};
use casemate_identity::strict_json;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const ISSUER: &str = "https://a.example";
const LEEWAY: Duration = Duration::from_secs(60);
const USES: [TokenUse; 4] =
    [TokenUse::AccessToken, TokenUse::PlainAccessToken, TokenUse::IdToken, TokenUse::LogoutToken];
const NEVER_IN_A_HEADER: [&str; 7] = ["crit", "jwk", "jku", "x5u", "x5c", "zip", "enc"];

struct Issuer {
    pair: Ed25519KeyPair,
    key: VerificationKey,
    rules: Vec<Rules>,
}

fn issuer() -> &'static Issuer {
    static ISSUED: OnceLock<Issuer> = OnceLock::new();
    ISSUED.get_or_init(|| {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k"});
        let key = VerificationKey::from_jwk(jwk.as_object().expect("a JWK"), &[]).expect("a key");
        let rules = USES.map(|token_use| Rules {
            issuer: ISSUER.into(),
            audiences: vec!["api".into()],
            leeway: LEEWAY,
            token_use,
        });
        Issuer { pair, key, rules: rules.into() }
    })
}

fuzz_target!(|bytes: &[u8]| {
    let raw = String::from_utf8_lossy(bytes);
    if let Err(error) = UnverifiedToken::parse(&raw) {
        assert!(!error.to_string().is_empty());
    }
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let (header, payload) = (lines.next().unwrap_or_default(), lines.next().unwrap_or(b"{}"));
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = issuer().pair.sign(signed.as_bytes());
    check(header, payload, &format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)));
    // The header is known by now, where it came with a good signature.
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([1; 64]));
    for rules in &issuer().rules {
        let verified =
            UnverifiedToken::parse(&forged).and_then(|token| token.verify(&issuer().key, rules, NOW));
        assert!(verified.is_err());
    }
});

/// A token with this header and this payload is read as they are, or refused.
fn check(header: &[u8], payload: &[u8], token: &str) {
    let first = match UnverifiedToken::parse(token) {
        Ok(first) => first,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let header = strict_json::object(header).expect("a header that is read is strict JSON");
    let claims = strict_json::object(payload).expect("a payload that is read is strict JSON");
    assert!(!NEVER_IN_A_HEADER.iter().any(|name| header.contains_key(*name)));
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    assert_eq!(first.kid(), text("kid"));
    assert_eq!(Some(first.algorithm()), text("alg").and_then(Algorithm::from_name));
    assert_eq!(first.issuer(), claims.get("iss").and_then(Value::as_str));
    for rules in &issuer().rules {
        let token = UnverifiedToken::parse(token).expect("it was read before");
        assert_eq!((token.kid(), token.algorithm()), (first.kid(), first.algorithm()));
        match token.verify(&issuer().key, rules, NOW) {
            Ok(verified) => {
                assert_eq!(verified.claims(), claims);
                assert_eq!(claims.get("iss"), Some(&json!(ISSUER)));
                assert!(!claims.contains_key("cnf"));
                assert!(verified.validity().until.0 + LEEWAY.as_micros() as i64 > NOW.0);
                assert_eq!(first.algorithm(), Algorithm::EdDSA);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
