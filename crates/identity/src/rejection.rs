//! Why a credential was refused.

use std::borrow::Cow;
use std::sync::Arc;

use thiserror::Error;

use crate::api_key::{ApiKeyError, KeyId};
use crate::jwt::TokenError;
use crate::provider::MappingError;

/// A credential that an authenticator recognized and refused. It ends the chain. Nothing in it tells the
/// credential.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{authenticator}: {reason}")]
pub struct Rejection {
    /// The authenticator that refused; `chain` where none recognized the credential.
    pub authenticator: Arc<str>,
    /// Why it refused.
    pub reason: Reason,
}

/// Why a credential was refused.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// What was presented is no credential.
    #[error("{0}")]
    Malformed(&'static str),
    /// No authenticator of the chain takes such a credential.
    #[error("no authenticator takes this kind of credential")]
    Unrecognized,
    /// The token breaks a rule of verification.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token names an issuer that is not configured (the name is unverified, shortened and escaped).
    #[error(
        "no provider is configured for the issuer `{issuer}`: add one, or check its `issuer` for the exact spelling"
    )]
    UnknownIssuer {
        /// The issuer's name out of the token.
        issuer: Box<str>,
    },
    /// The issuer's keys do not hold the one that the token names.
    #[error("the issuer has no usable key for this token: {detail}")]
    UnknownKey {
        /// What was looked for.
        detail: Box<str>,
    },
    /// The key that the token names is not among the issuer's known ones, and they could not be fetched again in time.
    #[error(
        "whether the issuer has the key of this token is not known yet: its keys were asked for too often just now"
    )]
    KeyNotLookedUp,
    /// The issuer's keys could not be fetched so far, or not for too long.
    #[error("the issuer's keys are not available at the moment; they are being fetched")]
    IssuerUnavailable,
    /// The provider's endpoint says that the token is not valid (RFC 7662, section 2.2).
    #[error("the provider says that the token is not active: it has ended, was revoked, or never was one")]
    TokenInactive,
    /// The provider's endpoint could not be asked, or did not answer as it should.
    #[error("the provider cannot be asked at the moment: {detail}")]
    ProviderUnavailable {
        /// What went wrong.
        detail: Box<str>,
    },
    /// The API key is not accepted.
    #[error(transparent)]
    ApiKey(#[from] ApiKeyError),
    /// No such temporary credential was ever made, or it was mistyped.
    #[error(
        "there never was such a temporary credential: it was cut off or mistyped, or is not of this installation"
    )]
    TemporaryUnknown,
    /// The verified claims do not make an identity.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A reason of an authenticator outside this crate.
    #[error("{message}")]
    Other {
        /// A stable code in `snake_case`.
        code: &'static str,
        /// What is wrong and what to do, without anything of the credential.
        message: Cow<'static, str>,
    },
}

impl Reason {
    /// A stable name of the reason, for logs and counters.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Malformed(_) => "credential_malformed",
            Reason::Unrecognized => "credential_unrecognized",
            Reason::Token(error) => error.code(),
            Reason::UnknownIssuer { .. } => "issuer_unknown",
            Reason::UnknownKey { .. } => "key_unknown",
            Reason::KeyNotLookedUp => "key_not_looked_up",
            Reason::IssuerUnavailable => "issuer_unavailable",
            Reason::TokenInactive => "token_inactive",
            Reason::ProviderUnavailable { .. } => "provider_unavailable",
            Reason::ApiKey(error) => error.code(),
            Reason::TemporaryUnknown => "temporary_credential_unknown",
            Reason::Mapping(error) => error.code(),
            Reason::Other { code, .. } => code,
        }
    }

    /// Whether the same credential may well be accepted later, since the refusal is no verdict about it: an
    /// HTTP server answers 503 rather than 401.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Reason::IssuerUnavailable
                | Reason::KeyNotLookedUp
                | Reason::ProviderUnavailable { .. }
                | Reason::ApiKey(ApiKeyError::UnderWay(_))
        )
    }

    /// The key whose secret was wrong, where there is one with the id that was shown.
    pub fn wrong_key(&self) -> Option<KeyId> {
        match self {
            Reason::ApiKey(ApiKeyError::Secret(id)) => Some(*id),
            _ => None,
        }
    }

    /// Whether a secret was shown that nobody here gave out, as somebody does who tries one after the other. A token that a
    /// provider signed is no such secret: it ends, its signature does not fit, and none of that is guessing.
    pub fn is_guess(&self) -> bool {
        let is_wrong_key = |error: &ApiKeyError| {
            matches!(error, ApiKeyError::Format(_) | ApiKeyError::Unknown(_) | ApiKeyError::Secret(_))
        };
        match self {
            Reason::Unrecognized | Reason::TemporaryUnknown => true,
            Reason::ApiKey(error) => is_wrong_key(error),
            _ => false,
        }
    }
}

/// A foreign text made safe to show: shortened, and with control characters escaped.
pub(crate) fn shown(text: &str) -> Box<str> {
    const LIMIT: usize = 200;
    let mut escaped: String = text.chars().take(LIMIT).flat_map(char::escape_debug).collect();
    if text.chars().nth(LIMIT).is_some() {
        escaped.push('…');
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_shortened_and_escaped() {
        assert_eq!(&*shown("https://issuer.example"), "https://issuer.example");
        assert_eq!(&*shown("a\nb\u{202e}"), "a\\nb\\u{202e}");
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), 201);
    }

    #[test]
    fn only_secrets_that_nobody_gave_out_are_guesses() {
        assert!(Reason::Unrecognized.is_guess() && Reason::TemporaryUnknown.is_guess());
        for reason in [Reason::TokenInactive, Reason::IssuerUnavailable, Reason::Malformed("x")] {
            assert!(!reason.is_guess(), "{reason}");
        }
        let id: crate::api_key::KeyId = "abcdefghijklmnop".parse().unwrap();
        assert!(Reason::from(ApiKeyError::Secret(id)).is_guess());
        assert!(!Reason::from(ApiKeyError::Expired(id)).is_guess());
    }

    #[test]
    fn only_what_is_not_known_yet_is_temporary() {
        assert!(Reason::KeyNotLookedUp.is_temporary());
        assert!(Reason::IssuerUnavailable.is_temporary());
        assert!(Reason::ProviderUnavailable { detail: "down".into() }.is_temporary());
        assert!(!Reason::TokenInactive.is_temporary());
        assert!(!Reason::Unrecognized.is_temporary());
        assert!(!Reason::UnknownKey { detail: "k".into() }.is_temporary());
    }
}
