//! JSON Web Tokens, verified as RFC 8725 advises.
//!
//! [`UnverifiedToken::parse`] checks the form and the header; what it shows serves only to look up the issuer
//! and the key. [`UnverifiedToken::verify`] then checks the kind of token, the signature and the claims, in
//! this order. The algorithm is always the key's, and a header that names another is refused.

mod compact;
mod error;
mod header;
mod headers;
mod members;
mod rules;
mod token;

pub use compact::CompactJws;
pub use error::TokenError;
pub use rules::{Rules, TokenUse, Validity};
pub use token::{UnverifiedToken, VerifiedToken};

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = crate::credentials::MAX_CREDENTIAL_BYTES;

#[cfg(test)]
mod tests;
