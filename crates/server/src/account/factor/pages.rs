//! The pages of second factors. Passkeys need a script, which these pages alone let run, and everything else works without.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::pages::page;

/// The one script.
const SCRIPT: &str = include_str!("../../../templates/factor/passkey.js");

/// Besides what other pages may: the one script, and what it asks this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// One's own second factors.
#[derive(Template)]
#[template(path = "factor/own.html")]
pub(super) struct Own<'a> {
    pub(super) login: &'a str,
    pub(super) factors: &'a [Factor],
    pub(super) codes_left: i64,
    pub(super) passkeys: bool,
    pub(super) problem: Option<&'a str>,
}

/// One of them.
pub(super) struct Factor {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) added: String,
    pub(super) used: Option<String>,
}

/// An authenticator app that is to be added.
#[derive(Template)]
#[template(path = "factor/app.html")]
pub(super) struct App<'a> {
    /// Where its first code is sent.
    pub(super) action: &'a str,
    /// Whether nobody is signed in before it is added.
    pub(super) is_step: bool,
    /// The key as a picture: our own drawing, of squares alone.
    pub(super) picture: String,
    pub(super) key: &'a str,
    pub(super) link: &'a str,
    pub(super) state: &'a str,
    pub(super) return_to: &'a str,
    pub(super) problem: Option<&'a str>,
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "factor/codes.html")]
pub(super) struct Codes {
    pub(super) codes: Vec<String>,
}

/// The second step of a sign-in.
#[derive(Template)]
#[template(path = "factor/step.html")]
pub(super) struct Step<'a> {
    pub(super) login: &'a str,
    pub(super) return_to: &'a str,
    pub(super) has_passkey: bool,
    pub(super) has_app: bool,
    pub(super) problem: Option<&'a str>,
}

/// A page that runs the one script.
pub(super) fn scripted(status: StatusCode, template: &impl Template) -> Response {
    allow_script(page(status, template))
}

/// Has a page run the one script.
pub(in super::super) fn allow_script(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

pub(super) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, SCRIPT).into_response()
}
