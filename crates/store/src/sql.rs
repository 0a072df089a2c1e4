//! The same statements for SQLite and PostgreSQL: one text, values bound by position, rows read by name.

use std::fmt;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    AssertSqlSafe, Connection, Decode, Executor as _, PgConnection, PgPool, Postgres, Row as _, Sqlite,
    SqliteConnection, SqlitePool, Type,
};

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
    Postgres(PgConnection),
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

async fn execute_sqlite(
    connection: &mut SqliteConnection,
    text: &str,
    values: &[Value<'_>],
) -> Result<u64, sqlx::Error> {
    Ok(bound!(text, values).execute(connection).await?.rows_affected())
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
    let rows = bound!(text, values).fetch_all(connection).await?;
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
            Link::Postgres(connection) => execute_postgres(connection, text, values).await,
        }
    }

    async fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Link::Sqlite(connection) => rows_sqlite(connection, text, values).await,
            Link::Postgres(connection) => rows_postgres(connection, text, values).await,
        }
    }
}

impl Database for Reading {
    async fn execute(&mut self, text: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Reading::Sqlite(transaction) => execute_sqlite(transaction, text, values).await,
            Reading::Postgres(transaction) => execute_postgres(transaction, text, values).await,
        }
    }

    async fn rows(&mut self, text: &str, values: &[Value<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Reading::Sqlite(transaction) => rows_sqlite(transaction, text, values).await,
            Reading::Postgres(transaction) => rows_postgres(transaction, text, values).await,
        }
    }
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
            Link::Postgres(connection) => connection.execute("BEGIN").await.map(drop),
        }
    }

    pub(crate) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.execute("COMMIT").await.map(drop),
            Link::Postgres(connection) => connection.execute("COMMIT").await.map(drop),
        }
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.execute("ROLLBACK").await.map(drop),
            Link::Postgres(connection) => connection.execute("ROLLBACK").await.map(drop),
        }
    }

    /// Closes it without the protocol's farewell: what was under way is rolled back by the database.
    pub(crate) async fn close_hard(self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.close_hard().await,
            Link::Postgres(connection) => connection.close_hard().await,
        }
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => connection.close().await,
            Link::Postgres(connection) => connection.close().await,
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
            Pool::Postgres(pool) => rows_postgres(&mut *pool.acquire().await?, text, values).await,
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

/// The values of a statement in the order of its `$n`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;
