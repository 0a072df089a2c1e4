//! Opening the database, and what is done with it.

use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::audit::AuditEvent;
use crate::ballast::Ballast;
use crate::bounds::MAX_WAITING_BYTES;
use crate::credential::{self, DevelopmentCredential};
use crate::decision::DecisionEvent;
use crate::error::{RecordError, StoreError};
use crate::folder::{DataFolder, create_private};
use crate::log::sequencer::{self, Signal};
use crate::log::waiting::{self, Unsettled};
use crate::log::{self, Growth, OwnShelf, Recorded};
use crate::reserve::Reserve;
use crate::retention::Retention;
use crate::seal::Sealer;
use crate::segment::{self, Flush, RecordLag, Segment};
use crate::sql::{Link, Pool, PostgresLink};
use crate::writer::{Desk, Segments, Writer, run};
use crate::{migration, retention};

const READERS: u32 = 4;
/// How long a writer waits for another process' writer; readers never wait in WAL mode.
const BUSY: Duration = Duration::from_secs(5);

/// What a session of PostgreSQL is told, unless its URL tells otherwise: what was answered is on disk, and neither a
/// statement nor a lock nor a process that stands still holds up the others.
const SESSION: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("statement_timeout", "30s"),
    ("lock_timeout", "15s"),
    ("idle_in_transaction_session_timeout", "60s"),
];

const PRUNE_EVERY: Duration = Duration::from_secs(60);
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// What decisions leave free of the disk where the host does not say, in bytes.
const RESERVE: u64 = 64 << 20;

/// Which database it is.
#[derive(Debug, Clone, Copy)]
pub enum Database<'a> {
    /// SQLite, in a data folder.
    Embedded(&'a DataFolder),
    /// PostgreSQL, by a URL such as `postgres://casemate@db.example/casemate`, which may hold a password. A server on
    /// another machine must show a certificate of its host's name, unless the URL's `sslmode` says otherwise; `options`
    /// in the URL may set timeouts and the `search_path`.
    Postgres(&'a SecretString),
    /// The same, with at most so many connections for reading, beside the one that writes.
    PostgresPool(&'a SecretString, u32),
}

impl Database<'_> {
    /// The most connections for reading.
    fn readers(self) -> u32 {
        match self {
            Database::Embedded(_) | Database::Postgres(_) => READERS,
            Database::PostgresPool(_, readers) => readers,
        }
    }
}

/// After so many instructions of SQLite's machine (some ten microseconds) whoever writes leaves the core to whoever has
/// something else to do. Kernels that look only every few milliseconds who else is there make requests wait that long otherwise.
const TURN: i32 = 200;

/// How a connection is opened.
#[derive(Clone)]
pub(crate) enum Opening {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Opening {
    pub(crate) fn of(database: Database<'_>) -> Result<Opening, StoreError> {
        match database {
            Database::Embedded(folder) => Ok(Opening::Sqlite(
                SqliteConnectOptions::new()
                    .filename(folder.database())
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(BUSY)
                    .foreign_keys(true)
                    // What a statement needs besides the database is not left in files of another folder.
                    .pragma("temp_store", "MEMORY")
                    // What is deleted is gone from the file too. `FAST` would leave whole pages that become free as they are, which
                    // is most of a long text; this writes them once more: a quarter more of the journal where few events come at once.
                    .pragma("secure_delete", "ON")
                    .pragma("journal_size_limit", "67108864"),
            )),
            Database::Postgres(url) | Database::PostgresPool(url, _) => {
                Opening::postgres(url.expose_secret())
            }
        }
    }

    fn postgres(url: &str) -> Result<Opening, StoreError> {
        // What the driver says about a wrong URL could hold the password.
        let mut options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Url)?;
        let told = options.get_options().unwrap_or_default().to_owned();
        options = options.options(SESSION.into_iter().filter(|(name, _)| !told.contains(name)));
        if !is_local(&options)
            && !url.contains("sslmode=")
            && matches!(options.get_ssl_mode(), PgSslMode::Prefer)
        {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        if options.get_application_name().is_none() {
            options = options.application_name("casemate");
        }
        Ok(Opening::Postgres(options.disable_statement_logging()))
    }

    pub(crate) async fn connect(&self) -> Result<Link, sqlx::Error> {
        match self {
            Opening::Sqlite(options) => {
                let mut connection = SqliteConnection::connect_with(options).await?;
                connection.lock_handle().await?.set_progress_handler(TURN, || {
                    std::thread::yield_now();
                    true
                });
                Ok(Link::Sqlite(connection))
            }
            Opening::Postgres(options) => {
                PostgresLink::connect(options).await.map(|link| Link::Postgres(Box::new(link)))
            }
        }
    }

    async fn readers(&self, most: u32) -> Result<Pool, sqlx::Error> {
        match self {
            Opening::Sqlite(options) => {
                // Each keeps pages of its own, which the operating system holds as well: half of what is usual, in KiB.
                let options = options.clone().read_only(true).pragma("cache_size", "-1024");
                let pool = SqlitePoolOptions::new().max_connections(most.max(1)).acquire_timeout(BUSY);
                pool.connect_with(options).await.map(Pool::Sqlite)
            }
            Opening::Postgres(options) => {
                let pool = PgPoolOptions::new().max_connections(most.max(1)).acquire_timeout(BUSY);
                pool.connect_with(options.clone()).await.map(Pool::Postgres)
            }
        }
    }

    pub(crate) fn failed(&self, source: sqlx::Error) -> StoreError {
        match self {
            Opening::Sqlite(options) => StoreError::Open { path: options.get_filename().to_owned(), source },
            Opening::Postgres(options) => {
                StoreError::Connect { host: options.get_host().to_owned(), port: options.get_port(), source }
            }
        }
    }
}

/// Whether what is sent stays on this machine.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let loopback = host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    options.get_socket().is_some() || host.starts_with('/') || host == "localhost" || loopback
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Opening::Sqlite(_) => "Sqlite",
            Opening::Postgres(_) => "Postgres",
        })
    }
}

