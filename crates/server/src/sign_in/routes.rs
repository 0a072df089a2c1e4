//! `/sign-in`, `/sign-out` and what belongs to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::OWN_PROVIDER;
use casemate_identity::sign_in::{Attempt, BrowserKey, Callback, SignInClient, SignInError, SignedIn};
use casemate_identity::{ExposeSecret as _, Identity, SecretString, Timestamp};
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{
    Caller, Client, Code, Problem, RequestId, SESSION_COOKIE, authenticate, clock, cookie,
};
use casemate_store::{Actor, CommitError, Sessions};
use serde_json::json;
use url::form_urlencoded;

use super::finishing::Place;
use super::pages::{Choice, Choose, Onward, STYLE, SignedOut, failed};
use super::service::{
    Also, Asked, NotBegun, Returned, begin_since, client, end, end_by_token, exchanged, record_failure,
    session_of, still_by,
};
use crate::App;
use crate::account::service::is_offered;
use crate::denials::count_denial;
use crate::forms::{HOME, Parameters, form, random, see_other, set_cookie};
use crate::guard::admitted;
use crate::linking::service::{ask_returned, entering};
use crate::pages::{failed_with, page};

/// The cookie of a browser that signs in.
const ATTEMPT_COOKIE: &str = "__Host-casemate-sign-in";
/// How long a browser keeps it, in seconds.
const ATTEMPT_SECONDS: u32 = 600;

/// How often somebody is let in anew because the configuration was changed meanwhile.
const ATTEMPTS: usize = 5;

const CALLBACK: &str = "/sign-in/{provider}/callback";
const BACK_CHANNEL: &str = "/sign-in/{provider}/back-channel-logout";

/// The routes, which are pages and no part of the described API.
pub(crate) fn routes() -> Pages<App> {
    let page = Trail::Nothing("it is a page that says nothing of anybody");
    let onward = Trail::Nothing("it sends browsers to a provider: what comes back is on record");
    Pages::new()
        .get("/sign-in", page, choose)
        .post("/sign-in", onward, by_email)
        .get("/sign-in.css", page, style)
        .get("/sign-in/{provider}", onward, start)
        .get(CALLBACK, Trail::Kind("sign-in"), callback)
        .post(BACK_CHANNEL, Trail::Kind("sign-out"), back_channel)
        .post("/sign-out", Trail::Kind("sign-out"), sign_out)
        .get("/signed-out", page, signed_out)
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE).into_response()
}

async fn choose(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response {
    let return_to = Parameters::of(&uri).map_or(HOME.to_owned(), |query| query.return_to().to_owned());
    page(StatusCode::OK, &choices(&app, &headers, return_to, None).await)
}

async fn choices(app: &App, headers: &HeaderMap, return_to: String, problem: Option<&'static str>) -> Choose {
    let clients = app.directory.sign_ins();
    let chain = app.directory.current();
    let caller = match headers.contains_key(header::COOKIE) {
        true => authenticate(chain.chain(), headers, clock::now()).await.ok(),
        false => None,
    };
    let caller = caller.filter(|caller| caller.0.session.is_some());
    let name_of = |caller: Caller| {
        let identity = caller.0;
        let names = [&identity.display_name, &identity.login, &identity.id];
        names.into_iter().flatten().next().map(|name| name.to_string()).unwrap_or_default()
    };
    let title_of = |name: &str| {
        if *name == *OWN_PROVIDER {
            return "a password".to_owned();
        }
        let offer = clients.iter().find(|client| client.offer().name() == name);
        offer.map_or(name.to_owned(), |client| client.offer().title().to_owned())
    };
    let mut choices: Vec<Choice> = clients
        .iter()
        .map(|client| Choice {
            href: start_path(client, &return_to, false),
            title: client.offer().title().to_owned(),
        })
        .collect();
    if is_offered(app).await {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &return_to).finish();
        let title = if choices.is_empty() { "Sign in with a password" } else { "With a password" };
        choices.push(Choice { href: format!("/sign-in/casemate?{query}"), title: title.to_owned() });
    }
    Choose {
        provider: caller.as_ref().map(|caller| title_of(came_by(&caller.0))).unwrap_or_default(),
        signed_in: caller.map(name_of),
        by_email: clients.iter().any(|client| client.offer().has_domains()),
        choices,
        example: format!("{}/sign-in/corp/callback", app.settings.public_url),
        return_to,
        problem,
    }
}

/// The provider by which somebody came.
fn came_by(identity: &Identity) -> &str {
    identity.via.as_deref().unwrap_or(&identity.provider)
}

fn start_path(client: &SignInClient, return_to: &str, again: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("return_to", return_to);
    if again {
        query.append_pair("again", "1");
    }
    // A provider's name needs no escapes: letters, digits, `-`, `_` and `.`.
    format!("/sign-in/{}?{}", client.offer().name(), query.finish())
}

