//! Checkpoints of the log: what it signed of itself, and the sealed key that signs it.

use super::state::number;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::secret::{self, SealedSecret};
use crate::sql::{Database as _, values};

/// The kind of the sealed key that signs a log.
pub const LOG_KEY: &str = "audit-log";
/// The field of the sealed key.
pub const LOG_KEY_FIELD: &str = "signing_key";
/// Of older checkpoints, the last one of so many events is kept.
const SPARSE: u64 = 256;

impl StoreReader {
    /// The newest checkpoint, or the newest of at most so many events, as a signed note. Nothing where there is none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_checkpoint(&self, most: Option<u64>) -> Result<Option<String>, StoreError> {
        let text = "SELECT note FROM audit_checkpoint WHERE size <= $1 ORDER BY size DESC LIMIT 1";
        let mut reading = self.pool.read().await?;
        let row = reading.row(text, values![number(most.unwrap_or(u64::MAX))]).await?;
        Ok(row.map(|row| row.get("note")).transpose()?)
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
    /// Keeps the sealed key of a log that has none yet; whoever is second is not heard. Answers whether it is kept.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn keep_log_key(&self, sealed: SealedSecret, at: i64) -> Result<bool, RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "INSERT INTO sealed_secret (kind, id, field, root_key, sealed, updated_at) \
                                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id, field) DO NOTHING";
                    let SealedSecret { kind, id, field, root_key, sealed } = &sealed;
                    let values = values![kind, id, field, root_key, sealed.as_slice(), at];
                    Ok(link.execute(text, values).await? == 1)
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

    /// Deletes of the checkpoints from before a time (microseconds since 1970, UTC) all but the last of each block.
    ///
    /// # Errors
    /// Where they cannot be deleted.
    pub async fn thin_log_checkpoints(&self, before: i64) -> Result<(), RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    let text = "DELETE FROM audit_checkpoint WHERE at < $1 AND size NOT IN \
                                (SELECT MAX(size) FROM audit_checkpoint GROUP BY size / $2)";
                    link.execute(text, values![before, number(SPARSE)]).await?;
                    Ok(())
                })
            })
            .await
    }
}
