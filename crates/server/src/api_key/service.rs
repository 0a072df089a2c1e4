//! API keys as the API reads and shows them.

use casemate_directory::KeyDraft;
use casemate_directory::model::When;
use casemate_expression::Datum;
use casemate_identity::{ExposeSecret, SecretString};
use casemate_platform::{Code, DocumentError, Problem};
use casemate_store::StoredApiKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::guard::Thing;
use crate::view::time;

/// An API key that is to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeyRequest {
    /// What it is for, in words.
    #[schemars(length(max = 256))]
    title: String,
    /// From when on it is refused.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    expires_at: Option<When>,
    /// From where it may be used, as CIDR networks; from everywhere where none is named.
    #[serde(default)]
    #[schemars(length(max = 64))]
    networks: Vec<String>,
    /// The id of the application that it asks for.
    #[serde(default)]
    application: Option<String>,
    /// What it may do at most, as permission objects; all that its account may, where nothing is said.
    #[serde(default)]
    #[schemars(with = "Option<Vec<serde_json::Map<String, Value>>>")]
    permissions: Option<Vec<Datum>>,
}

/// A key that is to take the place of another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationRequest {
    /// For how long the old key goes on beside the new one, in seconds; at most thirty days.
    #[serde(default)]
    #[schemars(range(min = 0, max = 2_592_000))]
    pub(crate) overlap_seconds: u32,
}

impl RotationRequest {
    /// The overlap in microseconds.
    pub(crate) fn overlap(&self) -> i64 {
        i64::from(self.overlap_seconds) * 1_000_000
    }
}

impl ApiKeyRequest {
    /// The key as it is to become.
    ///
    /// # Errors
    /// 422 where a network is none.
    pub(crate) fn into_draft(self) -> Result<KeyDraft, Problem> {
        let mut errors = Vec::new();
        let mut networks = Vec::new();
        for (place, text) in self.networks.iter().enumerate() {
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(_) => errors.push(DocumentError {
                    pointer: format!("/networks/{place}"),
                    message: "this is no network".to_owned(),
                    help: Some("write it like `192.0.2.0/24` or `2001:db8::/32`".to_owned()),
                }),
            }
        }
        if !errors.is_empty() {
            return Err(Problem::document(errors));
        }
        let permissions = self.permissions.map(|permissions| {
            let values = permissions.iter().map(serde_json::to_value);
            values.collect::<Result<Vec<Value>, _>>()
        });
        let permissions = permissions.transpose().map_err(|error| {
            tracing::error!(%error, "a permission could not be written as JSON");
            Problem::new(Code::Internal)
        })?;
        Ok(KeyDraft {
            title: self.title,
            expires_at: self.expires_at.map(|at| at.0.0),
            networks,
            application: self.application,
            permissions,
        })
    }
}

/// An API key, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ApiKey")]
pub(crate) struct ApiKeyView {
    /// The public part of the key.
    id: String,
    /// The service account that it belongs to.
    account: String,
    /// The tenant in which it works.
    tenant: String,
    /// What it is for, in words.
    title: String,
    /// The id of the application that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// From where it may be used; empty for everywhere.
    networks: Vec<String>,
    /// What it may do at most; absent where it may do all that its account may.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<Value>>,
    /// The key that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotated_from: Option<String>,
    /// The revision that changed it last: what stands in its `ETag`.
    revision: i64,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// From when on it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// When it was used last, as far as that was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
    /// The key itself, in the answer to what made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl From<&StoredApiKey> for ApiKeyView {
    fn from(key: &StoredApiKey) -> ApiKeyView {
        let networks = key.networks.split(',').filter(|network| !network.is_empty());
        ApiKeyView {
            id: key.id.clone(),
            account: key.account.clone(),
            tenant: key.tenant.clone(),
            title: key.title.clone(),
            application: key.application.clone(),
            networks: networks.map(str::to_owned).collect(),
            permissions: key
                .permissions
                .as_deref()
                .map(|text| serde_json::from_str(text).unwrap_or_default()),
            rotated_from: key.rotated_from.clone(),
            revision: key.revision,
            created_at: time(key.created_at),
            expires_at: key.expires_at.map(time),
            revoked_at: key.revoked_at.map(time),
            used_at: key.used_at.map(time),
            key: None,
        }
    }
}

impl From<StoredApiKey> for ApiKeyView {
    fn from(key: StoredApiKey) -> ApiKeyView {
        ApiKeyView::from(&key)
    }
}

impl ApiKeyView {
    /// A key with itself, for the one answer that shows it.
    pub(crate) fn with_key(key: &StoredApiKey, secret: &SecretString) -> ApiKeyView {
        ApiKeyView { key: Some(secret.expose_secret().to_owned()), ..ApiKeyView::from(key) }
    }
}

/// A key as conditions of permissions see it.
pub(crate) fn thing(key: &StoredApiKey) -> Thing {
    let thing = Thing::with_id(&key.id).with("account", &key.account);
    match &key.application {
        Some(application) => thing.with("application", application),
        None => thing,
    }
}
