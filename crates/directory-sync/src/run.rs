//! A pull, from its beginning to its end.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use casemate_directory::{AdminError, Administration};
use casemate_ldap::{Entry, Mapping, Mark, MarkKind, Removal, after};
use casemate_platform::clock;
use casemate_platform::outgoing::{LdapError, Outgoing};
use casemate_store::{Actor, CommitError, Lease, RecordError, Store, StoreError, SyncState};

use crate::changes::Changes;
use crate::reading::Reading;
use crate::report::Report;
use crate::source::{Source, mapping};
use crate::state::{State, state};

/// For how long a process that pulls is left alone, in microseconds: it renews its lease while it goes on.
const LEASE: i64 = 5 * 60 * SECOND;
/// How long a pull may take, where a directory answers drop by drop.
const LONGEST: Duration = Duration::from_secs(3_600);
const SECOND: i64 = 1_000_000;
/// How often all is read, in seconds, where the provider's document does not say.
const FULL_EVERY: u32 = 6 * 3_600;
/// How often it is asked what changed, in seconds, where the provider's document does not say.
const EVERY: u32 = 300;
/// How many of a hundred may vanish, where the provider's document does not say.
const PERCENT: u8 = 10;

/// Who pulls, as events tell it.
#[derive(Debug, Clone)]
pub struct By {
    /// Who they are.
    pub actor: Actor,
    /// The request's id; empty where there is none.
    pub request_id: String,
    /// The template of the route.
    pub route: Option<String>,
    /// The client's address.
    pub client: Option<String>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// When, in microseconds since 1970 (UTC).
    pub now: i64,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Order {
    /// Whether all is read, also where what changed would do.
    pub full: bool,
    /// Whether nothing is changed, and only told what would be. It reads all.
    pub dry_run: bool,
    /// How many users, and how many groups, may vanish by an administrator's word.
    pub allowed: Option<u64>,
    /// Who pulls.
    pub by: By,
}

/// Why a directory was not pulled to its end. What was written until then stays; nobody was deactivated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// Another process pulls it.
    #[error("another process pulls this directory just now")]
    Busy,
    /// Another process took over.
    #[error("another process took this directory over")]
    TakenOver,
    /// It takes too long.
    #[error("the directory was not pulled to its end within an hour")]
    TooLong,
    /// What it sends cannot be read.
    #[error("the directory sends what is no LDAP")]
    Malformed,
    /// The directory.
    #[error(transparent)]
    Directory(#[from] LdapError),
    /// The database cannot be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// The database cannot be written.
    #[error(transparent)]
    Write(RecordError),
    /// The database took a change not.
    #[error(transparent)]
    Commit(CommitError),
    /// Who administers cannot be found out.
    #[error("who administers cannot be found out: {0}")]
    Administrators(#[from] AdminError),
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

impl From<CommitError> for SyncError {
    fn from(error: CommitError) -> SyncError {
        match error {
            CommitError::Fenced { .. } => SyncError::TakenOver,
            error => SyncError::Commit(error),
        }
    }
}

/// A pull on its way.
pub(crate) struct Run<'a> {
    pub(crate) store: &'a Store,
    pub(crate) source: &'a Source,
    pub(crate) by: &'a By,
    pub(crate) mapping: Mapping,
    pub(crate) reading: Reading,
    pub(crate) changes: Changes<'a>,
    pub(crate) report: Report,
    mark: Option<Mark>,
    /// The ids of the users that the directory told of.
    pub(crate) seen_users: HashSet<Box<str>>,
    /// The ids of the groups that the directory told of.
    pub(crate) seen_groups: HashSet<Box<str>>,
    /// Users by what they are called in the directory.
    pub(crate) by_dn: HashMap<Box<str>, String>,
    /// The active users whom the directory told not to be active.
    pub(crate) inactive: Vec<String>,
    /// The users who are gone and are left as they are, since they are too many.
    pub(crate) withheld: HashSet<String>,
}

impl State {
    /// Whether a directory is to be asked again at `now`.
    #[must_use]
    pub fn is_due(&self, source: &casemate_identity::provider::LdapConfig, now: i64) -> bool {
        let every = i64::from(source.interval_seconds.unwrap_or(EVERY)) * SECOND;
        self.asked_at.is_none_or(|asked| now >= asked.saturating_add(every))
    }

    fn is_full_due(&self, source: &Source, now: i64) -> bool {
        let every = i64::from(source.config.full_interval_seconds.unwrap_or(FULL_EVERY)) * SECOND;
        // Whoever was kept is asked for again, which what changed alone would not do.
        let has_kept = self.report.as_ref().is_some_and(|report| report.full && report.kept > 0);
        has_kept
            || self.config != said(source)
            || self.full_at.is_none_or(|read| now >= read.saturating_add(every))
    }
}

/// What a provider's document says, to see whether it says something else. No secret stands in it.
fn said(source: &Source) -> String {
    format!("{:?}", source.config)
}

/// Pulls a directory: all of it, or what changed since the last time.
///
/// # Errors
/// Where another process does so, the directory does not answer as it should, or the database cannot be asked.
pub async fn sync(
    administration: &Administration,
    outgoing: &Outgoing,
    source: &Source,
    order: &Order,
) -> Result<Report, SyncError> {
    let (store, now) = (administration.store(), order.by.now);
    // One that changes nothing keeps no other waiting but those like it.
    let what = if order.dry_run { "ldap-dry-run" } else { "ldap" };
    let name = format!("{what}/{}", source.provider);
    let lease = store.acquire_lease(&name, &new_id("")?, now, now.saturating_add(LEASE)).await;
    let lease = lease.map_err(SyncError::Write)?.ok_or(SyncError::Busy)?;
    let mut next = state(store.reader(), &source.provider).await?;
    let pulling =
        tokio::time::timeout(LONGEST, pull(administration, outgoing, source, order, (lease.clone(), &next)));
    let pulled = match unless_it_panics(pulling).await {
        Some(ended) => ended.map_err(|_| SyncError::TooLong).and_then(|pulled| pulled),
        None => Err(SyncError::Malformed),
    };
    if order.dry_run {
        store.release_lease(lease).await.map_err(SyncError::Write)?;
        return pulled.map(|(report, _)| report);
    }
    next.asked_at = Some(now);
    next.error = pulled.as_ref().err().map(ToString::to_string);
    if let Ok((report, read)) = &pulled {
        next.succeeded_at = Some(now);
        next.config = said(source);
        next.generation = read.generation;
        next.server.clone_from(&read.server);
        next.mark.clone_from(&read.mark);
        if report.full {
            next.full_at = Some(now);
            next.full_report = Some(report.clone());
        }
        next.report = Some(report.clone());
    }
    let kept = SyncState {
        provider: source.provider.clone(),
        state: serde_json::to_string(&next).unwrap_or_default(),
        updated_at: now,
    };
    let is_held = store.keep_sync_state(&lease, kept).await.map_err(SyncError::Write)?;
    store.release_lease(lease).await.map_err(SyncError::Write)?;
    let (report, _) = pulled?;
    if is_held { Ok(report) } else { Err(SyncError::TakenOver) }
}

/// What a future comes to; nothing where it panics, as the library that reads LDAP does over what it cannot read.
async fn unless_it_panics<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let polled = |context: &mut Context<'_>| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .map_or(Poll::Ready(None), |polled| polled.map(Some))
    };
    poll_fn(polled).await
}

