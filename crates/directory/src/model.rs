//! The documents of objects, as they are written in files, sent by API, and stored.

mod audit_sink;
mod detection;
mod event_type;
mod source;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use casemate_expression::{Datum, Timestamp};
use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::kind::Kind;
use crate::policy::{SETTINGS, Setting};

pub use audit_sink::{
    AuditSinkDocument, AuditSinkFilter, AuditSinkFormat, AuditSinkStart, FileSinkDocument, NatsSinkDocument,
    SyslogSinkDocument, WebhookSinkDocument,
};
pub use detection::{AlertLevel, AlertReceiverDocument, AlertWebhook, DetectionDocument};
pub use event_type::{EventCeilingDocument, EventTypeDocument};
pub use source::{HttpSourceDocument, SourceDocument, SourceResources};

/// A permission: a granted name, perhaps `deny = true`, and any further properties.
#[derive(JsonSchema)]
#[schemars(rename = "PermissionObject")]
#[expect(dead_code, reason = "describes permission objects, which the permission engine reads")]
pub(crate) struct PermissionObject {
    /// The name, or a pattern such as `cms.*`.
    name: String,
    /// Whether it denies.
    #[serde(default)]
    deny: bool,
    #[serde(flatten)]
    properties: BTreeMap<String, serde_json::Value>,
}

/// A role: a named list of permissions. One of the tenant `default` may be assigned in every tenant that has none of that
/// name itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RoleEntry")]
pub struct RoleDocument {
    /// What assignments call it.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it grants and denies.
    #[schemars(with = "Vec<PermissionObject>")]
    pub permissions: Vec<Datum>,
    /// The roles, by name, whose permissions it grants and denies as well: those of its own tenant, or of `default`. At
    /// most 64, in at most 16 levels, and never in a circle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub extends: Vec<String>,
}

/// A team: a named list of roles. One of the tenant `default` may be assigned in every tenant that has none of that name
/// itself; its roles are always those that its own tenant means by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TeamEntry")]
pub struct TeamDocument {
    /// What assignments call it.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The roles, by name: those of its own tenant, or of `default`. At most 256.
    #[schemars(length(max = 256))]
    pub roles: Vec<String>,
}

/// An assignment: a role or a team for somebody, for a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AssignmentEntry", extend("oneOf" = [{ "required": ["role"] }, { "required": ["team"] }]))]
pub struct AssignmentDocument {
    /// The role's name. Either a role or a team is assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub role: Option<String>,
    /// The team's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub team: Option<String>,
    /// Whom it is for.
    pub to: Target,
    /// From when on; RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<When>,
    /// Until when, no longer at that time; RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<When>,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who made it what it is: recorded by Casemate, and refused in what anybody sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub granted: Option<Granted>,
}

/// Who assigned something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// The provider that vouches for whoever did.
    pub provider: String,
    /// `user`, `service`, `system`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Their id at the provider.
    pub id: String,
    /// When.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: When,
}

/// Whom an assignment is for: exactly one of `id`, `login` and `group`, or `type = "anonymous"` alone. A service account
/// is meant by `provider = "casemate"`, `type = "service"` and its `id`, or its name as `login`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The provider that vouches for them; the only one, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// `user` where it is not named.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Their id at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name that they log in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// A group that they are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// Somebody the directory knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UserEntry")]
pub struct UserDocument {
    /// Unique within the provider.
    pub id: String,
    /// `user` where it is not named.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The provider that vouches for them; the only one, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The name that they log in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The groups that they are in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Whatever else is known about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub claims: Option<Datum>,
}

/// A group of Casemate's own, with its members. Groups are no objects: it becomes one of those that are made by API as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GroupEntry")]
pub struct GroupDocument {
    /// What it is called: unique in its tenant, whatever the case.
    pub name: String,
    /// `casemate`, and nothing else: what groups a provider has, and who is in them, the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What another system calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Who is in it: users of the directory, each by `id` or `login`, and by `provider` where there are several.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub members: Vec<Target>,
}

/// A caller with a secret of its own, of which the SHA-256 is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CredentialEntry")]
pub struct CredentialDocument {
    /// Its public name.
    pub id: String,
    /// SHA-256 of its secret, as 64 hexadecimal digits.
    pub secret_sha256: String,
    /// The application that it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// What it may do, beside what is assigned to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<PermissionObject>")]
    pub permissions: Vec<Datum>,
}

/// A tenant. Where none is, every name is a tenant; `default` always is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TenantEntry")]
pub struct TenantDocument {
    /// The name by which it is known everywhere.
    pub id: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The tenant that it is a part of, for people and lists: access to a tenant is never implied by access to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A program's account, which owns API keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceAccountEntry")]
pub struct ServiceAccountDocument {
    /// Its name.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether its keys are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// An application and its permission schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationDocument {
    /// The schema, as TOML. It says the application's id.
    pub schema: String,
}

/// A setting of the installation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SettingEntry")]
pub struct SettingDocument {
    /// Which setting.
    #[schemars(schema_with = "setting_names")]
    pub name: String,
    /// Its value, of the type that the setting has.
    pub value: serde_json::Value,
}

/// The names of the settings, each with what it does.
fn setting_names(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let known = SETTINGS.map(|setting| {
        let Setting { name, values, default, meaning, .. } = setting;
        let description = format!("{meaning} Value: {values}. Where it is not set: {default}.");
        serde_json::json!({ "const": name, "description": description })
    });
    schemars::json_schema!({ "type": "string", "oneOf": known })
}

/// A point in time: RFC 3339 as text, or, in TOML, its own date-time with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct When(pub Timestamp);

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<When, D::Error> {
        struct WhenVisitor;
        impl<'de> Visitor<'de> for WhenVisitor {
            type Value = When;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time with its offset from UTC, such as 2026-01-31T08:00:00Z")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<When, E> {
                Timestamp::parse_rfc3339(text)
                    .map(When)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<When, A::Error> {
                let time = toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
                self.visit_str(&time.to_string().replacen(' ', "T", 1))
            }
        }
        deserializer.deserialize_any(WhenVisitor)
    }
}

