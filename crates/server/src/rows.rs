//! What users and groups have in common: rows that are listed, searched, exported, read, made, changed and deleted in the
//! same way.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Administration, Author};
use casemate_expression::Datum;
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Page, PageRequest, Permission, Problem, Query,
    entity_tag, json_body, json_response, parse_document, read_document,
};
use casemate_store::{StoreError, StoreReader};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::App;
use crate::csv;
use crate::export::{self, AT_ONCE};
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
use crate::once::{Once, created};
use crate::refusal::problem;

/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;

/// What is made of a search: the query in a tenant, the page that is wanted, and whether it is one and not the whole list.
pub(crate) type Searched<Q> = Result<(Q, PageRequest, bool), Problem>;

/// Rows of a table that are administered by API.
pub(crate) trait Rows: Send + Sync + 'static {
    /// What the store keeps of one.
    type Record: Send + Sync + 'static;
    /// What is sent to make one or change it.
    type Draft: DeserializeOwned + Send + Sync;
    /// What is shown of one.
    type View: From<Self::Record> + Serialize;
    /// What is sent to search.
    type Search: DeserializeOwned + Send;
    /// Which are wanted of the store.
    type Query: Clone + Debug + Send + Sync + 'static;
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
    /// What their list is called, and the file that it is exported to.
    const LIST: &'static str;
    /// What the operation is called that makes one.
    const CREATE: &'static str;
    /// The columns of an exported list.
    const COLUMNS: &'static [&'static str];

    /// The id of one.
    fn id(record: &Self::Record) -> &str;
    /// The revision that changed one last.
    fn revision(record: &Self::Record) -> i64;
    /// One, as conditions of permissions see it.
    fn thing(record: &Self::Record) -> Thing;
    /// One that is to be made, or what one is to become, as conditions of permissions see it.
    fn drafted(draft: &Self::Draft) -> Thing;
    /// The cells of one in an exported list.
    fn cells(record: Self::Record) -> Vec<String>;
    /// What is made of a search in a tenant.
    fn searched(search: Self::Search, tenant: &str) -> Searched<Self::Query>;
    /// The same query behind a place, for as many as this.
    fn behind(query: Self::Query, after: Option<export::Place>, limit: u32) -> Self::Query;
    /// Where one stands in the order of a query, together with the id.
    fn key(query: &Self::Query, record: &Self::Record) -> String;

    /// Those that are wanted.
    fn read(
        reader: &StoreReader,
        query: &Self::Query,
    ) -> impl Future<Output = Result<Vec<Self::Record>, StoreError>> + Send;
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
    if csv::is_wanted(headers) {
        return exported::<R>(app, access, search);
    }
    let page = page::<R>(app, &access, search).await?;
    let mut response = (axum::Extension(access.caller.clone()), json_response(&page)).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// A page of what the caller may see of those that are wanted.
async fn page<R: Rows>(app: &App, access: &Access, search: R::Search) -> Result<Page<R::View>, Problem> {
    let (query, page, _) = R::searched(search, access.tenant())?;
    let list = format!("{}\n{query:?}", R::LIST);
    let after = place(page.key(&list)?)?;
    let query = R::behind(query, after, page.limit.saturating_add(1));
    let records = R::read(app.store.reader(), &query).await.map_err(unreadable)?;
    let key = |record: &R::Record| format!("{}\n{}", R::id(record), R::key(&query, record));
    let Page { items, next } = Page::of(records, &list, page.limit, key);
    let items = items.into_iter().filter(|record| access.may::<R::List>(&R::thing(record)));
    Ok(Page { items: items.map(R::View::from).collect(), next })
}

/// All that are wanted and may be seen, as comma-separated values.
fn exported<R: Rows>(app: &App, access: Access, search: R::Search) -> Result<Response, Problem> {
    let (query, _, is_page) = R::searched(search, access.tenant())?;
    if is_page {
        return Err(whole());
    }
    let (reader, caller, access) = (app.store.reader().clone(), access.caller.clone(), Arc::new(access));
    let mut response = export::answer(R::LIST, R::COLUMNS, move |after| {
        let (reader, access) = (reader.clone(), Arc::clone(&access));
        let query = R::behind(query.clone(), after, AT_ONCE);
        async move {
            let records = R::read(&reader, &query).await?;
            let is_last = records.len() < AT_ONCE as usize;
            let last = records.last().filter(|_| !is_last);
            let after = last.map(|record| (R::key(&query, record), R::id(record).to_owned()));
            let mut rows = csv::Rows::default();
            for record in records.into_iter().filter(|record| access.may::<R::List>(&R::thing(record))) {
                rows.row(R::cells(record).iter().map(String::as_str));
            }
            Ok((rows, after))
        }
    });
    response.extensions_mut().insert(caller);
    Ok(response)
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

/// A search that stands in a query: no more than a page and an order, since the rest may be personal data and stands in no
/// address.
pub(crate) struct InQuery<S>(pub(crate) S);

impl<S: DeserializeOwned, T: Sync> axum::extract::FromRequestParts<T> for InQuery<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &T) -> Result<InQuery<S>, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = query.take("sort");
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let members = [
            ("sort", sort.map(Value::from)),
            ("after", page.after.map(Value::from)),
            ("limit", is_limited.then(|| page.limit.into())),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let search = serde_json::from_value(Value::Object(members.collect()));
        // The rest of it was read above.
        search.map(InQuery).map_err(|error| {
            Problem::new(Code::MalformedQuery).detail(format!("`sort` is no order of this list: {error}"))
        })
    }
}

/// A text that is searched for, where there is any.
///
/// # Errors
/// 400 where it is too long.
pub(crate) fn searched_text(text: Option<String>) -> Result<Option<String>, Problem> {
    if text.as_deref().is_some_and(|text| text.len() > MAX_SEARCH) {
        let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
        return Err(Problem::new(Code::MalformedBody).detail(detail));
    }
    Ok(text.filter(|text| !text.is_empty()))
}

/// The place in a list that a cursor's key names: an id, which holds no line, and the key of the order.
///
/// # Errors
/// 400 where it names none.
pub(crate) fn place(key: Option<String>) -> Result<Option<export::Place>, Problem> {
    let read = |key: String| {
        let (id, key) = key.split_once('\n')?;
        Some((key.to_owned(), id.to_owned()))
    };
    key.map(|key| read(key).ok_or_else(|| Problem::new(Code::MalformedQuery))).transpose()
}

/// That a page is asked for where the answer is the whole list.
pub(crate) fn whole() -> Problem {
    let detail = "`text/csv` is the whole list: leave `after` and `limit` out";
    Problem::new(Code::MalformedQuery).detail(detail)
}

/// That people cannot be read.
pub(crate) fn unreadable(error: StoreError) -> Problem {
    tracing::error!(%error, "the directory cannot be read");
    Problem::new(Code::Unavailable)
}

/// A document, without what two readers could understand differently: members twice, numbers that do not fit.
pub(crate) fn strict<D: DeserializeOwned>(text: &str) -> Result<D, Problem> {
    Datum::from_json(text).map_err(|error| Problem::new(Code::MalformedBody).detail(error.to_string()))?;
    parse_document(text)
}