/// How far a directory was read.
struct Read {
    mark: Option<Mark>,
    server: Option<String>,
    generation: i64,
}

async fn pull(
    administration: &Administration,
    outgoing: &Outgoing,
    source: &Source,
    order: &Order,
    (lease, before): (Lease, &State),
) -> Result<(Report, Read), SyncError> {
    let store = administration.store();
    let mapping = mapping(&source.config);
    let generation = store.reader().position().await?.generation;
    let mut reading = Reading::begin(outgoing, source).await?;
    let (server, begun) = match mapping.mark {
        MarkKind::Number => reading.server().await?,
        MarkKind::Time => (None, Mark::at(clock::now())),
    };
    let is_other = before.server != server || before.generation != generation;
    let is_all = order.full || order.dry_run || is_other || before.is_full_due(source, order.by.now);
    let changed = |filter: &str| after(filter, before.mark.as_ref().filter(|_| !is_all)?, mapping.mark);
    let changed = changed(&mapping.user_filter).zip(changed(&mapping.group_filter));
    let (users, groups) = (mapping.user_filter.clone(), mapping.group_filter.clone());
    let is_full = changed.is_none();
    let (users, groups) = changed.unwrap_or((users, groups));
    let mut run = Run {
        store,
        source,
        by: &order.by,
        mapping,
        reading,
        changes: Changes::new(administration, &order.by, &source.config.tenant, (lease, order.dry_run)),
        report: Report { full: is_full, dry_run: order.dry_run, ..Report::default() },
        mark: before.mark.clone().filter(|_| !is_full),
        seen_users: HashSet::new(),
        seen_groups: HashSet::new(),
        by_dn: HashMap::new(),
        inactive: Vec::new(),
        withheld: HashSet::new(),
    };
    let percent = source.config.max_removed_percent.unwrap_or(PERCENT);
    let removal = Removal { percent, allowed: order.allowed };
    run.pull_users(&users).await?;
    // Before groups: who is left as they are stays in theirs.
    run.drop_users(removal).await?;
    run.pull_groups(&groups, removal).await?;
    if is_full {
        run.drop_groups(removal).await?;
    }
    // What was left undone is asked for again.
    let mark = match run.report.is_withheld() && !is_full {
        true => before.mark.clone(),
        false => Mark::read(run.mark, begun, run.mapping.mark),
    };
    Ok((run.report, Read { mark, server, generation }))
}

impl Run<'_> {
    /// Notes when an entry was changed.
    pub(crate) fn note_mark(&mut self, entry: &Entry) {
        if let Some(mark) = Mark::of(entry, self.mapping.mark) {
            self.mark = Some(match self.mark.take() {
                Some(before) => before.max(mark),
                None => mark,
            });
        }
    }

    /// Renews the lease where it ends before long.
    pub(crate) async fn renew(&mut self) -> Result<(), SyncError> {
        let lease = &self.changes.lease;
        let now = clock::now();
        if lease.until > now.saturating_add(LEASE / 2) {
            return Ok(());
        }
        let renewed =
            self.store.acquire_lease(&lease.name, &lease.holder, now, now.saturating_add(LEASE)).await;
        let renewed = renewed.map_err(SyncError::Write)?.filter(|renewed| renewed.token == lease.token);
        self.changes.lease = renewed.ok_or(SyncError::TakenOver)?;
        Ok(())
    }
}

/// 128 random bits.
pub(crate) fn new_id(prefix: &str) -> Result<String, SyncError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(SyncError::Randomness)?;
    Ok(format!("{prefix}{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pull_that_panics_is_over() {
        assert_eq!(unless_it_panics(async { 7 }).await, Some(7));
        let panics = async {
            tokio::task::yield_now().await;
            assert!(i64::from_str_radix("x", 16).is_ok(), "no number");
        };
        assert_eq!(unless_it_panics(panics).await, None);
    }
}
