//! What all kinds of objects have in common: they are listed, searched, read, made, changed and deleted in the same way.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{Entry, Kind, ListQuery, Written};
use casemate_expression::Datum;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Page, Permission, Problem, cursor, entity_tag,
    json_body, json_response, parse_document, read_cursor, read_document,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::App;
use crate::at_least::REVISION;
use crate::csv;
use crate::guard::{Access, Require, Thing};
use crate::listing::{SearchRequest, Wanted, export};
use crate::once::{Body, Once, created};
use crate::reading::Exported;
use crate::refusal::problem;
use crate::view::EntryView;

/// A kind of objects that is administered by API.
pub(crate) trait Objects: Send + Sync + 'static {
    /// Which kind.
    const KIND: Kind;
    /// Where they are, such as `/api/v1/roles`.
    const PATH: &'static str;
    /// Where they are searched: `/search` below the path.
    const SEARCH_PATH: &'static str;
    /// Where one of them is: `/{id}` below the path.
    const ITEM_PATH: &'static str;
    /// How a description calls them, and what the operations are called.
    const WORDS: Words;
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
    /// What is sent to make one or change it.
    type Document: DeserializeOwned + Serialize + JsonSchema + Send;
    /// What is shown of one; like what is sent, where it holds no secret.
    type Shown: JsonSchema;

    /// A document, as an example.
    fn example() -> Value;

    /// What conditions of permissions may ask of one that is to be made.
    fn thing(document: &Value) -> Thing {
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        Thing::named(text("name").or_else(|| text("id")).unwrap_or_default()).of_document(document)
    }
}

/// How a description calls a kind of objects, and what the operations on it are called.
pub(crate) struct Words {
    pub(crate) tag: &'static str,
    pub(crate) many: &'static str,
    pub(crate) one: &'static str,
    pub(crate) list: &'static str,
    pub(crate) search: &'static str,
    pub(crate) get: &'static str,
    pub(crate) create: &'static str,
    pub(crate) update: &'static str,
    pub(crate) delete: &'static str,
}

