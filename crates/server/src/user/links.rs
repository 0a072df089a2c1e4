//! `/api/v1/users/{id}/sign-ins`: with what people sign in besides what the directory knows them by.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, json_response};
use casemate_store::LinkedIdentity;
use schemars::JsonSchema;
use serde::Serialize;

use super::routes::{UserRead, UserUpdate, user};
use super::service::thing;
use crate::App;
use crate::guard::Require;
use crate::linking::service::{Told, What, tell};
use crate::objects::with_revision;
use crate::refusal::problem;
use crate::view::time;

const TAG: &str = "Users";
const PATH: &str = "/api/v1/users/{id}/sign-ins";
const ITEM: &str = "/api/v1/users/{id}/sign-ins/{link}";

/// A linked sign-in: whom a provider calls this signs in as the user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LinkedSignIn")]
struct LinkView {
    /// Its id.
    id: String,
    /// The provider with which they sign in.
    provider: String,
    /// What it calls them.
    subject: String,
    /// When they added it.
    #[schemars(extend("format" = "date-time"))]
    linked_at: String,
    /// When they signed in by it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    used_at: Option<String>,
}

/// Linked sign-ins, the oldest first. Nobody has more than twenty.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LinkedSignIns")]
struct LinksView {
    /// They.
    items: Vec<LinkView>,
}

/// The routes, which are the area's.
pub(super) fn routes() -> Api<App> {
    Api::new()
        .get(
            PATH,
            list,
            Operation::new("listLinkedSignIns", TAG, "Somebody's linked sign-ins", Trail::Read)
                .describe("With what they sign in besides the provider and subject of the user itself. They add them at `/account`.")
                .needs::<UserRead>()
                .answers::<LinksView>(200, "They.")
                .problem(Code::NotFound),
        )
        .delete(
            ITEM,
            remove,
            Operation::new("removeLinkedSignIn", TAG, "A linked sign-in", Trail::Kind("remove"))
                .describe("Takes it away, also where it is the last. Whoever came by it is signed out.")
                .needs::<UserUpdate>()
                .writes()
                .answers_nothing(204, "It is gone.")
                .problem(Code::NotFound),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<UserRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let user = user(&app, access, &id).await?;
    access.permit::<UserRead>(&app, &thing(&user)).await?;
    let links = app.administration.links_of(&user).await.map_err(problem)?;
    Ok(json_response(&LinksView { items: links.into_iter().map(view).collect() }))
}

async fn remove(
    State(app): State<App>,
    require: Require<UserUpdate>,
    Path((id, link)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let user = user(&app, access, &id).await?;
    let permit = access.permit::<UserUpdate>(&app, &thing(&user)).await?;
    let links = app.administration.links_of(&user).await.map_err(problem)?;
    let removed = app.administration.remove_link(&permit.author, access.tenant(), &id, &link).await;
    match removed {
        Ok(revision) => {
            if let Some(LinkedIdentity { provider, subject, .. }) =
                links.iter().find(|found| found.id == link)
            {
                // Where somebody administers from is no business of those whom they administer.
                let (what, from) = (What::RemovedByAdministrator, None);
                tell(&app, &user, Told { what, provider, subject, from, at: access.now() });
            }
            Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
        }
        Err(error) => Err(access.not_done::<UserUpdate>(&app, Some(&id), error).await),
    }
}

fn view(link: LinkedIdentity) -> LinkView {
    LinkView {
        id: link.id,
        provider: link.provider,
        subject: link.subject,
        linked_at: time(link.linked_at),
        used_at: link.last_used.map(time),
    }
}
