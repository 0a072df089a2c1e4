//! `/sign-in/casemate/factor`: the second step of a sign-in with a password.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use casemate_directory::{OWN_PROVIDER, sha256};
use casemate_identity::SecretString;
use casemate_platform::{Client, RequestId, clock, cookie};
use casemate_store::{
    AccountChange, FactorChange, FactorKind, Operation, SecondFactor, SignInStep, StoreError,
};

use super::super::attempt::NotTried;
use super::super::routes::{blocked, not_entered, not_from_here, not_tried, retry_after};
use super::super::service::{Account, Entering, STEP_COOKIE, STEP_PATH, account_of, enter, status_of};
use super::check::{self, Shown};
use super::own::{self, AppForm};
use super::pages::{Step, scripted};
use crate::App;
use crate::denials::count_denial;
use crate::forms::{HOME, Parameters, form, see_other, set_cookie};
use crate::pages::failed_with;
use crate::sign_in::service::{Also, Asked, Unrecorded, record_failure_of};

/// How many wrong answers a step takes before the password is asked for again.
const MOST_WRONG: i64 = 5;
/// Where somebody goes on whose second factor was only just added.
const FACTORS: &str = "/account/factors";

/// A sign-in that waits for its second factor.
pub(super) struct Waiting {
    pub(super) step: SignInStep,
    pub(super) account: Account,
    pub(super) factors: Vec<SecondFactor>,
}

/// The one of this browser.
pub(super) async fn waiting(app: &App, headers: &HeaderMap, now: i64) -> Result<Option<Waiting>, StoreError> {
    let Some(held) = cookie(headers, STEP_COOKIE).ok().flatten() else { return Ok(None) };
    let Some(step) = app.store.reader().sign_in_step(&sha256(held), now).await? else { return Ok(None) };
    let Some(account) = account_of(app, &step.user).await? else { return Ok(None) };
    let factors = app.store.reader().second_factors(&step.user).await?;
    Ok(Some(Waiting { step, account, factors }))
}

impl Waiting {
    /// What ends it, once.
    pub(super) fn end(&self) -> Operation {
        Operation::Account(AccountChange::EndStep { digest: self.step.digest })
    }

    /// Counts a wrong answer.
    pub(super) async fn fail(
        &self,
        app: &App,
        asked: &Asked,
        from: Option<Client>,
        code: &str,
    ) -> Result<(), Unrecorded> {
        tracing::info!(provider = OWN_PROVIDER, code, "not signed in: the second factor is wrong");
        if let Err(error) = app.store.fail_sign_in_step(self.step.digest, MOST_WRONG).await {
            tracing::warn!(%error, "a wrong second factor is not counted of its sign-in");
        }
        count_denial(app, from, Some(STEP_PATH));
        record_failure_of(app, asked, Some(&self.step.user), code).await
    }

    fn page(&self, app: &App, return_to: &str, status: StatusCode, problem: Option<&str>) -> Response {
        let has = |kind| self.factors.iter().any(|factor| factor.kind == kind);
        let page = Step {
            login: &self.account.user.login,
            return_to,
            has_passkey: has(FactorKind::Passkey) && super::has_passkeys(app),
            has_app: has(FactorKind::Totp),
            problem,
        };
        scripted(status, &page)
    }
}

/// The page for a database that cannot be read.
pub(super) fn unavailable(error: &StoreError, id: &RequestId) -> Response {
    tracing::error!(%error, "a second factor cannot be looked up");
    let message = "Your second factor cannot be looked up at the moment. Try again later.";
    failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str())
}

fn anew(return_to: &str) -> Response {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    see_other(&format!("/sign-in/casemate?{query}"))
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Parameters::of(&uri);
    let return_to = query.as_ref().map_or(HOME, Parameters::return_to);
    let now = clock::now();
    match waiting(&app, &headers, now).await {
        Ok(Some(waiting)) if waiting.factors.is_empty() => {
            own::app_page(&app, &waiting.account.user, now, &AppForm::step(return_to), None)
        }
        Ok(Some(waiting)) => waiting.page(&app, return_to, StatusCode::OK, None),
        Ok(None) => anew(return_to),
        Err(error) => unavailable(&error, &id),
    }
}

