//! The description of the API, made of the routes themselves.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Info, Route, openapi};
use serde_json::Value;

const INFO: Info = Info {
    title: "Casemate",
    description: "Administers Casemate and asks it for decisions. Lists come in pages; what several people edit is changed with \
`If-Match`; what is made is made once with `Idempotency-Key`; every change says its revision in `Casemate-Revision`.",
    version: env!("CARGO_PKG_VERSION"),
};

static TEXT: LazyLock<String> = LazyLock::new(document_text);

/// The description as JSON text, with a line for each member.
#[must_use]
pub fn document_text() -> String {
    let mut text = serde_json::to_string_pretty(&document(&crate::app::described())).unwrap_or_default();
    text.push('\n');
    text
}

/// The description of these routes.
fn document(routes: &[Route]) -> Value {
    openapi(INFO, routes)
}

/// `GET /api/openapi.json`.
pub(crate) async fn serve() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, TEXT.as_str()).into_response()
}
