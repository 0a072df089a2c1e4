//! `/api/v1/sessions`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_identity::{Identity, Kind};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Caller, Client, Code, DocumentError, Guard as _, NoQuery, Page, Problem, RequestId, authenticate, clock,
    json_response, permissions, read_document,
};
use casemate_store::{SessionOwner, StoredSession};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::list::{Lasting, SessionSearch, SessionView};
use crate::App;
use crate::guard::{Require, Thing, admitted};
use crate::listed::{self, InQuery};
use crate::reading::Reading;
use crate::sign_in::service::{Asked, Whose, actor, end_all_by_hand, end_by_hand};

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
const END: &str = "/api/v1/sessions/end";

/// The longest name of a provider, and of somebody at it, in bytes.
const MAX_NAMED: usize = 1_024;
/// The longest name of a tenant, in bytes.
const MAX_TENANT: usize = 256;

/// Whose sessions are to end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SessionsEnd {
    /// The provider that vouches for them.
    #[schemars(length(min = 1, max = 1024))]
    provider: String,
    /// What it calls them.
    #[schemars(length(min = 1, max = 1024))]
    subject: String,
    /// Only in this tenant; in each where the provider calls somebody so, where none is said. One's own end in one's own.
    #[serde(default)]
    #[schemars(length(min = 1, max = 256))]
    tenant: Option<String>,
    /// Whether the session that this request is sent with lasts, and what was made with it.
    #[serde(default)]
    but_current: bool,
}

/// What ended.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionsEnded {
    /// Sessions of browsers that would have lasted.
    sessions: u64,
    /// Temporary credentials that would have.
    temporary_credentials: u64,
}

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
        .post(
            END,
            end,
            Operation::new("endSessions", TAG, "All sessions of somebody", Trail::Kind("sign-out"))
                .describe(
                    "Their sessions of browsers and temporary credentials end at once, in one change, on every server. They may sign in \
                     again: to keep a user out, deactivate them. Everybody ends their own. Those of others need the permission \
                     `casemate.session.end`.",
                )
                .needs_caller()
                .takes::<SessionsEnd>(json!({ "provider": "corp", "subject": "ada" }))
                .answers::<SessionsEnded>(200, "How many ended; none where they were signed in nowhere.")
                .problem(Code::CredentialMissing)
                .problem(Code::CredentialRejected)
                .problem(Code::UserInactive)
                .problem(Code::Forbidden)
                .problem(Code::CrossSite)
                .problem(Code::Unavailable),
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

async fn end(State(app): State<App>, _: NoQuery, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let identity = caller(&app, &parts).await?;
    let wanted: SessionsEnd = read_document(Request::from_parts(parts.clone(), body)).await?;
    let SessionsEnd { provider, subject, tenant, but_current } = wanted.checked()?;
    let own_tenant = app.directory.sessions().tenant_of(&identity);
    let is_own = identity.kind == Kind::USER
        && identity.temporary.is_none()
        && *identity.provider == *provider
        && identity.id.as_deref() == Some(&subject)
        && tenant.as_ref().is_none_or(|tenant| **tenant == *own_tenant);
    let tenant = if is_own {
        // Whom the provider calls the same in another tenant is somebody else.
        Some(own_tenant.to_string())
    } else {
        let access = app.admit::<SessionEnd>(&mut parts).await?;
        access.permit::<SessionEnd>(&app, &Thing::default()).await?;
        tenant
    };
    let but = current(&identity).filter(|_| but_current).map(str::to_owned);
    let whose = Whose { provider, subject, tenant, but };
    let ended =
        end_all_by_hand(&app, &asked(&parts, END), actor(&identity), whose).await.map_err(|error| {
            tracing::error!(%error, "the sessions of somebody cannot be ended");
            Problem::new(Code::Unavailable)
        })?;
    Ok(json_response(&SessionsEnded { sessions: ended.sessions, temporary_credentials: ended.temporary }))
}

impl SessionsEnd {
    /// # Errors
    /// 422 where somebody cannot be called so.
    fn checked(self) -> Result<SessionsEnd, Problem> {
        let tenant = self.tenant.as_ref().map(|tenant| ("/tenant", tenant, MAX_TENANT));
        let named = [("/provider", &self.provider, MAX_NAMED), ("/subject", &self.subject, MAX_NAMED)];
        let wrong = named
            .into_iter()
            .chain(tenant)
            .filter(|(_, text, most)| text.is_empty() || text.len() > *most || text.contains('\0'));
        let errors: Vec<DocumentError> = wrong
            .map(|(pointer, _, most)| DocumentError {
                pointer: pointer.to_owned(),
                message: format!("it is 1 to {most} bytes, without NUL"),
                help: None,
            })
            .collect();
        if errors.is_empty() { Ok(self) } else { Err(Problem::document(errors)) }
    }
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
