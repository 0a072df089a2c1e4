//! An alert as others see it.

use casemate_store::{AlertDraft, StoredAlert};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view::time;

/// What a rule found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(crate) struct Finding {
    /// The name of the detection.
    pub(crate) detection: String,
    /// The title of the rule.
    pub(crate) rule: String,
    /// The id of the rule, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule_id: Option<String>,
    /// `low`, `medium`, `high` or `critical`.
    pub(crate) level: String,
    /// When the first event happened by which the rule matched.
    #[schemars(extend("format" = "date-time"))]
    pub(crate) first_at: String,
    /// When the newest of them happened.
    #[schemars(extend("format" = "date-time"))]
    pub(crate) last_at: String,
    /// How often the rule matched.
    pub(crate) count: i64,
    /// Audit events by which it matched, by their ids: at most 100, the first ones and the newest.
    pub(crate) events: Vec<u64>,
    /// By which fields the rule groups events, and what they were.
    pub(crate) group: Vec<Grouped>,
    /// What was new, of a rule that looks for new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// A field by which events are grouped.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "FindingGroup")]
pub(crate) struct Grouped {
    /// The field, or the name that the rule gives it.
    pub(crate) field: String,
    /// Its value.
    pub(crate) value: String,
}

/// An alert.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Alert")]
pub(crate) struct AlertView {
    /// Its number, which rises with every alert.
    pub(crate) id: i64,
    /// `open`, `acknowledged` or `closed`.
    pub(crate) state: String,
    #[serde(flatten)]
    pub(crate) finding: Finding,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    pub(crate) created_at: String,
    /// When it became what it is: its state was changed, or the rule matched again.
    #[schemars(extend("format" = "date-time"))]
    pub(crate) updated_at: String,
    /// What was said when its state was changed last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
    /// Who changed its state last: provider, type and id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) changed_by: String,
}

fn grouped(group: Vec<(String, String)>) -> Vec<Grouped> {
    group.into_iter().map(|(field, value)| Grouped { field, value }).collect()
}

impl From<AlertDraft> for Finding {
    fn from(draft: AlertDraft) -> Finding {
        Finding {
            detection: draft.detection,
            rule: draft.rule,
            rule_id: draft.rule_id,
            level: draft.level,
            first_at: time(draft.first_at),
            last_at: time(draft.last_at),
            count: draft.count,
            events: draft.events,
            group: grouped(draft.group),
            value: draft.value,
        }
    }
}

impl From<StoredAlert> for AlertView {
    fn from(alert: StoredAlert) -> AlertView {
        AlertView {
            id: alert.number,
            state: alert.state,
            finding: Finding {
                detection: alert.detection,
                rule: alert.rule,
                rule_id: alert.rule_id,
                level: alert.level,
                first_at: time(alert.first_at),
                last_at: time(alert.last_at),
                count: alert.count,
                events: alert.events,
                group: grouped(alert.group),
                value: alert.value,
            },
            created_at: time(alert.made_at),
            updated_at: time(alert.changed_at),
            note: alert.note,
            changed_by: alert.changed_by,
        }
    }
}
