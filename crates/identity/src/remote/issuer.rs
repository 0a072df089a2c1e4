//! The keys of one issuer over time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use thiserror::Error;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::discovery::{self, DiscoveryError, MAX_DISCOVERY_BYTES};
use super::fetch::{Fetch, FetchError};
use super::throttle::Throttle;
use crate::identity::{Claims, Identity};
use crate::jwk::{KeySet, KeySetError, MAX_SET_BYTES, SkippedKey};
use crate::jwt::{Rules, UnverifiedToken, Validity, VerifiedToken};
use crate::provider::{KeyLocation, OpenIdProvider};
use crate::rejection::{Reason, shown};
use crate::time::Timestamp;
use crate::token_cache::sha256;

/// How long keys are good when their server does not say.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);
/// The bounds of what their server may say. The upper one is how long a key that the issuer withdrew can
/// still be used.
const SHORTEST_LIFETIME: Duration = Duration::from_secs(60);
const LONGEST_LIFETIME: Duration = Duration::from_secs(3_600);
/// How long the discovery document is taken to be the same.
const DISCOVERY_LIFETIME: Duration = Duration::from_secs(3_600);
/// After the first failure, and the most after many.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Tokens with an unknown key can make an issuer be asked this often: a burst, and then once for each
/// interval.
const REFETCH_BURST: u32 = 3;
const REFETCH_INTERVAL: Duration = Duration::from_secs(10);
/// How many fetches one token may wait for. The first may have been under way before the issuer had the key.
const MAX_REFETCHES: u32 = 2;
/// The longest that a request waits for one of them.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// One issuer, its keys, and the task that keeps them fresh for as long as this lives.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// Unlike that of any other issuer of this process, before or after.
    number: u64,
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    provider: OpenIdProvider,
    current: ArcSwapOption<Current>,
    /// Whether an attempt is under way or asked for: whoever needs one waits for that instead.
    pending: Mutex<bool>,
    wake: Notify,
    /// The number of attempts that have ended.
    attempts: watch::Sender<u64>,
    last_error: Mutex<Option<String>>,
    throttle: Throttle,
    overall: Arc<Throttle>,
}

#[derive(Debug)]
struct Current {
    keys: KeySet,
    /// SHA-256 of the document that they stood in.
    document: [u8; 32],
    /// Another number whenever another document came.
    epoch: u64,
    fetched: Instant,
}

/// What became of the wish for fresh keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refetch {
    /// An attempt was made.
    Made,
    /// An attempt that had been under way before ended.
    Joined,
    /// None was made: the limits are used up, or it took too long.
    Refused,
}

#[derive(Debug, Error)]
enum RefreshError {
    #[error("{url}: {error}")]
    Fetch { url: Url, error: FetchError },
    #[error("{url}: {error}")]
    Discovery { url: Url, error: DiscoveryError },
    #[error("{url}: {error}")]
    Keys { url: Url, error: KeySetError },
}

/// What a verification found out, and with which keys.
#[derive(Debug)]
pub(super) struct Verification {
    pub(super) identity: Arc<Identity>,
    pub(super) validity: Validity,
    pub(super) keys: KeyEpoch,
}

/// Which keys of which issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyEpoch {
    issuer: u64,
    epoch: u64,
}

impl Issuer {
    /// Starts fetching the keys of a provider, on the runtime of the caller.
    pub(super) fn start(provider: OpenIdProvider, fetch: Arc<dyn Fetch>, overall: Arc<Throttle>) -> Issuer {
        let shared = Arc::new(Shared {
            provider,
            current: ArcSwapOption::empty(),
            pending: Mutex::new(true),
            wake: Notify::new(),
            attempts: watch::Sender::new(0),
            last_error: Mutex::new(None),
            throttle: Throttle::new(REFETCH_BURST, REFETCH_INTERVAL),
            overall,
        });
        let task = tokio::spawn(keep_fresh(Arc::clone(&shared), fetch)).abort_handle();
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Issuer { number: NUMBER.fetch_add(1, Ordering::Relaxed), shared, task }
    }

    pub(crate) fn provider(&self) -> &OpenIdProvider {
        &self.shared.provider
    }

