//! What is to be recorded, as the texts that come into the log.

use casemate_audit::event::MAX_EVENT;

use super::event::{of_change, of_decision};
use super::tail::{push_text, split_text};
use crate::audit::AuditEvent;
use crate::decision::DecisionEvent;
use crate::error::RecordError;

/// The bytes before a text.
const PREFIX: usize = 4;

/// The texts of events, each with its length before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: u32,
}

impl Recorded {
    pub(crate) fn decisions(events: &[DecisionEvent]) -> Recorded {
        let mut recorded = Recorded::default();
        for event in events {
            recorded.push(|text| of_decision(event, text));
        }
        recorded
    }

    /// Of events that tell of no change, at the revision of the last one.
    pub(crate) fn events(events: &[AuditEvent], revision: i64) -> Result<Recorded, RecordError> {
        let mut recorded = Recorded::default();
        for event in events {
            let text = of_change(event, revision);
            if text.len() > MAX_EVENT {
                let (length, action) = (text.len(), &event.action);
                let reason = format!("the event of {action} has {length} bytes, and may have {MAX_EVENT}");
                return Err(RecordError::Failed(reason));
            }
            push_text(&mut recorded.bytes, &text);
            recorded.events = recorded.events.saturating_add(1);
        }
        Ok(recorded)
    }

    /// Adds the text that is written behind what is there.
    fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; PREFIX]);
        write(&mut self.bytes);
        // INVARIANT: the text of a decision has a dozen of clipped texts.
        let length = u32::try_from(self.bytes.len() - start - PREFIX).unwrap_or(u32::MAX);
        if let Some(place) = self.bytes.get_mut(start..start + PREFIX) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        self.events = self.events.saturating_add(1);
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        texts(&self.bytes)
    }
}

/// The texts of bytes in which each has its length before it; ends where they are not whole.
pub(crate) fn texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (text, behind) = split_text(rest)?;
        rest = behind;
        Some(text)
    })
}
