//! Which claim of a token becomes which member of an identity.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::identity::Claims;

/// The longest path, in names.
const MAX_PATH: usize = 8;

/// The mapping of claims, the table `[provider.claims]`.
///
/// A claim is named by its exact name (`"groups"`, `"https://example.com/tenant"`, dots and all), or by a
/// list of names that leads into nested objects (`["realm_access", "roles"]`). A mapped claim that is absent
/// leaves the member empty, but for `id`; one of the wrong type gets the token refused.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimsConfig {
    /// What identifies the caller for good within the provider; a text. Default: `sub`.
    pub id: ClaimPath,
    /// What kind of caller it is; a text, never one of the kinds that Casemate gives itself. Default: none.
    #[serde(rename = "type")]
    pub kind: Option<ClaimPath>,
    /// The kind of every caller whose token does not say; may be `service` for an issuer of workload tokens.
    /// Default: `user`.
    pub default_type: String,
    /// The name that they log in with; a text. Default: `preferred_username`.
    pub login: Option<ClaimPath>,
    /// The name to show; a text. Default: `name`.
    pub display_name: Option<ClaimPath>,
    /// The groups; a list of texts, or one text that is the only group. Default: `groups`.
    pub groups: Option<ClaimPath>,
    /// The tenant; a text. Default: none.
    pub tenant: Option<ClaimPath>,
    /// When they last proved who they are; seconds since 1970. Default: `auth_time`.
    pub auth_time: Option<ClaimPath>,
    /// The methods used; a list of texts. Default: `amr`.
    pub amr: Option<ClaimPath>,
    /// The assurance reached; a text. Default: `acr`.
    pub acr: Option<ClaimPath>,
    /// The top-level claims that stay with the identity, for expressions to read. Default: `"all"` but those
    /// that are about the token itself.
    pub keep: Keep,
}

impl Default for ClaimsConfig {
    fn default() -> ClaimsConfig {
        ClaimsConfig {
            id: ClaimPath::name("sub"),
            kind: None,
            default_type: "user".to_owned(),
            login: Some(ClaimPath::name("preferred_username")),
            display_name: Some(ClaimPath::name("name")),
            groups: Some(ClaimPath::name("groups")),
            tenant: None,
            auth_time: Some(ClaimPath::name("auth_time")),
            amr: Some(ClaimPath::name("amr")),
            acr: Some(ClaimPath::name("acr")),
            keep: Keep::All,
        }
    }
}

/// How a path and a list of claims are written.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes what the hand-written readers below accept")]
enum NameOrNames {
    /// One name.
    One(String),
    /// Several names.
    Many(Vec<String>),
}

/// Where a claim is: the names that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(with = "NameOrNames")]
pub struct ClaimPath(Vec<Box<str>>);

impl ClaimPath {
    /// The path of a top-level claim.
    pub fn name(name: &str) -> ClaimPath {
        ClaimPath(vec![name.into()])
    }

    pub(super) fn nested(names: [&str; 2]) -> ClaimPath {
        ClaimPath(names.map(Box::from).into())
    }

    /// The claim at this path. `null` counts as absent.
    pub(super) fn get<'a>(&self, claims: &'a Claims) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        let mut value = claims.get(&**first)?;
        for name in rest {
            value = value.as_object()?.get(&**name)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// The name of the top-level claim that the path starts with.
    pub(super) fn root(&self) -> Option<&str> {
        self.0.first().map(|name| &**name)
    }

    fn checked<E: serde::de::Error>(names: Vec<Box<str>>) -> Result<ClaimPath, E> {
        if names.is_empty() || names.len() > MAX_PATH || names.iter().any(|name| name.is_empty()) {
            return Err(E::custom(format_args!("a claim is a name, or a list of 1 to {MAX_PATH} names")));
        }
        Ok(ClaimPath(names))
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

impl<'de> Deserialize<'de> for ClaimPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ClaimPath, D::Error> {
        ClaimPath::checked(deserializer.deserialize_any(OneOrMany)?.names)
    }
}

/// Which claims stay with the identity.
#[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(with = "NameOrNames")]
pub enum Keep {
    /// All but those that are about the token itself.
    All,
    /// Exactly these.
    Only(Vec<Box<str>>),
}

impl Keep {
    /// Claims about the token itself, its delivery or its validity, which say nothing about who presents it.
    const ABOUT_THE_TOKEN: [&'static str; 14] = [
        "iss", "aud", "exp", "nbf", "iat", "jti", "nonce", "at_hash", "c_hash", "s_hash", "typ", "act",
        "cnf", "events",
    ];

    pub(super) fn keeps(&self, name: &str) -> bool {
        match self {
            Keep::All => !Keep::ABOUT_THE_TOKEN.contains(&name),
            Keep::Only(names) => names.iter().any(|kept| **kept == *name),
        }
    }
}

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keep, D::Error> {
        let read = deserializer.deserialize_any(OneOrMany)?;
        match &read.names[..] {
            [all] if read.single && &**all == "all" => Ok(Keep::All),
            _ if read.single => Err(D::Error::custom("`keep` is \"all\" or a list of claim names")),
            _ => Ok(Keep::Only(read.names)),
        }
    }
}

/// Reads a text or a list of texts.
struct OneOrMany;

struct Names {
    names: Vec<Box<str>>,
    /// Whether it was written as a text rather than a list.
    single: bool,
}

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Names, E> {
        Ok(Names { names: vec![text.into()], single: true })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = sequence.next_element::<Box<str>>()? {
            names.push(name);
        }
        Ok(Names { names, single: false })
    }
}
