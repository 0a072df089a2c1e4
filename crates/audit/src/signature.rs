//! Who signed a note, whatever checks Ed25519 (RFC 8032): logs sign the text, witnesses the text and the time at which they looked.

use thiserror::Error;

use crate::note::{KeyKind, Note, NoteError, Signature, VerifierKey};

/// What a cosignature is about, before the time and the text.
const COSIGNATURE: &str = "cosignature/v1";
/// The bytes of the time in a cosignature.
const TIME: usize = 8;

/// What checks signatures: another library where the one of the server is not built, as in browsers.
pub trait Ed25519 {
    /// Whether the signature is over the message, by the owner of this public key (RFC 8032, section 5.1.7). Of a signature of
    /// another length, no.
    fn is_over(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool;
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

impl VerifierKey {
    /// Checks that the log with this key signed the note.
    ///
    /// # Errors
    /// Where it did not. A signature that says so and is none counts even beside one that is.
    pub fn verify_by(&self, note: &Note, by: &impl Ed25519) -> Result<(), SignatureError> {
        self.is_of(KeyKind::Ed25519)?;
        let is_genuine =
            |signature: &Signature| by.is_over(&self.public, note.text().as_bytes(), &signature.bytes);
        self.each(note, is_genuine).map(drop)
    }

    /// Checks that the witness with this key cosigned the note, and answers when: in seconds since 1970, by the witness's clock.
    ///
    /// # Errors
    /// As [`VerifierKey::verify_by`].
    pub fn verify_cosignature_by(&self, note: &Note, by: &impl Ed25519) -> Result<u64, SignatureError> {
        self.is_of(KeyKind::Cosignature)?;
        let time = |signature: &Signature| {
            signature
                .bytes
                .split_first_chunk::<TIME>()
                .map(|(time, rest)| (u64::from_be_bytes(*time), rest.to_vec()))
        };
        let last = self.each(note, |signature| {
            time(signature).is_some_and(|(time, bytes)| {
                let cosigned = cosigned(note.text(), time);
                i64::try_from(time).is_ok() && by.is_over(&self.public, cosigned.as_bytes(), &bytes)
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

    fn forged(&self) -> SignatureError {
        SignatureError::Forged { name: self.name().to_owned() }
    }

    pub(crate) fn is_of(&self, asked: KeyKind) -> Result<(), SignatureError> {
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
pub(crate) fn cosigned(text: &str, time: u64) -> String {
    format!("{COSIGNATURE}\ntime {time}\n{text}")
}
