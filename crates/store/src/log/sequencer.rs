//! With PostgreSQL: what brings recorded events from their rows into the log, beside the writer. Every process has one; the lock of
//! the log's row sets them one behind the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::inbox;
use super::{Growth, Recorded, Turning, import, state};
use crate::error::StoreError;
use crate::open::Opening;
use crate::segment::RecordLag;
use crate::sql::{Link, Pool};

/// After this events come into the log even if they are few, unless somebody reads earlier.
const PATIENCE: Duration = Duration::from_millis(200);
/// So many events come at once.
const ENOUGH: u64 = 1_024;
/// How often it is looked for what other processes recorded, and for how the log grew by them.
const LOOK: Duration = Duration::from_millis(500);
/// How long after a failure the next attempt is made.
const RETRY: Duration = Duration::from_secs(1);
/// How long a reader waits for what was acknowledged before it asked.
const READER_PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks meanwhile.
const READER_LOOK: Duration = Duration::from_millis(5);
/// After this, a reader brings it into the log itself, where no server does.
const ALONE_AFTER: Duration = Duration::from_millis(600);

/// What those know of each other who record, who bring it into the log, and who read.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    /// How many events this process recorded that are not known to be in the log.
    behind: AtomicU64,
    /// The bytes of their texts.
    bytes: AtomicU64,
    /// How often recording waited since they were as many as may be.
    held_up: AtomicU64,
    is_asked: AtomicBool,
    is_failing: AtomicBool,
    wake: Notify,
}

impl Signal {
    /// These events were acknowledged.
    pub(crate) fn recorded(&self, recorded: &[&Recorded]) {
        let events = recorded.iter().map(|recorded| u64::from(recorded.events)).sum();
        let bytes = recorded.iter().map(|recorded| recorded.bytes.len() as u64).sum();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let before = self.behind.fetch_add(events, Ordering::Relaxed);
        if before == 0 || (before < ENOUGH && before + events >= ENOUGH) {
            self.wake.notify_one();
        }
    }

    /// So many events came into the log, whoever recorded them.
    pub(crate) fn came(&self, events: u64, bytes: u64) {
        for (behind, came) in [(&self.behind, events), (&self.bytes, bytes)] {
            let less = |behind: u64| Some(behind.saturating_sub(came));
            // It never refuses.
            let _ = behind.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }

    /// Recording waits until something came into the log.
    pub(crate) fn held_up(&self) {
        self.held_up.fetch_add(1, Ordering::Relaxed);
    }

    /// What this process recorded that is not known to be in the log; whether it can record says whoever records.
    pub(crate) fn lag(&self) -> RecordLag {
        RecordLag {
            events: self.behind(),
            bytes: self.bytes.load(Ordering::Relaxed),
            held_up: self.held_up.load(Ordering::Relaxed),
            is_indexing_failing: self.is_failing(),
            ..RecordLag::default()
        }
    }

    /// How many events this process recorded that are not known to be in the log.
    pub(crate) fn behind(&self) -> u64 {
        self.behind.load(Ordering::Relaxed)
    }

    /// Whether the last attempt to bring them there failed.
    pub(crate) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    fn ask(&self) {
        self.is_asked.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }

    /// Waits until something is to be done: at the latest when it is time to look what others did.
    async fn due(&self) {
        let look_at = Instant::now() + LOOK;
        let mut since = None;
        loop {
            if self.is_asked.swap(false, Ordering::Relaxed) || self.behind() >= ENOUGH {
                return;
            }
            if self.behind() > 0 {
                since.get_or_insert_with(Instant::now);
            }
            let until = since.map_or(look_at, |since| (since + PATIENCE).min(look_at));
            if tokio::time::timeout_at(until, self.wake.notified()).await.is_err() {
                return;
            }
        }
    }
}

/// Brings what is recorded into the log until the writer is gone, and then what is left.
pub(crate) async fn run(
    opening: Opening,
    signal: Arc<Signal>,
    growth: Growth,
    mut writer: watch::Receiver<()>,
) {
    let (mut link, mut turning) = (None, Turning::default());
    let mut is_ending = false;
    while !is_ending {
        tokio::select! {
            () = signal.due() => {}
            // It is never told anything: that it is gone is all.
            gone = writer.changed() => is_ending = gone.is_err(),
        }
        let outcome = bring(&opening, &mut link, &signal, &growth, &mut turning).await;
        signal.is_failing.store(outcome.is_err(), Ordering::Relaxed);
        if let Err(error) = outcome {
            tracing::error!(%error, "recorded events do not come into the log");
            close_hard(link.take()).await;
            if !is_ending {
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => {}
                    _ = writer.changed() => is_ending = true,
                }
            }
        }
    }
    if let Some(link) = link
        && let Err(error) = link.close().await
    {
        tracing::warn!(%error, "a connection to the database did not close well");
    }
}

async fn close_hard(link: Option<Link>) {
    if let Some(link) = link
        && let Err(error) = link.close_hard().await
    {
        tracing::warn!(%error, "the connection that failed did not close well");
    }
}

async fn bring(
    opening: &Opening,
    slot: &mut Option<Link>,
    signal: &Signal,
    growth: &Growth,
    turning: &mut Turning,
) -> Result<(), sqlx::Error> {
    if slot.is_none() {
        *slot = Some(opening.connect().await?);
    }
    let Some(link) = slot else { return Ok(()) };
    loop {
        // What is acknowledged before this is seen, and counts no longer; what comes meanwhile is counted anew.
        let before = signal.lag();
        let taken = inbox::take(link).await?;
        growth.tell(taken.size);
        let (events, bytes) = match taken.is_more {
            true => (taken.events, taken.bytes),
            false => (before.events, before.bytes),
        };
        signal.came(events, bytes);
        if !taken.is_more {
            break;
        }
    }
    while import::step(link).await? {}
    growth.tell(state::read(link).await?.edge.size());
    if turning.step(link, growth.size()).await? {
        // What was recorded meanwhile comes first.
        signal.ask();
    }
    Ok(())
}

/// Where a reader finds what is not in the log yet.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) opening: Opening,
    /// What brings it there in this process, where it has one.
    pub(crate) signal: Option<Arc<Signal>>,
}

impl Waiting {
    /// Waits until what was acknowledged before is in the log. Where no process brings it there, this one does.
    pub(crate) async fn settle(&self, pool: &Pool) -> Result<(), StoreError> {
        let Some(last) = inbox::last(&mut pool.read().await?).await? else { return Ok(()) };
        let begun = Instant::now();
        while inbox::waits(&mut pool.read().await?, last).await? {
            if begun.elapsed() > READER_PATIENCE {
                return Err(StoreError::Behind);
            }
            match &self.signal {
                Some(signal) => signal.ask(),
                None if begun.elapsed() > ALONE_AFTER => return self.bring(last).await,
                None => {}
            }
            tokio::time::sleep(READER_LOOK).await;
        }
        Ok(())
    }

    async fn bring(&self, last: i64) -> Result<(), StoreError> {
        let mut link = self.opening.connect().await?;
        let mut outcome = Ok(true);
        while matches!(outcome, Ok(true)) {
            outcome = match inbox::take(&mut link).await {
                Ok(_) => inbox::waits(&mut link, last).await,
                Err(error) => Err(error),
            };
        }
        let closed = link.close().await;
        outcome?;
        Ok(closed?)
    }
}
