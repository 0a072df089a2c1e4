//! `/api/v1/groups`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::GroupDraft;
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Page, Problem, entity_tag, json_body, json_response,
    permissions, read_document,
};
use casemate_store::GroupRecord;
use serde_json::json;

use crate::App;
use crate::csv;
use crate::group::members;
use crate::group::service::{GroupSearch, GroupView, export, page, thing};
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
use crate::once::{Once, created};
use crate::refusal::problem;
use crate::user::service::strict;

permissions! {
    /// To list groups.
    GroupList = "casemate.group.list", on "group", in tenant, read "casemate.group.read";
    /// To read one.
    GroupRead = "casemate.group.read", on "group", in tenant, read "casemate.group.read";
    /// To make one.
    GroupCreate = "casemate.group.create", on "group", in tenant, read "casemate.group.read";
    /// To change one.
    GroupUpdate = "casemate.group.update", on "group", in tenant, read "casemate.group.read";
    /// To delete one.
    GroupDelete = "casemate.group.delete", on "group", in tenant, read "casemate.group.read";
}

const TAG: &str = "Groups";
const PATH: &str = "/api/v1/groups";
const ITEM: &str = "/api/v1/groups/{id}";

fn example() -> serde_json::Value {
    json!({ "name": "engineering" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    let reading = Api::new()
        .get(
            PATH,
            list,
            Operation::new("listGroups", TAG, "Groups")
                .describe("A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<GroupList>()
                .paged()
                .query("sort", "`created_at`, `name`, or one of these with `-` before it.")
                .answers_csv_or::<Page<GroupView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/groups/search",
            search,
            Operation::new("searchGroups", TAG, "Groups")
                .describe("Those that fit a text and filters, which may be personal data and stand in no address.")
                .needs::<GroupList>()
                .takes::<GroupSearch>(json!({ "search": "eng", "sort": "name" }))
                .answers_csv_or::<Page<GroupView>>(200, "A page, or the whole list."),
        )
        .get(
            ITEM,
            get,
            Operation::new("getGroup", TAG, "A group")
                .needs::<GroupRead>()
                .if_none_match()
                .answers::<GroupView>(200, "It."),
        );
    members::routes(writing(reading))
}

fn writing(api: Api<App>) -> Api<App> {
    api.post(
        PATH,
        create,
        Operation::new("createGroup", TAG, "A group")
            .describe("Makes one, in the tenant of the request, without members.")
            .needs::<GroupCreate>()
            .takes::<GroupDraft>(example())
            .creates()
            .writes()
            .answers::<GroupView>(201, "It was made.")
            .problem(Code::NameTaken),
    )
    .put(
        ITEM,
        update,
        Operation::new("updateGroup", TAG, "A group")
            .describe("Makes this of it, as a whole; its members stay. One that something is assigned to keeps its name.")
            .needs::<GroupUpdate>()
            .if_match()
            .takes::<GroupDraft>(example())
            .writes()
            .answers::<GroupView>(200, "As it is now.")
            .problem(Code::NameTaken)
            .problem(Code::GrantExceeded)
            .problem(Code::InUse),
    )
    .delete(
        ITEM,
        delete,
        Operation::new("deleteGroup", TAG, "A group")
            .describe("Deletes it. One that something is assigned to is not deleted.")
            .needs::<GroupDelete>()
            .if_match()
            .writes()
            .answers_nothing(204, "It is gone.")
            .problem(Code::InUse),
    )
}

async fn list(
    State(app): State<App>,
    require: Require<GroupList>,
    headers: HeaderMap,
    search: GroupSearch,
) -> Result<Response, Problem> {
    let renewed = require.access().readmitted::<GroupList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn search(
    State(app): State<App>,
    require: Require<GroupList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    let renewed = require.access().readmitted::<GroupList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn found(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    search: GroupSearch,
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
    require: Require<GroupRead>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let group = group(&app, access, &id).await?;
    access.permit::<GroupRead>(&app, &thing(&group)).await?;
    if known.has(group.revision) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, entity_tag(group.revision))]).into_response());
    }
    Ok(shown(group))
}

async fn create(
    State(app): State<App>,
    require: Require<GroupCreate>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let draft: GroupDraft = strict(&text)?;
    let access = require.access();
    let permit = access.permit::<GroupCreate>(&app, &Thing::named(&draft.name)).await?;
    let attempt = match Once::begin(&app, access, key, &["createGroup", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let made = app.administration.create_group(&permit.author, access.tenant(), &draft).await;
    let group = match made {
        Ok(group) => group,
        Err(error) => return Err(access.not_done::<GroupCreate>(&app, None, error).await),
    };
    let location = format!("{PATH}/{}", group.id);
    let body = serde_json::to_string(&GroupView::from(group)).unwrap_or_default();
    attempt.keep(&app, StatusCode::CREATED, permit.author.now, body.clone()).await;
    let mut response = created(StatusCode::CREATED.as_u16(), body);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn update(
    State(app): State<App>,
    require: Require<GroupUpdate>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let draft: GroupDraft = strict(&json_body(request).await?)?;
    let access = require.access();
    let group = group(&app, access, &id).await?;
    access.permit::<GroupUpdate>(&app, &thing(&group)).await?;
    // What they become has to be theirs to change as well, or a narrow permission could be left behind.
    let permit = access.permit::<GroupUpdate>(&app, &Thing::named(&draft.name).identified(&id)).await?;
    expected.check(group.revision)?;
    let administration = &app.administration;
    let changed =
        administration.update_group(&permit.author, access.tenant(), &id, group.revision, &draft).await;
    match changed {
        Ok(group) => {
            let revision = group.revision;
            Ok(with_revision(shown(group), revision))
        }
        Err(error) => Err(access.not_done::<GroupUpdate>(&app, Some(&id), error).await),
    }
}

async fn delete(
    State(app): State<App>,
    require: Require<GroupDelete>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let group = group(&app, access, &id).await?;
    let permit = access.permit::<GroupDelete>(&app, &thing(&group)).await?;
    expected.check(group.revision)?;
    let deleted = app.administration.delete_group(&permit.author, access.tenant(), &id, group.revision).await;
    match deleted {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<GroupDelete>(&app, Some(&id), error).await),
    }
}

/// The group with this id, in the tenant that the request is about.
pub(super) async fn group(app: &App, access: &Access, id: &str) -> Result<GroupRecord, Problem> {
    let group = app.administration.group(access.tenant(), id).await.map_err(problem)?;
    group.ok_or_else(|| Problem::new(Code::NotFound))
}

fn shown(group: GroupRecord) -> Response {
    let tag = entity_tag(group.revision);
    let mut response = json_response(&GroupView::from(group));
    response.headers_mut().insert(header::ETAG, tag);
    response
}
