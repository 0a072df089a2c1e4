//! `/api/v1/temporary-credentials`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_directory::{
    LONGEST_TEMPORARY_LIFE, SHORTEST_TEMPORARY_LIFE, SessionError, TEMPORARY_PATTERNS, TemporaryDraft,
};
use casemate_identity::api_key::MAX_NETWORKS;
use casemate_identity::{ExposeSecret, Identity, TemporaryMark};
use casemate_permission::name::Pattern;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Caller, Client, Code, DocumentError, Guard as _, NoQuery, Page, Problem, RequestId, authenticate, clock,
    permissions, read_document,
};
use casemate_store::{
    AuditEvent, CommitError, MAX_TEMPORARY, SESSION, SessionOwner, StoreError, StoredSession,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::list::{TemporaryCredentialSearch, TemporaryCredentialView, TemporaryCredentials, of};
use crate::App;
use crate::guard::{Require, Thing, admitted, lately};
use crate::listed::{self, InQuery};
use crate::once::created;
use crate::reading::Reading;
use crate::sign_in::service::{Asked, actor};
use crate::temporary_credential::service::{begin, end};

permissions! {
    /// To see the temporary credentials of others.
    TemporaryCredentialList = "casemate.temporary-credential.list", on "temporary-credential", in installation,
        read "casemate.temporary-credential.list";
    /// To end the temporary credentials of others.
    TemporaryCredentialRevoke = "casemate.temporary-credential.revoke", on "temporary-credential", in installation,
        read "casemate.temporary-credential.list";
}

const TAG: &str = "Temporary credentials";
const ALL: &str = "/api/v1/temporary-credentials";
const ONE: &str = "/api/v1/temporary-credentials/{id}";

/// The longest title, in bytes.
const MAX_TITLE: usize = 256;
/// How long one lives where nothing is said, in microseconds: a quarter of an hour.
const USUAL_LIFE: i64 = 900 * 1_000_000;

/// A temporary credential that is to be made for whoever asks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TemporaryCredentialRequest {
    /// What it is for, in words.
    #[schemars(length(min = 1, max = 256))]
    title: String,
    /// For how long, in seconds; a quarter of an hour where nothing is said. The installation may allow less.
    #[serde(default)]
    #[schemars(range(min = 60, max = 43_200))]
    seconds: Option<u32>,
    /// The names, or patterns of names, that it may use at most; all that its owner may, where nothing is said. It never may
    /// do more than its owner may when it is used.
    #[serde(default)]
    #[schemars(length(max = 64))]
    permissions: Option<Vec<String>>,
    /// From where it may be used, as CIDR networks; from everywhere where none is named.
    #[serde(default)]
    #[schemars(length(max = 64))]
    networks: Vec<String>,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    let own = |operation: Operation| {
        operation
            .needs_caller()
            .problem(Code::CredentialMissing)
            .problem(Code::CredentialRejected)
            .problem(Code::UserInactive)
            .problem(Code::Forbidden)
            .problem(Code::Unavailable)
    };
    Api::new()
        .get(
            ALL,
            list,
            own(Operation::new("listTemporaryCredentials", TAG, "One's own temporary credentials", Trail::Read))
                .describe("Those that have not ended; nobody has more than two hundred of each tenant. As `text/csv` it is the whole list.")
                .paged()
                .query("sort", "`-created_at`, the newest first, or `created_at`.")
                .answers_csv_or::<Page<TemporaryCredentialView>>(200, "A page, or the whole list."),
        )
        .post(
            ALL,
            create,
            own(Operation::new("createTemporaryCredential", TAG, "A temporary credential for oneself", Trail::Kind("create")))
                .describe(
                    "Makes a bearer token for minutes or hours, narrowed to some of one's permissions and to networks. What it \
                     may do is found out at each use: what its owner may then, by what the provider said when it was made and \
                     by what the directory says now. Made with a token, it ends with that at the latest. It makes no other, \
                     and does nothing that asks for a recent sign-in. The token itself is in this answer and nowhere else.",
                )
                .takes::<TemporaryCredentialRequest>(json!({
                    "title": "a deployment", "seconds": 900, "permissions": ["cms.entry.*"], "networks": ["192.0.2.0/24"],
                }))
                .answers::<TemporaryCredentialView>(201, "It was made.")
                .problem(Code::SignInTooOld)
                .problem(Code::LimitReached)
                .problem(Code::CrossSite),
        )
        .post(
            "/api/v1/temporary-credentials/search",
            search,
            Operation::new("searchTemporaryCredentials", TAG, "Everybody's temporary credentials", Trail::Read)
                .describe("Those that have not ended and fit a text and filters. Whose they are stands in no URL: logs keep those.")
                .needs::<TemporaryCredentialList>()
                .takes::<TemporaryCredentialSearch>(json!({ "provider": "corp", "subject": "ada" }))
                .answers_csv_or::<Page<TemporaryCredentialView>>(200, "A page, or the whole list."),
        )
        .delete(
            ONE,
            remove,
            own(Operation::new("revokeTemporaryCredential", TAG, "A temporary credential", Trail::Kind("revoke")))
                .describe(
                    "Everybody ends their own, and a temporary credential itself. Those of others need the permission \
                     `casemate.temporary-credential.revoke`.",
                )
                .answers_nothing(204, "It has ended.")
                .problem(Code::CrossSite)
                .problem(Code::NotFound),
        )
}

