//! Audit events as the API reads and shows them.

use casemate_directory::DEFAULT_TENANT;
use casemate_directory::model::When;
use casemate_platform::{Code, Problem};
use casemate_store::{AuditFilter, StoreError, StoredAuditEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::export::Place;
use crate::guard::Access;
use crate::listed::{self, Asked, Listed, searches};
use crate::view::time;

/// The columns of an exported list.
const COLUMNS: [&str; 20] = [
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
];

/// An order of audit events.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AuditEventOrder")]
enum Order {
    /// The newest first.
    #[default]
    #[serde(rename = "-id")]
    Newest,
    /// The oldest first.
    #[serde(rename = "id")]
    Oldest,
}

/// Which audit events are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventSearch {
    /// Those about the whole installation in place of those about the tenant. Needs the permission in the tenant
    /// `default`.
    #[serde(default)]
    installation: bool,
    /// Only those of the actor with this id.
    #[serde(default)]
    actor: Option<String>,
    /// Only those of this action, such as `casemate.role.update`.
    #[serde(default)]
    action: Option<String>,
    /// Only those about this kind of resource.
    #[serde(default)]
    resource_type: Option<String>,
    /// Only those about the resource with this id.
    #[serde(default)]
    resource_id: Option<String>,
    /// Only those that ended so: `success`, `denied`, `failure`.
    #[serde(default)]
    outcome: Option<String>,
    /// Only those at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
    /// In which order.
    #[serde(default)]
    sort: Order,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(EventSearch);

impl EventSearch {
    /// The page that is wanted, and the query.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds, 403 where it is about what is not shown in the tenant.
    pub(super) fn query(mut self, access: &Access) -> Result<(Asked, EventQuery), Problem> {
        let asked = Asked::of(&format!("{}\n{}", Events::LIST, access.tenant()), &mut self)?;
        if self.installation && access.tenant() != DEFAULT_TENANT {
            let detail = "events of the whole installation are shown to those who may see them in the tenant `default`";
            return Err(Problem::new(Code::Forbidden).detail(detail));
        }
        let tenant = if self.installation { String::new() } else { access.tenant().to_owned() };
        let filter = AuditFilter {
            tenant: Some(tenant),
            actor: self.actor,
            action: self.action,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            outcome: self.outcome,
            since: self.since.map(|since| since.0.0),
            until: self.until.map(|until| until.0.0),
            oldest_first: matches!(self.sort, Order::Oldest),
        };
        Ok((asked, EventQuery { filter, beyond: None, limit: 0 }))
    }
}

/// Audit events, as a list.
pub(super) struct Events;

/// Which of them are wanted of the store.
#[derive(Debug, Clone)]
pub(super) struct EventQuery {
    filter: AuditFilter,
    beyond: Option<i64>,
    limit: u32,
}

impl Listed for Events {
    type Record = StoredAuditEvent;
    type View = EventView;
    type Query = EventQuery;
    const LIST: &'static str = "audit-events";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(StoredAuditEvent { seq, revision, event }: StoredAuditEvent) -> Vec<String> {
        let text = Option::unwrap_or_default;
        vec![
            seq.to_string(),
            time(event.at),
            revision.to_string(),
            event.actor.provider,
            event.actor.kind,
            event.actor.id,
            text(event.actor.credential),
            event.action,
            event.kind,
            event.tenant,
            event.resource_type,
            event.resource_id,
            event.outcome,
            text(event.reason),
            event.request_id,
            text(event.route),
            text(event.client),
            text(event.user_agent),
            text(event.before),
            text(event.after),
        ]
    }

    fn behind(query: EventQuery, after: Option<Place>, limit: u32) -> EventQuery {
        EventQuery { beyond: listed::number(after), limit, ..query }
    }

    fn place(_: &EventQuery, event: &StoredAuditEvent) -> Place {
        listed::numbered(event.seq)
    }

    async fn read(app: &App, query: &EventQuery) -> Result<Vec<StoredAuditEvent>, StoreError> {
        app.store.reader().audit_events(&query.filter, query.beyond, query.limit).await
    }
}

/// An audit event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
pub(crate) struct EventView {
    /// Its place; rises with every event.
    id: i64,
    /// When it happened.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// The revision of the change that it tells of.
    revision: i64,
    /// Who did it.
    actor: ActorView,
    /// The permission that it needed; what an application calls it, where it recorded it.
    action: String,
    /// `create`, `update`, `delete`, …; `recorded` of all that an application says, and of nothing else.
    kind: String,
    /// The tenant in which it happened; empty for the whole installation.
    tenant: String,
    /// What it was done to.
    resource: ResourceView,
    /// `success`, `denied` or `failure`.
    outcome: String,
    /// Why it was denied or failed, or the reason that the actor gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The request that asked for it; empty where there was none.
    request_id: String,
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

/// Who did something.
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

impl From<StoredAuditEvent> for EventView {
    fn from(StoredAuditEvent { seq, revision, event }: StoredAuditEvent) -> EventView {
        let json = |text: Option<String>| {
            let text = text?;
            Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
        };
        EventView {
            id: seq,
            at: time(event.at),
            revision,
            actor: ActorView {
                provider: event.actor.provider,
                r#type: event.actor.kind,
                id: event.actor.id,
                credential: event.actor.credential,
            },
            action: event.action,
            kind: event.kind,
            tenant: event.tenant,
            resource: ResourceView { r#type: event.resource_type, id: event.resource_id },
            outcome: event.outcome,
            reason: event.reason,
            request_id: event.request_id,
            route: event.route,
            client: event.client,
            user_agent: event.user_agent,
            before: json(event.before),
            after: json(event.after),
        }
    }
}
