//! What is recorded as the text that stands in the log, and back.

use std::borrow::Cow;
use std::sync::LazyLock;

use casemate_audit::event::{Event, MAX_EVENT, Party as Somebody, Request};
use memchr::memmem::Finder;

use super::LogEvent;
use super::state::number;
use crate::audit::{AuditEvent, StoredAuditEvent};
use crate::commit::Actor;
use crate::decision::{DecisionEvent, Party, RecordedDecision, RecordedEvent, cut};

/// The kind of events that are decisions.
pub(crate) const DECISION: &str = "decision";
/// The kind of events that tell of reading.
pub(super) const READ: &str = "read";
/// Where the kind stands in a text ends by here.
const BEGINNING: usize = 96;
static IS_DECISION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"kind\":\"decision\","));
static IS_READ: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"kind\":\"read\","));

/// Whether the text of an event is that of a decision, by its first members alone.
pub(super) fn is_decision(text: &[u8]) -> bool {
    let beginning = text.get(..BEGINNING).unwrap_or(text);
    IS_DECISION.find(beginning).is_some()
}

/// Whether the text of an event is that of one that tells of reading, as [`is_decision`].
pub(super) fn is_read(text: &[u8]) -> bool {
    let beginning = text.get(..BEGINNING).unwrap_or(text);
    IS_READ.find(beginning).is_some()
}

/// The text of an event of a change, or that was recorded, at a revision. Texts that are too long are cut; of an event that is too
/// long with what was before and after, it says how many bytes these have: what the log does not take would stop all writing.
pub(crate) fn of_change(event: &AuditEvent, revision: i64) -> Vec<u8> {
    let text = written(event, revision, (event.before.as_deref(), event.after.as_deref()));
    if text.len() <= MAX_EVENT {
        return text;
    }
    let [before, after] = [&event.before, &event.after].map(|document| {
        document.as_ref().map(|document| format!("{{\"omitted_bytes\":{}}}", document.len()))
    });
    written(event, revision, (before.as_deref(), after.as_deref()))
}

fn written(event: &AuditEvent, revision: i64, (before, after): (Option<&str>, Option<&str>)) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    Event {
        at: event.at,
        kind: cut(&event.kind),
        area: cut(area(event)),
        action: cut(&event.action),
        outcome: cut(&event.outcome),
        reason: some(&event.reason),
        tenant: cut(&event.tenant),
        application: some(&event.application),
        actor: Somebody {
            provider: cut(&event.actor.provider),
            kind: cut(&event.actor.kind),
            id: cut(&event.actor.id),
            credential: some(&event.actor.credential),
        },
        acting_for: event.acting_for.as_ref().map(somebody),
        subject: event.subject.as_ref().map(somebody),
        resource_type: named(&event.resource_type),
        resource_id: named(&event.resource_id),
        permission: some(&event.permission),
        revision,
        request: Request {
            id: cut(&event.request_id),
            item: None,
            route: some(&event.route),
            client: some(&event.client),
            user_agent: some(&event.user_agent),
        },
        before: before.map(Cow::Borrowed),
        after: after.map(Cow::Borrowed),
    }
    .write(&mut text);
    text
}

/// The part of the server that an event is of.
pub(super) fn area(event: &AuditEvent) -> &str {
    if event.area.is_empty() { area_of(&event.action) } else { &event.area }
}

/// The part of the server that an action is of: the second word of `casemate.role.update`; of other actions, applications say what
/// they are.
fn area_of(action: &str) -> &str {
    let mut words = action.split('.');
    match (words.next(), words.next()) {
        (Some("casemate"), Some(area)) => area,
        _ => "application",
    }
}

