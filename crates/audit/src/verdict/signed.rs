//! A checkpoint: who signed it, and which witnesses cosigned it.

use serde::Serialize;

use super::keys::Keys;
use super::step::Steps;
use crate::checkpoint::Checkpoint;
use crate::event::written_time;
use crate::note::Note;
use crate::signature::{Ed25519, SignatureError};
use crate::verify::{Finding, Wrong, signed_by};

/// A checkpoint, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedCheckpoint {
    /// The name of the log.
    pub origin: String,
    /// How many events it is about.
    pub size: u64,
    /// The root of their tree, in base64.
    pub root: String,
    /// The key that signed it, of those that were given; nothing where none did.
    pub key: Option<String>,
    /// What witnesses cosigned.
    pub cosignatures: Vec<Cosignature>,
}

/// A line by which a witness says that it saw the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cosignature {
    /// The name of the witness.
    pub witness: String,
    /// Whether it was checked with a key that was given.
    pub verified: bool,
    /// When, by the witness's clock, as RFC 3339; of one that was checked.
    pub at: Option<String>,
}

/// A checkpoint with its note.
pub(super) struct Read {
    pub(super) checkpoint: Checkpoint,
    pub(super) told: SignedCheckpoint,
    note: Note,
}

/// The step of a checkpoint's signature. What can be read of one that nobody known signed is told all the same.
pub(super) fn read(
    steps: &mut Steps,
    step: &'static str,
    note: &str,
    keys: Option<&Keys>,
    by: &impl Ed25519,
) -> Option<Read> {
    let signed = match keys {
        Some(keys) => {
            let says = |(checkpoint, _): &(Checkpoint, Note)| {
                format!("{} signed it, when it had {}", checkpoint.origin(), events(checkpoint.size))
            };
            steps.take(step, signed_by(note, &keys.logs, by), says)
        }
        None => {
            steps.skip(step, "who signed it cannot be checked without a key");
            None
        }
    };
    let is_signed = signed.is_some();
    let unsigned = || {
        let note = Note::parse(note).ok()?;
        Some((Checkpoint::parse(note.text()).ok()?, note))
    };
    let (checkpoint, note) = signed.or_else(unsigned)?;
    let made = |key: &&crate::note::VerifierKey| note.signatures().iter().any(|line| key.made(line));
    let key = keys.filter(|_| is_signed).and_then(|keys| keys.logs.iter().find(made));
    let told = SignedCheckpoint {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        key: key.map(ToString::to_string),
        cosignatures: Vec::new(),
    };
    Some(Read { checkpoint, told, note })
}

/// The step of what witnesses cosigned of these checkpoints.
pub(super) fn cosigned<'r>(
    steps: &mut Steps,
    read: impl Iterator<Item = &'r mut Read>,
    keys: Option<&Keys>,
    by: &impl Ed25519,
) {
    const STEP: &str = "cosignatures";
    let (mut verified, mut unchecked) = (Vec::new(), 0_usize);
    for read in read {
        match cosignatures(read, keys, by) {
            Ok(found) => {
                verified.extend(found.iter().filter(|line| line.verified).map(|line| line.witness.clone()));
                unchecked += found.iter().filter(|line| !line.verified).count();
                read.told.cosignatures = found;
            }
            Err(finding) => {
                steps.take::<()>(STEP, Err(finding), |()| String::new());
                return;
            }
        }
    }
    verified.sort();
    verified.dedup();
    match (verified.is_empty(), unchecked) {
        (true, 0) => steps.skip(STEP, "no witness cosigned it"),
        (true, _) => steps.skip(STEP, "of whoever cosigned it, no key was given to check that with"),
        (false, _) => {
            let witnesses = verified.join(", ");
            steps.take(STEP, Ok(()), |()| format!("{witnesses} cosigned it"));
        }
    }
}

fn cosignatures(read: &Read, keys: Option<&Keys>, by: &impl Ed25519) -> Result<Vec<Cosignature>, Finding> {
    let witnesses = keys.map_or(&[][..], |keys| &keys.witnesses);
    let mut found = Vec::new();
    for key in witnesses {
        match key.verify_cosignature_by(&read.note, by) {
            Ok(time) => {
                let micros = i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1_000_000);
                let at = Some(written_time(micros));
                found.push(Cosignature { witness: key.name().to_owned(), verified: true, at });
            }
            Err(SignatureError::NotSigned { .. }) => {}
            Err(error) => return Err(Finding::of(Wrong::Forged, error.to_string())),
        }
    }
    let is_unchecked = |line: &&crate::note::Signature| {
        line.name() != read.checkpoint.origin() && !witnesses.iter().any(|key| key.made(line))
    };
    let unchecked = read.note.signatures().iter().filter(is_unchecked);
    found.extend(unchecked.map(|line| Cosignature {
        witness: line.name().to_owned(),
        verified: false,
        at: None,
    }));
    Ok(found)
}

/// A number of events, for people.
pub(super) fn events(size: u64) -> String {
    if size == 1 { "1 event".to_owned() } else { format!("{size} events") }
}
