//! What every area shares, and the one list of routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use casemate_directory::Directory;
use casemate_platform::{Code, Problem, frame};
use casemate_store::Store;

use crate::policy::PolicyStatus;
use crate::{decision, health, identity};

/// What a running server knows.
#[derive(Clone)]
pub struct App {
    /// What decides.
    pub directory: Arc<Directory>,
    /// The record.
    pub store: Arc<Store>,
    /// How the last reading of the policy folder went.
    pub policy: Arc<PolicyStatus>,
    /// What the operator chose.
    pub settings: Arc<Settings>,
}

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where clients reach this server, without a slash at the end: what the discovery document says. Never taken from a
    /// request's headers.
    pub public_url: String,
    /// Which decisions are recorded.
    pub recorded: Recorded,
    /// How long a request may take.
    pub request_time: Duration,
}

/// Which decisions are recorded. Denials always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Those that were not allowed.
    Denied,
    /// All.
    Allowed,
}

/// All routes. Every one of them is behind [`frame`].
pub fn router(app: App) -> Router {
    let time = app.settings.request_time;
    Router::new()
        .route("/access/v1/evaluation", post(decision::routes::evaluation))
        .route("/access/v1/evaluations", post(decision::routes::evaluations))
        .route("/.well-known/authzen-configuration", get(decision::routes::configuration))
        .route("/api/v1/explain", post(decision::routes::explain))
        .route("/api/v1/me", get(identity::routes::me))
        .route("/livez", get(health::routes::live))
        .route("/readyz", get(health::routes::ready))
        .fallback(async || Problem::new(Code::NotFound))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .with_state(app)
        .layer(from_fn_with_state(time, frame))
}
