//! Providers that are asked about each credential: introspection endpoints (RFC 7662) and hooks of one's own.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::claims::{ClaimPath, ClaimsConfig, Keep};
use super::config::{ConfigError, ProviderConfig};
use super::mapping::Mapping;
use super::openid::{leeway, url};
use super::secret::SecretReference;
use crate::api_key::ApiKey;
use crate::identity::Kind;

const MAX_CACHE_SECONDS: u32 = 3_600;
const DEFAULT_INTROSPECTION_CACHE_SECONDS: u32 = 60;
const MAX_TIMEOUT_MILLISECONDS: u32 = 10_000;
const DEFAULT_TIMEOUT_MILLISECONDS: u32 = 3_000;
const MAX_RATE: u32 = 10_000;
const DEFAULT_RATE: u32 = 100;
const MAX_PREFIX_BYTES: usize = 64;
const MAX_SCHEMES: usize = 8;

/// What both types have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) name: Arc<str>,
    pub(crate) url: Url,
    pub(crate) token_prefix: Box<str>,
    pub(crate) max_cache: Duration,
    pub(crate) timeout: Duration,
    /// Requests a second.
    pub(crate) rate: u32,
    pub(crate) mapping: Mapping,
}

/// An introspection endpoint whose configuration has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct IntrospectionProvider {
    pub(crate) endpoint: Endpoint,
    pub(crate) login: Login,
    pub(crate) issuer: Option<Box<str>>,
    pub(crate) audiences: Vec<Box<str>>,
    pub(crate) leeway: Duration,
}

/// How Casemate shows who it is (RFC 7662, section 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// By HTTP Basic (RFC 6749, section 2.3.1).
    Client { id: Box<str>, secret: SecretReference },
    /// By a token of its own.
    Bearer(SecretReference),
}

/// A hook whose configuration has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct HookProvider {
    pub(crate) endpoint: Endpoint,
    pub(crate) signing_secret: SecretReference,
    pub(crate) schemes: Vec<Box<str>>,
}

impl IntrospectionProvider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        &self.endpoint.name
    }

    pub(super) fn check(
        config: &ProviderConfig,
        mistakes: &mut Vec<ConfigError>,
    ) -> Option<IntrospectionProvider> {
        let claims = config.claims.clone().unwrap_or_default();
        let mapping = Kind::from_configuration(&claims.default_type).ok().map(|default_kind| Mapping {
            provider: config.shared_name(),
            issuer: config.issuer.clone().unwrap_or_default().into(),
            default_kind,
            claims,
        });
        let endpoint = Endpoint::check(config, DEFAULT_INTROSPECTION_CACHE_SECONDS, mapping, mistakes);
        let leeway = leeway(config, mistakes);
        if config.audiences.iter().any(String::is_empty) {
            mistakes.push(config.mistake("audiences", "has an empty audience"));
        }
        if config.issuer.as_deref() == Some("") {
            mistakes.push(config.mistake("issuer", "is empty: leave it out, or write the answers' `iss`"));
        }
        let login = match (&config.client_id, &config.client_secret, &config.bearer_token) {
            (Some(id), Some(secret), None) if !id.is_empty() => {
                Some(Login::Client { id: id.as_str().into(), secret: secret.clone() })
            }
            (None, None, Some(token)) => Some(Login::Bearer(token.clone())),
            _ => {
                mistakes.push(config.mistake(
                    "client_id",
                    "goes with `client_secret`, or else there is a `bearer_token`: an endpoint must know who asks (RFC 7662, section 4)",
                ));
                None
            }
        };
        Some(IntrospectionProvider {
            endpoint: endpoint?,
            login: login?,
            issuer: config.issuer.as_deref().map(Box::from),
            audiences: config.audiences.iter().map(|audience| audience.as_str().into()).collect(),
            leeway,
        })
    }
}

