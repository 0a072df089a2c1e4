//! What a server costs that decides nothing: the same listener, one axum handler, the same body read into a typed struct.

use std::io::Write as _;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use casemate_platform::Limits;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Failure;

/// The body of an evaluation, as AuthZEN has it.
#[derive(Deserialize)]
#[allow(dead_code, reason = "what is read counts, not what for")]
struct Evaluation {
    subject: Entity,
    action: Action,
    resource: Entity,
    #[serde(default)]
    context: Map<String, Value>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is read counts, not what for")]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    properties: Map<String, Value>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "what is read counts, not what for")]
struct Action {
    name: String,
    #[serde(default)]
    properties: Map<String, Value>,
}

const ANSWER: &str = r#"{"decision":true,"context":{"reason_code":"permission_allows"}}"#;

async fn evaluation(body: Bytes) -> Response {
    match serde_json::from_slice::<Evaluation>(&body) {
        Ok(evaluation) => {
            drop(std::hint::black_box(evaluation));
            ([(header::CONTENT_TYPE, "application/json")], ANSWER).into_response()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Serves until it is killed; says first, as Casemate does, where it listens.
pub(crate) fn serve() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let mut output = std::io::stdout();
        writeln!(output, r#"{{"listen":"{}"}}"#, listener.local_addr()?)?;
        output.flush()?;
        let router = Router::new().route(crate::PATH, post(evaluation));
        casemate_platform::serve(listener, router, Limits::default(), std::future::pending()).await;
        Ok(())
    })
}
