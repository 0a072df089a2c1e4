//! Refusals of callers without a valid credential: counted by minute, address and route instead of kept one by one, so
//! that whoever causes many of them does not fill the disk.

use crate::decision::MAX_PAGE;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::selection::{Held, Selection};
use crate::sql::{Database, Row, values};

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

/// Which counted refusals are wanted; the default is all, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DenialQuery {
    /// Only those of this address.
    pub address: Option<String>,
    /// Only those of this route.
    pub route: Option<String>,
    /// Only those at or after this minute, in minutes since 1970 (UTC).
    pub since: Option<i64>,
    /// Only those before this minute.
    pub until: Option<i64>,
    /// Whether the oldest come first, and not the newest.
    pub oldest_first: bool,
    /// Only those beyond this minute, address and route, in the order.
    pub after: Option<(i64, String, String)>,
    /// How many at most (1 to [`MAX_PAGE`]).
    pub limit: u32,
}

impl DenialQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new("anonymous_denial", "1 = 1");
        selection.text("address = {}", self.address.as_ref());
        selection.text("route = {}", self.route.as_ref());
        selection.and("minute >= {}", self.since.map(Held::Integer));
        selection.and("minute < {}", self.until.map(Held::Integer));
        let columns = ["minute", "address", "route"];
        selection.order_by_key(columns, !self.oldest_first, self.after.as_ref());
        selection
    }
}

impl StoreReader {
    /// A page of counted refusals.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn anonymous_denials(&self, query: &DenialQuery) -> Result<Vec<AnonymousDenial>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page("minute, address, route, count", query.limit.clamp(1, MAX_PAGE), 0);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        let read = |row: &Row| {
            Ok(AnonymousDenial {
                minute: row.get("minute")?,
                address: row.get("address")?,
                route: row.get("route")?,
                count: row.get("count")?,
            })
        };
        rows.iter().map(read).collect()
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
