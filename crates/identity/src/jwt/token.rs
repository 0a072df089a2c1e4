//! A token before and after its verification.

use std::fmt;

use super::compact::{CompactJws, json};
use super::error::TokenError;
use super::members::Members;
use super::rules::{Rules, Validity};
use crate::identity::Claims;
use crate::jwk::{Algorithm, VerificationKey};
use crate::time::Timestamp;

/// A well-formed token that nobody has verified: its contents serve to look up who could.
pub struct UnverifiedToken<'a> {
    jws: CompactJws<'a>,
    claims: Members,
}

/// A token whose signature and claims were verified.
pub struct VerifiedToken {
    claims: Members,
    validity: Validity,
}

impl<'a> UnverifiedToken<'a> {
    /// Whether a text looks like a JWS or JWE in compact form: three or five parts with dots between. Nothing
    /// is decoded.
    pub fn is_candidate(text: &str) -> bool {
        matches!(memchr::memchr_iter(b'.', text.as_bytes()).count(), 2 | 4)
    }

    /// Takes a token apart and checks its form and its header.
    ///
    /// # Errors
    /// When it is too long, no signed token, breaks a rule about the header, or its payload is no JSON
    /// object.
    pub fn parse(text: &'a str) -> Result<UnverifiedToken<'a>, TokenError> {
        let mut jws = CompactJws::parse(text)?;
        let claims = json(std::mem::take(&mut jws.payload), "payload")?;
        Ok(UnverifiedToken { jws, claims })
    }

    /// The issuer that the token names, unverified.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The key that the token names, unverified.
    pub fn kid(&self) -> Option<&str> {
        self.jws.kid()
    }

    /// The algorithm that the token names, unverified.
    pub fn algorithm(&self) -> Algorithm {
        self.jws.algorithm()
    }

    /// Whether the token could be accepted if its signature were good: what fails here need not be looked up
    /// any further.
    ///
    /// # Errors
    /// The first rule that it breaks, its signature aside.
    pub fn precheck(&self, rules: &Rules, now: Timestamp) -> Result<(), TokenError> {
        rules.token_use.check_type(self.jws.header.typ())?;
        rules.check_claims(&self.claims, now).map(drop)
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
        rules.token_use.check_type(self.jws.header.typ())?;
        self.jws.check_signature(key)?;
        let validity = rules.check_claims(&self.claims, now)?;
        Ok(VerifiedToken { claims: self.claims, validity })
    }
}

impl VerifiedToken {
    /// When it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// A copy of all the verified claims.
    pub fn claims(&self) -> Claims {
        self.claims_named(|_| true)
    }

    /// A copy of the verified claims whose names are `wanted`: of many tokens only a few are of interest.
    pub fn claims_named(&self, wanted: impl Fn(&str) -> bool) -> Claims {
        self.claims.to_claims(wanted)
    }
}

/// Claims can be personal: neither form shows them.
impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken").field("header", &self.jws.header).finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken").finish_non_exhaustive()
    }
}
