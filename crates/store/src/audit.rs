//! Audit events: who changed or tried what. An event stands in the transaction of the change that it tells of.

use std::borrow::Cow;

use crate::bounds::is_keepable;
use crate::commit::Actor;
use crate::decision::clipped;
use crate::error::StoreError;
use crate::sql::{Database, Pool, Row, Value, rows_of};

/// What happened, once. Texts longer than 1,024 bytes are cut; `before` and `after` may be as long as a document, and are
/// refused where they are longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who did it.
    pub actor: Actor,
    /// The permission that it needed, such as `casemate.role.update`.
    pub action: String,
    /// `create`, `read`, `update`, `delete`, `configuration`, …
    pub kind: String,
    /// The tenant in which it happened; empty for the whole installation.
    pub tenant: String,
    /// What it was done to: the kind.
    pub resource_type: String,
    /// What it was done to: the id.
    pub resource_id: String,
    /// `success`, `denied` or `failure`.
    pub outcome: String,
    /// Why it was denied or failed, as a stable code; or the reason that the actor gave.
    pub reason: Option<String>,
    /// The request that asked for it; empty where there was none.
    pub request_id: String,
    /// The template of the route, such as `/api/v1/roles/{id}`; never a path with ids or a query.
    pub route: Option<String>,
    /// The client's address.
    pub client: Option<String>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// What it was before, as JSON without secrets.
    pub before: Option<String>,
    /// What it was afterwards, as JSON without secrets.
    pub after: Option<String>,
}

/// An event as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuditEvent {
    /// Its place; rises with every event and is never used twice.
    pub seq: i64,
    /// The revision of the change that it tells of; the last one where nothing was changed.
    pub revision: i64,
    /// The event.
    pub event: AuditEvent,
}

/// Which audit events are wanted; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only those in this tenant.
    pub tenant: Option<String>,
    /// Only those of the actor with this id.
    pub actor: Option<String>,
    /// Only those of this action.
    pub action: Option<String>,
    /// Only those about this kind of resource.
    pub resource_type: Option<String>,
    /// Only those about the resource with this id.
    pub resource_id: Option<String>,
    /// Only those at or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
}

impl AuditFilter {
    /// Whether the filter asks for what no database can hold, and so for nothing.
    pub(crate) fn is_void(&self) -> bool {
        let AuditFilter { tenant, actor, action, resource_type, resource_id, .. } = self;
        [tenant, actor, action, resource_type, resource_id]
            .into_iter()
            .flatten()
            .any(|text| !is_keepable(text))
    }
}

/// How many events one statement inserts.
const INSERTED: usize = 64;

/// The columns of an event that are written.
const WRITTEN: usize = 19;

/// Stores the events of one change.
pub(crate) async fn insert(
    database: &mut impl Database,
    revision: i64,
    events: &[AuditEvent],
) -> Result<(), sqlx::Error> {
    for events in events.chunks(INSERTED) {
        let text = format!(
            "INSERT INTO audit_event (at, revision, actor_provider, actor_type, actor_id, credential, action, kind, \
             tenant, resource_type, resource_id, outcome, reason, request_id, route, client, user_agent, before, after) \
             VALUES {}",
            rows_of(events.len(), WRITTEN)
        );
        let clipped: Vec<[Option<Cow<'_, str>>; WRITTEN - 2]> = events.iter().map(texts).collect();
        let mut values = Vec::with_capacity(events.len() * WRITTEN);
        for (event, texts) in events.iter().zip(&clipped) {
            values.extend([Value::from(event.at), revision.into()]);
            values.extend(texts.iter().map(|text| Value::Text(text.as_deref())));
        }
        database.execute(&text, &values).await?;
    }
    Ok(())
}

/// The texts of an event in the order of their columns, cut where they may be.
fn texts(event: &AuditEvent) -> [Option<Cow<'_, str>>; WRITTEN - 2] {
    let required = |text: &str| Some(Cow::Owned(clipped(text)));
    let optional = |text: &Option<String>| text.as_deref().map(clipped).map(Cow::Owned);
    [
        required(&event.actor.provider),
        required(&event.actor.kind),
        required(&event.actor.id),
        optional(&event.actor.credential),
        required(&event.action),
        required(&event.kind),
        required(&event.tenant),
        required(&event.resource_type),
        required(&event.resource_id),
        required(&event.outcome),
        optional(&event.reason),
        required(&event.request_id),
        optional(&event.route),
        optional(&event.client),
        optional(&event.user_agent),
        event.before.as_deref().map(Cow::Borrowed),
        event.after.as_deref().map(Cow::Borrowed),
    ]
}

/// The events before `before` that the filter wants, the newest first.
pub(crate) async fn page(
    pool: &Pool,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<StoredAuditEvent>, StoreError> {
    // Only what is asked for stands in the text: an index answers a comparison, and never an alternative to one.
    let mut values = vec![Value::from(before.unwrap_or(i64::MAX)), i64::from(limit).into()];
    let mut conditions = String::new();
    let AuditFilter { tenant, actor, action, resource_type, resource_id, since } = filter;
    let wanted: [(&str, Option<Value<'_>>); 6] = [
        ("tenant =", tenant.as_ref().map(Value::from)),
        ("actor_id =", actor.as_ref().map(Value::from)),
        ("action =", action.as_ref().map(Value::from)),
        ("resource_type =", resource_type.as_ref().map(Value::from)),
        ("resource_id =", resource_id.as_ref().map(Value::from)),
        ("at >=", since.map(Value::from)),
    ];
    for (condition, value) in wanted {
        if let Some(value) = value {
            values.push(value);
            conditions.push_str(&format!(" AND {condition} ${}", values.len()));
        }
    }
    let text = format!(
        "SELECT seq, at, revision, actor_provider, actor_type, actor_id, credential, action, kind, tenant, \
         resource_type, resource_id, outcome, reason, request_id, route, client, user_agent, before, after \
         FROM audit_event WHERE seq < $1{conditions} ORDER BY seq DESC LIMIT $2"
    );
    let rows = pool.rows(&text, &values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &Row) -> Result<StoredAuditEvent, sqlx::Error> {
    Ok(StoredAuditEvent {
        seq: row.get("seq")?,
        revision: row.get("revision")?,
        event: AuditEvent {
            at: row.get("at")?,
            actor: Actor {
                provider: row.get("actor_provider")?,
                kind: row.get("actor_type")?,
                id: row.get("actor_id")?,
                credential: row.get("credential")?,
            },
            action: row.get("action")?,
            kind: row.get("kind")?,
            tenant: row.get("tenant")?,
            resource_type: row.get("resource_type")?,
            resource_id: row.get("resource_id")?,
            outcome: row.get("outcome")?,
            reason: row.get("reason")?,
            request_id: row.get("request_id")?,
            route: row.get("route")?,
            client: row.get("client")?,
            user_agent: row.get("user_agent")?,
            before: row.get("before")?,
            after: row.get("after")?,
        },
    })
}
