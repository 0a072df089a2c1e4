//! Calling one of one's own second factors something else.

use axum::extract::{Extension, Request, State};
use axum::response::Response;
use casemate_platform::RequestId;
use casemate_store::{AccountChange, FactorChange, Operation};
use serde_json::json;

use super::own::{Sent, named};
use crate::App;

pub(super) const PATH: &str = "/account/factors/rename";
/// What one is called of which nothing is said.
const UNNAMED: &str = "Second factor";

pub(super) async fn rename(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let sent = match Sent::read(&app, id, PATH, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let (user, factor) = (sent.own.user.id.clone(), sent.field("id").to_owned());
    let event = sent.told("rename", &json!({ "factor": factor }));
    let name = named(sent.field("name"), UNNAMED);
    let change = FactorChange::Rename { user, id: factor, name };
    sent.make(&app, Operation::Account(AccountChange::Factor(change)), event).await
}
