//! `/api/v1/resources/batch`: many resources at once, all of them or none.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casemate_directory::{Author, Expected, MAX_RESOURCES, ResourceDraft, WrittenResources};
use casemate_platform::{DocumentError, IdempotencyKey, NoQuery, Problem, json_body};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::one::{NewResource, key};
use super::routes::{ResourceCreate, ResourceUpdate};
use super::service::{permit_new, refused};
use crate::App;
use crate::guard::{Access, Require};
use crate::once::{Once, created};
use crate::reading::OnlyRead;
use crate::rows::strict;

/// Resources that are registered, or become this.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceBatch {
    /// They: all of them, or none.
    #[schemars(length(min = 1, max = 1000))]
    items: Vec<NewResource>,
}

/// What became of resources that were sent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WrittenResources")]
pub(super) struct Written {
    /// The revision of the change.
    revision: i64,
    /// How many were registered.
    created: usize,
    /// How many were changed.
    changed: usize,
    /// How many were so already.
    unchanged: usize,
}

pub(super) fn mistake(pointer: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem::document(vec![DocumentError { pointer: pointer.into(), message: message.into(), help: None }])
}

pub(super) async fn batch(
    State(app): State<App>,
    require: Require<ResourceCreate>,
    idempotency: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let ResourceBatch { items } = strict(&text)?;
    if items.is_empty() || items.len() > MAX_RESOURCES {
        return Err(mistake("/items", format!("1 to {MAX_RESOURCES} resources are registered at once")));
    }
    let access = require.access();
    let mut drafts = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let key =
            key(access, item).map_err(|message| mistake(format!("/items/{place}/application"), message))?;
        drafts.push(ResourceDraft { key, attributes: item.attributes.members()? });
    }
    let author = permitted(&app, access, &drafts).await?;
    let attempt = match Once::begin(&app, access, idempotency, &["putResources", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let written = app.administration.put_resources(&author, &drafts, Expected::Anything).await;
    let WrittenResources { revision, created: made, changed } =
        written.map_err(|error| refused(error, true))?;
    let unchanged = drafts.len() - made - changed;
    let body =
        serde_json::to_string(&Written { revision, created: made, changed, unchanged }).unwrap_or_default();
    attempt.keep(&app, StatusCode::OK, author.now, body.clone()).await;
    let response = created(StatusCode::OK.as_u16(), body);
    let is_same = unchanged == drafts.len();
    Ok(if is_same { (Extension(OnlyRead), response).into_response() } else { response })
}

/// The right to register all of these, and to change them where they are there.
async fn permitted(app: &App, access: &Access, drafts: &[ResourceDraft]) -> Result<Author, Problem> {
    let mut author = None;
    for draft in drafts {
        permit_new::<ResourceCreate>(app, access, &draft.key).await?;
        author = Some(permit_new::<ResourceUpdate>(app, access, &draft.key).await?);
    }
    author.ok_or_else(|| mistake("/items", "1 to 1000 resources are registered at once"))
}
