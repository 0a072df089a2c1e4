//! The authenticators of all configured providers.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::authenticator::{OpenIdAuthenticator, ProviderStatus};
use super::fetch::Fetch;
use super::hook::{HookAuthenticator, MIN_SECRET_BYTES};
use super::introspection::IntrospectionAuthenticator;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::Credentials;
use crate::provider::{
    HookProvider, IntrospectionProvider, Login, Provider, SecretError, SecretReference, SecretSource,
};
use crate::rejection::Reason;
use crate::sign_in::SignInClient;
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, RevocationEpoch};

/// What the host gives to the authenticators of providers.
#[derive(Clone)]
pub struct ProviderHost {
    /// How keys are fetched and endpoints asked.
    pub fetch: Arc<dyn Fetch>,
    /// Where the secrets are that the configuration refers to.
    pub secrets: Arc<dyn SecretSource>,
    /// How much each authenticator keeps of what it verified.
    pub limits: CacheLimits,
    /// Raised by the host when something was revoked.
    pub revocations: RevocationEpoch,
}

/// The authenticators of all configured providers, in the order in which they are to be asked: OpenID providers, which
/// know their own tokens, and then endpoints as they are configured.
pub struct ProviderAuthenticators {
    host: ProviderHost,
    openid: Arc<OpenIdAuthenticator>,
    endpoints: Vec<Running>,
    sign_ins: Vec<SigningIn>,
}

/// Signing in with one provider, with the secret that it was made with.
#[derive(Clone)]
struct SigningIn {
    provider: Provider,
    secret: Result<SecretString, SecretError>,
    client: Arc<SignInClient>,
}

/// One provider that is asked, with the secret that it was started with.
#[derive(Clone)]
struct Running {
    provider: Provider,
    secret: Result<SecretString, SecretError>,
    authenticator: Arc<dyn Authenticator>,
}

impl ProviderAuthenticators {
    /// Starts the authenticators, on the runtime that this is called on. A provider whose secret is not to be had takes its
    /// credentials and refuses them for the time being; [`ProviderAuthenticators::status`] says so.
    pub fn start(providers: Vec<Provider>, host: ProviderHost) -> ProviderAuthenticators {
        let (fetch, revocations) = (Arc::clone(&host.fetch), host.revocations.clone());
        let openid = OpenIdAuthenticator::start_with(Vec::new(), fetch, host.limits, revocations);
        let empty = ProviderAuthenticators {
            host,
            openid: Arc::new(openid),
            endpoints: Vec::new(),
            sign_ins: Vec::new(),
        };
        empty.succeeded_by(providers)
    }

    /// Authenticators for other providers, in place of these. Secrets are read anew; providers that did not change keep what
    /// they know.
    #[must_use]
    pub fn succeeded_by(&self, providers: Vec<Provider>) -> ProviderAuthenticators {
        let is_asked =
            |provider: &&Provider| matches!(provider, Provider::Introspection(_) | Provider::Hook(_));
        let endpoints = providers.iter().filter(is_asked).map(|provider| self.running(provider)).collect();
        let openid = Arc::new(self.openid.succeeded_by(providers.clone(), Arc::clone(&self.host.fetch)));
        let sign_ins = providers.iter().filter_map(|provider| self.signing_in(provider, &openid)).collect();
        ProviderAuthenticators { host: self.host.clone(), openid, endpoints, sign_ins }
    }

    /// How people sign in with a browser, with each provider that offers it.
    pub fn sign_ins(&self) -> impl Iterator<Item = &Arc<SignInClient>> {
        self.sign_ins.iter().map(|signing_in| &signing_in.client)
    }

    fn signing_in(&self, provider: &Provider, openid: &OpenIdAuthenticator) -> Option<SigningIn> {
        let offer = provider.sign_in()?.clone();
        let secret = self.secret(provider);
        let is_same = |known: &&SigningIn| known.provider == *provider && is_same(&known.secret, &secret);
        if let Some(known) = self.sign_ins.iter().find(is_same) {
            return Some(known.clone());
        }
        let held = match &secret {
            Ok(secret) => Ok(offer.secret.is_some().then(|| secret.clone())),
            Err(error) => {
                tracing::warn!(provider = provider.name(), %error, "nobody can sign in with the provider");
                Err(error.clone())
            }
        };
        let fetch = Arc::clone(&self.host.fetch);
        let client = match provider {
            Provider::Github(provider) => SignInClient::github(provider.clone(), held, fetch),
            _ => SignInClient::openid(offer, held, Arc::clone(openid.issuer(provider.name())?), fetch),
        };
        Some(SigningIn { provider: provider.clone(), secret, client: Arc::new(client) })
    }

