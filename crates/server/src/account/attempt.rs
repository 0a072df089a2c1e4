//! Attempts at what somebody knows or has: counted by network, by account and by both, and reserved before anything is looked at.

use std::time::Duration;

use casemate_directory::Author;
use casemate_expression::Timestamp;
use casemate_platform::clock;
use casemate_store::{Attempt, AttemptLimit, AuditEvent, Checked, Commit, Growth, RecordError, StoreError};
use ipnet::IpNet;
use serde_json::json;

use super::digests::NoTurn;
use crate::App;
use crate::block::service::block_network;

/// What attempts at passwords are counted as.
pub(super) const PASSWORD: &str = "password";

/// How long it is waited before something is tried again where the database was busy: twice as long each next time.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it is tried again.
const MOST_AGAIN: u32 = 6;

const MINUTE: i64 = 60 * 1_000_000;
/// How long what failed is counted together by network; the same as of other secrets.
const NETWORK_WINDOW: i64 = 10 * MINUTE;
/// The same by account, and by account and network.
const ACCOUNT_WINDOW: i64 = 60 * MINUTE;
/// How many may fail of a network.
const MOST_OF_NETWORK: i64 = 5;
/// How many may fail of an account, from wherever they come; and of one from one network.
const MOST_OF_ACCOUNT: i64 = 10;
/// How long an account is locked.
pub(crate) const LOCK: Growth = Growth { first: 5 * MINUTE, longest: 24 * 60 * MINUTE };

/// Who tries what.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    /// What is looked at, such as `password`: each is counted by itself of an account.
    pub(crate) what: &'static str,
    /// Whose it is: a user's id, or what stands for a login that nobody has.
    pub(crate) account: String,
    /// The network that it comes from.
    pub(crate) network: IpNet,
    /// Whether networks are blocked for what fails from there.
    pub(crate) is_counted: bool,
    /// Whether they signed in from there before: the account's lock does not hold there.
    pub(crate) is_known: bool,
}

/// Why nothing was looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotTried {
    /// Too many failed; from `until` on (microseconds since 1970, UTC) it may be tried again.
    #[error("too many attempts failed")]
    TooMany {
        /// When.
        until: i64,
    },
    /// As many are under way as may fail.
    #[error("as many attempts are under way as may fail")]
    UnderWay,
    /// As many wait as may.
    #[error("too many wait to be looked at")]
    Busy,
    /// It cannot be counted, or not be looked at.
    #[error("{0}")]
    Unavailable(String),
}

impl From<NoTurn> for NotTried {
    fn from(error: NoTurn) -> NotTried {
        match error {
            NoTurn::Busy => NotTried::Busy,
            NoTurn::Failed => NotTried::Unavailable(error.to_string()),
        }
    }
}

impl From<StoreError> for NotTried {
    fn from(error: StoreError) -> NotTried {
        NotTried::Unavailable(error.to_string())
    }
}

impl From<RecordError> for NotTried {
    fn from(error: RecordError) -> NotTried {
        match error {
            RecordError::Busy => NotTried::Busy,
            error => NotTried::Unavailable(error.to_string()),
        }
    }
}

/// By what attempts of a network are counted.
pub(super) fn network_key(network: &IpNet) -> String {
    format!("network\n{network}")
}

/// By what attempts at `what` of an account are counted.
pub(crate) fn account_key(what: &str, account: &str) -> String {
    format!("{what}\n{account}")
}

/// By what those of them are counted that come from a network.
pub(crate) fn pair_key(what: &str, account: &str, network: &IpNet) -> String {
    format!("{what}\n{account}\n{network}")
}

impl Tried {
    fn account_limit(&self) -> AttemptLimit {
        AttemptLimit {
            key: account_key(self.what, &self.account),
            most: MOST_OF_ACCOUNT,
            window: ACCOUNT_WINDOW,
            lock: Some(LOCK),
        }
    }

