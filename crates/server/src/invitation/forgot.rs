//! Asking for a new password.

use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Client, RequestId, clock};
use casemate_store::AttemptLimit;

use super::pages::{Asked as AskedPage, Forgot};
use super::sent_from_elsewhere;
use crate::App;
use crate::forms::form;
use crate::pages::{failed_with, page};
use crate::sign_in::service::Asked;

const PATH: &str = "/sign-in/casemate/forgot";
/// The longest login or address that is looked for, in bytes.
const MAX_WHO: usize = 254;
/// How often a network asks within an hour.
const MOST: i64 = 20;
const HOUR: i64 = 3_600 * 1_000_000;

/// The pages, which are no part of the described API.
pub(crate) fn pages() -> Pages<App> {
    let page = Trail::Nothing("it is a page that says nothing of anybody");
    Pages::new().get(PATH, page, show).post(PATH, Trail::Kind("reset"), ask)
}

async fn show(State(app): State<App>) -> Response {
    page(StatusCode::OK, &Forgot { sends: app.mail.is_some(), problem: None })
}

/// Whoever asks is answered the same, and as fast: who is meant is looked for afterwards.
async fn ask(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    if let Some(refusal) = sent_from_elsewhere(&app, request.headers(), &id) {
        return refusal;
    }
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return refusal.into_response();
    }
    let asked = Asked::new(id.clone(), PATH, from, request.headers(), clock::now());
    let form = form(request.into_body()).await;
    let who = form.as_ref().and_then(|form| form.get("who")).unwrap_or_default().trim().to_owned();
    let sends = app.mail.is_some();
    if !sends || who.is_empty() || who.len() > MAX_WHO {
        let problem = Some("Say a user name or an e-mail address.").filter(|_| sends);
        return page(StatusCode::UNPROCESSABLE_ENTITY, &Forgot { sends, problem });
    }
    if let Some(network) = app.blocks.counted_by(from) {
        let limit = AttemptLimit { key: format!("forgot\n{network}"), most: MOST, window: HOUR, lock: None };
        match app.store.count_attempt(limit, asked.now).await {
            // Each request counts until the hour is over.
            Ok(true) => {}
            Ok(false) => {
                let message = "Too many ask for new passwords from your network. Try again in an hour.";
                let mut response =
                    failed_with(StatusCode::TOO_MANY_REQUESTS, message, "too_many_requests", id.as_str());
                response.headers_mut().insert(header::RETRY_AFTER, 3_600.into());
                return response;
            }
            Err(error) => {
                tracing::error!(%error, "a request for a new password cannot be counted");
                let message = "No letter can be sent at the moment.";
                return failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str());
            }
        }
    }
    app.resets.want(who, asked);
    page(StatusCode::OK, &AskedPage)
}
