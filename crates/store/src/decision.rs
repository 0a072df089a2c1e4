//! Recorded decisions: who asked what about whom, and what was answered.

use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::error::StoreError;
use crate::sql::{Database, Link, Pool, Row, Value, values};

/// The most events in one page.
pub const MAX_PAGE: u32 = 1_000;

/// The longest text in a column, in bytes; what is longer is cut and ends with an ellipsis.
const MAX_TEXT: usize = 1_024;

/// The most rows in one INSERT: 18 parameters each stay far below SQLite's 32,766.
const MAX_ROWS: usize = 32;

/// The columns that an INSERT names.
const COLUMNS: &str = "at, request_id, item, tenant, application, caller_provider, caller_type, caller_id, \
                       subject_provider, subject_type, subject_id, action, resource_type, resource_id, decision, reason, \
                       permission, revision";
const COLUMN_COUNT: usize = 18;

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

/// A copy of a text as it is kept: one that is too long is cut at a character's border and ends in `…`, and NUL, which
/// PostgreSQL cannot keep, becomes U+FFFD. Whoever makes an event of foreign text copies it with this, so that events that
/// wait stay small.
#[must_use]
pub fn clipped(text: &str) -> String {
    let mut kept = if text.len() <= MAX_TEXT {
        text.to_owned()
    } else {
        let end = text.floor_char_boundary(MAX_TEXT - '…'.len_utf8());
        let mut kept = String::with_capacity(MAX_TEXT);
        kept.extend([text.get(..end).unwrap_or_default(), "…"]);
        kept
    };
    if kept.contains('\0') {
        kept = kept.replace('\0', "\u{fffd}");
    }
    kept
}

fn clip(text: &mut String) {
    if text.len() > MAX_TEXT || text.contains('\0') {
        *text = clipped(text);
    }
}

/// Inserts events that were clipped, in as few statements as the row limit allows.
pub(crate) async fn insert(
    database: &mut impl Database,
    events: &[DecisionEvent],
) -> Result<(), sqlx::Error> {
    let mut values = Vec::with_capacity(events.len().min(MAX_ROWS) * COLUMN_COUNT);
    for rows in events.chunks(MAX_ROWS) {
        values.clear();
        for event in rows {
            values.extend::<[Value<'_>; COLUMN_COUNT]>([
                event.at.into(),
                event.request_id.as_str().into(),
                i64::from(event.item).into(),
                event.tenant.as_str().into(),
                event.application.as_deref().into(),
                event.caller.provider.as_str().into(),
                event.caller.kind.as_str().into(),
                event.caller.id.as_str().into(),
                event.subject.provider.as_str().into(),
                event.subject.kind.as_str().into(),
                event.subject.id.as_str().into(),
                event.action.as_str().into(),
                event.resource_type.as_deref().into(),
                event.resource_id.as_deref().into(),
                event.decision.as_str().into(),
                event.reason.as_str().into(),
                event.permission.as_deref().into(),
                event.revision.into(),
            ]);
        }
        database.execute(insertion(rows.len()), &values).await?;
    }
    Ok(())
}

/// The INSERT of so many rows, at most [`MAX_ROWS`].
fn insertion(rows: usize) -> &'static str {
    static TEXTS: [OnceLock<String>; MAX_ROWS] = [const { OnceLock::new() }; MAX_ROWS];
    let write = || {
        let mut text = format!("INSERT INTO decision_event ({COLUMNS}) VALUES ");
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 1..=COLUMN_COUNT {
                let comma = if column == 1 { "" } else { ", " };
                // Writing to a string does not fail.
                let _ = write!(text, "{comma}${}", row * COLUMN_COUNT + column);
            }
            text.push(')');
        }
        text
    };
    TEXTS.get(rows.saturating_sub(1)).map_or("", |text| text.get_or_init(write))
}

/// Writes an event and deletes it, in one transaction that is committed: whether there is room for more. Its place is
/// before all others, so that the numbering of the record goes on as if it had not been.
pub(crate) async fn probe(link: &mut Link) -> Result<(), sqlx::Error> {
    let filling = "0".repeat(8 << 10);
    link.begin().await?;
    let text = "INSERT INTO decision_event (seq, at, request_id, item, tenant, caller_provider, caller_type, caller_id, \
                subject_provider, subject_type, subject_id, action, decision, reason, revision) \
                VALUES (-1, 0, '', 0, '', '', '', '', '', '', '', '', '', $1, 0)";
    link.execute(text, values![&filling]).await?;
    link.execute("DELETE FROM decision_event WHERE seq = -1", values![]).await?;
    link.commit().await
}

/// Reads one page, newest first, of the events before `before`.
pub(crate) async fn page(
    pool: &Pool,
    filter: &DecisionFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, StoreError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let text = format!(
        "SELECT seq, {COLUMNS} FROM decision_event WHERE seq < $1 AND ($2 IS NULL OR decision = $2) \
         AND ($3 IS NULL OR subject_id = $3) AND ($4 IS NULL OR at >= $4) ORDER BY seq DESC LIMIT $5"
    );
    let rows = pool
        .rows(
            &text,
            values![
                before.unwrap_or(i64::MAX),
                filter.decision.map(RecordedDecision::as_str),
                &filter.subject,
                filter.since,
                i64::from(limit) + 1,
            ],
        )
        .await?;
    let mut items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = if more { items.last().map(|event| event.seq) } else { None };
    Ok(Page { items, next })
}

fn read(row: &Row) -> Result<RecordedEvent, StoreError> {
    let decision: String = row.get("decision")?;
    let item: i64 = row.get("item")?;
    let party = |provider, kind, id| -> Result<Party, sqlx::Error> {
        Ok(Party { provider: row.get(provider)?, kind: row.get(kind)?, id: row.get(id)? })
    };
    Ok(RecordedEvent {
        seq: row.get("seq")?,
        event: DecisionEvent {
            at: row.get("at")?,
            request_id: row.get("request_id")?,
            item: u32::try_from(item)
                .map_err(|_| StoreError::Unreadable { column: "item", value: item.to_string() })?,
            tenant: row.get("tenant")?,
            application: row.get("application")?,
            caller: party("caller_provider", "caller_type", "caller_id")?,
            subject: party("subject_provider", "subject_type", "subject_id")?,
            action: row.get("action")?,
            resource_type: row.get("resource_type")?,
            resource_id: row.get("resource_id")?,
            decision: RecordedDecision::parse(&decision)
                .ok_or(StoreError::Unreadable { column: "decision", value: decision })?,
            reason: row.get("reason")?,
            permission: row.get("permission")?,
            revision: row.get("revision")?,
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

    #[test]
    fn what_a_database_cannot_keep_is_replaced() {
        let mut text = "a\0b".to_owned();
        clip(&mut text);
        assert_eq!(text, "a\u{fffd}b");
    }

    #[test]
    fn every_value_of_an_insertion_has_its_number() {
        assert!(insertion(1).ends_with("$17, $18)"));
        assert!(insertion(MAX_ROWS).ends_with(&format!("${})", MAX_ROWS * COLUMN_COUNT)));
        assert_eq!(COLUMNS.split(',').count(), COLUMN_COUNT);
    }
}
