//! Beginning and ending sessions of browsers, with the events that tell of it.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casemate_directory::{BrowserSessions, OWN_PROVIDER, SessionError};
use casemate_identity::sign_in::{LoggedOut, SignInClient, SignInError, SignedIn};
use casemate_identity::{Identity, SecretString};
use casemate_platform::{Client, Code, Problem, RequestId};
use casemate_store::{
    Actor, AuditEvent, Commit, CommitError, LinkChange, Operation, Remembered, SessionOwner, Sessions, Still,
    StoreError, StoredSession,
};
use serde_json::json;

pub(crate) use super::ending::{Whose, end_all_by_hand, end_by_hand};
use super::failures::Failure;
pub(crate) use super::pages::{Onward, failed};
pub(crate) use super::returning::{Returned, exchanged};
pub(crate) use super::routes::{begun, hold, key_of, redirect_uri};
use crate::App;
use crate::guard::user_agent;
use crate::pages::failed_with;

/// A request, for the events that tell of it.
pub(crate) struct Asked {
    pub(crate) request_id: RequestId,
    pub(crate) route: &'static str,
    pub(crate) client: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) now: i64,
}

impl Asked {
    pub(crate) fn new(
        request_id: RequestId,
        route: &'static str,
        client: Option<Client>,
        headers: &HeaderMap,
        now: i64,
    ) -> Asked {
        let client = client.map(|client| client.address.to_string());
        Asked { request_id, route, client, user_agent: user_agent(headers), now }
    }

    /// An event about the session with this id.
    pub(crate) fn event(&self, actor: Actor, action: &str, kind: &str, id: &str) -> AuditEvent {
        AuditEvent {
            at: self.now,
            actor,
            action: action.to_owned(),
            kind: kind.to_owned(),
            tenant: String::new(),
            resource_type: "session".to_owned(),
            resource_id: id.to_owned(),
            outcome: "success".to_owned(),
            request_id: self.request_id.as_str().to_owned(),
            route: Some(self.route.to_owned()),
            client: self.client.clone(),
            user_agent: self.user_agent.clone(),
            ..AuditEvent::default()
        }
    }

    pub(super) fn commit(&self, operations: Vec<Operation>, event: AuditEvent) -> Commit {
        let actor = event.actor.clone();
        Commit {
            base: None,
            at: self.now,
            actor,
            summary: String::new(),
            operations,
            events: vec![event],
            fence: None,
        }
    }
}

/// Who an identity is, for an event.
pub(crate) fn actor(identity: &Identity) -> Actor {
    Actor {
        provider: identity.provider.to_string(),
        kind: identity.kind.to_string(),
        id: identity.id.as_deref().unwrap_or_default().to_owned(),
        credential: credential(identity),
    }
}

/// The public name of the session or temporary credential that an identity presented.
pub(crate) fn credential(identity: &Identity) -> Option<String> {
    let session = identity.session.as_ref().map(|session| &session.id);
    let temporary = identity.temporary.as_ref().map(|temporary| &temporary.id);
    session.or(temporary).map(ToString::to_string)
}

/// Why no session begins.
pub(crate) enum NotBegun {
    Session(SessionError),
    Store(CommitError),
}

/// What is done with the beginning of a session, or neither is, and what tells of it.
#[derive(Default)]
pub(crate) struct Also {
    pub(crate) operations: Vec<Operation>,
    pub(crate) events: Vec<AuditEvent>,
}

impl From<Vec<Operation>> for Also {
    fn from(operations: Vec<Operation>) -> Also {
        Also { operations, events: Vec::new() }
    }
}

/// Begins a session, in the place of the one that the browser had; gives the cookie. `also` is done with it, or nothing is.
pub(crate) async fn begin(
    app: &App,
    asked: &Asked,
    signed_in: &SignedIn,
    earlier: Option<&str>,
    also: Also,
) -> Result<SecretString, NotBegun> {
    begin_since(app, asked, signed_in, earlier, also, None).await
}

