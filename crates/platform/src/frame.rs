//! What surrounds every request: its id, its time limit, its problem where it failed, and one line in the access log.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::caller::Noted;
use crate::client::Client;
use crate::problem::{Code, Problem};
use crate::request_id::{self, RequestId};
use crate::telemetry::access::{self, Access};
use crate::telemetry::metrics;
use crate::telemetry::traces::{self, Trace};

/// The middleware of every route, for `axum::middleware::from_fn_with_state(limit, frame)`: a request that is not
/// answered within the limit is answered with 408.
pub async fn frame(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    framed(limit, request, |request| next.run(request)).await
}

/// What [`frame`] does around `answer`, for what does more than this.
pub async fn framed<F: Future<Output = Response>>(
    limit: Duration,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let (mut head, body) = request.into_parts();
    let client = head.extensions.get::<Client>().copied();
    let frame = Frame::begin(&head, client, None);
    head.extensions.insert(frame.id().clone());
    let answer = pin!(answer(Request::from_parts(head, body)));
    let response = frame.answer(limit, answer).await;
    frame.end(response)
}

/// A request while it is answered. Neither the request nor what answers it is moved through here: both are large, and
/// lie where no other request's do.
#[derive(Debug)]
pub struct Frame {
    started: Instant,
    noted: Arc<Noted>,
    method: Method,
    /// The pattern, never the path or the query: those may hold personal data.
    route: Option<&'static str>,
    matched: Option<MatchedPath>,
    trace: Option<Trace>,
    /// Why the request is not looked at any further.
    refused: Option<&'static str>,
}

impl Frame {
    /// Begins with a request; `route` is the pattern of its path where no router found it.
    #[must_use]
    pub fn begin(head: &Parts, client: Option<Client>, route: Option<&'static str>) -> Frame {
        let id = RequestId::of(&head.headers);
        Frame {
            started: Instant::now(),
            noted: Noted::from(id, client),
            method: head.method.clone(),
            route,
            matched: head.extensions.get::<MatchedPath>().cloned(),
            trace: traces::begin(&head.headers),
            refused: unambiguous(head).err(),
        }
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        self.noted.id()
    }

    /// Where the request comes from, where that is known.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        self.noted.client()
    }

    /// Answers by `answer`, within the limit, or with why the request is refused.
    pub async fn answer<F: Future<Output = Response>>(
        &self,
        limit: Duration,
        answer: Pin<&mut F>,
    ) -> Response {
        if let Some(detail) = self.refused {
            return Problem::new(Code::MalformedHeader).detail(detail).into_response();
        }
        let mut answer = pin!(self.noted.during(answer));
        if let Some(response) = at_once(answer.as_mut()).await {
            return response;
        }
        // In a box, since nearly all were answered by now.
        match Box::pin(tokio::time::timeout(limit, answer)).await {
            Ok(response) => response,
            Err(_) => Problem::new(Code::RequestTimeout).into_response(),
        }
    }

    /// The answer as it is sent; it is counted, traced and logged.
    #[must_use]
    pub fn end(self, mut response: Response) -> Response {
        let id = self.noted.id();
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            response = with_extensions(problem.response(id), response);
        }
        if let Some(value) = id.header_value() {
            response.headers_mut().insert(request_id::HEADER, value);
        }
        let took = self.started.elapsed();
        let route = self.route.or(self.matched.as_ref().map(MatchedPath::as_str));
        metrics::request(route.unwrap_or("none"), &self.method, response.status(), took);
        if let Some(trace) = self.trace {
            trace.end(&self.method, route, response.status(), id, took);
        }
        let caller = self.noted.get().map(|caller| &caller.0);
        access::log(&Access {
            request_id: id.as_str(),
            method: self.method.as_str(),
            route: route.unwrap_or("none"),
            status: response.status().as_u16(),
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            caller_provider: caller.map(|caller| &*caller.provider),
            caller_id: caller.and_then(|caller| caller.id.as_deref()),
            trace_id: self.trace,
        });
        response
    }
}

/// What a future answers when it is looked at, and again as soon as everybody who is waiting had a turn: a body that came
/// with its headers is there by then, and a timer that nearly no answer needs is not set.
async fn at_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut looks = 0;
    poll_fn(|context| {
        looks += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if looks == 2 => Poll::Ready(None),
            Poll::Pending => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

/// The mark of a request whose headers say twice where its body ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TwoLengths;

/// What the HTTP library leaves to us: a request says once where it ends (RFC 9112, section 6.1) and whom it is for (RFC
/// 9112, section 3.2; RFC 9113, section 8.3.1), so that nobody on its way understands it otherwise.
fn unambiguous(head: &Parts) -> Result<(), &'static str> {
    if head.extensions.get::<TwoLengths>().is_some() {
        return Err("send Content-Length or Transfer-Encoding, not both");
    }
    let mut hosts = head.headers.get_all(header::HOST).iter().map(HeaderValue::as_bytes);
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => Some(host),
        (None, _) => None,
        _ => return Err("send exactly one Host header, with a host and an optional port"),
    };
    match (head.version, host, head.uri.authority()) {
        (Version::HTTP_11, None, _) => Err("send exactly one Host header, with a host and an optional port"),
        (_, Some(host), Some(authority)) if !authority.as_str().as_bytes().eq_ignore_ascii_case(host) => {
            Err("the request's target and its Host header name different hosts")
        }
        (Version::HTTP_2, None, None) => Err("send :authority or a Host header"),
        (_, None, Some(authority)) if !is_host(authority.as_str().as_bytes()) => {
            Err("the request's target does not name a host with an optional port")
        }
        _ => Ok(()),
    }
}

/// A host that is not empty, with an optional port (RFC 3986, section 3.2); unlike an authority it has no user.
fn is_host(value: &[u8]) -> bool {
    is_plain_host(value) || is_any_host(value)
}

/// A name or an IPv4 address with an optional port, which nearly all are: found out without a copy.
fn is_plain_host(value: &[u8]) -> bool {
    let is_part_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let colon = value.iter().position(|byte| *byte == b':');
    let (name, port) = value.split_at(colon.unwrap_or(value.len()));
    let port_is_valid = match str::from_utf8(port).ok().and_then(|port| port.strip_prefix(':')) {
        Some(port) => port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    !name.is_empty() && name.iter().all(is_part_of_name) && port_is_valid
}

fn is_any_host(value: &[u8]) -> bool {
    match Authority::try_from(value) {
        Ok(authority) => {
            let port_is_valid = match authority.as_str().strip_prefix(authority.host()) {
                Some("" | ":") => true,
                Some(port) => port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
                None => false,
            };
            !authority.host().is_empty() && !value.contains(&b'@') && port_is_valid
        }
        Err(_) => false,
    }
}

/// The problem's response with what the handler noted about the request, and with the methods that the router says a
/// path answers (RFC 9110, section 15.5.6).
fn with_extensions(mut problem: Response, mut replaced: Response) -> Response {
    std::mem::swap(problem.extensions_mut(), replaced.extensions_mut());
    if let Some(allow) = replaced.headers_mut().remove(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    problem
}
