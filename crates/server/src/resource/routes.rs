//! `/api/v1/resources`.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Page, Problem, permissions, read_document};
use serde_json::json;

use super::batch::{self, ResourceBatch, Written};
use super::one::{self, NewResource, ResourceChange, ResourcePatch};
use super::service::{ResourceSearch, ResourceView, Resources, thing};
use crate::App;
use crate::guard::{Access, Require};
use crate::listed::{self, InQuery};

permissions! {
    /// To list resources.
    ResourceList = "casemate.resource.list", on "resource", in tenant, read "casemate.resource.read";
    /// To read one.
    ResourceRead = "casemate.resource.read", on "resource", in tenant, read "casemate.resource.read";
    /// To register one.
    ResourceCreate = "casemate.resource.create", on "resource", in tenant, read "casemate.resource.read";
    /// To change one.
    ResourceUpdate = "casemate.resource.update", on "resource", in tenant, read "casemate.resource.read";
    /// To delete one.
    ResourceDelete = "casemate.resource.delete", on "resource", in tenant, read "casemate.resource.read";
}

const TAG: &str = "Resources";
const PATH: &str = "/api/v1/resources";
const ITEM: &str = "/api/v1/resources/{application}/{type}/{id}";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    writing(reading())
}

fn reading() -> Api<App> {
    Api::new()
        .get(
            PATH,
            list,
            Operation::new("listResources", TAG, "Resources that applications registered", Trail::Read)
                .describe("A credential that is bound to an application sees those of that application. A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
                .needs::<ResourceList>()
                .paged()
                .query("sort", "`id`: by application, type and id; or `-id`.")
                .answers_csv_or::<Page<ResourceView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/resources/search",
            search,
            Operation::new("searchResources", TAG, "Resources that applications registered", Trail::Read)
                .describe("Those of an application or a type, or with a text in their id.")
                .needs::<ResourceList>()
                .takes::<ResourceSearch>(json!({ "application": "notes", "type": "note", "search": "plan" }))
                .answers_csv_or::<Page<ResourceView>>(200, "A page, or the whole list."),
        )
        .get(
            ITEM,
            one::get,
            Operation::new("getResource", TAG, "A resource", Trail::Read)
                .needs::<ResourceRead>()
                .if_none_match()
                .answers::<ResourceView>(200, "It."),
        )
}

fn writing(api: Api<App>) -> Api<App> {
    api.post(
        PATH,
        one::create,
        Operation::new("createResource", TAG, "A resource", Trail::Kind("create"))
            .describe("Registers one, in the tenant of the request. From then on its attributes count in every decision about it, whatever whoever asks says of them.")
            .needs::<ResourceCreate>()
            .takes::<NewResource>(json!({ "application": "notes", "type": "note", "id": "7",
                "attributes": { "author": "ada" } }))
            .creates()
            .writes()
            .answers::<ResourceView>(201, "It is registered.")
            .problem(Code::NameTaken),
    )
    .post(
        "/api/v1/resources/batch",
        batch::batch,
        Operation::new("putResources", TAG, "Many resources at once", Trail::Kind("create"))
            .describe("Registers those that are not there, and makes of the others what is written; 1 to 1,000, all of them or none. Needs `casemate.resource.update` too.")
            .needs::<ResourceCreate>()
            .takes::<ResourceBatch>(json!({ "items": [{ "application": "notes", "type": "note", "id": "7",
                "attributes": { "author": "ada" } }] }))
            .creates()
            .writes()
            .answers::<Written>(200, "All of them are as written."),
    )
    .put(
        ITEM,
        one::update,
        Operation::new("updateResource", TAG, "A resource", Trail::Kind("update"))
            .describe("Makes these all of its attributes.")
            .needs::<ResourceUpdate>()
            .if_match()
            .takes::<ResourceChange>(json!({ "attributes": { "author": "bob" } }))
            .writes()
            .answers::<ResourceView>(200, "As it is now."),
    )
    .patch(
        ITEM,
        one::patch,
        Operation::new("patchResource", TAG, "A resource", Trail::Kind("update"))
            .describe("Changes some of its attributes and leaves the others; one that is null is no longer there. Also as `application/merge-patch+json`.")
            .needs::<ResourceUpdate>()
            .if_match()
            .takes::<ResourcePatch>(json!({ "attributes": { "author": "bob" } }))
            .writes()
            .answers::<ResourceView>(200, "As it is now."),
    )
    .delete(
        ITEM,
        one::delete,
        Operation::new("deleteResource", TAG, "A resource", Trail::Kind("delete"))
            .describe("It is no longer registered: what is said of it counts again.")
            .needs::<ResourceDelete>()
            .if_match()
            .writes()
            .answers_nothing(204, "It is gone."),
    )
}

async fn list(
    State(app): State<App>,
    require: Require<ResourceList>,
    headers: HeaderMap,
    search: InQuery<ResourceSearch>,
) -> Result<Response, Problem> {
    let renewed = require.access().readmitted::<ResourceList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<ResourceList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    let renewed = require.access().readmitted::<ResourceList>(&app).await?;
    found(&app, renewed.unwrap_or_else(|| require.into_access()), &headers, search).await
}

async fn found(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    search: ResourceSearch,
) -> Result<Response, Problem> {
    let wanted = search.query(&access)?;
    let caller = access.caller.clone();
    let sees = move |record: &casemate_store::ResourceRecord| access.may::<ResourceList>(&thing(&record.key));
    listed::answer::<Resources>(app, &caller, headers, wanted, sees).await
}
