//! What surrounds every request: its id, its time limit, its problem where it failed, and one line in the access log.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::caller::{Caller, Noted};
use crate::client::Client;
use crate::problem::{Code, Problem};
use crate::request_id::{self, RequestId};
use crate::telemetry::access::{self, Access};
use crate::telemetry::metrics;
use crate::telemetry::traces::{self, Trace};

/// The middleware of every route, for `axum::middleware::from_fn_with_state(limit, frame)`: a request that is not
/// answered within the limit is answered with 408.
pub async fn frame(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    framed(limit, None, request, |request| next.run(request)).await
}

/// What [`frame`] does around `answer`, for what does more than this; `route` is the pattern of the path where no router
/// found it.
pub async fn framed<F: Future<Output = Response>>(
    limit: Duration,
    route: Option<&'static str>,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    // The pattern, never the path or the query: those may hold personal data.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = route.or(matched.as_ref().map(MatchedPath::as_str));

    let trace = traces::begin(request.headers());
    let noted = Noted::from(id.clone(), request.extensions().get::<Client>().copied());
    let mut response = if let Err(detail) = unambiguous(&request) {
        Problem::new(Code::MalformedHeader).detail(detail).into_response()
    } else {
        match tokio::time::timeout(limit, noted.during(answer(request))).await {
            Ok(response) => response,
            Err(_) => Problem::new(Code::RequestTimeout).into_response(),
        }
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_extensions(problem.response(&id), response);
    }
    if let Some(value) = id.header_value() {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    let took = started.elapsed();
    metrics::request(route.unwrap_or("none"), &method, response.status(), took);
    if let Some(trace) = trace {
        trace.end(&method, route, response.status(), &id, took);
    }
    log(&id, &method, route, &response, noted.get(), trace, took);
    response
}

/// The mark of a request whose headers say twice where its body ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TwoLengths;

/// What the HTTP library leaves to us: a request says once where it ends (RFC 9112, section 6.1) and whom it is for (RFC
/// 9112, section 3.2; RFC 9113, section 8.3.1), so that nobody on its way understands it otherwise.
fn unambiguous(request: &Request) -> Result<(), &'static str> {
    if request.extensions().get::<TwoLengths>().is_some() {
        return Err("send Content-Length or Transfer-Encoding, not both");
    }
    let mut hosts = request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes);
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => Some(host),
        (None, _) => None,
        _ => return Err("send exactly one Host header, with a host and an optional port"),
    };
    match (request.version(), host, request.uri().authority()) {
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

fn log(
    id: &RequestId,
    method: &axum::http::Method,
    route: Option<&str>,
    response: &Response,
    caller: Option<&Caller>,
    trace: Option<Trace>,
    took: Duration,
) {
    let caller = caller.map(|caller| &caller.0);
    access::log(&Access {
        request_id: id.as_str(),
        method: method.as_str(),
        route: route.unwrap_or("none"),
        status: response.status().as_u16(),
        micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        caller_provider: caller.map(|caller| &*caller.provider),
        caller_id: caller.and_then(|caller| caller.id.as_deref()),
        trace_id: trace,
    });
}
