//! JSON Web Signatures in compact form (RFC 7515, section 7.1), whatever their payload is.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::MAX_TOKEN_BYTES;
use super::error::TokenError;
use super::header::Header;
use super::headers::VERIFIED;
use super::members::Members;
use crate::base64url;
use crate::jwk::{Algorithm, VerificationKey};

/// A well-formed JWS that nobody has verified.
pub struct CompactJws<'a> {
    signed: &'a str,
    pub(super) payload: Vec<u8>,
    signature: Vec<u8>,
    pub(super) header: Arc<Header>,
    /// The text of a header that was not among the verified ones.
    unknown_header: Option<&'a str>,
}

impl<'a> CompactJws<'a> {
    /// Takes a JWS apart and checks its form and its header (RFC 7515, section 5.2).
    ///
    /// # Errors
    /// When it is too long, not signed, or breaks a rule about the header.
    pub fn parse(text: &'a str) -> Result<CompactJws<'a>, TokenError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let mut dots = memchr::memchr_iter(b'.', text.as_bytes());
        let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
            return Err(TokenError::NotCompact);
        };
        match dots.count() {
            0 => {}
            2 => return Err(TokenError::Encrypted),
            _ => return Err(TokenError::NotCompact),
        }
        let part = |range: Range<usize>| text.get(range).ok_or(TokenError::NotCompact);
        let (signed, header) = (part(0..second)?, part(0..first)?);
        let (payload, signature) = (part(first + 1..second)?, part(second + 1..text.len())?);
        let (header, unknown_header) = match VERIFIED.get(header) {
            Some(known) => (known, None),
            None => (Arc::new(Header::read(json(decode(header, "header")?, "header")?)?), Some(header)),
        };
        Ok(CompactJws {
            signed,
            payload: decode(payload, "payload")?,
            signature: decode(signature, "signature")?,
            header,
            unknown_header,
        })
    }

    /// The key that the header names, unverified.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid()
    }

    /// The algorithm that the header names, unverified.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// Verifies the signature and hands the payload out.
    ///
    /// # Errors
    /// [`TokenError::AlgorithmMismatch`] and [`TokenError::Signature`].
    pub fn verify(self, key: &VerificationKey) -> Result<Vec<u8>, TokenError> {
        self.check_signature(key)?;
        Ok(self.payload)
    }

    pub(super) fn check_signature(&self, key: &VerificationKey) -> Result<(), TokenError> {
        if self.header.algorithm != key.algorithm() {
            return Err(TokenError::AlgorithmMismatch { token: self.header.algorithm, key: key.algorithm() });
        }
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(TokenError::Signature);
        }
        if let Some(header) = self.unknown_header {
            VERIFIED.keep(header, &self.header);
        }
        Ok(())
    }
}

/// The payload can be personal: it is not shown.
impl fmt::Debug for CompactJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactJws").field("header", &self.header).finish_non_exhaustive()
    }
}

fn decode(part: &str, name: &'static str) -> Result<Vec<u8>, TokenError> {
    base64url::decode(part).ok_or(TokenError::Base64(name))
}

pub(super) fn json(bytes: Vec<u8>, part: &'static str) -> Result<Members, TokenError> {
    Members::read(bytes).map_err(|error| TokenError::Json { part, error })
}
