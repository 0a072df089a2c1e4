//! What an archive holds of one event, and its columns.

use std::borrow::Cow;

use casemate_audit::commitment::{self, Salt};
use casemate_audit::event::Event;
use casemate_audit::hash::MerkleHash;

/// One event of the log, as it is archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the log.
    pub index: u64,
    /// Its leaf in the tree.
    pub leaf: MerkleHash,
    /// Its exact text and its salt; nothing where it was erased.
    pub event: Option<(String, Salt)>,
}

impl Row {
    /// Whether the text is the one that the leaf commits to; an erased event has none that could be another.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.event.as_ref().is_none_or(|(text, salt)| commitment::leaf(salt, text.as_bytes()) == self.leaf)
    }
}

type Text<'e> = Option<&'e str>;

/// A column that says one thing of events, for those who read the file with other programs. Casemate reads none of them.
pub(crate) struct Plain {
    pub(crate) name: &'static str,
    pub(crate) of: for<'e> fn(&'e Event<'_>) -> Text<'e>,
}

fn optional<'e>(text: &'e Option<Cow<'_, str>>) -> Text<'e> {
    text.as_deref()
}

/// The plain columns, in their order, behind those that Casemate reads.
pub(crate) const PLAIN: [Plain; 23] = [
    Plain { name: "kind", of: |event| Some(&event.kind) },
    Plain { name: "area", of: |event| Some(&event.area) },
    Plain { name: "action", of: |event| Some(&event.action) },
    Plain { name: "outcome", of: |event| Some(&event.outcome) },
    Plain { name: "reason", of: |event| optional(&event.reason) },
    Plain { name: "tenant", of: |event| Some(&event.tenant) },
    Plain { name: "application", of: |event| optional(&event.application) },
    Plain { name: "actor_provider", of: |event| Some(&event.actor.provider) },
    Plain { name: "actor_type", of: |event| Some(&event.actor.kind) },
    Plain { name: "actor_id", of: |event| Some(&event.actor.id) },
    Plain { name: "actor_credential", of: |event| optional(&event.actor.credential) },
    Plain { name: "acting_for_type", of: |event| event.acting_for.as_ref().map(|party| &*party.kind) },
    Plain { name: "acting_for_id", of: |event| event.acting_for.as_ref().map(|party| &*party.id) },
    Plain { name: "subject_provider", of: |event| event.subject.as_ref().map(|party| &*party.provider) },
    Plain { name: "subject_type", of: |event| event.subject.as_ref().map(|party| &*party.kind) },
    Plain { name: "subject_id", of: |event| event.subject.as_ref().map(|party| &*party.id) },
    Plain { name: "resource_type", of: |event| optional(&event.resource_type) },
    Plain { name: "resource_id", of: |event| optional(&event.resource_id) },
    Plain { name: "permission", of: |event| optional(&event.permission) },
    Plain { name: "request_id", of: |event| Some(&event.request.id) },
    Plain { name: "route", of: |event| optional(&event.request.route) },
    Plain { name: "client", of: |event| optional(&event.request.client) },
    Plain { name: "user_agent", of: |event| optional(&event.request.user_agent) },
];

/// How many columns Casemate reads: the first ones.
pub(crate) const READ: usize = 4;

/// The schema of a file, as Parquet writes it down.
pub(crate) fn schema() -> String {
    let mut text = String::from(
        "message casemate_audit_log {\n  REQUIRED INT64 index;\n  REQUIRED FIXED_LEN_BYTE_ARRAY(32) leaf;\n  \
         OPTIONAL FIXED_LEN_BYTE_ARRAY(32) salt;\n  OPTIONAL BYTE_ARRAY event (UTF8);\n  \
         OPTIONAL INT64 at (TIMESTAMP(MICROS,true));\n",
    );
    for Plain { name, .. } in &PLAIN {
        text.extend(["  OPTIONAL BYTE_ARRAY ", name, " (UTF8);\n"]);
    }
    text.push_str("}\n");
    text
}
