//! What surrounds every request: its id, its time limit, its problem where it failed, and one line in the access log.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::caller::Caller;
use crate::problem::{Code, Problem};
use crate::request_id::{self, RequestId};

/// The middleware of every route, for `axum::middleware::from_fn_with_state(limit, frame)`: a request that is not
/// answered within the limit is answered with 408.
pub async fn frame(State(limit): State<Duration>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    // The pattern, never the path or the query: those may hold personal data.
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = if names_one_host(&request) {
        match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::new(Code::RequestTimeout).into_response(),
        }
    } else {
        Problem::new(Code::MalformedHeader).detail("send exactly one Host header").into_response()
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_extensions(problem.response(&id), response);
    }
    if let Some(value) = id.header_value() {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    log(&id, &method, route.as_ref(), &response, started.elapsed());
    response
}

/// RFC 9112, section 3.2: a request of HTTP/1.1 has exactly one Host, which the HTTP library leaves to us.
fn names_one_host(request: &Request) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    hosts == 1 || (hosts == 0 && request.version() != Version::HTTP_11)
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
    route: Option<&MatchedPath>,
    response: &Response,
    took: Duration,
) {
    let caller = response.extensions().get::<Caller>().map(|caller| &caller.0);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "casemate::access",
        request_id = id.as_str(),
        %method,
        route = route.map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        micros,
        caller_provider = caller.map(|caller| &*caller.provider),
        caller_id = caller.and_then(|caller| caller.id.as_deref()),
    );
}
