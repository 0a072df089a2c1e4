//! `/account/password`: changing one's own password.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casemate_directory::OWN_PROVIDER;
use casemate_identity::{Identity, Kind, SecretString};
use casemate_platform::{Client, RequestId, authenticate, clock};
use casemate_store::{AccountChange, CommitError, Operation};
use std::sync::Arc;

use super::attempt::NotTried;
use super::digests::is_same;
use super::pages::Password;
use super::routes::{blocked, not_entered, not_from_here, not_tried, retry_after};
use super::service::{
    Account, Entering, NotSet, account_of, actor_of, check_again, enter_again, set_password, status_of,
};
use crate::App;
use crate::denials::count_denial;
use crate::forms::{HOME, form, see_other};
use crate::guard::admitted;
use crate::pages::{failed_with, page};
use crate::sign_in::service::{Asked, record_failure_of};

pub(super) const PATH: &str = "/account/password";
/// Where somebody goes who is not signed in with a password.
const SIGN_IN: &str = "/sign-in/casemate?return_to=%2Faccount%2Fpassword";

/// Somebody who is signed in with a local account.
struct Own {
    account: Account,
    identity: Arc<Identity>,
}

/// Who a browser's session is of.
async fn own(app: &App, headers: &HeaderMap, id: &RequestId) -> Result<Own, Response> {
    let unavailable = || {
        let message = "Your account cannot be looked up at the moment.";
        failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str())
    };
    let snapshot = app.directory.current();
    let Ok(caller) = authenticate(snapshot.chain(), headers, clock::now()).await else {
        return Err(see_other(SIGN_IN));
    };
    let identity = Arc::clone(&caller.0);
    // What another provider vouched for was not shown to this account.
    let is_local =
        *identity.provider == *OWN_PROVIDER && identity.kind == Kind::USER && identity.via.is_none();
    if identity.session.is_none() || !is_local {
        return Err(see_other(SIGN_IN));
    }
    admitted(app, &caller).await.map_err(|problem| problem.into_response())?;
    match account_of(app, identity.id.as_deref().unwrap_or_default()).await {
        Ok(Some(account)) => Ok(Own { account, identity }),
        Ok(None) => Err(see_other(SIGN_IN)),
        Err(error) => {
            tracing::error!(%error, "a local account cannot be read");
            Err(unavailable())
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    match own(&app, &headers, &id).await {
        Ok(own) => shown(&app, &own, StatusCode::OK, None),
        Err(response) => response,
    }
}

fn shown(app: &App, own: &Own, status: StatusCode, problem: Option<&str>) -> Response {
    let (login, least) = (own.account.user.login.as_str(), app.accounts.rule().shortest);
    page(status, &Password { login, least, problem: problem.map(str::to_owned) })
}

pub(super) async fn set(
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
    let own = match own(&app, &headers, &id).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let asked = Asked::new(id.clone(), PATH, from, &headers, clock::now());
    let form = form(request.into_body()).await;
    let of_form =
        |name: &str| SecretString::from(form.as_ref().and_then(|form| form.get(name)).unwrap_or_default());
    let (old, password) = (of_form("old"), of_form("password"));
    if !is_same(&password, &of_form("again")) {
        return shown(&app, &own, StatusCode::UNPROCESSABLE_ENTITY, Some("The two new passwords differ."));
    }
    if let Err(response) = check_old(&app, &own, old, from, &asked).await {
        return *response;
    }
    let session = own.identity.session.as_ref().map(|session| &*session.id);
    let user = &own.account.user;
    let actor = actor_of(user, session);
    // Whoever set another one meanwhile did so for those who know the old one.
    let still =
        AccountChange::StillPassword { user: user.id.clone(), changed_at: own.account.password.changed_at };
    if let Err(error) =
        set_password(&app, &asked, actor, user, password, vec![Operation::Account(still)]).await
    {
        return not_set(&app, &own, error);
    }
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: HOME };
    let entered = enter_again(&app, entering, user, &own.identity, &[], Vec::new()).await;
    entered.unwrap_or_else(|error| not_entered(&error, &id))
}

async fn check_old(
    app: &App,
    own: &Own,
    old: SecretString,
    from: Option<Client>,
    asked: &Asked,
) -> Result<(), Box<Response>> {
    match check_again(app, &own.account, old, from, asked.now).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            count_denial(app, from, Some(PATH));
            record_failure_of(app, asked, Some(&own.account.user.id), "password_wrong")
                .await
                .map_err(|unrecorded| unrecorded.page(asked))?;
            let problem = Some("The password that you have is another.");
            Err(Box::new(shown(app, own, StatusCode::FORBIDDEN, problem)))
        }
        Err(error) => {
            let mut response = shown(app, own, status_of(&error), Some(said(&error)));
            retry_after(&mut response, &error, asked.now);
            Err(Box::new(response))
        }
    }
}

fn said(error: &NotTried) -> &'static str {
    not_tried(error)
}

fn not_set(app: &App, own: &Own, error: NotSet) -> Response {
    match error {
        NotSet::Weak(weak) => shown(app, own, StatusCode::UNPROCESSABLE_ENTITY, Some(&weak.to_string())),
        NotSet::Store(CommitError::UsedUp { .. }) => {
            let problem = Some("Your password was changed just now. Sign in with the new one.");
            shown(app, own, StatusCode::CONFLICT, problem)
        }
        NotSet::Busy | NotSet::Store(CommitError::Busy) => {
            let problem = Some("Too much goes on at the moment. Try again in a moment.");
            shown(app, own, StatusCode::SERVICE_UNAVAILABLE, problem)
        }
        NotSet::Unavailable(_) | NotSet::Store(_) => {
            tracing::error!(%error, "a password cannot be set");
            let problem = Some("Your password cannot be changed at the moment. Try again later.");
            shown(app, own, StatusCode::SERVICE_UNAVAILABLE, problem)
        }
    }
}
