//! The protected header of a token.

use super::error::TokenError;
use super::members::Members;
use crate::jwk::Algorithm;
use crate::rejection::shown;

/// Parameters that would have the token choose its own key (RFC 8725, section 3.10), compress it, or that
/// belong to JWE.
const FORBIDDEN: [&str; 8] = ["jwk", "jku", "x5u", "x5c", "zip", "enc", "epk", "p2c"];

/// What is used of a header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Box<str>>,
    pub(super) typ: Option<Box<str>>,
}

impl Header {
    pub(super) fn read(members: &Members) -> Result<Header, TokenError> {
        if let Some(name) = FORBIDDEN.into_iter().find(|name| members.contains_key(name)) {
            return Err(TokenError::ForbiddenParameter(name));
        }
        // No extension is understood, so every `crit` names one that is not (RFC 7515, section 4.1.11).
        if members.contains_key("crit") {
            return Err(TokenError::ForbiddenParameter("crit"));
        }
        // RFC 7797: an unencoded payload. `true` is what every token does anyway.
        if members.get("b64").is_some_and(|encoded| encoded.as_bool() != Some(true)) {
            return Err(TokenError::ForbiddenParameter("b64"));
        }
        let name = text(members, "alg")?.ok_or(TokenError::HeaderParameter("alg"))?;
        let algorithm = Algorithm::from_name(name).ok_or_else(|| TokenError::Algorithm(shown(name)))?;
        Ok(Header {
            algorithm,
            kid: text(members, "kid")?.map(Box::from),
            typ: text(members, "typ")?.map(Box::from),
        })
    }
}

fn text<'a>(members: &'a Members, name: &'static str) -> Result<Option<&'a str>, TokenError> {
    let text = |member: super::members::Member<'a>| member.as_str().ok_or(TokenError::HeaderParameter(name));
    members.get(name).map(text).transpose()
}
