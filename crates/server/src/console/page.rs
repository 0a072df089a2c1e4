//! The console's page, and what stands in its place where the console was not built.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::forms::random;
use crate::pages::page;

/// The console was not built.
#[derive(Template)]
#[template(path = "console/not_built.html")]
struct NotBuilt;

/// What a browser lets the console do (Content Security Policy Level 3, Trusted Types): scripts and style sheets of this
/// server alone, none inside the page, compiling WebAssembly, and asking this server.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// What the page says of itself besides.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// The page that starts the console, with a nonce of its own.
pub(super) fn console() -> Response {
    let mut bytes = [0; 16];
    if random(&mut bytes).is_none() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let nonce = STANDARD.encode(bytes);
    let (Some(text), Ok(policy)) = (casemate_console::index(&nonce), HeaderValue::from_str(&policy(&nonce)))
    else {
        return page(StatusCode::SERVICE_UNAVAILABLE, &NotBuilt);
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_built_says_how_it_is_built() {
        let text = NotBuilt.render().unwrap();
        assert!(text.contains("cargo xtask up"), "{text}");
    }

    #[test]
    fn the_policy_lets_nothing_run_that_stands_in_a_page() {
        let policy = policy("bm9uY2U=");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    }
}
