//! The configuration of providers.

use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use super::claims::ClaimsConfig;
use super::endpoint::{HookProvider, IntrospectionProvider};
use super::mapping::MappingError;
use super::membership::MappingConfig;
use super::openid::OpenIdProvider;
use super::provisioning::{LdapConfig, ScimConfig};
use super::secret::SecretReference;
use crate::chain::is_reserved_name;
use crate::identity::{Claims, Identity, Kind};
use crate::jwk::Algorithm;
use crate::sign_in::{GithubProvider, Preset, SignIn, SignInConfig};

/// The most that `leeway_seconds` may be: beyond it, `exp` loses its meaning.
pub(super) const MAX_LEEWAY_SECONDS: u32 = 600;
/// What the log calls a session of a browser; taken for a provider, it would say who did something wrongly.
const SESSION: &str = "session";
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

/// One provider, a table `[[provider]]`. Which keys there are besides `name` and `type` depends on the type.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// The name under which its identities are known: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// How its credentials are verified.
    #[serde(default, rename = "type")]
    pub kind: ProviderType,
    /// The issuer, to the letter as its tokens and its discovery document say it. For `openid`; for `introspection` the
    /// `iss` that an answer must have, if any.
    pub issuer: Option<String>,
    /// A token must be for at least one of these. For `openid`; for `introspection` where answers have an `aud`.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// The algorithms that its keys may have. Default: every one that is supported. For `openid`.
    #[serde(default)]
    pub algorithms: Vec<Algorithm>,
    /// How far its clock may be off, in seconds, at most 600. Default: 60. For `openid` and `introspection`.
    pub leeway_seconds: Option<u32>,
    /// Which `typ` its access tokens have. For `openid`.
    pub token_type: Option<TokenType>,
    /// Where its keys are, for an issuer without a discovery document. For `openid`.
    pub jwks_uri: Option<String>,
    /// Accepts `http` for a provider that is not on this machine. Whoever can change what travels between can
    /// then forge its identities, and whoever can listen sees what is sent to it.
    #[serde(default)]
    pub allow_insecure_http: bool,
    /// How long keys are used after they were last fetched, in seconds, when the issuer is down; at most a
    /// week. Default: a day. For `openid`.
    pub max_stale_seconds: Option<u32>,
    /// The address that is asked about a credential. For `introspection` (RFC 7662) and `hook`; for `github` that of a GitHub
    /// Enterprise Server, where it is not `https://github.com`.
    pub endpoint: Option<String>,
    /// Only bearer tokens that begin so are asked about. Default: every one that nobody else takes. For `introspection` and
    /// `hook`.
    pub token_prefix: Option<String>,
    /// The name that Casemate has at the provider. For `introspection`, with `client_secret`; for `openid` and `github`,
    /// where it lets people sign in with a browser.
    pub client_id: Option<String>,
    /// The password to `client_id`. For `introspection`, `openid` and `github`.
    pub client_secret: Option<SecretReference>,
    /// The token that Casemate shows to the endpoint, in place of `client_id` and `client_secret`. For `introspection`.
    pub bearer_token: Option<SecretReference>,
    /// Which product the provider is, whose habits then need not be written down. For `openid`.
    pub preset: Option<Preset>,
    /// How people sign in with a browser, where there is a `client_id`. For `openid` and `github`.
    pub sign_in: Option<SignInConfig>,
    /// What requests to the endpoint are signed with, at least 32 bytes. For `hook`.
    pub signing_secret: Option<SecretReference>,
    /// The schemes of `Authorization` headers that the hook takes, in lower case. Default: `["bearer"]`. For `hook`.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// How long an answer is good, in seconds, at most an hour, and never longer than the token. Default: 60 for
    /// `introspection`, 0 for `hook`.
    pub max_cache_seconds: Option<u32>,
    /// How long the endpoint may take, in milliseconds, at most 10,000. Default: 3,000. For `introspection` and `hook`.
    pub timeout_milliseconds: Option<u32>,
    /// How many requests a second the endpoint gets at most, 1 to 10,000. Default: 100. For `introspection` and `hook`.
    pub max_requests_per_second: Option<u32>,
    /// Which claims become what. For `openid`, `introspection` and `github`.
    pub claims: Option<ClaimsConfig>,
    /// The kind of whoever's answer does not say: `user`, or a word of your own. For `hook`.
    pub default_type: Option<String>,
    /// How its users and groups are provisioned, where they are.
    pub scim: Option<ScimConfig>,
    /// Groups that its users are in by what their claims say; at most 100 rules.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub mapping: Vec<MappingConfig>,
    /// The LDAP directory that its users and groups are pulled from, where they are.
    pub ldap: Option<LdapConfig>,
}

