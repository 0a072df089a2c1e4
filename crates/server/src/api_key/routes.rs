//! `/api/v1/service-accounts/{id}/api-keys` and `/api/v1/api-keys`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{Entry, Kind};
use casemate_identity::SecretString;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, IdempotencyKey, IfNoneMatch, NoQuery, Page, Problem, entity_tag, json_body, json_response,
    parse_document, permissions, read_document,
};
use casemate_store::StoredApiKey;
use serde_json::json;

use crate::App;
use crate::api_key::list::{self, ApiKeySearch, ApiKeys};
use crate::api_key::service::{ApiKeyRequest, ApiKeyView, RotationRequest, thing};
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery};
use crate::objects::with_revision;
use crate::once::{Attempt, Once, created};
use crate::refusal::problem;

permissions! {
    /// To list the keys of an account.
    ApiKeyList = "casemate.api-key.list", on "api-key", in tenant, read "casemate.service-account.read";
    /// To read a key, without its secret.
    ApiKeyRead = "casemate.api-key.read", on "api-key", in tenant, read "casemate.api-key.read";
    /// To make a key.
    ApiKeyCreate = "casemate.api-key.create", on "api-key", in tenant, read "casemate.service-account.read";
    /// To make a key in the place of another.
    ApiKeyRotate = "casemate.api-key.rotate", on "api-key", in tenant, read "casemate.api-key.read";
    /// To take a key out of force.
    ApiKeyRevoke = "casemate.api-key.revoke", on "api-key", in tenant, read "casemate.api-key.read";
}

