//! JSON in and out, within a bound.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;

use crate::problem::{Code, Problem};

/// The longest body that is read where nothing else was chosen, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The longest body that this process reads.
static MOST: AtomicUsize = AtomicUsize::new(MAX_BODY_BYTES);

/// Lets bodies be this long at most from now on, in bytes: for the start of the process, by its configuration.
pub fn limit_bodies(bytes: usize) {
    MOST.store(bytes, Ordering::Relaxed);
}

/// The text of an `application/json` body.
///
/// # Errors
/// Where the content type is another one, the body is empty, too long, no UTF-8, or the connection broke.
pub async fn json_body(request: Request<Body>) -> Result<String, Problem> {
    let (parts, body) = request.into_parts();
    json_text(&parts.headers, body, |text| Ok(text.to_owned())).await
}

/// What `read` makes of the text of an `application/json` body, of a request that was taken apart.
///
/// # Errors
/// As [`json_body`], and as `read`.
pub async fn json_text<T>(
    headers: &HeaderMap,
    body: Body,
    read: impl FnOnce(&str) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if !is_of(headers, "application/json") {
        return Err(Problem::new(Code::WrongContentType).detail("send Content-Type: application/json"));
    }
    text(body, read).await
}

/// As [`json_body`], for a protocol that has a JSON media type of its own beside `application/json`.
///
/// # Errors
/// As [`json_body`].
pub async fn json_body_of(request: Request<Body>, media_type: &'static str) -> Result<String, Problem> {
    let (parts, body) = request.into_parts();
    if !is_of(&parts.headers, media_type) && !is_of(&parts.headers, "application/json") {
        let detail = format!("send Content-Type: {media_type}");
        return Err(Problem::new(Code::WrongContentType).detail(detail));
    }
    text(body, |text| Ok(text.to_owned())).await
}

/// The longest body that is read, in bytes.
#[must_use]
pub fn longest_body() -> usize {
    MOST.load(Ordering::Relaxed)
}

async fn text<T>(body: Body, read: impl FnOnce(&str) -> Result<T, Problem>) -> Result<T, Problem> {
    let most = MOST.load(Ordering::Relaxed);
    let too_large = || Problem::new(Code::BodyTooLarge).detail(format!("at most {most} bytes are read"));
    let collected = Limited::new(body, most).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return too_large();
        }
        tracing::debug!(%error, "a body broke off");
        Problem::new(Code::MalformedBody).detail("the body ended before it was complete")
    })?;
    let bytes = collected.to_bytes();
    let text = str::from_utf8(&bytes)
        .map_err(|_| Problem::new(Code::MalformedBody).detail("the body is not UTF-8"))?;
    if text.trim_ascii().is_empty() {
        return Err(Problem::new(Code::MalformedBody).detail("the body is empty"));
    }
    read(text)
}

/// Whether the one `Content-Type` is this, whatever its parameters.
fn is_of(headers: &HeaderMap, media_type: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    // As nearly all are written.
    if value.as_bytes() == media_type.as_bytes() {
        return true;
    }
    value.to_str().is_ok_and(|value| {
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(media_type)
    })
}

/// An `application/json` answer that no cache keeps.
#[must_use]
pub fn json_response(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => written_json_response(body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            Problem::new(Code::Internal).into_response()
        }
    }
}

/// As [`json_response`], of a text that the caller wrote as JSON.
#[must_use]
pub fn written_json_response(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kinds: &[&str], body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::new(body.into());
        for kind in kinds {
            request.headers_mut().append(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        }
        request
    }

    async fn code(kinds: &[&str], body: impl Into<Body>) -> Option<Code> {
        json_body(request(kinds, body)).await.err().map(|problem| problem.code())
    }

    #[tokio::test]
    async fn only_json_that_is_there_is_read() {
        for kind in ["application/json", "Application/JSON; charset=utf-8", "application/json ;x=y"] {
            assert_eq!(code(&[kind], "{}").await, None, "{kind}");
        }
        let wrong: [&[&str]; 5] =
            [&[], &["text/plain"], &["application/jsonp"], &[""], &["application/json", "application/json"]];
        for kinds in wrong {
            assert_eq!(code(kinds, "{}").await, Some(Code::WrongContentType), "{kinds:?}");
        }
        for body in ["", " \r\n\t"] {
            assert_eq!(code(&["application/json"], body).await, Some(Code::MalformedBody));
        }
        assert_eq!(code(&["application/json"], vec![b'"', 0xff, b'"']).await, Some(Code::MalformedBody));
    }

    #[tokio::test]
    async fn the_bound_is_exact() {
        let kinds = ["application/json"];
        assert_eq!(code(&kinds, "x".repeat(MAX_BODY_BYTES)).await, None);
        assert_eq!(code(&kinds, "x".repeat(MAX_BODY_BYTES + 1)).await, Some(Code::BodyTooLarge));
    }
}
