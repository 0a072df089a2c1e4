//! The configuration of OpenID providers, and what it becomes once it has been checked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

use super::claims::ClaimsConfig;
use super::mapping::Mapping;
use crate::chain::is_reserved_name;
use crate::identity::Kind;
use crate::jwk::Algorithm;
use crate::jwt::{Rules, TokenUse};

/// The most that `leeway_seconds` may be: beyond it, `exp` loses its meaning.
const MAX_LEEWAY_SECONDS: u32 = 600;
/// The most that `max_stale_seconds` may be: a week.
const MAX_STALE_SECONDS: u32 = 604_800;
/// The longest provider name, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// Any number of providers, as a TOML document with `[[provider]]` tables.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvidersConfig {
    /// The providers; their names and their issuers are unique.
    #[serde(default, rename = "provider")]
    pub providers: Vec<ProviderConfig>,
}

/// One OpenID provider, a table `[[provider]]`.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// The name under which its identities are known: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The issuer, to the letter as its tokens and its discovery document say it.
    pub issuer: String,
    /// A token must be for at least one of these.
    pub audiences: Vec<String>,
    /// The algorithms that its keys may have. Default: every one that is supported.
    #[serde(default)]
    pub algorithms: Vec<Algorithm>,
    /// How far its clock may be off, in seconds, at most 600. Default: 60.
    #[serde(default = "default_leeway")]
    pub leeway_seconds: u32,
    /// Which `typ` its access tokens have.
    #[serde(default)]
    pub token_type: TokenType,
    /// Where its keys are, for an issuer without a discovery document.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// Accepts `http` for an issuer that is not on this machine. Whoever can change what travels between can
    /// then forge its tokens.
    #[serde(default)]
    pub allow_insecure_http: bool,
    /// How long keys are used after they were last fetched, in seconds, when the issuer is down; at most a
    /// week. Default: a day.
    #[serde(default = "default_stale")]
    pub max_stale_seconds: u32,
    /// Which claims become what.
    #[serde(default)]
    pub claims: ClaimsConfig,
}

/// The `typ` of a provider's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub enum TokenType {
    /// `at+jwt`, as RFC 9068 has it.
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    /// Also `JWT` or none, for providers that do not follow RFC 9068: see [`TokenUse::PlainAccessToken`] for
    /// what is lost.
    #[serde(rename = "jwt")]
    Jwt,
}

/// A mistake in the configuration of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("provider `{provider}`: `{field}` {problem}")]
pub struct ConfigError {
    /// The provider's name as it is configured.
    pub provider: String,
    /// The key that is wrong.
    pub field: &'static str,
    /// What is wrong and what to write.
    pub problem: String,
}

/// A provider whose configuration has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Rules,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) mapping: Mapping,
    pub(crate) keys: KeyLocation,
    pub(crate) transport: Transport,
    pub(crate) max_stale: Duration,
}

/// Where the keys of an issuer are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyLocation {
    /// In the document that the discovery document at this address names.
    Discovery(Url),
    /// At this address.
    Fixed(Url),
}

/// Over which connections an issuer's keys may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Https,
    /// Also plain HTTP, from this machine.
    Loopback,
    /// Also plain HTTP, from anywhere.
    Insecure,
}

impl ProvidersConfig {
    /// Checks all providers.
    ///
    /// # Errors
    /// Every mistake, not only the first.
    pub fn check(self) -> Result<Vec<Provider>, Vec<ConfigError>> {
        let mut mistakes = Vec::new();
        for (index, provider) in self.providers.iter().enumerate() {
            let earlier = || self.providers.iter().take(index);
            if earlier().any(|other| other.name == provider.name) {
                mistakes.push(provider.mistake("name", "is used by another provider: choose another"));
            }
            if earlier().any(|other| other.issuer == provider.issuer) {
                mistakes.push(provider.mistake("issuer", "is configured by another provider: merge the two"));
            }
        }
        let mut providers = Vec::new();
        for provider in self.providers {
            match provider.check() {
                Ok(provider) => providers.push(provider),
                Err(more) => mistakes.extend(more),
            }
        }
        if mistakes.is_empty() { Ok(providers) } else { Err(mistakes) }
    }
}

