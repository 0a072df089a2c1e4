//! `/sign-in/casemate` and `/account/password`.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use casemate_directory::OWN_PROVIDER;
use casemate_identity::SecretString;
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Client, Problem, RequestId, clock, is_from_elsewhere};

use super::attempt::NotTried;
use super::pages::SignIn;
use super::service::{Entering, Looked, NotEntered, Shown, after_password, check, is_offered, status_of};
use super::{factor, first, password};
use crate::App;
use crate::app::origin_of;
use crate::denials::count_denial;
use crate::forms::{Parameters, form};
use crate::pages::{failed_with, page};
use crate::sign_in::service::{Asked, record_failure_of};

const PATH: &str = "/sign-in/casemate";

/// The routes, which are pages and no part of the described API.
pub(crate) fn routes() -> Pages<App> {
    let page = Trail::Nothing("it is a page that says nothing of anybody");
    Pages::new()
        .get(PATH, page, show)
        .post(PATH, Trail::Kind("sign-in"), sign_in)
        .get(first::PATH, page, first::show)
        .post(first::PATH, Trail::Kind("sign-in"), first::redeem)
        .get(password::PATH, page, password::show)
        .post(password::PATH, Trail::Kind("update"), password::set)
        .merge(factor::routes())
}

async fn show(State(app): State<App>, Extension(id): Extension<RequestId>, uri: Uri) -> Response {
    if !is_offered(&app).await {
        return nobody(&id);
    }
    let query = Parameters::of(&uri);
    let return_to = query.as_ref().map_or(crate::forms::HOME, Parameters::return_to);
    let passkeys = factor::has_passkeys(&app);
    factor::allow_script(page(StatusCode::OK, &SignIn { return_to, passkeys, ..SignIn::default() }))
}

fn nobody(id: &RequestId) -> Response {
    let message = "Nobody signs in here with a password.";
    failed_with(StatusCode::NOT_FOUND, message, "accounts_off", id.as_str())
}

async fn sign_in(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = not_from_here(&app, &headers, &id) {
        return Ok(refusal);
    }
    if !is_offered(&app).await {
        return Ok(nobody(&id));
    }
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return Ok(blocked(refusal, &id));
    }
    let asked = Asked::new(id.clone(), PATH, from, &headers, clock::now());
    let form = form(request.into_body()).await;
    let of_form = |name: &str| form.as_ref().and_then(|form| form.get(name)).unwrap_or_default().to_owned();
    let (login, password) = (of_form("login").trim().to_owned(), SecretString::from(of_form("password")));
    let return_to = form.as_ref().map_or(crate::forms::HOME, Parameters::return_to).to_owned();
    let shown = Shown { login: login.clone(), password, from, now: asked.now };
    let again = |status: StatusCode, problem: &str| {
        let (login, return_to) = (login.as_str(), return_to.as_str());
        let passkeys = factor::has_passkeys(&app);
        let problem = Some(problem.to_owned());
        factor::allow_script(page(status, &SignIn { login, return_to, problem, passkeys }))
    };
    let account = match check(&app, shown).await {
        Ok(Looked::Right(account)) => account,
        Ok(Looked::Wrong(user)) => {
            tracing::info!(provider = OWN_PROVIDER, "not signed in: the password is wrong");
            count_denial(&app, from, Some(PATH));
            if let Err(unrecorded) = record_failure_of(&app, &asked, user.as_deref(), "password_wrong").await
            {
                return Ok(unrecorded.page(&asked));
            }
            let problem = "There is no such user name, or the password is another.";
            return Ok(again(StatusCode::FORBIDDEN, problem));
        }
        Err(error) => {
            let mut response = again(status_of(&error), not_tried(&error));
            retry_after(&mut response, &error, asked.now);
            return Ok(response);
        }
    };
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: &return_to };
    Ok(after_password(&app, entering, &account).await.unwrap_or_else(|error| not_entered(&error, &id)))
}

/// The page for what a page of another origin had a browser send: whoever is signed in that way is so as somebody else.
pub(super) fn not_from_here(app: &App, headers: &HeaderMap, id: &RequestId) -> Option<Response> {
    is_from_elsewhere(headers, origin_of(&app.settings.public_url)).then(|| {
        let message = "This was sent by a page of another site.";
        failed_with(StatusCode::FORBIDDEN, message, "cross_site", id.as_str())
    })
}

/// The page for a network that is blocked.
pub(super) fn blocked(refusal: Problem, id: &RequestId) -> Response {
    let seconds = refusal.header_value(&header::RETRY_AFTER).cloned();
    let message = "Too many wrong passwords or keys came from your network. Try again later.";
    let mut response = failed_with(StatusCode::TOO_MANY_REQUESTS, message, "address_blocked", id.as_str());
    response.headers_mut().extend(seconds.map(|seconds| (header::RETRY_AFTER, seconds)));
    response
}

/// Why nothing was looked at, in a sentence.
pub(super) fn not_tried(error: &NotTried) -> &'static str {
    match error {
        NotTried::TooMany { .. } => "Too many attempts failed. Try again later.",
        NotTried::UnderWay => "Other attempts are under way. Try again in a moment.",
        NotTried::Busy => "Too many sign in at the moment. Try again in a moment.",
        NotTried::Unavailable(reason) => {
            tracing::error!(%reason, "passwords cannot be looked at");
            "Nobody can sign in at the moment. Try again later."
        }
    }
}

/// Says when to try again.
pub(super) fn retry_after(response: &mut Response, error: &NotTried, now: i64) {
    let seconds = match error {
        NotTried::TooMany { until } => until.saturating_sub(now) / 1_000_000 + 1,
        NotTried::UnderWay | NotTried::Busy => 1,
        NotTried::Unavailable(_) => 5,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
}

/// The page for somebody whose session cannot begin.
pub(super) fn not_entered(error: &NotEntered, id: &RequestId) -> Response {
    match error {
        NotEntered::Refused => {
            let message = "Your account may not sign in any more, or your password was changed just now.";
            failed_with(StatusCode::FORBIDDEN, message, "not_admitted", id.as_str())
        }
        NotEntered::Unavailable(reason) => {
            tracing::error!(%reason, "a session cannot begin");
            let message = "You cannot be signed in at the moment. Try again later.";
            failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str())
        }
    }
}
