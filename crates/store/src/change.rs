//! What a store offers for configuration: reading objects, versions, keys and events, and changing them.

use tokio::sync::watch;

use crate::api_key::{self, StoredApiKey};
use crate::audit::{self, AuditFilter, StoredAuditEvent};
use crate::commit::{Commit, CommitError, MAX_OPERATIONS, Refused, apply};
use crate::decision::MAX_PAGE;
use crate::error::{RecordError, StoreError};
use crate::idempotency::{self, Remembered};
use crate::lease::{self, Lease};
use crate::object::{self, Objects};
use crate::open::{Store, StoreReader};
use crate::secret::{self, SealedSecret};
use crate::sql::{Dialect, Link};
use crate::version::{self, Edit, Version};

/// How often a change is tried that another process' change was in the way of.
const ATTEMPTS: u32 = 5;

impl StoreReader {
    /// The revision of the last change, whichever process made it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        let row = self.pool.row("SELECT last FROM revision", &[]).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?.get("last")?)
    }

    /// All objects, and the revision at which that is so.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn objects(&self) -> Result<Objects, StoreError> {
        object::all(&self.pool).await
    }

    /// The changes of configuration before the revision `before`, the newest first, at most `limit` (1 to [`MAX_PAGE`]).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn versions(&self, before: Option<i64>, limit: u32) -> Result<Vec<Version>, StoreError> {
        version::page(&self.pool, before, limit.clamp(1, MAX_PAGE)).await
    }

    /// One change of configuration and what it made of each object; nothing where the revision changed none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn version(&self, revision: i64) -> Result<Option<(Version, Vec<Edit>)>, StoreError> {
        version::one(&self.pool, revision).await
    }

    /// What would have to be made of each object to come from the revision `from` to the revision `to`, in either
    /// direction; and the revision of the last change.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn edits_between(&self, from: i64, to: i64) -> Result<(i64, Vec<Edit>), StoreError> {
        version::between(&self.pool, from, to).await
    }

    /// The API keys that were changed after a revision, revoked ones too: all of them after 0.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_keys_changed_after(&self, revision: i64) -> Result<Vec<StoredApiKey>, StoreError> {
        api_key::changed_after(&self.pool, revision).await
    }

    /// One page of API keys by id, those after the id `after`, of one account or of all.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_keys(
        &self,
        account: Option<&str>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<StoredApiKey>, StoreError> {
        api_key::page(&self.pool, account, after, limit.clamp(1, MAX_PAGE)).await
    }

    /// One API key.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_key(&self, id: &str) -> Result<Option<StoredApiKey>, StoreError> {
        api_key::one(&self.pool, id).await
    }

    /// One page of audit events, newest first: those before the event `before`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn audit_events(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredAuditEvent>, StoreError> {
        audit::page(&self.pool, filter, before, limit.clamp(1, MAX_PAGE)).await
    }

    /// All sealed secrets.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn secrets(&self) -> Result<Vec<SealedSecret>, StoreError> {
        secret::all(&self.pool).await
    }

    /// Up to `limit` secrets that are sealed with another root key than this one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn secrets_not_sealed_with(
        &self,
        root_key: &str,
        limit: u32,
    ) -> Result<Vec<SealedSecret>, StoreError> {
        secret::not_sealed_with(&self.pool, root_key, limit).await
    }

    /// The answer that is remembered at `now` for a caller's idempotency key.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn remembered(
        &self,
        caller: &str,
        key: &str,
        now: i64,
    ) -> Result<Option<Remembered>, StoreError> {
        idempotency::find(&self.pool, caller, key, now).await
    }
}

impl Store {
    /// Makes a change with its events and gives its revision. When this answers `Ok`, all of it is on disk; otherwise
    /// nothing of it was done.
    ///
    /// # Errors
    /// What stands in the way: see [`CommitError`].
    pub async fn commit(&self, commit: Commit) -> Result<i64, CommitError> {
        if commit.operations.len() > MAX_OPERATIONS {
            return Err(CommitError::TooLarge { operations: commit.operations.len() });
        }
        let outcome = self.writer.alone(move |link| Box::pin(make(link, commit))).await;
        let revision = outcome.map_err(CommitError::from)??;
        self.revision.send_if_modified(|last| {
            let newer = revision > *last;
            *last = revision.max(*last);
            newer
        });
        Ok(revision)
    }

    /// Tells of changes that this process makes, by their revision. Those of other processes are found by asking
    /// [`StoreReader::revision`] every now and then.
    #[must_use]
    pub fn revisions(&self) -> watch::Receiver<i64> {
        self.revision.subscribe()
    }

    /// Takes or renews a lease until `until`; gives nothing where another holder has it at `now`.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: i64,
        until: i64,
    ) -> Result<Option<Lease>, RecordError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.writer
            .alone(move |link| {
                Box::pin(async move { lease::acquire(link, &name, &holder, now, until).await })
            })
            .await
    }

    /// Gives a lease back before it ends.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn release_lease(&self, lease: Lease) -> Result<(), RecordError> {
        self.writer.alone(move |link| Box::pin(async move { lease::release(link, &lease).await })).await
    }

    /// Notes when API keys were used last: their ids, and microseconds since 1970 (UTC). It is no change and has no
    /// revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn note_used_keys(&self, used: Vec<(String, i64)>) -> Result<(), RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    link.begin().await?;
                    api_key::touch(link, &used).await?;
                    link.commit().await
                })
            })
            .await
    }

    /// Puts secrets that were sealed anew in the place of the old ones; what was changed meanwhile stays as it is. It is
    /// no change of what is in them and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn replace_secrets(
        &self,
        pairs: Vec<(SealedSecret, SealedSecret)>,
        at: i64,
    ) -> Result<(), RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    link.begin().await?;
                    for (old, new) in &pairs {
                        secret::replace(link, old, new, at).await?;
                    }
                    link.commit().await
                })
            })
            .await
    }
}

/// A change in its transaction. What the change itself forbids ends the transaction and leaves the connection.
async fn make(link: &mut Link, commit: Commit) -> Result<Result<i64, CommitError>, sqlx::Error> {
    for attempt in 1.. {
        link.begin().await?;
        let outcome = match apply(link, &commit).await {
            Ok(revision) => link.commit().await.map(|()| revision).map_err(Refused::Database),
            Err(refused) => Err(refused),
        };
        match outcome {
            Ok(revision) => return Ok(Ok(revision)),
            Err(Refused::Change(error)) => {
                link.rollback().await?;
                return Ok(Err(error));
            }
            Err(Refused::Database(error)) if attempt < ATTEMPTS && is_passing(link, &error) => {
                link.rollback().await?;
            }
            Err(Refused::Database(error)) => return Err(error),
        }
    }
    Err(sqlx::Error::WorkerCrashed)
}

/// Whether PostgreSQL asks to try again: a serialization failure or a deadlock (its documentation, appendix A).
fn is_passing(link: &Link, error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    link.dialect() == Dialect::Postgres && matches!(code.as_deref(), Some("40001" | "40P01"))
}

impl From<RecordError> for CommitError {
    fn from(error: RecordError) -> CommitError {
        match error {
            RecordError::Busy => CommitError::Busy,
            RecordError::Failed(reason) => CommitError::Failed(reason),
            RecordError::Closed => CommitError::Closed,
        }
    }
}
