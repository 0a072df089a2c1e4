//! `/api/v1/administrators`.

use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::response::Response;
use casemate_directory::{AdminError, Author};
use casemate_identity::SecretString;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Client, Code, NoQuery, Problem, RequestId, clock, read_document, stand_in};
use casemate_store::Actor;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::service::{Administrator, Who, made};
use crate::App;
use crate::block::service::place_for;
use crate::denials::count_denial;
use crate::guard::user_agent;
use crate::refusal::problem;

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

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().post(
        "/api/v1/administrators",
        redeem,
        Operation::new(
            "redeemAdministratorKey",
            "Administrators",
            "Makes an administrator by a one-time key",
            Trail::Kind("create"),
        )
        .describe("The key is used up by it. It stands in the body, never in an address.")
        .takes::<AdministratorRequest>(
            json!({ "key": "…", "administrator": { "service_account": { "name": "operator" } } }),
        )
        .writes()
        .answers::<Administrator>(201, "The administrator.")
        .problem(Code::OneTimeKeyRejected)
        .problem(Code::AddressBlocked)
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
    let client = request.extensions().get::<Client>().copied();
    let user_agent = user_agent(request.headers());
    if let Some(refusal) = app.blocks.refusal_of(client) {
        return Err(refusal);
    }
    let AdministratorRequest { key, administrator } = read_document(request).await?;
    let guess = stand_in(key.as_bytes());
    let author = Author {
        // Who presents the key is known by nothing else.
        actor: Actor { kind: "anonymous".to_owned(), ..Actor::default() },
        login: None,
        groups: Vec::new(),
        holds: None,
        request_id: id.as_str().to_owned(),
        route: Some(route.as_str().to_owned()),
        client: client.map(|client| client.address.to_string()),
        user_agent,
        reason: None,
        now: clock::now(),
    };
    let place = place_for(&app, client, guess).await?;
    let redeemed =
        app.administration.redeem_recovery_key(&author, &SecretString::from(key), administrator.into()).await;
    if matches!(redeemed, Err(AdminError::NotRedeemable)) {
        count_denial(&app, client, Some(route.as_str()));
        place.wrong(&app).await;
    } else {
        place.give_back(&app).await;
    }
    Ok(made(redeemed.map_err(problem)?))
}
