//! Providers that are reached over the network. The keys of OpenID issuers are fetched in the background, kept while the
//! issuer is down, and refetched, within limits, when a token names one that is not known yet; introspection endpoints and
//! hooks are asked about each credential, within limits too.

mod authenticator;
mod discovery;
mod fetch;
pub mod hook;
mod introspection;
mod issuer;
mod lookup;
mod providers;
mod throttle;

pub use authenticator::{OpenIdAuthenticator, ProviderStatus};
pub use fetch::{Fetch, FetchError, Fetched, Inquiry, Reply, Submission};
pub use hook::HookAuthenticator;
pub use introspection::IntrospectionAuthenticator;
pub use providers::{ProviderAuthenticators, ProviderHost};

pub(crate) use discovery::MAX_DISCOVERY_BYTES;
pub(crate) use issuer::Issuer;

#[cfg(test)]
mod cache_tests;
#[cfg(test)]
mod endpoint_tests;
#[cfg(test)]
pub(crate) mod fake_web;
#[cfg(test)]
mod hook_tests;
#[cfg(test)]
mod introspection_tests;
#[cfg(test)]
mod tests;