    fn pair_limit(&self) -> AttemptLimit {
        let key = pair_key(self.what, &self.account, &self.network);
        AttemptLimit { key, ..self.account_limit() }
    }

    /// Without a lock of its own: the network is blocked, and until that is so nothing more of it is looked at.
    fn network_limit(&self) -> Option<AttemptLimit> {
        self.is_counted.then(|| AttemptLimit {
            key: network_key(&self.network),
            most: MOST_OF_NETWORK,
            window: NETWORK_WINDOW,
            lock: None,
        })
    }

    /// What has to have room, and what is only counted.
    fn limits(&self) -> (Vec<AttemptLimit>, Vec<AttemptLimit>) {
        let mut reserved = vec![self.pair_limit()];
        reserved.extend(self.network_limit());
        if self.is_known {
            return (reserved, vec![self.account_limit()]);
        }
        reserved.push(self.account_limit());
        (reserved, Vec::new())
    }
}

/// Looks at something once there is room for it to be wrong, and counts it where it is. It goes on to its end whoever goes away
/// meanwhile.
pub(crate) async fn attempt(
    app: &App,
    tried: Tried,
    check: impl Future<Output = Result<bool, NoTurn>> + Send + 'static,
) -> Result<bool, NotTried> {
    let app = app.clone();
    let running = tokio::spawn(async move { run(&app, &tried, check).await });
    running.await.map_err(|error| NotTried::Unavailable(error.to_string()))?
}

async fn run(
    app: &App,
    tried: &Tried,
    check: impl Future<Output = Result<bool, NoTurn>>,
) -> Result<bool, NotTried> {
    let (limits, beside) = tried.limits();
    let now = clock::now();
    // Most of those that are refused make nobody wait who writes.
    if let Some(lockout) = app.store.reader().refused_attempt(&limits, now).await? {
        return Err(NotTried::TooMany { until: lockout.until });
    }
    let reservation = match app.store.reserve_attempt(limits, now).await? {
        Attempt::Reserved(reservation) => reservation,
        Attempt::Refused { until, .. } => return Err(NotTried::TooMany { until }),
        Attempt::UnderWay => return Err(NotTried::UnderWay),
    };
    let outcome = check.await;
    let checked = match outcome {
        Ok(true) => Checked::Right,
        Ok(false) => Checked::Wrong,
        Err(_) => Checked::Not,
    };
    let forgiven = Some(tried.pair_limit().key);
    let now = clock::now();
    let settle = || {
        let (reservation, beside, forgiven) = (reservation.clone(), beside.clone(), forgiven.clone());
        app.store.settle_attempt(reservation, checked, beside, forgiven, now)
    };
    // What is not given back counts as wrong for a minute, also of whoever was right.
    let lockouts = repeated(PAUSE, settle).await?;
    for lockout in lockouts {
        if tried.is_counted && lockout.key == network_key(&tried.network) {
            block(app, tried, now).await;
        } else {
            tracing::warn!(
                what = tried.what,
                account = tried.account,
                until = lockout.until,
                "an account is locked"
            );
            tell_lock(app, tried, lockout.until, now);
        }
    }
    Ok(outcome?)
}

/// Does something again, a few times, where the database was busy with what else there is to be written.
async fn repeated<T, F: Future<Output = Result<T, RecordError>>>(
    mut pause: Duration,
    mut work: impl FnMut() -> F,
) -> Result<T, RecordError> {
    for _ in 0..MOST_AGAIN {
        match work().await {
            Err(RecordError::Busy) => tokio::time::sleep(pause).await,
            done => return done,
        }
        pause = pause.saturating_mul(2);
    }
    work().await
}

/// Tells that what is tried of a user's account is locked. Nobody waits for it: of who is nobody there is nothing to tell, which an
/// answer that comes sooner would say.
fn tell_lock(app: &App, tried: &Tried, until: i64, now: i64) {
    let (app, tried) = (app.clone(), tried.clone());
    tokio::spawn(async move { record_lock(&app, &tried, until, now).await });
}

