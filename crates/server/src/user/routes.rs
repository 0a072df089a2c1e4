//! `/api/v1/users`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::UserDraft;
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Page, Problem, entity_tag, json_body, json_response,
    permissions, read_document,
};
use casemate_store::UserRecord;
use serde_json::json;

use crate::App;
use crate::csv;
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
use crate::once::{Once, created};
use crate::refusal::problem;
use crate::user::factors;
use crate::user::service::{UserSearch, UserView, export, page, strict, thing};

permissions! {
    /// To list users.
    UserList = "casemate.user.list", on "user", in tenant, read "casemate.user.read";
    /// To read one.
    UserRead = "casemate.user.read", on "user", in tenant, read "casemate.user.read";
    /// To make one.
    UserCreate = "casemate.user.create", on "user", in tenant, read "casemate.user.read";
    /// To change one, or to deactivate them.
    UserUpdate = "casemate.user.update", on "user", in tenant, read "casemate.user.read";
    /// To delete one.
    UserDelete = "casemate.user.delete", on "user", in tenant, read "casemate.user.read";
}

const TAG: &str = "Users";
const PATH: &str = "/api/v1/users";
const ITEM: &str = "/api/v1/users/{id}";

fn example() -> serde_json::Value {
    json!({ "login": "ada@example.com", "display_name": "Ada Lovelace", "attributes": { "department": "engines" } })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    let reading = Api::new()
        .get(
            PATH,
            list,
            Operation::new("listUsers", TAG, "Users")
                .describe("A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<UserList>()
                .paged()
                .query("sort", "`created_at`, `login`, or one of these with `-` before it.")
                .answers_csv_or::<Page<UserView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/users/search",
            search,
            Operation::new("searchUsers", TAG, "Users")
                .describe("Those that fit a text and filters, which are personal data and stand in no address.")
                .needs::<UserList>()
                .takes::<UserSearch>(json!({ "search": "lovelace", "active": true, "sort": "login" }))
                .answers_csv_or::<Page<UserView>>(200, "A page, or the whole list."),
        )
        .get(
            ITEM,
            get,
            Operation::new("getUser", TAG, "A user")
                .needs::<UserRead>()
                .if_none_match()
                .answers::<UserView>(200, "They."),
        );
    writing(reading).merge(factors::routes())
}

fn writing(api: Api<App>) -> Api<App> {
    api.post(
        PATH,
        create,
        Operation::new("createUser", TAG, "A user")
            .describe("Makes one, in the tenant of the request. Who signs in with the provider and is called by the `subject` is them.")
            .needs::<UserCreate>()
            .takes::<UserDraft>(example())
            .creates()
            .writes()
            .answers::<UserView>(201, "They were made.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded),
    )
    .put(
        ITEM,
        update,
        Operation::new("updateUser", TAG, "A user")
            .describe("Makes this of them, as a whole. Whoever is not active any more is refused within a second, with whichever credential.")
            .needs::<UserUpdate>()
            .if_match()
            .takes::<UserDraft>(example())
            .writes()
            .answers::<UserView>(200, "As they are now.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded)
            .problem(Code::LastAdministrator),
    )
    .delete(
        ITEM,
        delete,
        Operation::new("deleteUser", TAG, "A user")
            .describe("Deletes what is personal of them. Whoever presents a credential of theirs is refused from then on.")
            .needs::<UserDelete>()
            .if_match()
            .writes()
            .answers_nothing(204, "They are gone.")
            .problem(Code::GrantExceeded)
            .problem(Code::LastAdministrator)
            .problem(Code::InUse),
    )
}

async fn list(
    State(app): State<App>,
    require: Require<UserList>,
    headers: HeaderMap,
    search: UserSearch,
) -> Result<Response, Problem> {
    let renewed = require.access().readmitted::<UserList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn search(
    State(app): State<App>,
    require: Require<UserList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    let renewed = require.access().readmitted::<UserList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn found(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    search: UserSearch,
) -> Result<Response, Problem> {
    if csv::is_wanted(headers) {
        return export(app, access, search);
    }
    let page = page(app, &access, search).await?;
    let mut response = (axum::Extension(access.caller.clone()), json_response(&page)).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn get(
    State(app): State<App>,
    require: Require<UserRead>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let user = user(&app, access, &id).await?;
    access.permit::<UserRead>(&app, &thing(&user)).await?;
    if known.has(user.revision) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, entity_tag(user.revision))]).into_response());
    }
    Ok(shown(user))
}

async fn create(
    State(app): State<App>,
    require: Require<UserCreate>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let draft: UserDraft = strict(&text)?;
    let access = require.access();
    let permit = access.permit::<UserCreate>(&app, &Thing::named(&draft.login)).await?;
    let attempt = match Once::begin(&app, access, key, &["createUser", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let made = app.administration.create_user(&permit.author, access.tenant(), &draft).await;
    let user = match made {
        Ok(user) => user,
        Err(error) => return Err(access.not_done::<UserCreate>(&app, None, error).await),
    };
    let location = format!("{PATH}/{}", user.id);
    let body = serde_json::to_string(&UserView::from(user)).unwrap_or_default();
    attempt.keep(&app, StatusCode::CREATED, permit.author.now, body.clone()).await;
    let mut response = created(StatusCode::CREATED.as_u16(), body);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn update(
    State(app): State<App>,
    require: Require<UserUpdate>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let draft: UserDraft = strict(&json_body(request).await?)?;
    let access = require.access();
    let user = user(&app, access, &id).await?;
    access.permit::<UserUpdate>(&app, &thing(&user)).await?;
    // What they become has to be theirs to change as well, or a narrow permission could be left behind.
    let permit = access.permit::<UserUpdate>(&app, &Thing::named(&draft.login).identified(&id)).await?;
    expected.check(user.revision)?;
    let administration = &app.administration;
    let changed =
        administration.update_user(&permit.author, access.tenant(), &id, user.revision, &draft).await;
    match changed {
        Ok(user) => {
            let revision = user.revision;
            Ok(with_revision(shown(user), revision))
        }
        Err(error) => Err(access.not_done::<UserUpdate>(&app, Some(&id), error).await),
    }
}

async fn delete(
    State(app): State<App>,
    require: Require<UserDelete>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let user = user(&app, access, &id).await?;
    let permit = access.permit::<UserDelete>(&app, &thing(&user)).await?;
    expected.check(user.revision)?;
    let deleted = app.administration.delete_user(&permit.author, access.tenant(), &id, user.revision).await;
    match deleted {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<UserDelete>(&app, Some(&id), error).await),
    }
}

/// The user with this id, in the tenant that the request is about.
pub(super) async fn user(app: &App, access: &Access, id: &str) -> Result<UserRecord, Problem> {
    let user = app.administration.user(access.tenant(), id).await.map_err(problem)?;
    user.ok_or_else(|| Problem::new(Code::NotFound))
}

fn shown(user: UserRecord) -> Response {
    let tag = entity_tag(user.revision);
    let mut response = json_response(&UserView::from(user));
    response.headers_mut().insert(header::ETAG, tag);
    response
}
