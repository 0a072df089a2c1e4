//! The protected header of a token.

use std::fmt;

use super::error::TokenError;
use super::members::{Member, Members};
use crate::jwk::Algorithm;
use crate::rejection::shown;

/// Parameters that would have the token choose its own key (RFC 8725, section 3.10), compress it, or that
/// belong to JWE; and `crit`: no extension is understood, so every `crit` names one that is not (RFC 7515, section
/// 4.1.11).
const FORBIDDEN: [&str; 9] = ["jwk", "jku", "x5u", "x5c", "zip", "enc", "epk", "p2c", "crit"];

/// A header that keeps the rules.
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    members: Members,
}

impl Header {
    pub(super) fn read(members: Members) -> Result<Header, TokenError> {
        for (name, member) in members.iter() {
            if let Some(forbidden) = FORBIDDEN.into_iter().find(|forbidden| *forbidden == name) {
                return Err(TokenError::ForbiddenParameter(forbidden));
            }
            // RFC 7797: an unencoded payload. `true` is what every token does anyway.
            if name == "b64" && member.as_bool() != Some(true) {
                return Err(TokenError::ForbiddenParameter("b64"));
            }
        }
        let name = text(&members, "alg")?.ok_or(TokenError::HeaderParameter("alg"))?;
        let algorithm = Algorithm::from_name(name).ok_or_else(|| TokenError::Algorithm(shown(name)))?;
        for parameter in ["kid", "typ"] {
            text(&members, parameter)?;
        }
        Ok(Header { algorithm, members })
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.members.get("kid")?.as_str()
    }

    pub(super) fn typ(&self) -> Option<&str> {
        self.members.get("typ")?.as_str()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (algorithm, kid, typ) = (self.algorithm, self.kid(), self.typ());
        f.debug_struct("Header").field("algorithm", &algorithm).field("kid", &kid).field("typ", &typ).finish()
    }
}

fn text<'a>(members: &'a Members, name: &'static str) -> Result<Option<&'a str>, TokenError> {
    let text = |member: Member<'a>| member.as_str().ok_or(TokenError::HeaderParameter(name));
    members.get(name).map(text).transpose()
}
