//! Recorded decisions: who asked what about whom, and what was answered.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::segment::Record;
use crate::sql::{Database, Link, Pool, Row, Value, rows_of, values};

/// The most events in one page.
pub const MAX_PAGE: u32 = 1_000;

/// The longest text of an event, in bytes before JSON escapes it; what is longer is cut and ends with an ellipsis.
const MAX_TEXT: usize = 1_024;

/// The most rows in one INSERT: their parameters stay far below SQLite's 32,766.
pub(crate) const MAX_ROWS: usize = 64;

/// The columns that an INSERT names: those that events are looked for by, and [`Kept`].
const COLUMNS: &str = "at, decision, subject_id, event";
const COLUMN_COUNT: usize = 4;

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
    /// The public name of the session or temporary credential with which they asked. An API key is the caller itself.
    pub credential: Option<String>,
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
    /// Only those whose place in the record is behind this one.
    pub behind: Option<i64>,
}

/// The newest decision about each subject, of so many as were looked back over.
#[derive(Debug, Clone, Default)]
pub struct NewestDecisions {
    /// The place of the newest decision about a subject, by the subject's id: whichever tenant's and provider's it is.
    pub places: HashMap<String, i64>,
    /// What was looked at lies behind this place.
    pub behind: i64,
    /// When the oldest of them was decided, where there are others before it.
    pub looked_back_to: Option<i64>,
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
        let optional = [
            &mut self.application,
            &mut self.credential,
            &mut self.resource_type,
            &mut self.resource_id,
            &mut self.permission,
        ];
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

/// What the column `event` holds, as JSON.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    item: u32,
    #[serde(borrow)]
    tenant: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<Cow<'a, str>>,
    #[serde(borrow)]
    caller: KeptParty<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<Cow<'a, str>>,
    #[serde(borrow)]
    subject: KeptParty<'a>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Cow<'a, str>>,
    revision: i64,
}

#[derive(Serialize, Deserialize)]
struct KeptParty<'a> {
    #[serde(borrow)]
    provider: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
}

impl<'a> From<&'a Party> for KeptParty<'a> {
    fn from(party: &'a Party) -> KeptParty<'a> {
        let Party { provider, kind, id } = party;
        KeptParty { provider: provider.into(), kind: kind.into(), id: id.into() }
    }
}

impl From<KeptParty<'_>> for Party {
    fn from(kept: KeptParty<'_>) -> Party {
        let KeptParty { provider, kind, id } = kept;
        Party { provider: provider.into_owned(), kind: kind.into_owned(), id: id.into_owned() }
    }
}

impl<'a> From<&'a DecisionEvent> for Kept<'a> {
    fn from(event: &'a DecisionEvent) -> Kept<'a> {
        let optional = |text: &'a Option<String>| text.as_deref().map(Cow::from);
        Kept {
            request_id: (&event.request_id).into(),
            item: event.item,
            tenant: (&event.tenant).into(),
            application: optional(&event.application),
            caller: (&event.caller).into(),
            credential: optional(&event.credential),
            subject: (&event.subject).into(),
            action: (&event.action).into(),
            resource_type: optional(&event.resource_type),
            resource_id: optional(&event.resource_id),
            reason: (&event.reason).into(),
            permission: optional(&event.permission),
            revision: event.revision,
        }
    }
}

impl Kept<'_> {
    fn into_event(self, at: i64, decision: RecordedDecision) -> DecisionEvent {
        let optional = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        DecisionEvent {
            at,
            request_id: self.request_id.into_owned(),
            item: self.item,
            tenant: self.tenant.into_owned(),
            application: optional(self.application),
            caller: self.caller.into(),
            credential: optional(self.credential),
            subject: self.subject.into(),
            action: self.action.into_owned(),
            resource_type: optional(self.resource_type),
            resource_id: optional(self.resource_id),
            decision,
            reason: self.reason.into_owned(),
            permission: optional(self.permission),
            revision: self.revision,
        }
    }
}

/// What the column `event` holds of an event.
pub(crate) fn kept(event: &DecisionEvent) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Kept::from(event))
}

/// How many records of a segment one statement inserts, as long as there are so many.
const RECORDS: usize = 256;

/// Inserts records of a segment, in as few statements as can be, and of as few texts, which the driver keeps.
pub(crate) async fn insert_records(
    database: &mut impl Database,
    records: &[Record<'_>],
) -> Result<(), sqlx::Error> {
    static MANY: OnceLock<String> = OnceLock::new();
    let (many, rest) = records.as_chunks::<RECORDS>();
    for rows in many {
        // Records come from segments, and those are of an embedded database alone.
        let text = MANY.get_or_init(|| {
            let rows = vec!["(?, ?, ?, ?)"; RECORDS].join(", ");
            format!("INSERT INTO decision_event ({COLUMNS}) VALUES {rows}")
        });
        database.execute(text, &values_of(rows)).await?;
    }
    for rows in rest.chunks(MAX_ROWS) {
        database.execute(insertion(rows.len()), &values_of(rows)).await?;
    }
    Ok(())
}

fn values_of<'a>(records: &[Record<'a>]) -> Vec<Value<'a>> {
    let value = |record: &Record<'a>| -> [Value<'a>; COLUMN_COUNT] {
        let Record { at, decision, subject, event } = *record;
        [at.into(), decision.as_str().into(), subject.into(), event.into()]
    };
    records.iter().flat_map(value).collect()
}

