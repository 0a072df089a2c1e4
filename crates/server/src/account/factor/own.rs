//! `/account/factors`: one's own second factors.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casemate_directory::OWN_PROVIDER;
use casemate_expression::Timestamp;
use casemate_identity::factor::{RECOVERY_CODES, RecoveryCode, TotpSecret, svg};
use casemate_identity::sign_in::text_of;
use casemate_identity::{ExposeSecret as _, Identity, Kind, SecretString, Timestamp as Instant};
use casemate_platform::{Client, RequestId, authenticate, clock};
use casemate_store::{
    AccountChange, AuditEvent, CommitError, FACTOR_FIELD, FACTOR_SECRETS, FactorChange, FactorKind,
    MAX_FACTORS, Operation, SecondFactor, Sessions, StoreError, UserRecord,
};
use serde_json::json;

use super::super::routes::not_from_here;
use super::super::service::{Entering, NotEntered, STEP_PATH, account_of, actor_of, enter_again};
use super::pages::{self, Codes, Factor, Own as OwnPage, scripted};

use super::step::unavailable;
use crate::App;
use crate::forms::{form, random, see_other};
use crate::guard::admitted;
use crate::pages::{failed_with, page};
use crate::sealed;
use crate::sign_in::service::{Also, Asked, change};

pub(super) const PATH: &str = "/account/factors";
/// Where somebody goes who did not prove lately who they are.
const SIGN_IN: &str = "/sign-in/casemate?again=1&return_to=%2Faccount%2Ffactors";
/// What the key of a new app is sealed for.
const APP: &str = "app";
/// The most characters of a name.
const LONGEST_NAME: usize = 100;
/// What apps call this installation.
const ISSUER: &str = "Casemate";

/// Somebody who is signed in with a local account, and proved lately who they are.
pub(super) struct Own {
    pub(super) user: UserRecord,
    identity: Arc<Identity>,
    /// Whether they have any second factor.
    has_any: bool,
}

impl Own {
    /// The public name of the session.
    pub(super) fn session(&self) -> Option<&str> {
        self.identity.session.as_ref().map(|session| &*session.id)
    }
}

/// Who a browser's session is of.
pub(super) async fn own(app: &App, headers: &HeaderMap, id: &RequestId) -> Result<Own, Box<Response>> {
    let anew = || Box::new(see_other(SIGN_IN));
    let now = clock::now();
    let caller = authenticate(app.directory.current().chain(), headers, now).await.map_err(|_| anew())?;
    let identity = Arc::clone(&caller.0);
    // What another provider vouched for was not shown to this account.
    let is_local =
        *identity.provider == *OWN_PROVIDER && identity.kind == Kind::USER && identity.via.is_none();
    let most = app.directory.sessions().times().recent;
    let since = identity.session.as_ref().map(|session| now.saturating_sub(session.authenticated_at.0));
    if !is_local || since.is_none_or(|since| since >= most) {
        return Err(anew());
    }
    admitted(app, &caller).await.map_err(|problem| Box::new(problem.into_response()))?;
    let account = account_of(app, identity.id.as_deref().unwrap_or_default()).await;
    let account = account.map_err(|error| Box::new(unavailable(&error, id)))?.ok_or_else(anew)?;
    let user = account.user;
    let factors = app.store.reader().second_factors(&user.id).await;
    let has_any = !factors.map_err(|error| Box::new(unavailable(&error, id)))?.is_empty();
    // Whoever has a second factor showed it: a password alone changes nothing about it.
    if has_any && !identity.auth.amr.iter().any(|method| &**method == "mfa") {
        return Err(anew());
    }
    Ok(Own { user, identity, has_any })
}

/// Keeps a factor that somebody added, with an event that tells of it. The first one ends all their sessions, which a password alone
/// began; this browser goes on with another, for which they `showed` the factor. The answer is a redirection to the list.
pub(super) async fn keep(
    app: &App,
    own: &Own,
    entering: Entering<'_>,
    added: Added,
) -> Result<Response, CommitError> {
    let Added { factor, showed, mut also, event } = added;
    if own.has_any {
        also.push(Operation::Account(AccountChange::Factor(FactorChange::Add(factor))));
        change(app, entering.asked, also, event).await?;
        return Ok(see_other(PATH));
    }
    also.push(Operation::Account(AccountChange::Factor(FactorChange::AddFirst(factor))));
    let which = Sessions::Subject { provider: OWN_PROVIDER.to_owned(), subject: own.user.id.clone() };
    also.push(Operation::EndSessions { which, reason: "second-factor-added".to_owned() });
    let also = Also { operations: also, events: vec![event] };
    match enter_again(app, entering, &own.user, &own.identity, &[showed, "mfa"], also).await {
        Ok(response) => Ok(response),
        Err(NotEntered::Refused) => Err(CommitError::UsedUp { what: "first factor" }),
        Err(NotEntered::Unavailable(reason)) => Err(CommitError::Failed(reason)),
    }
}

