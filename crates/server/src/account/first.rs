//! `/sign-in/casemate/first`: the first administrator, made with a browser by the one-time key.

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use casemate_directory::{AdminError, Author, NewAdministrator};
use casemate_identity::SecretString;
use casemate_platform::{Client, RequestId, clock, stand_in};
use casemate_store::Actor;

use super::digests::{NoTurn, NotTaken, is_same};
use super::pages::First;
use super::routes::{blocked, not_entered, not_from_here};
use super::service::{Entering, account_of, after_password};
use crate::App;
use crate::block::service::place_for;
use crate::denials::count_denial;
use crate::forms::{HOME, form};
use crate::pages::{failed_with, page};
use crate::sign_in::service::Asked;

pub(super) const PATH: &str = "/sign-in/casemate/first";

pub(super) async fn show(State(app): State<App>) -> Response {
    page(StatusCode::OK, &First { least: app.accounts.rule().shortest, ..First::default() })
}

/// Who is to be made.
struct Wanted {
    key: SecretString,
    login: String,
    name: Option<String>,
    password: SecretString,
}

/// Why nobody was made, for the page.
struct NotMade(StatusCode, String);

impl NotMade {
    fn of(status: StatusCode, problem: &str) -> NotMade {
        NotMade(status, problem.to_owned())
    }
}

pub(super) async fn redeem(
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
    let asked = Asked::new(id.clone(), PATH, from, &headers, clock::now());
    let form = form(request.into_body()).await;
    let of_form = |name: &str| form.as_ref().and_then(|form| form.get(name)).unwrap_or_default().to_owned();
    let (login, name) = (of_form("login").trim().to_owned(), of_form("name").trim().to_owned());
    let wanted = Wanted {
        key: of_form("key").trim().into(),
        login: login.clone(),
        name: (!name.is_empty()).then(|| name.clone()),
        password: of_form("password").into(),
    };
    let made = match is_same(&wanted.password, &of_form("again").into()) {
        true => make(&app, &asked, from, wanted).await,
        false => Err(NotMade::of(StatusCode::UNPROCESSABLE_ENTITY, "The two passwords differ.")),
    };
    let user = match made {
        Ok(user) => user,
        Err(NotMade(status, problem)) => {
            let least = app.accounts.rule().shortest;
            let first = First { login: &login, name: &name, least, problem: Some(problem) };
            return page(status, &first);
        }
    };
    let account = match account_of(&app, &user).await {
        Ok(Some(account)) => account,
        _ => {
            return failed_with(
                StatusCode::OK,
                "You are the administrator now: sign in.",
                "made",
                id.as_str(),
            );
        }
    };
    let entering = Entering { asked: &asked, headers: &headers, from, return_to: HOME };
    let entered = after_password(&app, entering, &account).await;
    entered.unwrap_or_else(|error| not_entered(&error, &id))
}

/// Makes the administrator; gives the user's id.
async fn make(app: &App, asked: &Asked, from: Option<Client>, wanted: Wanted) -> Result<String, NotMade> {
    let Wanted { key, login, name, password } = wanted;
    let guess = stand_in(casemate_identity::ExposeSecret::expose_secret(&key).as_bytes());
    let place = place_for(app, from, guess).await;
    let place = place.map_err(|refusal| {
        NotMade::of(refusal.code().status(), "Too many wrong keys came from your network.")
    })?;
    // Before anything is worked on: whoever has no key costs nothing more.
    if let Err(error) = app.administration.check_recovery_key(&key, asked.now).await {
        match &error {
            AdminError::NotRedeemable => place.wrong(app).await,
            _ => place.give_back(app).await,
        }
        return Err(refused(app, from, error));
    }
    place.give_back(app).await;
    let own = [Some(login.clone()), name.clone()].into_iter().flatten().collect();
    let digest = app.accounts.digest(password, own).await.map_err(|error| match error {
        NotTaken::Weak(weak) => NotMade(StatusCode::UNPROCESSABLE_ENTITY, weak.to_string()),
        NotTaken::NoTurn(NoTurn::Busy) => NotMade::of(
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many sign in at the moment. Try again in a moment.",
        ),
        NotTaken::NoTurn(error) => NotMade(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    })?;
    let author = Author {
        // Who presents the key is known by nothing else.
        actor: Actor { kind: "anonymous".to_owned(), ..Actor::default() },
        login: None,
        groups: Vec::new(),
        holds: None,
        request_id: asked.request_id.as_str().to_owned(),
        route: Some(PATH.to_owned()),
        client: asked.client.clone(),
        user_agent: asked.user_agent.clone(),
        reason: None,
        now: asked.now,
    };
    let administrator = NewAdministrator::Local { login, display_name: name, digest };
    match app.administration.redeem_recovery_key(&author, &key, administrator).await {
        Ok(redeemed) => Ok(redeemed.user.unwrap_or_default()),
        Err(error) => Err(refused(app, from, error)),
    }
}

fn refused(app: &App, from: Option<Client>, error: AdminError) -> NotMade {
    match error {
        AdminError::NotRedeemable => {
            count_denial(app, from, Some(PATH));
            let problem =
                "The key is not valid, was used, or has expired. `casemate admin recover` makes another.";
            NotMade::of(StatusCode::FORBIDDEN, problem)
        }
        AdminError::NameTaken { .. } => {
            NotMade::of(StatusCode::CONFLICT, "Somebody has this user name already. Choose another.")
        }
        error @ (AdminError::Invalid(_) | AdminError::Unkeepable { .. }) => {
            NotMade(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        error => {
            tracing::error!(%error, "no administrator can be made");
            NotMade::of(
                StatusCode::SERVICE_UNAVAILABLE,
                "No administrator can be made at the moment. Try again later.",
            )
        }
    }
}
