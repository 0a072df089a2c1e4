use std::collections::HashSet;
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use casemate_identity::{Timestamp, hook};
use casemate_platform::outgoing::OutgoingSettings;
use casemate_platform::{Limits, serve};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[derive(Default)]
struct Said {
    status: StatusCode,
    hangs: bool,
    /// What it says is too large, by the index.
    too_large: HashSet<u64>,
    /// How many events it takes at once: it fails on more.
    most: Option<usize>,
    /// How long its answer is.
    answer: usize,
    requests: Vec<(String, Vec<Value>)>,
}

struct Endpoint {
    url: String,
    said: Arc<Mutex<Said>>,
    serving: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Endpoint {
    async fn start() -> Endpoint {
        let said = Arc::new(Mutex::new(Said { status: StatusCode::NO_CONTENT, ..Said::default() }));
        let router = Router::new().route("/audit", post(taken)).with_state(Arc::clone(&said));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/audit", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            serve(listener, router, Limits::default(), std::future::pending()).await;
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        Endpoint { url, said, serving, folder }
    }

    fn receiver(&self, more: Value) -> WebhookReceiver {
        let path = self.folder.path().join("secret");
        let mut document = json!({ "url": self.url, "signing_secret": { "file": path } });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let settings = OutgoingSettings { loopback: true, ..OutgoingSettings::default() };
        let outgoing = Arc::new(Outgoing::new(settings).unwrap());
        let document = serde_json::from_value(document).unwrap();
        WebhookReceiver::new(&document, Secret::of_file(&path), outgoing, &"log.example/audit".into())
            .unwrap()
    }

    fn indexes(&self) -> Vec<Vec<u64>> {
        let index = |event: &Value| event["sequence"].as_str().unwrap().parse().unwrap();
        let said = self.said.lock().unwrap();
        said.requests.iter().map(|(_, events)| events.iter().map(index).collect()).collect()
    }
}

async fn taken(State(said): State<Arc<Mutex<Said>>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    let (timestamp, signature) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    let (now, tolerance) = (Timestamp(clock::now()), Duration::from_secs(300));
    assert!(hook::verify(&SecretString::from(SECRET), timestamp, signature, &body, now, tolerance));
    let hangs = {
        let mut said = said.lock().unwrap();
        let events = match serde_json::from_slice(&body).unwrap() {
            Value::Array(events) => events,
            event => vec![event],
        };
        let is_too_large = events.iter().any(|event| {
            said.too_large.contains(&event["sequence"].as_str().unwrap().parse::<u64>().unwrap())
        });
        if is_too_large {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        if said.most.is_some_and(|most| events.len() > most) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        said.requests.push((header("content-type").to_owned(), events));
        said.hangs
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    let (status, answer) = {
        let said = said.lock().unwrap();
        (said.status, "x".repeat(said.answer))
    };
    (status, [("location", "http://127.0.0.1:1/")], answer).into_response()
}

async fn deliver(
    receiver: &mut WebhookReceiver,
    indexes: std::ops::Range<u64>,
) -> (usize, Result<(), SinkError>) {
    let event = r#"{"at":"2026-11-23T10:35:41.123456Z","kind":"update","outcome":"success"}"#;
    let messages: Vec<Message> = indexes.map(|index| Message::of_event(index, event)).collect();
    let taken = AtomicUsize::new(0);
    let result = receiver.deliver(&messages, &taken).await;
    (taken.into_inner(), result)
}

#[tokio::test]
async fn events_are_signed_cloud_events_in_lists_of_so_many() {
    let endpoint = Endpoint::start().await;
    let mut receiver = endpoint.receiver(json!({ "max_events": 2 }));
    assert_eq!(deliver(&mut receiver, 0..5).await, (5, Ok(())));
    assert_eq!(endpoint.indexes(), [vec![0, 1], vec![2, 3], vec![4]]);
    let (content_type, events) = endpoint.said.lock().unwrap().requests[0].clone();
    assert_eq!(content_type, "application/cloudevents-batch+json; charset=utf-8");
    assert_eq!(
        events[1],
        json!({
            "specversion": "1.0",
            "id": "log.example/audit/1",
            "source": "urn:casemate:audit-log:log.example/audit",
            "type": "casemate.audit.event",
            "datacontenttype": "application/json",
            "time": "2026-11-23T10:35:41.123456Z",
            "sequence": "00000000000000000001",
            "data": {
                "index": 1,
                "salt": "c2FsdA==",
                "event": { "at": "2026-11-23T10:35:41.123456Z", "kind": "update", "outcome": "success" },
            },
        })
    );
    let mut single = endpoint.receiver(json!({ "max_events": 1 }));
    assert_eq!(deliver(&mut single, 7..8).await, (1, Ok(())));
    let (content_type, events) = endpoint.said.lock().unwrap().requests.last().unwrap().clone();
    assert_eq!((content_type.as_str(), events.len()), ("application/cloudevents+json; charset=utf-8", 1));
}

#[tokio::test]
async fn the_one_that_is_too_large_is_found_and_what_came_before_it_was_taken() {
    let endpoint = Endpoint::start().await;
    endpoint.said.lock().unwrap().too_large = HashSet::from([5]);
    let mut receiver = endpoint.receiver(json!({}));
    assert_eq!(deliver(&mut receiver, 0..9).await, (5, Err(SinkError::TooLarge)));
    assert_eq!(endpoint.indexes().concat(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn what_fails_on_many_is_sent_fewer_from_turn_to_turn_and_then_more_again() {
    let endpoint = Endpoint::start().await;
    endpoint.said.lock().unwrap().most = Some(2);
    let mut receiver = endpoint.receiver(json!({}));
    let mut turns = 0;
    let taken = loop {
        turns += 1;
        let (taken, result) = deliver(&mut receiver, 0..16).await;
        if taken > 0 {
            break (taken, result);
        }
        assert_eq!(result, Err(SinkError::Failed("it answered 502".to_owned())));
        assert!(receiver.goes_on() && turns < 9, "{turns}");
    };
    assert_eq!((turns, taken.0), (4, 2), "16, 8, 4, and then 2");
    endpoint.said.lock().unwrap().most = None;
    let before = endpoint.indexes().len();
    assert_eq!(deliver(&mut receiver, 2..16).await, (14, Ok(())));
    let widths: Vec<usize> = endpoint.indexes()[before..].iter().map(Vec::len).collect();
    assert_eq!(widths, [2, 4, 8]);
}

#[tokio::test]
async fn what_was_taken_is_told_by_the_status_however_much_is_said_beside() {
    let endpoint = Endpoint::start().await;
    {
        let mut said = endpoint.said.lock().unwrap();
        (said.status, said.answer) = (StatusCode::OK, ANSWER + 1);
    }
    assert_eq!(deliver(&mut endpoint.receiver(json!({})), 0..3).await, (3, Ok(())));
}

#[tokio::test]
async fn what_is_not_taken_redirected_or_not_answered_counts_as_not_taken() {
    let endpoint = Endpoint::start().await;
    for (status, said) in [
        (StatusCode::INTERNAL_SERVER_ERROR, "it answered 500"),
        (StatusCode::TEMPORARY_REDIRECT, "it answered 307: redirects are not followed"),
        (StatusCode::UNAUTHORIZED, "it answered 401"),
    ] {
        endpoint.said.lock().unwrap().status = status;
        let result = deliver(&mut endpoint.receiver(json!({})), 0..2).await;
        assert_eq!(result, (0, Err(SinkError::Failed(said.to_owned()))));
    }
    endpoint.said.lock().unwrap().status = StatusCode::UNPROCESSABLE_ENTITY;
    let (_, result) = deliver(&mut endpoint.receiver(json!({})), 0..2).await;
    assert_eq!(result, Err(SinkError::Refused("it answered 422".to_owned())));
    endpoint.said.lock().unwrap().hangs = true;
    let (count, result) = deliver(&mut endpoint.receiver(json!({ "timeout_milliseconds": 100 })), 0..1).await;
    assert_eq!(count, 0);
    assert!(matches!(result, Err(SinkError::Failed(_))), "{result:?}");
}

#[tokio::test]
async fn networks_that_are_not_meant_are_not_called() {
    let endpoint = Endpoint::start().await;
    let mut receiver = endpoint.receiver(json!({}));
    receiver.outgoing = Arc::new(Outgoing::new(OutgoingSettings::default()).unwrap());
    let (_, result) = deliver(&mut receiver, 0..1).await;
    assert!(matches!(result, Err(SinkError::Failed(_))), "{result:?}");
    assert_eq!(endpoint.said.lock().unwrap().requests.len(), 0);
}
