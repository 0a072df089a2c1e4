//! `/api/v1/sessions`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_identity::{Identity, Kind};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Caller, Client, Code, Guard as _, NoQuery, Page, Problem, RequestId, authenticate, clock, permissions,
    read_document,
};
use casemate_store::{SessionOwner, StoredSession};
use serde_json::json;

use super::list::{Lasting, SessionSearch, SessionView};
use crate::App;
use crate::guard::{Require, Thing, admitted};
use crate::listed::{self, InQuery};
use crate::reading::Reading;
use crate::sign_in::service::{Asked, actor, end_by_hand};

/// What looking at sessions is called, also at one's own.
const SESSION_LIST: &str = "casemate.session.list";

permissions! {
    /// To see the sessions of others.
    SessionList = SESSION_LIST, on "session", in installation, read "casemate.session.list";
    /// To end the sessions of others.
    SessionEnd = "casemate.session.end", on "session", in installation, read "casemate.session.list";
}

const TAG: &str = "Sessions";
const ALL: &str = "/api/v1/sessions";
const ONE: &str = "/api/v1/sessions/{id}";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            ALL,
            list,
            Operation::new("listSessions", TAG, "One's own sessions of browsers", Trail::Read)
                .describe("The sessions that last; nobody has more than fifty. As `text/csv` it is the whole list.")
                .needs_caller()
                .paged()
                .query("sort", "`-created_at`, the newest first, or `created_at`.")
                .answers_csv_or::<Page<SessionView>>(200, "A page, or the whole list.")
                .problem(Code::CredentialMissing)
                .problem(Code::CredentialRejected)
                .problem(Code::UserInactive)
                .problem(Code::MalformedQuery)
                .problem(Code::Unavailable),
        )
        .post(
            "/api/v1/sessions/search",
            search,
            Operation::new("searchSessions", TAG, "Everybody's sessions of browsers", Trail::Read)
                .describe("Those that last and fit a text and filters. Whose they are stands in no URL: logs keep those.")
                .needs::<SessionList>()
                .takes::<SessionSearch>(json!({ "provider": "corp", "subject": "ada" }))
                .answers_csv_or::<Page<SessionView>>(200, "A page, or the whole list."),
        )
        .delete(
            ONE,
            remove,
            Operation::new("endSession", TAG, "A session of a browser", Trail::Kind("sign-out"))
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

async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    search: InQuery<SessionSearch>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let identity = caller(&app, &parts).await?;
    Reading::tell(&parts, asked(&parts, ALL).event(actor(&identity), SESSION_LIST, "read", ""));
    // Nothing but people signs in, and what else has the same id is somebody else. What is temporary sees no sessions.
    let is_person = identity.kind == Kind::USER && identity.temporary.is_none();
    let tenant = app.directory.sessions().tenant_of(&identity);
    let owner = identity.id.as_deref().filter(|_| is_person).map(|subject| SessionOwner {
        provider: &identity.provider,
        subject,
        tenant: Some(&tenant),
    });
    let (asked, wanted) = search.0.query(current(&identity), clock::now())?;
    let wanted = (asked, wanted.of(owner));
    listed::answer::<Lasting>(&app, &Caller(Arc::clone(&identity)), &headers, wanted, |_| true).await
}

async fn search(
    State(app): State<App>,
    require: Require<SessionList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search: SessionSearch = read_document(request).await?;
    let access = require.access();
    access.permit::<SessionList>(&app, &Thing::default()).await?;
    let wanted = search.query(current(&access.caller.0), access.now())?;
    listed::answer::<Lasting>(&app, &access.caller, &headers, wanted, |_| true).await
}

fn asked(parts: &Parts, route: &'static str) -> Asked {
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(RequestId::random);
    let client = parts.extensions.get::<Client>().copied();
    Asked::new(id, route, client, &parts.headers, clock::now())
}

/// The session that a request was sent with.
fn current(identity: &Identity) -> Option<&str> {
    identity.session.as_ref().map(|session| &*session.id)
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
    end_by_hand(&app, &asked(&parts, ONE), actor(&identity), session).await.map_err(|error| {
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

fn unavailable(error: casemate_store::StoreError) -> Problem {
    tracing::error!(%error, "sessions cannot be read");
    Problem::new(Code::Unavailable)
}
