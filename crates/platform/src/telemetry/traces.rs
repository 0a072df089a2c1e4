//! Traces for OpenTelemetry: a span for each request that is sampled, sent in batches by OTLP over HTTP, as JSON.
//!
//! Spans wait in a bounded queue; where the collector does not keep up they are lost and counted, and no request waits.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use casemate_identity::remote::{Fetch, Submission};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::metrics;
use crate::clock;
use crate::request_id::RequestId;

/// The most spans that wait to be sent, and the most that are sent together.
const MAX_WAITING: usize = 2_048;
const MAX_BATCH: usize = 256;

/// How long a span waits for others.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long sending may take, and the most bytes of its answer.
const SENDING: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 64 << 10;

/// How long the end of the process waits for spans that are still to be sent.
const LAST_SPANS: Duration = Duration::from_secs(3);

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The tracer of the process, once traces are sent.
static TRACER: OnceLock<Tracer> = OnceLock::new();

/// Where traces go, and which requests are traced.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// The collector, such as `http://collector:4318`; without a path, `/v1/traces` is added.
    pub endpoint: Url,
    /// The part of requests that are traced, 0 to 1, where the caller does not say by `traceparent`.
    pub ratio: f64,
}

/// Sends spans until it is finished.
#[derive(Debug)]
pub struct Traces {
    queue: Sender<Entry>,
}

/// Begins to trace requests, and to send their spans through `outgoing`, on the runtime that this is called on. Asked a
/// second time, the settings of the first stay.
#[must_use]
pub fn start(settings: &TraceSettings, outgoing: Arc<dyn Fetch>) -> Traces {
    let mut endpoint = settings.endpoint.clone();
    if matches!(endpoint.path(), "" | "/") {
        endpoint.set_path("/v1/traces");
    }
    let (queue, spans) = channel(MAX_WAITING);
    let tracer = Tracer { queue: queue.clone(), threshold: threshold(settings.ratio) };
    if TRACER.set(tracer).is_ok() {
        tokio::spawn(send(endpoint, outgoing, spans));
    }
    Traces { queue }
}

impl Traces {
    /// Waits until what was traced so far is sent, but not for long.
    pub async fn finish(self) {
        let (sent, answer) = oneshot::channel();
        let sending = async {
            if self.queue.send(Entry::End(sent)).await.is_ok() {
                let _ = answer.await;
            }
        };
        if timeout(LAST_SPANS, sending).await.is_err() {
            tracing::warn!("the last spans were not sent: the collector does not answer in time");
        }
    }
}

#[derive(Debug)]
enum Entry {
    Span(Box<Span>),
    /// Answered when all before it was sent.
    End(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Tracer {
    queue: Sender<Entry>,
    /// A trace whose random part is below it is sampled.
    threshold: u128,
}

/// A request that is traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trace {
    id: u128,
    parent: Option<u64>,
    span: u64,
}

#[derive(Debug)]
struct Span {
    trace: Trace,
    method: &'static str,
    route: Option<Box<str>>,
    status: StatusCode,
    request_id: RequestId,
    /// In microseconds since 1970.
    end: i64,
    took: Duration,
}

impl fmt::Display for Trace {
    /// The trace's id as it stands in `traceparent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.id)
    }
}

impl serde::Serialize for Trace {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The trace of a request with these headers, if traces are sent and this one is sampled.
pub(crate) fn begin(headers: &HeaderMap) -> Option<Trace> {
    TRACER.get()?.begin(headers)
}

impl Trace {
    /// Hands the span of an answered request on.
    pub(crate) fn end(
        self,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        request_id: &RequestId,
        took: Duration,
    ) {
        if let Some(tracer) = TRACER.get() {
            tracer.end(self, method, route, status, request_id, took);
        }
    }
}

impl Tracer {
    fn end(
        &self,
        trace: Trace,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        request_id: &RequestId,
        took: Duration,
    ) {
        let span = Span {
            trace,
            method: known(method),
            route: route.map(Into::into),
            status,
            request_id: request_id.clone(),
            end: clock::now(),
            took,
        };
        if self.queue.try_send(Entry::Span(Box::new(span))).is_err() {
            metrics::spans_lost(1);
        }
    }

