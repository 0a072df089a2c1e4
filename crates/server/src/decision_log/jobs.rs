//! Writing what was asked: in batches, each sealed as one.

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::Directory;
use casemate_platform::clock;
use casemate_store::{DECISION_LOG, DECISION_LOG_FIELD, LogRetention, LoggedBatch, Sealer, Store};
use secrecy::SecretString;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

use super::entry::{Entry, Refused};
use super::service::{DecisionLog, Waiting};

/// After this a batch waits for no more.
const GATHERING: Duration = Duration::from_secs(1);
/// The longest text of a batch, in bytes; sealed, it is a little longer.
const MAX_TEXT: usize = 60 << 10;
/// The longest line of one question.
const MAX_LINE: usize = 40 << 10;
/// How often the bounds of the log are looked at, also when nothing is logged.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// After how many sealed bytes they are looked at earlier.
const PRUNE_AFTER: usize = 4 << 20;

/// Writes what is to be logged, and deletes what is over the bounds that the settings say. Without something that seals,
/// nothing is written. Never ends by itself.
pub async fn write_decision_log(log: DecisionLog, store: Arc<Store>, directory: Arc<Directory>) {
    let Some(mut waiting) = log.take_waiting() else { return };
    let mut prune = Instant::now();
    let mut written = 0;
    let mut left = None;
    loop {
        if Instant::now() >= prune || written >= PRUNE_AFTER {
            let more = store.prune_decision_log(bounds(&directory), clock::now()).await;
            if let Err(error) = &more {
                tracing::warn!(%error, "the bounds of the log of questions cannot be looked at");
            }
            let now = Instant::now();
            log.compared().forget_old(Instant::now());
            (prune, written) = if more.unwrap_or(false) { (now, written) } else { (now + PRUNE_EVERY, 0) };
        }
        let mut batch = Batch::default();
        gather(&mut waiting, &mut left, &mut batch, prune, &log).await;
        if batch.entries == 0 {
            continue;
        }
        let entries = batch.entries;
        let lost = log.take_lost();
        let refused = log.take_refused();
        if let Some(line) = (Refused { refused }).line() {
            batch.text.push_str(&line);
        }
        match write(batch, lost, &store, directory.sealer()).await {
            Ok(bytes) => written += bytes,
            Err(error) => {
                tracing::warn!(%error, entries, "questions are not logged");
                log.lose(entries.saturating_add(lost));
            }
        }
    }
}

fn bounds(directory: &Directory) -> LogRetention {
    let (max_age, max_bytes) = directory.current().logged_bounds();
    LogRetention {
        max_age: max_age.unwrap_or(LogRetention::DEFAULT.max_age),
        max_bytes: max_bytes.unwrap_or(LogRetention::DEFAULT.max_bytes),
    }
}

/// Questions that are written together.
#[derive(Default)]
struct Batch {
    text: String,
    entries: u32,
    first_at: i64,
    last_at: i64,
}

impl Batch {
    /// Adds a question; gives back the line that finds no room.
    fn add(&mut self, at: i64, line: String) -> Option<(i64, String)> {
        if self.text.len() + line.len() + 1 > MAX_TEXT {
            return Some((at, line));
        }
        if self.entries == 0 {
            (self.first_at, self.last_at) = (at, at);
        }
        (self.first_at, self.last_at) = (self.first_at.min(at), self.last_at.max(at));
        self.text.push_str(&line);
        self.text.push('\n');
        self.entries += 1;
        None
    }
}

/// Fills a batch with what comes, until it is full, has waited long enough, or nothing came until `idle`.
async fn gather(
    waiting: &mut Receiver<Waiting>,
    left: &mut Option<(i64, String)>,
    batch: &mut Batch,
    idle: Instant,
    log: &DecisionLog,
) {
    let mut until = idle;
    if let Some((at, line)) = left.take() {
        batch.add(at, line);
        until = Instant::now() + GATHERING;
    }
    // The log is held by whoever writes it: the other end is never gone.
    while let Ok(Some(next)) = tokio::time::timeout_at(until, waiting.recv()).await {
        if batch.entries == 0 {
            until = Instant::now() + GATHERING;
        }
        let at = next.at;
        match Entry::from(next).line(MAX_LINE) {
            None => log.lose(1),
            Some(line) => {
                *left = batch.add(at, line);
                if left.is_some() {
                    return;
                }
            }
        }
    }
}

/// Why a batch is not written.
#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error("there is no root key to seal them with")]
    NoSealer,
    #[error("the system gives no randomness")]
    NoRandomness,
    #[error(transparent)]
    Seal(#[from] casemate_store::SealError),
    #[error(transparent)]
    Record(#[from] casemate_store::RecordError),
}

/// Gives how many bytes are written.
async fn write(
    batch: Batch,
    lost: u32,
    store: &Store,
    sealer: Option<&Arc<Sealer>>,
) -> Result<usize, NotWritten> {
    let sealer = sealer.ok_or(NotWritten::NoSealer)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| NotWritten::NoRandomness)?;
    let id = format!("log_{:032x}", u128::from_be_bytes(id));
    let Batch { text, entries, first_at, last_at } = batch;
    let sealed = sealer.seal(DECISION_LOG, &id, DECISION_LOG_FIELD, &SecretString::from(text))?;
    let batch = LoggedBatch { seq: 0, first_at, last_at, entries, lost, sealed };
    let bytes = batch.sealed.sealed.len();
    store.log_decisions(batch).await?;
    Ok(bytes)
}
