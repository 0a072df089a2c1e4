//! Checkpoints: who signed one, and whether it goes on where one that is remembered ended.

use super::{Finding, Span, Wrong};
use crate::checkpoint::Checkpoint;
use crate::hash::MerkleHash;
use crate::note::{Note, VerifierKey};
use crate::proof::{ProofError, verify_consistency};
use crate::signature::{Ed25519, SignatureError};

/// The checkpoint that stands in a note which the log with one of these keys signed.
///
/// # Errors
/// Where it is no checkpoint, none of the keys signed it, or somebody only says that one did.
#[cfg(feature = "ed25519")]
pub fn signed(note: &str, keys: &[VerifierKey]) -> Result<(Checkpoint, Note), Finding> {
    signed_by(note, keys, &crate::ed25519::AwsLc)
}

/// As `signed`, by whatever checks signatures.
///
/// # Errors
/// Where it is no checkpoint, none of the keys signed it, or somebody only says that one did.
pub fn signed_by(note: &str, keys: &[VerifierKey], by: &impl Ed25519) -> Result<(Checkpoint, Note), Finding> {
    let unreadable = |error: &dyn std::fmt::Display| Finding::of(Wrong::Unreadable, error.to_string());
    let note = Note::parse(note).map_err(|error| unreadable(&error))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| unreadable(&error))?;
    let mut is_signed = false;
    for key in keys {
        match key.verify_by(&note, by) {
            Ok(()) if key.name() == checkpoint.origin() => is_signed = true,
            Ok(()) => {
                let detail = format!("`{}` signed a checkpoint of `{}`", key.name(), checkpoint.origin());
                return Err(Finding::of(Wrong::OtherLog, detail));
            }
            Err(SignatureError::NotSigned { .. }) => {}
            Err(error @ SignatureError::Forged { .. }) => {
                return Err(Finding::of(Wrong::Forged, error.to_string()));
            }
            Err(error) => return Err(unreadable(&error)),
        }
    }
    if is_signed {
        return Ok((checkpoint, note));
    }
    let names: Vec<&str> = note.signatures().iter().map(crate::note::Signature::name).collect();
    let detail = format!(
        "the checkpoint of {} events is signed by {}, with none of the keys that were given",
        checkpoint.size,
        names.join(", ")
    );
    Err(Finding::of(Wrong::UnknownKey, detail))
}

/// Whether a checkpoint goes on where a remembered one ended, which a proof of consistency shows. An empty log goes on in any other of
/// its name.
///
/// # Errors
/// Where it does not: another log, fewer events than before, or other ones.
pub fn goes_on(remembered: &Checkpoint, newer: &Checkpoint, proof: &[MerkleHash]) -> Result<(), Finding> {
    if remembered.origin() != newer.origin() {
        let detail = format!(
            "the remembered checkpoint is of `{}`, this of `{}`",
            remembered.origin(),
            newer.origin()
        );
        return Err(Finding::of(Wrong::OtherLog, detail));
    }
    if newer.size < remembered.size {
        let detail = format!("{} events were there before, {} are now", remembered.size, newer.size);
        return Err(Finding::at(Wrong::RolledBack, Span::up_to(newer.size, remembered.size), detail));
    }
    if remembered.size == 0 {
        let is_empty = remembered.root == MerkleHash::of_nothing();
        let detail = "the remembered checkpoint is of no events and has a root all the same";
        return if is_empty { Ok(()) } else { Err(Finding::of(Wrong::Unreadable, detail)) };
    }
    let before = Span::up_to(0, remembered.size);
    match verify_consistency((remembered.size, &remembered.root), (newer.size, &newer.root), proof) {
        Ok(()) => Ok(()),
        Err(ProofError::OtherRoot) if remembered.size == newer.size => {
            let detail = format!(
                "of {} events there are two roots: {} is remembered, {} is told now",
                newer.size, remembered.root, newer.root
            );
            Err(Finding::at(Wrong::SplitView, before, detail))
        }
        Err(error) => Err(Finding::at(Wrong::SplitView, before, error.to_string())),
    }
}
