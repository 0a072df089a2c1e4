//! Why somebody is not signed in.

use thiserror::Error;

use crate::provider::{MappingError, SecretError};
use crate::rejection::Reason;

/// Why somebody is not signed in, or a logout token not followed. Nothing in it tells a code, a token or a secret.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The answer is to no attempt that this browser began, or to one that took too long.
    #[error("this browser did not begin this sign-in, or began it more than ten minutes ago: begin again")]
    State,
    /// The provider answered with an error (RFC 6749, section 4.1.2.1); the code is shortened and escaped.
    #[error("the provider refused: {0}")]
    Refused(Box<str>),
    /// The answer is another issuer's, or does not say whose it is although the provider promised to (RFC 9207).
    #[error("the answer does not come from the provider that was asked (`iss`)")]
    Issuer,
    /// The answer has no code.
    #[error("the provider's answer has no code")]
    NoCode,
    /// The provider could not be reached, or its answer not be read.
    #[error("the provider cannot be used at the moment: {0}")]
    Unavailable(String),
    /// The client secret is not to be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The token endpoint refused the code (RFC 6749, section 5.2); the code is shortened and escaped.
    #[error("the provider did not take the code: {0}")]
    Code(Box<str>),
    /// The ID token or logout token breaks a rule of verification.
    #[error("the provider's token is not accepted: {0}")]
    Token(#[from] Reason),
    /// The ID token is for another attempt.
    #[error("the ID token is not for this attempt: its `nonce` is another")]
    Nonce,
    /// The access token beside the ID token is another one (OpenID Connect Core 1.0, section 3.1.3.8).
    #[error("the ID token was not issued with this access token (`at_hash`)")]
    AccessToken,
    /// The ID token was issued before the attempt began.
    #[error("the ID token is older than the attempt")]
    Stale,
    /// Somebody was to sign in anew, and the provider does not say that they did.
    #[error("the provider does not say that they signed in just now (`auth_time`)")]
    NotRecent,
    /// The user info is about somebody else than the ID token (OpenID Connect Core 1.0, section 5.3.2).
    #[error("the user info is about somebody else than the ID token")]
    Subject,
    /// A claim that the configuration requires is absent or another.
    #[error("the claim `{0}` is not what the provider's `require` says")]
    Required(Box<str>),
    /// The claims do not make an identity.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The directory knows them, and says that they are not active.
    #[error("the directory says that they are not active")]
    Inactive,
    /// Too many sign-ins are under way.
    #[error("too many people sign in at once: try again")]
    Busy,
}

impl SignInError {
    /// A stable name of the reason, for logs and counters.
    pub fn code(&self) -> &'static str {
        match self {
            SignInError::State => "sign_in_state",
            SignInError::Refused(_) => "sign_in_refused",
            SignInError::Issuer => "sign_in_issuer",
            SignInError::NoCode => "sign_in_no_code",
            SignInError::Unavailable(_) => "sign_in_unavailable",
            SignInError::Secret(_) => "sign_in_secret",
            SignInError::Code(_) => "sign_in_code",
            SignInError::Token(reason) => reason.code(),
            SignInError::Nonce => "sign_in_nonce",
            SignInError::AccessToken => "sign_in_access_token",
            SignInError::Stale => "sign_in_stale",
            SignInError::NotRecent => "sign_in_not_recent",
            SignInError::Subject => "sign_in_subject",
            SignInError::Required(_) => "sign_in_required_claim",
            SignInError::Mapping(error) => error.code(),
            SignInError::Inactive => "user_inactive",
            SignInError::Busy => "sign_in_busy",
        }
    }

    /// Whether the same may well succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            SignInError::Unavailable(_) | SignInError::Secret(_) | SignInError::Busy => true,
            SignInError::Token(reason) => reason.is_temporary(),
            _ => false,
        }
    }
}