/// As [`begin`]; where a `base` is told, only if no configuration was changed since that revision.
pub(super) async fn begin_since(
    app: &App,
    asked: &Asked,
    signed_in: &SignedIn,
    earlier: Option<&str>,
    also: Also,
    base: Option<i64>,
) -> Result<SecretString, NotBegun> {
    let (client, agent) = (asked.client.clone(), asked.user_agent.clone());
    let begun = app.directory.sessions().begin(signed_in, client, agent, asked.now);
    let (session, cookie) = begun.map_err(NotBegun::Session)?;
    let Also { mut operations, events } = also;
    operations.extend(outdated(app, signed_in, asked.now).await.map_err(NotBegun::Store)?);
    if let Some(id) = earlier {
        operations.push(replaced(id, &session));
    }
    let mut event = asked.event(actor(&signed_in.identity), "casemate.session.begin", "sign-in", &session.id);
    event.after = Some(told(&signed_in.identity, &session, &operations).to_string());
    operations.push(Operation::BeginSession(session));
    let mut commit = Commit { base, ..asked.commit(operations, event) };
    commit.events.extend(events);
    app.store.commit(commit).await.map_err(NotBegun::Store)?;
    settle(app).await;
    Ok(cookie)
}

/// What ends the session that a browser had, in whose place another is.
fn replaced(earlier: &str, by: &StoredSession) -> Operation {
    let which = Sessions::Replaced {
        id: earlier.to_owned(),
        by: by.id.clone(),
        provider: by.provider.clone(),
        subject: by.subject.clone(),
    };
    Operation::EndSessions { which, reason: "replaced".to_owned() }
}

/// Who signed in, by which provider they came, and what they showed to it; where it was by a link, which.
fn told(identity: &Identity, session: &StoredSession, operations: &[Operation]) -> serde_json::Value {
    let mut told = json!({
        "provider": session.provider, "subject": session.subject,
        "via": session.via.as_ref().unwrap_or(&session.provider), "amr": identity.auth.amr,
    });
    let used = operations.iter().find_map(|operation| match operation {
        Operation::Link(LinkChange::Use { id, .. }) => Some(id),
        _ => None,
    });
    if let (Some(link), Some(members)) = (used, told.as_object_mut()) {
        members.insert("link".to_owned(), json!(link));
    }
    told
}

/// Begins a session in the place of one that has not ended, for the same person as they signed in, no longer than that lasts; gives
/// the cookie. `also` is done with it, or nothing is, and `event` tells of it; only if no configuration was changed since `base`.
pub(crate) async fn renew(
    app: &App,
    asked: &Asked,
    signed_in: &SignedIn,
    earlier: &StoredSession,
    also: Vec<Operation>,
    (event, base): (AuditEvent, i64),
) -> Result<SecretString, NotBegun> {
    let (client, agent) = (asked.client.clone(), asked.user_agent.clone());
    let begun = app.directory.sessions().begin(signed_in, client, agent, asked.now);
    let (mut session, cookie) = begun.map_err(NotBegun::Session)?;
    session.absolute_until = session.absolute_until.min(earlier.absolute_until);
    let mut operations = vec![Operation::Still(Still::Session { id: earlier.id.clone() })];
    operations.extend(also);
    operations.push(replaced(&earlier.id, &session));
    operations.push(Operation::BeginSession(session));
    let commit = Commit { base: Some(base), ..asked.commit(operations, event) };
    app.store.commit(commit).await.map_err(NotBegun::Store)?;
    settle(app).await;
    Ok(cookie)
}

/// The revision of the configuration that is in force, where somebody whom a client let in before still comes in by it.
///
/// # Errors
/// Where the provider went or became another meanwhile, and where nobody can look.
pub(crate) async fn still_by(app: &App, before: &Arc<SignInClient>) -> Result<i64, SignInError> {
    app.directory.refresh().await.map_err(|error| {
        tracing::error!(%error, "nobody can look whether a provider is the same");
        SignInError::Unavailable("the configuration cannot be asked".to_owned())
    })?;
    // Before the client is looked up: what changes in between is a conflict.
    let base = app.directory.current().revision();
    let found = client(app, before.offer().name()).filter(|found| Arc::ptr_eq(found, before));
    found
        .map(|_| base)
        .ok_or_else(|| SignInError::Unavailable("the provider was changed meanwhile".to_owned()))
}