/// The routes that read a kind of objects, and those that change and delete it.
pub(crate) fn routes<O: Objects>() -> Api<App> {
    writing::<O>(reading::<O>()).post(
        O::PATH,
        create::<O>,
        Operation::new(O::WORDS.create, O::WORDS.tag, O::WORDS.one, Trail::Kind("create"))
            .describe("Makes one.")
            .needs::<O::Create>()
            .takes::<O::Document>(O::example())
            .creates()
            .writes()
            .answers::<EntryView<O::Shown>>(201, "It was made.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded),
    )
}

/// The routes that list, search and read.
pub(crate) fn reading<O: Objects>() -> Api<App> {
    let Words { tag, many, one, .. } = O::WORDS;
    Api::new()
        .get(
            O::PATH,
            list::<O>,
            Operation::new(O::WORDS.list, tag, many, Trail::Read)
                .describe("A page may hold fewer entries than asked for, and others follow. `Accept: text/csv` gets the whole list, without `after` and `limit`.")
                .needs::<O::List>()
                .paged()
                .query("sort", "`created_at` (where nothing is said), `updated_at`, `name`, or one of these with `-` before it for the opposite order.")
                .answers_csv_or::<Page<EntryView<O::Shown>>>(200, "A page."),
        )
        .post(
            O::SEARCH_PATH,
            search::<O>,
            Operation::new(O::WORDS.search, tag, many, Trail::Read)
                .describe("Those that fit a text and filters, which may be personal data and stand in no address. `Accept: text/csv` gets all of them, without `after` and `limit`.")
                .needs::<O::List>()
                .takes::<SearchRequest>(serde_json::json!({ "search": "support", "sort": "-created_at", "limit": 50 }))
                .answers_csv_or::<Page<EntryView<O::Shown>>>(200, "A page."),
        )
        .get(
            O::ITEM_PATH,
            get::<O>,
            Operation::new(O::WORDS.get, tag, one, Trail::Read)
                .needs::<O::Read>()
                .if_none_match()
                .answers::<EntryView<O::Shown>>(200, "It."),
        )
}

/// Adds the routes that change and delete.
pub(crate) fn writing<O: Objects>(api: Api<App>) -> Api<App> {
    writing_delete::<O>(
        api.put(
            O::ITEM_PATH,
            update::<O>,
            Operation::new(O::WORDS.update, O::WORDS.tag, O::WORDS.one, Trail::Kind("update"))
                .describe("Makes this of it, as a whole.")
                .needs::<O::Update>()
                .if_match()
                .takes::<O::Document>(O::example())
                .writes()
                .answers::<EntryView<O::Shown>>(200, "As it is now.")
                .problem(Code::NameTaken)
                .problem(Code::ManagedByCode)
                .problem(Code::GrantExceeded)
                .problem(Code::LastAdministrator)
                .problem(Code::InUse),
        ),
    )
}

/// Adds the route that deletes.
pub(crate) fn writing_delete<O: Objects>(api: Api<App>) -> Api<App> {
    api.delete(
        O::ITEM_PATH,
        delete::<O>,
        Operation::new(O::WORDS.delete, O::WORDS.tag, O::WORDS.one, Trail::Kind("delete"))
            .describe("Deletes it.")
            .needs::<O::Delete>()
            .if_match()
            .writes()
            .answers_nothing(204, "It is gone.")
            .problem(Code::ManagedByCode)
            .problem(Code::GrantExceeded)
            .problem(Code::LastAdministrator)
            .problem(Code::InUse),
    )
}

async fn list<O: Objects>(
    State(app): State<App>,
    require: Require<O::List>,
    wanted: Wanted,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answered::<O>(&app, require.into_access(), wanted, &headers)
}

async fn search<O: Objects>(
    State(app): State<App>,
    require: Require<O::List>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let wanted = Wanted::of_search(read_document(request).await?)?;
    let renewed = require.access().readmitted::<O::List>(&app).await?;
    answered::<O>(&app, renewed.unwrap_or_else(|| require.into_access()), wanted, &headers)
}

/// A page, or the whole list, as the caller would have it.
fn answered<O: Objects>(
    app: &App,
    access: Access,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if csv::is_wanted(headers) {
        let exported = Exported::new("csv", &list_name::<O>(&access, &wanted.query));
        let mut response = export::<O>(app.administration.lister(), access, wanted)?;
        response.extensions_mut().insert(exported);
        return Ok(response);
    }
    let found = found::<O>(app, &access, wanted.query, wanted.after.as_deref())?;
    let mut response = (axum::Extension(access.caller.clone()), json_response(&found)).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// A page of what the caller may see.
fn found<O: Objects>(
    app: &App,
    access: &Access,
    query: ListQuery,
    after: Option<&str>,
) -> Result<Page<EntryView<O::Shown>>, Problem> {
    let name = list_name::<O>(access, &query);
    let after = after.map(|after| read_cursor(&name, after)).transpose()?;
    let listing =
        app.administration.list(O::KIND, access.tenant(), &ListQuery { after, ..query }).map_err(problem)?;
    let items = listing
        .items
        .iter()
        .filter(|entry| access.may::<O::List>(&Thing::of(entry)))
        .map(EntryView::from)
        .collect();
    Ok(Page { items, next: listing.next.map(|next| cursor(&name, &next)) })
}

/// What keeps the cursor of one list from being used in another.
fn list_name<O: Objects>(access: &Access, query: &ListQuery) -> String {
    let ListQuery { search, filters, sort, .. } = query;
    format!("{}\n{}\n{search:?}\n{filters:?}\n{sort:?}", O::KIND, access.tenant())
}

async fn get<O: Objects>(
    State(app): State<App>,
    require: Require<O::Read>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let entry = entry::<O>(&app, require.access(), &id)?;
    require.access().permit::<O::Read>(&app, &Thing::of(&entry)).await?;
    Ok(if known.has(entry.revision) {
        (StatusCode::NOT_MODIFIED, [(header::ETAG, entity_tag(entry.revision))]).into_response()
    } else {
        shown::<O>(&entry)
    })
}

async fn create<O: Objects>(
    State(app): State<App>,
    require: Require<O::Create>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let document = document::<O>(&text)?;
    let access = require.access();
    let permit = access.permit::<O::Create>(&app, &O::thing(&document)).await?;
    let attempt = match Once::begin(&app, access, key, &[O::WORDS.create, &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let body: Body = Arc::new(|written: &Written| body::<O>(&written.entry));
    let remember = attempt.remember(StatusCode::CREATED, permit.author.now, Arc::clone(&body));
    let administration = &app.administration;
    let written = administration.create(&permit.author, O::KIND, access.tenant(), document, remember).await;
    let written = match written {
        Ok(written) => written,
        Err(error) => return Err(access.not_done::<O::Create>(&app, None, error).await),
    };
    let mut response = created(StatusCode::CREATED.as_u16(), body(&written));
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{}", O::PATH, written.entry.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn update<O: Objects>(
    State(app): State<App>,
    require: Require<O::Update>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let document = document::<O>(&json_body(request).await?)?;
    let access = require.access();
    let entry = entry::<O>(&app, access, &id)?;
    access.permit::<O::Update>(&app, &Thing::of(&entry)).await?;
    // What it becomes has to be theirs to change as well, or a narrow permission could be left behind.
    let becomes = O::thing(&document).identified(&id).with("origin", &entry.origin);
    let permit = access.permit::<O::Update>(&app, &becomes).await?;
    expected.check(entry.revision)?;
    let administration = &app.administration;
    let written = administration
        .update(&permit.author, O::KIND, access.tenant(), &id, Some(entry.revision), document)
        .await;
    let written = match written {
        Ok(written) => written,
        Err(error) => return Err(access.not_done::<O::Update>(&app, Some(&id), error).await),
    };
    Ok(with_revision(shown::<O>(&written.entry), written.revision))
}

async fn delete<O: Objects>(
    State(app): State<App>,
    require: Require<O::Delete>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let entry = entry::<O>(&app, access, &id)?;
    let permit = access.permit::<O::Delete>(&app, &Thing::of(&entry)).await?;
    expected.check(entry.revision)?;
    let administration = &app.administration;
    let written =
        administration.delete(&permit.author, O::KIND, access.tenant(), &id, Some(entry.revision)).await;
    let written = match written {
        Ok(written) => written,
        Err(error) => return Err(access.not_done::<O::Delete>(&app, Some(&id), error).await),
    };
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), written.revision))
}

/// The entry with this id, in the tenant that the request is about.
pub(crate) fn entry<O: Objects>(app: &App, access: &Access, id: &str) -> Result<Entry, Problem> {
    let found = app.administration.get(O::KIND, access.tenant(), id);
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

fn document<O: Objects>(text: &str) -> Result<Value, Problem> {
    // Refuses what two readers could understand differently: members twice, numbers that do not fit.
    Datum::from_json(text).map_err(|error| Problem::new(Code::MalformedBody).detail(error.to_string()))?;
    let document: O::Document = parse_document(text)?;
    serde_json::to_value(document).map_err(|error| {
        tracing::error!(%error, "a document could not be written as JSON");
        Problem::new(Code::Internal)
    })
}

fn body<O: Objects>(entry: &Entry) -> String {
    serde_json::to_string(&EntryView::<O::Shown>::from(entry)).unwrap_or_default()
}

/// The answer that shows an entry.
pub(crate) fn shown<O: Objects>(entry: &Entry) -> Response {
    let mut response = json_response(&EntryView::<O::Shown>::from(entry));
    response.headers_mut().insert(header::ETAG, entity_tag(entry.revision));
    response
}

/// The answer to a change, with its revision.
pub(crate) fn with_revision(mut response: Response, revision: i64) -> Response {
    response.headers_mut().insert(REVISION, HeaderValue::from(revision));
    response
}

/// Declares a kind of objects, its permissions and its words.
macro_rules! objects {
    (
        $objects:ident: $kind:ident, $path:literal, $tag:literal, $word:literal, $scope:ident,
        $one:literal, $many:literal, $singular:literal, $plural:literal,
        $list:ident, $read:ident, $create:ident, $update:ident, $delete:ident,
        $document:ty, $shown:ty, $example:expr
    ) => {
        casemate_platform::permissions! {
            /// To list them.
            $list = concat!("casemate.", $word, ".list"), on $word, in $scope, read concat!("casemate.", $word, ".read");
            /// To read one.
            $read = concat!("casemate.", $word, ".read"), on $word, in $scope, read concat!("casemate.", $word, ".read");
            /// To make one.
            $create = concat!("casemate.", $word, ".create"), on $word, in $scope, read concat!("casemate.", $word, ".read");
            /// To change one.
            $update = concat!("casemate.", $word, ".update"), on $word, in $scope, read concat!("casemate.", $word, ".read");
            /// To delete one.
            $delete = concat!("casemate.", $word, ".delete"), on $word, in $scope, read concat!("casemate.", $word, ".read");
        }

        /// The kind.
        pub(crate) struct $objects;

        impl $crate::objects::Objects for $objects {
            const KIND: casemate_directory::Kind = casemate_directory::Kind::$kind;
            const PATH: &'static str = concat!("/api/v1/", $path);
            const SEARCH_PATH: &'static str = concat!("/api/v1/", $path, "/search");
            const ITEM_PATH: &'static str = concat!("/api/v1/", $path, "/{id}");
            const WORDS: $crate::objects::Words = $crate::objects::Words {
                tag: $tag,
                many: $many,
                one: $one,
                list: concat!("list", $plural),
                search: concat!("search", $plural),
                get: concat!("get", $singular),
                create: concat!("create", $singular),
                update: concat!("update", $singular),
                delete: concat!("delete", $singular),
            };
            type List = $list;
            type Read = $read;
            type Create = $create;
            type Update = $update;
            type Delete = $delete;
            type Document = $document;
            type Shown = $shown;

            fn example() -> serde_json::Value {
                $example
            }
        }
    };
}

pub(crate) use objects;
