//! Setting a password by a link.

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Maker, sha256};
use casemate_identity::SecretString;
use casemate_platform::api::{Pages, Trail};
use casemate_platform::{Client, Problem, RequestId, clock, stand_in};
use casemate_store::{
    AccountChange, CommitError, LinkPurpose, Operation, PasswordLink, StoreError, UserRecord,
};
use url::form_urlencoded;

use super::pages::{Choose, Set, Unknown};
use super::routes::UserInvite;
use super::{may_have_password, sent_from_elsewhere};
use crate::App;
use crate::account::service::{NotSet, actor_of, is_same, new_password, put_password};
use crate::block::service::place_for;
use crate::denials::count_denial;
use crate::forms::{Parameters, form, random};
use crate::guard::still;
use crate::pages::{failed_with, page};
use crate::sign_in::service::Asked;
use crate::user::service::thing;

const PATH: &str = "/sign-in/casemate/link";
/// How often a password is set anew because something else was changed meanwhile.
const ATTEMPTS: usize = 5;
/// The random bytes of a link.
const RANDOM: usize = 32;
/// How long they are as they are written: hexadecimal digits.
const WRITTEN: usize = 2 * RANDOM;

/// What is secret in a link.
pub(super) struct Token(String);

impl Token {
    /// A new one; `None` where there is no randomness.
    pub(super) fn random() -> Option<Token> {
        let mut bytes = [0; RANDOM];
        random(&mut bytes)?;
        Some(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The one that somebody presents, if it could be one.
    fn parse(text: &str) -> Option<Token> {
        let is_written = text.len() == WRITTEN && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_written.then(|| Token(text.to_owned()))
    }

    /// SHA-256 of it, which is all that is stored.
    pub(super) fn digest(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}

/// Where a link leads.
pub(super) fn href(public_url: &str, token: &Token) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("token", &token.0).finish();
    format!("{public_url}{PATH}?{query}")
}

/// The pages, which are no part of the described API.
pub(crate) fn pages() -> Pages<App> {
    let page = Trail::Nothing("it is a page that says nothing of anybody");
    Pages::new().get(PATH, page, show).post(PATH, Trail::Kind("update"), set)
}

/// A page that says nothing of its address to wherever one goes from it.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn unknown(app: &App) -> Response {
    private(page(StatusCode::NOT_FOUND, &Unknown { asks: app.mail.is_some(), is_outgrown: false }))
}

fn outgrown() -> Response {
    private(page(StatusCode::NOT_FOUND, &Unknown { asks: false, is_outgrown: true }))
}

fn unavailable(id: &RequestId) -> Response {
    let message = "The password cannot be set at the moment.";
    private(failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str()))
}

/// What a link is.
enum Found {
    /// It sets this user's password.
    Works(Box<(PasswordLink, UserRecord)>),
    /// An invitation that whoever made it could not make any more.
    Outgrown,
    /// None that works.
    Nothing,
}

/// Why it is not known what a link is.
#[derive(Debug, thiserror::Error)]
enum NotFound {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error("whoever made it cannot be looked up")]
    Maker,
}

async fn found(app: &App, token: &Token, now: i64) -> Result<Found, NotFound> {
    let reader = app.store.reader();
    let Some(link) = reader.password_link(&token.digest(), now).await? else { return Ok(Found::Nothing) };
    let Some(user) = reader.user(&link.user).await? else { return Ok(Found::Nothing) };
    // What an invitation leads to may have been switched off since.
    if !may_have_password(app, &user).await? {
        return Ok(Found::Nothing);
    }
    Ok(match still_good(app, &link, &user).await? {
        Some(_) => Found::Works(Box::new((link, user))),
        None => Found::Outgrown,
    })
}

/// At which revision whoever made a link could make it still, for who the user is by now; where they cannot any more, at none. What its
/// owner asked for is good whatever they hold.
async fn still_good(
    app: &App,
    link: &PasswordLink,
    user: &UserRecord,
) -> Result<Option<Option<i64>>, NotFound> {
    if link.purpose == LinkPurpose::Reset {
        return Ok(Some(None));
    }
    let Some(maker) = link.maker.as_deref().and_then(Maker::read) else { return Ok(None) };
    let still = still::<UserInvite>(app, maker, &user.tenant, &thing(user)).await;
    let Some(author) = still.map_err(|_| NotFound::Maker)? else { return Ok(None) };
    match app.administration.still_equals(&author, user).await {
        Ok(revision) => Ok(Some(Some(revision))),
        Err(AdminError::Beyond { .. }) => Ok(None),
        Err(error) => {
            tracing::error!(%error, "what an invited user holds cannot be looked at");
            Err(NotFound::Maker)
        }
    }
}