/// Reads the database, also while a server writes to it.
#[derive(Debug, Clone)]
pub struct StoreReader {
    pub(crate) pool: Pool,
    /// Where what was recorded is that is not in the log yet.
    unsettled: Unsettled,
    /// Where the texts of sealed months are.
    pub(crate) shelf: OwnShelf,
}

impl StoreReader {
    /// Opens the database of a data folder, which is there already, without changing it.
    ///
    /// # Errors
    /// As [`StoreReader::open_database`].
    pub async fn open(folder: &DataFolder) -> Result<StoreReader, StoreError> {
        StoreReader::open_database(Database::Embedded(folder)).await
    }

    /// Opens a database that is there, without changing it.
    ///
    /// # Errors
    /// Where there is none, it cannot be opened, or it is not of this Casemate's time.
    pub async fn open_database(database: Database<'_>) -> Result<StoreReader, StoreError> {
        if let Database::Embedded(folder) = database
            && !folder.database().exists()
        {
            return Err(StoreError::Missing { path: folder.database() });
        }
        let opening = match Opening::of(database)? {
            // A read-only connection cannot change the journal's mode.
            Opening::Sqlite(options) => {
                let path = options.get_filename().to_owned();
                Opening::Sqlite(
                    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).foreign_keys(true),
                )
            }
            postgres => postgres,
        };
        let pool = opening.readers(database.readers()).await.map_err(|error| opening.failed(error))?;
        migration::check_readable(&pool).await?;
        let unsettled = Unsettled::of(database, Arc::default(), None)?;
        Ok(StoreReader { pool, unsettled, shelf: OwnShelf::default() })
    }

    /// Waits until what was recorded before is in the log. Where a server ended without bringing it there, and none has begun
    /// since, this does.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        self.unsettled.settle(&self.pool).await
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
        self.pool.rows("SELECT 1", &[]).await?;
        Ok(())
    }
}

