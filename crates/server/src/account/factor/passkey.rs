//! What the script of the pages asks: making a passkey, and signing in with one, after a password or by itself.

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{OWN_PROVIDER, sha256};
use casemate_identity::factor::{CeremonyError, Challenge, Passkey, PasskeyUser, RelyingParty};
use casemate_identity::sign_in::local_path;
use casemate_identity::{ExposeSecret as _, SecretString};
use casemate_platform::{
    Client, Code, Problem, RequestId, clock, cookie, is_from_elsewhere, read_document, stand_in,
};
use casemate_store::{FactorKind, Operation, Remembered, SecondFactor, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::service::{Entering, NotEntered, STEP_COOKIE, account_of, enter};
use super::check::passkey_of;
use super::own as own_factors;
use super::own::{Added, Made, has_room, keep, new_id, own, refusal_of, told};
use super::step::{used, waiting};
use crate::App;
use crate::app::origin_of;
use crate::block::service::place_for;
use crate::denials::count_denial;
use crate::forms::{HOME, random, set_cookie};
use crate::sealed;
use crate::sign_in::service::{Asked, record_failure};

/// The cookie of a browser that signs in with a passkey alone: the challenge, sealed.
const COOKIE: &str = "__Host-casemate-passkey";
/// How long the browser keeps it, in seconds.
const SECONDS: u32 = 600;
/// What challenges are sealed for.
const ALONE: &str = "passkey-sign-in";
const CREATION: &str = "passkey-creation";
const STEP_ROUTE: &str = "/sign-in/casemate/factor/passkey";
const ALONE_ROUTE: &str = "/sign-in/casemate/passkey";
const CREATION_ROUTE: &str = "/account/factors/passkey";

/// What a browser answers for a passkey that was made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    state: String,
    name: String,
    response: Value,
}

/// What a browser answers for a passkey that was used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    response: Value,
    #[serde(default)]
    return_to: String,
}

impl Use {
    fn return_to(&self) -> &str {
        local_path(&self.return_to).unwrap_or(HOME)
    }
}

fn site(app: &App, headers: &HeaderMap) -> Result<RelyingParty, Problem> {
    if is_from_elsewhere(headers, origin_of(&app.settings.public_url)) {
        return Err(Problem::new(Code::CrossSite));
    }
    RelyingParty::of(&app.settings.public_url).ok_or_else(|| {
        Problem::new(Code::NotFound).detail("no passkeys are made for this installation's public URL")
    })
}

fn challenge() -> Result<Challenge, Problem> {
    let mut bytes = [0; 32];
    random(&mut bytes).ok_or_else(|| Problem::new(Code::Unavailable))?;
    Ok(Challenge::of_random(bytes))
}

fn unavailable(error: &StoreError) -> Problem {
    tracing::error!(%error, "a passkey cannot be looked up");
    Problem::new(Code::Unavailable)
}

fn rejected(reason: &str) -> Problem {
    Problem::new(Code::CredentialRejected).detail(reason.to_owned())
}