/// Who calls, whom the directory lets in.
async fn caller(app: &App, parts: &Parts) -> Result<Caller, Problem> {
    let caller = authenticate(app.directory.current().chain(), &parts.headers, clock::now()).await?;
    if caller.0.is_anonymous() {
        return Err(Problem::new(Code::CredentialMissing));
    }
    admitted(app, &caller).await?;
    Ok(caller)
}

/// As [`caller`], by what is no temporary credential: with one, nobody looks after those of its owner.
async fn owner(app: &App, parts: &Parts) -> Result<Caller, Problem> {
    let caller = caller(app, parts).await?;
    match &caller.0.temporary {
        None => Ok(caller),
        Some(_) => {
            Err(Problem::new(Code::Forbidden).detail("a temporary credential makes and shows no others"))
        }
    }
}

fn asked(parts: &Parts, route: &'static str) -> Asked {
    let id = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(RequestId::random);
    let client = parts.extensions.get::<Client>().copied();
    Asked::new(id, route, client, &parts.headers, clock::now())
}

async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    search: InQuery<TemporaryCredentialSearch>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let caller = owner(&app, &parts).await?;
    let event = asked(&parts, ALL).event(actor(&caller.0), "casemate.temporary-credential.list", "read", "");
    Reading::tell(&parts, AuditEvent { resource_type: "temporary-credential".to_owned(), ..event });
    let tenant = app.directory.sessions().tenant_of(&caller.0);
    let owner = caller.0.id.as_deref().map(|subject| SessionOwner {
        provider: &caller.0.provider,
        subject,
        tenant: Some(&tenant),
    });
    let (asked, query) = search.0.query(clock::now())?;
    let wanted = (asked, of(query, owner));
    listed::answer::<TemporaryCredentials>(&app, &caller, &headers, wanted, |_| true).await
}

async fn search(
    State(app): State<App>,
    require: Require<TemporaryCredentialList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search: TemporaryCredentialSearch = read_document(request).await?;
    let access = require.access();
    access.permit::<TemporaryCredentialList>(&app, &Thing::default()).await?;
    let wanted = search.query(access.now())?;
    listed::answer::<TemporaryCredentials>(&app, &access.caller, &headers, wanted, |_| true).await
}

async fn create(State(app): State<App>, _: NoQuery, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    // First of all, so that nobody sends a body to no end; and once more when it has come.
    owner(&app, &parts).await?;
    let wanted: TemporaryCredentialRequest = read_document(Request::from_parts(parts.clone(), body)).await?;
    let longest = app.directory.current().longest_temporary_life().unwrap_or(LONGEST_TEMPORARY_LIFE);
    let draft = wanted.into_draft(longest)?;
    let caller = owner(&app, &parts).await?;
    let asked = asked(&parts, ALL);
    lately(&app, &caller, asked.now)?;
    let (client, agent) = (asked.client.clone(), asked.user_agent.clone());
    let with = match &caller.0.session {
        Some(mark) => app.store.reader().session_by_id(&mark.id).await.map_err(unavailable)?,
        None => None,
    };
    let minted = app.directory.sessions().mint(&caller.0, &draft, with.as_ref(), client, agent, asked.now);
    let (session, secret) = minted.map_err(|error| match error {
        SessionError::NoOwner(why) => Problem::new(Code::Forbidden).detail(why),
        SessionError::TooLarge => Problem::new(Code::Forbidden).detail(error.to_string()),
        SessionError::Random => Problem::new(Code::Unavailable),
    })?;
    compares(&app, &caller.0, &session)?;
    begin(&app, &asked, &caller.0, session.clone()).await.map_err(|error| match error {
        CommitError::NotAdmitted => Problem::new(Code::UserInactive),
        CommitError::UsedUp { what } if what == SESSION => Problem::new(Code::CredentialRejected),
        CommitError::UsedUp { .. } => Problem::new(Code::LimitReached).detail(format!(
            "of {MAX_TEMPORARY} temporary credentials the first has to be over for a quarter of an hour, ended early or not; \
             make them for less time"
        )),
        error => {
            tracing::error!(%error, "a temporary credential cannot be made");
            Problem::new(Code::Unavailable)
        }
    })?;
    let shown = TemporaryCredentialView::from(session).with_credential(secret.expose_secret());
    let body = serde_json::to_string(&shown).unwrap_or_default();
    Ok(created(StatusCode::CREATED.as_u16(), body))
}