/// A factor that somebody adds.
pub(super) struct Added {
    pub(super) factor: Box<SecondFactor>,
    /// What they showed by that, for `amr`.
    pub(super) showed: &'static str,
    /// What else is done with it, or nothing is.
    pub(super) also: Vec<Operation>,
    /// What tells of it.
    pub(super) event: AuditEvent,
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    match own(&app, &headers, &id).await {
        Ok(own) => listed(&app, &own, StatusCode::OK, None, &id).await,
        Err(response) => *response,
    }
}

async fn listed(app: &App, own: &Own, status: StatusCode, problem: Option<&str>, id: &RequestId) -> Response {
    let reader = app.store.reader();
    let read = async {
        Ok::<_, StoreError>((
            reader.second_factors(&own.user.id).await?,
            reader.recovery_codes(&own.user.id).await?,
        ))
    };
    let (factors, codes) = match read.await {
        Ok(read) => read,
        Err(error) => return unavailable(&error, id),
    };
    let day = |at: i64| Timestamp(at).to_string().chars().take(10).collect::<String>();
    let shown = |factor: SecondFactor| Factor {
        kind: match factor.kind {
            FactorKind::Totp => "codes of an app",
            FactorKind::Passkey => "passkey",
        },
        added: day(factor.created_at),
        used: factor.used_at.map(day),
        id: factor.id,
        name: factor.name,
    };
    let factors: Vec<Factor> = factors.into_iter().map(shown).collect();
    let passkeys = super::has_passkeys(app);
    let page =
        OwnPage { login: &own.user.login, factors: &factors, codes_left: codes.left, passkeys, problem };
    scripted(status, &page)
}

/// What is sent of a new app.
#[derive(Clone, Copy)]
pub(super) struct AppForm<'a> {
    pub(super) state: &'a str,
    pub(super) name: &'a str,
    pub(super) code: &'a str,
    pub(super) return_to: &'a str,
    pub(super) is_step: bool,
}

impl<'a> AppForm<'a> {
    /// One of somebody who signs in, with nothing in it.
    pub(super) fn step(return_to: &'a str) -> AppForm<'a> {
        AppForm { state: "", name: "", code: "", return_to, is_step: true }
    }
}

/// The page with the key of a new app: the one of the form, while it is good, or another.
pub(super) fn app_page(
    app: &App,
    user: &UserRecord,
    now: i64,
    form: &AppForm<'_>,
    problem: Option<&str>,
) -> Response {
    let unavailable = || {
        let message = "No authenticator app can be added at the moment.";
        failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", "")
    };
    let held = sealed::open(app, APP, &user.id, form.state, now);
    let (key, state) = match held.and_then(|text| TotpSecret::parse(text.expose_secret())) {
        Some(key) => (key, form.state.to_owned()),
        None => {
            let mut bytes = [0; 20];
            let Some(()) = random(&mut bytes) else { return unavailable() };
            let key = TotpSecret::of_random(bytes);
            let sealed = sealed::seal(app, APP, &user.id, key.text().expose_secret(), now);
            let Some(state) = sealed else { return unavailable() };
            (key, state)
        }
    };
    let (link, key) = (key.link(ISSUER, &user.login), key.text());
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = pages::App {
        action: if form.is_step { STEP_PATH } else { "/account/factors/app/confirm" },
        is_step: form.is_step,
        picture: svg(link.expose_secret()).unwrap_or_default(),
        key: key.expose_secret(),
        link: link.expose_secret(),
        state: &state,
        return_to: form.return_to,
        problem,
    };
    page(status, &shown)
}

/// The app whose key was shown, where its code is right.
pub(super) fn added(
    app: &App,
    asked: &Asked,
    user: &UserRecord,
    id: Option<String>,
    form: &AppForm<'_>,
) -> Result<Box<SecondFactor>, &'static str> {
    let key = sealed::open(app, APP, &user.id, form.state, asked.now);
    let key = key.and_then(|text| TotpSecret::parse(text.expose_secret()));
    let key = key.ok_or("This took too long. Here is another key.")?;
    let step = key.step_of(form.code, Instant(asked.now), None);
    let step = step.ok_or("The code is another one. Is the clock of your device right?")?;
    let factor = Made { id, kind: FactorKind::Totp, credential: None, last_step: step };
    factor.sealed(app, user, form.name, &key.text(), asked.now).ok_or("It cannot be added at the moment.")
}

