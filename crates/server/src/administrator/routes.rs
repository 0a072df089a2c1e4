//! `/api/v1/administrators`.

use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use casemate_directory::model::AssignmentDocument;
use casemate_directory::{Author, NewAdministrator, Redeemed};
use casemate_identity::SecretString;
use casemate_platform::api::{Api, Operation};
use casemate_platform::{Client, Code, NoQuery, Problem, RequestId, clock, read_document};
use casemate_store::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::api_key::service::ApiKeyView;
use crate::guard::user_agent;
use crate::objects::with_revision;
use crate::once::created;
use crate::refusal::problem;
use crate::view::EntryView;

/// Who is to become an administrator.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdministratorRequest {
    /// The one-time key that `casemate serve` printed at its first start, or `casemate admin recover` makes.
    #[schemars(length(min = 1, max = 256))]
    key: String,
    /// Who.
    administrator: Who,
}

/// A new service account, or somebody at a provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Who {
    /// A new service account of this name in the tenant, whose API key is in the answer.
    ServiceAccount { name: String },
    /// Somebody at a provider, by id.
    User {
        provider: String,
        #[serde(rename = "type", default = "user")]
        kind: String,
        id: String,
    },
    /// Somebody at a provider, by the name that they log in with.
    Login {
        provider: String,
        #[serde(rename = "type", default = "user")]
        kind: String,
        login: String,
    },
}

fn user() -> String {
    "user".to_owned()
}

impl From<Who> for NewAdministrator {
    fn from(who: Who) -> NewAdministrator {
        match who {
            Who::ServiceAccount { name } => NewAdministrator::ServiceAccount { name },
            Who::User { provider, kind, id } => NewAdministrator::User { provider, kind, id },
            Who::Login { provider, kind, login } => NewAdministrator::Login { provider, kind, login },
        }
    }
}

/// An administrator that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Administrator {
    /// The assignment of the role `administrator`.
    assignment: EntryView<AssignmentDocument>,
    /// The API key of a new service account, with the key itself, this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<ApiKeyView>,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().post(
        "/api/v1/administrators",
        redeem,
        Operation::new(
            "redeemAdministratorKey",
            "Administrators",
            "Makes an administrator by a one-time key",
        )
        .describe("The key is used up by it. It stands in the body, never in an address.")
        .takes::<AdministratorRequest>(
            json!({ "key": "…", "administrator": { "service_account": { "name": "operator" } } }),
        )
        .writes()
        .answers::<Administrator>(201, "The administrator.")
        .problem(Code::OneTimeKeyRejected)
        .problem(Code::NameTaken)
        .problem(Code::Unavailable),
    )
}

async fn redeem(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    route: MatchedPath,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let client = request.extensions().get::<Client>().map(|client| client.address.to_string());
    let user_agent = user_agent(request.headers());
    let AdministratorRequest { key, administrator } = read_document(request).await?;
    let author = Author {
        // Who presents the key is known by nothing else.
        actor: Actor { kind: "anonymous".to_owned(), ..Actor::default() },
        holds: None,
        request_id: id.as_str().to_owned(),
        route: Some(route.as_str().to_owned()),
        client,
        user_agent,
        reason: None,
        now: clock::now(),
    };
    let redeemed =
        app.administration.redeem_recovery_key(&author, &SecretString::from(key), administrator.into()).await;
    Ok(made(redeemed.map_err(problem)?))
}

/// The answer once somebody was made an administrator.
pub(crate) fn made(redeemed: Redeemed) -> Response {
    let api_key = redeemed.key.map(|(key, secret)| ApiKeyView::with_key(&key, &secret));
    let made = Administrator { assignment: (&redeemed.assignment).into(), api_key };
    let body = serde_json::to_string(&made).unwrap_or_default();
    with_revision(created(StatusCode::CREATED.as_u16(), body), redeemed.revision)
}
