//! How much of the record is kept. The oldest events go first, a bounded number at a time, in the writer itself.

use sqlx::{Connection, SqliteConnection};

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
pub(crate) async fn prune(
    connection: &mut SqliteConnection,
    retention: Retention,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    // INVARIANT: events are only ever deleted from the beginning, so seq has no gaps and the difference is the count.
    let (first, last): (Option<i64>, Option<i64>) =
        sqlx::query_as("SELECT (SELECT MIN(seq) FROM decision_event), (SELECT MAX(seq) FROM decision_event)")
            .fetch_one(&mut *transaction)
            .await?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(false) };
    let round_end = first.saturating_add(ROUND as i64 - 1).min(last);

    let kept = i64::try_from(retention.max_events.max(1)).unwrap_or(i64::MAX);
    let over_count = last.saturating_sub(kept);
    let (used, page): (i64, i64) = sqlx::query_as(
        "SELECT c.page_count - f.freelist_count, s.page_size \
         FROM pragma_page_count AS c, pragma_freelist_count AS f, pragma_page_size AS s",
    )
    .fetch_one(&mut *transaction)
    .await?;
    let over_bytes = u64::try_from(used.saturating_mul(page)).unwrap_or(0) > retention.max_bytes;
    // The newest event is kept whatever the size, so that a bound below an empty database's size ends.
    let over_size = if over_bytes { round_end.min(last - 1) } else { 0 };

    let by_seq = over_count.max(over_size).min(round_end);
    let deleted = sqlx::query(
        "DELETE FROM decision_event WHERE seq <= $1 OR seq < \
             COALESCE((SELECT MIN(seq) FROM decision_event WHERE seq <= $2 AND at >= $3), $2 + 1)",
    )
    .bind(by_seq)
    .bind(round_end)
    .bind(now.saturating_sub(retention.max_age))
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    transaction.commit().await?;
    Ok(deleted > 0 && round_end < last)
}