async fn record_lock(app: &App, tried: &Tried, until: i64, now: i64) {
    let user = match app.store.reader().user(&tried.account).await {
        Ok(Some(user)) => user,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%error, "a locked account is not in the audit log"),
    };
    let about = json!({
        "what": tried.what,
        "from": tried.network.to_string(),
        "until": Timestamp(until).to_string(),
    });
    let author = Author::system("accounts", now);
    let event = AuditEvent {
        at: now,
        actor: author.actor.clone(),
        action: "casemate.user.lock".to_owned(),
        kind: "lock".to_owned(),
        tenant: user.tenant,
        resource_type: "user".to_owned(),
        resource_id: user.id,
        outcome: "success".to_owned(),
        reason: Some("too_many_wrong_secrets".to_owned()),
        request_id: author.request_id.clone(),
        after: Some(about.to_string()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: now,
        actor: author.actor,
        summary: String::new(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    if let Err(error) = app.store.commit(commit).await {
        tracing::warn!(%error, "a locked account is not in the audit log");
    }
}

/// Forgets what was tried of a user's password, and lifts what is locked for it: they proved otherwise who they are.
pub(super) async fn forget(app: &App, user: &str) {
    if let Err(error) = app.store.forget_attempts_of(format!("{PASSWORD}\n{user}")).await {
        tracing::warn!(%error, user, "an account stays locked until its time is over, although its password is another");
    }
}

/// Until the network is blocked its count is full, so that nothing more of it is looked at.
async fn block(app: &App, tried: &Tried, now: i64) {
    let Some(until) = block_network(app, tried.network, now).await else { return };
    if let Err(error) = app.store.lock_attempts(network_key(&tried.network), until).await {
        tracing::warn!(%error, network = %tried.network, "what a blocked network tried counts until its window ends");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(is_counted: bool, is_known: bool) -> Tried {
        let network = "192.0.2.7/32".parse().unwrap();
        Tried { what: "password", account: "usr_1".to_owned(), network, is_counted, is_known }
    }

    fn keys(limits: &[AttemptLimit]) -> Vec<&str> {
        limits.iter().map(|limit| limit.key.as_str()).collect()
    }

    #[test]
    fn an_account_s_lock_does_not_hold_where_its_owner_is_known() {
        let (reserved, beside) = tried(true, false).limits();
        assert_eq!(
            keys(&reserved),
            ["password\nusr_1\n192.0.2.7/32", "network\n192.0.2.7/32", "password\nusr_1"]
        );
        assert!(beside.is_empty());
        let (reserved, beside) = tried(true, true).limits();
        assert_eq!(keys(&reserved), ["password\nusr_1\n192.0.2.7/32", "network\n192.0.2.7/32"]);
        assert_eq!(keys(&beside), ["password\nusr_1"], "what fails there counts for others");
    }

    #[tokio::test]
    async fn a_busy_database_is_asked_again_a_few_times() {
        let mut left = 3;
        let answered = repeated(Duration::ZERO, || {
            left -= 1;
            let answer = if left > 0 { Err(RecordError::Busy) } else { Ok(7) };
            async move { answer }
        });
        assert_eq!(answered.await.unwrap(), 7);
        let mut asked = 0;
        let refused: Result<(), _> = repeated(Duration::ZERO, || {
            asked += 1;
            async { Err(RecordError::Busy) }
        })
        .await;
        assert!(matches!(refused, Err(RecordError::Busy)));
        assert_eq!(asked, 7, "not for ever");
    }

    #[test]
    fn a_network_that_many_share_is_not_counted() {
        let (reserved, _) = tried(false, true).limits();
        assert_eq!(keys(&reserved), ["password\nusr_1\n192.0.2.7/32"]);
    }
}
