//! OpenID issuers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use super::config::{ConfigError, MAX_LEEWAY_SECONDS, ProviderConfig, TokenType};
use super::mapping::Mapping;
use crate::identity::Kind;
use crate::jwk::Algorithm;
use crate::jwt::{Rules, TokenUse};
use crate::sign_in::SignIn;

/// The most that `max_stale_seconds` may be: a week.
const MAX_STALE_SECONDS: u32 = 604_800;
const DEFAULT_STALE_SECONDS: u32 = 86_400;
const DEFAULT_LEEWAY_SECONDS: u32 = 60;

/// An OpenID provider whose configuration has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIdProvider {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Rules,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) mapping: Mapping,
    pub(crate) keys: KeyLocation,
    pub(crate) transport: Transport,
    pub(crate) max_stale: Duration,
    /// Where its discovery document is.
    pub(crate) discovery: Option<Url>,
    pub(crate) sign_in: Option<SignIn>,
}

/// Where the keys of an issuer are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyLocation {
    /// In the document that the discovery document at this address names.
    Discovery(Url),
    /// At this address.
    Fixed(Url),
}

/// Over which connections a provider is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Https,
    /// Also plain HTTP, from this machine.
    Loopback,
    /// Also plain HTTP, from anywhere.
    Insecure,
}

impl OpenIdProvider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The issuer, to the letter.
    pub fn issuer(&self) -> &str {
        &self.rules.issuer
    }

    pub(super) fn check(config: &ProviderConfig, mistakes: &mut Vec<ConfigError>) -> Option<OpenIdProvider> {
        let sign_in = SignIn::check(config, mistakes);
        // Where people only sign in, no token is for an audience of ours: each is refused.
        let needs_audience = config.client_id.is_none() && config.audiences.is_empty();
        if needs_audience || config.audiences.iter().any(String::is_empty) {
            mistakes.push(config.mistake("audiences", "needs at least one audience, none of them empty: without it, tokens meant for others would be accepted"));
        }
        let leeway = leeway(config, mistakes);
        let max_stale = config.max_stale_seconds.unwrap_or(DEFAULT_STALE_SECONDS);
        if max_stale == 0 || max_stale > MAX_STALE_SECONDS {
            mistakes.push(config.mistake("max_stale_seconds", "is 1 to 604800"));
        }
        let text = config.issuer.clone().unwrap_or_default();
        let issuer = url(config, "issuer", &text).map_err(|mistake| mistakes.push(mistake)).ok();
        let transport = issuer.as_ref().map_or(Transport::Https, |issuer| Transport::of(config, issuer));
        let fixed =
            fixed_location(config, transport).map_err(|mistake| mistakes.push(mistake)).ok().flatten();
        let discovery = issuer.and_then(|issuer| discovery_url(&issuer));
        let keys = fixed.map(KeyLocation::Fixed).or(discovery.clone().map(KeyLocation::Discovery))?;
        let preset = config.preset.unwrap_or_default();
        let claims = config.claims.clone().unwrap_or_else(|| preset.claims());
        let rules = Rules {
            issuer: text.into(),
            audiences: config.audiences.iter().map(|audience| audience.as_str().into()).collect(),
            leeway,
            token_use: match config.token_type.unwrap_or_default() {
                TokenType::AtJwt => TokenUse::AccessToken,
                TokenType::Jwt => TokenUse::PlainAccessToken,
            },
        };
        Some(OpenIdProvider {
            name: config.shared_name(),
            mapping: Mapping {
                provider: config.shared_name(),
                issuer: rules.issuer.clone(),
                default_kind: Kind::from_configuration(&claims.default_type).ok()?,
                claims,
            },
            rules,
            algorithms: config.algorithms.clone(),
            keys,
            transport,
            max_stale: Duration::from_secs(max_stale.into()),
            discovery,
            sign_in,
        })
    }
}

impl Transport {
    pub(crate) fn of(config: &ProviderConfig, url: &Url) -> Transport {
        match url.scheme() {
            "http" if config.allow_insecure_http => Transport::Insecure,
            "http" if is_loopback(url) => Transport::Loopback,
            _ => Transport::Https,
        }
    }

    /// Whether something may be fetched from here.
    pub(crate) fn allows(self, url: &Url) -> bool {
        let scheme_fits = match (self, url.scheme()) {
            (_, "https") => true,
            (Transport::Insecure, "http") => true,
            (Transport::Loopback, "http") => is_loopback(url),
            _ => false,
        };
        scheme_fits && url.host().is_some() && !has_user(url)
    }
}

pub(super) fn leeway(config: &ProviderConfig, mistakes: &mut Vec<ConfigError>) -> Duration {
    let leeway = config.leeway_seconds.unwrap_or(DEFAULT_LEEWAY_SECONDS);
    if leeway > MAX_LEEWAY_SECONDS {
        mistakes.push(config.mistake("leeway_seconds", "is at most 600"));
    }
    Duration::from_secs(leeway.into())
}

/// The address that the key `field` names, where it is safe.
pub(crate) fn url(config: &ProviderConfig, field: &'static str, text: &str) -> Result<Url, ConfigError> {
    if text.is_empty() {
        return Err(config.mistake(field, "is required for this type of provider"));
    }
    let url = Url::parse(text).map_err(|error| {
        let hint = if field == "issuer" { ": write it as the tokens' `iss` says it" } else { "" };
        config.mistake(field, &format!("is not a URL ({error}){hint}"))
    })?;
    if url.query().is_some() || url.fragment().is_some() || has_user(&url) || url.host().is_none() {
        return Err(config.mistake(field, "has a query, a fragment, a user, or no host"));
    }
    match Transport::of(config, &url) {
        Transport::Https if url.scheme() != "https" => Err(config.mistake(
            field,
            "is not `https`: only a provider on this machine may use `http`, or one with `allow_insecure_http = true`",
        )),
        _ if !matches!(url.scheme(), "https" | "http") => {
            Err(config.mistake(field, "is neither `https` nor `http`"))
        }
        _ => Ok(url),
    }
}

fn fixed_location(config: &ProviderConfig, transport: Transport) -> Result<Option<Url>, ConfigError> {
    let Some(text) = &config.jwks_uri else { return Ok(None) };
    let url =
        Url::parse(text).map_err(|error| config.mistake("jwks_uri", &format!("is not a URL ({error})")))?;
    if !transport.allows(&url) {
        return Err(config.mistake("jwks_uri", "is not `https`"));
    }
    Ok(Some(url))
}

/// OpenID Connect Discovery 1.0, section 4.1: the path is appended to the issuer's.
fn discovery_url(issuer: &Url) -> Option<Url> {
    Url::parse(&format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'))).ok()
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a host is this machine by its literal address or the name `localhost` (RFC 6761, section 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}