/// Ends the sessions and temporary credentials of somebody that say of them what their provider does not say any more.
async fn outdated(app: &App, signed_in: &SignedIn, now: i64) -> Result<Vec<Operation>, CommitError> {
    let identity = &signed_in.identity;
    // By another provider nothing is said of them.
    let Some(subject) = identity.id.as_deref().filter(|_| identity.via.is_none()) else {
        return Ok(Vec::new());
    };
    let reader = app.store.reader();
    let unread = |error: StoreError| CommitError::Failed(error.to_string());
    let tenant = app.directory.sessions().tenant_of(identity);
    let owner = SessionOwner { provider: &identity.provider, subject, tenant: Some(&tenant) };
    let mut others = reader.sessions_of(owner, now).await.map_err(unread)?;
    others.extend(reader.temporary_of(owner, now).await.map_err(unread)?);
    others.retain(|session| session.via.is_none());
    let snapshot = app.directory.current();
    let end = |id: &str| Operation::EndSessions {
        which: Sessions::Id(id.to_owned()),
        reason: "attributes-gone".to_owned(),
    };
    Ok(snapshot.outdated(identity, &others).into_iter().map(end).collect())
}

/// Makes a change, with the event that tells of it.
pub(crate) async fn change(
    app: &App,
    asked: &Asked,
    operations: Vec<Operation>,
    event: AuditEvent,
) -> Result<(), CommitError> {
    change_since(app, asked, operations, event, None).await
}

/// As [`change`]; where a `base` is told, only if no configuration was changed since that revision.
pub(crate) async fn change_since(
    app: &App,
    asked: &Asked,
    operations: Vec<Operation>,
    event: AuditEvent,
    base: Option<i64>,
) -> Result<(), CommitError> {
    app.store.commit(Commit { base, ..asked.commit(operations, event) }).await?;
    settle(app).await;
    Ok(())
}

/// Ends sessions for a reason.
pub(crate) async fn end(
    app: &App,
    asked: &Asked,
    actor: Actor,
    which: Sessions,
    reason: &str,
) -> Result<(), CommitError> {
    let id = match &which {
        Sessions::Id(id) => id.clone(),
        _ => String::new(),
    };
    let mut event = asked.event(actor, "casemate.session.end", "sign-out", &id);
    event.reason = Some(reason.to_owned());
    let operations = vec![Operation::EndSessions { which, reason: reason.to_owned() }];
    app.store.commit(asked.commit(operations, event)).await?;
    settle(app).await;
    Ok(())
}

/// Ends the sessions that a logout token names. Each token is taken once, by whichever process.
pub(super) async fn end_by_token(
    app: &App,
    asked: &Asked,
    provider: &str,
    token: LoggedOut,
) -> Result<(), CommitError> {
    let digest = BrowserSessions::digest(&token.jti);
    let key = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let once = Remembered {
        caller: format!("logout-token\n{provider}"),
        key,
        fingerprint: digest,
        status: 200,
        body: String::new(),
        expires_at: token.until.0.saturating_add(1),
    };
    let (subject, provider) = (token.subject.map(String::from), provider.to_owned());
    let actor = Actor {
        provider: provider.clone(),
        kind: "provider".to_owned(),
        id: provider.clone(),
        credential: None,
    };
    let mut event = asked.event(actor, "casemate.session.end", "sign-out", "");
    event.reason = Some("back-channel".to_owned());
    event.after = Some(json!({ "provider": provider, "subject": subject, "sid": token.sid }).to_string());
    let which = match token.sid {
        Some(sid) => Sessions::ProviderSession { provider, sid: sid.into(), subject },
        None => Sessions::LogoutSubject { provider, subject: subject.unwrap_or_default() },
    };
    let reason = "back-channel".to_owned();
    let operations = vec![Operation::Remember(once), Operation::EndSessions { which, reason }];
    app.store.commit(asked.commit(operations, event)).await?;
    settle(app).await;
    Ok(())
}

