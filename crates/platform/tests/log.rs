//! What the access log says about a request: its id, and who called also where the answer is a problem.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::routing::get;
use casemate_identity::Chain;
use casemate_platform::{Code, Problem, authenticate, frame};
use tower::ServiceExt;
use tracing::instrument::WithSubscriber;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn refuse(headers: HeaderMap) -> Result<&'static str, Problem> {
    authenticate(&Chain::new(Vec::new()).unwrap(), &headers, 0).await?;
    Err(Problem::new(Code::Forbidden))
}

#[tokio::test]
async fn a_request_s_line_has_its_id_and_a_problem_its_caller() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let router = Router::new()
        .route("/", get(refuse))
        .layer(axum::middleware::from_fn_with_state(Duration::from_secs(10), frame));
    let request = |id: &str| Request::get("/").header("host", "x").header("x-request-id", id);
    let asking = async {
        let rejected = request("one").header("authorization", "Bearer wrong").body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(rejected).await.unwrap().status(), 401);
        let anonymous = request("two").body(Body::empty()).unwrap();
        router.clone().oneshot(anonymous).await.unwrap()
    };
    let answer = asking.with_subscriber(subscriber).await;
    assert!(answer.status().is_client_error());
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = |text: &str, id: &str| {
        log.lines().any(|line| line.contains(text) && line.contains(&format!("request_id=\"{id}\"")))
    };
    assert!(line("status=401", "one"), "{log}");
    assert!(line("caller_provider=\"anonymous\"", "two"), "{log}");
}