impl ProviderConfig {
    /// Checks one provider.
    ///
    /// # Errors
    /// Every mistake, not only the first.
    pub fn check(self) -> Result<Provider, Vec<ConfigError>> {
        let mut mistakes = self.mistakes();
        let issuer = self.issuer_url().map_err(|mistake| mistakes.push(mistake)).ok();
        let transport = issuer.as_ref().map_or(Transport::Https, |issuer| self.transport(issuer));
        let fixed = self.fixed_location(transport).map_err(|mistake| mistakes.push(mistake)).ok().flatten();
        let discovery = issuer.and_then(|issuer| discovery_url(&issuer));
        let default_kind = Kind::from_configuration(&self.claims.default_type)
            .map_err(|error| {
                mistakes.push(self.mistake("claims.default_type", &format!("is not usable: {error}")))
            })
            .ok();
        let keys = fixed.map(KeyLocation::Fixed).or(discovery.map(KeyLocation::Discovery));
        let (Some(keys), Some(default_kind), true) = (keys, default_kind, mistakes.is_empty()) else {
            return Err(mistakes);
        };
        let name: Arc<str> = self.name.into();
        let rules = Rules {
            issuer: self.issuer.into(),
            audiences: self.audiences.into_iter().map(Box::from).collect(),
            leeway: Duration::from_secs(self.leeway_seconds.into()),
            token_use: match self.token_type {
                TokenType::AtJwt => TokenUse::AccessToken,
                TokenType::Jwt => TokenUse::PlainAccessToken,
            },
        };
        Ok(Provider {
            mapping: Mapping {
                provider: Arc::clone(&name),
                issuer: rules.issuer.clone(),
                default_kind,
                claims: self.claims,
            },
            name,
            rules,
            algorithms: self.algorithms,
            keys,
            transport,
            max_stale: Duration::from_secs(self.max_stale_seconds.into()),
        })
    }

    fn mistake(&self, field: &'static str, problem: &str) -> ConfigError {
        ConfigError { provider: self.name.clone(), field, problem: problem.to_owned() }
    }

    fn mistakes(&self) -> Vec<ConfigError> {
        let mut mistakes = Vec::new();
        let name_fits = (1..=MAX_NAME_BYTES).contains(&self.name.len())
            && self
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if !name_fits {
            mistakes.push(self.mistake("name", "is 1 to 64 letters, digits, `-`, `_` or `.`"));
        }
        if is_reserved_name(&self.name) {
            mistakes.push(self.mistake("name", "is reserved: choose another"));
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            mistakes.push(self.mistake("audiences", "needs at least one audience, none of them empty: without it, tokens meant for others would be accepted"));
        }
        if self.leeway_seconds > MAX_LEEWAY_SECONDS {
            mistakes.push(self.mistake("leeway_seconds", "is at most 600"));
        }
        if self.max_stale_seconds == 0 || self.max_stale_seconds > MAX_STALE_SECONDS {
            mistakes.push(self.mistake("max_stale_seconds", "is 1 to 604800"));
        }
        mistakes
    }

    fn issuer_url(&self) -> Result<Url, ConfigError> {
        let url = Url::parse(&self.issuer).map_err(|error| {
            self.mistake("issuer", &format!("is not a URL ({error}): write it as the tokens' `iss` says it"))
        })?;
        if url.query().is_some() || url.fragment().is_some() || has_user(&url) || url.host().is_none() {
            return Err(self.mistake("issuer", "has a query, a fragment, a user, or no host"));
        }
        match self.transport(&url) {
            Transport::Https if url.scheme() != "https" => Err(self.mistake(
                "issuer",
                "is not `https`: only an issuer on this machine may use `http`, or one with `allow_insecure_http = true`",
            )),
            _ if !matches!(url.scheme(), "https" | "http") => Err(self.mistake("issuer", "is neither `https` nor `http`")),
            _ => Ok(url),
        }
    }

    fn transport(&self, issuer: &Url) -> Transport {
        match issuer.scheme() {
            "http" if self.allow_insecure_http => Transport::Insecure,
            "http" if is_loopback(issuer) => Transport::Loopback,
            _ => Transport::Https,
        }
    }

    fn fixed_location(&self, transport: Transport) -> Result<Option<Url>, ConfigError> {
        let Some(text) = &self.jwks_uri else { return Ok(None) };
        let url =
            Url::parse(text).map_err(|error| self.mistake("jwks_uri", &format!("is not a URL ({error})")))?;
        if !transport.allows(&url) {
            return Err(self.mistake("jwks_uri", "is not `https`"));
        }
        Ok(Some(url))
    }
}

impl Transport {
    /// Whether keys may be fetched from here.
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

impl Provider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The issuer, to the letter.
    pub fn issuer(&self) -> &str {
        &self.rules.issuer
    }
}

/// OpenID Connect Discovery 1.0, section 4.1: the path is appended to the issuer's.
fn discovery_url(issuer: &Url) -> Option<Url> {
    Url::parse(&format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'))).ok()
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a host is this machine by its literal address or the name `localhost` (RFC 6761, section 6.3).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

fn default_leeway() -> u32 {
    60
}

fn default_stale() -> u32 {
    86_400
}
