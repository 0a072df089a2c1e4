//! The signature algorithms that are accepted.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};

/// An asymmetric signature algorithm (RFC 7518, section 3; RFC 8037). There is no `none` and nothing with a
/// shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// Ed25519; `Ed25519` is its other name (RFC 9864).
    #[serde(alias = "Ed25519")]
    EdDSA,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 10] = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ];

    /// Reads a JOSE `alg` value, case and all.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        if name == "Ed25519" {
            return Some(Algorithm::EdDSA);
        }
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The JOSE `alg` value.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::RS256 => "RS256",
            Algorithm::RS384 => "RS384",
            Algorithm::RS512 => "RS512",
            Algorithm::PS256 => "PS256",
            Algorithm::PS384 => "PS384",
            Algorithm::PS512 => "PS512",
            Algorithm::ES256 => "ES256",
            Algorithm::ES384 => "ES384",
            Algorithm::ES512 => "ES512",
            Algorithm::EdDSA => "EdDSA",
        }
    }

    /// How it verifies, for the algorithms that use an RSA key.
    pub(super) fn rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Algorithm::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }

    /// The one curve, the length of a coordinate in bytes, and how it verifies, for the algorithms on a
    /// curve.
    pub(super) fn curve(self) -> Option<Curve> {
        let (kty, name, bytes, verification): (_, _, _, &'static dyn VerificationAlgorithm) = match self {
            Algorithm::ES256 => ("EC", "P-256", 32, &ECDSA_P256_SHA256_FIXED),
            Algorithm::ES384 => ("EC", "P-384", 48, &ECDSA_P384_SHA384_FIXED),
            Algorithm::ES512 => ("EC", "P-521", 66, &ECDSA_P521_SHA512_FIXED),
            Algorithm::EdDSA => ("OKP", "Ed25519", 32, &ED25519),
            _ => return None,
        };
        Some(Curve { kty, name, coordinate_bytes: bytes, verification })
    }

    /// The algorithm of a curve: there is exactly one for each.
    pub(super) fn of_curve(kty: &str, name: &str) -> Option<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.curve().is_some_and(|curve| curve.kty == kty && curve.name == name))
    }
}

/// A curve as one algorithm uses it.
pub(super) struct Curve {
    pub(super) kty: &'static str,
    pub(super) name: &'static str,
    pub(super) coordinate_bytes: usize,
    pub(super) verification: &'static dyn VerificationAlgorithm,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDSA));
        for name in ["none", "None", "HS256", "rs256", "RS256 ", "ES256K", "Ed448", "RSA-OAEP", "dir", ""] {
            assert_eq!(Algorithm::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn each_algorithm_belongs_to_one_kind_of_key() {
        for algorithm in Algorithm::ALL {
            assert_ne!(algorithm.rsa().is_some(), algorithm.curve().is_some(), "{algorithm}");
        }
    }
}
