//! Recorded decisions: who asked what about whom, and what was answered.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};

use crate::error::StoreError;

/// The most events in one page.
pub const MAX_PAGE: u32 = 1_000;

/// The longest text in a column, in bytes; what is longer is cut and ends with an ellipsis.
const MAX_TEXT: usize = 1_024;

/// The most rows in one INSERT: 18 parameters each stay far below SQLite's 32,766.
const MAX_ROWS: usize = 32;

/// Somebody in an event, as Casemate knew them at the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The authenticator's name; empty where nobody vouched for them.
    pub provider: String,
    /// `user`, `service`, `anonymous`, …
    pub kind: String,
    /// Unique within the provider; empty for anonymous.
    pub id: String,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedDecision {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// It depends on the resource, which counts as no.
    Conditional,
}

impl RecordedDecision {
    /// The word that stands in the database and in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RecordedDecision::Allowed => "allowed",
            RecordedDecision::Denied => "denied",
            RecordedDecision::Conditional => "conditional",
        }
    }

    /// The reverse of [`RecordedDecision::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<RecordedDecision> {
        [RecordedDecision::Allowed, RecordedDecision::Denied, RecordedDecision::Conditional]
            .into_iter()
            .find(|decision| decision.as_str() == word)
    }
}

/// A decision to be recorded. Texts longer than 1,024 bytes are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionEvent {
    /// When it was decided, in microseconds since 1970 (UTC).
    pub at: i64,
    /// The request that asked.
    pub request_id: String,
    /// The position in a batch, from 0.
    pub item: u32,
    /// The tenant that the asking credential fixed.
    pub tenant: String,
    /// The application that the asking credential is bound to.
    pub application: Option<String>,
    /// Who asked.
    pub caller: Party,
    /// Whom it is about.
    pub subject: Party,
    /// The requested name, or what stood in its place where it was no name.
    pub action: String,
    /// The resource's type.
    pub resource_type: Option<String>,
    /// The resource's id.
    pub resource_id: Option<String>,
    /// What was answered.
    pub decision: RecordedDecision,
    /// The stable reason code.
    pub reason: String,
    /// The granted name of the permission that decided.
    pub permission: Option<String>,
    /// The revision of the policy that decided.
    pub revision: i64,
}

/// A decision as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the record; rises with every event and is never used twice.
    pub seq: i64,
    /// The decision.
    pub event: DecisionEvent,
}

/// Which recorded decisions are wanted; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct DecisionFilter {
    /// Only those with this answer.
    pub decision: Option<RecordedDecision>,
    /// Only those about the subject with this id.
    pub subject: Option<String>,
    /// Only those decided at or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
}

/// One page, newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events.
    pub items: Vec<RecordedEvent>,
    /// Where the next page begins: hand it back as `before`. Absent on the last page.
    pub next: Option<i64>,
}

impl DecisionEvent {
    /// Cuts the texts that are too long to keep, and gives back what they took up.
    pub(crate) fn clip(&mut self) {
        let DecisionEvent { request_id, tenant, action, reason, caller, subject, .. } = self;
        for text in [request_id, tenant, action, reason] {
            clip(text);
        }
        for party in [caller, subject] {
            for text in [&mut party.provider, &mut party.kind, &mut party.id] {
                clip(text);
            }
        }
        let optional =
            [&mut self.application, &mut self.resource_type, &mut self.resource_id, &mut self.permission];
        optional.into_iter().flatten().for_each(clip);
    }
}

/// A copy of a text as it is kept: one that is too long is cut at a character's border and ends in `…`. Whoever makes an
/// event of foreign text copies it with this, so that events that wait stay small.
#[must_use]
pub fn clipped(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_TEXT - '…'.len_utf8());
    let mut kept = String::with_capacity(MAX_TEXT);
    kept.extend([text.get(..end).unwrap_or_default(), "…"]);
    kept
}

fn clip(text: &mut String) {
    if text.len() > MAX_TEXT {
        *text = clipped(text);
    }
}

