//! Which course of changes a database is on. Revisions rise along one; a restored backup begins another, whose revisions
//! mean something else.

use aws_lc_rs::rand;

use crate::error::StoreError;
use crate::log;
use crate::sql::{Database, Pool, values};

/// Where a database stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// A random number that is another one in each database, and after each restore: where it is not what it was, nothing
    /// that was read before holds any more. Never 0.
    pub generation: i64,
    /// The revision of the last change.
    pub revision: i64,
    /// The revision of the last change of anything but people and resources: objects, API keys and secrets are as they were at it.
    pub policy: i64,
    /// The revision of the last change of resources that are registered.
    pub resources: i64,
    /// The revision of the last change of anything but objects of which nothing else is kept, and resources: of users, sessions, API
    /// keys, secrets and whatever else. As far as that is marked: since `marked_from`, without a gap, up to `marked`.
    pub others: i64,
    /// See `others`.
    pub marked_from: i64,
    /// See `others`.
    pub marked: i64,
}

impl Position {
    /// Whether all that changed after a revision are objects of which nothing else is kept, and resources.
    #[must_use]
    pub fn is_of_objects_alone_after(&self, revision: i64) -> bool {
        self.marked == self.revision && self.marked_from <= revision + 1 && self.others <= revision
    }
}

/// Where the database stands.
pub(crate) async fn position(pool: &Pool) -> Result<Position, StoreError> {
    const TEXT: &str =
        "SELECT generation, last, policy, resources, others, marked_from, marked FROM revision";
    let row = pool.row(TEXT, values![]).await?;
    let row = row.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Position {
        generation: row.get("generation")?,
        revision: row.get("last")?,
        policy: row.get("policy")?,
        resources: row.get("resources")?,
        others: row.get("others")?,
        marked_from: row.get("marked_from")?,
        marked: row.get("marked")?,
    })
}

/// Names the course of changes of a database that has no name for it yet, the database to the files of events that come into
/// it, and its log.
pub(crate) async fn name(database: &mut impl Database) -> Result<(), StoreError> {
    let text = "UPDATE revision SET generation = $1 WHERE generation = 0";
    database.execute(text, values![random()?]).await?;
    let text = "UPDATE decision_segment SET database_id = $1 WHERE database_id = 0";
    database.execute(text, values![random()?]).await?;
    log::name(database).await
}

/// Begins another course of changes.
pub(crate) async fn renew(database: &mut impl Database) -> Result<(), StoreError> {
    database.execute("UPDATE revision SET generation = $1", values![random()?]).await?;
    Ok(())
}

fn random() -> Result<i64, StoreError> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    // Never 0, which stands for none.
    Ok(i64::from_be_bytes(bytes) | 1)
}
