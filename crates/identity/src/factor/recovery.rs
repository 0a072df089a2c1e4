//! Recovery codes: for whoever has no other second factor at hand. Each is good once.

use aws_lc_rs::digest::{SHA256, digest};
use secrecy::{ExposeSecret as _, SecretString};

use super::{base32, from_base32};

/// How many codes somebody gets at once.
pub const RECOVERY_CODES: usize = 10;
/// The random bytes of a code: its digest, which is not slow, is not guessed either.
const BYTES: usize = 10;

/// A code that stands in for a second factor, once.
pub struct RecoveryCode([u8; BYTES]);

impl RecoveryCode {
    /// A code of these random bytes.
    #[must_use]
    pub fn of_random(bytes: [u8; BYTES]) -> RecoveryCode {
        RecoveryCode(bytes)
    }

    /// The code that somebody typed: in letters of any case, with spaces and hyphens wherever they like.
    #[must_use]
    pub fn parse(text: &str) -> Option<RecoveryCode> {
        if text.len() > 64 {
            return None;
        }
        let letters: String =
            text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
        from_base32(&letters)?.try_into().ok().map(RecoveryCode)
    }

    /// The code as it is shown, once: four groups of four.
    #[must_use]
    pub fn text(&self) -> SecretString {
        let letters = base32(&self.0);
        let groups = letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
        groups.collect::<Vec<_>>().join("-").into()
    }

    /// What is stored of it: SHA-256, together with whose it is.
    #[must_use]
    pub fn digest(&self, user: &str) -> [u8; 32] {
        let text = self.text();
        let digest = digest(&SHA256, format!("recovery-code\n{user}\n{}", text.expose_secret()).as_bytes());
        digest.as_ref().try_into().unwrap_or_default()
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = RecoveryCode::of_random(*b"0123456789");
        assert_eq!(code.text().expose_secret(), "gayt-emzu-gu3d-oobz");
        for text in ["gayt-emzu-gu3d-oobz", "GAYTEMZUGU3DOOBZ", " gayt emzu gu3d oobz "] {
            assert_eq!(RecoveryCode::parse(text).unwrap().digest("usr_1"), code.digest("usr_1"), "{text}");
        }
        for text in
            ["", "gayt", "gayt-emzu-gu3d-oob", "gayt-emzu-gu3d-oobza", "gayt-emzu-gu3d-oob1", &"-".repeat(65)]
        {
            assert!(RecoveryCode::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_code_is_of_one_user_and_does_not_print() {
        let code = RecoveryCode::of_random([7; 10]);
        assert_ne!(code.digest("usr_1"), code.digest("usr_2"));
        assert_ne!(code.digest("usr_1"), RecoveryCode::of_random([8; 10]).digest("usr_1"));
        assert_ne!(code.digest("usr_1"), [0; 32]);
        assert_eq!(format!("{code:?}"), "RecoveryCode");
    }
}
