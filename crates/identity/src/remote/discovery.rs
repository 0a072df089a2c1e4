//! The discovery document of an issuer (OpenID Connect Discovery 1.0, section 3).

use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::provider::Transport;
use crate::rejection::shown;
use crate::strict_json::{self, StrictJsonError};

/// The largest discovery document, in bytes.
pub(crate) const MAX_DISCOVERY_BYTES: usize = 256 * 1024;

/// Why a discovery document is not used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum DiscoveryError {
    #[error("the discovery document is not acceptable JSON: {0}")]
    Json(#[from] StrictJsonError),
    #[error(
        "the discovery document is about the issuer `{0}`, not the configured one: correct `issuer` in the configuration"
    )]
    Issuer(Box<str>),
    #[error("the discovery document has no usable `jwks_uri`")]
    NoKeys,
    #[error("the discovery document's `jwks_uri` is not `https`")]
    Transport,
}

/// Where the keys are, once the document has proved to be about this very issuer.
pub(super) fn jwks_uri(document: &[u8], issuer: &str, transport: Transport) -> Result<Url, DiscoveryError> {
    let document = strict_json::object(document)?;
    match document.get("issuer").and_then(Value::as_str) {
        Some(found) if found == issuer => {}
        found => return Err(DiscoveryError::Issuer(shown(found.unwrap_or_default()))),
    }
    let uri = document.get("jwks_uri").and_then(Value::as_str).ok_or(DiscoveryError::NoKeys)?;
    let uri = Url::parse(uri).map_err(|_| DiscoveryError::NoKeys)?;
    if transport.allows(&uri) { Ok(uri) } else { Err(DiscoveryError::Transport) }
}
