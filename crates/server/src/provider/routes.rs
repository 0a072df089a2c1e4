//! `/api/v1/providers`.

use std::borrow::Cow;

use casemate_identity::ProviderConfig;
use casemate_platform::api::Api;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::App;
use crate::objects::{objects, routes as object_routes};
use crate::provider::mapping::with_trial;

/// A provider, as [`ProviderConfig`] reads it; it is checked where providers are, so that mistakes are told at once.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct ProviderDocument(Map<String, Value>);

impl JsonSchema for ProviderDocument {
    fn schema_name() -> Cow<'static, str> {
        "ProviderEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ProviderConfig::json_schema(generator)
    }
}

/// A provider as it is shown: like its document, but for secrets, in the place of each of which stands
/// `{"sealed": true}`.
pub(crate) struct ShownProvider;

impl JsonSchema for ShownProvider {
    fn schema_name() -> Cow<'static, str> {
        "ShownProvider".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "As `ProviderEntry`, with `{\"sealed\": true}` in the place of each secret: secrets are written and never read.",
            "required": ["name"],
            "properties": { "name": { "type": "string" } },
        })
    }
}

objects! {
    Providers: Provider, "providers", "Providers", "provider", installation,
    "A provider of identities", "Providers of identities", "Provider", "Providers",
    ProviderList, ProviderRead, ProviderCreate, ProviderUpdate, ProviderDelete,
    ProviderDocument, ShownProvider,
    json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    with_trial(object_routes::<Providers>())
}
