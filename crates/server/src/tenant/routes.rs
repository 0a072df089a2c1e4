//! `/api/v1/tenants`.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use casemate_directory::Kind;
use casemate_directory::model::TenantDocument;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, permissions, read_document};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::App;
use crate::administrator::service::{Administrator, Who, made};
use crate::guard::{Require, Thing};
use crate::objects::{objects, routes as object_routes};
use crate::refusal::problem;

objects! {
    Tenants: Tenant, "tenants", "Tenants", "tenant", installation,
    "A tenant", "Tenants", "Tenant", "Tenants",
    TenantList, TenantRead, TenantCreate, TenantUpdate, TenantDelete,
    TenantDocument, TenantDocument, json!({ "id": "acme", "title": "Acme" })
}

permissions! {
    /// To make somebody an administrator of a tenant.
    TenantAppoint = "casemate.tenant.appoint", on "tenant", in installation, read "casemate.tenant.read";
}

/// Who is to become an administrator of a tenant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AppointmentRequest {
    /// Who.
    administrator: Who,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Tenants>().post(
        "/api/v1/tenants/{id}/administrators",
        appoint,
        Operation::new("appointTenantAdministrator", "Tenants", "Makes somebody an administrator of a tenant", Trail::Kind("create"))
            .describe("Permissions count in the tenant that they are assigned in, so that whoever makes a tenant holds nothing in it. By this it gets its first administrator.")
            .needs::<TenantAppoint>()
            .takes::<AppointmentRequest>(json!({ "administrator": { "service_account": { "name": "operator" } } }))
            .writes()
            .answers::<Administrator>(201, "The administrator.")
            .problem(Code::NotFound)
            .problem(Code::GrantExceeded)
            .problem(Code::NameTaken),
    )
}

async fn appoint(
    State(app): State<App>,
    require: Require<TenantAppoint>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let AppointmentRequest { administrator } = read_document(request).await?;
    let access = require.access();
    let tenant = app.administration.get(Kind::Tenant, "", &id).ok_or_else(|| Problem::new(Code::NotFound))?;
    let permit = access.permit::<TenantAppoint>(&app, &Thing::of(&tenant)).await?;
    let appointed = app.administration.appoint(&permit.author, &tenant.name, administrator.into()).await;
    Ok(made(appointed.map_err(problem)?))
}
