//! Legal holds: what is neither erased nor given up, however old it is.

use casemate_audit::query::Query;

use super::append::tell;
use super::state;
use crate::audit::AuditEvent;
use crate::bounds::{MAX_ID, is_keepable};
use crate::decision::cut;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database as _, Link, Row, values};

/// The most holds.
const MOST: i64 = 100;

/// Events that are kept until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHold {
    /// Its name.
    pub id: String,
    /// Which events, as a search is typed.
    pub query: String,
    /// Why.
    pub reason: String,
    /// Since when, in microseconds since 1970 (UTC).
    pub created_at: i64,
}

impl Store {
    /// Holds events from now on, with the event that tells of it; one of the same id becomes this.
    ///
    /// # Errors
    /// As [`Store::record`]; and where the query cannot be read, or there are 100 holds already.
    pub async fn hold_log(&self, hold: LogHold, mut event: AuditEvent) -> Result<(), RecordError> {
        let refused = |reason: &str| RecordError::Failed(reason.to_owned());
        let query = Query::parse(&hold.query).map_err(|error| refused(&error.to_string()))?;
        if query.value.is_some() {
            return Err(refused(
                "a hold outlives the keys that personal values are found by: name ids, or the hash as a word",
            ));
        }
        self.hide_personal(std::slice::from_mut(&mut event));
        if hold.id.is_empty() || hold.id.len() > MAX_ID || !is_keepable(&hold.id) || !is_keepable(&hold.query)
        {
            return Err(refused("a hold has an id of at most 256 bytes, and no NUL in it or in its query"));
        }
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let kept = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                state::lock(link).await?;
                let text = "INSERT INTO audit_hold (id, query, reason, created_at) SELECT $1, $2, $3, $4 \
                            WHERE (SELECT COUNT(*) FROM audit_hold WHERE id <> $1) < $5 \
                            ON CONFLICT (id) DO UPDATE SET query = excluded.query, reason = excluded.reason";
                let reason = cut(&hold.reason);
                let values = values![&hold.id, &hold.query, &*reason, hold.created_at, MOST];
                if link.execute(text, values).await? == 0 {
                    link.rollback().await?;
                    return Ok(false);
                }
                let size = tell(link, revision, &[event]).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(true)
            })
        });
        if kept.await? { Ok(()) } else { Err(refused("there are 100 legal holds already: lift one first")) }
    }

    /// Lifts a hold, with the event that tells of it; answers whether there was one. What is too old by then is erased with the next
    /// round.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn lift_log_hold(&self, id: &str, mut event: AuditEvent) -> Result<bool, RecordError> {
        self.hide_personal(std::slice::from_mut(&mut event));
        let (id, revision, growth) = (id.to_owned(), *self.revision.borrow(), self.growth.clone());
        let lifted = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                state::lock(link).await?;
                if link.execute("DELETE FROM audit_hold WHERE id = $1", values![&id]).await? == 0 {
                    link.rollback().await?;
                    return Ok(false);
                }
                // What was on hold is looked at again.
                for text in [
                    "UPDATE audit_block SET decisions_at = at_min, spare = 1 WHERE decisions > 0 AND (decisions_at IS NULL OR spare = 0)",
                    "UPDATE audit_block SET others_at = at_min WHERE others > 0 AND others_at IS NULL",
                ] {
                    link.execute(text, values![]).await?;
                }
                let size = tell(link, revision, &[event]).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(true)
            })
        });
        lifted.await
    }
}

impl StoreReader {
    /// All legal holds, by id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_holds(&self) -> Result<Vec<LogHold>, StoreError> {
        let text = "SELECT id, query, reason, created_at FROM audit_hold ORDER BY id";
        let read = |row: &Row| -> Result<LogHold, sqlx::Error> {
            let (id, query, reason) = (row.get("id")?, row.get("query")?, row.get("reason")?);
            Ok(LogHold { id, query, reason, created_at: row.get("created_at")? })
        };
        Ok(self.pool.rows(text, values![]).await?.iter().map(read).collect::<Result<_, _>>()?)
    }
}

/// The queries of all holds. One that cannot be read holds everything.
pub(super) async fn queries(link: &mut Link) -> Result<Vec<Query>, sqlx::Error> {
    let rows = link.rows("SELECT id, query FROM audit_hold", values![]).await?;
    rows.iter()
        .map(|row| {
            let (id, text): (String, String) = (row.get("id")?, row.get("query")?);
            Ok(Query::parse(&text).unwrap_or_else(|error| {
                tracing::error!(hold = %id, %error, "a legal hold cannot be read: nothing is erased until it is lifted");
                Query::default()
            }))
        })
        .collect()
}
