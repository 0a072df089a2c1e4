//! What witnesses cosigned of a log, for whoever knows their keys.

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{KeyKind, Note, VerifierKey};
use casemate_audit::verify::{Finding, Wrong};
use jiff::Timestamp;
use serde::Serialize;

use super::keys;
use crate::exit::Failure;

/// That a witness saw the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Witnessed {
    /// The name of the witness.
    pub(super) witness: String,
    /// How many events the log had.
    pub(super) size: u64,
    /// When it saw that, by its own clock (RFC 3339).
    pub(super) at: String,
}

/// The keys of witnesses that are given.
///
/// # Errors
/// Where one is none.
pub(super) fn keys(given: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    let key = |text: &String| match keys::given(text)? {
        key if key.kind == KeyKind::Cosignature => Ok(key),
        key => {
            let help = "`casemate audit witness` says the key of a witness when it makes it, and at GET /key";
            Err(Failure::usage(miette::miette!(help = help, "`{}` is the key of a log", key.name())))
        }
    };
    given.iter().map(key).collect()
}

/// The newest of checkpoints that each of the witnesses cosigned.
///
/// # Errors
/// Where there is none of one of them, or somebody only says that it cosigned.
pub(super) fn all(
    witnesses: &[VerifierKey],
    checkpoints: &[(Checkpoint, Note)],
) -> Result<Vec<Witnessed>, Finding> {
    let newest = |key: &VerifierKey| {
        let mut newest: Option<Witnessed> = None;
        for (checkpoint, note) in checkpoints {
            if !note.signatures().iter().any(|signature| key.made(signature)) {
                continue;
            }
            let time = key.verify_cosignature(note);
            let time = time.map_err(|error| Finding::of(Wrong::Forged, error.to_string()))?;
            if newest.as_ref().is_none_or(|newest| newest.size < checkpoint.size) {
                let at = i64::try_from(time).ok().and_then(|time| Timestamp::from_second(time).ok());
                let at = at.unwrap_or(Timestamp::MAX).to_string();
                newest = Some(Witnessed { witness: key.name().to_owned(), size: checkpoint.size, at });
            }
        }
        newest.ok_or_else(|| {
            let detail = format!("`{}` cosigned none of the checkpoints that are there", key.name());
            Finding::of(Wrong::Unwitnessed, detail)
        })
    };
    witnesses.iter().map(newest).collect()
}

#[cfg(test)]
mod tests {
    use casemate_audit::ed25519::SigningKey;
    use casemate_audit::hash::MerkleHash;

    use super::*;

    fn witness(seed: u8) -> SigningKey {
        let name = format!("witness.example.com/{seed}");
        SigningKey::of_seed(&name, KeyKind::Cosignature, &[seed; 32]).unwrap()
    }

    fn cosigned(size: u64, by: &[(&SigningKey, u64)]) -> (Checkpoint, Note) {
        let checkpoint = Checkpoint::new("casemate/1", size, MerkleHash::of_nothing()).unwrap();
        let mut note = Note::new(&checkpoint.to_string()).unwrap();
        by.iter().for_each(|(key, time)| key.cosign(&mut note, *time).unwrap());
        (checkpoint, note)
    }

    #[test]
    fn each_witness_has_cosigned_something() {
        let (one, two, three) = (witness(1), witness(2), witness(3));
        let notes = [
            cosigned(7, &[(&one, 1_700_000_000), (&two, 1_700_000_001)]),
            cosigned(9, &[(&one, 1_700_000_002)]),
            cosigned(11, &[]),
        ];
        let of = |keys: &[&SigningKey]| {
            let keys: Vec<_> = keys.iter().map(|key| key.verifier().clone()).collect();
            all(&keys, &notes).map(|all| all.into_iter().map(|one| (one.size, one.at)).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), Ok(vec![]));
        let at = |second: u32| format!("2023-11-14T22:13:{second}Z");
        assert_eq!(of(&[&two, &one]), Ok(vec![(7, at(21)), (9, at(22))]));
        assert_eq!(of(&[&one, &three]).unwrap_err().wrong, Wrong::Unwitnessed);
        // A cosignature of another checkpoint in this one's place.
        let (checkpoint, mut note) = cosigned(13, &[]);
        note.sign(notes[0].1.signatures()[0].clone());
        let finding = all(&[one.verifier().clone()], &[(checkpoint, note)]).unwrap_err();
        assert_eq!(finding.wrong, Wrong::Forged);
        let of_log = SigningKey::of_seed("casemate/1", KeyKind::Ed25519, &[4; 32]).unwrap();
        assert!(keys(&[of_log.verifier().to_string()]).is_err());
        assert_eq!(keys(&[one.verifier().to_string()]).unwrap(), [one.verifier().clone()]);
    }
}
