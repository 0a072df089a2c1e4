//! The keys that an issuer publishes.

use serde_json::Value;
use thiserror::Error;

use super::algorithm::Algorithm;
use super::key::{KeyError, VerificationKey};
use crate::rejection::shown;
use crate::strict_json::{self, StrictJsonError};

/// The most keys in a set; more are refused with the whole set.
pub const MAX_KEYS: usize = 100;
/// The largest set, in bytes.
pub const MAX_SET_BYTES: usize = 512 * 1024;

/// The usable keys of one issuer. A key that breaks a rule is left out and listed with the reason, and the
/// others stay usable: an issuer may publish keys for other purposes. Of keys that share a `kid` none is
/// used, since nobody could say which of them a token means.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
    skipped: Vec<SkippedKey>,
}

/// A key that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its place in the set, from 0.
    pub index: usize,
    /// Its `kid`, escaped and shortened.
    pub kid: Option<Box<str>>,
    /// Why it is not used.
    pub reason: KeyError,
}

/// Why a whole set is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// Larger than [`MAX_SET_BYTES`].
    #[error("the key set is larger than {MAX_SET_BYTES} bytes")]
    TooLarge,
    /// More than [`MAX_KEYS`] keys.
    #[error("the key set has {0} keys, more than {MAX_KEYS}")]
    TooMany(usize),
    /// No JSON object, or one that has a member twice.
    #[error("the key set is not acceptable JSON: {0}")]
    Json(#[from] StrictJsonError),
    /// No array `keys` (RFC 7517, section 5.1).
    #[error("the key set has no array `keys`")]
    NoKeys,
}

impl KeySet {
    /// Reads a JSON Web Key Set. `accepted` are the algorithms that this issuer may use; empty means all.
    ///
    /// # Errors
    /// When the document as a whole breaks a rule; keys that do are skipped.
    pub fn from_json(document: &[u8], accepted: &[Algorithm]) -> Result<KeySet, KeySetError> {
        if document.len() > MAX_SET_BYTES {
            return Err(KeySetError::TooLarge);
        }
        let document = strict_json::object(document)?;
        let Some(Value::Array(entries)) = document.get("keys") else {
            return Err(KeySetError::NoKeys);
        };
        if entries.len() > MAX_KEYS {
            return Err(KeySetError::TooMany(entries.len()));
        }
        let kid_of = |entry: &Value| entry.get("kid").and_then(Value::as_str).map(str::to_owned);
        let kids: Vec<Option<String>> = entries.iter().map(kid_of).collect();
        let mut set = KeySet::default();
        for (index, (entry, kid)) in entries.iter().zip(&kids).enumerate() {
            let twice = kid.is_some() && kids.iter().filter(|other| *other == kid).count() > 1;
            let read = match entry {
                _ if twice => Err(KeyError::DuplicateKid),
                Value::Object(jwk) => VerificationKey::from_jwk(jwk, accepted),
                _ => Err(KeyError::NotAnObject),
            };
            match read {
                Ok(key) => set.keys.push(key),
                Err(reason) => set.skipped.push(SkippedKey { index, kid: kid.as_deref().map(shown), reason }),
            }
        }
        Ok(set)
    }

    /// The usable keys.
    pub fn keys(&self) -> &[VerificationKey] {
        &self.keys
    }

    /// The keys that are not used, with the reason.
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    /// The key that a token means: the one with its `kid`; for a token without, the only key of its
    /// algorithm.
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&VerificationKey> {
        if kid.is_some() {
            return self.keys.iter().find(|key| key.kid() == kid);
        }
        let mut fitting = self.keys.iter().filter(|key| key.algorithm() == algorithm);
        match (fitting.next(), fitting.next()) {
            (only, None) => only,
            _ => None,
        }
    }
}
