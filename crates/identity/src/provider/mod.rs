//! Providers of identities as the operator configures them: how their credentials are verified, and which claims become
//! what.

mod claims;
mod config;
mod endpoint;
mod mapping;
mod membership;
mod openid;
mod provisioning;
mod secret;

pub use claims::{ClaimPath, ClaimsConfig, Keep};
pub use config::{ConfigError, Provider, ProviderConfig, ProviderType, ProvidersConfig, TokenType};
pub use endpoint::{HookProvider, IntrospectionProvider};
pub use mapping::{MAX_GROUPS, MAX_TEXT_BYTES, MappingError};
pub use membership::MappingConfig;
pub use openid::OpenIdProvider;
pub use provisioning::{LdapAttributes, LdapConfig, LdapPreset, ScimConfig, ScimSubject};
pub use secret::{SecretError, SecretReference, SecretSource};

pub(crate) use endpoint::{Endpoint, Login};
pub(crate) use mapping::Mapping;
pub(crate) use openid::{KeyLocation, Transport, url};

#[cfg(test)]
mod tests;