    fn begin(&self, headers: &HeaderMap) -> Option<Trace> {
        let mut bytes = [0; 24];
        let mut values = headers.get_all(TRACEPARENT).iter();
        let parent = match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok().and_then(read_parent),
            _ => None,
        };
        if parent.is_some_and(|(_, _, sampled)| !sampled) || getrandom::fill(&mut bytes).is_err() {
            return None;
        }
        let (own, span) = bytes.split_at(16);
        let own = own.iter().fold(0, |id: u128, byte| (id << 8) | u128::from(*byte)).max(1);
        let span = span.iter().fold(0, |id: u64, byte| (id << 8) | u64::from(*byte)).max(1);
        match parent {
            Some((id, parent, _)) => Some(Trace { id, parent: Some(parent), span }),
            None => {
                let random = own & u128::from(u64::MAX);
                (random < self.threshold).then_some(Trace { id: own, parent: None, span })
            }
        }
    }
}

/// What a random number of 64 bits is below, in that part of all cases.
fn threshold(ratio: f64) -> u128 {
    // A ratio that is no number counts as none.
    (ratio.clamp(0.0, 1.0) * 2_f64.powi(64)) as u128
}

/// The method by its name, and any that HTTP does not have by one for all: the caller chose its text, and its length.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "_OTHER",
    }
}

/// The trace, the parent and whether it is sampled (W3C Trace Context, section 3.2). Later versions may add to it.
fn read_parent(value: &str) -> Option<(u128, u64, bool)> {
    let mut parts = value.trim_matches([' ', '\t']).splitn(5, '-');
    let (version, id) = (hex(parts.next()?, 2)?, hex(parts.next()?, 32)?);
    let (parent, flags) = (hex(parts.next()?, 16)?, hex(parts.next()?, 2)?);
    let is_valid = version != 0xff && (version > 0 || parts.next().is_none()) && id != 0 && parent != 0;
    is_valid.then_some((id, u64::try_from(parent).ok()?, flags & 1 == 1))
}

fn hex(text: &str, length: usize) -> Option<u128> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == length && text.bytes().all(is_hex)).then(|| u128::from_str_radix(text, 16).ok())?
}

/// Sends what comes until nobody traces any more.
async fn send(endpoint: Url, outgoing: Arc<dyn Fetch>, mut entries: Receiver<Entry>) {
    let mut spans = Vec::new();
    let mut was_lost = false;
    while let Some(entry) = entries.recv().await {
        let mut end = take(entry, &mut spans);
        let until = Instant::now() + PATIENCE;
        while end.is_none() && spans.len() < MAX_BATCH {
            match timeout_at(until, entries.recv()).await {
                Ok(Some(entry)) => end = take(entry, &mut spans),
                Ok(None) | Err(_) => break,
            }
        }
        if !spans.is_empty() {
            let problem = post(&endpoint, &*outgoing, &spans).await.err();
            if let Some(problem) = &problem {
                metrics::spans_lost(spans.len() as u64);
                if !was_lost {
                    tracing::warn!(%problem, "traces cannot be sent; they are lost until they can");
                }
            }
            was_lost = problem.is_some();
            spans.clear();
        }
        if let Some(end) = end {
            let _ = end.send(());
        }
    }
}

fn take(entry: Entry, spans: &mut Vec<Span>) -> Option<oneshot::Sender<()>> {
    match entry {
        Entry::Span(span) => {
            spans.push(*span);
            None
        }
        Entry::End(end) => Some(end),
    }
}

async fn post(endpoint: &Url, outgoing: &dyn Fetch, spans: &[Span]) -> Result<(), String> {
    let body = serde_json::to_vec(&request(spans)).map_err(|error| error.to_string())?;
    let submission = Submission {
        url: endpoint,
        content_type: "application/json",
        headers: &[],
        body: &body,
        limit: MAX_ANSWER,
        time: SENDING,
    };
    let reply = outgoing.submit(submission).await.map_err(|error| error.to_string())?;
    if (200..300).contains(&reply.status) {
        Ok(())
    } else {
        Err(format!("the collector answered {}", reply.status))
    }
}

