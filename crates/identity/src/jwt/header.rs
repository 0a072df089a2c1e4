//! The protected header of a token.

use serde_json::{Map, Value};

use super::error::TokenError;
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
    pub(super) fn read(mut members: Map<String, Value>) -> Result<Header, TokenError> {
        if let Some(name) = FORBIDDEN.into_iter().find(|name| members.contains_key(*name)) {
            return Err(TokenError::ForbiddenParameter(name));
        }
        // No extension is understood, so every `crit` names one that is not (RFC 7515, section 4.1.11).
        if members.contains_key("crit") {
            return Err(TokenError::ForbiddenParameter("crit"));
        }
        // RFC 7797: an unencoded payload. `true` is what every token does anyway.
        if members.get("b64").is_some_and(|encoded| *encoded != Value::Bool(true)) {
            return Err(TokenError::ForbiddenParameter("b64"));
        }
        let name = text(&mut members, "alg")?.ok_or(TokenError::HeaderParameter("alg"))?;
        let algorithm = Algorithm::from_name(&name).ok_or_else(|| TokenError::Algorithm(shown(&name)))?;
        Ok(Header { algorithm, kid: text(&mut members, "kid")?, typ: text(&mut members, "typ")? })
    }
}

fn text(members: &mut Map<String, Value>, name: &'static str) -> Result<Option<Box<str>>, TokenError> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.into())),
        Some(_) => Err(TokenError::HeaderParameter(name)),
    }
}
