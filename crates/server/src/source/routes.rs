//! `/api/v1/sources`.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use casemate_directory::model::SourceDocument;
use casemate_directory::{DEFAULT_TENANT, Kind};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, permissions, read_document};
use casemate_store::ForgottenIdentity;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::{objects, routes as object_routes, with_revision};
use crate::refusal::problem;

objects! {
    Sources: Source, "sources", "Sources", "source", installation,
    "A source of permissions", "Sources of permissions", "Source", "Sources",
    SourceList, SourceRead, SourceCreate, SourceUpdate, SourceDelete,
    SourceDocument, SourceDocument, json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["cms.*"] })
}

permissions! {
    /// To have forgotten what a source said.
    SourceForget = "casemate.source.forget", on "source", in installation, read "casemate.source.read";
}

/// Of whom it is to be forgotten what a source said.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForgetRequest {
    /// Of this one alone; of everybody where nobody is named.
    #[serde(default)]
    identity: Option<ForgetIdentity>,
}

/// Somebody of whom the source tells.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForgetIdentity {
    /// `user` where it is not named.
    #[serde(default)]
    r#type: Option<String>,
    /// What their provider calls them.
    id: String,
    /// The tenant in which they hold it; `default` where it is not named.
    #[serde(default)]
    tenant: Option<String>,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Sources>().post(
        "/api/v1/sources/{id}/forget",
        forget,
        Operation::new("forgetSource", "Sources", "Has forgotten what an endpoint said", Trail::Kind("update"))
            .describe("What somebody holds was changed in the system that the endpoint belongs to: it is asked anew, on every replica, from the revision on that `Casemate-Revision` says, and services that follow changes are told.")
            .needs::<SourceForget>()
            .takes::<ForgetRequest>(json!({ "identity": { "type": "user", "id": "ada" } }))
            .writes()
            .answers_nothing(204, "It is forgotten.")
            .problem(Code::NotFound),
    )
}

async fn forget(
    State(app): State<App>,
    require: Require<SourceForget>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ForgetRequest { identity } = read_document(request).await?;
    let access = require.access();
    let source = app.administration.get(Kind::Source, "", &id).ok_or_else(|| Problem::new(Code::NotFound))?;
    let permit = access.permit::<SourceForget>(&app, &Thing::of(&source)).await?;
    let whom = identity.map(|ForgetIdentity { r#type, id, tenant }| ForgottenIdentity {
        tenant: tenant.unwrap_or_else(|| DEFAULT_TENANT.to_owned()),
        kind: r#type.unwrap_or_else(|| "user".to_owned()),
        subject: id,
    });
    let revision = app.administration.forget_source(&permit.author, &source, whom).await.map_err(problem)?;
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}
