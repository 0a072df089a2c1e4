//! Why an API key is refused.

use std::net::IpAddr;

use thiserror::Error;

use super::key::{KeyFormatError, KeyId};

/// Why an API key is refused. The reason is for the log: whoever presents a key is told none of it. The id is
/// the key's public part.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// It was mistyped or cut off; no key was looked up.
    #[error(transparent)]
    Format(#[from] KeyFormatError),
    /// No such key, or it was revoked.
    #[error("there is no API key `{0}`: it was revoked, or never made here")]
    Unknown(KeyId),
    /// The key exists and its secret is another.
    #[error("the secret of the API key `{0}` is wrong")]
    Secret(KeyId),
    /// Too many other secrets of keys of its account were wrong, from this network or from many, and no key of it is known there:
    /// whether this one is right was not looked at.
    #[error(
        "too many secrets of keys of the account of the API key `{0}` were wrong, and none is known where it comes from: lift the lock, or bind the key to its networks"
    )]
    Locked(KeyId),
    /// As many secrets of keys of its account are being counted as may be wrong, and no key of it is known there.
    #[error(
        "as many secrets of keys of the account of the API key `{0}` are being counted as may be wrong: try again"
    )]
    UnderWay(KeyId),
    /// Its time is still to come.
    #[error("the API key `{0}` is not valid yet")]
    NotYetValid(KeyId),
    /// Its time has passed.
    #[error("the API key `{0}` has expired: make another")]
    Expired(KeyId),
    /// The request does not come from a network that the key is allowed in.
    #[error("the API key `{id}` may not be used from {client}: add the network to the key if it should")]
    Network {
        /// The key's id.
        id: KeyId,
        /// Where the request comes from.
        client: IpAddr,
    },
    /// The key is allowed in some networks only, and the host does not say where the request comes from.
    #[error(
        "the API key `{0}` may be used from some networks only, and it is not known where this request comes from"
    )]
    NoClient(KeyId),
}

impl ApiKeyError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            ApiKeyError::Format(_) => "api_key_malformed",
            ApiKeyError::Unknown(_) => "api_key_unknown",
            ApiKeyError::Secret(_) => "api_key_secret",
            ApiKeyError::Locked(_) => "api_key_locked",
            ApiKeyError::UnderWay(_) => "api_key_under_way",
            ApiKeyError::NotYetValid(_) => "api_key_not_yet_valid",
            ApiKeyError::Expired(_) => "api_key_expired",
            ApiKeyError::Network { .. } | ApiKeyError::NoClient(_) => "api_key_network",
        }
    }
}
