//! Where the digests of passwords are made: so many at once as there are processors, since each takes 19 MiB and 20 ms, and a bounded
//! number that waits.

use std::sync::Arc;
use std::thread::available_parallelism;

use casemate_identity::{
    ExposeSecret as _, NoDigest, SALT_BYTES, SHORTEST_PASSWORD, SecretString, WeakPassword, check_password,
    digest_password, verify_password,
};
use casemate_platform::telemetry::metrics::count_password_check;
use tokio::sync::Semaphore;

/// How many wait for their turn.
const WAITING: usize = 64;

/// A digest of no password: whoever names nobody waits as long as whoever names somebody.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What the operator chose about local accounts.
#[derive(Debug, Clone)]
pub struct AccountRule {
    /// Whether anybody has one but whoever the one-time key of administrators made.
    pub enabled: bool,
    /// The fewest characters of a password.
    pub shortest: usize,
    /// Whether everybody needs a second factor.
    pub second_factor_required: bool,
}

impl Default for AccountRule {
    fn default() -> AccountRule {
        AccountRule { enabled: false, shortest: SHORTEST_PASSWORD, second_factor_required: false }
    }
}

/// The rule, and where digests are made.
#[derive(Debug)]
pub struct Accounts {
    rule: AccountRule,
    waiting: Semaphore,
    running: Arc<Semaphore>,
}

/// Why a digest was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoTurn {
    /// As many wait as may.
    #[error("as many passwords wait to be looked at as may")]
    Busy,
    /// There is no memory for it, or the process ends.
    #[error("a password cannot be looked at")]
    Failed,
}

/// Why somebody has no digest for a new password.
pub(crate) enum NotTaken {
    Weak(WeakPassword),
    NoTurn(NoTurn),
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts::new(AccountRule::default())
    }
}

impl Accounts {
    /// By this rule.
    #[must_use]
    pub fn new(rule: AccountRule) -> Accounts {
        let at_once = available_parallelism().map_or(1, usize::from);
        Accounts::of(rule, at_once)
    }

    fn of(rule: AccountRule, at_once: usize) -> Accounts {
        Accounts {
            rule,
            waiting: Semaphore::new(at_once + WAITING),
            running: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// What the operator chose.
    pub(crate) fn rule(&self) -> &AccountRule {
        &self.rule
    }

    /// Whether a password is the one that a digest is of. Without a digest it is not, and takes as long.
    pub(super) async fn verify(
        &self,
        password: SecretString,
        digest: Option<SecretString>,
    ) -> Result<bool, NoTurn> {
        let is_right = self.work(move || {
            let is_anybody = digest.is_some();
            let digest = digest.unwrap_or_else(|| SecretString::from(NOBODY));
            verify_password(&password, &digest).map(|is_right| is_right && is_anybody)
        });
        let is_right = is_right.await?.map_err(|NoDigest| NoTurn::Failed)?;
        count_password_check(is_right);
        Ok(is_right)
    }

    /// The digest of a new password, which `own` make easier to guess.
    pub(super) async fn digest(
        &self,
        password: SecretString,
        own: Vec<String>,
    ) -> Result<SecretString, NotTaken> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| NotTaken::NoTurn(NoTurn::Failed))?;
        let least = self.rule.shortest;
        let made = self.work(move || {
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            check_password(&password, least, &own).map_err(NotTaken::Weak)?;
            digest_password(&password, &salt).map_err(|NoDigest| NotTaken::NoTurn(NoTurn::Failed))
        });
        made.await.map_err(NotTaken::NoTurn)?
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NoTurn> {
        let _place = self.waiting.try_acquire().map_err(|_| NoTurn::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| NoTurn::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            // It lasts as long as the work does, whoever went away meanwhile.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| NoTurn::Failed)
    }
}

/// Whether two texts that somebody typed are the same.
pub(crate) fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn who_is_nobody_takes_as_long_and_is_never_right() {
        let accounts = Accounts::default();
        let made = accounts.digest("correct horse battery".into(), Vec::new()).await;
        let Ok(digest) = made else { panic!() };
        assert_eq!(accounts.verify("correct horse battery".into(), Some(digest.clone())).await, Ok(true));
        let mut took = [Vec::new(), Vec::new()];
        for _ in 0..9 {
            for (times, digest) in took.iter_mut().zip([Some(digest.clone()), None]) {
                let began = Instant::now();
                assert_eq!(accounts.verify("wrong horse battery".into(), digest).await, Ok(false));
                times.push(began.elapsed());
            }
        }
        let [somebody, nobody] = took.map(|mut times| {
            times.sort_unstable();
            times[4]
        });
        let (less, more) = (somebody.min(nobody), somebody.max(nobody));
        assert!(more < less * 2, "{somebody:?} {nobody:?}");
    }

    #[tokio::test]
    async fn what_is_more_than_may_wait_is_refused_at_once() {
        let accounts = Arc::new(Accounts::of(AccountRule::default(), 1));
        let (go, wait) = mpsc::channel::<()>();
        let first = Arc::clone(&accounts);
        let first = tokio::spawn(async move {
            first
                .work(move || {
                    let _ = wait.recv();
                })
                .await
        });
        let deadline = Instant::now() + Duration::from_secs(10);
        while accounts.running.available_permits() > 0 {
            assert!(Instant::now() < deadline);
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let accounts = Arc::clone(&accounts);
                tokio::spawn(async move { accounts.work(|| ()).await })
            })
            .collect();
        while accounts.waiting.available_permits() > 0 {
            assert!(Instant::now() < deadline);
            tokio::task::yield_now().await;
        }
        assert_eq!(accounts.work(|| ()).await, Err(NoTurn::Busy));
        drop(go);
        assert_eq!(first.await.unwrap(), Ok(()));
        for done in waiting {
            assert_eq!(done.await.unwrap(), Ok(()));
        }
        assert_eq!(accounts.work(|| 7).await, Ok(7));
    }
}
