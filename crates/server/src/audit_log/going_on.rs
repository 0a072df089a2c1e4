//! Whether the log goes on where it was signed last. Whoever can write to the database can change an event and all hashes over it; what
//! was signed of it before, they cannot.

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::tree::consistency;
use casemate_audit::verify::goes_on;
use casemate_platform::Code;
use casemate_store::{StoreError, StoreReader};

use super::signing::SigningError;
use super::tree::of_nodes;
use crate::App;

/// How many checkpoints are looked through for one that the key signed: others were put there by somebody else, or are of an older key.
const LOOKED_AT: usize = 64;

/// Whether one of the log's keys signed a note of so many events: whoever can write to the database may have put another there. Where
/// no key is known, the log is signed by somebody else, and its notes are taken as they are.
pub(crate) fn is_own(app: &App, size: u64, note: &str) -> bool {
    let keys = app.log_keys.load();
    let of_key = |key: &String| VerifierKey::parse(key).is_ok_and(|key| signed(size, note, &key).is_some());
    keys.is_empty() || keys.iter().any(of_key)
}

/// The newest checkpoint of at most so many events, as a signed note, that one of the log's keys signed. Where there is none, as of a log
/// that had another key, the newest that is kept.
///
/// # Errors
/// Where the database cannot be read.
pub(crate) async fn newest(app: &App, most: Option<u64>) -> Result<Option<String>, StoreError> {
    let (mut below, mut first) = (most, None);
    for _ in 0..LOOKED_AT {
        let Some((size, note)) = app.store.reader().log_checkpoint_row(below).await? else { break };
        if is_own(app, size, &note) {
            return Ok(Some(note));
        }
        first = first.or(Some(note));
        let Some(next) = size.checked_sub(1) else { break };
        below = Some(next);
    }
    Ok(first)
}

/// The newest checkpoint that this key signed.
///
/// # Errors
/// Where the database cannot be read, or holds only others.
pub(super) async fn last_signed(
    reader: &StoreReader,
    key: &VerifierKey,
) -> Result<Option<Checkpoint>, SigningError> {
    let mut most = None;
    for _ in 0..LOOKED_AT {
        let Some((size, note)) = reader.log_checkpoint_row(most).await? else { return Ok(None) };
        if let Some(checkpoint) = signed(size, &note, key) {
            return Ok(Some(checkpoint));
        }
        let Some(below) = size.checked_sub(1) else { return Ok(None) };
        most = Some(below);
    }
    Err(SigningError::Unproved("the newest checkpoints that are kept are not signed by its key"))
}

/// The checkpoint of a note that this key signed, of so many events.
pub(super) fn signed(size: u64, note: &str, key: &VerifierKey) -> Option<Checkpoint> {
    let note = Note::parse(note).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    let is_own = checkpoint.size == size && checkpoint.origin() == key.name();
    (is_own && key.verify(&note).is_ok()).then_some(checkpoint)
}

/// Checks that a log goes on where a checkpoint of it ended.
///
/// # Errors
/// Where it does not, or nothing shows it.
pub(super) async fn check(
    reader: &StoreReader,
    before: &Checkpoint,
    now: &Checkpoint,
) -> Result<(), SigningError> {
    let needs_proof = before.size > 0 && before.size < now.size;
    let proof = if needs_proof {
        let proof = of_nodes(reader, now.size, |nodes| consistency(before.size, now.size, nodes)).await;
        proof.map_err(|problem| match problem.code() {
            Code::NotFound => SigningError::Unproved("a part of its tree is not there"),
            Code::LogDamaged => SigningError::Unproved("a part of it is damaged"),
            _ => SigningError::Unproved("its tree cannot be read"),
        })?
    } else {
        Vec::new()
    };
    goes_on(before, now, &proof).map_err(SigningError::NotGoneOn)
}
