//! What registering a passkey and signing in with one have in common: the challenge, and what a browser says that it signed for
//! (Web Authentication Level 3, sections 5.8.1, 7.1 and 7.2).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::base64url;

/// Why a passkey is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CeremonyError {
    /// The answer is not what a browser sends.
    #[error("the {0} of the passkey's answer is missing or not readable")]
    Malformed(&'static str),
    /// It was made for something else.
    #[error("the passkey's answer is of the type `{0}`, which was not asked for")]
    Type(String),
    /// It answers another question.
    #[error("the passkey answered another challenge than was asked")]
    Challenge,
    /// It was made for another site, or inside of one.
    #[error(
        "the passkey's answer was made on `{0}`, which is not this installation's public URL, or inside of another page"
    )]
    Origin(String),
    /// It is one of another site.
    #[error("the passkey is one of another site")]
    RelyingParty,
    /// Nobody touched anything.
    #[error("the passkey was used without anybody being there")]
    NotPresent,
    /// Nobody showed who they are.
    #[error("the passkey did not ask who uses it (PIN, fingerprint or face)")]
    NotVerified,
    /// It is another one.
    #[error("the passkey is another one than was asked for")]
    Other,
    /// Its key is of a kind that nobody asked for.
    #[error("the passkey's key is none of ES256, EdDSA and RS256")]
    Algorithm,
    /// It did not sign this.
    #[error("the passkey's signature is wrong")]
    Signature,
    /// It counted backwards: there are two of it.
    #[error("the passkey counts fewer uses than it had before: it may have been copied")]
    Count,
}

impl CeremonyError {
    /// A stable word for it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CeremonyError::Malformed(_) => "passkey_malformed",
            CeremonyError::Type(_) => "passkey_type",
            CeremonyError::Challenge => "passkey_challenge",
            CeremonyError::Origin(_) => "passkey_origin",
            CeremonyError::RelyingParty => "passkey_relying_party",
            CeremonyError::NotPresent => "passkey_not_present",
            CeremonyError::NotVerified => "passkey_not_verified",
            CeremonyError::Other => "passkey_unknown",
            CeremonyError::Algorithm => "passkey_algorithm",
            CeremonyError::Signature => "passkey_signature",
            CeremonyError::Count => "passkey_count",
        }
    }
}

/// What a passkey is asked to sign: random, and good for one answer, which whoever asked is to see to.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge of these random bytes.
    #[must_use]
    pub fn of_random(bytes: [u8; 32]) -> Challenge {
        Challenge(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The challenge that [`Challenge::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Challenge> {
        base64url::decode(text).filter(|bytes| bytes.len() == 32).map(|_| Challenge(text.to_owned()))
    }

    /// It in base64url.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge")
    }
}

/// What a browser says of itself and of the page (section 5.8.1). Members may be added to it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<serde::de::IgnoredAny>,
}

/// Checks what the browser says that the passkey signed: what for, which challenge, and on which site.
pub(super) fn check_client_data(
    json: &[u8],
    wanted: &'static str,
    challenge: &Challenge,
    origin: &str,
) -> Result<(), CeremonyError> {
    let data: ClientData =
        serde_json::from_slice(json).map_err(|_| CeremonyError::Malformed("clientDataJSON"))?;
    if data.r#type != wanted {
        return Err(CeremonyError::Type(data.r#type.chars().take(64).collect()));
    }
    verify_slices_are_equal(data.challenge.as_bytes(), challenge.text().as_bytes())
        .map_err(|_| CeremonyError::Challenge)?;
    if data.origin != origin || data.cross_origin || data.top_origin.is_some() {
        return Err(CeremonyError::Origin(data.origin.chars().take(256).collect()));
    }
    Ok(())
}
