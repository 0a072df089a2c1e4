//! What all pages for browsers share. They need no script, and let none run.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Nothing is loaded but the style sheet, nobody frames it, and forms go nowhere else.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Nobody was signed in.
#[derive(Template)]
#[template(path = "sign_in/failed.html")]
struct Failed<'a> {
    message: &'a str,
    code: &'a str,
    request_id: &'a str,
}

/// A page with this status.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            let mut response = (status, [(header::CONTENT_TYPE, kind)], text).into_response();
            for (name, value) in headers() {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What every page says of itself.
fn headers() -> [(HeaderName, &'static str); 5] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ]
}

/// The page of a sign-in that failed for this reason.
pub(crate) fn failed_with(status: StatusCode, message: &str, code: &str, request_id: &str) -> Response {
    page(status, &Failed { message, code, request_id })
}
