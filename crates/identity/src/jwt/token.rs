//! A token before and after its verification.

use std::fmt;

use super::MAX_TOKEN_BYTES;
use super::error::TokenError;
use super::header::Header;
use super::rules::Rules;
use crate::identity::Claims;
use crate::jwk::{Algorithm, VerificationKey};
use crate::time::Timestamp;
use crate::{base64url, strict_json};

/// A well-formed token that nobody has verified: its contents serve to look up who could.
pub struct UnverifiedToken<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    header: Header,
    claims: Claims,
}

/// A token whose signature and claims were verified.
pub struct VerifiedToken {
    claims: Claims,
}

impl<'a> UnverifiedToken<'a> {
    /// Whether a text looks like a JWS or JWE in compact form: three or five parts with dots between. Nothing is decoded.
    pub fn is_candidate(text: &str) -> bool {
        matches!(text.bytes().filter(|byte| *byte == b'.').take(5).count(), 2 | 4)
    }

    /// Takes a token apart and checks its form and its header (RFC 7515, section 5.2).
    ///
    /// # Errors
    /// When it is too long, no signed token, or breaks a rule about the header.
    pub fn parse(text: &'a str) -> Result<UnverifiedToken<'a>, TokenError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::NotCompact);
        };
        match parts.count() {
            0 => {}
            2 => return Err(TokenError::Encrypted),
            _ => return Err(TokenError::NotCompact),
        }
        let signed = text.get(..header.len() + 1 + payload.len()).ok_or(TokenError::NotCompact)?;
        let header = Header::read(members(header, "header")?)?;
        let claims = members(payload, "payload")?;
        let signature = base64url::decode(signature).ok_or(TokenError::Base64("signature"))?;
        Ok(UnverifiedToken { signed, signature, header, claims })
    }

    /// The issuer that the token names, unverified.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The key that the token names, unverified.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The algorithm that the token names, unverified.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// Whether the token could be accepted if its signature were good: what fails here need not be looked up any further.
    ///
    /// # Errors
    /// The first rule that it breaks, its signature aside.
    pub fn precheck(&self, rules: &Rules, now: Timestamp) -> Result<(), TokenError> {
        rules.token_use.check_type(self.header.typ.as_deref())?;
        rules.check_claims(&self.claims, now)
    }

    /// Verifies the token with a key of the issuer that `rules` name, at the time `now`.
    ///
    /// # Errors
    /// The first rule that it breaks: kind of token, algorithm, signature, claims.
    pub fn verify(
        self,
        key: &VerificationKey,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<VerifiedToken, TokenError> {
        rules.token_use.check_type(self.header.typ.as_deref())?;
        if self.header.algorithm != key.algorithm() {
            return Err(TokenError::AlgorithmMismatch { token: self.header.algorithm, key: key.algorithm() });
        }
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(TokenError::Signature);
        }
        rules.check_claims(&self.claims, now)?;
        Ok(VerifiedToken { claims: self.claims })
    }
}

impl VerifiedToken {
    /// The verified claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The verified claims.
    pub fn into_claims(self) -> Claims {
        self.claims
    }
}

/// Claims can be personal: neither form shows them.
impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken").field("header", &self.header).finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken").finish_non_exhaustive()
    }
}

fn members(part: &str, name: &'static str) -> Result<Claims, TokenError> {
    let bytes = base64url::decode(part).ok_or(TokenError::Base64(name))?;
    strict_json::object(&bytes).map_err(|error| TokenError::Json { part: name, error })
}
