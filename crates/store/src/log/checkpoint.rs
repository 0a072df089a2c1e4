//! Checkpoints of the log: what it signed of itself, and the sealed key that signs it.

use std::time::{Duration, Instant};

use super::append::tell;
use super::state::number;
use crate::audit::AuditEvent;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::secret::{self, SealedSecret};
use crate::sql::{Database as _, Row, Value, values};

/// The kind of the sealed key that signs a log.
pub const LOG_KEY: &str = "audit-log";
/// The field of the sealed key.
pub const LOG_KEY_FIELD: &str = "signing_key";
/// Of older checkpoints, the last one of so many events is kept.
const SPARSE: u64 = 256;
/// How long an export waits for a checkpoint: longer than the log waits before it signs what came.
const SIGNED: Duration = Duration::from_secs(3);
/// What a note with two signatures or more is like: the log signs first, so the others are of witnesses.
const COSIGNED: &str = "%\n\n\u{2014} %\n\u{2014} %";

impl StoreReader {
    /// The newest checkpoint, or the newest of at most so many events, as a signed note. Nothing where there is none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_checkpoint(&self, most: Option<u64>) -> Result<Option<String>, StoreError> {
        Ok(self.log_checkpoint_row(most).await?.map(|(_, note)| note))
    }

    /// As [`StoreReader::log_checkpoint`], with the number of events under which it is kept: whoever can write to the database may have
    /// put another note there.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_checkpoint_row(&self, most: Option<u64>) -> Result<Option<(u64, String)>, StoreError> {
        let text = "SELECT size, note FROM audit_checkpoint WHERE size <= $1 ORDER BY size DESC LIMIT 1";
        self.checkpoint(text, values![number(most.unwrap_or(u64::MAX))]).await
    }

    /// The newest checkpoint with a cosignature, of at most so many events.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_cosigned_checkpoint(
        &self,
        most: Option<u64>,
    ) -> Result<Option<(u64, String)>, StoreError> {
        let text = "SELECT size, note FROM audit_checkpoint WHERE size <= $1 AND note LIKE $2 \
                    ORDER BY size DESC LIMIT 1";
        self.checkpoint(text, values![number(most.unwrap_or(u64::MAX)), COSIGNED]).await
    }

    /// How many events an export has that begins when there are so many: those of the first checkpoint that is of all of them, which is
    /// waited for a moment, so that somebody signed the last of them too. Where none comes, or nobody signs the log, the same number. A
    /// note of so many events counts where `is_signed` says so, and where there can be so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_signed_size(
        &self,
        size: u64,
        is_signed: impl Fn(u64, &str) -> bool,
    ) -> Result<u64, StoreError> {
        let text = "SELECT size, note FROM audit_checkpoint WHERE size >= $1 \
                    AND size <= (SELECT size FROM audit_log WHERE one = 1) ORDER BY size LIMIT 16";
        let begun = Instant::now();
        loop {
            for row in self.pool.rows(text, values![number(size)]).await? {
                let signed = u64::try_from(row.get::<i64>("size")?).unwrap_or_default();
                if is_signed(signed, &row.get::<String>("note")?) {
                    return Ok(signed);
                }
            }
            if begun.elapsed() >= SIGNED || self.log_checkpoint(None).await?.is_none() {
                return Ok(size);
            }
            tokio::time::sleep(SIGNED / 60).await;
        }
    }

    async fn checkpoint(
        &self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<Option<(u64, String)>, StoreError> {
        let row = self.pool.read().await?.row(text, values).await?;
        let checkpoint = |row: Row| {
            let size = u64::try_from(row.get::<i64>("size")?).unwrap_or_default();
            Ok::<_, sqlx::Error>((size, row.get("note")?))
        };
        Ok(row.map(checkpoint).transpose()?)
    }

    /// The sealed key that signs the log of this name, where it has one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_key(&self, origin: &str) -> Result<Option<SealedSecret>, StoreError> {
        Ok(secret::one(&mut self.pool.read().await?, (LOG_KEY, origin, LOG_KEY_FIELD)).await?)
    }
}

impl Store {
    /// Keeps the sealed key of a log that has none yet, with the event that tells of it; whoever is second is not heard. Answers whether
    /// it is kept.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn keep_log_key(
        &self,
        sealed: SealedSecret,
        at: i64,
        event: AuditEvent,
    ) -> Result<bool, RecordError> {
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    link.begin().await?;
                    let text = "INSERT INTO sealed_secret (kind, id, field, root_key, sealed, updated_at) \
                                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id, field) DO NOTHING";
                    let SealedSecret { kind, id, field, root_key, sealed } = &sealed;
                    let values = values![kind, id, field, root_key, sealed.as_slice(), at];
                    let is_kept = link.execute(text, values).await? == 1;
                    let events = if is_kept { std::slice::from_ref(&event) } else { &[] };
                    let size = tell(link, revision, events).await?;
                    link.commit().await?;
                    size.into_iter().for_each(|size| growth.tell(size));
                    Ok(is_kept)
                })
            })
            .await
    }

    /// Keeps a checkpoint of so many events, a signed note, unless another process was faster. Answers whether it is kept.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn keep_log_checkpoint(&self, size: u64, at: i64, note: String) -> Result<bool, RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "INSERT INTO audit_checkpoint (size, at, note) VALUES ($1, $2, $3) \
                                ON CONFLICT (size) DO NOTHING";
                    Ok(link.execute(text, values![number(size), at, &note]).await? == 1)
                })
            })
            .await
    }

    /// Puts a checkpoint in the place of the note that was kept of so many events: one with a cosignature, or one that is signed where that
    /// is not. Answers whether that was still there.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn replace_log_checkpoint(
        &self,
        size: u64,
        before: String,
        note: String,
    ) -> Result<bool, RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "UPDATE audit_checkpoint SET note = $3 WHERE size = $1 AND note = $2";
                    Ok(link.execute(text, values![number(size), &before, &note]).await? == 1)
                })
            })
            .await
    }

    /// Deletes of the checkpoints from before a time (microseconds since 1970, UTC) all but the last of each block, and those that a witness
    /// cosigned.
    ///
    /// # Errors
    /// Where they cannot be deleted.
    pub async fn thin_log_checkpoints(&self, before: i64) -> Result<(), RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "DELETE FROM audit_checkpoint WHERE at < $1 AND note NOT LIKE $3 AND size NOT IN \
                                (SELECT MAX(size) FROM audit_checkpoint GROUP BY size / $2)";
                    link.execute(text, values![before, number(SPARSE), COSIGNED]).await?;
                    Ok(())
                })
            })
            .await
    }
}
