//! Audit events: who changed or tried what. An event stands in the transaction of the change that it tells of.

use std::borrow::Cow;

use crate::commit::Actor;
use crate::decision::clipped;
use crate::error::StoreError;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Pool, Row, Value, rows_of};

/// What happened, once. Texts longer than 1,024 bytes are cut; `before` and `after` may be as long as a document, and are
/// refused where they are longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who did it.
    pub actor: Actor,
    /// The permission that it needed, such as `casemate.role.update`; of an event that an application recorded its own word.
    pub action: String,
    /// `create`, `read`, `update`, `delete`, `configuration`, …; `recorded` of what an application says.
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
    /// Only those that ended so.
    pub outcome: Option<String>,
    /// Only those at or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Only those before this time.
    pub until: Option<i64>,
    /// Whether the oldest come first, and not the newest.
    pub oldest_first: bool,
}

impl AuditFilter {
    fn selection(&self, beyond: Option<i64>) -> Selection {
        let mut selection = Selection::new("audit_event", "1 = 1");
        selection.text("actor_id = {}", self.actor.as_ref());
        selection.text("action = {}", self.action.as_ref());
        selection.text("resource_type = {}", self.resource_type.as_ref());
        selection.text("resource_id = {}", self.resource_id.as_ref());
        let rarer = [&self.actor, &self.action, &self.resource_type, &self.resource_id];
        // What is rarer than a tenant is looked up; the expression keeps the tenants' index from being taken for it.
        let of_tenant =
            if rarer.into_iter().any(Option::is_some) { "tenant || '' = {}" } else { "tenant = {}" };
        selection.text(of_tenant, self.tenant.as_ref());
        selection.text("outcome = {}", self.outcome.as_ref());
        selection.and("at >= {}", self.since.map(Held::Integer));
        selection.and("at < {}", self.until.map(Held::Integer));
        selection.order_by_number("seq", !self.oldest_first, beyond);
        selection
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

const COLUMNS: &str = "seq, at, revision, actor_provider, actor_type, actor_id, credential, action, kind, tenant, \
                       resource_type, resource_id, outcome, reason, request_id, route, client, user_agent, before, after";

/// The events beyond the one at a place that the filter wants, in its order.
pub(crate) async fn page(
    pool: &Pool,
    filter: &AuditFilter,
    beyond: Option<i64>,
    limit: u32,
) -> Result<Vec<StoredAuditEvent>, StoreError> {
    let selection = filter.selection(beyond);
    if selection.is_void() {
        return Ok(Vec::new());
    }
    let rows = pool.rows(&selection.page(COLUMNS, limit, 0), &selection.values()).await?;
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

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::sql::Link;

    #[tokio::test]
    async fn events_are_found_by_an_index_in_their_order() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        let text = |text: &str| Some(text.to_owned());
        let of_tenant = || AuditFilter { tenant: text("default"), ..AuditFilter::default() };
        for (filter, index) in [
            (of_tenant(), "audit_event_by_tenant"),
            (AuditFilter { actor: text("ada"), ..of_tenant() }, "audit_event_by_actor"),
            (AuditFilter { action: text("casemate.role.update"), ..of_tenant() }, "audit_event_by_action"),
            (AuditFilter { resource_type: text("role"), ..of_tenant() }, "audit_event_by_resource_type"),
            (AuditFilter { resource_id: text("rol_1"), ..of_tenant() }, "audit_event_by_resource"),
            (AuditFilter::default(), "INTEGER PRIMARY KEY"),
        ] {
            for (oldest_first, beyond) in [(true, Some(5)), (false, Some(5)), (false, None)] {
                let selection = AuditFilter { oldest_first, ..filter.clone() }.selection(beyond);
                let text = selection.page("seq", 10, 0);
                let rows =
                    link.rows(&format!("EXPLAIN QUERY PLAN {text}"), &selection.values()).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
                let is_whole = plan[0] == "SCAN audit_event" && index == "INTEGER PRIMARY KEY";
                assert!(plan[0].contains(index) || is_whole, "{text}: {plan:?}");
                assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{text}: {plan:?}");
            }
        }
    }
}