/// The database of a running server: many readers, one writer.
#[derive(Debug)]
pub struct Store {
    reader: StoreReader,
    pub(crate) writer: Writer,
    writable: Arc<AtomicBool>,
    reserve: Arc<Reserve>,
    /// The last revision that this process made or was told of.
    pub(crate) revision: watch::Sender<i64>,
    /// The bytes of changes that may wait.
    pub(crate) room: Arc<Semaphore>,
    /// Room on the disk that a change may take.
    pub(crate) ballast: OnceLock<Arc<Ballast>>,
    /// By whose keys personal data in events is hashed.
    pub(crate) sealer: OnceLock<Arc<Sealer>>,
    /// Tells of how the log grew.
    pub(crate) growth: Growth,
    /// What brings recorded events into the log, where no files hold them.
    signal: Option<Arc<Signal>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens the database in `folder`; see [`Store::open_database`].
    ///
    /// # Errors
    /// As [`Store::open_database`].
    pub async fn open(
        folder: &DataFolder,
        retention: Retention,
        clock: fn() -> i64,
    ) -> Result<Store, StoreError> {
        Store::open_database(Database::Embedded(folder), retention, clock).await
    }

    /// Opens a database, creates it where it is embedded (mode 0600) and migrates it where needed, and starts the
    /// writer. What is over a bound of `retention` is deleted before this returns, and from then on while decisions are
    /// recorded and about once a minute. `clock` says what time it is then: microseconds since 1970, UTC.
    ///
    /// # Errors
    /// Where it cannot be opened or migrated, or a newer Casemate wrote it.
    pub async fn open_database(
        database: Database<'_>,
        retention: Retention,
        clock: fn() -> i64,
    ) -> Result<Store, StoreError> {
        Store::open_flushing(database, retention, clock, segment::flush).await
    }

    /// As [`Store::open_database`], with another way to put segments on disk.
    pub(crate) async fn open_flushing(
        database: Database<'_>,
        retention: Retention,
        clock: fn() -> i64,
        flush: Flush,
    ) -> Result<Store, StoreError> {
        if let Database::Embedded(folder) = database {
            let path = folder.database();
            create_private(&path).map_err(|source| StoreError::Create { path, source })?;
        }
        let opening = Opening::of(database)?;
        let mut link = opening.connect().await.map_err(|error| opening.failed(error))?;
        migration::migrate(&mut link).await?;
        if let Database::Embedded(folder) = database {
            // Whatever another process has is in its hands.
            segment::catch_up(folder.path(), &mut link).await?;
        }
        crate::people::version::forget_deleted(&mut link).await?;
        log::check(&mut link).await?;
        waiting::bring(&mut link).await?;
        while retention::prune(&mut link, retention, clock()).await? {}
        let revision = crate::object::last_revision(&mut link).await?;
        let pool = opening.readers(database.readers()).await.map_err(|error| opening.failed(error))?;
        let (writer, queue) = Writer::new();
        let growth = Growth::new(log::size(&mut link).await?);
        let signal = matches!(opening, Opening::Postgres(_)).then(Arc::<Signal>::default);
        let unsettled = Unsettled::of(database, Arc::clone(&writer.segment), signal.clone())?;
        let reader = StoreReader { pool, unsettled, shelf: OwnShelf::default() };
        let writable = Arc::new(AtomicBool::new(true));
        let reserve = Arc::new(match database {
            Database::Embedded(folder) => Reserve::new(Some(folder.path()), RESERVE),
            Database::Postgres(_) | Database::PostgresPool(..) => Reserve::new(None, 0),
        });
        let (writes, writing) = watch::channel(());
        let mut tasks = Vec::new();
        if let Some(signal) = &signal {
            let (opening, signal) = (opening.clone(), Arc::clone(signal));
            tasks.push(tokio::spawn(sequencer::run(opening, signal, growth.clone(), writing)));
        }
        let desk = Desk {
            opening,
            growth: growth.clone(),
            signal: signal.clone(),
            _writes: writes,
            retention,
            clock,
            prune_every: PRUNE_EVERY,
            retry_after: RETRY_AFTER,
            writable: Arc::clone(&writable),
            reserve: Arc::clone(&reserve),
            segments: match database {
                Database::Embedded(folder) => {
                    Some(Segments::new(folder.path(), Arc::clone(&writer.segment), flush))
                }
                Database::Postgres(_) | Database::PostgresPool(..) => None,
            },
        };
        // What is recorded is brought into the log once nobody records any more.
        tasks.insert(0, tokio::spawn(run(desk, link, queue)));
        let revision = watch::Sender::new(revision);
        let room = Arc::new(Semaphore::new(MAX_WAITING_BYTES as usize));
        let (ballast, sealer) = (OnceLock::new(), OnceLock::new());
        Ok(Store {
            reader,
            writer,
            writable,
            reserve,
            revision,
            room,
            ballast,
            sealer,
            growth,
            signal,
            tasks,
        })
    }

