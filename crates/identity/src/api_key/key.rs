//! The form of a key.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::token_cache::sha256;

/// What every key begins with.
pub(crate) const PREFIX: &str = "cmk_";

/// A regular expression for secret scanners. Its last six characters are the CRC-32 of everything before them
/// in base62, which tells keys from other text.
pub const SCANNER_PATTERN: &str = r"\bcmk_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\b";

/// Digits before upper case before lower case.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 16;
/// 43 of 62 equally likely characters hold 256.03 bits.
const SECRET_LENGTH: usize = 43;
/// 62^6 is the first power of 62 above 2^32.
const CHECKSUM_LENGTH: usize = 6;

/// Bytes asked for at once: a few more than characters are needed, since one byte in 32 is no character.
const DRAW: usize = 96;
/// How often randomness is asked for. That sound randomness needs more than two draws is out of the question.
const MAX_DRAWS: usize = 8;

/// A key as its owner holds it. It is shown once, when it is made.
#[derive(Clone)]
pub struct ApiKey {
    id: KeyId,
    secret: SecretString,
}

/// The public part of a key: 16 letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_LENGTH]);

/// Why no key could be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no randomness for a key: {0}")]
pub struct RandomError(pub String);

/// Why a text is no key. Nothing in it tells the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFormatError {
    /// Not `cmk_`, 16 letters and digits, `_`, 49 letters and digits.
    #[error(
        "the API key is not of the form `cmk_ID_SECRET`, 70 characters in all: it was cut off or mistyped"
    )]
    Form,
    /// The last six characters are not the checksum of the others.
    #[error("the checksum of the API key is wrong: it was mistyped")]
    Checksum,
    /// Not 16 letters and digits.
    #[error("the id of an API key is 16 letters and digits")]
    Id,
}

impl ApiKey {
    /// Makes a key. `random` fills a buffer with bytes that nobody can foresee.
    ///
    /// # Errors
    /// When `random` fails, or fills buffers with what cannot be random.
    pub fn generate(
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), RandomError>,
    ) -> Result<ApiKey, RandomError> {
        let mut characters = Vec::with_capacity(ID_LENGTH + SECRET_LENGTH + DRAW);
        for _ in 0..MAX_DRAWS {
            let mut bytes = [0; DRAW];
            random(&mut bytes)?;
            // The first 248 values are four for each character; the others would favour some.
            let usable = bytes.iter().filter(|byte| **byte < 248);
            characters.extend(usable.map(|byte| digit(usize::from(*byte % 62))));
            if let Some((id, rest)) = characters.split_first_chunk::<ID_LENGTH>()
                && let Some(secret) = rest.get(..SECRET_LENGTH)
            {
                let secret: String = secret.iter().map(|byte| char::from(*byte)).collect();
                return Ok(ApiKey { id: KeyId(*id), secret: secret.into() });
            }
        }
        Err(RandomError("the source of randomness repeats itself".to_owned()))
    }

    /// Whether a text is meant to be a key, right or wrong.
    pub fn is_candidate(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When its form or its checksum is wrong.
    pub fn parse(text: &str) -> Result<ApiKey, KeyFormatError> {
        let (id, secret) = split(text)?;
        Ok(ApiKey { id, secret: secret.into() })
    }

    /// The public part.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The whole key, to be shown to its owner.
    pub fn reveal(&self) -> SecretString {
        self.reveal_after(PREFIX)
    }

    pub(super) fn reveal_after(&self, prefix: &str) -> SecretString {
        let body = format!("{prefix}{}_{}", self.id, self.secret.expose_secret());
        let checksum: String = checksum(&body).iter().map(|byte| char::from(*byte)).collect();
        (body + &checksum).into()
    }

    /// SHA-256 of the secret: all that is stored of it. A secret of 256 random bits cannot be guessed from it,
    /// so that no slow hash is needed.
    pub fn secret_sha256(&self) -> [u8; 32] {
        secret_sha256(self.secret.expose_secret())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Takes a key apart into its id and its secret, once its checksum has proved right.
pub(super) fn split(text: &str) -> Result<(KeyId, &str), KeyFormatError> {
    split_after(PREFIX, text)
}

/// The same of what begins with another prefix.
pub(super) fn split_after<'a>(prefix: &str, text: &'a str) -> Result<(KeyId, &'a str), KeyFormatError> {
    let (id, rest) = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.split_at_checked(ID_LENGTH))
        .ok_or(KeyFormatError::Form)?;
    let (secret, sum) = rest
        .strip_prefix('_')
        .and_then(|rest| rest.split_at_checked(SECRET_LENGTH))
        .ok_or(KeyFormatError::Form)?;
    let id = id.parse().map_err(|_| KeyFormatError::Form)?;
    if sum.len() != CHECKSUM_LENGTH || !is_alphanumeric(secret) || !is_alphanumeric(sum) {
        return Err(KeyFormatError::Form);
    }
    let body = text.get(..text.len() - CHECKSUM_LENGTH).ok_or(KeyFormatError::Form)?;
    if checksum(body) == *sum.as_bytes() { Ok((id, secret)) } else { Err(KeyFormatError::Checksum) }
}

pub(super) fn secret_sha256(secret: &str) -> [u8; 32] {
    sha256(secret.as_bytes())
}

/// CRC-32 (IEEE 802.3) in base62, the most significant character first.
fn checksum(body: &str) -> [u8; CHECKSUM_LENGTH] {
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut characters = [0; CHECKSUM_LENGTH];
    for character in characters.iter_mut().rev() {
        *character = digit(rest % 62);
        rest /= 62;
    }
    characters
}

/// `value` is below 62.
fn digit(value: usize) -> u8 {
    ALPHABET.get(value).copied().unwrap_or(b'0')
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl KeyId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        // INVARIANT: only ASCII letters and digits are ever put into an id.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for KeyId {
    type Err = KeyFormatError;

    fn from_str(text: &str) -> Result<KeyId, KeyFormatError> {
        match text.as_bytes().try_into() {
            Ok(bytes) if is_alphanumeric(text) => Ok(KeyId(bytes)),
            _ => Err(KeyFormatError::Id),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
