//! Asking an endpoint about credentials: once for many that wait for the same answer, within limits, and no sooner again
//! than its answer allows.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::throttle::Throttle;
use crate::chain::Answer;
use crate::provider::Endpoint;
use crate::rejection::Reason;
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, Held, RevocationEpoch, TokenCache, TokenDigest, Weighed};

/// The most requests to one endpoint that are under way at once.
const MAX_UNDER_WAY: usize = 64;
/// The longest that a refusal is kept.
const LONGEST_REFUSAL: Duration = Duration::from_secs(10);
/// How long nobody asks again after the endpoint failed to answer about a credential.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// What a refusal takes in memory, roughly.
const REFUSAL_BYTES: u64 = 256;

/// An endpoint's answers and the limits of asking it.
#[derive(Debug)]
pub(super) struct Lookups {
    known: TokenCache<Known>,
    revocations: RevocationEpoch,
    throttle: Throttle,
    under_way: Semaphore,
    max_cache: Duration,
}

/// What was answered about a credential.
#[derive(Clone, Debug)]
struct Known {
    answer: Answer,
    until: Timestamp,
    revocations: u64,
}

/// An answer, and for how long it may be good at most by what it says of itself.
pub(super) struct Found {
    pub(super) answer: Answer,
    pub(super) until: Option<Timestamp>,
}

impl From<Reason> for Found {
    fn from(reason: Reason) -> Found {
        Found { answer: Answer::Rejected(reason), until: None }
    }
}

impl Weighed for Known {
    fn bytes(&self) -> u64 {
        match &self.answer {
            Answer::Identity(identity) => identity.bytes(),
            Answer::NotMine | Answer::Rejected(_) => REFUSAL_BYTES,
        }
    }
}

impl Known {
    fn holds(&self, revocations: u64, now: Timestamp) -> bool {
        self.revocations == revocations && now < self.until
    }
}

impl Lookups {
    pub(super) fn new(endpoint: &Endpoint, limits: CacheLimits, revocations: RevocationEpoch) -> Lookups {
        let rate = endpoint.rate.max(1);
        let limits = if endpoint.max_cache.is_zero() { CacheLimits { tokens: 0, ..limits } } else { limits };
        Lookups {
            known: TokenCache::new(limits),
            revocations,
            throttle: Throttle::new(rate, Duration::from_secs(1) / rate),
            under_way: Semaphore::new(MAX_UNDER_WAY),
            max_cache: endpoint.max_cache,
        }
    }

    /// What is known about the credential with this digest; `ask` finds it out where nothing is. Of many that ask at once
    /// for one credential, one asks the endpoint, and the others wait for its answer.
    pub(super) async fn get(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
        ask: impl Future<Output = Found>,
    ) -> Answer {
        // Before the endpoint is asked: what is revoked meanwhile counts for its answer too.
        let revocations = self.revocations.current();
        let holds = |known: &Known| known.holds(revocations, now);
        match self.known.get_or_hold(digest, holds).await {
            Held::Value(known) => known.answer,
            Held::Place(place) => {
                let Some(found) = self.within_limits(ask).await else { return overloaded() };
                let (answer, until) = self.relied_on(found, now);
                let known = Known { answer: answer.clone(), until, revocations };
                // The place is gone where it was pushed out meanwhile; the answer is then not kept.
                let _ = place.insert(known);
                answer
            }
            Held::Nothing => match self.within_limits(ask).await {
                Some(found) => self.relied_on(found, now).0,
                None => overloaded(),
            },
        }
    }

    async fn within_limits(&self, ask: impl Future<Output = Found>) -> Option<Found> {
        let _permit = self.under_way.try_acquire().ok()?;
        if !self.throttle.take() {
            return None;
        }
        Some(ask.await)
    }

    /// An answer that says of itself until when it is relied on, and when that is.
    fn relied_on(&self, found: Found, now: Timestamp) -> (Answer, Timestamp) {
        let until = self.until(&found, now);
        let mut answer = found.answer;
        if let Answer::Identity(identity) = &mut answer {
            Arc::make_mut(identity).auth.relied_until = Some(until);
        }
        (answer, until)
    }

    fn until(&self, found: &Found, now: Timestamp) -> Timestamp {
        let most = match &found.answer {
            Answer::Identity(_) => self.max_cache,
            Answer::Rejected(reason) if reason.is_temporary() => self.max_cache.min(PAUSE_AFTER_FAILURE),
            Answer::Rejected(_) | Answer::NotMine => self.max_cache.min(LONGEST_REFUSAL),
        };
        let most = Timestamp(now.0.saturating_add(i64::try_from(most.as_micros()).unwrap_or(i64::MAX)));
        found.until.map_or(most, |until| until.min(most))
    }
}

fn overloaded() -> Answer {
    Answer::Rejected(Reason::ProviderUnavailable {
        detail: "its endpoint is asked too often at the moment: raise `max_requests_per_second` if it can bear more"
            .into(),
    })
}

/// The reason that an endpoint could not be asked, which is in the log once for each failure.
pub(super) fn unavailable(provider: &Arc<str>, detail: &str) -> Reason {
    tracing::warn!(provider = &**provider, detail, "the provider's endpoint cannot be asked");
    Reason::ProviderUnavailable { detail: detail.into() }
}