/// What goes to a script, and stays nowhere.
fn answer(value: &Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

fn passkeys(app: &App, factors: &[SecondFactor]) -> Vec<Passkey> {
    factors.iter().filter_map(|factor| passkey_of(app, factor)).collect()
}

/// What a browser is asked to make a passkey by.
pub(super) async fn creation_options(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let site = site(&app, &headers)?;
    let own = own(&app, &headers, &id).await.map_err(|_| Problem::new(Code::SignInTooOld))?;
    let factors =
        app.store.reader().second_factors(&own.user.id).await.map_err(|error| unavailable(&error))?;
    if !has_room(&factors) {
        return Err(Problem::new(Code::InvalidDocument).detail("you have as many second factors as one may"));
    }
    let challenge = challenge()?;
    let state = sealed::seal(&app, CREATION, &own.user.id, challenge.text(), clock::now());
    let state = state.ok_or_else(|| Problem::new(Code::Unavailable))?;
    let user = PasskeyUser {
        id: &own.user.id,
        name: &own.user.login,
        display_name: own.user.display_name.as_deref().unwrap_or(&own.user.login),
    };
    let options = site.creation_options(&challenge, user, &passkeys(&app, &factors));
    Ok(answer(&json!({ "options": options, "state": state })))
}

/// Keeps a passkey that was made.
pub(super) async fn create(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    let site = site(&app, &headers)?;
    let own = own(&app, &headers, &id).await.map_err(|_| Problem::new(Code::SignInTooOld))?;
    let asked = Asked::new(id, CREATION_ROUTE, from, &headers, clock::now());
    let Creation { state, name, response } = read_document(request).await?;
    let challenge = sealed::open(&app, CREATION, &own.user.id, &state, asked.now);
    let challenge = challenge.and_then(|text| Challenge::parse(text.expose_secret()));
    let challenge = challenge.ok_or_else(|| rejected("this took too long: try again"))?;
    let (passkey, count) = site.register(&response.to_string(), &challenge).map_err(|error| {
        tracing::info!(code = error.code(), "a passkey is not kept");
        Problem::new(Code::InvalidDocument).detail(error.to_string())
    })?;
    let factor = new_id();
    let about = json!({ "factor": factor, "kind": FactorKind::Passkey.as_str() });
    let event = told(&asked, &own.user, own.session(), "add", &about);
    let made = Made {
        id: factor,
        kind: FactorKind::Passkey,
        credential: Some(passkey.digest()),
        last_step: i64::from(count),
    };
    let key = SecretString::from(serde_json::to_string(&passkey).unwrap_or_default());
    let factor = made.sealed(&app, &own.user, &name, &key, asked.now);
    let factor = factor.ok_or_else(|| Problem::new(Code::Unavailable))?;
    let added = Added { factor, showed: "hwk", also: vec![once(&challenge, asked.now)], event };
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: own_factors::PATH };
    let kept = keep(&app, &own, entering, added).await.map_err(|error| {
        let (status, reason) = refusal_of(&error);
        let code = if status.is_server_error() { Code::Unavailable } else { Code::InvalidDocument };
        Problem::new(code).detail(reason)
    })?;
    Ok(with_cookies(&kept, own_factors::PATH))
}

/// Uses a challenge up, for every process.
fn once(challenge: &Challenge, now: i64) -> Operation {
    let digest = sha256(challenge.text());
    Operation::Remember(Remembered {
        caller: "passkey-challenge".to_owned(),
        key: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        fingerprint: digest,
        status: 200,
        body: String::new(),
        expires_at: now.saturating_add(2 * i64::from(SECONDS) * 1_000_000),
    })
}

/// What a browser is asked to use a passkey by, in the place of a code.
pub(super) async fn step_options(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let site = site(&app, &headers)?;
    let waiting = waiting(&app, &headers, clock::now()).await.map_err(|error| unavailable(&error))?;
    let waiting = waiting.ok_or_else(|| rejected("show your password first"))?;
    let known = passkeys(&app, &waiting.factors);
    if known.is_empty() {
        return Err(rejected("you have no passkey"));
    }
    let challenge = challenge()?;
    let kept = app.store.challenge_sign_in_step(waiting.step.digest, challenge.text().to_owned()).await;
    kept.map_err(|error| {
        tracing::error!(%error, "a challenge cannot be kept");
        Problem::new(Code::Unavailable)
    })?;
    Ok(answer(&json!({ "options": site.request_options(&challenge, &known) })))
}

/// Signs somebody in who showed their password and used a passkey.
pub(super) async fn step(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let (headers, from, site) = shown(&app, &request)?;
    let asked = Asked::new(id, STEP_ROUTE, from, &headers, clock::now());
    let sent: Use = read_document(request).await?;
    let waiting = waiting(&app, &headers, asked.now).await.map_err(|error| unavailable(&error))?;
    let waiting = waiting.ok_or_else(|| rejected("show your password first"))?;
    let response = sent.response.to_string();
    let place = place_for(&app, from, stand_in(response.as_bytes())).await?;
    let user = &waiting.account.user;
    let checked = Passkey::digest_of(&response).and_then(|digest| {
        let challenge = waiting.step.challenge.as_deref().and_then(Challenge::parse);
        let challenge = challenge.ok_or(CeremonyError::Challenge)?;
        let factor = waiting.factors.iter().find(|factor| factor.credential == Some(digest));
        let factor = factor.ok_or(CeremonyError::Other)?;
        let passkey = passkey_of(&app, factor).ok_or(CeremonyError::Other)?;
        let used_by = site.verify(&response, &challenge, &passkey, &user.id, last(factor), false)?;
        Ok(used(&user.id, factor, used_by.count))
    });
    let used = match checked {
        Ok(used) => used,
        Err(error) => {
            place.wrong(&app).await;
            waiting.fail(&app, &asked, from, error.code()).await?;
            return Err(rejected(&error.to_string()));
        }
    };
    place.give_back(&app).await;
    let also = vec![waiting.end(), used];
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: sent.return_to() };
    let entered = enter(&app, entering, user, &["pwd", "hwk", "mfa"], also).await;
    let mut response = onward(entered, sent.return_to())?;
    set_cookie(&mut response, STEP_COOKIE, "", Some(0));
    Ok(response)
}

