//! What answers requests.

use std::future::Future;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower_service::Service as _;

/// What answers the requests of a listener. Cheap to clone.
pub trait Respond: Clone + Send + Sync + 'static {
    /// The answer to a request: there always is one.
    fn respond(self, request: Request) -> impl Future<Output = Response> + Send + 'static;
}

impl Respond for Router {
    fn respond(mut self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        // The router is always ready: its own service says so.
        let answer = self.call(request);
        async move {
            match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    }
}
