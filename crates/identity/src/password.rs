//! Passwords of local accounts: how strong they have to be, and their digests (argon2id, RFC 9106; NIST SP 800-63B, section 3.1.1: a
//! length and no rules about characters, and nothing that is guessed first).

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;

/// The fewest characters that a password may have.
pub const SHORTEST_PASSWORD: usize = 8;
/// The most characters that a password may have.
pub const LONGEST_PASSWORD: usize = 128;
/// The bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// How many characters are estimated together: of more than that zxcvbn's arithmetic may overflow.
const PART: usize = 20;

/// How many characters of a word are taken for it.
const SHORTEST_BEGINNING: usize = 5;

/// What one digest takes of memory, in KiB.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It is too short.
    #[error("a password has at least {least} characters")]
    TooShort {
        /// How many it needs.
        least: usize,
    },
    /// It is too long.
    #[error("a password has at most {LONGEST_PASSWORD} characters")]
    TooLong,
    /// It is among what is tried first.
    #[error("{why}")]
    Guessable {
        /// Why, and what would be better, in a sentence or two.
        why: String,
    },
}

/// The system could not make a digest: there is no memory for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is not enough memory for the digest of a password")]
pub struct NoDigest;

/// Whether a password is long enough and nothing that is guessed first. `own` are words that are guessed because of whose it is:
/// their login, name and e-mail address. It takes milliseconds.
///
/// # Errors
/// Why it is not taken.
pub fn check_password(password: &SecretString, least: usize, own: &[&str]) -> Result<(), WeakPassword> {
    let password = prepared(password);
    let password = password.expose_secret();
    let characters = password.chars().count();
    let least = least.max(SHORTEST_PASSWORD);
    if characters < least {
        return Err(WeakPassword::TooShort { least });
    }
    if characters > LONGEST_PASSWORD {
        return Err(WeakPassword::TooLong);
    }
    // Parts of them, too: of `ada@example.com` also `ada` and `example`.
    let parts = own.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<&str> = own.iter().copied().chain(parts).filter(|word| word.len() > 2).collect();
    // What is known of its owner makes it no stronger, however long it is and however often it stands there.
    let characters = without(password, &words);
    if characters.is_empty() {
        let why = "This password is your own name, user name or e-mail address.".to_owned();
        return Err(WeakPassword::Guessable { why });
    }
    // A password is as strong as any part of it at least.
    let estimates =
        characters.chunks(PART).map(|part| zxcvbn::zxcvbn(&part.iter().collect::<String>(), &words));
    let mut first = None;
    for estimate in estimates {
        if estimate.score() >= Score::Three {
            return Ok(());
        }
        first.get_or_insert(estimate);
    }
    let mut why = "This password is easy to guess.".to_owned();
    if let Some(feedback) = first.as_ref().and_then(zxcvbn::Entropy::feedback) {
        let warning = feedback.warning().map(|warning| warning.to_string());
        let suggestion = feedback.suggestions().first().map(|suggestion| suggestion.to_string());
        for sentence in [warning, suggestion].into_iter().flatten() {
            why.push(' ');
            why.push_str(&sentence);
        }
    }
    Err(WeakPassword::Guessable { why })
}

/// A password as it is kept: every kind of space is one, and what can be composed is, whichever way a keyboard writes it (RFC 8265,
/// section 4.2.2).
fn prepared(password: &SecretString) -> SecretString {
    let spaced = password.expose_secret().chars().map(|character| match character {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        character => character,
    });
    SecretString::from(spaced.nfc().collect::<String>())
}

/// What is left of a password without these words and beginnings of them, in lower case where any was found.
fn without(password: &str, words: &[&str]) -> Vec<char> {
    let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let words: Vec<Vec<char>> = words.iter().map(|word| folded(word)).collect();
    let text = folded(password);
    let (mut left, mut rest) = (Vec::with_capacity(text.len()), text.as_slice());
    while let Some((first, others)) = rest.split_first() {
        let lengths = words.iter().map(|word| {
            let same = word.iter().zip(rest).take_while(|(one, other)| one == other).count();
            if same == word.len() || same >= SHORTEST_BEGINNING { same } else { 0 }
        });
        match lengths.max().filter(|length| *length > 0) {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            None => {
                left.push(*first);
                rest = others;
            }
        }
    }
    if left.len() == text.len() { password.chars().collect() } else { left }
}

/// The digest of a password with this random salt, as a PHC string. It takes about 20 ms and 19 MiB.
///
/// # Errors
/// Where there is not enough memory.
pub fn digest_password(password: &SecretString, salt: &[u8; SALT_BYTES]) -> Result<SecretString, NoDigest> {
    let digest = hasher()?.hash_password_with_salt(prepared(password).expose_secret().as_bytes(), salt);
    Ok(SecretString::from(digest.map_err(|_| NoDigest)?.to_string()))
}

/// Whether a password is the one that a digest is of, as it is kept, or as it was typed: that is how some were kept before. It takes as
/// long as [`digest_password`], and twice as long where the two differ, whosever the digest is.
///
/// # Errors
/// Where there is not enough memory, or the digest is none.
pub fn verify_password(password: &SecretString, digest: &SecretString) -> Result<bool, NoDigest> {
    let kept = prepared(password);
    if is_digest_of(&kept, digest)? {
        return Ok(true);
    }
    if kept.expose_secret() == password.expose_secret() { Ok(false) } else { is_digest_of(password, digest) }
}

fn is_digest_of(password: &SecretString, digest: &SecretString) -> Result<bool, NoDigest> {
    use argon2::password_hash::Error;
    let verified = hasher()?.verify_password(password.expose_secret().as_bytes(), digest.expose_secret());
    match verified {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(NoDigest),
    }
}

