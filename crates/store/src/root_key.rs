//! Root keys: what secrets at rest are sealed with.
//!
//! A key is 32 random bytes, written in base64 with its id before it: `id:base64`. The id is a digest of the key, so that
//! a mistyped key is noticed. Several keys stand one to a line (or with commas between), the current one first; the
//! others only open what was sealed with them.

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

mod file;

pub use file::{RootKeyFile, RootKeyFileError};

/// The bytes of a root key.
pub(crate) const KEY_BYTES: usize = 32;
/// The most keys that one set holds.
const MAX_KEYS: usize = 64;
/// The longest text that keys are read from, in bytes.
const MAX_TEXT: usize = 16 << 10;

/// A root key.
#[derive(Clone)]
pub(crate) struct RootKey {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// The root keys of an installation: the current one, and older ones.
#[derive(Clone)]
pub struct RootKeys {
    /// Never empty; the first is the current one.
    keys: Vec<RootKey>,
}

/// Why a text holds no root keys. No message repeats any of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootKeyError {
    /// There is no key in it.
    #[error(
        "there is no root key in it; write 32 random bytes in base64, as `openssl rand -base64 32` prints them"
    )]
    Empty,
    /// It is longer than keys ever are.
    #[error(
        "it has more than {MAX_KEYS} root keys, or more than {MAX_TEXT} bytes; leave the unused ones out"
    )]
    TooLarge,
    /// A key is not in base64.
    #[error(
        "root key {position} is no base64; write 32 bytes in base64 with `=` at the end, after its id and `:` if it has one"
    )]
    NotBase64 {
        /// Which key, from 1.
        position: usize,
    },
    /// A key has another length.
    #[error("root key {position} has {bytes} bytes, and must have {KEY_BYTES}")]
    Length {
        /// Which key, from 1.
        position: usize,
        /// How many bytes it has.
        bytes: usize,
    },
    /// The id is not that of the key.
    #[error("root key {position} is not the one that its id says: a character of it was lost or changed")]
    Mistyped {
        /// Which key, from 1.
        position: usize,
    },
    /// A key stands there twice.
    #[error("root key {position} stands there twice")]
    Twice {
        /// Which key, from 1.
        position: usize,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

impl RootKey {
    fn generate() -> Result<RootKey, RootKeyError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| RootKeyError::NoRandomness)?;
        Ok(RootKey::new(bytes))
    }

    fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> RootKey {
        let mut digested = digest::Context::new(&digest::SHA256);
        digested.update(b"casemate root key\0");
        digested.update(bytes.as_slice());
        let id = digested.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        RootKey { id, bytes }
    }

    /// Reads a key that may have its id before it.
    fn parse(text: &str, position: usize) -> Result<RootKey, RootKeyError> {
        let (id, encoded) = text.split_once(':').map_or((None, text), |(id, encoded)| (Some(id), encoded));
        let decoded = BASE64_STANDARD.decode(encoded).map_err(|_| RootKeyError::NotBase64 { position })?;
        let decoded = Zeroizing::new(decoded);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        if decoded.len() != KEY_BYTES {
            return Err(RootKeyError::Length { position, bytes: decoded.len() });
        }
        bytes.copy_from_slice(&decoded);
        let key = RootKey::new(bytes);
        if id.is_some_and(|id| id != key.id) {
            return Err(RootKeyError::Mistyped { position });
        }
        Ok(key)
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }
}

impl RootKeys {
    /// One new key.
    ///
    /// # Errors
    /// Where the operating system gives no random bytes.
    pub fn generate() -> Result<RootKeys, RootKeyError> {
        Ok(RootKeys { keys: vec![RootKey::generate()?] })
    }

    /// Reads keys as they stand in a file or an environment variable: one or several, between white space or commas, the
    /// current one first. A line that begins with `#` is a comment.
    ///
    /// # Errors
    /// What is wrong with which key.
    pub fn parse(text: &SecretString) -> Result<RootKeys, RootKeyError> {
        let text = text.expose_secret();
        if text.len() > MAX_TEXT {
            return Err(RootKeyError::TooLarge);
        }
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split([' ', '\t', ',', '\r'])).filter(|word| !word.is_empty());
        let mut keys: Vec<RootKey> = Vec::new();
        for (word, position) in words.zip(1..) {
            let key = RootKey::parse(word, position)?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(RootKeyError::Twice { position });
            }
            if keys.len() == MAX_KEYS {
                return Err(RootKeyError::TooLarge);
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(RootKeyError::Empty);
        }
        Ok(RootKeys { keys })
    }

    /// The keys as [`RootKeys::parse`] reads them.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        // Room for all of it at once: a text that grows leaves copies behind.
        let mut text = String::with_capacity(self.keys.len() * 80);
        for key in &self.keys {
            text.push_str(&key.id);
            text.push(':');
            BASE64_STANDARD.encode_string(key.bytes.as_slice(), &mut text);
            text.push('\n');
        }
        text.into()
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn current_id(&self) -> &str {
        self.keys.first().map_or("", RootKey::id)
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(RootKey::id)
    }

    pub(crate) fn all(&self) -> &[RootKey] {
        &self.keys
    }

    /// These keys with a new current one before them.
    ///
    /// # Errors
    /// Where there are as many as there may be, or no random bytes.
    pub fn rotated(&self) -> Result<RootKeys, RootKeyError> {
        if self.keys.len() >= MAX_KEYS {
            return Err(RootKeyError::TooLarge);
        }
        let keys = std::iter::once(RootKey::generate()?).chain(self.keys.iter().cloned());
        Ok(RootKeys { keys: keys.collect() })
    }

    /// These keys, and behind them those of others that are not among them.
    ///
    /// # Errors
    /// Where that would be more than there may be.
    pub fn joined(&self, others: &RootKeys) -> Result<RootKeys, RootKeyError> {
        let mut keys = self.keys.clone();
        keys.extend(others.keys.iter().filter(|key| self.ids().all(|id| id != key.id)).cloned());
        if keys.len() > MAX_KEYS {
            return Err(RootKeyError::TooLarge);
        }
        Ok(RootKeys { keys })
    }

    /// The current key, and of the older ones those that `is_used` says are.
    #[must_use]
    pub fn only(&self, is_used: impl Fn(&str) -> bool) -> RootKeys {
        let kept = self.keys.iter().enumerate().filter(|(place, key)| *place == 0 || is_used(&key.id));
        RootKeys { keys: kept.map(|(_, key)| key.clone()).collect() }
    }
}

impl std::fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

#[cfg(test)]
mod tests;
