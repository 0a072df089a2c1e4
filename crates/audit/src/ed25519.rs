//! Signing notes and checking who signed them, with Ed25519 (RFC 8032): logs sign the text, witnesses the text and the time at
//! which they looked.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use thiserror::Error;

use crate::note::{KeyKind, Note, NoteError, Signature, VerifierKey};

/// What a cosignature is about, before the time and the text.
const COSIGNATURE: &str = "cosignature/v1";
/// The bytes of the time in a cosignature.
const TIME: usize = 8;

/// A key that signs notes. `Debug` hides it.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

/// Why nothing could be signed, or a signature shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The seed makes no key, or the name is none.
    #[error("no key can be made of this: {0}")]
    Key(&'static str),
    /// The name of the key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The key is asked for what it is not for.
    #[error("the key `{name}` is one of {is}, not of {asked}")]
    OtherKind {
        /// The name of the key.
        name: String,
        /// What it is for.
        is: &'static str,
        /// What it was asked for.
        asked: &'static str,
    },
    /// A witness's time cannot be written.
    #[error("the time of a cosignature is in seconds since 1970, below 2^63")]
    Time,
    /// The key did not sign it.
    #[error("the note is not signed by `{name}`: it is another log's, or its signature was taken away")]
    NotSigned {
        /// The name of the key.
        name: String,
    },
    /// It says that the key signed it, which it did not.
    #[error("the signature by `{name}` is not over this text: the note was changed, or is forged")]
    Forged {
        /// The name of the key.
        name: String,
    },
}

impl SigningKey {
    /// Of a seed (RFC 8032, section 5.1.5), which stays secret.
    ///
    /// # Errors
    /// Where the key cannot be called so.
    pub fn of_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<SigningKey, SignatureError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| SignatureError::Key("it is no Ed25519 seed"))?;
        let public = pair.public_key().as_ref().try_into();
        let public = public.map_err(|_| SignatureError::Key("its public key has another length"))?;
        Ok(SigningKey { verifier: VerifierKey::new(name, kind, public)?, pair })
    }

    /// What others check its signatures with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a note, as a log does.
    ///
    /// # Errors
    /// Where the key is a witness's.
    pub fn sign(&self, note: &mut Note) -> Result<(), SignatureError> {
        self.verifier.is_of(KeyKind::Ed25519)?;
        let bytes = self.pair.sign(note.text().as_bytes());
        note.sign(Signature::by(&self.verifier, bytes.as_ref().to_vec()));
        Ok(())
    }

    /// Says that at this time, in seconds since 1970, this was the largest checkpoint of the log that was seen, and went on where
    /// the one before ended ([c2sp.org/tlog-cosignature](https://c2sp.org/tlog-cosignature)).
    ///
    /// # Errors
    /// Where the key is a log's, or the time cannot be written.
    pub fn cosign(&self, note: &mut Note, time: u64) -> Result<(), SignatureError> {
        self.verifier.is_of(KeyKind::Cosignature)?;
        if i64::try_from(time).is_err() {
            return Err(SignatureError::Time);
        }
        let signature = self.pair.sign(cosigned(note.text(), time).as_bytes());
        let bytes = [&time.to_be_bytes()[..], signature.as_ref()].concat();
        note.sign(Signature::by(&self.verifier, bytes));
        Ok(())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.verifier)
    }
}

impl VerifierKey {
    /// Checks that the log with this key signed the note.
    ///
    /// # Errors
    /// Where it did not. A signature that says so and is none counts even beside one that is.
    pub fn verify(&self, note: &Note) -> Result<(), SignatureError> {
        self.is_of(KeyKind::Ed25519)?;
        self.each(note, |signature| self.is_over(note.text().as_bytes(), &signature.bytes)).map(drop)
    }

    /// Checks that the witness with this key cosigned the note, and answers when: in seconds since 1970, by the witness's clock.
    ///
    /// # Errors
    /// As [`VerifierKey::verify`].
    pub fn verify_cosignature(&self, note: &Note) -> Result<u64, SignatureError> {
        self.is_of(KeyKind::Cosignature)?;
        let time = |signature: &Signature| {
            signature
                .bytes
                .split_first_chunk::<TIME>()
                .map(|(time, rest)| (u64::from_be_bytes(*time), rest.to_vec()))
        };
        let last = self.each(note, |signature| {
            time(signature).is_some_and(|(time, bytes)| {
                i64::try_from(time).is_ok() && self.is_over(cosigned(note.text(), time).as_bytes(), &bytes)
            })
        })?;
        time(last).map(|(time, _)| time).ok_or_else(|| self.forged())
    }

    /// The last of the signatures by this key, all of which are.
    fn each<'n>(
        &self,
        note: &'n Note,
        is_genuine: impl Fn(&Signature) -> bool,
    ) -> Result<&'n Signature, SignatureError> {
        let mut last = Err(SignatureError::NotSigned { name: self.name().to_owned() });
        for signature in note.signatures().iter().filter(|signature| self.made(signature)) {
            if !is_genuine(signature) {
                return Err(self.forged());
            }
            last = Ok(signature);
        }
        last
    }

    fn is_over(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(message, signature).is_ok()
    }

    fn forged(&self) -> SignatureError {
        SignatureError::Forged { name: self.name().to_owned() }
    }

    fn is_of(&self, asked: KeyKind) -> Result<(), SignatureError> {
        let word = |kind| match kind {
            KeyKind::Ed25519 => "a log",
            KeyKind::Cosignature => "a witness",
        };
        if self.kind == asked {
            return Ok(());
        }
        Err(SignatureError::OtherKind {
            name: self.name().to_owned(),
            is: word(self.kind),
            asked: word(asked),
        })
    }
}

/// What a witness signs.
fn cosigned(text: &str, time: u64) -> String {
    format!("{COSIGNATURE}\ntime {time}\n{text}")
}
