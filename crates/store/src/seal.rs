//! Sealing: secrets at rest are AES-256-GCM under a root key, and open in their own place alone.
//!
//! A sealed secret is one byte for the format, a random nonce of 12 bytes, and ciphertext with its tag of 16 (NIST SP
//! 800-38D). What the tag covers besides: the format, the table, and the row and column that the secret belongs to. With
//! random nonces one key may seal 2^32 times; nobody configures that many secrets.

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casemate_audit::personal::HIDDEN;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::bounds::MAX_SEALED;
use crate::root_key::{RootKey, RootKeys};
use crate::secret::SealedSecret;

/// The format: AES-256-GCM with a random nonce.
const FORMAT: u8 = 1;
/// The table that secrets stand in.
const TABLE: &str = "sealed_secret";
/// What keys of marks are derived for (RFC 5869, section 3.2), apart from whatever else comes of a root key.
const MARKS: &[u8] = b"casemate marks";
/// The same of keys of what stands in events in the place of personal data.
const PERSONAL: &[u8] = b"casemate personal data";
/// The bytes that are kept of a hash of personal data.
const KEPT: usize = 18;
/// The bytes of a tag.
const TAG: usize = 16;

/// The longest secret, in bytes.
pub const MAX_SECRET: usize = MAX_SEALED - 1 - NONCE_LEN - TAG;

/// Seals and opens secrets with root keys, which may be exchanged while it is in use.
pub struct Sealer {
    keys: ArcSwap<Ring>,
}

/// Why a secret is not sealed or does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The root key that it was sealed with is not among ours.
    #[error(
        "the {field} of the {kind} `{id}` was sealed with the root key {root_key}, which is not there; add it to the key file, after the current one"
    )]
    UnknownKey {
        /// The kind of what the secret belongs to.
        kind: String,
        /// Its id.
        id: String,
        /// Which secret.
        field: String,
        /// The id of the key.
        root_key: String,
    },
    /// It was changed, or belongs to another row, or was sealed by a newer Casemate.
    #[error(
        "the {field} of the {kind} `{id}` does not open: it was changed, or was sealed for another place; set it anew"
    )]
    Damaged {
        /// The kind of what the secret belongs to.
        kind: String,
        /// Its id.
        id: String,
        /// Which secret.
        field: String,
    },
    /// The secret is too long.
    #[error("a secret may have {MAX_SECRET} bytes, and this one has {bytes}")]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The operating system gave no random bytes, or the cipher failed.
    #[error("the secret could not be sealed: there are no random bytes")]
    NoRandomness,
}

/// Keys that are ready for use.
struct Ring {
    keys: Vec<(String, LessSafeKey)>,
    /// What marks are made with, of the current key.
    marks: Option<hmac::Key>,
    /// What personal data is hashed with, of each key by its id, the current one first.
    personal: Vec<(String, hmac::Key)>,
}

/// A key for one purpose, from a root key (RFC 5869).
fn derived(key: &RootKey, purpose: &[u8]) -> Option<hmac::Key> {
    let extracted = Salt::new(HKDF_SHA256, purpose).extract(key.bytes());
    extracted.expand(&[purpose], hmac::HMAC_SHA256).ok().map(hmac::Key::from)
}

impl Ring {
    fn new(keys: &RootKeys) -> Ring {
        let ready = |key: &RootKey| {
            // A key of 32 bytes is one of AES-256.
            let unbound = UnboundKey::new(&AES_256_GCM, key.bytes()).ok()?;
            Some((key.id().to_owned(), LessSafeKey::new(unbound)))
        };
        let personal = |key: &RootKey| Some((key.id().to_owned(), derived(key, PERSONAL)?));
        Ring {
            keys: keys.all().iter().filter_map(ready).collect(),
            marks: keys.all().first().and_then(|key| derived(key, MARKS)),
            personal: keys.all().iter().filter_map(personal).collect(),
        }
    }
}

fn pseudonym((id, key): &(String, hmac::Key), text: &str) -> String {
    let hash = hmac::sign(key, text.as_bytes());
    let kept = hash.as_ref().get(..KEPT).unwrap_or_default();
    format!("{HIDDEN}{id}:{}", BASE64_URL_SAFE_NO_PAD.encode(kept))
}

impl Sealer {
    /// Seals with the current key of these, and opens with all.
    #[must_use]
    pub fn new(keys: &RootKeys) -> Sealer {
        Sealer { keys: ArcSwap::from_pointee(Ring::new(keys)) }
    }

