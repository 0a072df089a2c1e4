//! Recorded decisions: who asked what about whom, and what was answered.

use std::borrow::Cow;
use std::collections::HashMap;

use casemate_audit::query::Query;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::log::{self, Only};
use crate::open::StoreReader;
use crate::sql::Row;

/// The most events in one page.
pub const MAX_PAGE: u32 = 1_000;

/// The longest text of an event, in bytes before JSON escapes it; what is longer is cut and ends with an ellipsis.
const MAX_TEXT: usize = 1_024;

/// Somebody in an event, as Casemate knew them at the time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// Its place in the log, from 0.
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

/// A text as it is kept, which is the text itself where it is short.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    if text.len() > MAX_TEXT || text.contains('\0') { Cow::Owned(clipped(text)) } else { Cow::Borrowed(text) }
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

impl DecisionFilter {
    /// The same, as the log is asked.
    fn query(&self) -> Query {
        let outcome = self.decision.map(|decision| match decision {
            RecordedDecision::Allowed => "success",
            RecordedDecision::Denied => "denied",
            RecordedDecision::Conditional => "conditional",
        });
        Query {
            kind: Some(log::DECISION.to_owned()),
            outcome: outcome.map(str::to_owned),
            subject: self.subject.clone(),
            since: self.since,
            ..Query::default()
        }
    }
}

impl StoreReader {
    /// One page of recorded decisions, newest first: at most `limit` (1 to [`crate::MAX_PAGE`]) of those before the
    /// event `before`. The first page holds what was recorded before it was asked for.
    ///
    /// # Errors
    /// Where the database cannot be read, or what was recorded does not come into it.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        if before.is_none() {
            self.settle().await?;
        }
        let (query, limit) = (filter.query(), limit.clamp(1, MAX_PAGE));
        let mut place = before.map(|before| u64::try_from(before).unwrap_or_default());
        let behind =
            filter.behind.map_or(0, |behind| u64::try_from(behind.saturating_add(1)).unwrap_or_default());
        let mut items = Vec::new();
        loop {
            let wanted = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(limit));
            let page = self.search(&query, Only::Decisions, place, wanted, behind).await?;
            items.extend(page.items.iter().filter_map(log::decision));
            place = page.next;
            if place.is_none() || items.len() >= limit as usize {
                return Ok(Page { items, next: place.map(|place| i64::try_from(place).unwrap_or(i64::MAX)) });
            }
        }
    }

    /// The newest recorded decision about each subject, of the newest `count`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn newest_decisions(&self, count: u32) -> Result<NewestDecisions, StoreError> {
        let mut found = NewestDecisions { behind: -1, ..NewestDecisions::default() };
        let (mut left, mut before) = (count, None);
        while left > 0 {
            let page = self.decisions(&DecisionFilter::default(), before, left.min(MAX_PAGE)).await?;
            left = left.saturating_sub(u32::try_from(page.items.len()).unwrap_or(left));
            for RecordedEvent { seq, event } in page.items {
                found.behind = seq - 1;
                found.looked_back_to = Some(event.at);
                found.places.entry(event.subject.id).or_insert(seq);
            }
            before = page.next;
            if before.is_none() {
                found.looked_back_to = None;
                found.behind = -1;
                break;
            }
        }
        Ok(found)
    }
}

/// Reads the rows of the table in which earlier versions kept decisions.
pub(crate) const EARLIER: &str = "SELECT seq, at, decision, subject_id, event FROM decision_event";

/// A decision as earlier versions kept it.
pub(crate) fn earlier(row: &Row) -> Result<RecordedEvent, StoreError> {
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
        assert!(matches!(cut("short"), Cow::Borrowed("short")));
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat(shift), "🦀".repeat(1_000));
            let text = cut(&text).into_owned();
            assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 8 && text.ends_with('…'));
            assert!(text.capacity() < 2 * MAX_TEXT);
        }
    }

    #[test]
    fn what_a_database_cannot_keep_is_replaced() {
        assert_eq!(cut("a\0b"), "a\u{fffd}b");
    }
}