/// How the credentials of a provider are verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderType {
    /// They are JWTs, verified here with the keys that an OpenID issuer publishes.
    #[default]
    OpenId,
    /// They are opaque tokens, about which an endpoint is asked (RFC 7662).
    Introspection,
    /// They are whatever an endpoint of your own verifies.
    Hook,
    /// There are none: people sign in with a browser, by OAuth 2 as GitHub has it.
    Github,
}

/// The `typ` of a provider's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub enum TokenType {
    /// `at+jwt`, as RFC 9068 has it.
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    /// Also `JWT` or none, for providers that do not follow RFC 9068: see [`crate::jwt::TokenUse::PlainAccessToken`] for
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
#[non_exhaustive]
pub enum Provider {
    /// Its JWTs are verified here.
    OpenId(OpenIdProvider),
    /// An endpoint is asked about its tokens.
    Introspection(IntrospectionProvider),
    /// An endpoint of one's own is asked.
    Hook(HookProvider),
    /// People sign in with GitHub.
    Github(GithubProvider),
}

impl Provider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        match self {
            Provider::OpenId(provider) => provider.name(),
            Provider::Introspection(provider) => provider.name(),
            Provider::Hook(provider) => provider.name(),
            Provider::Github(provider) => provider.name(),
        }
    }

    /// The identity that claims would make which it vouches for.
    ///
    /// # Errors
    /// Where they make none.
    pub fn identity_of(&self, claims: Claims) -> Result<Identity, MappingError> {
        match self {
            Provider::OpenId(provider) => provider.mapping.identity(claims),
            Provider::Introspection(provider) => provider.endpoint.mapping.identity(claims),
            Provider::Hook(provider) => provider.endpoint.mapping.identity(claims),
            Provider::Github(provider) => provider.mapping.identity(claims),
        }
    }

    /// How people sign in with it in a browser, where they do.
    pub fn sign_in(&self) -> Option<&SignIn> {
        match self {
            Provider::OpenId(provider) => provider.sign_in.as_ref(),
            Provider::Github(provider) => Some(&provider.sign_in),
            Provider::Introspection(_) | Provider::Hook(_) => None,
        }
    }
}

