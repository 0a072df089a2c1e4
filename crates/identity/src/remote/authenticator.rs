//! The authenticator for the access tokens of all configured OpenID providers.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::fetch::Fetch;
use super::issuer::{Issuer, KeyEpoch, Verification};
use super::throttle::Throttle;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::Identity;
use crate::jwt::{MAX_TOKEN_BYTES, TokenError, UnverifiedToken, Validity};
use crate::provider::Provider;
use crate::rejection::{Reason, shown};
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, RevocationEpoch, TokenCache, TokenDigest, Weighed, sha256};

/// Tokens with an unknown key can make all issuers together be asked this often.
const OVERALL_BURST: u32 = 10;
const OVERALL_INTERVAL: Duration = Duration::from_secs(1);

/// Takes every bearer token that has the form of a JWT, and verifies it with the keys of the configured
/// issuer that it names. The name only selects among the configured ones; no address is ever made of it.
///
/// Its keys are fetched on background tasks, which end when it is dropped. An issuer that cannot be reached
/// delays nothing but its own tokens.
///
/// A token that was accepted is not verified again while it is valid, its issuer publishes the same keys, and nothing was
/// revoked ([`RevocationEpoch`]). Refusals are not kept.
#[derive(Debug)]
pub struct OpenIdAuthenticator {
    issuers: Vec<Arc<Issuer>>,
    overall: Arc<Throttle>,
    verified: Arc<TokenCache<Verified>>,
    revocations: RevocationEpoch,
}

/// A token that was accepted.
#[derive(Clone)]
struct Verified {
    identity: Arc<Identity>,
    validity: Validity,
    keys: KeyEpoch,
    revocations: u64,
    bytes: u64,
}

impl Weighed for Verified {
    fn bytes(&self) -> u64 {
        self.bytes
    }
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
    /// Starts fetching the keys of all OpenID providers among these, on the runtime that this is called on, and does not wait
    /// for them.
    pub fn start(providers: Vec<Provider>, fetch: Arc<dyn Fetch>) -> OpenIdAuthenticator {
        OpenIdAuthenticator::start_with(providers, fetch, CacheLimits::default(), RevocationEpoch::new())
    }

    /// The same, with the host's bounds for what is kept of verified tokens, and its epoch of revocations.
    pub fn start_with(
        providers: Vec<Provider>,
        fetch: Arc<dyn Fetch>,
        limits: CacheLimits,
        revocations: RevocationEpoch,
    ) -> OpenIdAuthenticator {
        let empty = OpenIdAuthenticator {
            issuers: Vec::new(),
            overall: Arc::new(Throttle::new(OVERALL_BURST, OVERALL_INTERVAL)),
            verified: Arc::new(TokenCache::new(limits)),
            revocations,
        };
        empty.succeeded_by(providers, fetch)
    }

    /// An authenticator for other providers, in place of this one. Those that did not change keep their keys, what
    /// fetches them, and what was verified with them; the others begin as with [`OpenIdAuthenticator::start`].
    #[must_use]
    pub fn succeeded_by(&self, providers: Vec<Provider>, fetch: Arc<dyn Fetch>) -> OpenIdAuthenticator {
        let openid = providers.into_iter().filter_map(|provider| match provider {
            Provider::OpenId(provider) => Some(provider),
            _ => None,
        });
        let issuer = |provider| match self.issuers.iter().find(|issuer| *issuer.provider() == provider) {
            Some(issuer) => Arc::clone(issuer),
            None => Arc::new(Issuer::start(provider, Arc::clone(&fetch), Arc::clone(&self.overall))),
        };
        OpenIdAuthenticator {
            issuers: openid.map(issuer).collect(),
            overall: Arc::clone(&self.overall),
            verified: Arc::clone(&self.verified),
            revocations: self.revocations.clone(),
        }
    }

    /// The issuer of the provider with this name, with its keys.
    pub(super) fn issuer(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| issuer.provider().name() == name)
    }

    /// What is known about each provider's keys at the moment.
    pub fn status(&self) -> Vec<ProviderStatus> {
        let status = |issuer: &Arc<Issuer>| {
            let (keys, last_error) = issuer.state();
            ProviderStatus { name: issuer.provider().name().into(), keys, last_error }
        };
        self.issuers.iter().map(status).collect()
    }

    /// Whose token this is, where it was verified before and still is.
    fn known(&self, token: &TokenDigest, now: Timestamp) -> Option<Arc<Identity>> {
        let known = self.verified.get(token)?;
        let holds = known.revocations == self.revocations.current()
            && known.validity.contains(now)
            && self.issuers.iter().any(|issuer| issuer.still_has(known.keys));
        holds.then_some(known.identity)
    }

    async fn verify(
        &self,
        token: &str,
        digest: TokenDigest,
        now: Timestamp,
    ) -> Result<Arc<Identity>, Reason> {
        // Before anything is looked at: what is revoked meanwhile counts for this token too.
        let revocations = self.revocations.current();
        let token = UnverifiedToken::parse(token)?;
        let named = token.issuer().ok_or(TokenError::Claim("iss"))?;
        let Some(issuer) = self.issuers.iter().find(|issuer| issuer.provider().issuer() == named) else {
            return Err(Reason::UnknownIssuer { issuer: shown(named) });
        };
        let Verification { identity, validity, keys } = issuer.verify(token, now).await?;
        let bytes = identity.bytes();
        let verified = Verified { identity: Arc::clone(&identity), validity, keys, revocations, bytes };
        self.verified.insert(digest, verified);
        Ok(identity)
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
        let ready = |answer| Box::pin(std::future::ready(answer));
        let Some(Credential::Bearer(token)) = credentials.credential() else { return ready(Answer::NotMine) };
        let token = token.expose_secret();
        if token.len() > MAX_TOKEN_BYTES {
            return ready(Answer::Rejected(TokenError::TooLong.into()));
        }
        if !UnverifiedToken::is_candidate(token) {
            return ready(Answer::NotMine);
        }
        let digest = sha256(token.as_bytes());
        if let Some(identity) = self.known(&digest, now) {
            return ready(Answer::Identity(identity));
        }
        Box::pin(async move {
            match self.verify(token, digest, now).await {
                Ok(identity) => Answer::Identity(identity),
                Err(reason) => Answer::Rejected(reason),
            }
        })
    }
}
