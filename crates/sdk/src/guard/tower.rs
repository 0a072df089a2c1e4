//! A layer that finds out who calls.

use std::fmt;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::problem::problem;
use crate::clock::BoxFuture;
use crate::{Caller, Credential, Error, PermissionsManager};

/// Finds out who sends each request, by its `Authorization: Bearer …`, and puts the [`Caller`] into its extensions. A bad
/// credential is answered with 401; one that cannot be judged at the moment with 503. A request without a credential is
/// anonymous, unless [`IdentifyLayer::requiring_credential`] says otherwise.
#[derive(Clone, Debug)]
pub struct IdentifyLayer<M, R = Problems> {
    manager: M,
    requires_credential: bool,
    refusal: R,
}

/// How a request is refused.
pub trait Refusal<B>: Clone + Send + 'static {
    /// The answer that tells of the error.
    fn refuse(&self, error: &Error) -> Response<B>;
}

/// Refuses with problems (RFC 9457).
#[derive(Clone, Copy, Debug, Default)]
pub struct Problems;

impl<B: From<String>> Refusal<B> for Problems {
    fn refuse(&self, error: &Error) -> Response<B> {
        problem(error)
    }
}

impl<M: PermissionsManager + Clone> IdentifyLayer<M> {
    /// Asks this manager who calls.
    pub fn new(manager: M) -> IdentifyLayer<M> {
        IdentifyLayer { manager, requires_credential: false, refusal: Problems }
    }
}

impl<M, R> IdentifyLayer<M, R> {
    /// Refuses requests without a credential.
    #[must_use]
    pub fn requiring_credential(self) -> IdentifyLayer<M, R> {
        IdentifyLayer { requires_credential: true, ..self }
    }

    /// Refuses in another way.
    pub fn refusing_with<T>(self, refusal: T) -> IdentifyLayer<M, T> {
        IdentifyLayer { manager: self.manager, requires_credential: self.requires_credential, refusal }
    }
}

impl<S, M: Clone, R: Clone> Layer<S> for IdentifyLayer<M, R> {
    type Service = Identify<S, M, R>;

    fn layer(&self, inner: S) -> Identify<S, M, R> {
        Identify { inner, layer: self.clone() }
    }
}

/// The service that [`IdentifyLayer`] makes of another.
#[derive(Clone)]
pub struct Identify<S, M, R = Problems> {
    inner: S,
    layer: IdentifyLayer<M, R>,
}

impl<S, M, R, B, A> Service<Request<B>> for Identify<S, M, R>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    M: PermissionsManager + Clone + 'static,
    R: Refusal<A>,
    B: Send + 'static,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<A>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that said it is ready is the one that is called.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            match layer.identify(&request).await {
                Ok(caller) => request.extensions_mut().insert(caller),
                Err(error) => return Ok(layer.refusal.refuse(&error)),
            };
            inner.call(request).await
        })
    }
}

impl<M: PermissionsManager, R> IdentifyLayer<M, R> {
    /// Who sends a request. The future holds what it needs of the request, which need not be shared between threads.
    fn identify<B>(
        &self,
        request: &Request<B>,
    ) -> impl Future<Output = Result<Caller, Error>> + Send + use<'_, B, M, R> {
        let values: Vec<Vec<u8>> = request
            .headers()
            .get_all(AUTHORIZATION)
            .iter()
            .take(2)
            .map(|value| value.as_bytes().to_vec())
            .collect();
        let (manager, requires_credential) = (&self.manager, self.requires_credential);
        async move {
            let credential = Credential::of_headers(values.iter().map(Vec::as_slice))?;
            if requires_credential && credential.token().is_none() {
                return Err(Error::CredentialMissing);
            }
            manager.identify(credential).await
        }
    }
}

impl<S: fmt::Debug, M: fmt::Debug, R: fmt::Debug> fmt::Debug for Identify<S, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identify").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
