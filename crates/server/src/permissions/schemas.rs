//! `/api/v1/permissions/schemas`: what permissions mean.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::{Code, IfNoneMatch, NoQuery, Problem, json_response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::item::digest_of;
use super::routes::PermissionRead;
use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::with_revision;

/// The schemas in force.
#[derive(Serialize, JsonSchema)]
pub(super) struct PermissionSchemas {
    /// The revision at which they are.
    revision: i64,
    /// They: Casemate's own first, then the others in the order of their ids.
    items: Vec<SchemaOfApplication>,
}

/// The schema of an application.
#[derive(Serialize, JsonSchema)]
struct SchemaOfApplication {
    /// The application's id.
    application: String,
    /// The tables of its schema as JSON.
    schema: Map<String, Value>,
}

pub(super) async fn schemas(
    State(app): State<App>,
    require: Require<PermissionRead>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<PermissionRead>(&app, &Thing::default()).await?;
    let application = access.application();
    let (revision, schemas) = app.directory.schemas();
    let seen = schemas.into_iter().filter(|(id, _)| application.as_deref().is_none_or(|own| own == id));
    let items = seen.map(read).collect::<Result<Vec<_>, Problem>>()?;
    let digest = digest_of(&serde_json::to_string(&items).unwrap_or_default());
    Ok(with_digest(&digest, revision, &known, || json_response(&PermissionSchemas { revision, items })))
}

fn read((application, text): (String, String)) -> Result<SchemaOfApplication, Problem> {
    let schema = toml::from_str(&text).map_err(|error| {
        tracing::error!(%error, application, "a schema in force cannot be read");
        Problem::new(Code::Internal)
    })?;
    Ok(SchemaOfApplication { application, schema })
}

/// An answer with the digest of what it says as its entity tag, or that the caller has it already.
pub(super) fn with_digest(
    digest: &str,
    revision: i64,
    known: &IfNoneMatch,
    answer: impl FnOnce() -> Response,
) -> Response {
    let mut response = match known.has_digest(digest) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => answer(),
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{digest}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    with_revision(response, revision)
}
