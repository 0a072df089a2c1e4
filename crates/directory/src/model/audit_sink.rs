//! The documents of sinks of the audit log.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::kind::Kind;

/// Where events of the audit log are sent, in the order in which they are on record: a syslog server, an endpoint, a file on the
/// server, or a stream of NATS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "AuditSinkEntry",
    extend("oneOf" = [
        { "required": ["syslog"] }, { "required": ["webhook"] }, { "required": ["file"] }, { "required": ["nats"] }
    ])
)]
pub struct AuditSinkDocument {
    /// Its name.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The tenants whose events are sent; those of all, and of the whole installation, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub tenants: Vec<String>,
    /// Which events are sent; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AuditSinkFilter")]
    pub only: Option<AuditSinkFilter>,
    /// Where it begins. Default: `beginning`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AuditSinkStart")]
    pub from: Option<AuditSinkStart>,
    /// How events are written. Default: `event`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AuditSinkFormat")]
    pub format: Option<AuditSinkFormat>,
    /// A syslog server (RFC 5424), over TLS (RFC 5425).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SyslogSinkDocument")]
    pub syslog: Option<SyslogSinkDocument>,
    /// An endpoint that takes CloudEvents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "WebhookSinkDocument")]
    pub webhook: Option<WebhookSinkDocument>,
    /// A file in the server's folder for such files (`sinks.folder`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FileSinkDocument")]
    pub file: Option<FileSinkDocument>,
    /// A stream of NATS JetStream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NatsSinkDocument")]
    pub nats: Option<NatsSinkDocument>,
}

/// Where a new sink begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditSinkStart {
    /// With the first event on record.
    Beginning,
    /// With what comes on record once a server has seen the sink.
    Now,
}

/// How events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuditSinkFormat {
    /// As they are on record, byte for byte, with their index and salt.
    #[default]
    Event,
    /// As events of OCSF 1.8.0.
    Ocsf,
}

/// Which events are sent: those that fit each list that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditSinkFilter {
    /// Their `kind`, such as `update`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub kinds: Vec<String>,
    /// Their `area`, such as `role`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub areas: Vec<String>,
    /// Their `outcome`, such as `denied`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub outcomes: Vec<String>,
    /// What their `action` begins with, such as `casemate.role.`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub actions: Vec<String>,
}

/// A syslog server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SyslogSinkEntry")]
pub struct SyslogSinkDocument {
    /// The name or address of the server, which its certificate has to be for.
    pub host: String,
    /// Its port. Default: 6514, or 601 with `insecure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Sends over plain TCP: whoever is on the way reads, changes and leaves out events.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// The certificates that the server is shown, in PEM form, with the key in `client_key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub client_certificate: Option<String>,
    /// The key of `client_certificate`, in PEM form. By API it is text, which is sealed; in files it is `{ env = "NAME" }`,
    /// `{ file = "PATH" }` or `{ sealed = true }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub client_key: Option<serde_json::Value>,
    /// The facility of messages (RFC 5424, section 6.2.1), 0 to 23. Default: 13, the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 23))]
    pub facility: Option<u8>,
    /// The longest message that the server takes, in bytes, 2,048 to 1,048,576. Default: 8,192. Of a longer event its place, size and
    /// leaf hash are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2048, max = 1048576))]
    pub max_bytes: Option<u32>,
}

/// An endpoint that takes CloudEvents 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookSinkEntry")]
pub struct WebhookSinkDocument {
    /// Where events are sent, by `POST`: `https`, or `http` on this machine.
    pub url: String,
    /// What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
    /// `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub signing_secret: serde_json::Value,
    /// How many events a request holds at most, 1 to 256; with 1, each is a request of its own, without a list around it. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub max_events: Option<u32>,
    /// The largest request, in bytes, 2,048 to 8,388,608. Default: 262,144. Of a longer event its place, size and leaf hash are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2048, max = 8388608))]
    pub max_bytes: Option<u32>,
    /// How long the endpoint may take, in milliseconds, at most 10,000. Default: 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10000))]
    pub timeout_milliseconds: Option<u32>,
    /// Accepts `http` for an endpoint that is not on this machine. Whoever is on the way then reads events.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_insecure_http: bool,
}

/// A file on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FileSinkEntry")]
pub struct FileSinkDocument {
    /// Its name in the folder, ending in `.ndjson`.
    pub name: String,
    /// How large it becomes before another is begun, in MiB, 1 to 10,240. Default: 100. Another is begun each day (UTC) besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10240))]
    pub rotate_megabytes: Option<u32>,
    /// How many earlier files are kept, 1 to 1,000. Default: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub keep: Option<u32>,
}

/// A stream of NATS JetStream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NatsSinkEntry")]
pub struct NatsSinkDocument {
    /// The server: `tls://HOST` or `tls://HOST:PORT`, or `nats://` with `insecure`.
    pub url: String,
    /// The subject, which a stream has to take.
    pub subject: String,
    /// Whom to sign in as, with `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub user: Option<String>,
    /// Their password. By API it is text, which is sealed; in files it is `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub password: Option<serde_json::Value>,
    /// A token instead of a user, given as `password` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub token: Option<serde_json::Value>,
    /// Goes without TLS: whoever is on the way reads events, and what is signed in with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// The longest message, in bytes, 2,048 to 8,388,608, where the server takes no less. Default: 1,048,576. Of a longer event its place,
    /// size and leaf hash are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2048, max = 8388608))]
    pub max_bytes: Option<u32>,
}

impl Document for AuditSinkDocument {
    const KIND: Kind = Kind::AuditSink;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
