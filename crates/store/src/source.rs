//! What is to be forgotten that sources of permissions outside Casemate said: it tells every process that keeps it.

use crate::error::StoreError;
use crate::sql::{Database, Pool, Row, values};

/// How long it is told, in microseconds: longer than any answer is kept.
const TOLD: i64 = 2 * 3_600 * 1_000_000;

/// What a source said of somebody, or of everybody, which counts no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgottenSource {
    /// The source's id.
    pub source: String,
    /// Of whom; of everybody where there is none.
    pub whom: Option<ForgottenIdentity>,
}

/// Somebody as a source is asked about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgottenIdentity {
    /// The tenant in which they hold it.
    pub tenant: String,
    /// `user`, or another type.
    pub kind: String,
    /// What their provider calls them.
    pub subject: String,
}

/// Writes it down, and forgets what was told long ago.
pub(crate) async fn forget(
    database: &mut impl Database,
    forgotten: &ForgottenSource,
    at: i64,
    revision: i64,
) -> Result<(), sqlx::Error> {
    let text = "DELETE FROM forgotten_source WHERE at < $1";
    database.execute(text, values![at.saturating_sub(TOLD)]).await?;
    let (tenant, kind, subject) = match &forgotten.whom {
        Some(ForgottenIdentity { tenant, kind, subject }) => {
            (tenant.as_str(), kind.as_str(), subject.as_str())
        }
        None => ("", "", ""),
    };
    let text = "INSERT INTO forgotten_source (revision, source, tenant, type, subject, at) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    database.execute(text, values![revision, &forgotten.source, tenant, kind, subject, at]).await?;
    Ok(())
}

/// What was forgotten after a revision, by revision, at most `limit`.
pub(crate) async fn forgotten_after(
    pool: &Pool,
    revision: i64,
    limit: u32,
) -> Result<Vec<ForgottenSource>, StoreError> {
    let text = "SELECT source, tenant, type, subject FROM forgotten_source WHERE revision > $1 \
                ORDER BY revision, source, tenant, type, subject LIMIT $2";
    let read = |row: &Row| -> Result<ForgottenSource, StoreError> {
        let (tenant, kind, subject): (String, String, String) =
            (row.get("tenant")?, row.get("type")?, row.get("subject")?);
        let whom = (!kind.is_empty()).then_some(ForgottenIdentity { tenant, kind, subject });
        Ok(ForgottenSource { source: row.get("source")?, whom })
    };
    pool.rows(text, values![revision, i64::from(limit)]).await?.iter().map(read).collect()
}

/// Forgets all: a backup says nothing about what is kept now.
pub(crate) async fn forget_all(database: &mut impl Database) -> Result<(), sqlx::Error> {
    database.execute("DELETE FROM forgotten_source", &[]).await.map(drop)
}
