//! The authenticator of API keys.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::error::ApiKeyError;
use super::guard::{Closed, Place};
use super::key::{ApiKey, secret_sha256, split};
use super::ring::KeyRing;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::{Identity, Kind};
use crate::network::network_of;
use crate::rejection::Reason;
use crate::time::Timestamp;

/// Takes every bearer token that begins with `cmk_`, and every `X-API-Key`, and looks it up in a [`KeyRing`].
#[derive(Clone, Debug)]
pub struct ApiKeyAuthenticator {
    ring: Arc<KeyRing>,
}

impl ApiKeyAuthenticator {
    /// An authenticator that answers from `ring`, whatever the host puts into it later.
    pub fn new(ring: Arc<KeyRing>) -> ApiKeyAuthenticator {
        ApiKeyAuthenticator { ring }
    }

    /// Whose key this is. An id that nobody knows costs the same work as a wrong secret.
    fn identity(
        &self,
        presented: &str,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Arc<Identity>, ApiKeyError> {
        let (id, secret) = split(presented)?;
        let digest = secret_sha256(secret);
        let shard = self.ring.shard(&id).load();
        let Some(key) = shard.get(&id) else {
            let _ = aws_lc_rs::constant_time::verify_slices_are_equal(&digest, &NOBODYS);
            return Err(ApiKeyError::Unknown(id));
        };
        if credentials.is_handed_on() {
            // Whoever hands it on is not who tries secrets, and a service that hands on wrong ones does not lock right ones out.
            if !key.has_secret(&digest) {
                return Err(ApiKeyError::Secret(id));
            }
            key.check_circumstances(None, now)?;
            key.usage.note(now);
            return Ok(Arc::clone(&key.identity));
        }
        let network = network_of(credentials.client().unwrap_or(NOWHERE));
        let place = key.guard.enter(&network, key.is_bound_to(credentials.client()), now);
        let place = place.map_err(|closed| match closed {
            Closed::Locked => ApiKeyError::Locked(id),
            Closed::UnderWay => ApiKeyError::UnderWay(id),
        })?;
        if !key.has_secret(&digest) {
            place.keep(network, beginning_of(&digest), now);
            return Err(ApiKeyError::Secret(id));
        }
        let is_news = !matches!(place, Place::Today);
        drop(place);
        key.check_circumstances(credentials.client(), now)?;
        key.usage.note(now);
        if is_news {
            key.guard.arrive(network, now);
        }
        Ok(Arc::clone(&key.identity))
    }

    fn answer(&self, credentials: &Credentials, now: Timestamp) -> Answer {
        let presented = match credentials.credential() {
            Some(Credential::ApiKey(key)) => key.expose_secret(),
            Some(Credential::Bearer(token)) if ApiKey::is_candidate(token.expose_secret()) => {
                token.expose_secret()
            }
            _ => return Answer::NotMine,
        };
        match self.identity(presented, credentials, now) {
            Ok(identity) => Answer::Identity(identity),
            Err(error) => Answer::Rejected(Reason::ApiKey(error)),
        }
    }
}

/// Where whoever comes from, of whom that is not known.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// What stands for a secret.
fn beginning_of(digest: &[u8; 32]) -> u64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Compared with where there is no key.
const NOBODYS: [u8; 32] = [0; 32];

impl Authenticator for ApiKeyAuthenticator {
    fn name(&self) -> &str {
        Kind::API_KEY.as_str()
    }

    fn at_once(&self, credentials: &Credentials, now: Timestamp) -> Option<Answer> {
        Some(self.answer(credentials, now))
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(self.answer(credentials, now)))
    }
}
