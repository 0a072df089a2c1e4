//! The authenticator of API keys.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::error::ApiKeyError;
use super::key::{ApiKey, secret_sha256, split};
use super::ring::KeyRing;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::{Identity, Kind};
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
        if !key.has_secret(&digest) {
            return Err(ApiKeyError::Secret(id));
        }
        key.check_circumstances(credentials.client(), now)?;
        key.usage.note(now);
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
