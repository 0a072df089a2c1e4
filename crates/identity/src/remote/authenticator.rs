//! The authenticator for the access tokens of all configured OpenID providers.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::fetch::Fetch;
use super::issuer::Issuer;
use super::throttle::Throttle;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::Identity;
use crate::jwt::{TokenError, UnverifiedToken};
use crate::provider::Provider;
use crate::rejection::{Reason, shown};
use crate::time::Timestamp;

/// Tokens with an unknown key can make all issuers together be asked this often.
const OVERALL_BURST: u32 = 10;
const OVERALL_INTERVAL: Duration = Duration::from_secs(1);

/// Takes every bearer token that has the form of a JWT, and verifies it with the keys of the configured
/// issuer that it names. The name only selects among the configured ones; no address is ever made of it.
///
/// Its keys are fetched on background tasks, which end when it is dropped. An issuer that cannot be reached
/// delays nothing but its own tokens.
#[derive(Debug)]
pub struct OpenIdAuthenticator {
    issuers: Vec<Arc<Issuer>>,
    overall: Arc<Throttle>,
}

/// What is known about one provider's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderStatus {
    /// The provider's name.
    pub name: Box<str>,
    /// How many keys can be used; none while they could not be fetched.
    pub keys: usize,
    /// Why the last attempt to fetch them failed, if it did.
    pub last_error: Option<String>,
}

impl OpenIdAuthenticator {
    /// Starts fetching the keys of all providers, on the runtime that this is called on, and does not wait
    /// for them.
    pub fn start(providers: Vec<Provider>, fetch: Arc<dyn Fetch>) -> OpenIdAuthenticator {
        let overall = Arc::new(Throttle::new(OVERALL_BURST, OVERALL_INTERVAL));
        OpenIdAuthenticator { issuers: Vec::new(), overall }.succeeded_by(providers, fetch)
    }

    /// An authenticator for other providers, in place of this one. Those that did not change keep their keys and what
    /// fetches them; the others begin as with [`OpenIdAuthenticator::start`].
    #[must_use]
    pub fn succeeded_by(&self, providers: Vec<Provider>, fetch: Arc<dyn Fetch>) -> OpenIdAuthenticator {
        let issuer = |provider| match self.issuers.iter().find(|issuer| *issuer.provider() == provider) {
            Some(issuer) => Arc::clone(issuer),
            None => Arc::new(Issuer::start(provider, Arc::clone(&fetch), Arc::clone(&self.overall))),
        };
        let issuers = providers.into_iter().map(issuer).collect();
        OpenIdAuthenticator { issuers, overall: Arc::clone(&self.overall) }
    }

    /// What is known about each provider's keys at the moment.
    pub fn status(&self) -> Vec<ProviderStatus> {
        let status = |issuer: &Arc<Issuer>| {
            let (keys, last_error) = issuer.state();
            ProviderStatus { name: issuer.provider().name().into(), keys, last_error }
        };
        self.issuers.iter().map(status).collect()
    }

    async fn identity(&self, token: &str, now: Timestamp) -> Result<Identity, Reason> {
        let token = UnverifiedToken::parse(token)?;
        let named = token.issuer().ok_or(TokenError::Claim("iss"))?;
        match self.issuers.iter().find(|issuer| issuer.provider().issuer() == named) {
            Some(issuer) => issuer.verify(token, now).await,
            None => Err(Reason::UnknownIssuer { issuer: shown(named) }),
        }
    }
}

impl Authenticator for OpenIdAuthenticator {
    fn name(&self) -> &str {
        "openid"
    }

    fn providers(&self) -> Vec<&str> {
        self.issuers.iter().map(|issuer| issuer.provider().name()).collect()
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            let Some(Credential::Bearer(token)) = credentials.credential() else {
                return Answer::NotMine;
            };
            let token = token.expose_secret();
            if !UnverifiedToken::is_candidate(token) {
                return Answer::NotMine;
            }
            match self.identity(token, now).await {
                Ok(identity) => Answer::Identity(Arc::new(identity)),
                Err(reason) => Answer::Rejected(reason),
            }
        })
    }
}