/// Inserts events that were clipped, in as few statements as the row limit allows.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    events: &[DecisionEvent],
) -> Result<(), sqlx::Error> {
    for rows in events.chunks(MAX_ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO decision_event (at, request_id, item, tenant, application, caller_provider, caller_type, \
             caller_id, subject_provider, subject_type, subject_id, action, resource_type, resource_id, decision, \
             reason, permission, revision) ",
        );
        query.push_values(rows, |mut row, event| {
            row.push_bind(event.at)
                .push_bind(event.request_id.as_str())
                .push_bind(i64::from(event.item))
                .push_bind(event.tenant.as_str())
                .push_bind(event.application.as_deref())
                .push_bind(event.caller.provider.as_str())
                .push_bind(event.caller.kind.as_str())
                .push_bind(event.caller.id.as_str())
                .push_bind(event.subject.provider.as_str())
                .push_bind(event.subject.kind.as_str())
                .push_bind(event.subject.id.as_str())
                .push_bind(event.action.as_str())
                .push_bind(event.resource_type.as_deref())
                .push_bind(event.resource_id.as_deref())
                .push_bind(event.decision.as_str())
                .push_bind(event.reason.as_str())
                .push_bind(event.permission.as_deref())
                .push_bind(event.revision);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes an event and deletes it, in one transaction that is committed: whether there is room for more. Its place is
/// before all others, so that the numbering of the record goes on as if it had not been.
pub(crate) async fn probe(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "INSERT INTO decision_event (seq, at, request_id, item, tenant, caller_provider, caller_type, caller_id, \
         subject_provider, subject_type, subject_id, action, decision, reason, revision) \
         VALUES (-1, 0, '', 0, '', '', '', '', '', '', '', '', '', hex(zeroblob(4096)), 0)",
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query("DELETE FROM decision_event WHERE seq = -1").execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Reads one page, newest first, of the events before `before`.
pub(crate) async fn page(
    pool: &SqlitePool,
    filter: &DecisionFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, StoreError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let rows = sqlx::query(
        "SELECT seq, at, request_id, item, tenant, application, caller_provider, caller_type, caller_id, \
         subject_provider, subject_type, subject_id, action, resource_type, resource_id, decision, reason, permission, \
         revision FROM decision_event WHERE seq < $1 AND ($2 IS NULL OR decision = $2) \
         AND ($3 IS NULL OR subject_id = $3) AND ($4 IS NULL OR at >= $4) ORDER BY seq DESC LIMIT $5",
    )
    .bind(before.unwrap_or(i64::MAX))
    .bind(filter.decision.map(RecordedDecision::as_str))
    .bind(filter.subject.as_deref())
    .bind(filter.since)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = if more { items.last().map(|event| event.seq) } else { None };
    Ok(Page { items, next })
}

fn read(row: &SqliteRow) -> Result<RecordedEvent, StoreError> {
    let decision: String = row.try_get("decision")?;
    let item: i64 = row.try_get("item")?;
    let party = |provider, kind, id| -> Result<Party, sqlx::Error> {
        Ok(Party { provider: row.try_get(provider)?, kind: row.try_get(kind)?, id: row.try_get(id)? })
    };
    Ok(RecordedEvent {
        seq: row.try_get("seq")?,
        event: DecisionEvent {
            at: row.try_get("at")?,
            request_id: row.try_get("request_id")?,
            item: u32::try_from(item)
                .map_err(|_| StoreError::Unreadable { column: "item", value: item.to_string() })?,
            tenant: row.try_get("tenant")?,
            application: row.try_get("application")?,
            caller: party("caller_provider", "caller_type", "caller_id")?,
            subject: party("subject_provider", "subject_type", "subject_id")?,
            action: row.try_get("action")?,
            resource_type: row.try_get("resource_type")?,
            resource_id: row.try_get("resource_id")?,
            decision: RecordedDecision::parse(&decision)
                .ok_or(StoreError::Unreadable { column: "decision", value: decision })?,
            reason: row.try_get("reason")?,
            permission: row.try_get("permission")?,
            revision: row.try_get("revision")?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let mut short = "short".to_owned();
        clip(&mut short);
        assert_eq!(short, "short");
        for shift in 0..4 {
            let mut text = format!("{}{}", "a".repeat(shift), "🦀".repeat(1_000));
            clip(&mut text);
            assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 8 && text.ends_with('…'));
            assert!(text.capacity() < 2 * MAX_TEXT);
        }
    }
}
