//! How much of the record is kept. The oldest events go first, a bounded number at a time, in the writer itself. So do versions of
//! people that are too old.

use crate::people::version;
use crate::sql::{Database, Dialect, Link, values};

/// The most events that one round deletes, so that no waiting write waits long.
pub(crate) const ROUND: usize = 1_024;

/// The bounds of the record of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The most events, at least 1.
    pub max_events: u64,
    /// The most bytes that the database may use, its write-ahead log aside.
    pub max_bytes: u64,
    /// The oldest age, in microseconds.
    pub max_age: i64,
}

impl Default for Retention {
    /// Ten million events, 4 GiB, 90 days.
    fn default() -> Retention {
        Retention { max_events: 10_000_000, max_bytes: 4 << 30, max_age: 90 * 24 * 3_600 * 1_000_000 }
    }
}

/// Deletes one round of what is over a bound at `now`; answers whether more is over it.
pub(crate) async fn prune(link: &mut Link, retention: Retention, now: i64) -> Result<bool, sqlx::Error> {
    link.begin().await?;
    let more = prune_round(link, retention, now).await?;
    let more_versions = version::prune(link, now).await?;
    link.commit().await?;
    Ok(more || more_versions)
}

async fn prune_round(link: &mut Link, retention: Retention, now: i64) -> Result<bool, sqlx::Error> {
    // INVARIANT: events are only ever deleted from the beginning, so the difference of seq is the count. On PostgreSQL a
    // write that failed may leave a gap; it then counts as an event.
    let text = "SELECT (SELECT MIN(seq) FROM decision_event) AS first, (SELECT MAX(seq) FROM decision_event) AS last";
    let row = link.row(text, values![]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let (Some(first), Some(last)) = (row.get::<Option<i64>>("first")?, row.get::<Option<i64>>("last")?)
    else {
        return Ok(false);
    };
    let round_end = first.saturating_add(ROUND as i64 - 1).min(last);

    let kept = i64::try_from(retention.max_events.max(1)).unwrap_or(i64::MAX);
    let over_count = last.saturating_sub(kept);
    // The newest event is kept whatever the size, so that a bound below an empty database's size ends.
    let over_size = if used_bytes(link).await? > retention.max_bytes { round_end.min(last - 1) } else { 0 };

    let by_seq = over_count.max(over_size).min(round_end);
    let text = "DELETE FROM decision_event WHERE seq <= $1 OR seq < \
                COALESCE((SELECT MIN(seq) FROM decision_event WHERE seq <= $2 AND at >= $3), $2 + 1)";
    let values = values![by_seq, round_end, now.saturating_sub(retention.max_age)];
    let deleted = link.execute(text, values).await?;
    Ok(deleted > 0 && round_end < last)
}

/// The bytes that the database uses. PostgreSQL keeps the room of what was deleted for what comes, so that its size says
/// nothing about that: there, the bounds of number and age hold alone.
async fn used_bytes(link: &mut Link) -> Result<u64, sqlx::Error> {
    if link.dialect() == Dialect::Postgres {
        return Ok(0);
    }
    let text = "SELECT c.page_count - f.freelist_count AS used, s.page_size AS page \
                FROM pragma_page_count AS c, pragma_freelist_count AS f, pragma_page_size AS s";
    let row = link.row(text, values![]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let (used, page): (i64, i64) = (row.get("used")?, row.get("page")?);
    Ok(u64::try_from(used.saturating_mul(page)).unwrap_or(0))
}
