//! What users and groups have in common: rows that are listed, searched, exported, read, made, changed and deleted in the
//! same way.

use std::future::Future;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Administration, Author};
use casemate_expression::Datum;
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Permission, Problem, entity_tag, json_body,
    json_response, parse_document, read_document,
};
use serde::de::DeserializeOwned;

use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, Asked, InQuery, Listed};
use crate::objects::with_revision;
use crate::once::{Once, created};
use crate::refusal::problem;

/// What is made of a search: which page is wanted, and the query in a tenant.
pub(crate) type Searched<Q> = Result<(Asked, Q), Problem>;

/// Rows of a table that are administered by API.
pub(crate) trait Rows: Listed {
    /// What is sent to make one or change it.
    type Draft: DeserializeOwned + Send + Sync;
    /// What is sent to search.
    type Search: DeserializeOwned + Send;
    /// What is needed to list them.
    type List: Permission;
    /// What is needed to read one.
    type Read: Permission;
    /// What is needed to make one.
    type Create: Permission;
    /// What is needed to change one.
    type Update: Permission;
    /// What is needed to delete one.
    type Delete: Permission;
    /// Where they are, such as `/api/v1/users`.
    const PATH: &'static str;
    /// What the operation is called that makes one.
    const CREATE: &'static str;

    /// The id of one.
    fn id(record: &Self::Record) -> &str;
    /// The revision that changed one last.
    fn revision(record: &Self::Record) -> i64;
    /// One, as conditions of permissions see it.
    fn thing(record: &Self::Record) -> Thing;
    /// One that is to be made, or what one is to become, as conditions of permissions see it.
    fn drafted(draft: &Self::Draft) -> Thing;
    /// What is made of a search in a tenant.
    fn searched(search: Self::Search, tenant: &str) -> Searched<Self::Query>;

    /// One of a tenant.
    fn find(
        administration: &Administration,
        tenant: &str,
        id: &str,
    ) -> impl Future<Output = Result<Option<Self::Record>, AdminError>> + Send;
    /// Makes one.
    fn create(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        draft: &Self::Draft,
    ) -> impl Future<Output = Result<Self::Record, AdminError>> + Send;
    /// Makes something else of one that its author knows at a revision.
    fn update(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        known: (&str, i64),
        draft: &Self::Draft,
    ) -> impl Future<Output = Result<Self::Record, AdminError>> + Send;
    /// Deletes one that its author knows at a revision; gives the revision of the change.
    fn delete(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        known: (&str, i64),
    ) -> impl Future<Output = Result<i64, AdminError>> + Send;
}

/// `GET`: a page, or the whole list.
pub(crate) async fn list<R: Rows>(
    State(app): State<App>,
    require: Require<R::List>,
    headers: HeaderMap,
    search: InQuery<R::Search>,
) -> Result<Response, Problem> {
    let renewed = require.access().readmitted::<R::List>(&app).await?;
    found::<R>(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search.0).await
}

/// `POST` to `search`: a page, or the whole list, of those that fit.
pub(crate) async fn search<R: Rows>(
    State(app): State<App>,
    require: Require<R::List>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    let renewed = require.access().readmitted::<R::List>(&app).await?;
    found::<R>(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn found<R: Rows>(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    search: R::Search,
) -> Result<Response, Problem> {
    let wanted = R::searched(search, access.tenant())?;
    let caller = access.caller.clone();
    let sees = move |record: &R::Record| access.may::<R::List>(&R::thing(record));
    listed::answer::<R>(app, &caller, headers, wanted, sees).await
}

/// `GET` of one.
pub(crate) async fn get<R: Rows>(
    State(app): State<App>,
    require: Require<R::Read>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    access.permit::<R::Read>(&app, &R::thing(&record)).await?;
    let revision = R::revision(&record);
    if known.has(revision) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, entity_tag(revision))]).into_response());
    }
    Ok(shown::<R>(record))
}

/// `POST`.
pub(crate) async fn create<R: Rows>(
    State(app): State<App>,
    require: Require<R::Create>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let draft: R::Draft = strict(&text)?;
    let access = require.access();
    let permit = access.permit::<R::Create>(&app, &R::drafted(&draft)).await?;
    let attempt = match Once::begin(&app, access, key, &[R::CREATE, &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let record = match R::create(&app.administration, &permit.author, access.tenant(), &draft).await {
        Ok(record) => record,
        Err(error) => return Err(access.not_done::<R::Create>(&app, None, error).await),
    };
    let location = format!("{}/{}", R::PATH, R::id(&record));
    let body = serde_json::to_string(&R::View::from(record)).unwrap_or_default();
    attempt.keep(&app, StatusCode::CREATED, permit.author.now, body.clone()).await;
    let mut response = created(StatusCode::CREATED.as_u16(), body);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// `PUT` of one.
pub(crate) async fn update<R: Rows>(
    State(app): State<App>,
    require: Require<R::Update>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let draft: R::Draft = strict(&json_body(request).await?)?;
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    access.permit::<R::Update>(&app, &R::thing(&record)).await?;
    // What it becomes has to be theirs to change as well, or a narrow permission could be left behind.
    let permit = access.permit::<R::Update>(&app, &R::drafted(&draft).identified(&id)).await?;
    let revision = R::revision(&record);
    expected.check(revision)?;
    let changed =
        R::update(&app.administration, &permit.author, access.tenant(), (&id, revision), &draft).await;
    match changed {
        Ok(record) => {
            let revision = R::revision(&record);
            Ok(with_revision(shown::<R>(record), revision))
        }
        Err(error) => Err(access.not_done::<R::Update>(&app, Some(&id), error).await),
    }
}

/// `DELETE` of one.
pub(crate) async fn delete<R: Rows>(
    State(app): State<App>,
    require: Require<R::Delete>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    let permit = access.permit::<R::Delete>(&app, &R::thing(&record)).await?;
    let revision = R::revision(&record);
    expected.check(revision)?;
    match R::delete(&app.administration, &permit.author, access.tenant(), (&id, revision)).await {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<R::Delete>(&app, Some(&id), error).await),
    }
}

/// The one with this id, in the tenant that the request is about.
pub(crate) async fn one<R: Rows>(app: &App, access: &Access, id: &str) -> Result<R::Record, Problem> {
    let found = R::find(&app.administration, access.tenant(), id).await.map_err(problem)?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

fn shown<R: Rows>(record: R::Record) -> Response {
    let tag = entity_tag(R::revision(&record));
    let mut response = json_response(&R::View::from(record));
    response.headers_mut().insert(header::ETAG, tag);
    response
}

/// A document, without what two readers could understand differently: members twice, numbers that do not fit.
pub(crate) fn strict<D: DeserializeOwned>(text: &str) -> Result<D, Problem> {
    Datum::from_json(text).map_err(|error| Problem::new(Code::MalformedBody).detail(error.to_string()))?;
    parse_document(text)
}
