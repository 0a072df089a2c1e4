//! What is on record of questions about others: an event for each request, before it is answered.

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use casemate_directory::{Author, Subject};
use casemate_permission::Mentioned;
use casemate_platform::{Client, Code, Problem, RequestId};
use casemate_store::{Actor, AuditEvent, clipped};
use serde_json::{Value, json};

use super::asker::SEARCH;
use super::routes::Asked;
use crate::App;
use crate::guard::user_agent;
use crate::reading::record;

/// Where a request came from.
pub(crate) struct Origin {
    request_id: String,
    route: Option<String>,
    client: Option<String>,
    user_agent: Option<String>,
}

impl Origin {
    pub(super) fn of(id: &RequestId, head: &Parts) -> Origin {
        Origin {
            request_id: id.as_str().to_owned(),
            route: head.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()),
            client: head.extensions.get::<Client>().map(|client| client.address.to_string()),
            user_agent: user_agent(&head.headers),
        }
    }
}

impl From<&Author> for Origin {
    fn from(author: &Author) -> Origin {
        Origin {
            request_id: author.request_id.clone(),
            route: author.route.clone(),
            client: author.client.clone(),
            user_agent: author.user_agent.clone(),
        }
    }
}

/// What somebody asked, and what came of it.
pub(crate) struct Told<'a> {
    /// The permission that it needs.
    pub(crate) action: &'static str,
    /// In which tenant.
    pub(crate) tenant: &'a str,
    /// About what: type and id.
    pub(crate) about: (&'a str, &'a str),
    /// Why it was not answered, where it was not.
    pub(crate) refused: Option<Code>,
    /// What else is told.
    pub(crate) after: Value,
}

/// Keeps that somebody asked, durably.
///
/// # Errors
/// 503: the answer is withheld, since it would not be on record.
pub(crate) async fn tell(
    app: &App,
    actor: Actor,
    now: i64,
    origin: Origin,
    told: Told<'_>,
) -> Result<(), Problem> {
    let Origin { request_id, route, client, user_agent } = origin;
    let event = AuditEvent {
        at: now,
        actor,
        action: told.action.to_owned(),
        kind: "read".to_owned(),
        tenant: told.tenant.to_owned(),
        resource_type: clipped(told.about.0),
        resource_id: clipped(told.about.1),
        outcome: if told.refused.is_some() { "failure" } else { "success" }.to_owned(),
        reason: told.refused.map(|code| code.as_str().to_owned()),
        request_id,
        route,
        client,
        user_agent,
        after: Some(told.after.to_string()),
        ..AuditEvent::default()
    };
    record(app, event).await
}

/// Keeps what somebody asked about others.
///
/// # Errors
/// As [`tell`].
pub(super) async fn asked(
    app: &App,
    asked: &Asked,
    origin: Origin,
    (action, about): (&'static str, (&str, &str)),
    (refused, after): (Option<Code>, Value),
) -> Result<(), Problem> {
    let Subject { provider, kind, id, .. } = &asked.asker.known.subject;
    let actor = Actor {
        provider: clipped(provider),
        kind: clipped(kind),
        id: clipped(id.as_deref().unwrap_or_default()),
        credential: asked.asker.credential.clone(),
    };
    let told = Told { action, tenant: &asked.asker.tenant, about, refused, after };
    tell(app, actor, asked.now, origin, told).await
}

/// Keeps what somebody searched for, and how much was found; gives that back.
///
/// # Errors
/// As [`tell`], and what was wrong with the search.
pub(super) async fn searched<T>(
    app: &App,
    by: &Asked,
    origin: Origin,
    found: Result<T, Problem>,
    count: impl FnOnce(&T) -> usize,
) -> Result<T, Problem> {
    let mentioned = Mentioned::of(&by.body, None);
    let subject = (!mentioned.subject_kind.is_empty())
        .then(|| json!({ "type": clipped(mentioned.subject_kind), "id": clipped(mentioned.subject_id) }));
    let resource = mentioned
        .resource_kind
        .map(|kind| json!({ "type": clipped(kind), "id": mentioned.resource_id.map(clipped) }));
    let after =
        json!({ "subject": subject, "resource": resource, "results": found.as_ref().map_or(0, count) });
    let refused = found.as_ref().err().map(Problem::code);
    let about = match mentioned.action_name {
        "" => (mentioned.subject_kind, mentioned.subject_id),
        action => ("action", action),
    };
    asked(app, by, origin, (SEARCH, about), (refused, after)).await?;
    found
}
