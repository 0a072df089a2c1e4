//! How far directories were pulled, for whichever process pulls them next.

use crate::bounds::is_keepable;
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Lease};
use crate::open::{Store, StoreReader};
use crate::sql::{Database as _, values};

/// How far a provider's directory was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The provider's name.
    pub provider: String,
    /// What whoever pulls keeps, as JSON.
    pub state: String,
    /// When it was written, in microseconds since 1970 (UTC).
    pub updated_at: i64,
}

impl StoreReader {
    /// How far a provider's directory was pulled.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sync_state(&self, provider: &str) -> Result<Option<SyncState>, StoreError> {
        if !is_keepable(provider) {
            return Ok(None);
        }
        let text = "SELECT provider, state, updated_at FROM directory_sync WHERE provider = $1";
        let Some(row) = self.pool.row(text, values![provider]).await? else { return Ok(None) };
        Ok(Some(SyncState {
            provider: row.get("provider")?,
            state: row.get("state")?,
            updated_at: row.get("updated_at")?,
        }))
    }
}

impl Store {
    /// Keeps how far a directory was pulled, as long as nobody took the lease over; says whether nobody did. It is no change
    /// and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn keep_sync_state(&self, lease: &Lease, state: SyncState) -> Result<bool, RecordError> {
        let fence = lease.fence();
        let keep = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let is_held = lease::is_held(link, &fence).await?;
                if is_held {
                    let text = "INSERT INTO directory_sync (provider, state, updated_at) VALUES ($1, $2, $3) \
                                ON CONFLICT (provider) DO UPDATE SET state = excluded.state, \
                                updated_at = excluded.updated_at";
                    link.execute(text, values![&state.provider, &state.state, state.updated_at]).await?;
                }
                link.commit().await?;
                Ok(is_held)
            })
        });
        keep.await
    }
}
