//! Opening the database, and what is done with it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::task::JoinHandle;

use crate::credential::{self, DevelopmentCredential};
use crate::decision::{self, DecisionEvent, DecisionFilter, Page};
use crate::error::{RecordError, StoreError};
use crate::folder::{DataFolder, create_private};
use crate::retention::Retention;
use crate::writer::{Desk, Writer, run};
use crate::{migration, retention};

const READERS: u32 = 4;
/// How long a writer waits for another process' writer; readers never wait in WAL mode.
const BUSY: Duration = Duration::from_secs(5);
const PRUNE_EVERY: Duration = Duration::from_secs(60);
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Reads the database, also while a server writes to it.
#[derive(Debug, Clone)]
pub struct StoreReader {
    pool: SqlitePool,
}

impl StoreReader {
    /// Opens a database that is there, without changing it.
    ///
    /// # Errors
    /// Where there is none, it cannot be opened, or a newer Casemate wrote it.
    pub async fn open(folder: &DataFolder) -> Result<StoreReader, StoreError> {
        let path = folder.database();
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let reader = StoreReader { pool: readers(&path).await? };
        migration::check_readable(&mut *reader.pool.acquire().await?).await?;
        Ok(reader)
    }

    /// One page of recorded decisions, newest first: at most `limit` (1 to [`crate::MAX_PAGE`]) of those before the
    /// event `before`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        decision::page(&self.pool, filter, before, limit).await
    }

    /// The development credentials that have not ended at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn development_credentials(&self, now: i64) -> Result<Vec<DevelopmentCredential>, StoreError> {
        credential::valid_at(&self.pool, now).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }
}

/// The database of a running server: many readers, one writer.
#[derive(Debug)]
pub struct Store {
    reader: StoreReader,
    writer: Writer,
    writable: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Store {
    /// Opens the database in `folder`, creates it (mode 0600) and migrates it where needed, and starts the writer. What
    /// is over a bound of `retention` is deleted before this returns, and from then on while decisions are recorded and
    /// about once a minute. `clock` says what time it is then: microseconds since 1970, UTC.
    ///
    /// # Errors
    /// Where it cannot be opened or migrated, or a newer Casemate wrote it.
    pub async fn open(
        folder: &DataFolder,
        retention: Retention,
        clock: fn() -> i64,
    ) -> Result<Store, StoreError> {
        let path = folder.database();
        create_private(&path).map_err(|source| StoreError::Create { path: path.clone(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("journal_size_limit", "67108864");
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .map_err(|source| StoreError::Open { path: path.clone(), source })?;
        migration::migrate(&mut connection).await?;
        while retention::prune(&mut connection, retention, clock()).await? {}
        let reader = StoreReader { pool: readers(&path).await? };
        let (writer, queue) = Writer::new();
        let writable = Arc::new(AtomicBool::new(true));
        let desk = Desk {
            options,
            retention,
            clock,
            prune_every: PRUNE_EVERY,
            retry_after: RETRY_AFTER,
            writable: Arc::clone(&writable),
        };
        let task = tokio::spawn(run(desk, connection, queue));
        Ok(Store { reader, writer, writable, task })
    }

    /// The reading side; cheap to clone.
    #[must_use]
    pub fn reader(&self) -> &StoreReader {
        &self.reader
    }

    /// Whether the last attempt to write to the database succeeded. After one that failed, the next is made within about a
    /// second, also when nothing is to be recorded.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    /// Records decisions. When this answers `Ok`, they are on disk; otherwise none of them is recorded and the caller
    /// must not act as if they were. Waiting requests are committed together.
    ///
    /// # Errors
    /// Where too many writes wait already, the write failed, or the store is closed.
    pub async fn record(&self, events: Vec<DecisionEvent>) -> Result<(), RecordError> {
        self.writer.record(events).await
    }

    /// Stores a development credential, and forgets those that have ended.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn save_development_credential(
        &self,
        credential: DevelopmentCredential,
    ) -> Result<(), RecordError> {
        self.writer.save_credential(credential).await
    }

    /// Commits what waits and closes the database.
    pub async fn close(self) {
        // Readers first: the last connection folds the write-ahead log into the database, which only the writer may.
        self.reader.pool.close().await;
        drop(self.writer);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the database's writer did not end well");
        }
    }
}

async fn readers(path: &Path) -> Result<SqlitePool, StoreError> {
    let options =
        SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY).foreign_keys(true);
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY)
        .connect_with(options)
        .await
        .map_err(|source| StoreError::Open { path: path.to_owned(), source })
}