impl HookProvider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        &self.endpoint.name
    }

    pub(super) fn check(config: &ProviderConfig, mistakes: &mut Vec<ConfigError>) -> Option<HookProvider> {
        let default_type = config.default_type.as_deref().unwrap_or(Kind::USER.as_str());
        let mapping = Kind::from_configuration(default_type).ok().map(|default_kind| Mapping {
            provider: config.shared_name(),
            issuer: "".into(),
            claims: hook_claims(default_kind.as_str()),
            default_kind,
        });
        let endpoint = Endpoint::check(config, 0, mapping, mistakes);
        let schemes: Vec<Box<str>> = match &config.schemes[..] {
            [] => vec!["bearer".into()],
            schemes => schemes.iter().map(|scheme| scheme.as_str().into()).collect(),
        };
        let is_scheme = |scheme: &str| {
            !scheme.is_empty()
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if schemes.len() > MAX_SCHEMES || !schemes.iter().all(|scheme| is_scheme(scheme)) {
            mistakes.push(config.mistake("schemes", "is at most 8 schemes in lower case, such as `bearer`"));
        }
        if config.signing_secret.is_none() {
            mistakes.push(config.mistake("signing_secret", "is required for this type of provider"));
        }
        Some(HookProvider { endpoint: endpoint?, signing_secret: config.signing_secret.clone()?, schemes })
    }
}

impl Endpoint {
    fn check(
        config: &ProviderConfig,
        default_cache: u32,
        mapping: Option<Mapping>,
        mistakes: &mut Vec<ConfigError>,
    ) -> Option<Endpoint> {
        let text = config.endpoint.clone().unwrap_or_default();
        let url = url(config, "endpoint", &text).map_err(|mistake| mistakes.push(mistake)).ok();
        let token_prefix = config.token_prefix.clone().unwrap_or_default();
        if token_prefix.len() > MAX_PREFIX_BYTES || !token_prefix.bytes().all(|byte| byte.is_ascii_graphic())
        {
            mistakes.push(config.mistake("token_prefix", "is at most 64 printable characters of ASCII"));
        }
        if ApiKey::is_candidate(&token_prefix) {
            mistakes.push(config.mistake("token_prefix", "is that of Casemate's own API keys"));
        }
        let mut within = |field, value: Option<u32>, default, least, most| {
            let value = value.unwrap_or(default);
            if !(least..=most).contains(&value) {
                mistakes.push(config.mistake(field, &format!("is {least} to {most}")));
            }
            value
        };
        let max_cache =
            within("max_cache_seconds", config.max_cache_seconds, default_cache, 0, MAX_CACHE_SECONDS);
        let timeout = within(
            "timeout_milliseconds",
            config.timeout_milliseconds,
            DEFAULT_TIMEOUT_MILLISECONDS,
            1,
            MAX_TIMEOUT_MILLISECONDS,
        );
        let rate =
            within("max_requests_per_second", config.max_requests_per_second, DEFAULT_RATE, 1, MAX_RATE);
        Some(Endpoint {
            name: config.shared_name(),
            url: url?,
            token_prefix: token_prefix.into(),
            max_cache: Duration::from_secs(max_cache.into()),
            timeout: Duration::from_millis(timeout.into()),
            rate,
            mapping: mapping?,
        })
    }
}

/// What the answer of a hook says where.
fn hook_claims(default_type: &str) -> ClaimsConfig {
    ClaimsConfig {
        id: ClaimPath::name("id"),
        kind: Some(ClaimPath::name("type")),
        default_type: default_type.to_owned(),
        login: Some(ClaimPath::name("login")),
        display_name: Some(ClaimPath::name("display_name")),
        groups: Some(ClaimPath::name("groups")),
        tenant: Some(ClaimPath::name("tenant")),
        auth_time: Some(ClaimPath::nested(["auth", "time"])),
        amr: Some(ClaimPath::nested(["auth", "amr"])),
        acr: Some(ClaimPath::nested(["auth", "acr"])),
        keep: Keep::Only(Vec::new()),
    }
}
