//! What well-known products do otherwise than others.

use serde::Deserialize;

use crate::provider::{ClaimPath, ClaimsConfig};

/// A product whose habits are known. None of these was tried against the vendor's own service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Anything that follows the specifications.
    #[default]
    Generic,
    /// Microsoft Entra ID: people are known by `oid`, which is the same in all applications; user info says no more than the ID token.
    EntraId,
    /// Okta: groups come with the scope `groups`.
    Okta,
    /// Auth0.
    Auth0,
    /// Amazon Cognito: `cognito:groups`, `cognito:username`, and a logout of its own kind.
    Cognito,
    /// Google: no groups; people are called by their address.
    Google,
    /// Keycloak.
    Keycloak,
    /// Ory Hydra and Ory Network.
    Ory,
}

impl Preset {
    /// Which claims become what, where the configuration does not say.
    pub(crate) fn claims(self) -> ClaimsConfig {
        let defaults = ClaimsConfig::default();
        match self {
            Preset::Generic | Preset::Okta | Preset::Keycloak | Preset::Ory => defaults,
            Preset::EntraId => ClaimsConfig { id: ClaimPath::name("oid"), ..defaults },
            // Its `nickname` is nobody's alone.
            Preset::Auth0 => ClaimsConfig { login: None, ..defaults },
            Preset::Cognito => ClaimsConfig {
                login: Some(ClaimPath::name("cognito:username")),
                groups: Some(ClaimPath::name("cognito:groups")),
                ..defaults
            },
            Preset::Google => {
                ClaimsConfig { login: Some(ClaimPath::name("email")), groups: None, ..defaults }
            }
        }
    }

    /// What is asked for, where the configuration does not say.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Preset::Okta => &["openid", "profile", "email", "groups"],
            _ => &["openid", "profile", "email"],
        }
    }

    /// Whether its user info endpoint says what the ID token does not.
    pub(super) fn has_user_info(self) -> bool {
        !matches!(self, Preset::EntraId | Preset::Google)
    }

    /// Whether it can be told to let somebody sign in anew, and then says when they did.
    pub(super) fn reauthenticates(self) -> bool {
        !matches!(self, Preset::Cognito | Preset::Google)
    }

    /// Whether people are called by an address, which has to be theirs.
    pub(super) fn needs_verified_email(self) -> bool {
        self == Preset::Google
    }

    /// The parameter that says where to go after signing out.
    pub(super) fn after_logout(self) -> &'static str {
        match self {
            Preset::Cognito => "logout_uri",
            _ => "post_logout_redirect_uri",
        }
    }
}