pub(super) async fn answer(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = not_from_here(&app, &headers, &id) {
        return refusal;
    }
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return blocked(refusal, &id);
    }
    let asked = Asked::new(id.clone(), STEP_PATH, from, &headers, clock::now());
    let form = form(request.into_body()).await;
    let return_to = form.as_ref().map_or(HOME, Parameters::return_to).to_owned();
    let waiting = match waiting(&app, &headers, asked.now).await {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return anew(&return_to),
        Err(error) => return unavailable(&error, &id),
    };
    let field = |name: &str| form.as_ref().and_then(|form| form.get(name)).unwrap_or_default();
    if waiting.factors.is_empty() {
        let sent = AppForm {
            state: field("state"),
            name: field("name"),
            code: field("code"),
            ..AppForm::step(&return_to)
        };
        let entering = Entering { asked: &asked, headers: &headers, from, return_to: FACTORS };
        return add_first(&app, entering, &waiting, &sent, &id).await;
    }
    let code = SecretString::from(field("code"));
    let shown = Shown { user: waiting.account.user.id.clone(), code, from, now: asked.now };
    match check::code(&app, shown).await {
        Ok(Some(used)) => {
            let also = vec![waiting.end(), Operation::Account(AccountChange::Factor(used))];
            let entering = Entering { asked: &asked, headers: &headers, from, return_to: &return_to };
            entered(&app, entering, &waiting, &["pwd", "otp", "mfa"], also, &id).await
        }
        Ok(None) => {
            if let Err(unrecorded) = waiting.fail(&app, &asked, from, "code_wrong").await {
                return unrecorded.page(&asked);
            }
            let problem =
                "This is no code of yours, or it was used before. An app shows another one in half a minute.";
            waiting.page(&app, &return_to, StatusCode::FORBIDDEN, Some(problem))
        }
        Err(error) => later(&app, &waiting, &return_to, &error, asked.now),
    }
}

/// Adds the app of somebody who needs a second factor and has none, and lets them in: both at once, and once.
async fn add_first(
    app: &App,
    entering: Entering<'_>,
    waiting: &Waiting,
    sent: &AppForm<'_>,
    id: &RequestId,
) -> Response {
    let (asked, user) = (entering.asked, &waiting.account.user);
    let again = |problem| own::app_page(app, user, asked.now, sent, Some(problem));
    let factor = own::new_id();
    let told = own::app_told(asked, user, None, factor.as_deref());
    let added = match own::added(app, asked, user, factor, sent) {
        Ok(added) => Operation::Account(AccountChange::Factor(FactorChange::AddFirst(added))),
        Err(problem) => return again(problem),
    };
    // Neither who showed the password of before, nor whoever sends this twice, adds any.
    let also = Also { operations: vec![waiting.end(), added], events: vec![told] };
    entered(app, entering, waiting, &["pwd", "otp", "mfa"], also, id).await
}

fn later(app: &App, waiting: &Waiting, return_to: &str, error: &NotTried, now: i64) -> Response {
    let mut response = waiting.page(app, return_to, status_of(error), Some(not_tried(error)));
    retry_after(&mut response, error, now);
    response
}

async fn entered(
    app: &App,
    entering: Entering<'_>,
    waiting: &Waiting,
    amr: &[&str],
    also: impl Into<Also>,
    id: &RequestId,
) -> Response {
    match enter(app, entering, &waiting.account.user, amr, also).await {
        Ok(mut response) => {
            set_cookie(&mut response, STEP_COOKIE, "", Some(0));
            response
        }
        Err(error) => not_entered(&error, id),
    }
}

/// What is used up by a passkey in the place of a code.
pub(super) fn used(user: &str, factor: &SecondFactor, count: u32) -> Operation {
    let step = (count > 0).then_some(i64::from(count));
    let change = FactorChange::Use { user: user.to_owned(), id: factor.id.clone(), step };
    Operation::Account(AccountChange::Factor(change))
}
