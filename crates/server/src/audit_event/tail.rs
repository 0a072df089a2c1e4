//! `/api/v1/audit-events/tail`: events as they come, for whoever watches.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::{Code, Problem, Query, lasting, read_document};
use casemate_store::LogPage;
use hyper::body::{Bytes, Frame};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::reader::Reader;
use super::routes::AuditEventList;
use super::search::EventSearch;
use super::view::shown_event;
use crate::App;
use crate::guard::{Require, Thing};
use crate::listed::unreadable;

/// How often something is sent where nothing else is.
const ALIVE: Duration = Duration::from_secs(5);
/// How long a client may leave events where they are.
const PATIENCE: Duration = Duration::from_secs(15);
/// Events that a client has not taken yet.
const WAITING: usize = 64;
/// How many events are read at once.
const AT_ONCE: u32 = 100;
/// The header in which a client says what it saw last.
const LAST_EVENT: &str = "last-event-id";

/// Behind which event a client goes on.
pub(super) struct Behind(Option<u64>);

impl<S: Sync> FromRequestParts<S> for Behind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Behind, Problem> {
        let mut query = Query::of(parts, &["after"])?;
        if let Some(text) = query.take("after") {
            let wrong = || Problem::new(Code::MalformedQuery).detail("`after` is the id of an event");
            return index(&text).map(Some).map(Behind).ok_or_else(wrong);
        }
        let mut values = parts.headers.get_all(LAST_EVENT).iter();
        let Some(value) = values.next() else { return Ok(Behind(None)) };
        match (value.to_str().ok().and_then(index), values.next()) {
            (Some(id), None) => Ok(Behind(Some(id))),
            _ => Err(Problem::new(Code::MalformedHeader)
                .detail("`Last-Event-ID` is the id of an event that was sent here")),
        }
    }
}

fn index(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

pub(super) async fn tail(
    State(app): State<App>,
    require: Require<AuditEventList>,
    behind: Behind,
) -> Result<Response, Problem> {
    follow(app, require, behind, EventSearch::default()).await
}

pub(super) async fn tail_found(
    State(app): State<App>,
    require: Require<AuditEventList>,
    behind: Behind,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    follow(app, require, behind, search).await
}

async fn follow(
    app: App,
    require: Require<AuditEventList>,
    Behind(behind): Behind,
    search: EventSearch,
) -> Result<Response, Problem> {
    let access = require.into_access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let (caller, ending) = (access.caller.clone(), app.changes.ending());
    let reader = Reader::begin(app.clone(), access, (search, ""), Some(true))?;
    let grown = app.store.log_grown();
    let size = app.store.reader().log_state().await.map_err(unreadable)?.size;
    // Who has seen more than there is was told by a log that was set back since.
    let seen = match behind {
        Some(behind) if behind < size => Some(behind),
        Some(_) => None,
        None => size.checked_sub(1),
    };
    let (events, sent) = mpsc::channel(WAITING);
    let stream = Stream { reader, events, grown, seen };
    // A key that may be used from some networks alone is judged again by where it was shown.
    tokio::spawn(lasting(stream.run(ending)));
    let mut response = Body::new(Sent(sent)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer before they pass it on would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok((Extension(caller), response).into_response())
}

/// The body of the answer: what was sent and not taken yet.
struct Sent(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// One client that watches.
struct Stream {
    reader: Reader,
    events: mpsc::Sender<Bytes>,
    grown: watch::Receiver<u64>,
    /// The last event that was looked at.
    seen: Option<u64>,
}

/// The client is gone, reads too slowly, or may not read any more; or the log cannot be read.
struct Ended;

impl Stream {
    async fn run(mut self, mut ending: watch::Receiver<bool>) {
        let gone = self.events.clone();
        tokio::select! {
            _ = self.watch() => {}
            () = gone.closed() => {}
            _ = ending.wait_for(|ends| *ends) => {}
        }
    }

    async fn watch(&mut self) -> Result<(), Ended> {
        self.send("ready", &json!({ "id": self.seen })).await?;
        loop {
            let size = *self.grown.borrow_and_update();
            self.judge().await?;
            let Reader { app, wanted, .. } = &self.reader;
            let found = app.store.reader().log_search(wanted, self.seen, AT_ONCE).await;
            let LogPage { items, next, .. } = found.map_err(|error| {
                tracing::error!(%error, "a client that watches the audit log is let go of");
                Ended
            })?;
            for event in &items {
                self.seen = Some(event.index);
                if let Some(view) = shown_event(event) {
                    self.send("event", &json!(view)).await?;
                }
            }
            self.seen = self.seen.max(next.or(size.checked_sub(1)));
            if next.is_some() {
                continue;
            }
            match tokio::time::timeout(ALIVE, self.grown.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Ended),
                Err(_) => {
                    self.judge().await?;
                    self.send("alive", &json!({ "id": self.seen })).await?;
                }
            }
        }
    }

    /// Ends where the client may not see any more what it watches.
    async fn judge(&mut self) -> Result<(), Ended> {
        self.reader.judge().await.map_err(|_| Ended)
    }

    async fn send(&self, event: &str, data: &Value) -> Result<(), Ended> {
        let id = self.seen.map(|seen| format!("id: {seen}\n")).unwrap_or_default();
        let text = format!("event: {event}\n{id}data: {data}\n\n");
        match tokio::time::timeout(PATIENCE, self.events.send(Bytes::from(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Ended),
        }
    }
}
