//! The one migration sequence: forward only, each in a transaction that holds the write lock.

use sqlx::{Connection, SqliteConnection};

use crate::error::StoreError;

/// One step. `needs` is the oldest migration that a binary must know to keep working once this one is applied: a step
/// that the previous release survives names an older number than its own.
struct Migration {
    version: i64,
    needs: i64,
    statements: &'static [&'static str],
}

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    needs: 1,
    statements: &[
        "CREATE TABLE decision_event (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            request_id TEXT NOT NULL,
            item INTEGER NOT NULL,
            tenant TEXT NOT NULL,
            application TEXT,
            caller_provider TEXT NOT NULL,
            caller_type TEXT NOT NULL,
            caller_id TEXT NOT NULL,
            subject_provider TEXT NOT NULL,
            subject_type TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            action TEXT NOT NULL,
            resource_type TEXT,
            resource_id TEXT,
            decision TEXT NOT NULL,
            reason TEXT NOT NULL,
            permission TEXT,
            revision INTEGER NOT NULL
        ) STRICT",
        "CREATE TABLE development_credential (
            id TEXT PRIMARY KEY NOT NULL,
            secret_sha256 BLOB NOT NULL,
            tenant TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT",
    ],
}];

/// Brings the database to what this binary knows. A second process that starts at the same time waits for the lock and
/// then finds nothing left to do.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY NOT NULL, needs INTEGER NOT NULL) STRICT",
    )
    .execute(&mut *transaction)
    .await?;
    let (applied, needed): (i64, i64) =
        sqlx::query_as("SELECT COALESCE(MAX(version), 0), COALESCE(MAX(needs), 0) FROM migration")
            .fetch_one(&mut *transaction)
            .await?;
    if needed > known {
        return Err(StoreError::TooNew { needed, known });
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > applied) {
        let failed = |source| StoreError::Migration { version: migration.version, source };
        for statement in migration.statements {
            sqlx::query(*statement).execute(&mut *transaction).await.map_err(failed)?;
        }
        sqlx::query("INSERT INTO migration (version, needs) VALUES ($1, $2)")
            .bind(migration.version)
            .bind(migration.needs)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        tracing::info!(version = migration.version, "database migrated");
    }
    transaction.commit().await?;
    Ok(())
}

/// Whether this binary may read the database, for those who must not change it.
pub(crate) async fn check_readable(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    let needed: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(needs), 0) FROM migration").fetch_one(connection).await?;
    if needed > known { Err(StoreError::TooNew { needed, known }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn memory() -> SqliteConnection {
        SqliteConnection::connect("sqlite::memory:").await.unwrap()
    }

    #[tokio::test]
    async fn running_again_changes_nothing() {
        let mut connection = memory().await;
        migrate(&mut connection).await.unwrap();
        migrate(&mut connection).await.unwrap();
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM migration").fetch_one(&mut connection).await.unwrap();
        assert_eq!(count, i64::try_from(MIGRATIONS.len()).unwrap());
    }

    #[tokio::test]
    async fn a_database_of_a_newer_binary_is_refused_unless_it_says_that_this_one_may() {
        let mut connection = memory().await;
        migrate(&mut connection).await.unwrap();
        sqlx::query("INSERT INTO migration VALUES (1000, 1)").execute(&mut connection).await.unwrap();
        migrate(&mut connection).await.unwrap();
        sqlx::query("INSERT INTO migration VALUES (1001, 1001)").execute(&mut connection).await.unwrap();
        assert!(matches!(migrate(&mut connection).await, Err(StoreError::TooNew { needed: 1001, .. })));
    }

    #[test]
    fn versions_rise_by_one_and_none_needs_a_later_one() {
        for (migration, expected) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.version, expected);
            assert!(migration.needs <= migration.version);
        }
    }
}
