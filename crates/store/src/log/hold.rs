//! Legal holds: what is neither erased nor given up, however old it is.

use casemate_audit::event::Event;
use casemate_audit::query::{Matcher, Query, QueryError};

use super::append::tell;
use super::state;
use crate::audit::AuditEvent;
use crate::bounds::{MAX_ID, is_keepable};
use crate::decision::cut;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Row, values};

/// The most holds.
pub const MAX_LOG_HOLDS: i64 = 1_000;

/// Events that are kept until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHold {
    /// Its name.
    pub id: String,
    /// Which events, as a search is typed.
    pub query: String,
    /// Why.
    pub reason: String,
    /// Who made it: provider, type and id.
    pub created_by: String,
    /// Since when, in microseconds since 1970 (UTC).
    pub created_at: i64,
}

/// Why nothing is on hold that should be. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HoldError {
    /// It cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// What it is about cannot be read.
    #[error("{0}")]
    Query(#[from] QueryError),
    /// It is about a personal value.
    #[error("a hold outlives the keys that personal values are found by: name ids, or the hash as a word")]
    Value,
    /// Its id is no id, or another's; or it holds NUL.
    #[error("a hold has an id of its own of at most 256 bytes, and no NUL in it or in its query")]
    Id,
    /// There are too many.
    #[error("there are {MAX_LOG_HOLDS} legal holds already: lift one first")]
    TooMany,
}

impl Store {
    /// Holds events from now on, with the event that tells of it.
    ///
    /// # Errors
    /// See [`HoldError`].
    pub async fn hold_log(&self, hold: LogHold, mut event: AuditEvent) -> Result<(), HoldError> {
        if Query::parse(&hold.query)?.value.is_some() {
            return Err(HoldError::Value);
        }
        self.hide_personal(std::slice::from_mut(&mut event));
        if hold.id.is_empty() || hold.id.len() > MAX_ID || !is_keepable(&hold.id) || !is_keepable(&hold.query)
        {
            return Err(HoldError::Id);
        }
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let kept = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                // Whoever erases reads the holds under this lock.
                state::lock(link).await?;
                let LogHold { id, query, reason, created_by, created_at } = &hold;
                let known = "SELECT COUNT(*) AS others, COUNT(CASE WHEN id = $1 THEN 1 END) AS same FROM audit_hold";
                let row = link.row(known, values![id]).await?.ok_or(sqlx::Error::RowNotFound)?;
                let is_same = row.get::<i64>("same")? > 0;
                let refused = if is_same {
                    Some(HoldError::Id)
                } else {
                    (row.get::<i64>("others")? >= MAX_LOG_HOLDS).then_some(HoldError::TooMany)
                };
                if let Some(refused) = refused {
                    link.rollback().await?;
                    return Ok(Err(refused));
                }
                let text = "INSERT INTO audit_hold (id, query, reason, created_by, created_at) VALUES ($1, $2, $3, $4, $5)";
                let (reason, created_by) = (cut(reason), cut(created_by));
                link.execute(text, values![id, query, &*reason, &*created_by, *created_at]).await?;
                let size = tell(link, revision, &[event]).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(Ok(()))
            })
        });
        kept.await?
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
                // What was on hold is looked at again, but for what is archived, which is another's to delete.
                const HERE: &str =
                    "EXISTS (SELECT 1 FROM audit_payload WHERE audit_payload.number = audit_block.number)";
                for text in [
                    "UPDATE audit_block SET decisions_at = at_min, spare = 1 WHERE decisions > 0 AND (decisions_at IS NULL OR spare = 0)",
                    "UPDATE audit_block SET others_at = at_min WHERE others > 0 AND others_at IS NULL",
                    "UPDATE audit_block SET reads_at = at_min WHERE others > 0 AND reads_at IS NULL",
                ] {
                    link.execute(&format!("{text} AND {HERE}"), values![]).await?;
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
    /// All legal holds, the oldest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_holds(&self) -> Result<Vec<LogHold>, StoreError> {
        let text = "SELECT id, query, reason, created_by, created_at FROM audit_hold ORDER BY created_at, id";
        let read = |row: &Row| -> Result<LogHold, sqlx::Error> {
            let (id, query, reason) = (row.get("id")?, row.get("query")?, row.get("reason")?);
            let (created_by, created_at) = (row.get("created_by")?, row.get("created_at")?);
            Ok(LogHold { id, query, reason, created_by, created_at })
        };
        Ok(self.pool.rows(text, values![]).await?.iter().map(read).collect::<Result<_, _>>()?)
    }
}

/// All holds, read. They compare as equal where they hold the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holds(Vec<(String, Query)>);

/// Holds, made ready to go through many events.
pub(super) struct Held<'h>(Vec<(&'h str, Matcher<'h>)>);

impl Holds {
    /// All there are. One that cannot be read holds everything.
    pub(super) async fn read(database: &mut impl Database) -> Result<Holds, sqlx::Error> {
        let rows = database.rows("SELECT id, query FROM audit_hold ORDER BY id", values![]).await?;
        let holds = rows.iter().map(|row| {
            let (id, text): (String, String) = (row.get("id")?, row.get("query")?);
            let query = Query::parse(&text).unwrap_or_else(|error| {
                tracing::error!(hold = %id, %error, "a legal hold cannot be read: nothing is erased until it is lifted");
                Query::default()
            });
            Ok((id, query))
        });
        Ok(Holds(holds.collect::<Result<_, sqlx::Error>>()?))
    }

    pub(super) fn ready(&self) -> Held<'_> {
        Held(self.0.iter().map(|(id, query)| (id.as_str(), query.matcher())).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'h> Held<'h> {
    /// The holds that cover an event.
    pub(super) fn by(&self, event: &Event<'_>) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(|(_, matcher)| matcher.matches(event)).map(|(id, _)| *id)
    }

    /// Whether a hold covers an event.
    pub(super) fn holds(&self, event: &Event<'_>) -> bool {
        self.by(event).next().is_some()
    }
}
