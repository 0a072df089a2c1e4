//! One public key of an issuer, checked and parsed once.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use serde_json::{Map, Value};
use thiserror::Error;

use super::algorithm::Algorithm;
use crate::base64url;
use crate::rejection::shown;

/// The smallest RSA modulus, in bits (RFC 7518, section 3.3).
const MIN_RSA_BITS: usize = 2048;
/// The largest RSA modulus, in bits: what the library verifies with, and no invitation to burn time.
const MAX_RSA_BITS: usize = 8192;
/// The longest RSA exponent, in bytes; every real one is 65537.
const MAX_RSA_EXPONENT_BYTES: usize = 4;
/// The longest `kid`, in bytes.
const MAX_KID_BYTES: usize = 512;

/// A public key for exactly one algorithm.
pub struct VerificationKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

/// Why a key of an issuer is not used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a JSON object.
    #[error("a key is a JSON object")]
    NotAnObject,
    /// A member is absent or of the wrong type.
    #[error("`{0}` is missing or malformed")]
    Member(&'static str),
    /// `use` is not `sig` (RFC 7517, section 4.2).
    #[error("`use` is `{0}`, not `sig`")]
    WrongUse(Box<str>),
    /// `key_ops` does not say `verify`, or says more than signatures (RFC 7517, section 4.3).
    #[error("`key_ops` does not say `verify`, or says more than signatures")]
    WrongOperations,
    /// A shared secret has no place in a published set.
    #[error("it is a symmetric key")]
    Symmetric,
    /// The private part was published: whoever saw it can sign.
    #[error("it holds private key material (`{0}`)")]
    Private(&'static str),
    /// `kty` and `crv` of none of the algorithms.
    #[error("the type of key is not supported: {0}")]
    Unsupported(Box<str>),
    /// `alg` is none of the accepted signature algorithms.
    #[error("`alg` is `{0}`, which is not an accepted signature algorithm")]
    Algorithm(Box<str>),
    /// `alg` does not go with `kty` and `crv`.
    #[error("`alg` is {0}, which does not go with the type of key")]
    Mismatch(Algorithm),
    /// The configuration does not accept the algorithm for this issuer.
    #[error("{0} is not among the algorithms configured for this issuer")]
    NotConfigured(Algorithm),
    /// No `alg`, and several configured algorithms would fit.
    #[error("it has no `alg`, and more than one configured algorithm fits")]
    Ambiguous,
    /// The size of the RSA modulus, in bits.
    #[error("an RSA key of {0} bits is not between 2048 and 8192")]
    RsaSize(usize),
    /// An RSA exponent that makes no secure key.
    #[error("the RSA exponent is not an odd number from 3 to 2^32")]
    RsaExponent,
    /// The cryptographic library refuses it, for instance since the point is not on the curve.
    #[error("it is not a valid key")]
    Invalid,
    /// Another key of the set has the same `kid`.
    #[error("another key of the set has the same `kid`")]
    DuplicateKid,
}

impl VerificationKey {
    /// Reads a JSON Web Key. `accepted` are the algorithms that this issuer may use; empty means all.
    ///
    /// Without an `alg`, a key on a curve has the only algorithm of that curve, and an RSA key the one RSA
    /// algorithm that is configured, or RS256 where none is.
    ///
    /// # Errors
    /// Any [`KeyError`] but [`KeyError::DuplicateKid`].
    pub fn from_jwk(jwk: &Map<String, Value>, accepted: &[Algorithm]) -> Result<VerificationKey, KeyError> {
        let kty = text(jwk, "kty")?.ok_or(KeyError::Member("kty"))?;
        if kty == "oct" {
            return Err(KeyError::Symmetric);
        }
        if let Some(member) = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]
            .into_iter()
            .find(|name| jwk.contains_key(*name))
        {
            return Err(KeyError::Private(member));
        }
        if let Some(usage) = text(jwk, "use")?
            && usage != "sig"
        {
            return Err(KeyError::WrongUse(shown(usage)));
        }
        check_operations(jwk)?;
        let kid = text(jwk, "kid")?;
        if kid.is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(KeyError::Member("kid"));
        }
        let algorithm = algorithm(jwk, kty, accepted)?;
        if !accepted.is_empty() && !accepted.contains(&algorithm) {
            return Err(KeyError::NotConfigured(algorithm));
        }
        let public = match algorithm.rsa() {
            Some(_) => rsa(jwk, algorithm)?,
            None => on_curve(jwk, algorithm)?,
        };
        Ok(VerificationKey { kid: kid.map(Box::from), algorithm, public })
    }

    /// The key's name within its issuer.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The only algorithm that the key is used with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// A member that is a text; `None` when it is absent.