/// Refuses what could do nothing, since it is too much to compare with what its owner holds.
fn compares(app: &App, owner: &Identity, session: &StoredSession) -> Result<(), Problem> {
    let permissions = session.temporary.as_ref().and_then(|temporary| temporary.permissions.as_deref());
    let Some(permissions) = permissions else { return Ok(()) };
    let snapshot = app.directory.current();
    let mark = TemporaryMark { id: session.id.as_str().into(), permissions: Some(permissions.into()) };
    let mut narrowed = owner.clone();
    narrowed.temporary = Some(mark);
    // What other systems say of its owner is held against it when it is used.
    let held = |identity: &Identity| snapshot.permissions(&snapshot.caller(identity).without_outside());
    match held(&narrowed) {
        Err(error) if held(owner).is_ok() => {
            let pointer = "/permissions".to_owned();
            let help = Some("name fewer and simpler patterns".to_owned());
            let message = error.to_string();
            Err(Problem::document(vec![DocumentError { pointer, message, help }]))
        }
        _ => Ok(()),
    }
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let identity: Arc<Identity> = caller(&app, &parts).await?.0;
    let found = app.store.reader().session_by_id(&id).await.map_err(unavailable)?;
    let found = found.filter(|session| session.ended_at.is_none() && session.temporary.is_some());
    if !found.as_ref().is_some_and(|session| is_of(&app, &identity, session)) {
        // Whoever may not is told the same whether it is there or not.
        let hidden = |problem: Problem| match problem.code() {
            Code::Forbidden => Problem::new(Code::NotFound),
            _ => problem,
        };
        let access = app.admit::<TemporaryCredentialRevoke>(&mut parts).await.map_err(hidden)?;
        access.permit::<TemporaryCredentialRevoke>(&app, &Thing::with_id(&id)).await.map_err(hidden)?;
    }
    let session = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    end(&app, &asked(&parts, ONE), &identity, session).await.map_err(|error| {
        tracing::error!(%error, "a temporary credential cannot be ended");
        Problem::new(Code::Unavailable)
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether a temporary credential is the caller's own, or what they call with.
fn is_of(app: &App, identity: &Identity, session: &StoredSession) -> bool {
    match &identity.temporary {
        Some(mark) => *mark.id == *session.id,
        None => {
            *identity.provider == *session.provider
                && identity.id.as_deref() == Some(&session.subject)
                && app.directory.sessions().is_of_tenant(identity, session)
        }
    }
}

impl TemporaryCredentialRequest {
    /// As it is to become, for at most `longest` microseconds.
    fn into_draft(self, longest: i64) -> Result<TemporaryDraft, Problem> {
        let mut errors = Vec::new();
        let mut wrong = |pointer: String, message: String, help: Option<String>| {
            errors.push(DocumentError { pointer, message, help });
        };
        let is_title =
            (1..=MAX_TITLE).contains(&self.title.len()) && !self.title.chars().any(char::is_control);
        if !is_title {
            wrong(
                "/title".to_owned(),
                "a title is 1 to 256 bytes without control characters".to_owned(),
                None,
            );
        }
        let most = longest.min(LONGEST_TEMPORARY_LIFE);
        let life = match self.seconds {
            Some(seconds) => i64::from(seconds).saturating_mul(1_000_000),
            None => USUAL_LIFE.min(most),
        };
        if !(SHORTEST_TEMPORARY_LIFE..=most).contains(&life) {
            let (least, most) = (SHORTEST_TEMPORARY_LIFE / 1_000_000, most / 1_000_000);
            wrong("/seconds".to_owned(), format!("it lives for {least} to {most} seconds"), None);
        }
        let mut networks = Vec::new();
        for (place, text) in self.networks.iter().enumerate() {
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(_) => wrong(
                    format!("/networks/{place}"),
                    "this is no network".to_owned(),
                    Some("write it like `192.0.2.0/24` or `2001:db8::/32`".to_owned()),
                ),
            }
        }
        if networks.len() > MAX_NETWORKS {
            wrong("/networks".to_owned(), format!("there are more than {MAX_NETWORKS} networks"), None);
        }
        let mut patterns = Vec::new();
        for (place, text) in self.permissions.iter().flatten().enumerate().take(TEMPORARY_PATTERNS + 1) {
            match Pattern::parse(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => wrong(format!("/permissions/{place}"), error.to_string(), None),
            }
        }
        let alternatives: usize = patterns.iter().map(|pattern| pattern.alternatives().len()).sum();
        if alternatives > TEMPORARY_PATTERNS {
            let message = format!("these are more than {TEMPORARY_PATTERNS} patterns");
            wrong("/permissions".to_owned(), message, None);
        }
        if !errors.is_empty() {
            return Err(Problem::document(errors));
        }
        let permissions = self.permissions.map(|_| patterns);
        Ok(TemporaryDraft { title: self.title, permissions, networks, life })
    }
}

fn unavailable(error: StoreError) -> Problem {
    tracing::error!(%error, "temporary credentials cannot be read");
    Problem::new(Code::Unavailable)
}
