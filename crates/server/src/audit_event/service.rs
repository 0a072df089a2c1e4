//! Audit events as the API reads and shows them.

use casemate_directory::DEFAULT_TENANT;
use casemate_directory::model::When;
use casemate_platform::{Code, Page, PageRequest, Problem};
use casemate_store::{AnonymousDenial, AuditFilter, StoredAuditEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::guard::Access;
use crate::view::time;

/// Which audit events are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventSearch {
    /// Those about the whole installation in place of those about the tenant. Needs the permission in the tenant
    /// `default`.
    #[serde(default)]
    pub(crate) installation: bool,
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
    /// Only those at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Which counted refusals are wanted. The `next` of their pages holds an address, and stands in no query.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DenialSearch {
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    pub(crate) after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) limit: Option<u32>,
}

impl EventSearch {
    /// All events.
    pub(crate) fn of(page: PageRequest) -> EventSearch {
        EventSearch { after: page.after, limit: Some(page.limit), ..EventSearch::default() }
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
    /// The permission that it needed.
    action: String,
    /// `create`, `update`, `delete`, …
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
    /// What it was afterwards, without secrets.
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

/// Refusals of callers without a valid credential, counted by address, route and minute.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnonymousDenial")]
pub(crate) struct DenialView {
    /// The minute.
    #[schemars(extend("format" = "date-time"))]
    minute: String,
    /// The client's address; `other` where there were too many in that minute to tell apart.
    address: String,
    /// The template of the route; `other` as for the address.
    route: String,
    /// How many there were.
    count: i64,
}

impl From<&StoredAuditEvent> for EventView {
    fn from(stored: &StoredAuditEvent) -> EventView {
        let StoredAuditEvent { seq, revision, event } = stored;
        let json = |text: &Option<String>| {
            let text = text.as_deref()?;
            Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
        };
        EventView {
            id: *seq,
            at: time(event.at),
            revision: *revision,
            actor: ActorView {
                provider: event.actor.provider.clone(),
                r#type: event.actor.kind.clone(),
                id: event.actor.id.clone(),
                credential: event.actor.credential.clone(),
            },
            action: event.action.clone(),
            kind: event.kind.clone(),
            tenant: event.tenant.clone(),
            resource: ResourceView { r#type: event.resource_type.clone(), id: event.resource_id.clone() },
            outcome: event.outcome.clone(),
            reason: event.reason.clone(),
            request_id: event.request_id.clone(),
            route: event.route.clone(),
            client: event.client.clone(),
            user_agent: event.user_agent.clone(),
            before: json(&event.before),
            after: json(&event.after),
        }
    }
}

impl From<&AnonymousDenial> for DenialView {
    fn from(denial: &AnonymousDenial) -> DenialView {
        DenialView {
            minute: time(denial.minute.saturating_mul(60_000_000)),
            address: denial.address.clone(),
            route: denial.route.clone(),
            count: denial.count,
        }
    }
}

/// A page of events, the newest first.
///
/// # Errors
/// 400 where the cursor is of another list, 503 where the database cannot be read.
pub(crate) async fn events(
    app: &App,
    access: &Access,
    search: EventSearch,
) -> Result<Page<EventView>, Problem> {
    let EventSearch { installation, actor, action, resource_type, resource_id, since, after, limit } = search;
    let page = PageRequest::new(after, limit)?;
    if installation && access.tenant() != DEFAULT_TENANT {
        let detail =
            "events of the whole installation are shown to those who may see them in the tenant `default`";
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    let tenant = if installation { String::new() } else { access.tenant().to_owned() };
    let since = since.map(|since| since.0.0);
    let filter = AuditFilter { tenant: Some(tenant), actor, action, resource_type, resource_id, since };
    let list = format!("audit-events\n{filter:?}");
    let before = position(page.key(&list)?)?;
    let limit = page.limit.saturating_add(1);
    let events = app.store.reader().audit_events(&filter, before, limit).await.map_err(unreadable)?;
    let page = Page::of(events, &list, page.limit, |event| event.seq.to_string());
    Ok(page.map(|event| EventView::from(&event)))
}

/// A page of counted refusals, the newest first.
///
/// # Errors
/// As [`events`].
pub(crate) async fn denials(
    app: &App,
    access: &Access,
    page: PageRequest,
) -> Result<Page<DenialView>, Problem> {
    if access.tenant() != DEFAULT_TENANT {
        let detail = "who presents no credential is in no tenant: this is shown in the tenant `default`";
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    let list = "anonymous-denials";
    let before = page.key(list)?.map(|key| {
        let mut parts = key.splitn(3, '\n').map(str::to_owned);
        let minute = parts.next().and_then(|minute| minute.parse().ok());
        Some((minute?, parts.next()?, parts.next()?))
    });
    let before = match before {
        Some(None) => return Err(Problem::new(Code::MalformedQuery)),
        Some(before) => before,
        None => None,
    };
    let limit = page.limit.saturating_add(1);
    let reader = app.store.reader();
    let denials = reader.anonymous_denials(before.as_ref(), limit).await.map_err(unreadable)?;
    let page = Page::of(denials, list, page.limit, |denial| {
        format!("{}\n{}\n{}", denial.minute, denial.address, denial.route)
    });
    Ok(page.map(|denial| DenialView::from(&denial)))
}

fn position(key: Option<String>) -> Result<Option<i64>, Problem> {
    key.map(|key| key.parse().map_err(|_| Problem::new(Code::MalformedQuery))).transpose()
}

fn unreadable(error: casemate_store::StoreError) -> Problem {
    tracing::error!(%error, "audit events cannot be read");
    Problem::new(Code::Unavailable)
}
