//! The same statements for SQLite and PostgreSQL: one text, values bound by position, rows read by name.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{
    AssertSqlSafe, Connection, Decode, Executor as _, PgConnection, PgPool, Postgres, Row as _, Sqlite,
    SqliteConnection, SqlitePool, Type,
};

mod journal;
mod unnamed;

use crate::listen::NOTIFY;

/// How long PostgreSQL may take to let us in.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// How long PostgreSQL may take over one statement. It gives up by itself earlier; after this the connection counts as
/// lost, which nothing else would notice for a quarter of an hour where a network swallows what is sent.
const ANSWER: Duration = Duration::from_secs(60);

/// For so long after an answer of PostgreSQL its connection counts as one that is still there.
const FRESH: Duration = Duration::from_millis(50);

/// The same for what may rightly take long: migrations, and restoring a backup.
const LONG_ANSWER: Duration = Duration::from_secs(6 * 3_600);

/// A value for one `$n` of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(Option<&'a str>),
    Integer(Option<i64>),
    Bytes(Option<&'a [u8]>),
}

/// One connection, of which the holder is the only user.
pub(crate) enum Link {
    Sqlite(SqliteConnection),
    Postgres(Box<PostgresLink>),
}

/// A connection to PostgreSQL, and what opening it again needs.
pub(crate) struct PostgresLink {
    connection: PgConnection,
    options: PgConnectOptions,
    patience: Duration,
    /// Whether the database can tell others of changes, as far as is known.
    wakes: bool,
    /// When the server answered last.
    answered: Instant,
}

/// Connections for reading.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction that only reads: what it sees does not change while it lasts.
pub(crate) enum Reading {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Something that statements can be sent to.
pub(crate) trait Database {
    /// Executes a statement and gives how many rows it changed.
    async fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error>;
    /// All rows that a statement answers.
    async fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error>;

    /// The one row that a statement answers, if there is one.
    async fn row(&mut self, text: &str, values: &[Value<'_>]) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(text, values).await?.pop())
    }
}

/// The text that SQLite is sent: one in which it has no names to go through, where that matters.
fn told_sqlite<'t>(text: &'t str, values: &[Value<'_>]) -> Cow<'t, str> {
    if values.len() < unnamed::WORTH {
        return Cow::Borrowed(text);
    }
    unnamed::unnamed(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

macro_rules! bound {
    ($text:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($text));
        for value in $values {
            query = match *value {
                Value::Text(value) => query.bind(value),
                Value::Integer(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

/// What PostgreSQL answers in time.
pub(crate) async fn in_time<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let late = format!("PostgreSQL did not answer within {} s", limit.as_secs());
        Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, late)))
    })
}

async fn execute_sqlite(
    connection: &mut SqliteConnection,
    text: &str,
    values: &[Value<'_>],
) -> Result<u64, sqlx::Error> {
    let text = told_sqlite(text, values);
    Ok(bound!(text.as_ref(), values).execute(connection).await?.rows_affected())
}

async fn execute_postgres(
    connection: &mut PgConnection,
    text: &str,
    values: &[Value<'_>],
) -> Result<u64, sqlx::Error> {
    Ok(bound!(text, values).execute(connection).await?.rows_affected())
}

async fn rows_sqlite(
    connection: &mut SqliteConnection,
    text: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, sqlx::Error> {
    let text = told_sqlite(text, values);
    let rows = bound!(text.as_ref(), values).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

async fn rows_postgres(
    connection: &mut PgConnection,
    text: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = bound!(text, values).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

impl Database for Link {
    async fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Link::Sqlite(connection) => execute_sqlite(connection, text, values).await,
            Link::Postgres(link) => link.execute(text, values).await,
        }
    }

    async fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Link::Sqlite(connection) => rows_sqlite(connection, text, values).await,
            Link::Postgres(link) => {
                in_time(link.patience, rows_postgres(&mut link.connection, text, values)).await
            }
        }
    }
}

impl Database for Reading {
    async fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Reading::Sqlite(transaction) => execute_sqlite(transaction, text, values).await,
            Reading::Postgres(transaction) => {
                in_time(ANSWER, execute_postgres(transaction, text, values)).await
            }
        }
    }

    async fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Reading::Sqlite(transaction) => rows_sqlite(transaction, text, values).await,
            Reading::Postgres(transaction) => in_time(ANSWER, rows_postgres(transaction, text, values)).await,
        }
    }
}

impl PostgresLink {
    pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PostgresLink, sqlx::Error> {
        let connection = in_time(CONNECT, PgConnection::connect_with(options)).await?;
        let (options, answered) = (options.clone(), Instant::now());
        Ok(PostgresLink { connection, options, patience: ANSWER, wakes: true, answered })
    }

    async fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        let outcome = in_time(self.patience, execute_postgres(&mut self.connection, text, values)).await;
        self.answered = Instant::now();
        outcome
    }

    async fn send(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        in_time(self.patience, self.connection.execute(text)).await.map(drop)
    }

    /// Begins a transaction. Where the server ended the connection since it was used last (it was restarted, or a
    /// proxy between lost patience), another is opened: nothing was sent on it yet that could be lost.
    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        // Changes are made one after the other under a lock; whatever the server's default is, they need no more.
        const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
        match self.send(BEGIN).await {
            Err(error) if is_lost(&error) => {
                tracing::warn!(%error, "the connection to PostgreSQL was lost; opening another");
                self.connection = in_time(CONNECT, PgConnection::connect_with(&self.options)).await?;
                self.send(BEGIN).await
            }
            outcome => outcome,
        }
    }
}