async fn show(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    uri: Uri,
    request: Request,
) -> Response {
    let from = request.extensions().get::<Client>().copied();
    let query = Parameters::of(&uri);
    let text = query.as_ref().and_then(|query| query.get("token")).unwrap_or_default();
    let Some(token) = Token::parse(text) else { return unknown(&app) };
    let looked = match looked_at(&app, from, &token, clock::now()).await {
        Ok(looked) => looked,
        Err(refusal) => return refusal.into_response(),
    };
    match looked {
        Ok(Found::Works(found)) => {
            let login = &found.1.login;
            private(page(StatusCode::OK, &Choose { token: &token.0, login, problem: None }))
        }
        Ok(Found::Outgrown) => outgrown(),
        Ok(Found::Nothing) => unknown(&app),
        Err(error) => {
            tracing::error!(%error, "a link cannot be looked up");
            unavailable(&id)
        }
    }
}

/// Looks at a link once there is room for it to be none.
async fn looked_at(
    app: &App,
    from: Option<Client>,
    token: &Token,
    now: i64,
) -> Result<Result<Found, NotFound>, Problem> {
    let place = place_for(app, from, stand_in(token.0.as_bytes())).await?;
    let looked = found(app, token, now).await;
    match looked {
        Ok(Found::Nothing) => {
            place.wrong(app).await;
            count_denial(app, from, Some(PATH));
        }
        _ => place.give_back(app).await,
    }
    Ok(looked)
}

/// Whether a browser says nothing of where a form came from, as those that know no Fetch Metadata do of a page without a referrer
/// (Fetch, section 3.2). Whoever sends this form knows what is secret in it, and nobody is signed in by it.
fn is_unsaid(headers: &HeaderMap) -> bool {
    let is_null = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() == b"null");
    is_null && !headers.contains_key("sec-fetch-site")
}

async fn set(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    if let Some(refusal) = sent_from_elsewhere(&app, request.headers(), &id)
        && !is_unsaid(request.headers())
    {
        return refusal;
    }
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return refusal.into_response();
    }
    let asked = Asked::new(id.clone(), PATH, from, request.headers(), clock::now());
    let form = form(request.into_body()).await;
    let field = |name: &str| form.as_ref().and_then(|form| form.get(name)).unwrap_or_default();
    let Some(token) = Token::parse(field("token")) else { return unknown(&app) };
    let looked = match looked_at(&app, from, &token, asked.now).await {
        Ok(looked) => looked,
        Err(refusal) => return refusal.into_response(),
    };
    let (link, user) = match looked {
        Ok(Found::Works(found)) => *found,
        Ok(Found::Outgrown) => return outgrown(),
        Ok(Found::Nothing) => return unknown(&app),
        Err(error) => {
            tracing::error!(%error, "a link cannot be looked up");
            return unavailable(&id);
        }
    };
    let again = |problem: &str| {
        let choose = Choose { token: &token.0, login: &user.login, problem: Some(problem) };
        private(page(StatusCode::UNPROCESSABLE_ENTITY, &choose))
    };
    let (password, same) = (SecretString::from(field("password")), SecretString::from(field("again")));
    if !is_same(&password, &same) {
        return again("These are two different passwords.");
    }
    match set_by(&app, &asked, &link, &user, password).await {
        Ok(true) => private(page(StatusCode::OK, &Set)),
        Ok(false) => outgrown(),
        Err(NotSet::Weak(weak)) => again(&weak.to_string()),
        Err(NotSet::Store(CommitError::UsedUp { .. } | CommitError::Missing { .. })) => unknown(&app),
        Err(error) => {
            tracing::error!(%error, "a password cannot be set by a link");
            unavailable(&id)
        }
    }
}

/// Sets a password by a link; whether it was good by then.
async fn set_by(
    app: &App,
    asked: &Asked,
    link: &PasswordLink,
    user: &UserRecord,
    password: SecretString,
) -> Result<bool, NotSet> {
    let (mut operations, event) = new_password(app, asked, actor_of(user, None), user, password).await?;
    operations.push(Operation::Account(AccountChange::UseLink { digest: link.digest }));
    for _ in 0..ATTEMPTS {
        let still = still_good(app, link, user).await;
        let Some(base) = still.map_err(|error| NotSet::Unavailable(error.to_string()))? else {
            return Ok(false);
        };
        // Where something is assigned in between, it is looked at again.
        match put_password(app, asked, &user.id, operations.clone(), event.clone(), base).await {
            Err(NotSet::Store(CommitError::Conflict { .. })) => {}
            done => return done.map(|()| true),
        }
    }
    Err(NotSet::Unavailable("other processes change the same all the time".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_long_random_and_stored_as_a_digest_alone() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one.0, other.0);
        assert_eq!(Token::parse(&one.0).unwrap().digest(), one.digest());
        let href = href("https://casemate.example.com", &one);
        assert_eq!(href, format!("https://casemate.example.com/sign-in/casemate/link?token={}", one.0));
        for text in ["", "a", &"a".repeat(63), &"a".repeat(65), &"g".repeat(64), &"ä".repeat(32)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
