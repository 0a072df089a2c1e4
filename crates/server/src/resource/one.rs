//! `/api/v1/resources/{application}/{type}/{id}`.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{Author, Expected, ResourceDraft};
use casemate_platform::{
    Code, IdempotencyKey, IfMatch, IfNoneMatch, NoQuery, Permission, Problem, entity_tag, json_body,
    json_body_of, json_response,
};
use casemate_store::{ResourceKey, ResourceRecord};
use schemars::JsonSchema;
use serde::Deserialize;

use super::routes::{ResourceCreate, ResourceDelete, ResourceRead, ResourceUpdate};
use super::service::{Attributes, ResourceView, permit, permit_new, refused};
use crate::App;
use crate::guard::{Access, Require};
use crate::objects::with_revision;
use crate::once::{Once, created};
use crate::reading::OnlyRead;
use crate::rows::strict;

/// A resource that is to be registered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewResource {
    /// The id of the application whose resource it is; where nothing is said, the one that the caller's credential is bound to.
    #[serde(default)]
    pub(super) application: Option<String>,
    /// Its type, in the application's words.
    #[schemars(length(min = 1, max = 128))]
    pub(super) r#type: String,
    /// Its id, unique within application and type.
    #[schemars(length(min = 1, max = 256))]
    pub(super) id: String,
    /// Its attributes, as the application's schema declares them: at most 16384 bytes of JSON.
    #[serde(default = "none")]
    pub(super) attributes: Attributes,
}

fn none() -> Attributes {
    Attributes(serde_json::Map::new())
}

/// What becomes of a resource.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceChange {
    /// All of its attributes.
    attributes: Attributes,
}

/// What becomes of some attributes of a resource.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourcePatch {
    /// The attributes that change; one that is null is no longer there (RFC 7396, not within values).
    attributes: Attributes,
}

