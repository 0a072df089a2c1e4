//! `/account`: one's own account, and what one signs in with.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casemate_directory::OWN_PROVIDER;
use casemate_expression::Timestamp;
use casemate_identity::sign_in::SignInError;
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Client, RequestId, clock, is_from_elsewhere};
use casemate_store::{AccountChange, CommitError, LinkChange, LinkedIdentity, Operation, SESSION, Still};

use super::finish::{self, CAME_BY_A_LINK, told};
use super::letter::{Told, What, tell};
use super::own::{Own, own};
use super::pages::{Account, Choice, Way};
use super::service::linking;
use crate::App;
use crate::app::origin_of;
use crate::forms::{Parameters, form, see_other};
use crate::pages::{failed_with, page};
use crate::sign_in::service::{Asked, Onward, begun, change, client, failed, hold, redirect_uri};

pub(super) const PATH: &str = "/account";
const LINK: &str = "/account/link";
const CONFIRM: &str = "/account/link/confirm";
const UNLINK: &str = "/account/unlink";
/// Where somebody goes who is not signed in.
const SIGN_IN: &str = "/sign-in?return_to=%2Faccount";

/// The routes, which are pages and no part of the described API.
pub(crate) fn routes() -> Pages<App> {
    Pages::new()
        .get(PATH, Trail::Nothing("it shows people their own sign-ins"), show)
        .post(LINK, Trail::Nothing("it sends browsers to a provider: what comes back is on record"), link)
        .post(CONFIRM, Trail::Kind("add"), confirm)
        .post(UNLINK, Trail::Kind("remove"), unlink)
}

async fn show(State(app): State<App>, Extension(id): Extension<RequestId>, headers: HeaderMap) -> Response {
    match own(&app, &headers, &id).await {
        Ok(Some(own)) => shown(&app, &own, StatusCode::OK, None),
        Ok(None) => see_other(SIGN_IN),
        Err(response) => *response,
    }
}

/// The page, with what went wrong.
pub(super) fn shown(app: &App, own: &Own, status: StatusCode, problem: Option<&str>) -> Response {
    let identity = &own.identity;
    let is_local = *identity.provider == *OWN_PROVIDER;
    let choices = choices(app, own);
    let none = match &own.user {
        Some(_) if !own.may_change() => Some(CAME_BY_A_LINK),
        None => Some("The directory has no user for you: nothing can be added."),
        Some(_) if choices.is_empty() => Some("No provider can be added."),
        Some(_) => None,
    };
    let shown = Account {
        name: &own.name(),
        ways: &ways(app, own),
        choices: &choices,
        none,
        has_password: is_local && own.identity.via.is_none(),
        problem,
    };
    page(status, &shown)
}

fn title_of(app: &App, provider: &str) -> String {
    match provider {
        OWN_PROVIDER => "Your password".to_owned(),
        name => client(app, name).map_or(name.to_owned(), |client| client.offer().title().to_owned()),
    }
}

/// What somebody signs in with: that by which the directory knows them first.
fn ways(app: &App, own: &Own) -> Vec<Way> {
    let day = |at: i64| Timestamp(at).to_string().chars().take(10).collect::<String>();
    let is_local = own.session.provider == OWN_PROVIDER;
    let first = Way {
        title: title_of(app, &own.session.provider),
        subject: (!is_local).then(|| own.session.subject.clone()),
        note: if is_local { "an account of this server" } else { "it says who you are" }.to_owned(),
        id: None,
        is_current: own.session.via.is_none(),
    };
    let linking = linking(app);
    let linked = own.links.iter().map(|link| Way {
        title: title_of(app, &link.provider),
        subject: Some(link.subject.clone()),
        note: match link.last_used {
            Some(used) => format!("added {}, used {}", day(link.linked_at), day(used)),
            None => format!("added {}", day(link.linked_at)),
        },
        id: (own.may_change() && !own.is_last(link, &linking)).then(|| link.id.clone()),
        is_current: own.session.via.as_deref() == Some(&link.provider),
    });
    std::iter::once(first).chain(linked).collect()
}

/// What may be added.
fn choices(app: &App, own: &Own) -> Vec<Choice> {
    if !own.may_link(app) || !own.may_change() {
        return Vec::new();
    }
    let clients = app.directory.sign_ins();
    let others = clients.iter().map(|client| client.offer());
    let others = others.filter(|offer| offer.links() && *offer.name() != *own.session.provider);
    others.map(|offer| Choice { name: offer.name().to_owned(), title: offer.title().to_owned() }).collect()
}

/// What is sent by a form of the page, of somebody who proved lately who they are.
struct Sent {
    own: Own,
    form: Option<Parameters>,
    headers: HeaderMap,
    from: Option<Client>,
}

