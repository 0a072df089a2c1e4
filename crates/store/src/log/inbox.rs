//! What is recorded where no files hold it: a row for each group that was committed together, until it comes into the log.

use super::append::append;
use super::recorded::{Recorded, texts};
use super::state;
use crate::sql::{Database as _, Link, values};

/// After so many bytes a group is more than one row.
const ROW: usize = 1 << 20;
/// The most rows that come into the log at once.
const ROWS: i64 = 32;

/// What came into the log.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    /// How many events that were.
    pub(crate) events: u64,
    /// How many the log has.
    pub(crate) size: u64,
    /// Whether there may be more.
    pub(crate) is_more: bool,
}

/// Keeps what was recorded, in a transaction that has begun.
pub(crate) async fn insert(link: &mut Link, recorded: &[&Recorded]) -> Result<(), sqlx::Error> {
    let (mut row, mut count) = (Vec::new(), 0);
    for text in recorded.iter().flat_map(|recorded| recorded.texts()) {
        super::tail::push_text(&mut row, text);
        count += 1;
        if row.len() >= ROW {
            insert_row(link, std::mem::take(&mut row), std::mem::take(&mut count)).await?;
        }
    }
    if count > 0 { insert_row(link, row, count).await } else { Ok(()) }
}

async fn insert_row(link: &mut Link, row: Vec<u8>, count: i64) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO audit_inbox (count, events) VALUES ($1, $2)";
    link.execute(text, values![count, row.as_slice()]).await.map(drop)
}

/// Brings some of what waits into the log, the oldest first, in a transaction of its own.
pub(crate) async fn take(link: &mut Link) -> Result<Taken, sqlx::Error> {
    link.begin().await?;
    // Whoever has the lock sees all that others took before.
    let open = state::lock(link).await?;
    let text = "DELETE FROM audit_inbox WHERE seq IN (SELECT seq FROM audit_inbox ORDER BY seq LIMIT $1) \
                RETURNING seq, events";
    let mut rows = Vec::new();
    for row in link.rows(text, values![ROWS]).await? {
        rows.push((row.get::<i64>("seq")?, row.get::<Vec<u8>>("events")?));
    }
    if rows.is_empty() {
        link.rollback().await?;
        return Ok(Taken { size: open.edge.size(), ..Taken::default() });
    }
    rows.sort_unstable_by_key(|(seq, _)| *seq);
    let texts: Vec<&[u8]> = rows.iter().flat_map(|(_, events)| texts(events)).collect();
    let size = append(link, &texts).await?;
    link.commit().await?;
    Ok(Taken { events: texts.len() as u64, size, is_more: rows.len() as i64 == ROWS })
}

/// The last row that waits, where any does.
pub(crate) async fn last(database: &mut impl crate::sql::Database) -> Result<Option<i64>, sqlx::Error> {
    let row = database.row("SELECT MAX(seq) AS last FROM audit_inbox", values![]).await?;
    row.map_or(Ok(None), |row| row.get("last"))
}

/// Whether a row up to this one waits still.
pub(crate) async fn waits(database: &mut impl crate::sql::Database, seq: i64) -> Result<bool, sqlx::Error> {
    let text = "SELECT 1 AS one FROM audit_inbox WHERE seq <= $1 LIMIT 1";
    Ok(database.row(text, values![seq]).await?.is_some())
}

/// Writes a row and deletes it, in one transaction that is committed: whether there is room for more.
pub(crate) async fn probe(link: &mut Link) -> Result<(), sqlx::Error> {
    let filling = [b'0'; 8 << 10];
    link.begin().await?;
    let text = "INSERT INTO audit_inbox (seq, count, events) VALUES (-1, 0, $1)";
    link.execute(text, values![filling.as_slice()]).await?;
    link.execute("DELETE FROM audit_inbox WHERE seq = -1", values![]).await?;
    link.commit().await
}
