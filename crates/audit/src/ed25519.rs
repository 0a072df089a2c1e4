//! Signing notes and checking who signed them, with Ed25519 (RFC 8032) by aws-lc-rs.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::note::{KeyKind, Note, Signature, VerifierKey};
pub use crate::signature::SignatureError;
use crate::signature::{Ed25519, cosigned};

/// Checks signatures by aws-lc-rs.
#[derive(Debug, Clone, Copy)]
pub struct AwsLc;

impl Ed25519 for AwsLc {
    fn is_over(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
    }
}

/// A key that signs notes. `Debug` hides it.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
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
    /// As [`VerifierKey::verify_by`].
    pub fn verify(&self, note: &Note) -> Result<(), SignatureError> {
        self.verify_by(note, &AwsLc)
    }

    /// Checks that the witness with this key cosigned the note, and answers when: in seconds since 1970, by the witness's clock.
    ///
    /// # Errors
    /// As [`VerifierKey::verify_by`].
    pub fn verify_cosignature(&self, note: &Note) -> Result<u64, SignatureError> {
        self.verify_cosignature_by(note, &AwsLc)
    }
}
