//! OpenID providers as the operator configures them: which issuer, which tokens, and which claims become
//! what.

mod claims;
mod config;
mod mapping;

pub use claims::{ClaimPath, ClaimsConfig, Keep};
pub use config::{ConfigError, Provider, ProviderConfig, ProvidersConfig, TokenType};
pub use mapping::{MAX_GROUPS, MAX_TEXT_BYTES, MappingError};

pub(crate) use config::{KeyLocation, Transport};

#[cfg(test)]
mod tests;
