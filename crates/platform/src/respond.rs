//! What answers requests.

use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower_service::Service as _;

use crate::client::Client;

/// An answer on its way. On the heap, where the next request finds what the last one used: inside of a connection, the
/// states of many connections would push each other out of the processor's caches.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// What answers the requests of a listener. Cheap to clone.
pub trait Respond: Clone + Send + Sync + 'static {
    /// The answer to a request: there always is one. Where it comes from is known where a listener took it.
    fn respond(self, request: Request, client: Option<Client>) -> Answering;
}

impl Respond for Router {
    fn respond(mut self, mut request: Request, client: Option<Client>) -> Answering {
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        // The router is always ready: its own service says so.
        let answer = self.call(request);
        Box::pin(async move {
            match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
    }
}
