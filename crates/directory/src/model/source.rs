//! The documents of sources of permissions.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::kind::Kind;

/// A source of permissions outside the directory: a claim of verified tokens that holds permission objects, an endpoint of
/// another system, or a file on the server. Or an endpoint of an application that says what its resources are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "SourceEntry",
    extend("oneOf" = [
        { "required": ["claim", "provider", "ceiling"] },
        { "required": ["http", "provider", "ceiling"] },
        { "required": ["file", "provider", "ceiling"] },
        { "required": ["http", "resources"] }
    ])
)]
pub struct SourceDocument {
    /// Its name.
    pub name: String,
    /// For people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The provider whose tokens are read, or of whose people the endpoint or the file tells; none for `resources`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// The resources of which the endpoint tells, in the place of permissions: `provider`, `types`, `tenants`, `ceiling` and `reads` are left
    /// out then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SourceResources")]
    pub resources: Option<SourceResources>,
    /// The claim, whose value is a list of permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub claim: Option<String>,
    /// The endpoint that is asked what somebody holds, or what resources are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "HttpSourceDocument")]
    pub http: Option<HttpSourceDocument>,
    /// The name of a file in the server's folder for such files (`sources.folder`), ending in `.toml` or `.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub file: Option<String>,
    /// Of which types those are of whom an endpoint or a file tells, such as `user`; of whichever where none is named. Service accounts,
    /// API keys and anonymous are never among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub types: Vec<String>,
    /// The tenants in which an endpoint or a file says what they hold; all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub tenants: Vec<String>,
    /// The name patterns that it may hand out; what lies above makes the request fail. None for `resources`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub ceiling: Option<Vec<String>>,
}

/// Resources of which an endpoint of their application tells, where they are not registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SourceResourcesEntry")]
pub struct SourceResources {
    /// The id of the application.
    pub application: String,
    /// Their types.
    #[schemars(length(min = 1, max = 16))]
    pub types: Vec<String>,
}

/// An endpoint of another system that says what somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpSourceEntry")]
pub struct HttpSourceDocument {
    /// Where it is asked, by `POST`: `https`, or `http` on this machine.
    pub url: String,
    /// What requests are signed with, at least 32 bytes. By API it is text, which is sealed; in files it is
    /// `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
    #[schemars(with = "casemate_identity::provider::SecretReference")]
    pub signing_secret: serde_json::Value,
    /// Whether answers are signed too, with the same secret: one that is not is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_answers: bool,
    /// What the endpoint is told of somebody beside provider, type, id and tenant: `login`, `groups`, or `claims.NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub reads: Vec<String>,
    /// How long an answer is good at most, in seconds, 0 to 3,600; `Cache-Control` of the answer may say less. Default: 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 3600))]
    pub max_cache_seconds: Option<u32>,
    /// How long the endpoint may take, in milliseconds, at most 10,000. Default: 3,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10000))]
    pub timeout_milliseconds: Option<u32>,
    /// The largest answer, in bytes, 256 to 1,048,576. Default: 65,536.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 256, max = 1048576))]
    pub max_answer_bytes: Option<u32>,
    /// Accepts `http` for an endpoint that is not on this machine. Whoever can change what travels between can then hand out
    /// whatever lies below the ceiling, unless answers are signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_insecure_http: bool,
}

impl Document for SourceDocument {
    const KIND: Kind = Kind::Source;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