    /// The authenticators, for a [`crate::Chain`].
    pub fn authenticators(&self) -> Vec<Arc<dyn Authenticator>> {
        let openid = Arc::clone(&self.openid) as Arc<dyn Authenticator>;
        let openid = (!self.openid.providers().is_empty()).then_some(openid);
        let endpoints = self.endpoints.iter().map(|running| Arc::clone(&running.authenticator));
        openid.into_iter().chain(endpoints).collect()
    }

    /// What is known about the OpenID providers' keys at the moment, and about the endpoints' secrets.
    pub fn status(&self) -> Vec<ProviderStatus> {
        let endpoints = self.endpoints.iter().map(|running| ProviderStatus {
            name: running.provider.name().into(),
            keys: usize::from(running.secret.is_ok()),
            last_error: running.secret.as_ref().err().map(ToString::to_string),
        });
        self.openid.status().into_iter().chain(endpoints).collect()
    }

    fn running(&self, provider: &Provider) -> Running {
        let secret = self.secret(provider);
        let unchanged =
            |running: &&Running| running.provider == *provider && is_same(&running.secret, &secret);
        if let Some(running) = self.endpoints.iter().find(unchanged) {
            return running.clone();
        }
        let authenticator = match (provider, &secret) {
            (Provider::Introspection(provider), Ok(secret)) => self.introspection(provider, secret),
            (Provider::Hook(provider), Ok(secret)) => self.hook(provider, secret),
            _ => self.without_secret(provider, secret.as_ref().err()),
        };
        Running { provider: provider.clone(), secret, authenticator }
    }

    fn introspection(
        &self,
        provider: &IntrospectionProvider,
        secret: &SecretString,
    ) -> Arc<dyn Authenticator> {
        let ProviderHost { fetch, limits, revocations, .. } = self.host.clone();
        Arc::new(IntrospectionAuthenticator::new(provider.clone(), secret, fetch, limits, revocations))
    }

    fn hook(&self, provider: &HookProvider, secret: &SecretString) -> Arc<dyn Authenticator> {
        let ProviderHost { fetch, limits, revocations, .. } = self.host.clone();
        Arc::new(HookAuthenticator::new(provider.clone(), secret.clone(), fetch, limits, revocations))
    }

    /// Takes what the provider would take, and refuses it: others further down are not to answer in its place.
    fn without_secret(&self, provider: &Provider, error: Option<&SecretError>) -> Arc<dyn Authenticator> {
        let detail = error.map_or_else(|| "it has no endpoint".to_owned(), ToString::to_string);
        tracing::warn!(provider = provider.name(), error = detail, "the provider cannot be used");
        Arc::new(Unusable { name: provider.name().into(), detail: detail.into() })
    }

    fn secret(&self, provider: &Provider) -> Result<SecretString, SecretError> {
        let (field, reference): (_, &SecretReference) = match provider {
            Provider::OpenId(_) | Provider::Github(_) => {
                match provider.sign_in().and_then(|sign_in| sign_in.secret.as_ref()) {
                    Some(secret) => ("client_secret", secret),
                    None => return Ok(SecretString::default()),
                }
            }
            Provider::Hook(provider) => ("signing_secret", &provider.signing_secret),
            Provider::Introspection(provider) => match &provider.login {
                Login::Client { secret, .. } => ("client_secret", secret),
                Login::Bearer(token) => ("bearer_token", token),
            },
        };
        let error = |problem: String| SecretError {
            provider: provider.name().into(),
            field,
            place: reference.to_string(),
            problem,
        };
        let secret = self.host.secrets.resolve(provider.name(), field, reference).map_err(error)?;
        let length = secret.expose_secret().len();
        if length == 0 {
            return Err(error("it is empty".to_owned()));
        }
        if field == "signing_secret" && length < MIN_SECRET_BYTES {
            return Err(error(format!("it is shorter than {MIN_SECRET_BYTES} bytes: make a longer one")));
        }
        Ok(secret)
    }
}

fn is_same(one: &Result<SecretString, SecretError>, other: &Result<SecretString, SecretError>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.expose_secret() == other.expose_secret(),
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

/// A provider whose secret is not to be had.
struct Unusable {
    name: Box<str>,
    detail: Box<str>,
}

impl Authenticator for Unusable {
    fn name(&self) -> &str {
        &self.name
    }

    fn authenticate<'a>(&'a self, _: &'a Credentials, _: Timestamp) -> BoxFuture<'a, Answer> {
        let reason = Reason::ProviderUnavailable { detail: self.detail.clone() };
        Box::pin(std::future::ready(Answer::Rejected(reason)))
    }
}
