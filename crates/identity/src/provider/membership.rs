//! Groups that a provider's users are in by what their claims say.

use serde::Deserialize;

/// A table `[[provider.mapping]]`: whoever's claims fulfil the condition is in these groups, beside those that the provider
/// names. What is assigned to the groups is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingConfig {
    /// The condition, in CEL, on `claims` (those that the provider's `keep` leaves) and `groups` (those that it names), such as
    /// `claims.department == "finance"`. Where a claim that it asks for is missing, it is not fulfilled; where it fails in
    /// another way, its users may do nothing until either is changed.
    #[schemars(length(max = 4096))]
    pub when: String,
    /// The names of the groups; at least one.
    #[schemars(length(min = 1, max = 50))]
    pub groups: Vec<String>,
}
