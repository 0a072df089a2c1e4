//! From verified claims to an identity.

use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use super::claims::{ClaimPath, ClaimsConfig};
use crate::identity::{Actor, Authentication, Claims, Identity, Kind, KindError};
use crate::time::numeric_date;

/// The most groups that an identity may come with.
pub const MAX_GROUPS: usize = 1_000;
/// The longest id, name, tenant or group, in bytes.
pub const MAX_TEXT_BYTES: usize = 1_024;

/// Why verified claims make no identity. A claim that cannot be read is never left out, since permissions may
/// hang on it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MappingError {
    /// The claim that identifies the caller is absent.
    #[error("the token has no claim `{claim}`, which is configured as the {member}")]
    Missing {
        /// The member of the identity.
        member: &'static str,
        /// The configured path.
        claim: Box<str>,
    },
    /// A claim is not what its member needs.
    #[error("the claim `{claim}`, configured as the {member}, is not {expected}")]
    Unusable {
        /// The member of the identity.
        member: &'static str,
        /// The configured path.
        claim: Box<str>,
        /// What it has to be.
        expected: &'static str,
    },
    /// The claim names a kind that it cannot.
    #[error("the claim `{claim}`, configured as the type: {error}")]
    Kind {
        /// The configured path.
        claim: Box<str>,
        /// Why not.
        error: KindError,
    },
    /// The provider left the groups out and refers to another place (OpenID Connect Core 1.0, section 5.6.2).
    #[error(
        "the provider did not put the groups into the token (`_claim_names`): have it limit them to those assigned to this application"
    )]
    GroupsElsewhere,
    /// `act` is not an actor that this issuer can vouch for (RFC 8693, section 4.1).
    #[error("the claim `act` is no actor of this issuer")]
    Actor,
}

impl MappingError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            MappingError::Missing { .. } | MappingError::Unusable { .. } => "claim_unusable",
            MappingError::Kind { .. } => "claim_type_refused",
            MappingError::GroupsElsewhere => "claim_groups_elsewhere",
            MappingError::Actor => "claim_actor",
        }
    }
}

/// Claims that are looked at whatever is configured.
const BY_THEMSELVES: [&str; 2] = [ACTOR, ELSEWHERE];
/// Who acts (RFC 8693, section 4.1).
const ACTOR: &str = "act";
/// The claims that the provider left out (OpenID Connect Core 1.0, section 5.6.2).
const ELSEWHERE: &str = "_claim_names";

/// How the claims of one provider become identities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mapping {
    pub(crate) provider: Arc<str>,
    pub(crate) issuer: Box<str>,
    pub(crate) default_kind: Kind,
    pub(crate) claims: ClaimsConfig,
}

impl Mapping {
    /// Whether a top-level claim of this name makes any difference to the identity.
    pub(crate) fn reads(&self, name: &str) -> bool {
        let paths = &self.claims;
        let optional = [
            &paths.kind,
            &paths.login,
            &paths.display_name,
            &paths.groups,
            &paths.tenant,
            &paths.auth_time,
            &paths.amr,
            &paths.acr,
        ];
        let mut roots = optional.into_iter().flatten().chain([&paths.id]).filter_map(ClaimPath::root);
        paths.keep.keeps(name) || BY_THEMSELVES.contains(&name) || roots.any(|root| root == name)
    }

    /// Makes the identity that verified claims describe. It holds nothing.
    pub(crate) fn identity(&self, mut claims: Claims) -> Result<Identity, MappingError> {
        let paths = &self.claims;
        let id = text(&claims, "id", &paths.id)?
            .ok_or_else(|| MappingError::Missing { member: "id", claim: paths.id.to_string().into() })?;
        let mut identity = Identity::new(Arc::clone(&self.provider), id, self.kind(&claims)?);
        identity.login = optional_text(&claims, "login", paths.login.as_ref())?;
        identity.display_name = optional_text(&claims, "display name", paths.display_name.as_ref())?;
        identity.tenant = optional_text(&claims, "tenant", paths.tenant.as_ref())?;
        identity.groups = self.groups(&claims)?;
        identity.auth = self.authentication(&claims)?;
        identity.actor = self.actor(&claims)?;
        claims.retain(|name, _| paths.keep.keeps(name));
        identity.claims = claims;
        Ok(identity)
    }

