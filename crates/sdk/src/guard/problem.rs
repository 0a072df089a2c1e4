//! Errors as HTTP answers (RFC 9457).

use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::Error;

/// The answer that tells a client of an error: `application/problem+json` with a stable `code`. What is nobody's business but
/// the operator's goes to the log.
pub fn problem<B: From<String>>(error: &Error) -> Response<B> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(%error, "a request cannot be authorized");
    }
    let body = json!({
        "type": "about:blank",
        "title": error.title(),
        "status": status.as_u16(),
        "code": error.code(),
    });
    let mut response = Response::new(B::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    match error.code() {
        "credential_missing" => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        "credential_rejected" => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
        }
        "unavailable" => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}