/// The key of what is to be registered in the tenant of a request.
pub(super) fn key(access: &Access, new: &NewResource) -> Result<ResourceKey, String> {
    let own = || access.application().map(|own| own.to_string());
    let Some(application) = new.application.clone().or_else(own) else {
        return Err("say whose it is: your credential is bound to no application".to_owned());
    };
    let (kind, id) = (new.r#type.clone(), new.id.clone());
    Ok(ResourceKey { tenant: access.tenant().to_owned(), application, kind, id })
}

fn named(access: &Access, (application, kind, id): (String, String, String)) -> ResourceKey {
    ResourceKey { tenant: access.tenant().to_owned(), application, kind, id }
}

/// The one that a path names, and the right to do `P` on it.
async fn found<P: Permission>(
    app: &App,
    access: &Access,
    key: &ResourceKey,
) -> Result<(ResourceRecord, Author), Problem> {
    let author = permit::<P>(app, access, key).await?;
    let found = app.administration.resource(key).await.map_err(|error| refused(error, false))?;
    Ok((found.ok_or_else(|| Problem::new(Code::NotFound))?, author))
}

fn shown(record: ResourceRecord) -> Response {
    let tag = entity_tag(record.revision);
    let mut response = json_response(&ResourceView::from(record));
    response.headers_mut().insert(header::ETAG, tag);
    response
}

pub(super) async fn get(
    State(app): State<App>,
    require: Require<ResourceRead>,
    Path(path): Path<(String, String, String)>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let (record, _) = found::<ResourceRead>(&app, access, &named(access, path)).await?;
    if known.has(record.revision) {
        let tag = entity_tag(record.revision);
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(shown(record))
}

pub(super) async fn create(
    State(app): State<App>,
    require: Require<ResourceCreate>,
    idempotency: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    let new: NewResource = strict(&text)?;
    let access = require.access();
    let key = key(access, &new).map_err(|message| super::batch::mistake("/application", message))?;
    let author = permit_new::<ResourceCreate>(&app, access, &key).await?;
    let attempt = match Once::begin(&app, access, idempotency, &["createResource", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let draft = ResourceDraft { key: key.clone(), attributes: new.attributes.members()? };
    let written = app.administration.put_resources(&author, &[draft], Expected::New).await;
    written.map_err(|error| refused(error, false))?;
    let record = app.administration.resource(&key).await.map_err(|error| refused(error, false))?;
    let record = record.ok_or_else(|| Problem::new(Code::ChangedMeanwhile))?;
    let body = serde_json::to_string(&ResourceView::from(record)).unwrap_or_default();
    attempt.keep(&app, StatusCode::CREATED, author.now, body.clone()).await;
    let mut response = created(StatusCode::CREATED.as_u16(), body);
    if let Ok(location) = HeaderValue::from_str(&location(&key)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Where a resource is read: each part in the bytes that a path takes (RFC 3986, section 3.3).
fn location(key: &ResourceKey) -> String {
    let mut location = String::from("/api/v1/resources");
    for part in [&key.application, &key.kind, &key.id] {
        location.push('/');
        for byte in part.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    location.push(byte.into())
                }
                _ => location.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    location
}

pub(super) async fn update(
    State(app): State<App>,
    require: Require<ResourceUpdate>,
    Path(path): Path<(String, String, String)>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let ResourceChange { attributes } = strict(&json_body(request).await?)?;
    let access = require.access();
    let (record, author) = found::<ResourceUpdate>(&app, access, &named(access, path)).await?;
    expected.check(record.revision)?;
    changed(&app, &author, record, attributes).await
}

pub(super) async fn patch(
    State(app): State<App>,
    require: Require<ResourceUpdate>,
    Path(path): Path<(String, String, String)>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let ResourcePatch { attributes: Attributes(some) } =
        strict(&json_body_of(request, "application/merge-patch+json").await?)?;
    let access = require.access();
    let (record, author) = found::<ResourceUpdate>(&app, access, &named(access, path)).await?;
    expected.check(record.revision)?;
    let mut all: serde_json::Map<_, _> = serde_json::from_str(&record.attributes).unwrap_or_default();
    for (name, value) in some {
        match value {
            serde_json::Value::Null => drop(all.remove(&name)),
            value => drop(all.insert(name, value)),
        }
    }
    changed(&app, &author, record, Attributes(all)).await
}

/// Makes this of a resource, which is still the one that was looked at.
async fn changed(
    app: &App,
    author: &Author,
    record: ResourceRecord,
    attributes: Attributes,
) -> Result<Response, Problem> {
    let draft = ResourceDraft { key: record.key.clone(), attributes: attributes.members()? };
    let expected = Expected::At(record.revision);
    let written = app.administration.put_resources(author, &[draft], expected).await;
    let written = written.map_err(|error| refused(error, false))?;
    let now = app.administration.resource(&record.key).await.map_err(|error| refused(error, false))?;
    let now = now.ok_or_else(|| Problem::new(Code::ChangedMeanwhile))?;
    let response = with_revision(shown(now), written.revision);
    let is_same = written.changed == 0;
    Ok(if is_same { (Extension(OnlyRead), response).into_response() } else { response })
}

pub(super) async fn delete(
    State(app): State<App>,
    require: Require<ResourceDelete>,
    Path(path): Path<(String, String, String)>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let (record, author) = found::<ResourceDelete>(&app, access, &named(access, path)).await?;
    expected.check(record.revision)?;
    let removed = app.administration.remove_resource(&author, &record.key, record.revision).await;
    let revision = removed.map_err(|error| refused(error, false))?;
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_an_address_whatever_the_id() {
        let key = ResourceKey {
            tenant: "default".into(),
            application: "cms".into(),
            kind: "page".into(),
            id: "a/b ?#%é".into(),
        };
        assert_eq!(location(&key), "/api/v1/resources/cms/page/a%2Fb%20%3F%23%25%C3%A9");
    }
}