    /// The reading side; cheap to clone.
    #[must_use]
    pub fn reader(&self) -> &StoreReader {
        &self.reader
    }

    /// Whether the last attempt to write to the database succeeded, and there is room for decisions. After one that
    /// failed, the next is made within about a second, also when nothing is to be recorded.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
            && !self.reserve.is_reached()
            && self.writer.segment.get().is_none_or(Segment::is_writable)
            && self.signal.as_ref().is_none_or(|signal| !signal.is_failing())
    }

    /// What this process recorded that is not in the log yet; nothing where it records in the log itself.
    #[must_use]
    pub fn record_lag(&self) -> Option<RecordLag> {
        if let Some(signal) = &self.signal {
            let is_append_failing = !self.writable.load(Ordering::Relaxed);
            return Some(RecordLag { is_append_failing, ..signal.lag() });
        }
        self.writer.segment.get().map(Segment::lag)
    }

    /// The room on the disk that decisions leave to changes.
    pub(crate) fn reserved(&self) -> &Arc<Reserve> {
        &self.reserve
    }

    /// Lets decisions leave so many bytes of an embedded database's disk to changes; 64 MiB where this is not called.
    /// While less is free, which is looked at about once a second, [`Store::record`] fails and changes still commit.
    pub fn reserve(&self, bytes: u64) {
        self.reserve.set(bytes);
    }

    /// Records decisions. When this answers `Ok`, they are on disk; otherwise none of them is recorded and the caller
    /// must not act as if they were. Waiting requests are committed together.
    ///
    /// # Errors
    /// Where too many writes wait already, the write failed, or the store is closed.
    pub async fn record(&self, events: Vec<DecisionEvent>) -> Result<(), RecordError> {
        self.writer.record(Recorded::decisions(&events)).await
    }

    /// As [`Store::record`], of events that are no decisions and tell of no change: reads, denials, sign-ins.
    ///
    /// # Errors
    /// As [`Store::record`], and where an event is longer than what is kept.
    pub async fn record_events(&self, mut events: Vec<AuditEvent>) -> Result<(), RecordError> {
        self.hide_personal(&mut events);
        let revision = *self.revision.borrow();
        self.writer.record(Recorded::events(&events, revision)?).await
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
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "what writes to the database did not end well");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str) -> PgConnectOptions {
        match Opening::postgres(url).unwrap() {
            Opening::Postgres(options) => options,
            Opening::Sqlite(_) => unreachable!("the URL is PostgreSQL's"),
        }
    }

    #[test]
    fn a_server_elsewhere_shows_a_certificate_unless_the_url_says_otherwise() {
        let mode = |url: &str| format!("{:?}", options(url).get_ssl_mode());
        assert_eq!(mode("postgres://casemate@db.example/casemate"), "VerifyFull");
        assert_eq!(mode("postgres://casemate@10.0.0.1/casemate"), "VerifyFull");
        assert_eq!(mode("postgres://casemate@db.example/casemate?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://casemate@db.example/casemate?sslmode=prefer"), "Prefer");
        for local in ["localhost", "127.0.0.1", "[::1]", "localhost/casemate?host=/run/postgresql"] {
            assert_eq!(mode(&format!("postgres://casemate@{local}")), "Prefer", "{local}");
        }
    }

    #[test]
    fn a_session_has_bounds_that_the_url_may_change() {
        let told = options("postgres://c@localhost/c?options=-c%20statement_timeout%3D5s");
        let told = told.get_options().unwrap().to_owned();
        assert!(told.contains("statement_timeout=5s") && !told.contains("statement_timeout=30s"), "{told}");
        assert!(told.contains("synchronous_commit=on") && told.contains("lock_timeout=15s"), "{told}");
    }

    #[test]
    fn a_password_is_neither_in_errors_nor_in_debug_output() {
        let opening = Opening::postgres("postgres://casemate:hunter2@localhost/casemate").unwrap();
        let failed = opening.failed(sqlx::Error::WorkerCrashed);
        let wrong = Opening::postgres("postgres://casemate:hunter2@localhost:port/x").unwrap_err();
        let said = format!("{opening:?} {failed} {failed:?} {wrong} {wrong:?}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
