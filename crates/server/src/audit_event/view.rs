//! Audit events as the API shows them.

use std::borrow::Cow;

use casemate_audit::event::{Event, Party};
use casemate_store::LogEvent;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

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

/// An audit event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
pub(crate) struct EventView {
    /// Its place in the log, from 0, without a gap.
    id: u64,
    /// When it happened.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// The revision of the change that it tells of.
    revision: i64,
    /// Who did it.
    actor: ActorView,
    /// For whom they did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_for: Option<ActorView>,
    /// Whom it is about, such as the one about whom something was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<ActorView>,
    /// The permission that it needed; what an application calls it, where it recorded it.
    action: String,
    /// `create`, `read`, `update`, `delete`, `sign-in`, `decision`, …; `recorded` of all that an application says, and of nothing else.
    kind: String,
    /// The part of the server that it is of, such as `role`; `application` of what an application records.
    area: String,
    /// The tenant in which it happened; empty for the whole installation.
    tenant: String,
    /// The application that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// What it was done to.
    resource: ResourceView,
    /// `success`, `denied`, `failure` or `conditional`.
    outcome: String,
    /// Why it was denied or failed, or the reason that the actor gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// The request that asked for it; empty where there was none.
    request_id: String,
    /// The position in a batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    /// The template of its route.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The client's `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// What it was before, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// What it was afterwards, without secrets. Of the kind `recorded`: `recorder`, who recorded it and with which credential,
    /// `recorded_at`, and the `details` that they gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// Somebody in an event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditActor")]
struct ActorView {
    provider: String,
    r#type: String,
    id: String,
    /// The credential that they presented, by its public name.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// What something was done to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditResource")]
struct ResourceView {
    r#type: String,
    id: String,
}

impl From<Party<'_>> for ActorView {
    fn from(party: Party<'_>) -> ActorView {
        ActorView {
            provider: party.provider.into_owned(),
            r#type: party.kind.into_owned(),
            id: party.id.into_owned(),
            credential: party.credential.map(Cow::into_owned),
        }
    }
}

impl EventView {
    /// An event as it is shown; nothing where its text is not there any more, or is of a later version.
    pub(super) fn of(event: &LogEvent) -> Option<EventView> {
        let text = event.text.as_deref()?;
        match Event::parse(text) {
            Ok(read) => Some(EventView::read(event.index, read)),
            Err(error) => {
                tracing::error!(index = event.index, %error, "an event of the log cannot be read");
                None
            }
        }
    }

    /// The tenant in which it happened.
    pub(super) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The application that it is of.
    pub(super) fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }

    fn read(id: u64, event: Event<'_>) -> EventView {
        let json = |text: Option<Cow<'_, str>>| {
            let text = text?;
            Some(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned())))
        };
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        EventView {
            id,
            at: time(event.at),
            revision: event.revision,
            actor: event.actor.into(),
            acting_for: event.acting_for.map(ActorView::from),
            subject: event.subject.map(ActorView::from),
            action: event.action.into_owned(),
            kind: event.kind.into_owned(),
            area: event.area.into_owned(),
            tenant: event.tenant.into_owned(),
            application: owned(event.application),
            resource: ResourceView {
                r#type: owned(event.resource_type).unwrap_or_default(),
                id: owned(event.resource_id).unwrap_or_default(),
            },
            outcome: event.outcome.into_owned(),
            reason: owned(event.reason),
            permission: owned(event.permission),
            request_id: event.request.id.into_owned(),
            item: event.request.item,
            route: owned(event.request.route),
            client: owned(event.request.client),
            user_agent: owned(event.request.user_agent),
            before: json(event.before),
            after: json(event.after),
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
