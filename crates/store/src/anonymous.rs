//! Refusals of callers without a valid credential: counted by minute, address and route instead of kept one by one, so
//! that whoever causes many of them does not fill the disk.

use crate::decision::MAX_PAGE;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Pool, values};

/// The most counts that are kept; when there are more, the oldest minutes go.
const MAX_ROWS: i64 = 200_000;
/// The most minutes that counts are kept: thirty days.
const MAX_MINUTES: i64 = 30 * 24 * 60;

/// How often somebody was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousDenial {
    /// The minute, in minutes since 1970 (UTC).
    pub minute: i64,
    /// The client's address, or `other`.
    pub address: String,
    /// The template of the route, or `other`.
    pub route: String,
    /// How many refusals there were.
    pub count: i64,
}

impl Store {
    /// Adds counts to those of the same minute, address and route. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn count_anonymous_denials(&self, denials: Vec<AnonymousDenial>) -> Result<(), RecordError> {
        self.writer
            .alone(move |link| {
                Box::pin(async move {
                    link.begin().await?;
                    add(link, &denials).await?;
                    link.commit().await
                })
            })
            .await
    }
}

impl StoreReader {
    /// One page of counted refusals, the newest first: those before a minute, address and route.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn anonymous_denials(
        &self,
        before: Option<&(i64, String, String)>,
        limit: u32,
    ) -> Result<Vec<AnonymousDenial>, StoreError> {
        page(&self.pool, before, limit.clamp(1, MAX_PAGE)).await
    }
}

/// Adds counts to those of the same minute, address and route, and forgets what is over a bound.
async fn add(database: &mut impl Database, denials: &[AnonymousDenial]) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO anonymous_denial (minute, address, route, count) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (minute, address, route) DO UPDATE SET count = anonymous_denial.count + excluded.count";
    for AnonymousDenial { minute, address, route, count } in denials {
        database.execute(text, values![*minute, address, route, *count]).await?;
    }
    if let Some(newest) = denials.iter().map(|denial| denial.minute).max() {
        let text = "DELETE FROM anonymous_denial WHERE minute < $1";
        database.execute(text, values![newest.saturating_sub(MAX_MINUTES)]).await?;
        let text = "DELETE FROM anonymous_denial WHERE minute <= (SELECT minute FROM anonymous_denial \
                    ORDER BY minute DESC LIMIT 1 OFFSET $1)";
        database.execute(text, values![MAX_ROWS]).await?;
    }
    Ok(())
}

/// The counts before a minute, address and route, the newest first.
async fn page(
    pool: &Pool,
    before: Option<&(i64, String, String)>,
    limit: u32,
) -> Result<Vec<AnonymousDenial>, StoreError> {
    let text = "SELECT minute, address, route, count FROM anonymous_denial WHERE (minute, address, route) < ($1, $2, $3) \
                ORDER BY minute DESC, address DESC, route DESC LIMIT $4";
    let (minute, address, route) =
        before.map_or((i64::MAX, "", ""), |(minute, address, route)| (*minute, address, route));
    let rows = pool.rows(text, values![minute, address, route, i64::from(limit)]).await?;
    rows.iter()
        .map(|row| {
            Ok(AnonymousDenial {
                minute: row.get("minute")?,
                address: row.get("address")?,
                route: row.get("route")?,
                count: row.get("count")?,
            })
        })
        .collect()
}