async fn by_email(State(app): State<App>, headers: HeaderMap, request: Request) -> Response {
    let form = form(request.into_body()).await;
    let return_to = form.as_ref().map_or(HOME, Parameters::return_to).to_owned();
    let email = form.as_ref().and_then(|form| form.get("email")).unwrap_or_default();
    let domain = email.rsplit_once('@').map(|(_, domain)| domain.trim().to_ascii_lowercase());
    let found = domain.and_then(|domain| {
        app.directory.sign_ins().into_iter().find(|client| client.offer().serves(&domain))
    });
    match found {
        Some(client) => {
            let href = start_path(&client, &return_to, false);
            page(StatusCode::OK, &Onward { title: format!("Sign in with {}", client.offer().title()), href })
        }
        None => {
            let problem = Some("No provider is known for this address. Choose one of those above.");
            page(StatusCode::UNPROCESSABLE_ENTITY, &choices(&app, &headers, return_to, problem).await)
        }
    }
}

/// An attempt that begins now, and the key of the browser; `None` where the system gives no randomness.
pub(crate) fn begun(
    provider: &str,
    return_to: &str,
    again: bool,
    headers: &HeaderMap,
) -> Option<(Attempt, BrowserKey)> {
    let (mut key, mut salt) = ([0; 32], [0; 16]);
    random(&mut key).and_then(|()| random(&mut salt))?;
    let key = key_of(headers).unwrap_or_else(|| BrowserKey::of_random(key));
    Some((Attempt::begin(provider, return_to, again, salt, Timestamp(clock::now())), key))
}

/// The key that a browser holds while it signs in.
pub(crate) fn key_of(headers: &HeaderMap) -> Option<BrowserKey> {
    cookie(headers, ATTEMPT_COOKIE).ok().flatten().and_then(BrowserKey::parse)
}

/// Lets a browser keep its key while it signs in.
pub(crate) fn hold(response: &mut Response, key: &BrowserKey) {
    set_cookie(response, ATTEMPT_COOKIE, key.text(), Some(ATTEMPT_SECONDS));
}

pub(crate) fn redirect_uri(app: &App, provider: &str) -> String {
    format!("{}/sign-in/{provider}/callback", app.settings.public_url)
}

async fn start(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let Some(client) = client(&app, &provider) else { return unknown(&id) };
    let Some(query) = Parameters::of(&uri) else { return failed(&SignInError::State, id.as_str()) };
    let again = query.get("again") == Some("1");
    let Some((attempt, key)) = begun(&provider, query.return_to(), again, &headers) else {
        return failed(&SignInError::Busy, id.as_str());
    };
    match client.begin(&attempt, &key, &redirect_uri(&app, &provider)).await {
        Ok(url) => {
            let mut response = see_other(url.as_str());
            hold(&mut response, &key);
            response
        }
        Err(error) => {
            tracing::warn!(%provider, %error, "nobody can be sent to the provider");
            failed(&error, id.as_str())
        }
    }
}

fn unknown(id: &RequestId) -> Response {
    let message = "Nobody signs in with this provider.";
    failed_with(StatusCode::NOT_FOUND, message, "provider_unknown", id.as_str())
}

async fn callback(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Path(provider): Path<String>,
    uri: Uri,
    request: Request,
) -> Response {
    let Some(client) = client(&app, &provider) else { return unknown(&id) };
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return refusal.into_response();
    }
    let asked = Asked::new(id.clone(), CALLBACK, from, &headers, clock::now());
    let finished = match app.blocks.counted_by(from).map(|network| app.finishing.enter(network)) {
        Some(None) => Err(SignInError::Busy),
        place => {
            let place = place.flatten().map(Arc::new);
            finish(&app, &client, &asked, (&headers, from, place), &uri).await
        }
    };
    match finished {
        Ok(response) => response,
        Err(error) => {
            tracing::info!(%provider, code = error.code(), reason = %error, "not signed in");
            count_denial(&app, from, Some(CALLBACK));
            match record_failure(&app, &asked, &provider, error.code()).await {
                Ok(()) => failed(&error, id.as_str()),
                Err(unrecorded) => unrecorded.page(&asked),
            }
        }
    }
}

