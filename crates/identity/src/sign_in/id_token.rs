//! What an ID token has to say beside what every token of its use does (OpenID Connect Core 1.0, section 3.1.3.7).

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::error::SignInError;
use crate::identity::Claims;
use crate::jwk::Algorithm;
use crate::time::{Timestamp, numeric_date};

/// What an attempt expects of the ID token that ends it.
pub(super) struct Expected<'a> {
    pub(super) nonce: &'a str,
    /// When the attempt began.
    pub(super) started_at: Timestamp,
    /// Whether they were to prove anew who they are.
    pub(super) again: bool,
    pub(super) access_token: &'a str,
    pub(super) algorithm: Algorithm,
    pub(super) leeway: Duration,
}

/// Checks the claims of an ID token whose signature, `iss`, `aud`, `azp` and `exp` have been; gives when they proved who
/// they are, where it says so.
pub(super) fn check(
    claims: &Claims,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, SignInError> {
    let nonce = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).map_err(|_| SignInError::Nonce)?;
    if let Some(hash) = claims.get("at_hash") {
        let ours = access_token_hash(expected.access_token, expected.algorithm);
        if hash.as_str() != Some(&*ours) {
            return Err(SignInError::AccessToken);
        }
    }
    let leeway = i64::try_from(expected.leeway.as_micros()).unwrap_or(i64::MAX);
    let earliest = expected.started_at.0.saturating_sub(leeway);
    // Seconds are whole in most tokens: within the second in which the attempt began counts.
    let is_before = |time: Timestamp| time.0.saturating_add(1_000_000) <= earliest;
    let issued = claims.get("iat").and_then(numeric_date);
    if issued.is_none_or(is_before) {
        return Err(SignInError::Stale);
    }
    let authenticated = match claims.get("auth_time") {
        None | Some(Value::Null) => None,
        Some(value) => Some(numeric_date(value).ok_or(SignInError::NotRecent)?),
    };
    let is_ahead = |time: Timestamp| time.0 > now.0.saturating_add(leeway);
    if authenticated.is_some_and(is_ahead) || expected.again && authenticated.is_none_or(is_before) {
        return Err(SignInError::NotRecent);
    }
    Ok(authenticated)
}

/// The left half of the hash of the access token (OpenID Connect Core 1.0, section 3.1.3.6), with the hash of the algorithm that
/// the ID token is signed with; Ed25519's is SHA-512.
pub(super) fn access_token_hash(token: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => &SHA256,
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &SHA384,
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::ES512 | Algorithm::EdDSA => &SHA512,
    };
    let whole = digest::digest(hash, token.as_bytes());
    let (half, _) = whole.as_ref().split_at(whole.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(half)
}
