//! Public keys of issuers: JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037) and sets of them.

mod algorithm;
mod key;
mod set;

pub use algorithm::Algorithm;
pub use key::{KeyError, VerificationKey};
pub use set::{KeySet, KeySetError, MAX_KEYS, MAX_SET_BYTES, SkippedKey};

#[cfg(test)]
mod tests;
