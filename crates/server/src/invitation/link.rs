//! Setting a password by a link.

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use casemate_directory::sha256;
use casemate_identity::SecretString;
use casemate_platform::{Client, RequestId, clock, stand_in};
use casemate_store::{AccountChange, CommitError, Operation, PasswordLink, StoreError, UserRecord};
use url::form_urlencoded;

use super::pages::{Choose, Set, Unknown};
use super::{may_have_password, sent_from_elsewhere};
use crate::App;
use crate::account::service::{NotSet, actor_of, is_same, set_password};
use crate::block::service::count_guess;
use crate::denials::count_denial;
use crate::forms::{Parameters, form, random};
use crate::pages::{failed_with, page};
use crate::sign_in::service::Asked;

const PATH: &str = "/sign-in/casemate/link";
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
pub(crate) fn pages() -> Router<App> {
    Router::new().route(PATH, get(show).post(set))
}

/// A page that says nothing of its address to wherever one goes from it.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn unknown(app: &App) -> Response {
    private(page(StatusCode::NOT_FOUND, &Unknown { asks: app.mail.is_some() }))
}

fn unavailable(id: &RequestId) -> Response {
    let message = "The password cannot be set at the moment.";
    private(failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str()))
}

/// Whose password a link sets, while it does.
async fn found(app: &App, token: &Token, now: i64) -> Result<Option<(PasswordLink, UserRecord)>, StoreError> {
    let reader = app.store.reader();
    let Some(link) = reader.password_link(&token.digest(), now).await? else { return Ok(None) };
    let Some(user) = reader.user(&link.user).await? else { return Ok(None) };
    // What an invitation leads to may have been switched off since.
    Ok(may_have_password(app, &user).await?.then_some((link, user)))
}

async fn show(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    uri: Uri,
    request: Request,
) -> Response {
    let from = request.extensions().get::<Client>().copied();
    if let Some(refusal) = app.blocks.refusal_of(from) {
        return refusal.into_response();
    }
    let query = Parameters::of(&uri);
    let text = query.as_ref().and_then(|query| query.get("token")).unwrap_or_default();
    let Some(token) = Token::parse(text) else { return unknown(&app) };
    match found(&app, &token, clock::now()).await {
        Ok(Some((_, user))) => {
            private(page(StatusCode::OK, &Choose { token: &token.0, login: &user.login, problem: None }))
        }
        Ok(None) => {
            guessed(&app, from, &token).await;
            unknown(&app)
        }
        Err(error) => {
            tracing::error!(%error, "a link cannot be looked up");
            unavailable(&id)
        }
    }
}

async fn guessed(app: &App, from: Option<Client>, token: &Token) {
    count_guess(app, from, stand_in(token.0.as_bytes())).await;
    count_denial(app, from, Some(PATH));
}

async fn set(State(app): State<App>, Extension(id): Extension<RequestId>, request: Request) -> Response {
    if let Some(refusal) = sent_from_elsewhere(&app, request.headers(), &id) {
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
    let (link, user) = match found(&app, &token, asked.now).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            guessed(&app, from, &token).await;
            return unknown(&app);
        }
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
    let used = Operation::Account(AccountChange::UseLink { digest: link.digest });
    match set_password(&app, &asked, actor_of(&user, None), &user, password, vec![used]).await {
        Ok(()) => private(page(StatusCode::OK, &Set)),
        Err(NotSet::Weak(weak)) => again(&weak.to_string()),
        Err(NotSet::Store(CommitError::UsedUp { .. } | CommitError::Missing { .. })) => unknown(&app),
        Err(error) => {
            tracing::error!(%error, "a password cannot be set by a link");
            unavailable(&id)
        }
    }
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