/// A factor that is to be added.
pub(super) struct Made {
    pub(super) id: Option<String>,
    pub(super) kind: FactorKind,
    pub(super) credential: Option<[u8; 32]>,
    pub(super) last_step: i64,
}

/// An id for a factor.
pub(super) fn new_id() -> Option<String> {
    let mut bytes = [0; 12];
    random(&mut bytes)?;
    Some(format!("fac_{}", text_of(&bytes)))
}

/// A name as it is kept.
pub(super) fn named(name: &str, otherwise: &str) -> String {
    let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    if name.is_empty() { otherwise.to_owned() } else { name }
}

impl Made {
    /// As it is kept, with its key; `None` where that cannot be sealed.
    pub(super) fn sealed(
        self,
        app: &App,
        user: &UserRecord,
        name: &str,
        key: &SecretString,
        now: i64,
    ) -> Option<Box<SecondFactor>> {
        let Made { id, kind, credential, last_step } = self;
        let id = id.or_else(new_id)?;
        let sealed = app.directory.sealer()?.seal(FACTOR_SECRETS, &id, FACTOR_FIELD, key);
        let sealed =
            sealed.inspect_err(|error| tracing::error!(%error, "a second factor cannot be sealed")).ok()?;
        let otherwise = if kind == FactorKind::Totp { "Authenticator app" } else { "Passkey" };
        Some(Box::new(SecondFactor {
            id,
            user: user.id.clone(),
            kind,
            name: named(name, otherwise),
            credential,
            last_step: Some(last_step),
            created_at: now,
            used_at: None,
            sealed,
        }))
    }
}

/// What tells of a change of somebody's own factors.
pub(super) fn told(
    asked: &Asked,
    user: &UserRecord,
    session: Option<&str>,
    verb: &str,
    factor: &serde_json::Value,
) -> AuditEvent {
    AuditEvent {
        tenant: user.tenant.clone(),
        resource_type: "user".to_owned(),
        after: Some(factor.to_string()),
        ..asked.event(actor_of(user, session), "casemate.user.factor", verb, &user.id)
    }
}

/// What tells that an app was added.
pub(super) fn app_told(
    asked: &Asked,
    user: &UserRecord,
    session: Option<&str>,
    id: Option<&str>,
) -> AuditEvent {
    told(asked, user, session, "add", &json!({ "factor": id, "kind": FactorKind::Totp.as_str() }))
}

/// A form that changes something, of somebody who may.
pub(super) struct Sent {
    pub(super) own: Own,
    asked: Asked,
    form: Option<crate::forms::Parameters>,
    id: RequestId,
    headers: HeaderMap,
    from: Option<Client>,
}

impl Sent {
    pub(super) async fn read(
        app: &App,
        id: RequestId,
        route: &'static str,
        request: Request,
    ) -> Result<Sent, Box<Response>> {
        let headers = request.headers().clone();
        let from = request.extensions().get::<Client>().copied();
        if let Some(refusal) = not_from_here(app, &headers, &id) {
            return Err(Box::new(refusal));
        }
        let own = own(app, &headers, &id).await?;
        let asked = Asked::new(id.clone(), route, from, &headers, clock::now());
        Ok(Sent { own, asked, form: form(request.into_body()).await, id, headers, from })
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.form.as_ref().and_then(|form| form.get(name)).unwrap_or_default()
    }

    pub(super) fn told(&self, verb: &str, factor: &serde_json::Value) -> AuditEvent {
        told(&self.asked, &self.own.user, self.own.session(), verb, factor)
    }