/// An `ExportTraceServiceRequest` in the JSON form of OTLP 1.
fn request(spans: &[Span]) -> Value {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let spans: Vec<Value> = spans.iter().map(|span| span.json()).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            text("service.name", "casemate"),
            text("service.version", env!("CARGO_PKG_VERSION")),
        ]},
        "scopeSpans": [{"scope": {"name": "casemate"}, "spans": spans}],
    }]})
}

impl Span {
    fn json(&self) -> Value {
        let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
        let status = self.status.as_u16();
        let mut attributes = vec![
            text("http.request.method", self.method),
            json!({"key": "http.response.status_code", "value": {"intValue": status.to_string()}}),
            text("casemate.request_id", self.request_id.as_str()),
        ];
        attributes.extend(self.route.as_deref().map(|route| text("http.route", route)));
        let name = match &self.route {
            Some(route) => format!("{} {route}", self.method),
            None => self.method.to_string(),
        };
        let nanos = |micros: i64| (i128::from(micros) * 1_000).to_string();
        let took = i64::try_from(self.took.as_micros()).unwrap_or(i64::MAX);
        // Status 2 is an error; those of a client are none of this server's. Kind 2 is a server's span.
        json!({
            "traceId": self.trace.to_string(),
            "spanId": format!("{:016x}", self.trace.span),
            "parentSpanId": self.trace.parent.map(|parent| format!("{parent:016x}")).unwrap_or_default(),
            "name": name,
            "kind": 2,
            "startTimeUnixNano": nanos(self.end.saturating_sub(took)),
            "endTimeUnixNano": nanos(self.end),
            "attributes": attributes,
            "status": {"code": if status >= 500 { 2 } else { 0 }},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracer(ratio: f64) -> Tracer {
        Tracer { queue: channel(1).0, threshold: threshold(ratio) }
    }

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (TRACEPARENT, value.parse().unwrap())).collect()
    }

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_caller_s_trace_goes_on_and_what_the_caller_does_not_sample_is_not() {
        let trace = tracer(0.0).begin(&headers(&[PARENT])).unwrap();
        assert_eq!(trace.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.parent, Some(0x00f0_67aa_0ba9_02b7));
        let unsampled = PARENT.replace("-01", "-00");
        assert_eq!(tracer(1.0).begin(&headers(&[&unsampled])), None);
        // A later version may say more.
        assert!(read_parent(&format!("{}-more", PARENT.replacen("00", "01", 1))).is_some());
    }

    #[test]
    fn what_is_no_traceparent_begins_a_trace_of_its_own() {
        for wrong in [
            "",
            "00",
            &PARENT.replacen("00", "ff", 1),
            &PARENT.to_uppercase(),
            &format!("{PARENT}-more"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        ] {
            assert_eq!(tracer(1.0).begin(&headers(&[wrong])).unwrap().parent, None, "{wrong}");
        }
        assert_eq!(tracer(1.0).begin(&headers(&[PARENT, PARENT])).unwrap().parent, None);
    }

    #[test]
    fn a_method_that_nobody_knows_takes_no_room() {
        let (queue, mut spans) = channel(1);
        let tracer = Tracer { queue, threshold: threshold(1.0) };
        let trace = tracer.begin(&HeaderMap::new()).unwrap();
        let method = Method::from_bytes(&[b'A'; 30_000]).unwrap();
        let id = RequestId::random();
        tracer.end(trace, &method, Some("/x"), StatusCode::METHOD_NOT_ALLOWED, &id, Duration::ZERO);
        let mut sent = Vec::new();
        take(spans.try_recv().unwrap(), &mut sent);
        let text = request(&sent).to_string();
        assert!(text.len() < 2_000 && text.contains("_OTHER"), "{text}");
    }

    #[test]
    fn the_ratio_is_the_part_that_is_sampled() {
        let count = |ratio| {
            let tracer = tracer(ratio);
            (0..10_000).filter(|_| tracer.begin(&HeaderMap::new()).is_some()).count()
        };
        assert_eq!((count(0.0), count(1.0), count(f64::NAN)), (0, 10_000, 0));
        assert!((2_000..3_000).contains(&count(0.25)));
    }
}