impl ProviderType {
    fn name(self) -> &'static str {
        match self {
            ProviderType::OpenId => "openid",
            ProviderType::Introspection => "introspection",
            ProviderType::Hook => "hook",
            ProviderType::Github => "github",
        }
    }
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
            let is_openid =
                |other: &ProviderConfig| other.kind == ProviderType::OpenId && other.issuer.is_some();
            if is_openid(provider)
                && earlier().any(|other| is_openid(other) && other.issuer == provider.issuer)
            {
                mistakes.push(provider.mistake("issuer", "is configured by another provider: merge the two"));
            }
            if earlier().any(|other| other.takes_what_is_for(provider)) {
                mistakes.push(provider.mistake(
                    "token_prefix",
                    "overlaps with that of a provider before it, which would take all its tokens: give each a prefix of its own, and put one without a prefix last",
                ));
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
        let default_type = match self.kind {
            ProviderType::Hook => self.default_type.clone().unwrap_or_else(|| Kind::USER.to_string()),
            _ => self.claims.clone().unwrap_or_default().default_type,
        };
        let checked = match self.kind {
            ProviderType::OpenId => OpenIdProvider::check(&self, &mut mistakes).map(Provider::OpenId),
            ProviderType::Introspection => {
                IntrospectionProvider::check(&self, &mut mistakes).map(Provider::Introspection)
            }
            ProviderType::Hook => HookProvider::check(&self, &mut mistakes).map(Provider::Hook),
            ProviderType::Github => GithubProvider::check(&self, &mut mistakes).map(Provider::Github),
        };
        if let Err(error) = Kind::from_configuration(&default_type) {
            let field = if self.kind == ProviderType::Hook { "default_type" } else { "claims.default_type" };
            mistakes.push(self.mistake(field, &format!("is not usable: {error}")));
        }
        match checked {
            Some(provider) if mistakes.is_empty() => Ok(provider),
            _ => Err(mistakes),
        }
    }

    pub(crate) fn mistake(&self, field: &'static str, problem: &str) -> ConfigError {
        ConfigError { provider: self.name.clone(), field, problem: problem.to_owned() }
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.name.as_str().into()
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
        let is_own = [Kind::API_KEY.as_str(), SESSION].contains(&&*self.name);
        if is_reserved_name(&self.name) || is_own {
            mistakes.push(self.mistake("name", "is reserved: choose another"));
        }
        if self.scim.as_ref().is_some_and(|scim| scim.account.is_empty()) {
            mistakes.push(self.mistake("scim.account", "is the name of a service account"));
        }
        if let Some(ldap) = &self.ldap {
            let wrong = ldap.mistakes().into_iter();
            mistakes.extend(wrong.map(|(field, problem)| self.mistake(field, &problem)));
            if self.scim.is_some() {
                mistakes.push(
                    self.mistake("ldap", "cannot stand beside `scim`: one of them says who its users are"),
                );
            }
        }
        for (field, is_set, kinds) in self.typed_keys() {
            if is_set && !kinds.contains(&self.kind) {
                let problem = format!("is not a key of a provider of type `{}`", self.kind.name());
                mistakes.push(self.mistake(field, &problem));
            }
        }
        mistakes
    }

    /// Which keys go with which types, and whether they are written.
    fn typed_keys(&self) -> [(&'static str, bool, &'static [ProviderType]); 21] {
        use ProviderType::{Github, Hook, Introspection, OpenId};
        [
            ("issuer", self.issuer.is_some(), &[OpenId, Introspection]),
            ("audiences", !self.audiences.is_empty(), &[OpenId, Introspection]),
            ("algorithms", !self.algorithms.is_empty(), &[OpenId]),
            ("leeway_seconds", self.leeway_seconds.is_some(), &[OpenId, Introspection]),
            ("token_type", self.token_type.is_some(), &[OpenId]),
            ("jwks_uri", self.jwks_uri.is_some(), &[OpenId]),
            ("max_stale_seconds", self.max_stale_seconds.is_some(), &[OpenId]),
            ("endpoint", self.endpoint.is_some(), &[Introspection, Hook, Github]),
            ("token_prefix", self.token_prefix.is_some(), &[Introspection, Hook]),
            ("client_id", self.client_id.is_some(), &[Introspection, OpenId, Github]),
            ("client_secret", self.client_secret.is_some(), &[Introspection, OpenId, Github]),
            ("bearer_token", self.bearer_token.is_some(), &[Introspection]),
            ("signing_secret", self.signing_secret.is_some(), &[Hook]),
            ("schemes", !self.schemes.is_empty(), &[Hook]),
            ("max_cache_seconds", self.max_cache_seconds.is_some(), &[Introspection, Hook]),
            ("timeout_milliseconds", self.timeout_milliseconds.is_some(), &[Introspection, Hook]),
            ("max_requests_per_second", self.max_requests_per_second.is_some(), &[Introspection, Hook]),
            ("claims", self.claims.is_some(), &[OpenId, Introspection, Github]),
            ("preset", self.preset.is_some(), &[OpenId]),
            ("sign_in", self.sign_in.is_some(), &[OpenId, Github]),
            ("default_type", self.default_type.is_some(), &[Hook]),
        ]
    }

    /// Whether this introspection endpoint would be asked about every token that is for the other one, and refuse it. A hook
    /// may say that a token is not its own.
    fn takes_what_is_for(&self, other: &ProviderConfig) -> bool {
        let prefix = |config: &ProviderConfig| config.token_prefix.clone().unwrap_or_default();
        self.kind == ProviderType::Introspection
            && !matches!(other.kind, ProviderType::OpenId | ProviderType::Github)
            && prefix(other).starts_with(&prefix(self))
    }
}
