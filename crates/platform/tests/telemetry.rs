//! Metrics and traces of real requests.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request};
use axum::routing::{get, post};
use casemate_identity::Chain;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings, Proxy};
use casemate_platform::telemetry::metrics::{self, Decided, Figures};
use casemate_platform::telemetry::traces::{self, TraceSettings};
use casemate_platform::{Problem, authenticate, frame};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tower::ServiceExt;

async fn who(headers: HeaderMap) -> Result<&'static str, Problem> {
    authenticate(&Chain::new(Vec::new()).unwrap(), &headers, 0).await?;
    Ok("fine")
}

fn app() -> Router {
    Router::new()
        .route("/things/{id}", get(who))
        .layer(axum::middleware::from_fn_with_state(Duration::from_secs(10), frame))
}

fn request(path: &str) -> axum::http::request::Builder {
    Request::get(path).header("host", "x")
}

#[tokio::test]
async fn what_is_answered_shows_in_the_metrics_and_nobody_s_data_does() {
    let app = app();
    let good = request("/things/geheim?q=geheim").body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(good).await.unwrap().status(), 200);
    let bad = request("/things/2").header("authorization", "Bearer geheim").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(bad).await.unwrap().status(), 401);
    metrics::decision(Decided::Denied);

    let figures = Figures::new().gauge("casemate_record_queue", "Decisions that wait.", || 7.0).counter(
        "casemate_record_held_up_total",
        "How often recording waited.",
        || 3.0,
    );
    let router = metrics::router(figures);
    let answer = router.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().into()).unwrap();
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("missing");
        line.trim().parse().unwrap_or(-1.0)
    };
    for name in [
        r#"casemate_http_requests_total{route="/things/{id}",method="GET",status="2xx"}"#,
        r#"casemate_http_requests_total{route="/things/{id}",method="GET",status="4xx"}"#,
        r#"casemate_http_request_duration_seconds_count{route="/things/{id}"}"#,
        r#"casemate_authentications_total{outcome="anonymous"}"#,
        r#"casemate_decisions_total{outcome="denied"}"#,
        "process_resident_memory_bytes",
        "process_open_fds",
    ] {
        assert!(value(name) >= 1.0, "{name}\n{text}");
    }
    assert!((value("casemate_record_queue") - 7.0).abs() < f64::EPSILON);
    assert!((value("casemate_record_held_up_total") - 3.0).abs() < f64::EPSILON);
    for kind in ["casemate_record_queue gauge", "casemate_record_held_up_total counter"] {
        assert!(text.contains(&format!("# TYPE {kind}\n")), "{text}");
    }
    assert!(text.contains("casemate_build_info{version="), "{text}");
    assert!(!text.contains("geheim"), "{text}");
}

#[tokio::test]
async fn a_traced_request_reaches_the_collector_under_its_caller_s_trace() {
    let received: Arc<Mutex<Vec<serde_json::Value>>> = Arc::default();
    let collect = async |State(received): State<Arc<Mutex<Vec<serde_json::Value>>>>, body: String| {
        received.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    };
    let collector = Router::new().route("/v1/traces", post(collect)).with_state(Arc::clone(&received));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let serving = tokio::spawn(casemate_platform::serve(
        listener,
        collector,
        Default::default(),
        std::future::pending(),
    ));

    let settings = OutgoingSettings { loopback: true, proxy: Proxy::None, ..OutgoingSettings::default() };
    let outgoing = Arc::new(Outgoing::new(settings).unwrap());
    let traces = traces::start(&TraceSettings { endpoint, ratio: 0.0 }, outgoing);
    let traced = request("/things/geheim")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .header("x-request-id", "one");
    assert_eq!(app().oneshot(traced.body(Body::empty()).unwrap()).await.unwrap().status(), 200);
    let untraced = request("/things/2").body(Body::empty()).unwrap();
    assert_eq!(app().oneshot(untraced).await.unwrap().status(), 200);
    traces.finish().await;

    let received = received.lock().unwrap();
    assert_eq!(received.len(), 1, "{received:?}");
    let spans = received[0].pointer("/resourceSpans/0/scopeSpans/0/spans").unwrap();
    assert_eq!(spans.as_array().unwrap().len(), 1, "{spans}");
    let span = &spans[0];
    assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(span["parentSpanId"], "00f067aa0ba902b7");
    assert_eq!((&span["name"], &span["kind"]), (&"GET /things/{id}".into(), &2.into()));
    let text = span.to_string();
    assert!(text.contains(r#""casemate.request_id","value":{"stringValue":"one"}"#), "{text}");
    assert!(!text.contains("geheim"), "{text}");
    serving.abort();
}