    /// Makes the change and shows the list, with why where it was not made.
    pub(super) async fn make(&self, app: &App, operation: Operation, event: AuditEvent) -> Response {
        match change(app, &self.asked, vec![operation], event).await {
            Ok(()) => see_other(PATH),
            Err(error) => {
                let (status, problem) = refusal_of(&error);
                listed(app, &self.own, status, Some(problem), &self.id).await
            }
        }
    }
}

/// Why a change was not made.
pub(super) fn refusal_of(error: &CommitError) -> (StatusCode, &'static str) {
    match error {
        CommitError::UsedUp { what: "room for second factors" } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "You have as many second factors as one may. Remove one first.",
        ),
        CommitError::UsedUp { what: "last second factor" } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This installation asks everybody for a second factor: add another one first.",
        ),
        CommitError::UsedUp { what: "first factor" } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "It was not added: a second factor was added meanwhile, or you may not sign in any more.",
        ),
        CommitError::UsedUp { what: "passkey" } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "This passkey is somebody's already.")
        }
        CommitError::UsedUp { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "It is not there any more."),
        error => {
            tracing::error!(%error, "second factors cannot be changed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Your second factors cannot be changed at the moment. Try again later.",
            )
        }
    }
}

pub(super) async fn new_app(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match Sent::read(&app, id, "/account/factors/app", request).await {
        Ok(sent) => {
            let form = AppForm { state: "", name: "", code: "", return_to: PATH, is_step: false };
            app_page(&app, &sent.own.user, sent.asked.now, &form, None)
        }
        Err(response) => *response,
    }
}

pub(super) async fn confirm_app(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let sent = match Sent::read(&app, id, "/account/factors/app/confirm", request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let form = AppForm {
        state: sent.field("state"),
        name: sent.field("name"),
        code: sent.field("code"),
        return_to: PATH,
        is_step: false,
    };
    let id = new_id();
    let event = app_told(&sent.asked, &sent.own.user, sent.own.session(), id.as_deref());
    match added(&app, &sent.asked, &sent.own.user, id, &form) {
        Ok(factor) => {
            let added = Added { factor, showed: "otp", also: Vec::new(), event };
            let entering =
                Entering { asked: &sent.asked, headers: &sent.headers, from: sent.from, return_to: PATH };
            match keep(&app, &sent.own, entering, added).await {
                Ok(response) => response,
                Err(error) => {
                    let (status, problem) = refusal_of(&error);
                    listed(&app, &sent.own, status, Some(problem), &sent.id).await
                }
            }
        }
        Err(problem) => app_page(&app, &sent.own.user, sent.asked.now, &form, Some(problem)),
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let sent = match Sent::read(&app, id, "/account/factors/remove", request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let (user, factor) = (sent.own.user.id.clone(), sent.field("id").to_owned());
    // Counted where it is removed: whatever is sent at once, the last one stays.
    let least = i64::from(app.accounts.rule().second_factor_required);
    let event = sent.told("remove", &json!({ "factor": factor }));
    let operation =
        Operation::Account(AccountChange::Factor(FactorChange::Remove { user, id: factor, least }));
    sent.make(&app, operation, event).await
}

pub(super) async fn recovery_codes(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let sent = match Sent::read(&app, id, "/account/factors/recovery-codes", request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let user = sent.own.user.id.clone();
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; 10];
        let Some(()) = random(&mut bytes) else {
            let problem = Some("There is no randomness at the moment.");
            return listed(&app, &sent.own, StatusCode::SERVICE_UNAVAILABLE, problem, &sent.id).await;
        };
        codes.push(RecoveryCode::of_random(bytes));
    }
    let digests = codes.iter().map(|code| code.digest(&user)).collect();
    let event = sent.told("recovery-codes", &json!({ "codes": codes.len() }));
    let operation =
        Operation::Account(AccountChange::Factor(FactorChange::PutRecoveryCodes { user, digests }));
    match change(&app, &sent.asked, vec![operation], event).await {
        Ok(()) => {
            let codes = codes.iter().map(|code| code.text().expose_secret().to_owned()).collect();
            page(StatusCode::OK, &Codes { codes })
        }
        Err(error) => {
            let (status, problem) = refusal_of(&error);
            listed(&app, &sent.own, status, Some(problem), &sent.id).await
        }
    }
}

/// How many factors somebody may have; for the page of passkeys, which asks before a device makes one.
pub(super) fn has_room(factors: &[SecondFactor]) -> bool {
    i64::try_from(factors.len()).is_ok_and(|count| count < MAX_FACTORS)
}