/// Appends the text of a decision.
pub(crate) fn of_decision(event: &DecisionEvent, text: &mut Vec<u8>) {
    let outcome = match event.decision {
        RecordedDecision::Allowed => "success",
        RecordedDecision::Denied => "denied",
        RecordedDecision::Conditional => "conditional",
    };
    Event {
        at: event.at,
        kind: DECISION.into(),
        area: DECISION.into(),
        action: cut(&event.action),
        outcome: outcome.into(),
        reason: Some(cut(&event.reason)),
        tenant: cut(&event.tenant),
        application: some(&event.application),
        actor: Somebody { credential: some(&event.credential), ..somebody(&event.caller) },
        acting_for: None,
        subject: Some(somebody(&event.subject)),
        resource_type: some(&event.resource_type),
        resource_id: some(&event.resource_id),
        permission: some(&event.permission),
        revision: event.revision,
        request: Request { id: cut(&event.request_id), item: Some(event.item), ..Request::default() },
        before: None,
        after: None,
    }
    .write(text);
}

fn some(text: &Option<String>) -> Option<Cow<'_, str>> {
    text.as_deref().map(cut)
}

fn named(text: &str) -> Option<Cow<'_, str>> {
    if text.is_empty() { None } else { Some(cut(text)) }
}

fn somebody(party: &Party) -> Somebody<'_> {
    let Party { provider, kind, id } = party;
    Somebody { provider: cut(provider), kind: cut(kind), id: cut(id), credential: None }
}

fn party(somebody: Somebody<'_>) -> Party {
    let Somebody { provider, kind, id, .. } = somebody;
    Party { provider: provider.into_owned(), kind: kind.into_owned(), id: id.into_owned() }
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

/// The decision that an event is of; nothing where its text is not there, or is none that is known.
pub(crate) fn decision(event: &LogEvent) -> Option<RecordedEvent> {
    let LogEvent { index, text, .. } = event;
    let event = Event::parse(text.as_ref()?).ok()?;
    let decision = match &*event.outcome {
        "success" => RecordedDecision::Allowed,
        "conditional" => RecordedDecision::Conditional,
        _ => RecordedDecision::Denied,
    };
    let credential = owned(event.actor.credential.clone());
    let event = DecisionEvent {
        at: event.at,
        request_id: event.request.id.into_owned(),
        item: event.request.item.unwrap_or_default(),
        tenant: event.tenant.into_owned(),
        application: owned(event.application),
        caller: party(event.actor),
        credential,
        subject: event.subject.map(party).unwrap_or_default(),
        action: event.action.into_owned(),
        resource_type: owned(event.resource_type),
        resource_id: owned(event.resource_id),
        decision,
        reason: owned(event.reason).unwrap_or_default(),
        permission: owned(event.permission),
        revision: event.revision,
    };
    Some(RecordedEvent { seq: number(*index), event })
}

/// An event that is no decision, as whoever asks for those reads it.
pub(crate) fn audited(event: &LogEvent) -> Option<StoredAuditEvent> {
    let LogEvent { index, text, .. } = event;
    let event = Event::parse(text.as_ref()?).ok()?;
    let Event { actor, request, .. } = event;
    Some(StoredAuditEvent {
        seq: number(*index),
        revision: event.revision,
        event: AuditEvent {
            at: event.at,
            actor: Actor {
                provider: actor.provider.into_owned(),
                kind: actor.kind.into_owned(),
                id: actor.id.into_owned(),
                credential: owned(actor.credential),
            },
            action: event.action.into_owned(),
            kind: event.kind.into_owned(),
            area: event.area.into_owned(),
            tenant: event.tenant.into_owned(),
            application: owned(event.application),
            acting_for: event.acting_for.map(party),
            subject: event.subject.map(party),
            resource_type: owned(event.resource_type).unwrap_or_default(),
            resource_id: owned(event.resource_id).unwrap_or_default(),
            permission: owned(event.permission),
            outcome: event.outcome.into_owned(),
            reason: owned(event.reason),
            request_id: request.id.into_owned(),
            route: owned(request.route),
            client: owned(request.client),
            user_agent: owned(request.user_agent),
            before: owned(event.before),
            after: owned(event.after),
        },
    })
}
