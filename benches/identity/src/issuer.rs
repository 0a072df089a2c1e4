//! A made-up issuer: one key for each algorithm, and tokens like those of real issuers.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::Failure;

pub(crate) const ISSUER: &str = "https://login.example/realms/main";
pub(crate) const AUDIENCE: &str = "https://api.example";
/// Seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;
/// Long before and after any day on which this runs: `jsonwebtoken` asks the clock.
const ISSUED: i64 = 1_600_000_000;
const EXPIRES: i64 = 4_000_000_000;
/// How many tokens there are for each algorithm.
pub(crate) const TOKENS: usize = 64;

/// One key of the issuer with its tokens.
pub(crate) struct Signer {
    pub(crate) algorithm: &'static str,
    pub(crate) jwk: Value,
    pub(crate) tokens: Vec<Token>,
    /// The bare key of the library.
    pub(crate) key: ParsedPublicKey,
}

/// A token, whole and in the pieces that the bare check takes.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Signer {
    pub(crate) fn rs256() -> Result<Signer, Failure> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        // Modulus and exponent in the PKCS #1 encoding of a 2048-bit key, whose lengths are always the same.
        let der = pair.public_key().as_ref();
        let (n, e) = (der.get(9..265).ok_or("no modulus")?, der.get(267..).ok_or("no exponent")?);
        let jwk = json!({"kty": "RSA", "n": encode(n), "e": encode(e)});
        let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?;
        Signer::new("RS256", jwk, key, |message| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
            Ok(signature)
        })
    }

    pub(crate) fn es256() -> Result<Signer, Failure> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let point = pair.public_key().as_ref();
        let (x, y) = point.get(1..).ok_or("no point")?.split_at(32);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)});
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)?;
        Signer::new("ES256", jwk, key, |message| {
            Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec())
        })
    }

    pub(crate) fn eddsa() -> Result<Signer, Failure> {
        let pair = Ed25519KeyPair::generate()?;
        let public = pair.public_key().as_ref();
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(public)});
        let key = ParsedPublicKey::new(&ED25519, public)?;
        Signer::new("EdDSA", jwk, key, |message| Ok(pair.sign(message).as_ref().to_vec()))
    }

    fn new(
        algorithm: &'static str,
        mut jwk: Value,
        key: ParsedPublicKey,
        sign: impl Fn(&[u8]) -> Result<Vec<u8>, Failure>,
    ) -> Result<Signer, Failure> {
        for (name, value) in [("alg", algorithm), ("kid", algorithm), ("use", "sig")] {
            if let Value::Object(members) = &mut jwk {
                members.insert(name.to_owned(), json!(value));
            }
        }
        let header = json!({"alg": algorithm, "kid": algorithm, "typ": "at+jwt"}).to_string();
        let token = |number| {
            let signed =
                format!("{}.{}", encode(header.as_bytes()), encode(claims(number).to_string().as_bytes()));
            let signature = sign(signed.as_bytes())?;
            Ok(Token {
                text: format!("{signed}.{}", encode(&signature)),
                signed: signed.into_bytes(),
                signature,
            })
        };
        let tokens = (0..TOKENS).map(token).collect::<Result<_, Failure>>()?;
        Ok(Signer { algorithm, jwk, tokens, key })
    }
}

/// The claims of an access token as RFC 9068 has them, with a profile.
fn claims(number: usize) -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": format!("8f14e45f-ceea-467f-a3f1-{number:012}"),
        "client_id": "web",
        "iat": ISSUED,
        "nbf": ISSUED,
        "exp": EXPIRES,
        "auth_time": ISSUED - 3_000,
        "jti": format!("01890a5d-ac96-774b-bcce-{number:012}"),
        "scope": "openid profile email",
        "acr": "urn:example:silver",
        "amr": ["pwd", "otp"],
        "name": format!("Ada Lovelace {number}"),
        "preferred_username": format!("ada{number}"),
        "email": format!("ada{number}@example.com"),
        "groups": ["engineering", "on-call", "everyone"],
    })
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
