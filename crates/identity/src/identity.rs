//! What is known about the caller once a credential has been verified.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::Timestamp;

/// The claims kept of a token, by name.
pub type Claims = serde_json::Map<String, serde_json::Value>;

/// Verified information about the caller. It is never built from input that nobody verified, and it holds no
/// permissions: what somebody may do is resolved from the directory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// The name of the authenticator that vouches for this identity.
    pub provider: Arc<str>,
    /// Unique within the provider, never across providers. Nobody but the anonymous caller has none.
    pub id: Option<Box<str>>,
    /// What kind of caller this is; elsewhere called `type`.
    pub kind: Kind,
    /// The name that they log in with.
    pub login: Option<Box<str>>,
    /// The name to show to people.
    pub display_name: Option<Box<str>>,
    /// The tenant that they belong to.
    pub tenant: Option<Box<str>>,
    /// The groups that the provider reports, in its order.
    pub groups: Vec<Box<str>>,
    /// Further claims that the configuration keeps.
    pub claims: Claims,
    /// How and when they proved who they are.
    pub auth: Authentication,
    /// Who acts on their behalf, if somebody does (RFC 8693, section 4.1).
    pub actor: Option<Actor>,
    /// The provider by which they came, where that is another than the one that knows them: it vouched for nothing but that it
    /// is they.
    pub via: Option<Box<str>>,
    /// The session of a browser that was presented, if one was.
    pub session: Option<SessionMark>,
    /// The temporary credential of theirs that was presented, if one was.
    pub temporary: Option<TemporaryMark>,
}

/// Which temporary credential an identity presented, and what it may do of what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryMark {
    /// Its public name.
    pub id: Box<str>,
    /// The names and patterns that it may use at most, as a JSON array of texts; absent where it may use all of theirs.
    pub permissions: Option<Arc<str>>,
}

/// Which session of a browser an identity comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionMark {
    /// Its public name.
    pub id: Box<str>,
    /// When they proved who they are, at the provider or, where that does not say, by signing in.
    pub authenticated_at: Timestamp,
}

/// How and when a caller was authenticated (OpenID Connect Core 1.0, section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authentication {
    /// When they last proved who they are, `auth_time`.
    pub time: Option<Timestamp>,
    /// The methods used, `amr` (RFC 8176).
    pub amr: Vec<Box<str>>,
    /// The assurance reached, `acr`.
    pub acr: Option<Box<str>>,
    /// When the token that says so ends, where one does and tells (`exp`).
    pub until: Option<Timestamp>,
    /// Until when an endpoint's word on the credential is relied on, where one was asked: whoever goes by it after that asks anew.
    /// The time of the question, where each request asks.
    pub relied_until: Option<Timestamp>,
}

/// Who acts on behalf of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name of the authenticator that vouches for the actor.
    pub provider: Arc<str>,
    /// Unique within the provider.
    pub id: Box<str>,
    /// What kind of caller the actor is.
    pub kind: Kind,
}

impl Identity {
    /// An identity about which nothing more is known. It holds nothing.
    pub fn new(provider: impl Into<Arc<str>>, id: impl Into<Box<str>>, kind: Kind) -> Identity {
        Identity { id: Some(id.into()), ..Identity::bare(provider.into(), kind) }
    }

    /// The caller that presented no credential at all.
    pub fn anonymous() -> Identity {
        Identity::bare(Arc::from(Kind::ANONYMOUS.as_str()), Kind::ANONYMOUS)
    }

    /// Whether this is the caller that presented no credential.
    pub fn is_anonymous(&self) -> bool {
        self.kind == Kind::ANONYMOUS
    }

    /// How much memory it takes, in bytes, estimated.
    pub(crate) fn bytes(&self) -> u64 {
        let own = [&self.id, &self.login, &self.display_name, &self.tenant, &self.auth.acr];
        let own: usize = own.iter().map(|text| text.as_ref().map_or(0, |text| text.len())).sum();
        let lists = self.groups.iter().chain(&self.auth.amr);
        let lists: usize = lists.map(|text| size_of::<Box<str>>() + text.len()).sum();
        let actor = self.actor.as_ref().map_or(0, |actor| actor.id.len());
        let claims: usize = self.claims.iter().map(|(name, value)| name.len() + value_bytes(value)).sum();
        (size_of::<Identity>() + own + lists + actor + claims) as u64
    }

    fn bare(provider: Arc<str>, kind: Kind) -> Identity {
        Identity {
            provider,
            id: None,
            kind,
            login: None,
            display_name: None,
            tenant: None,
            groups: Vec::new(),
            claims: Claims::new(),
            auth: Authentication::default(),
            actor: None,
            via: None,
            session: None,
            temporary: None,
        }
    }
}

