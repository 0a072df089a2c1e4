//! API keys: `cmk_<id>_<secret><checksum>`.
//!
//! The id is public and finds the key; of the secret only a SHA-256 is kept. The checksum lets a mistyped key
//! be refused, and a leaked one be recognized by secret scanners, without asking anybody: see
//! [`SCANNER_PATTERN`].
//!
//! The host keeps the keys and puts them into a [`KeyRing`], which an [`ApiKeyAuthenticator`] answers from.

mod arrivals;
mod authenticator;
mod error;
mod guard;
mod key;
mod ring;
mod temporary;

pub use arrivals::{KeyArrival, KeyArrivals};
pub use authenticator::ApiKeyAuthenticator;
pub use error::ApiKeyError;
pub use guard::{
    FIRST_KEY_LOCK, KeyGuard, KeyLock, MOST_WRONG_KEYS, MOST_WRONG_KEYS_OF_NETWORK, WRONG_KEYS_WINDOW,
};
pub use key::{ApiKey, KeyFormatError, KeyId, RandomError, SCANNER_PATTERN};
pub use ring::{KeyRing, KeyRingError, KeyUsage, MAX_KEYS, MAX_NETWORKS, StoredKey};
pub use temporary::{TEMPORARY_SCANNER_PATTERN, TemporaryKey};

#[cfg(test)]
mod tests;