async fn sent(app: &App, id: &RequestId, request: Request) -> Result<Sent, Box<Response>> {
    let headers = request.headers().clone();
    let from = request.extensions().get::<Client>().copied();
    if is_from_elsewhere(&headers, origin_of(&app.settings.public_url)) {
        let message = "This was sent by a page of another site.";
        return Err(Box::new(failed_with(StatusCode::FORBIDDEN, message, "cross_site", id.as_str())));
    }
    let own = own(app, &headers, id).await?.ok_or_else(|| Box::new(see_other(SIGN_IN)))?;
    if !own.may_change() {
        return Err(Box::new(shown(app, &own, StatusCode::FORBIDDEN, Some(CAME_BY_A_LINK))));
    }
    if !own.is_recent(app, clock::now()) {
        return Err(Box::new(see_other(&own.again(PATH))));
    }
    Ok(Sent { own, form: form(request.into_body()).await, headers, from })
}

async fn link(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    let Sent { own, form, headers, .. } = match sent(&app, &id, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let wanted = form.as_ref().and_then(|form| form.get("provider")).unwrap_or_default();
    let is_offered = choices(&app, &own).iter().any(|choice| choice.name == wanted);
    let Some(client) = client(&app, wanted).filter(|_| is_offered) else {
        let problem = Some("This cannot be added.");
        return shown(&app, &own, StatusCode::UNPROCESSABLE_ENTITY, problem);
    };
    let Some((attempt, key)) = begun(wanted, PATH, true, &headers) else {
        return failed(&SignInError::Busy, id.as_str());
    };
    let attempt = attempt.linking(&key, &own.session.id);
    match client.begin(&attempt, &key, &redirect_uri(&app, wanted)).await {
        Ok(url) => {
            let title = format!("Sign in with {}", client.offer().title());
            let mut response = page(StatusCode::OK, &Onward { title, href: url.into() });
            hold(&mut response, &key);
            response
        }
        Err(error) => {
            tracing::warn!(provider = wanted, %error, "nobody can be sent to the provider");
            failed(&error, id.as_str())
        }
    }
}

async fn confirm(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    let Sent { own, form, headers, from } = match sent(&app, &id, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let kept = form.as_ref().and_then(|form| form.get("proof")).unwrap_or_default();
    let asked = Asked::new(id.clone(), CONFIRM, from, &headers, clock::now());
    match finish::confirm(&app, &asked, &own, &headers, kept).await {
        Ok(response) => response,
        Err(error) => {
            tracing::info!(code = error.code(), reason = %error, "a way to sign in is not added");
            failed(&error, id.as_str())
        }
    }
}

async fn unlink(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    let Sent { own, form, headers, from } = match sent(&app, &id, request).await {
        Ok(sent) => sent,
        Err(response) => return *response,
    };
    let wanted = form.as_ref().and_then(|form| form.get("id")).unwrap_or_default();
    let found = own.links.iter().find(|link| link.id == wanted);
    let (Some(LinkedIdentity { id: link, provider, subject, .. }), Some(user)) = (found, &own.user) else {
        return see_other(PATH);
    };
    let asked = Asked::new(id.clone(), UNLINK, from, &headers, clock::now());
    let (user_id, id) = (user.id.clone(), link.clone());
    let among = linking(&app);
    let removed = LinkChange::Remove { user: user_id.clone(), id, least: own.least_links(), among };
    let mut operations =
        vec![Operation::Still(Still::Session { id: own.session.id.clone() }), Operation::Link(removed)];
    if let Some(changed_at) = own.password_of {
        // It may be the way that is left.
        operations.push(Operation::Account(AccountChange::StillPassword { user: user_id, changed_at }));
    }
    let event = told(&asked, &own.identity, user, "remove", (link, provider, subject));
    match change(&app, &asked, operations, event).await {
        Ok(()) => {
            let from = asked.client.as_deref();
            tell(&app, user, Told { what: What::Removed, provider, subject, from, at: asked.now });
            see_other(PATH)
        }
        Err(CommitError::UsedUp { what: SESSION }) => see_other(SIGN_IN),
        Err(CommitError::UsedUp { .. }) => {
            let problem = Some("It is the last way in which you sign in, or was removed already.");
            shown(&app, &own, StatusCode::CONFLICT, problem)
        }
        Err(error) => {
            tracing::error!(%error, "a linked sign-in cannot be removed");
            let problem = Some("It cannot be removed at the moment. Try again later.");
            shown(&app, &own, StatusCode::SERVICE_UNAVAILABLE, problem)
        }
    }
}
