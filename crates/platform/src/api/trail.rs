//! What comes on record where a route is used: no route can be added that does not say it.

use std::collections::HashMap;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

/// What comes on record of a request that was answered with success. What was denied is on record wherever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trail {
    /// That somebody read it, before it is answered; the server sees to it.
    Read,
    /// An event of this kind, which the handler records: of a change in the change's own transaction.
    Kind(&'static str),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

impl Trail {
    /// The kind of the event, where there is one.
    #[must_use]
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Trail::Read => Some("read"),
            Trail::Kind(kind) => Some(kind),
            Trail::Nothing(_) => None,
        }
    }
}

/// What comes on record, by method and template of a path.
#[derive(Debug, Clone, Default)]
pub struct Trails(HashMap<(Method, String), Trail>);

impl Trails {
    /// What comes on record of requests of this method to routes of this template; `HEAD` is `GET`. Nothing is known of a route
    /// that did not say it.
    #[must_use]
    pub fn of(&self, method: &Method, path: &str) -> Option<Trail> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(method.clone(), path.to_owned())).copied()
    }

    /// Whether any method of this path said it.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.0.keys().any(|(_, known)| known == path)
    }

    /// All of them, sorted by path and method.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&str, &Method, Trail)> {
        let mut all: Vec<_> =
            self.0.iter().map(|((method, path), trail)| (path.as_str(), method, *trail)).collect();
        all.sort_by(|one, other| (one.0, one.1.as_str()).cmp(&(other.0, other.1.as_str())));
        all
    }

    /// One more.
    pub fn insert(&mut self, method: Method, path: &str, trail: Trail) {
        self.0.insert((method, path.to_owned()), trail);
    }

    /// With those of another.
    pub fn extend(&mut self, other: Trails) {
        self.0.extend(other.0);
    }
}

/// Routes that stand in no description: pages, and protocols that describe themselves.
#[derive(Debug)]
pub struct Pages<S> {
    router: Router<S>,
    trails: Trails,
}

impl<S: Clone + Send + Sync + 'static> Pages<S> {
    /// No route yet.
    #[must_use]
    pub fn new() -> Pages<S> {
        Pages { router: Router::new(), trails: Trails::default() }
    }

    /// One more route, for `GET` (which answers `HEAD` too).
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.route(Method::GET, MethodFilter::GET, path, trail, handler)
    }

    /// One more route, for `POST`.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.route(Method::POST, MethodFilter::POST, path, trail, handler)
    }

    /// One more route, for `PUT`.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.route(Method::PUT, MethodFilter::PUT, path, trail, handler)
    }

    /// One more route, for `PATCH`.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.route(Method::PATCH, MethodFilter::PATCH, path, trail, handler)
    }

    /// One more route, for `DELETE`.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.route(Method::DELETE, MethodFilter::DELETE, path, trail, handler)
    }

    /// One more route, for every method.
    #[must_use]
    pub fn any<H: Handler<T, S>, T: 'static>(mut self, path: &str, trail: Trail, handler: H) -> Pages<S> {
        self.router = self.router.route(path, axum::routing::any(handler));
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            self.trails.insert(method, path, trail);
        }
        self
    }

    /// All of them below a path, behind what surrounds them there.
    #[must_use]
    pub fn nested(self, prefix: &str, around: impl FnOnce(Router<S>) -> Router<S>) -> Pages<S> {
        let Trails(trails) = self.trails;
        let below = |path: String| if path == "/" { prefix.to_owned() } else { format!("{prefix}{path}") };
        let trails = trails.into_iter().map(|((method, path), trail)| ((method, below(path)), trail));
        Pages { router: Router::new().nest(prefix, around(self.router)), trails: Trails(trails.collect()) }
    }

    fn route<H: Handler<T, S>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        trail: Trail,
        handler: H,
    ) -> Pages<S> {
        self.router = self.router.route(path, on(filter, handler));
        self.trails.insert(method, path, trail);
        self
    }

    /// With the routes of another.
    #[must_use]
    pub fn merge(mut self, other: Pages<S>) -> Pages<S> {
        self.router = self.router.merge(other.router);
        self.trails.extend(other.trails);
        self
    }

    /// The routes, and what comes on record of each.
    pub fn into_parts(self) -> (Router<S>, Trails) {
        (self.router, self.trails)
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Pages<S> {
    fn default() -> Pages<S> {
        Pages::new()
    }
}