/// What every document has: a kind, and a name that is unique among its kind in its tenant.
pub(crate) trait Document: Serialize + for<'de> Deserialize<'de> {
    const KIND: Kind;

    /// The name of the object. Two documents with one name mean the same object.
    fn name(&self) -> Cow<'_, str>;
}

/// A canonical text of several: an array in JSON.
fn canonical(parts: &[&str]) -> String {
    serde_json::Value::from(parts).to_string()
}

impl Document for RoleDocument {
    const KIND: Kind = Kind::Role;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl Document for TeamDocument {
    const KIND: Kind = Kind::Team;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl Document for AssignmentDocument {
    const KIND: Kind = Kind::Assignment;

    fn name(&self) -> Cow<'_, str> {
        let Target { provider, kind, id, login, group } = &self.to;
        let (by, who) = match (id, login, group) {
            (Some(id), _, _) => ("id", id.as_str()),
            (_, Some(login), _) => ("login", login.as_str()),
            (_, _, Some(group)) => ("group", group.as_str()),
            _ => ("", ""),
        };
        let provider = provider.as_deref().unwrap_or_default();
        let kind = kind.as_deref().unwrap_or_default();
        let from = self.from.map(|from| from.0.to_string()).unwrap_or_default();
        let role = self.role.as_deref().unwrap_or_default();
        Cow::Owned(match &self.team {
            // One part more than a role's: the two never meet.
            Some(team) => canonical(&["team", team, provider, kind, by, who, &from]),
            None => canonical(&[role, provider, kind, by, who, &from]),
        })
    }
}

impl Document for UserDocument {
    const KIND: Kind = Kind::User;

    fn name(&self) -> Cow<'_, str> {
        let provider = self.provider.as_deref().unwrap_or_default();
        let kind = self.kind.as_deref().unwrap_or("user");
        Cow::Owned(canonical(&[provider, kind, &self.id]))
    }
}

impl Document for CredentialDocument {
    const KIND: Kind = Kind::Credential;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

impl Document for TenantDocument {
    const KIND: Kind = Kind::Tenant;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

impl Document for ServiceAccountDocument {
    const KIND: Kind = Kind::ServiceAccount;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl Document for ApplicationDocument {
    const KIND: Kind = Kind::Application;

    /// The id that the schema says; empty where it cannot be read, which the check refuses.
    fn name(&self) -> Cow<'_, str> {
        let id = toml::de::DeTable::parse(&self.schema).ok().and_then(|table| {
            let application = table.get_ref().get("application")?.get_ref().as_table()?;
            Some(application.get("id")?.get_ref().as_str()?.to_owned())
        });
        Cow::Owned(id.unwrap_or_default())
    }
}

impl Document for SettingDocument {
    const KIND: Kind = Kind::Setting;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

/// A provider, as [`casemate_identity::ProviderConfig`] reads it; kept as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ProviderDocument(pub(crate) serde_json::Map<String, serde_json::Value>);

impl Document for ProviderDocument {
    const KIND: Kind = Kind::Provider;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0.get("name").and_then(|name| name.as_str()).unwrap_or_default())
    }
}

impl Kind {
    /// The JSON Schema of the kind's documents (JSON Schema 2020-12).
    #[must_use]
    pub fn json_schema(self) -> serde_json::Value {
        match self {
            Kind::Tenant => schemars::schema_for!(TenantDocument),
            Kind::Application => schemars::schema_for!(ApplicationDocument),
            Kind::Provider => schemars::schema_for!(casemate_identity::ProviderConfig),
            Kind::Source => schemars::schema_for!(SourceDocument),
            Kind::AuditSink => schemars::schema_for!(AuditSinkDocument),
            Kind::Setting => schemars::schema_for!(SettingDocument),
            Kind::Detection => schemars::schema_for!(DetectionDocument),
            Kind::AlertReceiver => schemars::schema_for!(AlertReceiverDocument),
            Kind::EventType => schemars::schema_for!(EventTypeDocument),
            Kind::EventCeiling => schemars::schema_for!(EventCeilingDocument),
            Kind::Role => schemars::schema_for!(RoleDocument),
            Kind::Team => schemars::schema_for!(TeamDocument),
            Kind::Assignment => schemars::schema_for!(AssignmentDocument),
            Kind::User => schemars::schema_for!(UserDocument),
            Kind::Credential => schemars::schema_for!(CredentialDocument),
            Kind::ServiceAccount => schemars::schema_for!(ServiceAccountDocument),
        }
        .to_value()
    }
}
