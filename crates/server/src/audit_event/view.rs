//! Audit events as the API shows them.

use std::borrow::Cow;

use casemate_audit::event::{Event, Party};
use casemate_audit::shown::ShownEvent;
use casemate_store::LogEvent;

use crate::view::time;

/// The columns of an exported list.
pub(super) const COLUMNS: [&str; 31] = [
    "id",
    "at",
    "revision",
    "actor.provider",
    "actor.type",
    "actor.id",
    "actor.credential",
    "action",
    "kind",
    "tenant",
    "resource.type",
    "resource.id",
    "outcome",
    "reason",
    "request_id",
    "route",
    "client",
    "user_agent",
    "before",
    "after",
    "area",
    "application",
    "acting_for.provider",
    "acting_for.type",
    "acting_for.id",
    "subject.provider",
    "subject.type",
    "subject.id",
    "permission",
    "item",
    "erased",
];

/// An event as it is shown; nothing where its text is not there any more, or is of a later version.
pub(super) fn shown_event(event: &LogEvent) -> Option<ShownEvent> {
    let text = event.text.as_deref()?;
    match Event::parse(text) {
        Ok(read) => Some(ShownEvent::of(event.index, read, time)),
        Err(error) => {
            tracing::error!(index = event.index, %error, "an event of the log cannot be read");
            None
        }
    }
}

/// What stands in the [`COLUMNS`] of an event.
pub(super) fn cells(event: &LogEvent) -> [String; 31] {
    let read = event.text.as_deref().and_then(|text| Event::parse(text).ok());
    let Some(read) = read else {
        let mut cells = [const { String::new() }; 31];
        let [first, .., last] = &mut cells;
        *first = event.index.to_string();
        "true".clone_into(last);
        return cells;
    };
    let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).unwrap_or_default();
    let Party { provider, kind, id, credential } = read.actor;
    let [acting_for, subject] = [read.acting_for, read.subject].map(Option::unwrap_or_default);
    [
        event.index.to_string(),
        time(read.at),
        read.revision.to_string(),
        provider.into_owned(),
        kind.into_owned(),
        id.into_owned(),
        text(credential),
        read.action.into_owned(),
        read.kind.into_owned(),
        read.tenant.into_owned(),
        text(read.resource_type),
        text(read.resource_id),
        read.outcome.into_owned(),
        text(read.reason),
        read.request.id.into_owned(),
        text(read.request.route),
        text(read.request.client),
        text(read.request.user_agent),
        text(read.before),
        text(read.after),
        read.area.into_owned(),
        text(read.application),
        acting_for.provider.into_owned(),
        acting_for.kind.into_owned(),
        acting_for.id.into_owned(),
        subject.provider.into_owned(),
        subject.kind.into_owned(),
        subject.id.into_owned(),
        text(read.permission),
        read.request.item.map(|item| item.to_string()).unwrap_or_default(),
        String::new(),
    ]
}