fn hasher() -> Result<Argon2<'static>, NoDigest> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| NoDigest)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(password: &str) -> Result<(), WeakPassword> {
        check_password(&password.into(), 8, &["ada.lovelace@example.com", "Ada Lovelace"])
    }

    #[test]
    fn a_digest_is_of_its_password_alone_and_says_how_it_was_made() {
        let digest = digest_password(&"correct horse battery".into(), &[7; SALT_BYTES]).unwrap();
        assert!(digest.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify_password(&"correct horse battery".into(), &digest), Ok(true));
        assert_eq!(verify_password(&"correct horse batterz".into(), &digest), Ok(false));
        let other = digest_password(&"correct horse battery".into(), &[8; SALT_BYTES]).unwrap();
        assert_ne!(digest.expose_secret(), other.expose_secret());
        assert_eq!(verify_password(&"x".into(), &"no digest".into()), Err(NoDigest));
    }

    #[test]
    fn a_password_is_the_same_however_a_keyboard_writes_it() {
        let (composed, apart) =
            ("Zo\u{eb} k\u{fc}rbis 41 \u{c5}", "Zoe\u{308}\u{a0}ku\u{308}rbis 41\u{2003}A\u{30a}");
        for (set, typed) in [(composed, apart), (apart, composed)] {
            let digest = digest_password(&set.into(), &[7; SALT_BYTES]).unwrap();
            assert_eq!(verify_password(&typed.into(), &digest), Ok(true));
            assert_eq!(verify_password(&format!("{typed}!").into(), &digest), Ok(false));
        }
        // What was kept as it was typed goes on working, typed so.
        let before = hasher().unwrap().hash_password_with_salt(apart.as_bytes(), &[7; SALT_BYTES]).unwrap();
        let before = SecretString::from(before.to_string());
        assert_eq!(verify_password(&apart.into(), &before), Ok(true));
        assert_eq!(verify_password(&composed.into(), &before), Ok(false));
        assert_eq!(check("e\u{308}e\u{308}e\u{308}e\u{308}"), Err(WeakPassword::TooShort { least: 8 }));
    }

    #[test]
    fn a_digest_of_another_implementation_verifies() {
        // Made by the reference implementation of argon2 (its command line: `argon2 somesalt -id -t 2 -m 16 -p 1`).
        let digest = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(verify_password(&"password".into(), &digest.into()), Ok(true));
        assert_eq!(verify_password(&"passwore".into(), &digest.into()), Ok(false));
    }

    #[test]
    fn what_is_guessed_first_is_not_taken() {
        assert_eq!(check("7 chars"), Err(WeakPassword::TooShort { least: 8 }));
        assert_eq!(check("äöüäöüä"), Err(WeakPassword::TooShort { least: 8 }), "characters, not bytes");
        assert_eq!(check(&"ab ".repeat(43)), Err(WeakPassword::TooLong));
        for weak in ["password1", "qwertyuiop", "aaaaaaaaaaaa", "adalovelace", "Lovelace1815", "12345678"] {
            assert!(matches!(check(weak), Err(WeakPassword::Guessable { .. })), "{weak}");
        }
        for strong in ["correct horse battery staple", "näherungsweise-kürbiskern", "tK9#vLq2mZ"] {
            assert_eq!(check(strong), Ok(()), "{strong}");
        }
        assert_eq!(check_password(&"tK9#vLq2mZ".into(), 15, &[]), Err(WeakPassword::TooShort { least: 15 }));
    }

    #[test]
    fn a_password_of_the_longest_kind_is_estimated_in_a_bounded_time() {
        for text in ["a", "1", "aB3", "20", "qwe", "pass"] {
            let password: String = text.chars().cycle().take(LONGEST_PASSWORD).collect();
            let began = std::time::Instant::now();
            let _ = check_password(&password.into(), 8, &["aaaaaaaa"]);
            assert!(began.elapsed() < std::time::Duration::from_secs(5), "{text}");
        }
    }

    #[test]
    fn a_long_password_is_as_strong_as_its_parts() {
        assert!(check(&"qwertyuiop".repeat(12)).is_err());
        assert_eq!(check(&format!("{}correct horse battery", "a".repeat(40))), Ok(()));
    }

    #[test]
    fn what_is_one_s_own_is_no_password_however_long_or_often() {
        let own = [
            "katherine.of.the.bernoulli@lists.example",
            "katherine.of.the.bernoulli",
            "Zoë Quixwurth-Brzęczyk",
        ];
        assert_eq!(own[0].len(), 40);
        let weak = |password: &str| {
            matches!(check_password(&password.into(), 8, &own), Err(WeakPassword::Guessable { .. }))
        };
        for word in own {
            for password in [word.to_owned(), word.to_uppercase(), word.repeat(2), format!("{word}1!")] {
                assert!(weak(&password), "{password}");
            }
        }
        assert!(weak("katherine.of.the.bern"), "the beginning of it");
        assert!(weak("xkatherine.of.the.bernoulli@lists.example7"));
        let strong = "zoë likes nine purple lighthouses";
        assert_eq!(check_password(&strong.into(), 8, &own), Ok(()));
    }

    proptest! {
        #[test]
        fn no_password_is_too_much_for_the_estimate(
            password in "[a-zA-Z0-9!@4$ü ]{8,128}|(1q2w3e|qwe|4@5\\$|pAsSwOrD|\\.){2,20}|\\PC{8,128}"
        ) {
            let _ = check_password(&password.into(), 8, &["adalovelacesverylongname"]);
        }
    }

    #[test]
    fn what_is_said_of_a_weak_password_does_not_repeat_it() {
        let Err(weak) = check("lovelace1815") else { panic!() };
        assert!(!weak.to_string().contains("lovelace"), "{weak}");
    }
}
