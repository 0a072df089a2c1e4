//! What watches the audit trail: rules, and who is told what they find.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::kind::Kind;

/// Rules over the audit trail, in Sigma's format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DetectionEntry")]
pub struct DetectionDocument {
    /// Its name. One with the name of a rule of Casemate's own pack stands in the place of that.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The rules: YAML, at most 65,536 bytes; several documents with `---` between may refer to each other. What is left out is that of
    /// the rule of the pack with this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 65536))]
    pub rules: Option<String>,
    /// Whether nothing is looked for at the moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

impl Document for DetectionDocument {
    const KIND: Kind = Kind::Detection;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

/// Who is told of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlertReceiverEntry", extend("anyOf" = [{ "required": ["webhook"] }, { "required": ["mail"] }]))]
pub struct AlertReceiverDocument {
    /// Its name.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where alerts are posted, signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<AlertWebhook>,
    /// To whom alerts are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub mail: Vec<String>,
    /// From which severity on: `low`, `medium`, `high` or `critical`; `medium` where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<AlertLevel>,
    /// Whether nobody is told at the moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// How serious an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertLevel {
    /// Notable, rarely an incident.
    Low,
    /// To be looked at now and then.
    Medium,
    /// To be looked at soon.
    High,
    /// An incident.
    Critical,
}

/// Where alerts are posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AlertWebhookEntry")]
pub struct AlertWebhook {
    /// The address: `https`, or `http` on this machine.
    pub url: String,
    /// What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
    /// `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub signing_secret: serde_json::Value,
    /// Accepts `http` for an address that is not on this machine. Alerts name people, and can be read on the way then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_insecure_http: bool,
}

impl Document for AlertReceiverDocument {
    const KIND: Kind = Kind::AlertReceiver;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
