//! What a token must say.

use std::time::Duration;

use super::error::TokenError;
use super::members::{Member, Members};
use crate::rejection::shown;
use crate::time::{Timestamp, numeric_date_of};

/// The event of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What the token of one issuer must say to be accepted for one use.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The issuer, to the letter.
    pub issuer: Box<str>,
    /// The token must be for at least one of these.
    pub audiences: Vec<Box<str>>,
    /// How far the issuer's clock may be off; applied to `exp`, `nbf` and `iat`.
    pub leeway: Duration,
    /// What the token is presented as.
    pub token_use: TokenUse,
}

/// The times between which a token is valid, without any leeway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The later one of `nbf` and `iat`, where the token has them.
    pub from: Option<Timestamp>,
    /// `exp`: not valid any more at this time.
    pub until: Timestamp,
}

/// What a token is presented as. A token that fits one use does not fit another (RFC 8725, section 3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// An access token of `typ` `at+jwt` (RFC 9068, section 2.1).
    AccessToken,
    /// An access token of an issuer that does not follow RFC 9068: `typ` is `at+jwt`, `JWT` or absent. What
    /// marks ID and logout tokens (`at_hash`, `c_hash`, `s_hash`, `events`, a `nonce`, a claim `typ` that
    /// says so) is refused, which is the best that such a token allows; a separate audience for the API is
    /// what tells them apart for certain.
    PlainAccessToken,
    /// An ID token (OpenID Connect Core 1.0, section 2): `typ` is `JWT` or absent. The `nonce` is for the
    /// login flow to compare.
    IdToken,
    /// A logout token of `typ` `logout+jwt` (OpenID Connect Back-Channel Logout 1.0, section 2.4).
    LogoutToken,
}

impl TokenUse {
    fn name(self) -> &'static str {
        match self {
            TokenUse::AccessToken | TokenUse::PlainAccessToken => "an access token",
            TokenUse::IdToken => "an ID token",
            TokenUse::LogoutToken => "a logout token",
        }
    }

    /// Media types are compared without regard to case, and `application/` may be left out (RFC 7515, section
    /// 4.1.9).
    pub(super) fn check_type(self, typ: Option<&str>) -> Result<(), TokenError> {
        let found = typ.map(|typ| match typ.split_at_checked("application/".len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
            _ => typ,
        });
        let is = |expected: &str| found.is_some_and(|found| found.eq_ignore_ascii_case(expected));
        let fits = match self {
            TokenUse::AccessToken => is("at+jwt"),
            TokenUse::PlainAccessToken => found.is_none() || is("jwt") || is("at+jwt"),
            TokenUse::IdToken => found.is_none() || is("jwt"),
            TokenUse::LogoutToken => is("logout+jwt"),
        };
        if fits {
            return Ok(());
        }
        Err(TokenError::Type { expected: self.name(), found: shown(typ.unwrap_or("(none)")) })
    }
}

impl Validity {
    /// Whether a time lies in it.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= time) && time < self.until
    }
}

impl Rules {
    pub(super) fn check_claims(&self, claims: &Members, now: Timestamp) -> Result<Validity, TokenError> {
        if required_text(claims, "iss")? != &*self.issuer {
            return Err(TokenError::Issuer);
        }
        let several_audiences = self.check_audience(claims)?;
        let validity = self.check_times(claims, now)?;
        if claims.contains_key("cnf") {
            return Err(TokenError::SenderConstrained);
        }
        match self.token_use {
            TokenUse::AccessToken => self.forbid(claims, &["events"]),
            TokenUse::PlainAccessToken => self.check_plain_access_token(claims),
            TokenUse::IdToken => self.check_id_token(claims, several_audiences),
            TokenUse::LogoutToken => self.check_logout_token(claims),
        }?;
        Ok(validity)
    }

    /// Whether the token has more than one audience, once one of ours is among them (RFC 7519, section
    /// 4.1.3).
    fn check_audience(&self, claims: &Members) -> Result<bool, TokenError> {
        let ours = |audience: &str| self.audiences.iter().any(|ours| **ours == *audience);
        let member = claims.get("aud").ok_or(TokenError::Claim("aud"))?;
        let (found, several) = match (member.as_str(), member.as_array()) {
            (Some(audience), _) => (ours(audience), false),
            (None, Some(audiences)) => {
                let (mut found, several) = (false, audiences.len() > 1);
                for audience in audiences {
                    found |= ours(audience.as_str().ok_or(TokenError::Claim("aud"))?);
                }
                (found, several)
            }
            (None, None) => return Err(TokenError::Claim("aud")),
        };
        if found { Ok(several) } else { Err(TokenError::Audience) }
    }

