//! Keys that tests sign tokens with.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::jwk::{Algorithm, VerificationKey};

/// A key pair of a made-up issuer.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub(crate) fn new(algorithm: Algorithm, kid: &str) -> Signer {
        let pair = match algorithm {
            Algorithm::RS256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::RS384 => rsa(&RSA_PKCS1_SHA384),
            Algorithm::RS512 => rsa(&RSA_PKCS1_SHA512),
            Algorithm::PS256 => rsa(&RSA_PSS_SHA256),
            Algorithm::PS384 => rsa(&RSA_PSS_SHA384),
            Algorithm::PS512 => rsa(&RSA_PSS_SHA512),
            Algorithm::ES256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::ES384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::ES512 => ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING),
            Algorithm::EdDSA => Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
        };
        Signer { algorithm, kid: kid.to_owned(), pair }
    }

    /// The quickest kind of key, for tests that are not about algorithms.
    pub(crate) fn quick(kid: &str) -> Signer {
        Signer::new(Algorithm::EdDSA, kid)
    }

    pub(crate) fn jwk(&self) -> Map<String, Value> {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                let (n, e) = rsa_numbers(pair);
                json!({"kty": "RSA", "n": n, "e": e})
            }
            Pair::Ecdsa(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let crv = match x.len() {
                    32 => "P-256",
                    48 => "P-384",
                    _ => "P-521",
                };
                json!({"kty": "EC", "crv": crv, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref())})
            }
        };
        jwk["alg"] = json!(self.algorithm.name());
        jwk["use"] = json!("sig");
        jwk["kid"] = json!(self.kid);
        jwk.as_object().unwrap().clone()
    }

    pub(crate) fn key(&self) -> VerificationKey {
        VerificationKey::from_jwk(&self.jwk(), &[]).unwrap()
    }

    /// The header of an access token of this key.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": self.algorithm.name(), "kid": self.kid, "typ": "at+jwt"})
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    /// A token of this `typ`.
    pub(crate) fn token_of_type(&self, typ: &str, claims: &Value) -> String {
        let mut header = self.header();
        header["typ"] = typ.into();
        self.sign(&header.to_string(), &claims.to_string())
    }

    /// Signs any two texts as header and payload.
    pub(crate) fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        let signature = encode(&self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).unwrap();
                signature
            }
            Pair::Ecdsa(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent out of the PKCS #1 encoding of a 2048-bit key, whose lengths are always the same.
fn rsa_numbers(pair: &RsaKeyPair) -> (String, String) {
    let der = pair.public_key().as_ref();
    assert_eq!(der.len(), 270);
    (encode(&der[9..265]), encode(&der[267..]))
}

fn rsa(encoding: &'static dyn RsaEncoding) -> Pair {
    Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()), encoding)
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> Pair {
    Pair::Ecdsa(EcdsaKeyPair::generate(algorithm).unwrap())
}
