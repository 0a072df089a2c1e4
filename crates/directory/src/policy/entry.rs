//! The tables of a policy file as they are written, each with its place.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use casemate_expression::{Datum, Timestamp};
use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;

/// A permission: a granted name, perhaps `deny = true`, and any further properties.
#[derive(JsonSchema)]
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

/// A policy file. A folder may spread these tables over any number of files.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Casemate policy")]
#[expect(dead_code, reason = "describes the file, whose tables are read one by one")]
pub(crate) struct PolicyFile {
    /// The version of this format: 1.
    #[schemars(extend("const" = 1))]
    format: i64,
    /// Named lists of permissions.
    #[serde(default)]
    role: Vec<RoleEntry>,
    /// Who has which role.
    #[serde(default)]
    assignment: Vec<AssignmentEntry>,
    /// People and services that the directory knows.
    #[serde(default)]
    user: Vec<UserEntry>,
    /// Callers with a secret of their own.
    #[serde(default)]
    credential: Vec<CredentialEntry>,
    /// Tenants that may be named elsewhere. Without any, every name may.
    #[serde(default)]
    tenant: Vec<TenantEntry>,
    /// OpenID providers.
    #[serde(default)]
    provider: Vec<casemate_identity::ProviderConfig>,
}

/// `[[role]]`: a named list of permissions.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleEntry {
    #[schemars(with = "String")]
    pub(crate) name: Spanned<String>,
    /// For people; nothing depends on it.
    #[serde(default, rename = "title")]
    pub(crate) _title: Option<String>,
    #[schemars(with = "Vec<PermissionObject>")]
    pub(crate) permissions: Vec<Spanned<Datum>>,
}

/// `[[assignment]]`: a role for somebody, in a tenant, for a time.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentEntry {
    #[schemars(with = "String")]
    pub(crate) role: Spanned<String>,
    #[schemars(with = "Target")]
    pub(crate) to: Spanned<Target>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) from: Option<Spanned<When>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) until: Option<Spanned<When>>,
    /// For people; nothing depends on it.
    #[serde(default, rename = "reason")]
    pub(crate) _reason: Option<String>,
}

/// Whom an assignment is for.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) provider: Option<Spanned<String>>,
    #[serde(default, rename = "type")]
    #[schemars(with = "Option<String>")]
    pub(crate) kind: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) id: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) login: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) group: Option<Spanned<String>>,
}

/// `[[user]]`: somebody the directory knows.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    #[serde(default, rename = "type")]
    #[schemars(with = "Option<String>")]
    pub(crate) kind: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) provider: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) login: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) groups: Vec<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub(crate) claims: Option<Spanned<Datum>>,
}

/// `[[credential]]`: a caller with a secret of its own.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialEntry {
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    #[schemars(with = "String")]
    pub(crate) secret_sha256: Spanned<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) application: Option<Spanned<String>>,
    #[serde(default)]
    #[schemars(with = "Vec<PermissionObject>")]
    pub(crate) permissions: Vec<Spanned<Datum>>,
}

/// `[[tenant]]`: a tenant that may be named elsewhere. Without any, every tenant name may.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantEntry {
    #[schemars(with = "String")]
    pub(crate) id: Spanned<String>,
    /// For people; nothing depends on it.
    #[serde(default, rename = "title")]
    pub(crate) _title: Option<String>,
}

/// A point in time: TOML's own date-time with an offset, or RFC 3339 as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When(pub(crate) Timestamp);

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

/// The text and its place.
pub(crate) fn text(spanned: &Spanned<String>) -> (&str, Range<usize>) {
    (spanned.get_ref(), spanned.span())
}