const TAG: &str = "API keys";
const SORT: &str = "`created_at`, `title`, or one of these with `-` before it.";
const OF_ACCOUNT: &str = "/api/v1/service-accounts/{id}/api-keys";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            OF_ACCOUNT,
            list,
            Operation::new("listApiKeys", TAG, "The API keys of a service account", Trail::Read)
                .describe("As `text/csv` it is the whole list.")
                .needs::<ApiKeyList>()
                .paged()
                .query("sort", SORT)
                .answers_csv_or::<Page<ApiKeyView>>(200, "A page, or the whole list."),
        )
        .get(
            "/api/v1/api-keys",
            list_all,
            Operation::new("listAllApiKeys", TAG, "The API keys of all service accounts in the tenant", Trail::Read)
                .describe("A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<ApiKeyList>()
                .paged()
                .query("sort", SORT)
                .answers_csv_or::<Page<ApiKeyView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/api-keys/search",
            search,
            Operation::new("searchApiKeys", TAG, "The API keys of all service accounts in the tenant", Trail::Read)
                .describe("Those that fit a text and filters: which end soon, which nobody uses.")
                .needs::<ApiKeyList>()
                .takes::<ApiKeySearch>(json!({ "expiring_days": 14, "sort": "title" }))
                .answers_csv_or::<Page<ApiKeyView>>(200, "A page, or the whole list."),
        )
        .post(
            OF_ACCOUNT,
            create,
            Operation::new("createApiKey", TAG, "An API key", Trail::Kind("create"))
                .describe("Makes a key. The key itself is in this answer and nowhere else.")
                .needs::<ApiKeyCreate>()
                .takes::<ApiKeyRequest>(json!({ "title": "nightly build", "networks": ["192.0.2.0/24"] }))
                .creates()
                .writes()
                .answers::<ApiKeyView>(201, "It was made.")
                .problem(Code::GrantExceeded),
        )
        .get(
            "/api/v1/api-keys/{id}",
            get,
            Operation::new("getApiKey", TAG, "An API key", Trail::Read)
                .needs::<ApiKeyRead>()
                .if_none_match()
                .answers::<ApiKeyView>(200, "It, without its secret."),
        )
        .post(
            "/api/v1/api-keys/{id}/rotate",
            rotate,
            Operation::new("rotateApiKey", TAG, "An API key", Trail::Kind("rotate"))
                .describe("Makes a key in the place of this one, which goes on for a while. The key itself is in this answer and nowhere else.")
                .needs::<ApiKeyRotate>()
                .takes::<RotationRequest>(json!({ "overlap_seconds": 86_400 }))
                .creates()
                .writes()
                .answers::<ApiKeyView>(201, "The new key.")
                .problem(Code::GrantExceeded),
        )
        .post(
            "/api/v1/api-keys/{id}/revoke",
            revoke,
            Operation::new("revokeApiKey", TAG, "An API key", Trail::Kind("revoke"))
                .describe("Takes it out of force at once; doing so again changes nothing.")
                .needs::<ApiKeyRevoke>()
                .writes()
                .answers::<ApiKeyView>(200, "As it is now."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<ApiKeyList>,
    Path(id): Path<String>,
    headers: HeaderMap,
    search: InQuery<ApiKeySearch>,
) -> Result<Response, Problem> {
    let access = require.access();
    let account = account(&app, access, &id)?;
    access.permit::<ApiKeyList>(&app, &account_thing(&account)).await?;
    let wanted = search.0.of(&id).query(access.tenant(), access.now())?;
    listed::answer::<ApiKeys>(&app, &access.caller, &headers, wanted, |_| true).await
}

async fn list_all(
    State(app): State<App>,
    require: Require<ApiKeyList>,
    headers: HeaderMap,
    search: InQuery<ApiKeySearch>,
) -> Result<Response, Problem> {
    found(&app, require, &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<ApiKeyList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require, &headers, search).await
}

async fn found(
    app: &App,
    require: Require<ApiKeyList>,
    headers: &HeaderMap,
    search: ApiKeySearch,
) -> Result<Response, Problem> {
    let renewed = require.access().readmitted::<ApiKeyList>(app).await?;
    let access = renewed.unwrap_or_else(|| require.into_access());
    let wanted = search.query(access.tenant(), access.now())?;
    let caller = access.caller.clone();
    let sees = move |key: &StoredApiKey| list::sees(&access, key);
    listed::answer::<ApiKeys>(app, &caller, headers, wanted, sees).await
}

async fn create(
    State(app): State<App>,
    require: Require<ApiKeyCreate>,
    Path(id): Path<String>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let draft = parse_document::<ApiKeyRequest>(&text)?.into_draft()?;
    let access = require.access();
    let account = account(&app, access, &id)?;
    let permit = access.permit::<ApiKeyCreate>(&app, &account_thing(&account)).await?;
    let attempt = match Once::begin(&app, access, key, &["createApiKey", &id, &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    match app.administration.create_key(&permit.author, access.tenant(), &id, draft).await {
        Ok(made) => Ok(shown_once(&app, attempt, permit.author.now, made).await),
        Err(error) => Err(access.not_done::<ApiKeyCreate>(&app, None, error).await),
    }
}

async fn get(
    State(app): State<App>,
    require: Require<ApiKeyRead>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let key = key(&app, access, &id).await?;
    access.permit::<ApiKeyRead>(&app, &thing(&key)).await?;
    let tag = [(header::ETAG, entity_tag(key.revision))];
    Ok(if known.has(key.revision) {
        (StatusCode::NOT_MODIFIED, tag).into_response()
    } else {
        (tag, json_response(&ApiKeyView::from(&key))).into_response()
    })
}

async fn rotate(
    State(app): State<App>,
    require: Require<ApiKeyRotate>,
    Path(id): Path<String>,
    idempotency: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let rotation: RotationRequest = parse_document(&text)?;
    let access = require.access();
    let old = key(&app, access, &id).await?;
    let permit = access.permit::<ApiKeyRotate>(&app, &thing(&old)).await?;
    let attempt = match Once::begin(&app, access, idempotency, &["rotateApiKey", &id, &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let administration = &app.administration;
    match administration.rotate_key(&permit.author, access.tenant(), &id, rotation.overlap()).await {
        Ok(made) => Ok(shown_once(&app, attempt, permit.author.now, made).await),
        Err(error) => Err(access.not_done::<ApiKeyRotate>(&app, Some(&id), error).await),
    }
}

async fn revoke(
    State(app): State<App>,
    require: Require<ApiKeyRevoke>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let old = key(&app, access, &id).await?;
    let permit = access.permit::<ApiKeyRevoke>(&app, &thing(&old)).await?;
    let key = app.administration.revoke_key(&permit.author, access.tenant(), &id).await.map_err(problem)?;
    Ok(with_revision(json_response(&ApiKeyView::from(&key)), key.revision))
}

/// The answer to what made a key: the only one with the key itself, which is not remembered.
async fn shown_once(
    app: &App,
    attempt: Attempt,
    now: i64,
    (key, secret): (StoredApiKey, SecretString),
) -> Response {
    let text = |view: &ApiKeyView| serde_json::to_string(view).unwrap_or_default();
    attempt.keep(app, StatusCode::CREATED, now, text(&ApiKeyView::from(&key))).await;
    created(StatusCode::CREATED.as_u16(), text(&ApiKeyView::with_key(&key, &secret)))
}

fn account(app: &App, access: &Access, id: &str) -> Result<Entry, Problem> {
    let found = app.administration.get(Kind::ServiceAccount, access.tenant(), id);
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The keys of an account, as conditions of permissions see them.
fn account_thing(account: &Entry) -> Thing {
    Thing::default().with("account", &account.id).with("name", &account.name)
}

async fn key(app: &App, access: &Access, id: &str) -> Result<StoredApiKey, Problem> {
    let found = app.administration.key(access.tenant(), id).await.map_err(problem)?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}