    /// Takes other keys from now on.
    pub fn replace_keys(&self, keys: &RootKeys) {
        self.keys.store(Arc::new(Ring::new(keys)));
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn current_id(&self) -> String {
        self.keys.load().keys.first().map(|(id, _)| id.clone()).unwrap_or_default()
    }

    /// What tells texts apart, for one purpose, and says nothing of them to whoever has no root key: HMAC-SHA-256 (RFC 2104) with a key
    /// that is derived from the current one. It is the same for all who have that; `None` where there is none.
    #[must_use]
    pub fn mark(&self, purpose: &str, text: &[u8]) -> Option<[u8; 32]> {
        let ring = self.keys.load();
        let mut context = hmac::Context::with_key(ring.marks.as_ref()?);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(text);
        context.sign().as_ref().try_into().ok()
    }

    /// What stands in events in the place of personal data: HMAC-SHA-256 (RFC 2104) with a key that is derived from the current one, with
    /// that one's id. It is the same for all who have the key; `None` where there is none.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> Option<String> {
        let ring = self.keys.load();
        ring.personal.first().map(|key| pseudonym(key, text))
    }

    /// All that may stand in events in the place of a text, the one by the current key first: events of before a rotation have
    /// what was made with the key of then.
    #[must_use]
    pub fn pseudonyms(&self, text: &str) -> Vec<String> {
        self.keys.load().personal.iter().map(|key| pseudonym(key, text)).collect()
    }

    /// Seals a secret for the column `field` of the object of that kind and id.
    ///
    /// # Errors
    /// Where it is too long, or there are no random bytes.
    pub fn seal(
        &self,
        kind: &str,
        id: &str,
        field: &str,
        secret: &SecretString,
    ) -> Result<SealedSecret, SealError> {
        let text = secret.expose_secret().as_bytes();
        if text.len() > MAX_SECRET {
            return Err(SealError::TooLong { bytes: text.len() });
        }
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
        let ring = self.keys.load();
        let (root_key, key) = ring.keys.first().ok_or(SealError::NoRandomness)?;
        let sealed =
            seal_with(key, nonce, &bound_to(kind, id, field), text).ok_or(SealError::NoRandomness)?;
        let (kind, id, field) = (kind.to_owned(), id.to_owned(), field.to_owned());
        Ok(SealedSecret { kind, id, field, root_key: root_key.clone(), sealed })
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// Where its root key is not there, or anything of it was changed, its place included.
    pub fn open(&self, secret: &SealedSecret) -> Result<SecretString, SealError> {
        let SealedSecret { kind, id, field, root_key, sealed } = secret;
        let place = || (kind.clone(), id.clone(), field.clone());
        let ring = self.keys.load();
        let Some((_, key)) = ring.keys.iter().find(|(id, _)| id == root_key) else {
            let (kind, id, field) = place();
            return Err(SealError::UnknownKey { kind, id, field, root_key: root_key.clone() });
        };
        open_with(key, &bound_to(kind, id, field), sealed).ok_or_else(|| {
            let (kind, id, field) = place();
            SealError::Damaged { kind, id, field }
        })
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("current", &self.current_id()).finish_non_exhaustive()
    }
}

/// What the tag covers besides the secret. Each part has its length before it: no two places give the same bytes.
fn bound_to(kind: &str, id: &str, field: &str) -> Vec<u8> {
    let mut bound = vec![FORMAT];
    for part in [TABLE, kind, id, field] {
        bound.extend((part.len() as u64).to_be_bytes());
        bound.extend(part.as_bytes());
    }
    bound
}

fn seal_with(key: &LessSafeKey, nonce: [u8; NONCE_LEN], bound: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len() + TAG);
    sealed.push(FORMAT);
    sealed.extend(nonce);
    sealed.extend(text);
    let body = sealed.get_mut(1 + NONCE_LEN..)?;
    let tag =
        key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), body).ok()?;
    sealed.extend(tag.as_ref());
    Some(sealed)
}

fn open_with(key: &LessSafeKey, bound: &[u8], sealed: &[u8]) -> Option<SecretString> {
    let (format, rest) = sealed.split_first()?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
    if *format != FORMAT {
        return None;
    }
    let mut body = Zeroizing::new(body.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = key.open_in_place(nonce, Aad::from(bound), &mut body).ok()?;
    std::str::from_utf8(text).ok().map(SecretString::from)
}

#[cfg(test)]
mod tests;
