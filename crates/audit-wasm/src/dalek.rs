//! Ed25519 where aws-lc-rs is not built: in browsers.

use casemate_audit::signature::Ed25519;
use ed25519_dalek::{Signature, VerifyingKey};

/// Checks signatures by ed25519-dalek, strictly: what a key or a point of small order would sign for anything is no signature.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dalek;

impl Ed25519 for Dalek {
    fn is_over(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(public), Signature::from_slice(signature))
        else {
            return false;
        };
        key.verify_strict(message, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use casemate_audit::ed25519::{AwsLc, SigningKey};
    use casemate_audit::note::{KeyKind, Note};
    use proptest::prelude::*;

    use super::*;

    /// A public key, a text and the signature of it.
    fn signed(seed: [u8; 32], text: &str) -> ([u8; 32], Vec<u8>) {
        let key = SigningKey::of_seed("log", KeyKind::Ed25519, &seed).unwrap();
        let mut note = Note::new(text).unwrap();
        key.sign(&mut note).unwrap();
        (key.verifier().public, note.signatures().first().unwrap().bytes.clone())
    }

    #[test]
    fn what_any_text_would_be_signed_by_is_no_signature() {
        // The neutral point as key and as R, and S = 0: to whoever is not strict it is a signature of every text.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(AwsLc.is_over(&neutral, b"any", &signature));
        assert!(!Dalek.is_over(&neutral, b"any", &signature));
    }

    proptest! {
        #[test]
        fn both_libraries_know_the_same_signatures(
            seed in any::<[u8; 32]>(),
            text in "[a-z]{0,200}\n",
            change in prop::option::of((0_usize..64, 1_u8..)),
            length in prop_oneof![9 => Just(64_usize), 1 => 0_usize..80],
        ) {
            let (public, mut signature) = signed(seed, &text);
            if let Some((place, bits)) = change {
                signature[place] ^= bits;
            }
            signature.resize(length, 0);
            let is_genuine = change.is_none() && length == 64;
            prop_assert_eq!(Dalek.is_over(&public, text.as_bytes(), &signature), is_genuine);
            prop_assert_eq!(AwsLc.is_over(&public, text.as_bytes(), &signature), is_genuine);
            prop_assert!(!Dalek.is_over(&public, b"another", &signature));
        }

        #[test]
        fn no_key_and_no_signature_make_it_fail(public in any::<[u8; 32]>(), signature in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(!Dalek.is_over(&public, b"text", &signature));
        }
    }
}
