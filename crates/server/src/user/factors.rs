//! `/api/v1/users/{id}/factors`: what people with accounts of Casemate's own have besides their passwords.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, json_response};
use casemate_store::SecondFactor;
use schemars::JsonSchema;
use serde::Serialize;

use super::routes::{UserRead, UserUpdate, user};
use super::service::thing;
use crate::App;
use crate::guard::Require;
use crate::objects::with_revision;
use crate::refusal::problem;
use crate::view::time;

const TAG: &str = "Users";
const PATH: &str = "/api/v1/users/{id}/factors";
const ITEM: &str = "/api/v1/users/{id}/factors/{factor}";

/// A second factor. Its key is never shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SecondFactor")]
struct FactorView {
    /// Its id.
    id: String,
    /// `totp`, the codes of an authenticator app, or `passkey`.
    kind: &'static str,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    used_at: Option<String>,
}

/// Second factors, the oldest first. Nobody has more than twenty.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SecondFactors")]
struct FactorsView {
    /// They.
    items: Vec<FactorView>,
    /// How many recovery codes were not used.
    recovery_codes: i64,
}

/// The routes, which are the area's.
pub(super) fn routes() -> Api<App> {
    Api::new()
        .get(
            PATH,
            list,
            Operation::new("listSecondFactors", TAG, "Somebody's second factors", Trail::Read)
                .describe("Of a user with an account of Casemate's own. Others show theirs to their provider.")
                .needs::<UserRead>()
                .answers::<FactorsView>(200, "They.")
                .problem(Code::NotFound),
        )
        .delete(
            ITEM,
            remove,
            Operation::new("removeSecondFactor", TAG, "A second factor", Trail::Kind("remove"))
                .describe(
                    "Takes it away, for whoever lost it; recovery codes go with the last one. Whoever does it has to hold all that \
                     the user holds.",
                )
                .needs::<UserUpdate>()
                .writes()
                .answers_nothing(204, "It is gone.")
                .problem(Code::NotFound)
                .problem(Code::GrantExceeded),
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
    let factors = app.administration.factors_of(&user).await.map_err(problem)?;
    let codes = app.store.reader().recovery_codes(&user.id).await.map_err(|error| {
        tracing::error!(%error, "recovery codes cannot be counted");
        Problem::new(Code::Unavailable)
    })?;
    let items = factors.into_iter().map(view).collect();
    Ok(json_response(&FactorsView { items, recovery_codes: codes.left }))
}

async fn remove(
    State(app): State<App>,
    require: Require<UserUpdate>,
    Path((id, factor)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let user = user(&app, access, &id).await?;
    let permit = access.permit::<UserUpdate>(&app, &thing(&user)).await?;
    let removed = app.administration.remove_factor(&permit.author, access.tenant(), &id, &factor).await;
    match removed {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<UserUpdate>(&app, Some(&id), error).await),
    }
}

fn view(factor: SecondFactor) -> FactorView {
    FactorView {
        id: factor.id,
        kind: factor.kind.as_str(),
        name: factor.name,
        created_at: time(factor.created_at),
        used_at: factor.used_at.map(time),
    }
}
