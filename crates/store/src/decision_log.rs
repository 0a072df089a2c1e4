//! The log of questions as they were asked: an opt-in sample, sealed, kept for a time, and apart from the record of decisions.
//!
//! It is written in batches, each one sealed text. What is in it, the store does not know.

use crate::bounds::{MAX_ID, MAX_SEALED};
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::secret::SealedSecret;
use crate::sql::{Database, Link, Pool, Row, values};

/// The kind that the seal of a batch is bound to.
pub const DECISION_LOG: &str = "decision_log";
/// The field that the seal of a batch is bound to.
pub const DECISION_LOG_FIELD: &str = "entries";
/// The most batches that are read at once.
const MAX_BATCHES: u32 = 64;
/// The most batches that one round deletes.
const ROUND: i64 = 256;
/// About how many bytes an event of the record takes, which what is written of the log is weighed by.
const EVENT: usize = 512;

/// Questions that were asked about the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedBatch {
    /// The place in the log; rises with every batch and is never used twice. 0 before it is written.
    pub seq: i64,
    /// When the first was asked, in microseconds since 1970 (UTC).
    pub first_at: i64,
    /// When the last was asked.
    pub last_at: i64,
    /// How many there are.
    pub entries: u32,
    /// How many were to be logged before these, since the batch before, and were lost.
    pub lost: u32,
    /// The questions, sealed for the kind [`DECISION_LOG`].
    pub sealed: SealedSecret,
}

/// How much is kept of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRetention {
    /// The oldest age, in microseconds.
    pub max_age: i64,
    /// The most bytes that are sealed.
    pub max_bytes: u64,
}

impl LogRetention {
    /// Thirty days, 256 MiB.
    pub const DEFAULT: LogRetention =
        LogRetention { max_age: 30 * 24 * 3_600 * 1_000_000, max_bytes: 256 << 20 };
}

impl Store {
    /// Adds a batch to the log. Nothing is deleted for it: see [`Store::prune_decision_log`].
    ///
    /// # Errors
    /// Where too much waits to be written, the disk is nearly full, or it cannot be written; then nothing of it is, and
    /// the store counts as writable as before.
    pub async fn log_decisions(&self, batch: LoggedBatch) -> Result<(), RecordError> {
        if batch.sealed.sealed.len() > MAX_SEALED || batch.sealed.id.len() > MAX_ID {
            return Err(RecordError::Failed("the batch is longer than what is kept".to_owned()));
        }
        let weight = 1 + batch.sealed.sealed.len() / EVENT;
        self.writer.aside(weight, move |link| Box::pin(async move { insert(link, &batch).await })).await
    }

    /// Deletes what of the log is over a bound at `now` (microseconds since 1970, UTC), a bounded number of batches; answers
    /// whether more may be. How much there is, is read beside what is written.
    ///
    /// # Errors
    /// Where the database cannot be read or written, or too much waits to be written.
    pub async fn prune_decision_log(&self, retention: LogRetention, now: i64) -> Result<bool, RecordError> {
        let read = |error: StoreError| RecordError::Failed(error.to_string());
        let last = self.reader().last_over(retention, now).await.map_err(read)?;
        let Some(last) = last else { return Ok(false) };
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "DELETE FROM decision_log WHERE seq <= $1";
                    Ok(link.execute(text, values![last]).await? > 0)
                })
            })
            .await
    }
}

impl StoreReader {
    /// The batches of the log before the batch `before`, the newest first, at most `limit` (1 to 64).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn decision_log(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<LoggedBatch>, StoreError> {
        let text = "SELECT seq, id, first_at, last_at, entries, lost, root_key, sealed FROM decision_log \
                    WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
        let limit = i64::from(limit.clamp(1, MAX_BATCHES));
        let rows = self.pool.rows(text, values![before.unwrap_or(i64::MAX), limit]).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The last batch of those to delete next, where there are any: the oldest, as far as they are over a bound.
    async fn last_over(&self, retention: LogRetention, now: i64) -> Result<Option<i64>, StoreError> {
        let text = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM decision_log";
        let Some(row) = self.pool.row(text, values![]).await? else { return Ok(None) };
        let used: i64 = row.get("bytes")?;
        let mut over = used.saturating_sub(i64::try_from(retention.max_bytes).unwrap_or(i64::MAX));
        let oldest = now.saturating_sub(retention.max_age);
        let text = "SELECT seq, bytes, last_at FROM decision_log ORDER BY seq LIMIT $1";
        let mut last = None;
        for row in &self.pool.rows(text, values![ROUND]).await? {
            if over <= 0 && row.get::<i64>("last_at")? >= oldest {
                break;
            }
            over = over.saturating_sub(row.get("bytes")?);
            last = Some(row.get::<i64>("seq")?);
        }
        Ok(last)
    }
}

/// Up to `limit` batches that are not sealed with this root key, the oldest first.
pub(crate) async fn not_sealed_with(
    pool: &Pool,
    root_key: &str,
    limit: u32,
) -> Result<Vec<SealedSecret>, StoreError> {
    let text = "SELECT seq, id, first_at, last_at, entries, lost, root_key, sealed FROM decision_log \
                WHERE root_key <> $1 ORDER BY seq LIMIT $2";
    let rows = pool.rows(text, values![root_key, i64::from(limit)]).await?;
    Ok(rows.iter().map(|row| read(row).map(|batch| batch.sealed)).collect::<Result<_, _>>()?)
}

/// Puts a batch that is sealed anew in the place of the one that was read, where that is there still.
pub(crate) async fn replace(
    database: &mut impl Database,
    old: &SealedSecret,
    new: &SealedSecret,
) -> Result<(), sqlx::Error> {
    let text =
        "UPDATE decision_log SET root_key = $2, sealed = $3, bytes = $4 WHERE id = $1 AND root_key = $5";
    let bytes = i64::try_from(new.sealed.len()).unwrap_or(i64::MAX);
    let values = values![&old.id, &new.root_key, new.sealed.as_slice(), bytes, &old.root_key];
    database.execute(text, values).await?;
    Ok(())
}

async fn insert(link: &mut Link, batch: &LoggedBatch) -> Result<(), sqlx::Error> {
    let LoggedBatch { first_at, last_at, entries, lost, sealed, .. } = batch;
    let text = "INSERT INTO decision_log (id, first_at, last_at, entries, lost, bytes, root_key, sealed) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let bytes = i64::try_from(sealed.sealed.len()).unwrap_or(i64::MAX);
    let values = values![
        &sealed.id,
        *first_at,
        *last_at,
        i64::from(*entries),
        i64::from(*lost),
        bytes,
        &sealed.root_key,
        sealed.sealed.as_slice()
    ];
    link.execute(text, values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<LoggedBatch, sqlx::Error> {
    let count = |column| Ok::<u32, sqlx::Error>(u32::try_from(row.get::<i64>(column)?).unwrap_or(u32::MAX));
    Ok(LoggedBatch {
        seq: row.get("seq")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        entries: count("entries")?,
        lost: count("lost")?,
        sealed: SealedSecret {
            kind: DECISION_LOG.to_owned(),
            id: row.get("id")?,
            field: DECISION_LOG_FIELD.to_owned(),
            root_key: row.get("root_key")?,
            sealed: row.get("sealed")?,
        },
    })
}
