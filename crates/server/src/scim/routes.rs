//! `/scim/v2`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use casemate_expression::Datum;
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Code, Problem, json_body_of, longest_body};
use casemate_scim::{
    BulkLimits, BulkRequest, Capabilities, Draft, Listing, Patch, Precondition, Projection, Query,
    QueryLimits, ResourceType, ScimError, bulk_response, list_response, provider_config,
    resource_type_documents, schema_documents, version,
};
use serde_json::Value;

use super::answer::{MEDIA_TYPE, Refusal, document, not_found, resource, scim_errors};
use super::bulk::MAX_OPERATIONS;
use super::change::Wish;
use super::client::{Client, ScimProvision, base};
use super::records::location;
use crate::App;
use crate::guard::Require;

/// Where SCIM is.
const PATH: &str = "/scim/v2";
/// How large pages are.
const PAGES: QueryLimits = QueryLimits { default_count: 100, max_count: 1_000 };

type Provisioner = Require<ScimProvision>;
type Answered = Result<Response, Refusal>;

/// The area's routes, below where SCIM is. They stand in no OpenAPI description: the protocol describes itself.
pub(crate) fn routes() -> Pages<App> {
    let alike = Trail::Nothing("the protocol describes itself, to everybody alike");
    let mut pages = Pages::new()
        .get("/", Trail::Read, async |State(app), require, uri| {
            list(&app, &require, &ResourceType::ALL, &uri).await
        })
        .post("/.search", Trail::Read, async |State(app), require, request| {
            search(&app, &require, &ResourceType::ALL, request).await
        })
        .post("/Bulk", Trail::Kind("create"), bulk)
        .any("/Me", Trail::Nothing("there is no such thing"), async |_: Provisioner| no_me())
        .get("/ServiceProviderConfig", alike, service_provider_config)
        .get("/ResourceTypes", alike, async |State(app), _: Provisioner, uri| {
            described(&uri, resource_type_documents(&base(&app)))
        })
        .get("/ResourceTypes/{id}", alike, async |State(app), _: Provisioner, Path(id)| {
            one_described(id, resource_type_documents(&base(&app)))
        })
        .get("/Schemas", alike, async |State(app), _: Provisioner, uri| {
            described(&uri, schema_documents(&base(&app)))
        })
        .get("/Schemas/{id}", alike, async |State(app), _: Provisioner, Path(id)| {
            one_described(id, schema_documents(&base(&app)))
        });
    for kind in ResourceType::ALL {
        pages = pages.merge(of_type(kind));
    }
    pages.nested(PATH, |router| {
        router
            .fallback(async |_: Provisioner| Problem::new(Code::NotFound))
            .method_not_allowed_fallback(async |_: Provisioner| Problem::new(Code::MethodNotAllowed))
            .layer(from_fn(scim_errors))
    })
}

/// The routes of one type of resources.
fn of_type(kind: ResourceType) -> Pages<App> {
    let path = kind.endpoint();
    let one = format!("{path}/{{id}}");
    Pages::new()
        .get(path, Trail::Read, move |State(app): State<App>, require: Provisioner, uri: Uri| async move {
            list(&app, &require, &[kind], &uri).await
        })
        .post(
            path,
            Trail::Kind("create"),
            move |State(app): State<App>, require: Provisioner, request: Request| async move {
                create(&app, &require, kind, request).await
            },
        )
        .post(
            &format!("{path}/.search"),
            Trail::Read,
            move |State(app): State<App>, require: Provisioner, request: Request| async move {
                search(&app, &require, &[kind], request).await
            },
        )
        .get(
            &one,
            Trail::Read,
            move |State(app): State<App>,
                  require: Provisioner,
                  Path(id): Path<String>,
                  uri: Uri,
                  headers: HeaderMap| async move { read(&app, &require, (kind, &id), &uri, &headers).await },
        )
        .put(
            &one,
            Trail::Kind("update"),
            move |State(app): State<App>,
                  require: Provisioner,
                  Path(id): Path<String>,
                  request: Request| async move { replace(&app, &require, kind, &id, request).await },
        )
        .patch(
            &one,
            Trail::Kind("update"),
            move |State(app): State<App>,
                  require: Provisioner,
                  Path(id): Path<String>,
                  request: Request| async move { change(&app, &require, kind, &id, request).await },
        )
        .delete(
            &one,
            Trail::Kind("delete"),
            move |State(app): State<App>,
                  require: Provisioner,
                  Path(id): Path<String>,
                  headers: HeaderMap| async move { delete(&app, &require, kind, &id, &headers).await },
        )
}

async fn list(app: &App, require: &Provisioner, kinds: &[ResourceType], uri: &Uri) -> Answered {
    let query = parameters(uri)?;
    let client = Client::admit(app, require.access()).await?;
    let listing = client.list(kinds, &query).await?;
    Ok(document(StatusCode::OK, &list_response(listing)))
}

async fn search(app: &App, require: &Provisioner, kinds: &[ResourceType], request: Request) -> Answered {
    let body = body(request).await?;
    let query = Query::from_search(&body, PAGES)?;
    let client = Client::admit(app, require.access()).await?;
    let listing = client.list(kinds, &query).await?;
    Ok(document(StatusCode::OK, &list_response(listing)))
}

async fn create(app: &App, require: &Provisioner, kind: ResourceType, request: Request) -> Answered {
    let projection = parameters(request.uri())?.projection(kind)?;
    let draft = Draft::read(kind, &body(request).await?)?;
    let client = Client::admit(app, require.access()).await?;
    let wish = Wish::Create(draft);
    let (id, _) = client.do_one(kind, None, &wish, &Precondition::default()).await?;
    shown(&client, kind, &id, &projection, StatusCode::CREATED).await
}