pub(super) fn text<'a>(jwk: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, KeyError> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::Member(name)),
    }
}

fn bytes(jwk: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    text(jwk, name)?.and_then(base64url::decode).ok_or(KeyError::Member(name))
}

/// `key_ops`, where present, holds `verify` and nothing that is not about signatures.
fn check_operations(jwk: &Map<String, Value>) -> Result<(), KeyError> {
    let Some(operations) = jwk.get("key_ops") else { return Ok(()) };
    let operations = operations.as_array().map(Vec::as_slice).unwrap_or_default();
    let signatures_only =
        operations.iter().all(|operation| matches!(operation.as_str(), Some("verify" | "sign")));
    let verifies = operations.iter().any(|operation| operation.as_str() == Some("verify"));
    if signatures_only && verifies { Ok(()) } else { Err(KeyError::WrongOperations) }
}

fn algorithm(jwk: &Map<String, Value>, kty: &str, accepted: &[Algorithm]) -> Result<Algorithm, KeyError> {
    let crv = text(jwk, "crv")?;
    let of_curve = match (kty, crv) {
        ("RSA", _) => None,
        ("EC" | "OKP", Some(crv)) => Some(
            Algorithm::of_curve(kty, crv)
                .ok_or_else(|| KeyError::Unsupported(shown(&format!("{kty} {crv}"))))?,
        ),
        ("EC" | "OKP", None) => return Err(KeyError::Member("crv")),
        _ => return Err(KeyError::Unsupported(shown(kty))),
    };
    match (text(jwk, "alg")?, of_curve) {
        (Some(name), of_curve) => {
            let algorithm = Algorithm::from_name(name).ok_or_else(|| KeyError::Algorithm(shown(name)))?;
            let fits = match of_curve {
                Some(expected) => algorithm == expected,
                None => algorithm.rsa().is_some(),
            };
            if fits { Ok(algorithm) } else { Err(KeyError::Mismatch(algorithm)) }
        }
        (None, Some(algorithm)) => Ok(algorithm),
        (None, None) => {
            let mut fitting = accepted.iter().filter(|algorithm| algorithm.rsa().is_some());
            match (fitting.next(), fitting.next()) {
                (None, _) => Ok(Algorithm::RS256),
                (Some(only), None) => Ok(*only),
                (Some(_), Some(_)) => Err(KeyError::Ambiguous),
            }
        }
    }
}

fn rsa(jwk: &Map<String, Value>, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
    let (n, e) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
    // Some issuers write the sign octet of a two's complement number, which RFC 7518 forbids and which
    // changes nothing.
    let (n, e) = (without_leading_zeros(&n), without_leading_zeros(&e));
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(KeyError::RsaSize(bits));
    }
    let odd = e.last().is_some_and(|last| last % 2 == 1);
    if !odd || e == [1] || e.len() > MAX_RSA_EXPONENT_BYTES {
        return Err(KeyError::RsaExponent);
    }
    let parameters = algorithm.rsa().ok_or(KeyError::Mismatch(algorithm))?;
    RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).map_err(|_| KeyError::Invalid)
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

fn on_curve(jwk: &Map<String, Value>, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
    let curve = algorithm.curve().ok_or(KeyError::Mismatch(algorithm))?;
    let coordinate = |name| {
        let bytes = bytes(jwk, name)?;
        if bytes.len() == curve.coordinate_bytes { Ok(bytes) } else { Err(KeyError::Member(name)) }
    };
    let point = match algorithm {
        Algorithm::EdDSA => coordinate("x")?,
        // The uncompressed point of SEC 1, section 2.3.3.
        _ => [&[4][..], &coordinate("x")?, &coordinate("y")?].concat(),
    };
    ParsedPublicKey::new(curve.verification, point).map_err(|_| KeyError::Invalid)
}
