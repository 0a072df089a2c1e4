//! SQLite's journal, where what is written stands before it is in the database's own file.

use sqlx::Executor as _;

use super::{Link, is_full, is_locked, rows_sqlite};

/// How long SQLite waits for others to read what is to leave its journal, in milliseconds, since whoever writes waits too; and how
/// long it waits for other processes otherwise.
const SHORT_WAIT: &str = "PRAGMA busy_timeout = 200";
const USUAL_WAIT: &str = "PRAGMA busy_timeout = 5000";

impl Link {
    /// Brings what SQLite's journal holds into the database's own file, as far as nobody reads it yet; PostgreSQL does so by
    /// itself. Where there is no room for that, it stays in the journal.
    pub(crate) async fn checkpoint(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Link::Sqlite(connection) => match connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await {
                Err(error) if is_full(&error) || is_locked(&error) => Ok(()),
                outcome => outcome.map(drop),
            },
            Link::Postgres(_) => Ok(()),
        }
    }

    /// As [`Link::checkpoint`], and leaves nothing in the journal, where what was deleted may still stand. Answers whether nothing is
    /// left: somebody may read what stands there. PostgreSQL's journal is its own.
    pub(crate) async fn empty_journal(&mut self) -> Result<bool, sqlx::Error> {
        let Link::Sqlite(connection) = self else { return Ok(true) };
        connection.execute(SHORT_WAIT).await?;
        let outcome = rows_sqlite(connection, "PRAGMA wal_checkpoint(TRUNCATE)", &[]).await;
        connection.execute(USUAL_WAIT).await?;
        match outcome {
            Ok(rows) => Ok(rows.first().map(|row| row.get::<i64>("busy")).transpose()? == Some(0)),
            Err(error) if is_full(&error) || is_locked(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
