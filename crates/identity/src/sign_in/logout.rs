//! What a logout token says (OpenID Connect Back-Channel Logout 1.0, section 2).

use std::time::Duration;

use serde_json::Value;

use super::error::SignInError;
use crate::identity::Claims;
use crate::jwt::TokenError;
use crate::rejection::Reason;
use crate::time::{Timestamp, numeric_date};

/// How old a logout token may be, in microseconds, before any leeway: providers send it at once.
const LIFETIME: i64 = 120 * 1_000_000;

/// Who was signed out at a provider, as a verified logout token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// Whose sessions end: all of this subject's where there is no `sid`.
    pub subject: Option<Box<str>>,
    /// The one session of the provider that ended.
    pub sid: Option<Box<str>>,
    /// The token's own id, which is taken once.
    pub jti: Box<str>,
    /// Until when it has to be remembered that it was.
    pub until: Timestamp,
}

impl LoggedOut {
    /// Reads the claims of a logout token whose signature and whose form have been checked.
    pub(super) fn read(claims: &Claims, leeway: Duration, now: Timestamp) -> Result<LoggedOut, SignInError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(Box::from);
        let claim = |name| SignInError::Token(Reason::Token(TokenError::Claim(name)));
        let leeway = i64::try_from(leeway.as_micros()).unwrap_or(i64::MAX);
        let issued = claims.get("iat").and_then(numeric_date).ok_or_else(|| claim("iat"))?;
        let until = issued.0.saturating_add(LIFETIME).saturating_add(leeway);
        if now.0 > until {
            return Err(SignInError::Token(Reason::Token(TokenError::Expired)));
        }
        Ok(LoggedOut {
            subject: text("sub"),
            sid: text("sid"),
            jti: text("jti").ok_or_else(|| claim("jti"))?,
            until: Timestamp(until),
        })
    }
}
