//! What applications may record in the audit trail: types of their events, and a ceiling for each application.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::kind::Kind;

/// A type of events that an application records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EventTypeEntry")]
pub struct EventTypeDocument {
    /// The action that it is of, such as `notes.note.publish`, or a pattern of actions as of a granted permission, such as
    /// `notes.note.*`. An action of several types is of the one whose name says most of it.
    #[schemars(length(min = 1, max = 256))]
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What such an event says; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the `details` of such an event have to be: JSON Schema 2020-12, at most 16,384 bytes, in which `$ref` leads to a place in itself
    /// and never in a circle. Anything, where it is left out; with it, an event has details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub schema: Option<serde_json::Value>,
}

impl Document for EventTypeDocument {
    const KIND: Kind = Kind::EventType;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

/// What an application may record at most. What is left out is not bounded, but by what holds for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EventCeilingEntry")]
pub struct EventCeilingDocument {
    /// The id of the application.
    pub application: String,
    /// Whether events that are of no type are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether callers who are bound to no application are refused what is in its namespaces.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound: bool,
    /// Its actions: names, or patterns as of granted permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub actions: Option<Vec<String>>,
    /// The types of resources that its events may be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub resource_types: Option<Vec<String>>,
    /// The ids of the tenants in which it records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub tenants: Option<Vec<String>>,
    /// How what it records may have ended: `success`, `denied`, `failure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub outcomes: Option<Vec<String>>,
    /// The most bytes of the `details` of an event; 8192 for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 8192))]
    pub max_bytes: Option<u32>,
    /// The most events in a minute of the clock (UTC), in place of the setting `record.events_per_minute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000_000))]
    pub per_minute: Option<u32>,
    /// The most events in a day (UTC), in place of the setting `record.events_per_day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub per_day: Option<u32>,
}

impl Document for EventCeilingDocument {
    const KIND: Kind = Kind::EventCeiling;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.application)
    }
}