    fn check_times(&self, claims: &Members, now: Timestamp) -> Result<Validity, TokenError> {
        let leeway = i64::try_from(self.leeway.as_micros()).unwrap_or(i64::MAX);
        let expires = date(claims, "exp")?.ok_or(TokenError::Claim("exp"))?;
        if now.0 >= expires.0.saturating_add(leeway) {
            return Err(TokenError::Expired);
        }
        let latest_start = now.0.saturating_add(leeway);
        let start = date(claims, "nbf")?;
        if start.is_some_and(|start| start.0 > latest_start) {
            return Err(TokenError::NotYetValid);
        }
        let issued = date(claims, "iat")?;
        if issued.is_some_and(|issued| issued.0 > latest_start) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok(Validity { from: start.max(issued), until: expires })
    }

    fn check_plain_access_token(&self, claims: &Members) -> Result<(), TokenError> {
        self.forbid(claims, &["at_hash", "c_hash", "s_hash", "events"])?;
        // Keycloak writes the kind of token into a claim, and a nonce into access tokens as well.
        match claims.get("typ").and_then(Member::as_str) {
            Some(kind) if kind.eq_ignore_ascii_case("bearer") => Ok(()),
            Some(kind)
                if ["ID", "Refresh", "Offline", "Logout"]
                    .iter()
                    .any(|other| other.eq_ignore_ascii_case(kind)) =>
            {
                Err(TokenError::OtherUse { expected: self.token_use.name(), claim: "typ" })
            }
            _ => self.forbid(claims, &["nonce"]),
        }
    }

    fn check_id_token(&self, claims: &Members, several_audiences: bool) -> Result<(), TokenError> {
        self.forbid(claims, &["events"])?;
        if claims.get("typ").and_then(Member::as_str).is_some_and(|kind| !kind.eq_ignore_ascii_case("ID")) {
            return Err(TokenError::OtherUse { expected: self.token_use.name(), claim: "typ" });
        }
        required_text(claims, "sub")?;
        date(claims, "iat")?.ok_or(TokenError::Claim("iat"))?;
        match claims.get("azp").map(Member::as_str) {
            None if several_audiences => Err(TokenError::AuthorizedParty),
            None => Ok(()),
            Some(Some(party)) if self.audiences.iter().any(|ours| **ours == *party) => Ok(()),
            Some(Some(_)) => Err(TokenError::AuthorizedParty),
            Some(None) => Err(TokenError::Claim("azp")),
        }
    }

    fn check_logout_token(&self, claims: &Members) -> Result<(), TokenError> {
        self.forbid(claims, &["nonce"])?;
        let event = claims.get("events").and_then(|events| events.get(LOGOUT_EVENT));
        if !event.is_some_and(Member::is_object) {
            return Err(TokenError::Claim("events"));
        }
        required_text(claims, "jti")?;
        date(claims, "iat")?.ok_or(TokenError::Claim("iat"))?;
        match required_text(claims, "sub") {
            Err(_) if !claims.contains_key("sub") => required_text(claims, "sid").map(drop),
            subject => subject.map(drop),
        }
    }

    fn forbid(&self, claims: &Members, names: &[&'static str]) -> Result<(), TokenError> {
        match names.iter().find(|name| claims.contains_key(name)) {
            Some(claim) => Err(TokenError::OtherUse { expected: self.token_use.name(), claim }),
            None => Ok(()),
        }
    }
}

fn required_text<'a>(claims: &'a Members, name: &'static str) -> Result<&'a str, TokenError> {
    claims.get(name).and_then(Member::as_str).filter(|text| !text.is_empty()).ok_or(TokenError::Claim(name))
}

/// A NumericDate; `None` when it is absent.
fn date(claims: &Members, name: &'static str) -> Result<Option<Timestamp>, TokenError> {
    let date =
        |member: Member<'_>| member.as_number().and_then(numeric_date_of).ok_or(TokenError::Claim(name));
    claims.get(name).map(date).transpose()
}