    /// The number of usable keys, and why the last attempt to fetch them failed if it did.
    pub(super) fn state(&self) -> (usize, Option<String>) {
        let keys = self.shared.current().map_or(0, |current| current.keys.keys().len());
        (keys, lock(&self.shared.last_error).clone())
    }

    /// Whether what was verified with these keys still is: they are this issuer's, it has not published others since,
    /// and they were not fetched too long ago.
    pub(super) fn still_has(&self, keys: KeyEpoch) -> bool {
        keys.issuer == self.number && self.shared.is_current(|current| current.epoch == keys.epoch)
    }

    /// Verifies an access token that names this issuer.
    pub(super) async fn verify(
        &self,
        token: UnverifiedToken<'_>,
        now: Timestamp,
    ) -> Result<Verification, Reason> {
        let provider = self.provider();
        let (verified, epoch) = self.verified(token, &provider.rules, now).await?;
        let validity = verified.validity();
        let claims = verified.claims_named(|name| provider.mapping.reads(name));
        let mut identity = provider.mapping.identity(claims)?;
        identity.auth.until = Some(validity.until);
        let identity = Arc::new(identity);
        let keys = KeyEpoch { issuer: self.number, epoch };
        Ok(Verification { identity, validity, keys })
    }

    /// The claims of a token of this issuer that follows `rules`, which name it.
    pub(crate) async fn claims(
        &self,
        token: UnverifiedToken<'_>,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Claims, Reason> {
        Ok(self.verified(token, rules, now).await?.0.claims())
    }

    /// A key that is not known yet is looked for, within limits. Tells by which keys a token was verified.
    async fn verified(
        &self,
        token: UnverifiedToken<'_>,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<(VerifiedToken, u64), Reason> {
        let mut refetches = 0;
        let mut is_looked_up = true;
        loop {
            if let Some(current) = self.shared.current()
                && let Some(key) = current.keys.find(token.kid(), token.algorithm())
            {
                return Ok((token.verify(key, rules, now)?, current.epoch));
            }
            token.precheck(rules, now)?;
            if refetches == MAX_REFETCHES {
                return Err(self.without_key(&token, is_looked_up));
            }
            refetches = match self.shared.refetch().await {
                Refetch::Joined => refetches + 1,
                Refetch::Made => MAX_REFETCHES,
                Refetch::Refused => {
                    is_looked_up = false;
                    MAX_REFETCHES
                }
            };
        }
    }

