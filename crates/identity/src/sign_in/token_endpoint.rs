//! Giving a code for tokens (RFC 6749, sections 4.1.3 and 5).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::config::{ClientAuthentication, SignIn};
use super::error::SignInError;
use crate::identity::Claims;
use crate::rejection::shown;
use crate::remote::{Fetch, Submission};
use crate::strict_json;

/// The largest answer of an endpoint, in bytes.
pub(super) const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long an endpoint may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What is given for a code.
pub(super) struct Exchange<'a> {
    pub(super) endpoint: &'a Url,
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: &'a SecretString,
}

/// What came for it.
pub(super) struct Tokens {
    pub(super) access: SecretString,
    pub(super) id: Option<SecretString>,
}

/// Gives the code for tokens.
pub(super) async fn exchange(
    fetch: &dyn Fetch,
    offer: &SignIn,
    secret: Option<&SecretString>,
    exchange: Exchange<'_>,
) -> Result<Tokens, SignInError> {
    let (body, headers) = request(offer, secret, &exchange);
    let reply = fetch
        .submit(Submission {
            url: exchange.endpoint,
            content_type: "application/x-www-form-urlencoded",
            headers: &headers,
            body: body.expose_secret().as_bytes(),
            limit: MAX_ANSWER_BYTES,
            time: PATIENCE,
        })
        .await
        .map_err(|error| SignInError::Unavailable(error.to_string()))?;
    read(reply.status, &reply.body)
}

/// The form and the headers in which a code is given.
fn request(
    offer: &SignIn,
    secret: Option<&SecretString>,
    exchange: &Exchange<'_>,
) -> (SecretString, Vec<(&'static str, SecretString)>) {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", exchange.code)
        .append_pair("redirect_uri", exchange.redirect_uri)
        .append_pair("code_verifier", exchange.verifier.expose_secret());
    let mut headers = Vec::new();
    match (offer.authentication, secret) {
        (ClientAuthentication::ClientSecretBasic, Some(secret)) => {
            let pair = format!("{}:{}", encoded(&offer.client_id), encoded(secret.expose_secret()));
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(pair)).into()));
        }
        (ClientAuthentication::ClientSecretPost, Some(secret)) => {
            form.append_pair("client_id", &offer.client_id);
            form.append_pair("client_secret", secret.expose_secret());
        }
        _ => {
            form.append_pair("client_id", &offer.client_id);
        }
    }
    (form.finish().into(), headers)
}

/// GitHub answers 200 to a bad code too: what the answer says counts.
fn read(status: u16, body: &[u8]) -> Result<Tokens, SignInError> {
    let answer = strict_json::object(body).map_err(|_| {
        SignInError::Unavailable(format!("the token endpoint answered {status} without acceptable JSON"))
    })?;
    if let Some(error) = text(&answer, "error") {
        return Err(SignInError::Code(shown(error)));
    }
    let is_bearer = text(&answer, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    match text(&answer, "access_token") {
        Some(access) if status == 200 && is_bearer && is_token(access) => {
            Ok(Tokens { access: access.into(), id: text(&answer, "id_token").map(SecretString::from) })
        }
        _ => Err(SignInError::Unavailable(format!(
            "the token endpoint answered {status} without a bearer token"
        ))),
    }
}

/// The form of a bearer token that can be sent in a header (RFC 6750, section 2.1).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn text<'a>(answer: &'a Claims, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(Value::as_str)
}

/// As RFC 6749, section 2.3.1 has names and passwords encoded.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
