//! `/api/v1/sessions`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use casemate_expression::Timestamp;
use casemate_identity::{Identity, Kind};
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Client, Code, Guard as _, NoQuery, Problem, RequestId, authenticate, clock, json_response, permissions,
    read_document,
};
use casemate_store::{SessionOwner, StoredSession};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::guard::{Require, Thing, admitted};
use crate::sign_in::service::{Asked, actor, end_by_hand};

permissions! {
    /// To see the sessions of others.
    SessionList = "casemate.session.list", on "session", in installation, read "casemate.session.list";
    /// To end the sessions of others.
    SessionEnd = "casemate.session.end", on "session", in installation, read "casemate.session.list";
}

const TAG: &str = "Sessions";
const ONE: &str = "/api/v1/sessions/{id}";

/// A session of a browser.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionView {
    /// Its name, which is no credential.
    id: String,
    /// The provider by which the directory knows who signed in.
    provider: String,
    /// The provider by which they came, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// Who signed in.
    subject: String,
    /// Whether it is the one that this request was sent with.
    current: bool,
    /// When they signed in.
    created_at: String,
    /// When they proved who they are.
    authenticated_at: String,
    /// When it was used last, to about a minute.
    used_at: String,
    /// When it ends at the latest.
    ends_at: String,
    /// The client's address at the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The client's `User-Agent` at the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// Sessions, the newest first. Nobody has more than fifty.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionsView {
    /// They.
    items: Vec<SessionView>,
}

/// Whose sessions are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SessionSearch {
    /// The provider that vouches for them.
    provider: String,
    /// Their id within the provider.
    subject: String,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/sessions",
            list,
            Operation::new("listSessions", TAG, "One's own sessions of browsers")
                .needs_caller()
                .answers::<SessionsView>(200, "The sessions that last.")
                .problem(Code::CredentialMissing)
                .problem(Code::CredentialRejected)
                .problem(Code::UserInactive)
                .problem(Code::MalformedQuery)
                .problem(Code::Unavailable),
        )
        .post(
            "/api/v1/sessions/search",
            search,
            Operation::new("searchSessions", TAG, "Somebody's sessions of browsers")
                .describe("Whose they are stands in no URL: logs keep those.")
                .needs::<SessionList>()
                .takes::<SessionSearch>(json!({ "provider": "corp", "subject": "ada" }))
                .answers::<SessionsView>(200, "The sessions that last."),
        )
        .delete(
            ONE,
            remove,
            Operation::new("endSession", TAG, "A session of a browser")
                .describe(
                    "The temporary credentials that were made with it end too. Everybody ends their own. Those of others need the permission \
                     `casemate.session.end`.",
                )
                .needs_caller()
                .answers_nothing(204, "It has ended.")
                .problem(Code::CredentialMissing)
                .problem(Code::CredentialRejected)
                .problem(Code::UserInactive)
                .problem(Code::CrossSite)
                .problem(Code::NotFound)
                .problem(Code::Unavailable),
        )
}

/// Who calls, whom the directory lets in.
async fn caller(app: &App, parts: &Parts) -> Result<Arc<Identity>, Problem> {
    let caller = authenticate(app.directory.current().chain(), &parts.headers, clock::now()).await?;
    if caller.0.is_anonymous() {
        return Err(Problem::new(Code::CredentialMissing));
    }
    admitted(app, &caller).await?;
    Ok(caller.0)
}

async fn list(State(app): State<App>, _: NoQuery, request: Request) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let identity = caller(&app, &parts).await?;
    // Nothing but people signs in, and what else has the same id is somebody else. What is temporary sees no sessions.
    let is_person = identity.kind == Kind::USER && identity.temporary.is_none();
    let subject = identity.id.as_deref().filter(|_| is_person);
    let current = identity.session.as_ref().map(|session| &*session.id);
    let items = match subject {
        Some(subject) => {
            let tenant = app.directory.sessions().tenant_of(&identity);
            let owner = SessionOwner { provider: &identity.provider, subject, tenant: Some(&tenant) };
            sessions_of(&app, owner, current).await?
        }
        None => Vec::new(),
    };
    Ok(json_response(&SessionsView { items }))
}

async fn search(
    State(app): State<App>,
    require: Require<SessionList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let SessionSearch { provider, subject } = read_document(request).await?;
    require.access().permit::<SessionList>(&app, &Thing::default()).await?;
    let current = require.access().caller.0.session.as_ref().map(|session| &*session.id);
    let owner = SessionOwner { provider: &provider, subject: &subject, tenant: None };
    let items = sessions_of(&app, owner, current).await?;
    Ok(json_response(&SessionsView { items }))
}

async fn sessions_of(
    app: &App,
    owner: SessionOwner<'_>,
    current: Option<&str>,
) -> Result<Vec<SessionView>, Problem> {
    let found = app.store.reader().sessions_of(owner, clock::now()).await;
    Ok(found.map_err(unavailable)?.into_iter().map(|session| view(session, current)).collect())
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let identity = caller(&app, &parts).await?;
    let found = app.store.reader().session_by_id(&id).await.map_err(unavailable)?;
    let found = found.filter(|session| session.ended_at.is_none() && session.temporary.is_none());
    let is_own = found.as_ref().is_some_and(|session| is_of(&app, &identity, session));
    if !is_own {
        // Whoever may not is told the same whether it is there or not.
        let hidden = |problem: Problem| match problem.code() {
            Code::Forbidden => Problem::new(Code::NotFound),
            _ => problem,
        };
        let access = app.admit::<SessionEnd>(&mut parts).await.map_err(hidden)?;
        access.permit::<SessionEnd>(&app, &Thing::with_id(&id)).await.map_err(hidden)?;
    }
    let session = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(RequestId::random);
    let client = parts.extensions.get::<Client>().copied();
    let asked = Asked::new(id, ONE, client, &parts.headers, clock::now());
    end_by_hand(&app, &asked, actor(&identity), session).await.map_err(|error| {
        tracing::error!(%error, "a session cannot be ended");
        Problem::new(Code::Unavailable)
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn is_of(app: &App, identity: &Identity, session: &StoredSession) -> bool {
    identity.kind == Kind::USER
        && identity.temporary.is_none()
        && app.directory.sessions().is_of_tenant(identity, session)
        && *identity.provider == *session.provider
        && identity.id.as_deref() == Some(&session.subject)
}

fn view(session: StoredSession, current: Option<&str>) -> SessionView {
    let time = |at: i64| Timestamp(at).to_string();
    SessionView {
        current: current == Some(&*session.id),
        id: session.id,
        provider: session.provider,
        via: session.via,
        subject: session.subject,
        created_at: time(session.created_at),
        authenticated_at: time(session.authenticated_at),
        used_at: time(session.used_at),
        ends_at: time(session.idle_until.min(session.absolute_until)),
        client: session.client,
        user_agent: session.user_agent,
    }
}

fn unavailable(error: casemate_store::StoreError) -> Problem {
    tracing::error!(%error, "sessions cannot be read");
    Problem::new(Code::Unavailable)
}