async fn finish(
    app: &App,
    client: &Arc<SignInClient>,
    asked: &Asked,
    (headers, from, place): (&HeaderMap, Option<Client>, Option<Arc<Place>>),
    uri: &Uri,
) -> Result<Response, SignInError> {
    let provider = client.offer().name();
    let query = Parameters::of(uri).ok_or(SignInError::State)?;
    let key = key_of(headers).ok_or(SignInError::State)?;
    let state = query.get("state").ok_or(SignInError::State)?;
    let attempt = Attempt::resume(state, &key, provider, Timestamp(asked.now))?;
    let answer = Callback { code: query.get("code"), error: query.get("error"), issuer: query.get("iss") };
    let redirect_uri = redirect_uri(app, provider);
    let returned =
        Returned { attempt: &attempt, key: &key, answer, redirect_uri: &redirect_uri, from, place };
    if attempt.links() {
        return ask_returned(app, client, asked, headers, returned).await;
    }
    let signed_in = match exchanged(app, client, &returned, asked.now).await {
        Ok(signed_in) => signed_in?,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    for _ in 0..ATTEMPTS {
        let Some(begun) = enter(app, client, asked, headers, &signed_in).await? else { continue };
        let mut response = see_other(attempt.return_to());
        set_cookie(&mut response, SESSION_COOKIE, begun.expose_secret(), None);
        set_cookie(&mut response, ATTEMPT_COOKIE, "", Some(0));
        return Ok(response);
    }
    Err(SignInError::Unavailable("the configuration is changed all the time".to_owned()))
}

/// Lets somebody in who signed in with a provider, and gives the cookie; `None` where the configuration was changed meanwhile.
async fn enter(
    app: &App,
    client: &Arc<SignInClient>,
    asked: &Asked,
    headers: &HeaderMap,
    signed_in: &SignedIn,
) -> Result<Option<SecretString>, SignInError> {
    let provider = client.offer().name();
    let base = still_by(app, client).await?;
    let (signed_in, also) = match entering(app, signed_in).await? {
        Some((linked, operation)) => (linked, Also::from(vec![operation])),
        None => (signed_in.clone(), Also::default()),
    };
    let caller = Caller(Arc::new(signed_in.identity.clone()));
    admitted(app, &caller).await.map_err(|problem| match problem.code() {
        Code::UserInactive => SignInError::Inactive,
        _ => SignInError::Unavailable("the directory cannot be asked".to_owned()),
    })?;
    let earlier = session_of(app, cookie(headers, SESSION_COOKIE).map_err(|_| SignInError::State)?).await;
    let earlier = earlier.map_err(|error| {
        tracing::error!(%error, "a session cannot be looked up");
        SignInError::Unavailable("no session can begin".to_owned())
    })?;
    let earlier = earlier.as_ref().map(|session| session.id.as_str());
    match begin_since(app, asked, &signed_in, earlier, also, Some(base)).await {
        Ok(cookie) => return Ok(Some(cookie)),
        Err(NotBegun::Store(CommitError::Conflict { .. })) => return Ok(None),
        Err(NotBegun::Store(CommitError::NotAdmitted | CommitError::UsedUp { .. })) => {
            return Err(SignInError::Inactive);
        }
        Err(NotBegun::Session(error)) => tracing::warn!(provider, %error, "a session cannot begin"),
        Err(NotBegun::Store(error)) => tracing::error!(%error, "a session cannot begin"),
    }
    Err(SignInError::Unavailable("no session can begin".to_owned()))
}

async fn sign_out(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    let asked = Asked::new(id, "/sign-out", from, &headers, clock::now());
    // Nobody is told that they signed out while their session may last.
    let found = session_of(&app, cookie(&headers, SESSION_COOKIE)?).await.map_err(|error| {
        tracing::error!(%error, "a session that is to end cannot be looked up");
        Problem::new(Code::Unavailable)
    })?;
    let mut onward = None;
    if let Some(session) = found {
        let actor = Actor {
            provider: session.provider.clone(),
            kind: "user".to_owned(),
            id: session.subject.clone(),
            credential: Some(session.id.clone()),
        };
        end(&app, &asked, actor, Sessions::Id(session.id), "signed-out").await.map_err(|error| {
            tracing::error!(%error, "a session cannot be ended");
            Problem::new(Code::Unavailable)
        })?;
        if let Some(client) = client(&app, session.via.as_deref().unwrap_or(&session.provider)) {
            onward = client.logout_url(&format!("{}/signed-out", app.settings.public_url)).await;
        }
    }
    let href = onward.map_or_else(|| "/signed-out".to_owned(), String::from);
    let mut response = page(StatusCode::OK, &Onward { title: "Signing out".to_owned(), href });
    set_cookie(&mut response, SESSION_COOKIE, "", Some(0));
    Ok(response)
}

async fn signed_out() -> Response {
    page(StatusCode::OK, &SignedOut)
}

/// A provider tells that somebody signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.5).
async fn back_channel(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    let asked = Asked::new(id, BACK_CHANNEL, from, &headers, clock::now());
    let Some(client) = client(&app, &provider) else {
        return refused(StatusCode::NOT_FOUND, "nobody signs in with this provider");
    };
    let form = form(request.into_body()).await;
    let Some(token) = form.as_ref().and_then(|form| form.get("logout_token")) else {
        return refused(StatusCode::BAD_REQUEST, "there is no logout_token");
    };
    let logged_out = match client.logged_out(token, Timestamp(asked.now)).await {
        Ok(logged_out) => logged_out,
        Err(error) => {
            tracing::warn!(%provider, code = error.code(), reason = %error, "a logout token is not followed");
            count_denial(&app, from, Some(BACK_CHANNEL));
            let is_temporary = error.is_temporary();
            let status = if is_temporary { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
            return refused(status, "the logout token is not accepted");
        }
    };
    match end_by_token(&app, &asked, &provider, logged_out).await {
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(CommitError::Repeated) => refused(StatusCode::BAD_REQUEST, "the logout token was used before"),
        Err(error) => {
            tracing::error!(%error, "sessions cannot be ended");
            refused(StatusCode::SERVICE_UNAVAILABLE, "the sessions cannot be ended now")
        }
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    let body = Json(json!({ "error": "invalid_request", "error_description": why }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
