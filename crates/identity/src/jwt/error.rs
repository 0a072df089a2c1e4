//! Why a token is refused.

use thiserror::Error;

use super::MAX_TOKEN_BYTES;
use crate::jwk::Algorithm;
use crate::strict_json::StrictJsonError;

/// Why a token is refused. The messages hold at most short, escaped pieces of unverified text, never the
/// token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than [`MAX_TOKEN_BYTES`]; nothing else was looked at.
    #[error("the token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    /// Not three parts with dots between (RFC 7515, section 7.1).
    #[error("the token is not a JWS in compact form")]
    NotCompact,
    /// A JWE; encrypted tokens are not accepted.
    #[error("the token is encrypted (JWE), which is not supported: have the provider issue signed tokens")]
    Encrypted,
    /// A part is not base64url without padding.
    #[error("the token's {0} is not base64url without padding")]
    Base64(&'static str),
    /// A part is not a JSON object, or has a member twice.
    #[error("the token's {part} is not acceptable JSON: {error}")]
    Json {
        /// `header` or `payload`.
        part: &'static str,
        /// What is wrong with it.
        error: StrictJsonError,
    },
    /// A header parameter of the wrong type, or absent.
    #[error("the header parameter `{0}` is missing or malformed")]
    HeaderParameter(&'static str),
    /// A header parameter that a token must not bring.
    #[error("the header parameter `{0}` is not allowed")]
    ForbiddenParameter(&'static str),
    /// `alg` is none of the accepted ones; `none` and shared secrets never are.
    #[error("the algorithm `{0}` is not accepted")]
    Algorithm(Box<str>),
    /// The header names another algorithm than the key is for.
    #[error("the token says {token}, but its key is for {key}")]
    AlgorithmMismatch {
        /// What the header says.
        token: Algorithm,
        /// What the key is for.
        key: Algorithm,
    },
    /// The `typ` is that of another kind of token.
    #[error("a token of type {found} is not accepted as {expected}")]
    Type {
        /// The kind of token that is expected.
        expected: &'static str,
        /// The `typ` found, or `(none)`.
        found: Box<str>,
    },
    /// A claim that only another kind of token has.
    #[error("the claim `{claim}` marks another kind of token than {expected}")]
    OtherUse {
        /// The kind of token that is expected.
        expected: &'static str,
        /// The claim that tells.
        claim: &'static str,
    },
    /// The signature is not the key's.
    #[error("the signature does not verify")]
    Signature,
    /// A required claim is absent, or a claim has the wrong type.
    #[error("the claim `{0}` is missing or malformed")]
    Claim(&'static str),
    /// `iss` is not, to the letter, the configured issuer.
    #[error("the token is from another issuer than its key")]
    Issuer,
    /// None of the configured audiences is in `aud`.
    #[error("the token is for another audience: its `aud` has none of the configured `audiences`")]
    Audience,
    /// `azp` names another client (OpenID Connect Core 1.0, section 3.1.3.7).
    #[error("the token was issued to another client (`azp`)")]
    AuthorizedParty,
    /// The token is bound to a key that its sender has to prove (`cnf`, RFC 7800), which a bearer does not.
    #[error(
        "the token is bound to its sender's key (`cnf`), which is not supported: have the provider issue bearer tokens"
    )]
    SenderConstrained,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is still to come.
    #[error("the token is not valid yet (`nbf`)")]
    NotYetValid,
    /// `iat` is still to come.
    #[error("the token was issued in the future (`iat`): compare the clocks")]
    IssuedInFuture,
}

impl TokenError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            TokenError::TooLong => "token_too_long",
            TokenError::NotCompact | TokenError::Base64(_) | TokenError::Json { .. } => "token_malformed",
            TokenError::Encrypted => "token_encrypted",
            TokenError::HeaderParameter(_) | TokenError::ForbiddenParameter(_) => "token_header",
            TokenError::Algorithm(_) | TokenError::AlgorithmMismatch { .. } => "token_algorithm",
            TokenError::Type { .. } | TokenError::OtherUse { .. } => "token_type",
            TokenError::Signature => "token_signature",
            TokenError::Claim(_) => "token_claim",
            TokenError::Issuer => "token_issuer",
            TokenError::Audience | TokenError::AuthorizedParty => "token_audience",
            TokenError::SenderConstrained => "token_sender_constrained",
            TokenError::Expired => "token_expired",
            TokenError::NotYetValid | TokenError::IssuedInFuture => "token_not_yet_valid",
        }
    }
}
