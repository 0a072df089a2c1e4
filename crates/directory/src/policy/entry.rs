//! The tables of a policy file as they are written, each with its place.

use std::fmt;
use std::ops::Range;

use casemate_expression::{Datum, Timestamp};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;

/// `[[role]]`: a named list of permissions.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleEntry {
    pub(crate) name: Spanned<String>,
    /// For people; nothing depends on it.
    #[serde(default, rename = "title")]
    pub(crate) _title: Option<String>,
    pub(crate) permissions: Vec<Spanned<Datum>>,
}

/// `[[assignment]]`: a role for somebody, in a tenant, for a time.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentEntry {
    pub(crate) role: Spanned<String>,
    pub(crate) to: Spanned<Target>,
    #[serde(default)]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) from: Option<Spanned<When>>,
    #[serde(default)]
    pub(crate) until: Option<Spanned<When>>,
    /// For people; nothing depends on it.
    #[serde(default, rename = "reason")]
    pub(crate) _reason: Option<String>,
}

/// Whom an assignment is for.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    #[serde(default)]
    pub(crate) provider: Option<Spanned<String>>,
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) id: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) login: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) group: Option<Spanned<String>>,
}

/// `[[user]]`: somebody the directory knows.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    pub(crate) id: Spanned<String>,
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) provider: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) login: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) groups: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) claims: Option<Spanned<Datum>>,
}

/// `[[credential]]`: a caller with a secret of its own.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialEntry {
    pub(crate) id: Spanned<String>,
    pub(crate) secret_sha256: Spanned<String>,
    #[serde(default)]
    pub(crate) tenant: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) application: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) permissions: Vec<Spanned<Datum>>,
}

/// `[[tenant]]`: a tenant that may be named elsewhere. Without any, every tenant name may.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantEntry {
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
