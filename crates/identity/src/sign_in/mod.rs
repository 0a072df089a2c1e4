//! Signing in with a browser: OpenID Connect's code flow with PKCE, and OAuth 2 as GitHub has it.
//!
//! Nothing about an attempt is kept by the server. The browser holds a secret in a cookie ([`BrowserKey`]); the `state` that
//! goes to the provider and comes back is authenticated with it, and the `nonce` and the code verifier are derived from both:
//! whoever does not hold that browser's cookie can neither begin nor finish its attempt, and nobody can fill a table.
//!
//! Like the rest of this crate it reads no clock and makes no connection: the time, randomness and [`crate::remote::Fetch`]
//! come from the host.

mod attempt;
mod client;
mod config;
mod error;
mod github;
mod id_token;
mod logout;
mod metadata;
mod preset;
mod token_endpoint;

pub use attempt::{Attempt, BrowserKey, MAX_RETURN_PATH, bytes_of, local_path, text_of};
pub use client::{Callback, SignInClient, SignedIn};
pub use config::{ClientAuthentication, SignIn, SignInConfig};
pub use error::SignInError;
pub use github::GithubProvider;
pub use logout::LoggedOut;
pub use preset::Preset;

#[cfg(test)]
mod attempt_tests;
#[cfg(test)]
mod tests;
