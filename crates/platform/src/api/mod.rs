//! The routes of an API and their description, from one table: a route that is not described cannot be added.

mod document;
mod operation;
mod trail;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

pub use document::{Info, openapi};
pub use operation::{Operation, Scope, Security};
pub use trail::{Pages, Trail, Trails};

/// A route: where it is, and what it does.
#[derive(Debug)]
pub struct Route {
    /// `GET`, `POST`, …
    pub method: Method,
    /// The template of its path, such as `/api/v1/roles/{id}`.
    pub path: &'static str,
    /// What it does.
    pub operation: Operation,
}

/// Routes as they are gathered.
pub struct Api<S> {
    router: Router<S>,
    routes: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// No route yet.
    #[must_use]
    pub fn new() -> Api<S> {
        Api { router: Router::new(), routes: Vec::new() }
    }

    /// One more route, for `GET` (which answers `HEAD` too).
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.route(Method::GET, MethodFilter::GET, path, handler, operation)
    }

    /// One more route, for `POST`.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.route(Method::POST, MethodFilter::POST, path, handler, operation)
    }

    /// One more route, for `PUT`.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.route(Method::PUT, MethodFilter::PUT, path, handler, operation)
    }

    /// One more route, for `PATCH`.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.route(Method::PATCH, MethodFilter::PATCH, path, handler, operation)
    }

    /// One more route, for `DELETE`.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(
        self,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.route(Method::DELETE, MethodFilter::DELETE, path, handler, operation)
    }

    fn route<H: Handler<T, S>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) -> Api<S> {
        self.router = self.router.route(path, on(filter, handler));
        self.routes.push(Route { method, path, operation });
        self
    }

    /// With the routes of another.
    #[must_use]
    pub fn merge(mut self, other: Api<S>) -> Api<S> {
        self.router = self.router.merge(other.router);
        self.routes.extend(other.routes);
        self
    }

    /// The routes, for a server and for a description.
    pub fn into_parts(self) -> (Router<S>, Vec<Route>) {
        (self.router, self.routes)
    }

    /// What comes on record of each route.
    #[must_use]
    pub fn trails(&self) -> Trails {
        let mut trails = Trails::default();
        for Route { method, path, operation } in &self.routes {
            trails.insert(method.clone(), path, operation.trail());
        }
        trails
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Api<S> {
        Api::new()
    }
}

impl<S> std::fmt::Debug for Api<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("routes", &self.routes).finish_non_exhaustive()
    }
}
