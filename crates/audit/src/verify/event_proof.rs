//! That one event stands in a log, shown to somebody who has nothing but the log's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, Span, Wrong, signed_by};
use crate::checkpoint::Checkpoint;
use crate::commitment::{self, SALT, Salt};
use crate::event::MAX_EVENT;
use crate::hash::MerkleHash;
use crate::note::VerifierKey;
use crate::proof::{MAX_HASHES, verify_inclusion};
use crate::signature::Ed25519;

/// The most bytes of a proof: the largest event as a JSON string, and what is around it.
pub const MAX_PROOF: usize = 4 * MAX_EVENT;

/// That an event stands in the log: all that it takes to check it, beside the log's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AuditEventProof")]
pub struct EventProof {
    /// Its place in the log.
    pub id: u64,
    /// The exact text of the event, which the log commits to; nothing where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What the commitment was made with, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The leaf of an event that was erased, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<String>,
    /// The hashes beside the way from its leaf to the root (RFC 6962, section 2.1.1), in base64.
    pub inclusion: Vec<String>,
    /// The checkpoint, as a signed note.
    pub checkpoint: String,
}

impl EventProof {
    /// Reads one, as JSON.
    ///
    /// # Errors
    /// Where it is too long or no proof.
    pub fn read(text: &[u8]) -> Result<EventProof, Finding> {
        if text.len() > MAX_PROOF {
            let detail = format!("a proof has at most {MAX_PROOF} bytes, not {}", text.len());
            return Err(Finding::of(Wrong::Unreadable, detail));
        }
        serde_json::from_slice(text).map_err(|error| Finding::of(Wrong::Unreadable, error.to_string()))
    }

    /// The leaf of the event: the commitment to its text with the salt, or the one that is left of an erased event.
    ///
    /// # Errors
    /// Where there is neither, or the leaf that stands beside a text is another.
    pub fn leaf(&self) -> Result<MerkleHash, Finding> {
        let told = self.leaf.as_deref().map(|leaf| self.hash(leaf)).transpose()?;
        match (&self.event, &self.salt, told) {
            (Some(event), Some(salt), told) => {
                let made = commitment::leaf(&self.salt_of(salt)?, event.as_bytes());
                if told.is_some_and(|told| told != made) {
                    let detail =
                        format!("the event and its salt give the leaf {made}, and not the one that is told");
                    return Err(Finding::at(Wrong::Edited, Span::only(self.id), detail));
                }
                Ok(made)
            }
            (None, None, Some(told)) => Ok(told),
            _ => Err(self.unread("a proof has `event` and `salt`, or `leaf`")),
        }
    }

    /// Whether its hashes lead from the leaf to the root of the checkpoint.
    ///
    /// # Errors
    /// Where they do not.
    pub fn is_included(&self, leaf: &MerkleHash, checkpoint: &Checkpoint) -> Result<(), Finding> {
        if self.inclusion.len() > MAX_HASHES {
            return Err(self.unread("it has more hashes than any proof"));
        }
        let inclusion = self.inclusion.iter().map(|text| self.hash(text)).collect::<Result<Vec<_>, _>>()?;
        verify_inclusion(self.id, checkpoint.size, leaf, &checkpoint.root, &inclusion)
            .map_err(|error| Finding::at(Wrong::Edited, Span::only(self.id), error.to_string()))
    }

    /// Checks all of it with nothing else but the log's keys, and answers the checkpoint.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn check(&self, keys: &[VerifierKey], by: &impl Ed25519) -> Result<Checkpoint, Finding> {
        let (checkpoint, _) = signed_by(&self.checkpoint, keys, by)?;
        self.is_included(&self.leaf()?, &checkpoint)?;
        Ok(checkpoint)
    }

    fn salt_of(&self, text: &str) -> Result<Salt, Finding> {
        let bytes = STANDARD.decode(text).ok().and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
        bytes.map(Salt).ok_or_else(|| self.unread("a salt is the base64 of 32 bytes"))
    }

    fn hash(&self, text: &str) -> Result<MerkleHash, Finding> {
        MerkleHash::parse(text).ok_or_else(|| self.unread("a hash is the base64 of 32 bytes"))
    }

    fn unread(&self, detail: &str) -> Finding {
        Finding::at(Wrong::Unreadable, Span::only(self.id), detail)
    }
}
