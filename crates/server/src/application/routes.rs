//! `/api/v1/applications`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use casemate_directory::Written;
use casemate_directory::model::ApplicationDocument;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, IdempotencyKey, IfMatch, NoQuery, Problem, json_body, parse_document};
use serde_json::{Value, json};

use crate::App;
use crate::application::service::{SchemaRequest, application_id};
use crate::guard::{Require, Thing};
use crate::objects::{entry, objects, reading, shown, with_revision, writing_delete};
use crate::once::{Body, Once, created};
use crate::refusal::problem;
use crate::view::EntryView;

objects! {
    Applications: Application, "applications", "Applications", "application", installation,
    "An application and its permission schema", "Applications and their permission schemas",
    "Application", "Applications",
    ApplicationList, ApplicationRead, ApplicationCreate, ApplicationUpdate, ApplicationDelete,
    ApplicationDocument, ApplicationDocument, example()
}

fn example() -> Value {
    json!({ "schema": "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n\n[[permission]]\nname = \"notes.*\"\n" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    const TAG: &str = "Applications";
    let api = reading::<Applications>()
        .post(
            "/api/v1/applications",
            create,
            Operation::new("createApplication", TAG, "An application and its permission schema", Trail::Kind("create"))
                .describe("Registers the schema of an application that is not there yet.")
                .needs::<ApplicationCreate>()
                .takes::<SchemaRequest>(example())
                .creates()
                .writes()
                .answers::<EntryView<ApplicationDocument>>(201, "It was made.")
                .problem(Code::NameTaken)
                .problem(Code::SchemaBreaks),
        )
        .put(
            "/api/v1/applications/{id}",
            update,
            Operation::new("updateApplication", TAG, "An application and its permission schema", Trail::Kind("update"))
                .describe("Registers another schema for it. What stored permissions it would break is listed, and needs `force`.")
                .needs::<ApplicationUpdate>()
                .if_match()
                .takes::<SchemaRequest>(example())
                .writes()
                .answers::<EntryView<ApplicationDocument>>(200, "As it is now.")
                .problem(Code::NameTaken)
                .problem(Code::ManagedByCode)
                .problem(Code::SchemaBreaks),
        );
    writing_delete::<Applications>(api)
}

async fn create(
    State(app): State<App>,
    require: Require<ApplicationCreate>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let SchemaRequest { schema, force } = parse_document(&text)?;
    let schema = schema.into_toml()?;
    let access = require.access();
    let permit = access.permit::<ApplicationCreate>(&app, &Thing::named(&application_id(&schema))).await?;
    let attempt = match Once::begin(&app, access, key, &["createApplication", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let body: Body = Arc::new(|written: &Written| {
        serde_json::to_string(&EntryView::<ApplicationDocument>::from(&written.entry)).unwrap_or_default()
    });
    let remember = attempt.remember(StatusCode::CREATED, permit.author.now, Arc::clone(&body));
    let administration = &app.administration;
    let written = administration.register_schema(&permit.author, None, schema, force, remember).await;
    Ok(created(StatusCode::CREATED.as_u16(), body(&written.map_err(problem)?)))
}

async fn update(
    State(app): State<App>,
    require: Require<ApplicationUpdate>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let SchemaRequest { schema, force } = parse_document(&json_body(request).await?)?;
    let schema = schema.into_toml()?;
    let access = require.access();
    let entry = entry::<Applications>(&app, access, &id)?;
    access.permit::<ApplicationUpdate>(&app, &Thing::of(&entry)).await?;
    let becomes = Thing::named(&application_id(&schema)).identified(&id);
    let permit = access.permit::<ApplicationUpdate>(&app, &becomes).await?;
    expected.check(entry.revision)?;
    let administration = &app.administration;
    let target = Some((id.as_str(), Some(entry.revision)));
    let written = administration.register_schema(&permit.author, target, schema, force, None).await;
    let written = written.map_err(problem)?;
    Ok(with_revision(shown::<Applications>(&written.entry), written.revision))
}
