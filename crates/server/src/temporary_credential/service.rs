//! Beginning and ending temporary credentials, with the events that tell of it.

use casemate_identity::Identity;
use casemate_store::{AuditEvent, CommitError, Operation, Sessions, Still, StoredSession};
use serde_json::{Value, json};

use crate::App;
use crate::sign_in::service::{Asked, actor, change};

/// Puts a temporary credential into force that was just made for its owner.
pub(crate) async fn begin(
    app: &App,
    asked: &Asked,
    owner: &Identity,
    session: StoredSession,
) -> Result<(), CommitError> {
    let mut event = event(asked, owner, "create", &session);
    event.after = Some(shown(&session).to_string());
    // One that is ended meanwhile is ended with all that was made with it.
    let with = session.temporary.as_ref().and_then(|temporary| temporary.with.clone());
    let mut operations: Vec<Operation> =
        with.map(|id| Operation::Still(Still::Session { id })).into_iter().collect();
    operations.push(Operation::BeginSession(session));
    change(app, asked, operations, event).await
}

/// Takes one out of force.
pub(crate) async fn end(
    app: &App,
    asked: &Asked,
    by: &Identity,
    session: StoredSession,
) -> Result<(), CommitError> {
    let mut event = event(asked, by, "revoke", &session);
    event.before = Some(shown(&session).to_string());
    let reason = "ended-by-request".to_owned();
    let operation = Operation::EndSessions { which: Sessions::Id(session.id), reason };
    change(app, asked, vec![operation], event).await
}

fn event(asked: &Asked, by: &Identity, verb: &str, session: &StoredSession) -> AuditEvent {
    let action = format!("casemate.temporary-credential.{verb}");
    let event = asked.event(actor(by), &action, verb, &session.id);
    AuditEvent { resource_type: "temporary-credential".to_owned(), ..event }
}

/// One as events tell of it: whose it is, and what it may do at most.
fn shown(session: &StoredSession) -> Value {
    let temporary = session.temporary.clone().unwrap_or_default();
    let permissions: Value =
        temporary.permissions.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    json!({
        "provider": session.provider, "subject": session.subject, "title": temporary.title,
        "permissions": permissions, "networks": temporary.networks, "expires_at": session.absolute_until,
    })
}
