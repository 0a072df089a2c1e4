//! Whether one event stands in a log, and is the one that somebody is shown.

use serde::Serialize;
use serde_json::Value;

use super::keys::Keys;
use super::signed::{self, SignedCheckpoint, events};
use super::step::{Conclusion, Step, Steps};
use crate::event::{Event, MAX_EVENT};
use crate::hash::MerkleHash;
use crate::shown::other_member;
use crate::signature::Ed25519;
use crate::verify::{EventProof, Finding, Span, Wrong};

/// The most bytes of what somebody is shown: the largest event with its text beside it.
pub const MAX_SHOWN: usize = 5 * MAX_EVENT;

/// What must pass: `event`, what is shown, is only there where somebody is shown something.
const NEEDED: [&str; 5] = ["key", "proof", "checkpoint", "leaf", "inclusion"];

/// What checking one event comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventVerdict {
    /// The end of it.
    pub verdict: Conclusion,
    /// One sentence for people.
    pub summary: String,
    /// `key`, `proof`, `checkpoint`, `event`, `leaf`, `inclusion` and `cosignatures`, in this order.
    pub steps: Vec<Step>,
    /// The event's place in the log, as the proof says.
    pub id: Option<u64>,
    /// Whether only its leaf is there, since its text was erased.
    pub erased: bool,
    /// What stands in the log's tree of it, in base64.
    pub leaf: Option<String>,
    /// The checkpoint that the proof leads to.
    pub checkpoint: Option<SignedCheckpoint>,
}

/// Checks the proof of an event (`GET /api/v1/audit-events/{id}/proof`, or the file of `casemate audit prove`) with keys as
/// `NAME+ID+KEY`. `shown` is what somebody is shown of the event, as the API answers it: with its text and leaf, as it stands in lists,
/// or nothing.
#[must_use]
pub fn of_event(proof: &str, shown: &str, keys: &str, by: &impl Ed25519) -> EventVerdict {
    let mut steps = Steps::default();
    let keys = steps.take("key", Keys::read(keys), Keys::describe);
    let keys = keys.as_ref();
    let says = |proof: &EventProof| format!("it is a proof of event {}", proof.id);
    let Some(proof) = steps.take("proof", EventProof::read(proof.as_bytes()), says) else {
        for step in ["checkpoint", "event", "leaf", "inclusion", "cosignatures"] {
            steps.skip(step, "there is no proof that could be read");
        }
        let (verdict, summary, steps) = steps.conclude(&NEEDED, || None);
        return EventVerdict {
            verdict,
            summary,
            steps,
            id: None,
            erased: false,
            leaf: None,
            checkpoint: None,
        };
    };
    let mut read = signed::read(&mut steps, "checkpoint", &proof.checkpoint, keys, by);
    let shown = (!shown.is_empty()).then(|| Shown::read(shown));
    match &shown {
        None => steps.skip("event", "nothing was given that the event could be compared with"),
        Some(shown) => {
            let compared = shown.as_ref().map_err(Clone::clone).and_then(|shown| shown.compare(&proof));
            steps.take("event", compared, |()| "what is shown is what the event says".to_owned());
        }
    }
    let made = proof.leaf().and_then(|leaf| {
        let told = shown.as_ref().and_then(|shown| shown.as_ref().ok()?.leaf());
        if told.is_none_or(|told| told == leaf.to_string()) {
            return Ok(leaf);
        }
        let detail = format!("the event and its salt give the leaf {leaf}, and not the one that is shown");
        Err(Finding::at(Wrong::Edited, Span::only(proof.id), detail))
    });
    let is_erased = proof.event.is_none();
    let leaf = steps.take("leaf", made, |leaf| match is_erased {
        true => format!("its text was erased; what is left of it is the leaf {leaf}"),
        false => format!("the event and its salt give the leaf {leaf}"),
    });
    match (&leaf, &read) {
        (Some(leaf), Some(read)) => {
            let included = proof.is_included(leaf, &read.checkpoint);
            let hashes = proof.inclusion.len();
            steps.take("inclusion", included, |()| {
                format!("{hashes} hashes lead from the leaf to the root {}", read.told.root)
            });
        }
        (None, _) => steps.skip("inclusion", "there is no leaf from which a way could lead to the root"),
        (_, None) => steps.skip("inclusion", "there is no root to which a way could lead"),
    }
    signed::cosigned(&mut steps, read.iter_mut(), keys, by);
    let checkpoint = read.map(|read| read.told);
    let (verdict, summary, steps) = steps.conclude(&NEEDED, || {
        let SignedCheckpoint { origin, size, .. } = checkpoint.as_ref()?;
        let what = if is_erased { "The leaf of event" } else { "Event" };
        Some(format!(
            "{what} {} stands in {origin}, as it was signed when it had {}.",
            proof.id,
            events(*size)
        ))
    });
    let leaf = leaf.as_ref().map(MerkleHash::to_string);
    EventVerdict { verdict, summary, steps, id: Some(proof.id), erased: is_erased, leaf, checkpoint }
}

/// What somebody is shown.
struct Shown(Value);

impl Shown {
    fn read(text: &str) -> Result<Shown, Finding> {
        if text.len() > MAX_SHOWN {
            let detail =
                format!("what is shown of an event has at most {MAX_SHOWN} bytes, not {}", text.len());
            return Err(Finding::of(Wrong::Unreadable, detail));
        }
        let read = serde_json::from_str(text).map(Shown);
        read.map_err(|error| Finding::of(Wrong::Unreadable, format!("what is shown is no event: {error}")))
    }

    /// The leaf that stands beside the event.
    fn leaf(&self) -> Option<&str> {
        self.0.get("leaf").and_then(Value::as_str)
    }

    /// Whether it is the event of the proof, in all its members.
    fn compare(&self, proof: &EventProof) -> Result<(), Finding> {
        let at = Span::only(proof.id);
        let other = |detail: &str| Err(Finding::at(Wrong::Edited, at, detail));
        let Some(text) = &proof.event else {
            return other("its text was erased: what is shown cannot be compared with anything");
        };
        let unread = |error: crate::event::EventError| {
            Finding::at(Wrong::Unreadable, at, format!("the event cannot be read: {error}"))
        };
        let shown = match self.0.get("event") {
            Some(event) => {
                if self.0.get("text").is_some_and(|shown| shown.as_str() != Some(text)) {
                    return other("the exact text that is shown is not the one that the proof is about");
                }
                event
            }
            None => &self.0,
        };
        match other_member(shown, proof.id, Event::parse(text).map_err(unread)?) {
            None => Ok(()),
            Some(name) if name.is_empty() => other("what is shown is no event"),
            Some(name) => other(&format!("`{name}` is shown otherwise than it was recorded")),
        }
    }
}
