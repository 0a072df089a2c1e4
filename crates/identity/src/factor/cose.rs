//! Public keys of passkeys, as COSE writes them (RFC 9052, section 7; RFC 9053; RFC 8230).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use ciborium::Value;

use super::authenticator_data::cbor;
use super::ceremony::CeremonyError;

/// The algorithms that are offered, by their numbers at IANA, the preferred first: EdDSA, ES256, RS256.
pub(super) const ALGORITHMS: [i64; 3] = [-8, -7, -257];

/// A key that signatures are checked with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// ES256: an uncompressed point on P-256.
    P256(Vec<u8>),
    /// EdDSA: Ed25519.
    Ed25519(Vec<u8>),
    /// RS256.
    Rsa {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a key. The algorithm and the key's kind have to fit each other.
    pub(super) fn read(mut bytes: &[u8]) -> Result<PublicKey, CeremonyError> {
        const MALFORMED: CeremonyError = CeremonyError::Malformed("public key");
        let map = cbor(&mut bytes).map_err(|_| MALFORMED)?.into_map().map_err(|_| MALFORMED)?;
        let member = |label: i64| {
            let mut found =
                map.iter().filter(|(name, _)| integer(name) == Some(label)).map(|(_, value)| value);
            // One that stands there twice means different things to different readers.
            found.next().filter(|_| found.next().is_none())
        };
        let number = |label| member(label).and_then(integer);
        let text = |label| member(label).and_then(Value::as_bytes).cloned().ok_or(MALFORMED);
        if !bytes.is_empty() {
            return Err(MALFORMED);
        }
        match (number(1), number(3)) {
            (Some(2), Some(-7)) if number(-1) == Some(1) => {
                let (x, y) = (text(-2)?, text(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(MALFORMED);
                }
                Ok(PublicKey::P256([&[4][..], &x, &y].concat()))
            }
            (Some(1), Some(-8)) if number(-1) == Some(6) => Ok(PublicKey::Ed25519(
                text(-2).and_then(|x| if x.len() == 32 { Ok(x) } else { Err(MALFORMED) })?,
            )),
            (Some(3), Some(-257)) => Ok(PublicKey::Rsa { n: text(-1)?, e: text(-2)? }),
            _ => Err(CeremonyError::Algorithm),
        }
    }

    /// Checks a signature (Web Authentication Level 3, section 6.5.5).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), CeremonyError> {
        let checked = match self {
            PublicKey::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            PublicKey::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            PublicKey::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.map_err(|_| CeremonyError::Signature)
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_integer().and_then(|number| i64::try_from(number).ok())
}