    fn without_key(&self, token: &UnverifiedToken<'_>, is_looked_up: bool) -> Reason {
        if self.shared.current().is_none() {
            return Reason::IssuerUnavailable;
        }
        if !is_looked_up {
            return Reason::KeyNotLookedUp;
        }
        let detail = match token.kid() {
            Some(kid) => format!("its `kid` is `{}`", shown(kid)),
            None => format!("it has no `kid`, and not exactly one key is for {}", token.algorithm()),
        };
        Reason::UnknownKey { detail: detail.into() }
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// The keys, unless they were fetched too long ago to be trusted any more.
    fn current(&self) -> Option<Arc<Current>> {
        let current = self.current.load_full()?;
        self.is_fresh(&current).then_some(current)
    }

    fn is_current(&self, check: impl FnOnce(&Current) -> bool) -> bool {
        let current = self.current.load();
        current.as_ref().is_some_and(|current| check(current) && self.is_fresh(current))
    }

    fn is_fresh(&self, current: &Current) -> bool {
        current.fetched.elapsed() <= self.provider.max_stale
    }

    /// Has the keys fetched once more and waits until that has ended, however it did.
    async fn refetch(&self) -> Refetch {
        let mut attempts = self.attempts.subscribe();
        let joined = {
            let mut pending = lock(&self.pending);
            let joined = *pending;
            if !joined {
                if !self.throttle.take() || !self.overall.take() {
                    return Refetch::Refused;
                }
                *pending = true;
                self.wake.notify_one();
            }
            joined
        };
        match timeout(LONGEST_WAIT, attempts.changed()).await {
            Ok(Ok(())) if joined => Refetch::Joined,
            Ok(Ok(())) => Refetch::Made,
            _ => Refetch::Refused,
        }
    }

    /// Waits for the next attempt: at its time, or when somebody asks for it.
    async fn until(&self, due: Instant) {
        loop {
            tokio::select! {
                () = sleep_until(due) => break,
                () = self.wake.notified() => if *lock(&self.pending) { break },
            }
        }
        *lock(&self.pending) = true;
    }

    fn attempt_ended(&self) {
        *lock(&self.pending) = false;
        self.attempts.send_modify(|count| *count += 1);
    }

    /// Fetches the keys and puts them into use; answers how long they are good.
    async fn attempt(
        &self,
        fetch: &dyn Fetch,
        location: &mut Option<(Url, Instant)>,
    ) -> Result<Duration, RefreshError> {
        let url = self.locate(fetch, location).await?;
        let fetched = fetch
            .fetch(&url, MAX_SET_BYTES)
            .await
            .map_err(|error| RefreshError::Fetch { url: url.clone(), error })?;
        let keys = KeySet::from_json(&fetched.body, &self.provider.algorithms)
            .map_err(|error| RefreshError::Keys { url: url.clone(), error })?;
        self.put_into_use(keys, sha256(&fetched.body));
        Ok(fetched.max_age.unwrap_or(DEFAULT_LIFETIME).clamp(SHORTEST_LIFETIME, LONGEST_LIFETIME))
    }

    async fn locate(
        &self,
        fetch: &dyn Fetch,
        location: &mut Option<(Url, Instant)>,
    ) -> Result<Url, RefreshError> {
        let discovery = match &self.provider.keys {
            KeyLocation::Fixed(url) => return Ok(url.clone()),
            KeyLocation::Discovery(url) => url,
        };
        if let Some((url, found)) = location
            && found.elapsed() < DISCOVERY_LIFETIME
        {
            return Ok(url.clone());
        }
        let fetched = fetch
            .fetch(discovery, MAX_DISCOVERY_BYTES)
            .await
            .map_err(|error| RefreshError::Fetch { url: discovery.clone(), error })?;
        let url = discovery::jwks_uri(&fetched.body, self.provider.issuer(), self.provider.transport)
            .map_err(|error| RefreshError::Discovery { url: discovery.clone(), error })?;
        *location = Some((url.clone(), Instant::now()));
        Ok(url)
    }

    fn put_into_use(&self, keys: KeySet, document: [u8; 32]) {
        let earlier = self.current.load_full();
        let known: &[SkippedKey] = earlier.as_deref().map_or(&[], |earlier| earlier.keys.skipped());
        for key in keys.skipped().iter().filter(|key| !known.contains(key)) {
            tracing::info!(
                provider = self.provider.name(),
                index = key.index,
                kid = key.kid.as_deref(),
                reason = %key.reason,
                "a key of the issuer is not used"
            );
        }
        if keys.keys().is_empty() {
            tracing::warn!(
                provider = self.provider.name(),
                "the issuer publishes no usable key: all its tokens are refused"
            );
        }
        let epoch = match earlier {
            Some(earlier) if earlier.document == document => earlier.epoch,
            Some(earlier) => earlier.epoch + 1,
            None => 0,
        };
        self.current.store(Some(Arc::new(Current { keys, document, epoch, fetched: Instant::now() })));
    }
}

async fn keep_fresh(shared: Arc<Shared>, fetch: Arc<dyn Fetch>) {
    let mut location = None;
    let mut failures = 0;
    loop {
        let pause = match shared.attempt(&*fetch, &mut location).await {
            Ok(lifetime) => {
                if failures > 0 {
                    tracing::info!(provider = shared.provider.name(), "the issuer's keys were fetched again");
                }
                failures = 0;
                *lock(&shared.last_error) = None;
                // Before their time is over, so that a slow answer does not make requests wait.
                lifetime * 4 / 5
            }
            Err(error) => {
                tracing::warn!(provider = shared.provider.name(), %error, "the issuer's keys could not be fetched");
                *lock(&shared.last_error) = Some(error.to_string());
                location = None;
                failures += 1;
                pause_after(failures)
            }
        };
        shared.attempt_ended();
        shared.until(Instant::now() + pause).await;
    }
}

/// Twice as long after each failure in a row, up to a bound.
fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_PAUSE)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
