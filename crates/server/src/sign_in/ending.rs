//! Ending sessions by hand: one, or all of somebody.

use casemate_store::{
    Actor, Commit, CommitError, EndedBy, MAX_PAGE, Operation, SessionOwner, SessionQuery, Sessions,
    StoreError, StoredSession,
};
use serde_json::json;

use super::service::{Asked, change, settle};
use crate::App;

/// Why a session ended that was ended by hand, as a stable word.
const BY_REQUEST: &str = "ended-by-request";

/// Whose sessions end.
pub(crate) struct Whose {
    /// Who vouches for them.
    pub(crate) provider: String,
    /// Unique within the provider, and the tenant.
    pub(crate) subject: String,
    /// The tenant of which they are; each, where none is said.
    pub(crate) tenant: Option<String>,
    /// The session that lasts, by its public name.
    pub(crate) but: Option<String>,
}

/// Ends a session by hand, and the temporary credentials that were made with it: whoever ends it may not know who had it.
pub(crate) async fn end_by_hand(
    app: &App,
    asked: &Asked,
    actor: Actor,
    session: StoredSession,
) -> Result<(), CommitError> {
    let tenant = Some(session.owner_tenant());
    let owner = SessionOwner { provider: &session.provider, subject: &session.subject, tenant };
    let temporary = app.store.reader().temporary_of(owner, asked.now).await;
    let temporary = temporary.map_err(|error| CommitError::Failed(error.to_string()))?;
    let is_made_with = |one: &&StoredSession| {
        one.temporary.as_ref().is_some_and(|temporary| temporary.with.as_ref() == Some(&session.id))
    };
    let number = temporary.iter().filter(is_made_with).count();
    let mut event = asked.event(actor, "casemate.session.end", "sign-out", &session.id);
    let reason = BY_REQUEST.to_owned();
    event.reason = Some(reason.clone());
    event.after = Some(json!({ "temporary_credentials": number }).to_string());
    let which = Sessions::WithTemporary(session.id);
    change(app, asked, vec![Operation::EndSessions { which, reason }], event).await
}

/// Ends all sessions and temporary credentials of somebody by hand, in one change: an event tells of each session, and one of all that
/// ended. Gives how many would have lasted.
pub(crate) async fn end_all_by_hand(
    app: &App,
    asked: &Asked,
    actor: Actor,
    whose: Whose,
) -> Result<EndedBy, CommitError> {
    let Whose { provider, subject, tenant, but } = whose;
    let query = SessionQuery {
        provider: Some(provider.clone()),
        subject: Some(subject.clone()),
        tenant: tenant.clone(),
        now: asked.now,
        limit: MAX_PAGE,
        ..SessionQuery::default()
    };
    let unread = |error: StoreError| CommitError::Failed(error.to_string());
    let reader = app.store.reader();
    let mut sessions = reader.sessions(&query).await.map_err(unread)?;
    let mut temporary = reader.sessions(&SessionQuery { temporary: true, ..query }).await.map_err(unread)?;
    let with = |one: &StoredSession| one.temporary.as_ref().and_then(|temporary| temporary.with.clone());
    if but.is_some() {
        sessions.retain(|session| Some(&session.id) != but.as_ref());
        temporary.retain(|one| with(one) != but);
    }
    let told = |id: &str, after: serde_json::Value| {
        let mut event = asked.event(actor.clone(), "casemate.session.end", "sign-out", id);
        event.reason = Some(BY_REQUEST.to_owned());
        event.after = Some(after.to_string());
        event
    };
    let mut events: Vec<_> = sessions
        .iter()
        .map(|session| {
            let number = temporary.iter().filter(|one| with(one).as_ref() == Some(&session.id)).count();
            told(&session.id, json!({ "temporary_credentials": number }))
        })
        .collect();
    // What there is no session of any more ends too, and that nothing was there to end is on record.
    let all = json!({
        "provider": provider,
        "subject": subject,
        "tenant": tenant,
        "sessions": sessions.len(),
        "temporary_credentials": temporary.len(),
    });
    let all = told("", all);
    events.push(all.clone());
    let which = Sessions::Owner { provider, subject, tenant, but };
    let operations = vec![Operation::EndSessions { which, reason: BY_REQUEST.to_owned() }];
    let revision = app.store.commit(Commit { events, ..asked.commit(operations, all) }).await?;
    settle(app).await;
    app.store.reader().sessions_ended_by(revision).await.map_err(unread)
}