fn last(factor: &SecondFactor) -> u32 {
    factor.last_step.and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
}

fn shown(app: &App, request: &Request) -> Result<(HeaderMap, Option<Client>, RelyingParty), Problem> {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    let site = site(app, &headers)?;
    match app.blocks.refusal_of(from) {
        Some(refusal) => Err(refusal),
        None => Ok((headers, from, site)),
    }
}

/// What a browser is asked to use a passkey by that stands for password and second factor.
pub(super) async fn alone_options(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let site = site(&app, &headers)?;
    let challenge = challenge()?;
    let sealed = sealed::seal(&app, ALONE, "", challenge.text(), clock::now());
    let sealed = sealed.ok_or_else(|| Problem::new(Code::Unavailable))?;
    let mut response = answer(&json!({ "options": site.request_options(&challenge, &[]) }));
    set_cookie(&mut response, COOKIE, &sealed, Some(SECONDS));
    Ok(response)
}

/// Signs somebody in who used a passkey that asked who they are.
pub(super) async fn alone(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let (headers, from, site) = shown(&app, &request)?;
    let asked = Asked::new(id, ALONE_ROUTE, from, &headers, clock::now());
    let sent: Use = read_document(request).await?;
    let held = cookie(&headers, COOKIE).ok().flatten();
    let challenge = held.and_then(|text| sealed::open(&app, ALONE, "", text, asked.now));
    let challenge = challenge.and_then(|text| Challenge::parse(text.expose_secret()));
    let challenge = challenge.ok_or_else(|| rejected("this took too long: try again"))?;
    let response = sent.response.to_string();
    let place = place_for(&app, from, stand_in(response.as_bytes())).await?;
    let found = match Passkey::digest_of(&response) {
        Ok(digest) => app.store.reader().passkey(&digest).await.map_err(|error| unavailable(&error))?,
        Err(_) => None,
    };
    let account = match &found {
        Some(factor) => account_of(&app, &factor.user).await.map_err(|error| unavailable(&error))?,
        None => None,
    };
    let checked = found.zip(account).ok_or(CeremonyError::Other).and_then(|(factor, account)| {
        let passkey = passkey_of(&app, &factor).ok_or(CeremonyError::Other)?;
        let used_by = site.verify(&response, &challenge, &passkey, &account.user.id, last(&factor), true)?;
        Ok((used(&account.user.id, &factor, used_by.count), account))
    });
    let (used, account) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            tracing::info!(provider = OWN_PROVIDER, code = error.code(), "not signed in with a passkey");
            place.wrong(&app).await;
            count_denial(&app, from, Some(ALONE_ROUTE));
            record_failure(&app, &asked, OWN_PROVIDER, error.code()).await?;
            return Err(rejected(&error.to_string()));
        }
    };
    place.give_back(&app).await;
    let also = vec![once(&challenge, asked.now), used];
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: sent.return_to() };
    let entered = enter(&app, entering, &account.user, &["hwk", "user", "mfa"], also).await;
    let mut response = onward(entered, sent.return_to())?;
    set_cookie(&mut response, COOKIE, "", Some(0));
    Ok(response)
}

/// The answer for a script: where it goes on, with the cookies of a browser that is signed in.
fn onward(entered: Result<Response, NotEntered>, to: &str) -> Result<Response, Problem> {
    let entered = entered.map_err(|error| match error {
        NotEntered::Refused => rejected("you may not sign in any more, or this was used before"),
        NotEntered::Unavailable(reason) => {
            tracing::error!(%reason, "a session cannot begin");
            Problem::new(Code::Unavailable)
        }
    })?;
    Ok(with_cookies(&entered, to))
}

fn with_cookies(entered: &Response, to: &str) -> Response {
    let mut response = answer(&json!({ "next": to }));
    for cookie in entered.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}
