//! Whether a log goes on from a checkpoint that somebody saw before.

use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::signed::{self, SignedCheckpoint, events};
use super::step::{Conclusion, Step, Steps};
use crate::checkpoint::Checkpoint;
use crate::hash::MerkleHash;
use crate::proof::MAX_HASHES;
use crate::signature::Ed25519;
use crate::verify::{Finding, Wrong, goes_on};

/// The most bytes of a proof that a log goes on.
pub const MAX_CONSISTENCY: usize = 64 << 10;

const NEEDED: [&str; 5] = ["key", "older", "newer", "proof", "consistency"];

/// What comparing two checkpoints comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsistencyVerdict {
    /// The end of it.
    pub verdict: Conclusion,
    /// One sentence for people.
    pub summary: String,
    /// `key`, `older`, `newer`, `proof`, `consistency` and `cosignatures`, in this order.
    pub steps: Vec<Step>,
    /// The checkpoint that was seen before.
    pub older: Option<SignedCheckpoint>,
    /// The one that is told now.
    pub newer: Option<SignedCheckpoint>,
}

/// A proof as the API answers it.
#[derive(Deserialize, Default)]
struct Proof {
    from: Option<u64>,
    to: Option<u64>,
    proof: Vec<String>,
}

/// Checks that the log of the newer checkpoint goes on where the older one ended, by a proof as `GET /api/v1/audit-log/consistency`
/// answers it. Where both are of the same events, or the older of none, there is nothing to prove it by, and the text may be empty.
#[must_use]
pub fn of_consistency(
    older: &str,
    newer: &str,
    proof: &str,
    keys: &str,
    by: &impl Ed25519,
) -> ConsistencyVerdict {
    let mut steps = Steps::default();
    let keys = steps.take("key", Keys::read(keys), Keys::describe);
    let keys = keys.as_ref();
    let older = signed::read(&mut steps, "older", older, keys, by);
    let newer = signed::read(&mut steps, "newer", newer, keys, by);
    let hashes = steps.take("proof", Proof::read(proof), |(_, hashes)| match hashes.len() {
        1 => "it has 1 hash".to_owned(),
        several => format!("it has {several} hashes"),
    });
    match (&older, &newer, hashes) {
        (Some(older), Some(newer), Some((proof, hashes))) => {
            let (older, newer) = (&older.checkpoint, &newer.checkpoint);
            let compared = proof.is_about(older, newer).and_then(|()| goes_on(older, newer, &hashes));
            steps.take("consistency", compared, |()| {
                format!("all {} of the older checkpoint are the first of the newer one", events(older.size))
            });
        }
        _ => steps.skip("consistency", "there are no two checkpoints and a proof that could be read"),
    }
    let mut both = [older, newer];
    signed::cosigned(&mut steps, both.iter_mut().flatten(), keys, by);
    let [older, newer] = both.map(|read| read.map(|read| read.told));
    let (verdict, summary, steps) = steps.conclude(&NEEDED, || {
        let (older, newer) = (older.as_ref()?, newer.as_ref()?);
        let more = newer.size.checked_sub(older.size)?;
        Some(match more {
            0 => format!("{} is what it was: {}.", newer.origin, events(newer.size)),
            more => format!("{} went on: {} became {}.", newer.origin, events(older.size), older.size + more),
        })
    });
    ConsistencyVerdict { verdict, summary, steps, older, newer }
}

impl Proof {
    fn read(text: &str) -> Result<(Proof, Vec<MerkleHash>), Finding> {
        let unread = |detail: String| Finding::of(Wrong::Unreadable, detail);
        if text.len() > MAX_CONSISTENCY {
            return Err(unread(format!("a proof has at most {MAX_CONSISTENCY} bytes, not {}", text.len())));
        }
        if text.is_empty() {
            return Ok((Proof::default(), Vec::new()));
        }
        let proof: Proof = serde_json::from_str(text).map_err(|error| unread(error.to_string()))?;
        if proof.proof.len() > MAX_HASHES {
            return Err(unread("it has more hashes than any proof".to_owned()));
        }
        let hashes: Option<Vec<_>> = proof.proof.iter().map(|hash| MerkleHash::parse(hash)).collect();
        let hashes = hashes.ok_or_else(|| unread("a hash is the base64 of 32 bytes".to_owned()))?;
        Ok((proof, hashes))
    }

    /// Whether it says that it is about these two.
    fn is_about(&self, older: &Checkpoint, newer: &Checkpoint) -> Result<(), Finding> {
        let is_other = |said: Option<u64>, size| said.is_some_and(|said| said != size);
        if is_other(self.from, older.size) || is_other(self.to, newer.size) {
            let detail = "the proof says that it is about other checkpoints than these";
            return Err(Finding::of(Wrong::Unreadable, detail));
        }
        Ok(())
    }
}
