//! Keys of issuers that are reached over the network: fetched in the background, kept while the issuer is
//! down, and refetched, within limits, when a token names one that is not known yet.

mod authenticator;
mod discovery;
mod fetch;
mod issuer;
mod throttle;

pub use authenticator::{OpenIdAuthenticator, ProviderStatus};
pub use fetch::{Fetch, FetchError, Fetched, Reply, Submission};

#[cfg(test)]
mod cache_tests;
#[cfg(test)]
pub(crate) mod fake_web;
#[cfg(test)]
mod tests;