async fn read(
    app: &App,
    require: &Provisioner,
    (kind, id): (ResourceType, &str),
    uri: &Uri,
    headers: &HeaderMap,
) -> Answered {
    let projection = parameters(uri)?.projection(kind)?;
    let client = Client::admit(app, require.access()).await?;
    let record = client.record(kind, id).await?.ok_or_else(not_found)?;
    let tag = version(record.revision());
    if precondition(headers, &header::IF_NONE_MATCH)?.names(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut documents = client.documents(&[record], &projection).await?;
    let document = documents.pop().unwrap_or_default();
    Ok(resource(StatusCode::OK, &tag, &location(&client.base, kind, id), document))
}

async fn replace(
    app: &App,
    require: &Provisioner,
    kind: ResourceType,
    id: &str,
    request: Request,
) -> Answered {
    let projection = parameters(request.uri())?.projection(kind)?;
    let expected = precondition(request.headers(), &header::IF_MATCH)?;
    let draft = Draft::read(kind, &body(request).await?)?;
    let client = Client::admit(app, require.access()).await?;
    client.do_one(kind, Some(id), &Wish::Replace(draft), &expected).await?;
    shown(&client, kind, id, &projection, StatusCode::OK).await
}

async fn change(
    app: &App,
    require: &Provisioner,
    kind: ResourceType,
    id: &str,
    request: Request,
) -> Answered {
    let projection = parameters(request.uri())?.projection(kind)?;
    let expected = precondition(request.headers(), &header::IF_MATCH)?;
    let patch = Patch::read(kind, &body(request).await?)?;
    let client = Client::admit(app, require.access()).await?;
    let (_, revision) = client.do_one(kind, Some(id), &Wish::Change(patch), &expected).await?;
    // A group may have more members than fit into an answer: they are told to whoever asks for them (section 3.5.2).
    if kind == ResourceType::Group && !projection.is_chosen() {
        return Ok((StatusCode::NO_CONTENT, [(header::ETAG, version(revision))]).into_response());
    }
    shown(&client, kind, id, &projection, StatusCode::OK).await
}

async fn delete(
    app: &App,
    require: &Provisioner,
    kind: ResourceType,
    id: &str,
    headers: &HeaderMap,
) -> Answered {
    let expected = precondition(headers, &header::IF_MATCH)?;
    let client = Client::admit(app, require.access()).await?;
    client.do_one(kind, Some(id), &Wish::Delete, &expected).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn bulk(State(app): State<App>, require: Provisioner, request: Request) -> Answered {
    let body = body(request).await?;
    let request = BulkRequest::read(&body, BulkLimits { operations: MAX_OPERATIONS })?;
    let client = Client::admit(&app, require.access()).await?;
    let results = client.bulk(request).await;
    Ok(document(StatusCode::OK, &bulk_response(results)))
}

/// The answer with a resource as it is now.
async fn shown(
    client: &Client<'_>,
    kind: ResourceType,
    id: &str,
    projection: &Projection,
    status: StatusCode,
) -> Answered {
    let record = client.record(kind, id).await?.ok_or_else(not_found)?;
    let tag = version(record.revision());
    let document = client.documents(&[record], projection).await?.pop().unwrap_or_default();
    Ok(resource(status, &tag, &location(&client.base, kind, id), document))
}

async fn service_provider_config(State(app): State<App>, _: Provisioner) -> Response {
    let capabilities = Capabilities {
        bulk_operations: MAX_OPERATIONS,
        payload_bytes: longest_body(),
        page: PAGES.max_count,
    };
    document(StatusCode::OK, &provider_config(&base(&app), capabilities))
}

/// A list of descriptions, which no filter narrows (RFC 7644, section 4).
fn described(uri: &Uri, documents: Vec<(&'static str, Value)>) -> Response {
    if parameters(uri).is_ok_and(|query| query.filter.is_some()) {
        return Refusal::from(ScimError::with_status(403, "these are listed without a filter"))
            .into_response();
    }
    let resources: Vec<_> = documents
        .into_iter()
        .filter_map(|(_, document)| match document {
            Value::Object(members) => Some(members),
            _ => None,
        })
        .collect();
    let total = Some(resources.len());
    let listing = Listing { total, start_index: Some(1), next_cursor: None, resources };
    document(StatusCode::OK, &list_response(listing))
}

fn one_described(id: String, documents: Vec<(&'static str, Value)>) -> Response {
    let found = documents.into_iter().find(|(name, _)| *name == id);
    match found {
        Some((_, found)) => document(StatusCode::OK, &found),
        None => Refusal::from(not_found()).into_response(),
    }
}

fn no_me() -> Refusal {
    ScimError::with_status(501, "an API key is nobody among the users: ask /Users").into()
}

/// The parameters of a query.
fn parameters(uri: &Uri) -> Result<Query, ScimError> {
    let pairs: Vec<_> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
    Query::from_parameters(pairs.iter().map(|(name, value)| (&**name, &**value)), PAGES)
}

/// What a header says of versions.
fn precondition(headers: &HeaderMap, name: &header::HeaderName) -> Result<Precondition, Refusal> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        let value = value.to_str().map_err(|_| {
            Problem::new(Code::MalformedHeader).detail("If-Match and If-None-Match are lists of versions")
        })?;
        tags.push(value);
    }
    Ok(Precondition::read(if tags.is_empty() { None } else { Some(tags.join(",")) }.as_deref()))
}

/// The body, which two readers could not understand differently.
async fn body(request: Request) -> Result<Value, Refusal> {
    let text = json_body_of(request, MEDIA_TYPE).await?;
    let malformed = |error: String| Problem::new(Code::MalformedBody).detail(error);
    Datum::from_json(&text).map_err(|error| malformed(error.to_string()))?;
    Ok(serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?)
}
