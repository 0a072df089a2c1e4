//! Who is calling: identities, and the authenticators that establish them.
//!
//! A request presents [`Credentials`]; a [`Chain`] of [`Authenticator`]s turns them into an [`Identity`] or a
//! [`Rejection`]. Only a request that presents nothing at all is anonymous: a bad credential never becomes
//! one. An identity says who somebody is and holds no permissions.
//!
//! The rules of verification ([`jwt`], [`jwk`], [`provider`]) do no I/O and read no clock: the caller says
//! what time it is. What fetches the keys of OpenID issuers, through a client of
//! the host's, lives in [`remote`].
#![forbid(unsafe_code)]

pub mod api_key;
mod base64url;
mod chain;
mod credentials;
pub mod factor;
mod identity;
pub mod jwk;
pub mod jwt;
mod network;
mod password;
pub mod provider;
mod rejection;
pub mod remote;
pub mod sign_in;
#[cfg(test)]
mod signer;
pub mod strict_json;
mod time;
mod token_cache;

pub use api_key::{ApiKey, ApiKeyAuthenticator, KeyRing, StoredKey, TemporaryKey};
pub use chain::{Answer, Authenticator, BoxFuture, Chain, ChainError, Outcome};
pub use credentials::{Credential, Credentials, MAX_CREDENTIAL_BYTES};
pub use identity::{Actor, Authentication, Claims, Identity, Kind, KindError, SessionMark, TemporaryMark};
pub use network::network_of;
pub use password::{
    LONGEST_PASSWORD, NoDigest, SALT_BYTES, SHORTEST_PASSWORD, WeakPassword, check_password, digest_password,
    verify_password,
};
pub use provider::{ClaimsConfig, ConfigError, ProviderConfig, ProvidersConfig};
pub use rejection::{Reason, Rejection};
pub use remote::{OpenIdAuthenticator, ProviderAuthenticators, ProviderHost, hook};
pub use secrecy::{ExposeSecret, SecretString};
pub use time::Timestamp;
pub use token_cache::{CacheLimits, RevocationEpoch};
