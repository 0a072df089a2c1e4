//! Who says who a provider's users are, beside their tokens.

use serde::Deserialize;

/// A provider that provisions its users and groups by SCIM, a table `scim`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScimConfig {
    /// The name of the service account by whose API keys the provider's users and groups are provisioned. Their home is the
    /// account's tenant.
    pub account: String,
    /// What of a user the provider's tokens call them.
    #[serde(default)]
    pub subject: ScimSubject,
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