/// Inserts events that were clipped, in as few statements as the row limit allows.
pub(crate) async fn insert(
    database: &mut impl Database,
    events: &[&DecisionEvent],
) -> Result<(), sqlx::Error> {
    for rows in events.chunks(MAX_ROWS) {
        let kept = rows.iter().map(|event| kept(event));
        let kept: Vec<String> =
            kept.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Encode(error.into()))?;
        let mut values = Vec::with_capacity(rows.len() * COLUMN_COUNT);
        for (event, kept) in rows.iter().zip(&kept) {
            values.extend::<[Value<'_>; COLUMN_COUNT]>([
                event.at.into(),
                event.decision.as_str().into(),
                event.subject.id.as_str().into(),
                kept.as_str().into(),
            ]);
        }
        database.execute(insertion(rows.len()), &values).await?;
    }
    Ok(())
}

/// The INSERT of so many rows, at most [`MAX_ROWS`].
fn insertion(rows: usize) -> &'static str {
    static TEXTS: [OnceLock<String>; MAX_ROWS] = [const { OnceLock::new() }; MAX_ROWS];
    TEXTS.get(rows.saturating_sub(1)).map_or("", |text| text.get_or_init(|| insertion_text(rows)))
}

fn insertion_text(rows: usize) -> String {
    format!("INSERT INTO decision_event ({COLUMNS}) VALUES {}", rows_of(rows, COLUMN_COUNT))
}

/// Writes an event and deletes it, in one transaction that is committed: whether there is room for more. Its place is
/// before all others, so that the numbering of the record goes on as if it had not been.
pub(crate) async fn probe(link: &mut Link) -> Result<(), sqlx::Error> {
    let filling = "0".repeat(8 << 10);
    link.begin().await?;
    let text = "INSERT INTO decision_event (seq, at, decision, subject_id, event) VALUES (-1, 0, '', '', $1)";
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
         AND ($3 IS NULL OR subject_id = $3) AND ($4 IS NULL OR at >= $4) \
         AND seq > $5 ORDER BY seq DESC LIMIT $6"
    );
    let rows = pool
        .rows(
            &text,
            values![
                before.unwrap_or(i64::MAX),
                filter.decision.map(RecordedDecision::as_str),
                &filter.subject,
                filter.since,
                filter.behind.unwrap_or(i64::MIN),
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

/// The newest decision about each subject, of the newest `count`.
pub(crate) async fn newest(pool: &Pool, count: u32) -> Result<NewestDecisions, StoreError> {
    let last = pool.rows("SELECT seq FROM decision_event ORDER BY seq DESC LIMIT 1", values![]).await?;
    let Some(last) = last.first() else { return Ok(NewestDecisions::default()) };
    let behind = last.get::<i64>("seq")?.saturating_sub(i64::from(count));
    let text = "SELECT subject_id, MAX(seq) AS seq FROM decision_event WHERE seq > $1 GROUP BY subject_id";
    let mut places = HashMap::new();
    for row in pool.rows(text, values![behind]).await? {
        places.insert(row.get("subject_id")?, row.get("seq")?);
    }
    let text = "SELECT at FROM decision_event WHERE seq > $1 \
                AND EXISTS (SELECT 1 FROM decision_event WHERE seq <= $1) ORDER BY seq LIMIT 1";
    let oldest = pool.rows(text, values![behind]).await?;
    let looked_back_to = oldest.first().map(|row| row.get("at")).transpose()?;
    Ok(NewestDecisions { places, behind, looked_back_to })
}

fn read(row: &Row) -> Result<RecordedEvent, StoreError> {
    let unreadable = |column, value| StoreError::Unreadable { column, value };
    let (decision, kept): (String, String) = (row.get("decision")?, row.get("event")?);
    let decision = RecordedDecision::parse(&decision).ok_or_else(|| unreadable("decision", decision))?;
    let event: Kept<'_> =
        serde_json::from_str(&kept).map_err(|error| unreadable("event", error.to_string()))?;
    Ok(RecordedEvent { seq: row.get("seq")?, event: event.into_event(row.get("at")?, decision) })
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
        assert!(insertion(1).ends_with("($1, $2, $3, $4)"));
        assert!(insertion(MAX_ROWS).ends_with(&format!("${})", MAX_ROWS * COLUMN_COUNT)));
        assert_eq!(COLUMNS.split(',').count(), COLUMN_COUNT);
    }
}
