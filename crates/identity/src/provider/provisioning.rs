//! Who says who a provider's users are, beside their tokens.

use serde::Deserialize;

/// A provider that provisions its users and groups by SCIM, a table `scim`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScimConfig {
    /// The name of the service account by whose API keys the provider's users and groups are provisioned.
    pub account: String,
    /// The tenant of the service account, and the home of whom it provisions: names of accounts are unique in their tenant alone.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// What of a user the provider's tokens call them.
    #[serde(default)]
    pub subject: ScimSubject,
}

fn default_tenant() -> String {
    "default".to_owned()
}

/// What of a provisioned user the provider's tokens call them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScimSubject {
    /// The `externalId`.
    #[default]
    ExternalId,
    /// The `userName`.
    UserName,
    /// The `id`, which Casemate gives.
    Id,
}