/// Whether the connection is gone: nothing that is sent on it is carried out any more (PostgreSQL, appendix A, classes
/// 08 and 57P, and the session that was ended because it idled in a transaction).
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "25P03"),
        _ => false,
    }
}

/// Whether PostgreSQL asks to try again: a serialization failure or a deadlock (its documentation, appendix A).
pub(crate) fn is_passing(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// Whether the database knows no such statement: one that speaks PostgreSQL's language, but not all of it.
pub(crate) fn is_unsupported(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("0A000" | "42601"))
}

/// Whether another process holds SQLite's lock (result code 5, and its extended forms).
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("5" | "261" | "517" | "773"))
}

/// Whether SQLite found no room (result codes 13; 778, 1034 and 4874 where writing, syncing or the shared memory failed).
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("13" | "778" | "1034" | "4874"))
}

impl Link {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once: one that had to upgrade later would
    /// fail where another writes.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.execute("BEGIN IMMEDIATE").await.map(drop),
            Link::Postgres(link) => link.begin().await,
        }
    }

    /// Executes one statement as a transaction of its own. On PostgreSQL it goes alone, in one round trip, where the server answered a
    /// moment ago; otherwise what begins the transaction finds out whether the connection is still there.
    pub(crate) async fn execute_alone(
        &mut self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<u64, sqlx::Error> {
        if let Link::Postgres(link) = self
            && link.answered.elapsed() > FRESH
        {
            link.begin().await?;
            let changed = link.execute(text, values).await?;
            self.commit().await?;
            return Ok(changed);
        }
        self.execute(text, values).await
    }

    /// Begins a transaction whose statements may take long.
    pub(crate) async fn begin_long(&mut self) -> Result<(), sqlx::Error> {
        self.begin().await?;
        if let Link::Postgres(link) = self {
            link.patience = LONG_ANSWER;
            link.send("SET LOCAL statement_timeout = 0").await?;
            link.send("SET LOCAL lock_timeout = 0").await?;
            link.send("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        }
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.execute("COMMIT").await.map(drop),
            Link::Postgres(link) => {
                let outcome = link.send("COMMIT").await;
                link.patience = ANSWER;
                outcome
            }
        }
    }

    /// Wakes the processes that listen, once what is being done is committed.
    pub(crate) async fn notify(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Postgres(link) if link.wakes => link.send(NOTIFY).await,
            Link::Postgres(_) | Link::Sqlite(_) => Ok(()),
        }
    }

    /// Wakes nobody any more: the database knows no such thing.
    pub(crate) fn never_notify(&mut self) {
        if let Link::Postgres(link) = self {
            link.wakes = false;
        }
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.execute("ROLLBACK").await.map(drop),
            Link::Postgres(link) => {
                link.patience = ANSWER;
                link.send("ROLLBACK").await
            }
        }
    }

    /// Closes it without the protocol's farewell: what was under way is rolled back by the database.
    pub(crate) async fn close_hard(self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.close_hard().await,
            Link::Postgres(link) => in_time(CONNECT, link.connection.close_hard()).await,
        }
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.close().await,
            Link::Postgres(link) => in_time(CONNECT, link.connection.close()).await,
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.dialect()).finish()
    }
}

impl Pool {
    /// All rows that one statement answers.
    pub(crate) async fn rows(&self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Pool::Sqlite(pool) => rows_sqlite(&mut *pool.acquire().await?, text, values).await,
            Pool::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                in_time(ANSWER, rows_postgres(&mut connection, text, values)).await
            }
        }
    }

    /// The one row that a statement answers, if there is one.
    pub(crate) async fn row(&self, text: &str, values: &[Value<'_>]) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(text, values).await?.pop())
    }

    /// Begins a transaction that reads one state of the database.
    pub(crate) async fn read(&self) -> Result<Reading, sqlx::Error> {
        match self {
            // Whoever only reads sees, in WAL mode, the state of its first read.
            Pool::Sqlite(pool) => Ok(Reading::Sqlite(pool.begin().await?)),
            Pool::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(Reading::Postgres(pool.begin_with(begin).await?))
            }
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reading {
    /// Ends it, and gives the connection back.
    pub(crate) async fn end(self) -> Result<(), sqlx::Error> {
        match self {
            Reading::Sqlite(transaction) => transaction.rollback().await,
            Reading::Postgres(transaction) => in_time(ANSWER, transaction.rollback()).await,
        }
    }
}

impl Row {
    /// The value of a column.
    pub(crate) fn get<'r, T>(&'r self, column: &'static str) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Value<'a> {
        Value::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Value<'a> {
        Value::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Value<'a> {
        Value::Text(value)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Value<'a> {
        Value::Text(value.as_deref())
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Value::Integer(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Value<'a> {
        Value::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Value<'a> {
        Value::Bytes(value)
    }
}

/// The values of a statement in the order of its `$n`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// Rows of places for values, from `$1` on, as they stand behind `VALUES`.
pub(crate) fn rows_of(rows: usize, columns: usize) -> String {
    let row = |row: usize| format!("({})", places(row * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// So many places for values, from `$first` on.
pub(crate) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