/// That a failed sign-in is not on record although there was room for it: it is not answered as if it were.
#[derive(Debug)]
pub(crate) struct Unrecorded;

impl From<Unrecorded> for Problem {
    fn from(_: Unrecorded) -> Problem {
        Problem::new(Code::NotRecorded)
    }
}

impl Unrecorded {
    /// The page for it.
    pub(crate) fn page(self, asked: &Asked) -> Response {
        let message = "What you sent cannot be looked at at the moment. Try again later.";
        failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "not_recorded", asked.request_id.as_str())
    }
}

/// Tells of a sign-in that failed, as far as there is room for what strangers cause; the caller counts it with what else was refused.
pub(crate) async fn record_failure(
    app: &App,
    asked: &Asked,
    provider: &str,
    code: &str,
) -> Result<(), Unrecorded> {
    let actor = Actor { provider: provider.to_owned(), kind: "anonymous".to_owned(), ..Actor::default() };
    let event = asked.event(actor, "casemate.session.begin", "sign-in", "");
    let failure = match &asked.client {
        Some(address) if code != SignInError::State.code() => Failure::Address(address),
        _ => Failure::Stranger,
    };
    record_failed(app, asked, event, failure, code).await
}

/// As [`record_failure`], of a sign-in with a local account: of that of `user`, by id, where there is one. What was typed is never
/// part of it: some type their password where their name belongs.
pub(crate) async fn record_failure_of(
    app: &App,
    asked: &Asked,
    user: Option<&str>,
    code: &str,
) -> Result<(), Unrecorded> {
    let Some(user) = user else { return record_failure(app, asked, OWN_PROVIDER, code).await };
    let actor = Actor { provider: OWN_PROVIDER.to_owned(), kind: "anonymous".to_owned(), ..Actor::default() };
    let event = asked.event(actor, "casemate.session.begin", "sign-in", user);
    let event = AuditEvent { resource_type: "user".to_owned(), ..event };
    record_failed(app, asked, event, Failure::Account(user), code).await
}

async fn record_failed(
    app: &App,
    asked: &Asked,
    mut event: AuditEvent,
    failure: Failure<'_>,
    code: &str,
) -> Result<(), Unrecorded> {
    if !app.failures.take(asked.now, failure) {
        return Ok(());
    }
    event.outcome = "failure".to_owned();
    event.reason = Some(code.to_owned());
    app.store.commit(asked.commit(Vec::new(), event)).await.map(drop).map_err(|error| {
        tracing::error!(%error, "a failed sign-in is not in the audit log, and is not answered");
        Unrecorded
    })
}

/// Lets this process know at once what it just did. Where that fails, it follows within half a second.
pub(super) async fn settle(app: &App) {
    if let Err(error) = app.directory.refresh().await {
        tracing::warn!(%error, "the sessions in the database are not followed at once");
    }
}

/// The way to sign in with the provider of this name.
pub(crate) fn client(app: &App, name: &str) -> Option<Arc<SignInClient>> {
    app.directory.sign_ins().into_iter().find(|client| client.offer().name() == name)
}

/// The session that a cookie is of, unless it was ended. Of one whose time seems to be over the last use may not be written
/// down yet.
///
/// # Errors
/// Where the database cannot be read.
pub(crate) async fn session_of(app: &App, cookie: Option<&str>) -> Result<Option<StoredSession>, StoreError> {
    let Some(cookie) = cookie else { return Ok(None) };
    let found = app.store.reader().session(&BrowserSessions::digest(cookie)).await?;
    Ok(found.filter(|session| session.ended_at.is_none()))
}