    fn kind(&self, claims: &Claims) -> Result<Kind, MappingError> {
        let Some(path) = &self.claims.kind else { return Ok(self.default_kind.clone()) };
        match text(claims, "type", path)? {
            None => Ok(self.default_kind.clone()),
            Some(value) => Kind::from_claim(&value)
                .map_err(|error| MappingError::Kind { claim: path.to_string().into(), error }),
        }
    }

    fn groups(&self, claims: &Claims) -> Result<Vec<Box<str>>, MappingError> {
        let Some(path) = &self.claims.groups else { return Ok(Vec::new()) };
        let elsewhere = claims.get(ELSEWHERE).and_then(Value::as_object);
        if let (Some(names), Some(root)) = (elsewhere, path.root())
            && names.contains_key(root)
        {
            return Err(MappingError::GroupsElsewhere);
        }
        texts(claims, "groups", path)
    }

    fn authentication(&self, claims: &Claims) -> Result<Authentication, MappingError> {
        let paths = &self.claims;
        let time = match &paths.auth_time {
            None => None,
            Some(path) => path
                .get(claims)
                .map(|value| {
                    numeric_date(value).ok_or_else(|| {
                        unusable("time of authentication", path, "a number of seconds since 1970")
                    })
                })
                .transpose()?,
        };
        let amr = paths
            .amr
            .as_ref()
            .map_or(Ok(Vec::new()), |path| texts(claims, "methods of authentication", path))?;
        let acr = optional_text(claims, "assurance", paths.acr.as_ref())?;
        Ok(Authentication { time, amr, acr, until: None, relied_until: None })
    }

    /// The outermost `act` is who acts now; those nested in it acted before and count for nothing (RFC 8693,
    /// section 4.1).
    fn actor(&self, claims: &Claims) -> Result<Option<Actor>, MappingError> {
        let Some(act) = claims.get(ACTOR) else { return Ok(None) };
        let foreign = act.get("iss").is_some_and(|issuer| issuer.as_str() != Some(&*self.issuer));
        let id = act.get("sub").and_then(Value::as_str).filter(|id| is_clean(id));
        match id {
            Some(id) if !foreign => Ok(Some(Actor {
                provider: Arc::clone(&self.provider),
                id: id.into(),
                kind: self.default_kind.clone(),
            })),
            _ => Err(MappingError::Actor),
        }
    }
}

fn text(claims: &Claims, member: &'static str, path: &ClaimPath) -> Result<Option<Box<str>>, MappingError> {
    match path.get(claims) {
        None => Ok(None),
        Some(Value::String(text)) if is_clean(text) => Ok(Some(text.as_str().into())),
        Some(_) => Err(unusable(member, path, "a text of 1 to 1024 bytes without control characters")),
    }
}

fn optional_text(
    claims: &Claims,
    member: &'static str,
    path: Option<&ClaimPath>,
) -> Result<Option<Box<str>>, MappingError> {
    path.map_or(Ok(None), |path| text(claims, member, path))
}

/// A list of texts, or one text as a list of its own.
fn texts(claims: &Claims, member: &'static str, path: &ClaimPath) -> Result<Vec<Box<str>>, MappingError> {
    let expected = "a list of at most 1000 texts of 1 to 1024 bytes without control characters";
    let values = match path.get(claims) {
        None => return Ok(Vec::new()),
        Some(Value::Array(values)) => values.as_slice(),
        Some(single) => std::slice::from_ref(single),
    };
    if values.len() > MAX_GROUPS {
        return Err(unusable(member, path, expected));
    }
    let clean = values.iter().map(|value| value.as_str().filter(|text| is_clean(text)).map(Box::from));
    clean.collect::<Option<Vec<_>>>().ok_or_else(|| unusable(member, path, expected))
}

fn is_clean(text: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (1..=MAX_TEXT_BYTES).contains(&text.len()) && (is_plain(text) || !text.chars().any(char::is_control))
}

fn unusable(member: &'static str, path: &ClaimPath, expected: &'static str) -> MappingError {
    MappingError::Unusable { member, claim: path.to_string().into(), expected }
}
