//! How much of the record is kept. The oldest events go first, a bounded number at a time, in the writer itself. So do versions of
//! people that are too old.

use crate::log;
use crate::people::version;
use crate::sql::{Database, Dialect, Link, values};

/// The most events that one round deletes, so that no waiting write waits long.
pub(crate) const ROUND: usize = 1_024;

/// The bounds of what is on record. The proofs of what is erased stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Beyond so many newest events of the log, at least 1, decisions are not kept.
    pub max_events: u64,
    /// The most bytes that the database may use, its write-ahead log aside: beyond, the oldest decisions go.
    pub max_bytes: u64,
    /// The oldest age of decisions, in microseconds.
    pub max_age: i64,
    /// The oldest age of all other events, in microseconds; where there is none, they are kept.
    pub max_age_of_others: Option<i64>,
    /// The oldest age of events that tell of reading, in microseconds; where there is none, that of all others.
    pub max_age_of_reads: Option<i64>,
}

impl Default for Retention {
    /// Ten million events, 4 GiB, 90 days; all other events are kept.
    fn default() -> Retention {
        let max_age = 90 * 24 * 3_600 * 1_000_000;
        Retention {
            max_events: 10_000_000,
            max_bytes: 4 << 30,
            max_age,
            max_age_of_others: None,
            max_age_of_reads: None,
        }
    }
}

/// Deletes one round of what is over a bound at `now`; answers whether more is over it.
pub(crate) async fn prune(link: &mut Link, retention: Retention, now: i64) -> Result<bool, sqlx::Error> {
    link.begin().await?;
    let is_over = used_bytes(link).await? > retention.max_bytes;
    let more = log::prune::round(link, retention, now, is_over).await?;
    link.commit().await?;
    // By itself: a change takes the lock of the revision first and that of the log last.
    link.begin().await?;
    let more_versions = version::prune(link, now).await?;
    link.commit().await?;
    Ok(more || more_versions)
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
