//! Audit events: who changed or tried what. An event stands in the transaction of the change that it tells of.

use casemate_audit::query::Query;

use crate::commit::Actor;
use crate::decision::{MAX_PAGE, Party};
use crate::error::StoreError;
use crate::log::{self, Only};
use crate::open::StoreReader;
use crate::sql::Row;

/// What happened, once. Texts longer than 1,024 bytes are cut; `before` and `after` may be as long as a document, and are
/// refused where they are longer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditEvent {
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who did it.
    pub actor: Actor,
    /// The permission that it needed, such as `casemate.role.update`; of an event that an application recorded its own word.
    pub action: String,
    /// `create`, `read`, `update`, `delete`, `configuration`, …; `recorded` of what an application says.
    pub kind: String,
    /// The part of the server that it is of, such as `role`; `application` of what an application records. Where it is empty, the action
    /// says it: of `casemate.role.update` it is `role`.
    pub area: String,
    /// The tenant in which it happened; empty for the whole installation.
    pub tenant: String,
    /// The application that it is of.
    pub application: Option<String>,
    /// For whom the actor did it.
    pub acting_for: Option<Party>,
    /// Whom it is about.
    pub subject: Option<Party>,
    /// What it was done to: the kind.
    pub resource_type: String,
    /// What it was done to: the id.
    pub resource_id: String,
    /// The granted name of the permission that decided.
    pub permission: Option<String>,
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
    /// Its place in the log, from 0.
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
    /// The same, as the log is asked.
    fn query(&self) -> Query {
        Query {
            tenant: self.tenant.clone(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            resource_type: self.resource_type.clone(),
            resource_id: self.resource_id.clone(),
            outcome: self.outcome.clone(),
            since: self.since,
            until: self.until,
            oldest_first: self.oldest_first,
            ..Query::default()
        }
    }
}

impl StoreReader {
    /// One page of audit events, which are all but recorded decisions: those beyond the event `beyond` in the filter's order, at most
    /// `limit` (1 to [`MAX_PAGE`]).
    ///
    /// # Errors
    /// Where the database cannot be read, or what was recorded does not come into the log.
    pub async fn audit_events(
        &self,
        filter: &AuditFilter,
        beyond: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredAuditEvent>, StoreError> {
        if beyond.is_none() {
            self.settle().await?;
        }
        let (query, limit) = (filter.query(), limit.clamp(1, MAX_PAGE));
        let mut place = beyond.map(|beyond| u64::try_from(beyond).unwrap_or_default());
        let mut found = Vec::new();
        loop {
            let wanted = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
            let page = self.search(&query, Only::Others, place, wanted, 0).await?;
            found.extend(page.items.iter().filter_map(log::audited));
            place = page.next;
            if place.is_none() || found.len() >= limit as usize {
                return Ok(found);
            }
        }
    }
}

/// Reads the rows of the table in which earlier versions kept events.
pub(crate) const EARLIER: &str = "SELECT seq, at, revision, actor_provider, actor_type, actor_id, credential, action, kind, tenant, \
                                  resource_type, resource_id, outcome, reason, request_id, route, client, user_agent, \
                                  before, after FROM audit_event";

/// An event as earlier versions kept it.
pub(crate) fn earlier(row: &Row) -> Result<StoredAuditEvent, sqlx::Error> {
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
            ..AuditEvent::default()
        },
    })
}