/// A member of a map takes about this much beside its name and its value.
const MEMBER_BYTES: usize = 64;

/// INVARIANT: what is kept of a token nests no deeper than [`crate::strict_json::MAX_DEPTH`].
fn value_bytes(value: &serde_json::Value) -> usize {
    let inner = match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(value_bytes).sum(),
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, value)| MEMBER_BYTES + name.len() + value_bytes(value)).sum()
        }
        _ => 0,
    };
    size_of::<serde_json::Value>() + inner
}

/// The kind of a caller: one of those named here, or a word of the deployment's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// A person.
    pub const USER: Kind = Kind(Cow::Borrowed("user"));
    /// A person who administers.
    pub const ADMIN: Kind = Kind(Cow::Borrowed("admin"));
    /// A program with an identity of its own. No claim can set it.
    pub const SERVICE: Kind = Kind(Cow::Borrowed("service"));
    /// An API key. No claim can set it.
    pub const API_KEY: Kind = Kind(Cow::Borrowed("api-key"));
    /// Nobody in particular. No claim can set it.
    pub const ANONYMOUS: Kind = Kind(Cow::Borrowed("anonymous"));

    /// The longest kind, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Reads a kind out of a token's claim. The kinds that only Casemate gives are refused, however they are
    /// cased.
    ///
    /// # Errors
    /// [`KindError::Reserved`] for `service`, `api-key` and `anonymous`; [`KindError::Malformed`] for what is
    /// no word.
    pub fn from_claim(value: &str) -> Result<Kind, KindError> {
        let reserved = [Kind::SERVICE, Kind::API_KEY, Kind::ANONYMOUS];
        match reserved.iter().find(|kind| kind.as_str().eq_ignore_ascii_case(value)) {
            Some(kind) => Err(KindError::Reserved(kind.clone())),
            None => Kind::word(value),
        }
    }

    /// Reads a kind that the operator wrote into the configuration, who may also say `service`.
    ///
    /// # Errors
    /// [`KindError::Reserved`] for `api-key` and `anonymous`; [`KindError::Malformed`] for what is no word.
    pub fn from_configuration(value: &str) -> Result<Kind, KindError> {
        if value == Kind::SERVICE.as_str() { Ok(Kind::SERVICE) } else { Kind::from_claim(value) }
    }

    /// The kind as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn word(value: &str) -> Result<Kind, KindError> {
        let fits = !value.is_empty()
            && value.len() <= Kind::MAX_BYTES
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        match value {
            "user" => Ok(Kind::USER),
            "admin" => Ok(Kind::ADMIN),
            _ if fits => Ok(Kind(Cow::Owned(value.to_owned()))),
            _ => Err(KindError::Malformed),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KindError {
    /// A kind that only Casemate itself gives.
    #[error("the type `{0}` is given by Casemate alone and cannot come from a provider")]
    Reserved(Kind),
    /// Not 1 to 64 letters, digits, `-`, `_`, `.`.
    #[error("a type is 1 to 64 letters, digits, `-`, `_` or `.`")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_names_ordinary_kinds() {
        assert_eq!(Kind::from_claim("user"), Ok(Kind::USER));
        assert_eq!(Kind::from_claim("admin"), Ok(Kind::ADMIN));
        assert_eq!(Kind::from_claim("contractor-2").unwrap().as_str(), "contractor-2");
    }

    #[test]
    fn a_claim_never_names_a_kind_that_casemate_gives() {
        for text in ["service", "api-key", "anonymous", "Service", "API-KEY", "ANONYMOUS"] {
            assert!(matches!(Kind::from_claim(text), Err(KindError::Reserved(_))), "{text}");
        }
    }

    #[test]
    fn a_kind_is_a_bounded_word() {
        for text in ["", " service", "service ", "a b", "ﬁ", "a\u{0}", &"x".repeat(65)] {
            assert_eq!(Kind::from_claim(text), Err(KindError::Malformed), "{text:?}");
        }
        assert!(Kind::from_claim(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn the_configuration_may_say_service_and_nothing_else_that_is_reserved() {
        assert_eq!(Kind::from_configuration("service"), Ok(Kind::SERVICE));
        assert!(Kind::from_configuration("api-key").is_err());
        assert!(Kind::from_configuration("anonymous").is_err());
    }

    #[test]
    fn the_anonymous_caller_has_no_id() {
        assert_eq!(Identity::anonymous().id, None);
        assert!(Identity::anonymous().is_anonymous());
        assert!(!Identity::new("acme", "anonymous", Kind::USER).is_anonymous());
    }
}
