//! The form of temporary credentials: `cmt_<id>_<secret><checksum>`, as of API keys.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::key::{ApiKey, KeyFormatError, KeyId, RandomError, split_after};
use crate::token_cache::sha256;

/// What every temporary credential begins with.
const PREFIX: &str = "cmt_";

/// A regular expression for secret scanners, as that of API keys.
pub const TEMPORARY_SCANNER_PATTERN: &str = r"\bcmt_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\b";

/// A temporary credential as its owner holds it. It is shown once, when it is made.
pub struct TemporaryKey {
    id: KeyId,
    text: SecretString,
}

impl TemporaryKey {
    /// Makes one. `random` fills a buffer with bytes that nobody can foresee.
    ///
    /// # Errors
    /// As [`ApiKey::generate`].
    pub fn generate(
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), RandomError>,
    ) -> Result<TemporaryKey, RandomError> {
        let key = ApiKey::generate(random)?;
        Ok(TemporaryKey { id: key.id(), text: key.reveal_after(PREFIX) })
    }

    /// Whether a text is meant to be one, right or wrong.
    pub fn is_candidate(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Reads one, once its checksum has proved right.
    ///
    /// # Errors
    /// When its form or its checksum is wrong.
    pub fn parse(text: &str) -> Result<TemporaryKey, KeyFormatError> {
        let (id, _) = split_after(PREFIX, text)?;
        Ok(TemporaryKey { id, text: text.into() })
    }

    /// The public part.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// All of it, to be shown to its owner.
    pub fn reveal(&self) -> SecretString {
        self.text.clone()
    }

    /// All that is stored of it: a SHA-256 of more than itself, so that it is never found where something else is looked for by
    /// a SHA-256 alone. A secret of 256 random bits cannot be guessed from it.
    pub fn digest(&self) -> [u8; 32] {
        sha256(format!("temporary credential\n{}", self.text.expose_secret()).as_bytes())
    }
}

impl fmt::Debug for TemporaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> TemporaryKey {
        let mut next = 0_u8;
        let mut random = |bytes: &mut [u8]| {
            bytes.fill_with(|| {
                next = next.wrapping_add(37);
                next
            });
            Ok(())
        };
        TemporaryKey::generate(&mut random).unwrap()
    }

    #[test]
    fn one_is_read_as_it_is_shown() {
        let made = made();
        let text = made.reveal();
        assert!(text.expose_secret().starts_with("cmt_") && text.expose_secret().len() == 70);
        let read = TemporaryKey::parse(text.expose_secret()).unwrap();
        assert_eq!((read.id(), read.digest()), (made.id(), made.digest()));
        assert_ne!(
            read.digest(),
            sha256(text.expose_secret().as_bytes()),
            "nor is it what a cookie is found by"
        );
        assert!(!format!("{read:?}").contains(&text.expose_secret()[21..]));
    }

    #[test]
    fn what_was_mistyped_or_is_an_api_key_is_none() {
        let text = made().reveal();
        let text = text.expose_secret();
        let other = if text.ends_with('0') { "1" } else { "0" };
        let mistyped = format!("{}{other}", &text[..69]);
        assert_eq!(TemporaryKey::parse(&mistyped).unwrap_err(), KeyFormatError::Checksum);
        for wrong in ["cmt_", &text[..69], &text.replacen("cmt_", "cmk_", 1)] {
            assert_eq!(TemporaryKey::parse(wrong).unwrap_err(), KeyFormatError::Form, "{wrong}");
        }
        assert!(ApiKey::parse(text).is_err());
    }
}
