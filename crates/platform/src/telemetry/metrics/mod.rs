//! Figures for Prometheus. Counting takes no lock and no memory: counters stand ready, in the program itself.

mod instrument;
mod process;
mod routes;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::listener::Tls;
use instrument::{Counter, Gauge, Reasons};
use routes::Routes;
use text::{Kind, Text};

static ROUTES: Routes = Routes::new();
static CONNECTIONS: Gauge = Gauge::new();
static HANDSHAKES_FAILED: Counter = Counter::new();
static AUTHENTICATIONS: Reasons = Reasons::new();
static ALLOWED: Counter = Counter::new();
static DENIED: Counter = Counter::new();
static UNDECIDED: Counter = Counter::new();
static PASSWORDS_RIGHT: Counter = Counter::new();
static PASSWORDS_WRONG: Counter = Counter::new();
static SPANS_LOST: Counter = Counter::new();
static DETECTED: Counter = Counter::new();
static ALERTS_MADE: Counter = Counter::new();
static ALERTS_HELD_BACK: Counter = Counter::new();
static ALERTS_TOLD: Counter = Counter::new();
static ALERTS_NOT_TOLD: Counter = Counter::new();
static UNRECORDED: Counter = Counter::new();
static EVENTS_REFUSED: Counter = Counter::new();

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Allowed.
    Allowed,
    /// Denied.
    Denied,
    /// No decision came about, for a fault of ours.
    Failed,
}

/// Counts a decision.
pub fn decision(decided: Decided) {
    match decided {
        Decided::Allowed => &ALLOWED,
        Decided::Denied => &DENIED,
        Decided::Failed => &UNDECIDED,
    }
    .add(1);
}

/// Counts a password that was looked at.
pub fn count_password_check(is_right: bool) {
    if is_right { &PASSWORDS_RIGHT } else { &PASSWORDS_WRONG }.add(1);
}

/// Counts decisions that were answered although they could not be recorded.
pub fn count_unrecorded(decisions: u64) {
    UNRECORDED.add(decisions);
}

/// Counts events of applications that were refused, since there were as many as there may be.
pub fn count_refused_events(events: u64) {
    EVENTS_REFUSED.add(events);
}

/// Counts a request that was answered; `route` is its pattern.
pub(crate) fn request(route: &str, method: &Method, status: StatusCode, took: Duration) {
    ROUTES.of(route).count(method, status, took);
}

/// Counts what became of a credential: `accepted`, `anonymous`, or the code of a refusal.
pub(crate) fn authentication(outcome: &'static str) {
    AUTHENTICATIONS.count(outcome);
}

/// Counts a TLS handshake that came to nothing.
pub(crate) fn handshake_failed() {
    HANDSHAKES_FAILED.add(1);
}

/// Counts spans that found no room.
pub(crate) fn spans_lost(count: u64) {
    SPANS_LOST.add(count);
}

/// Counts events that detections looked at.
pub fn detected(events: u64) {
    DETECTED.add(events);
}

/// Counts alerts that were made.
pub fn alerts_made(count: u64) {
    ALERTS_MADE.add(count);
}

/// Counts matches of which no alert was made, since their detection made very many.
pub fn alerts_held_back(count: u64) {
    ALERTS_HELD_BACK.add(count);
}

/// Counts an attempt to tell a receiver of an alert.
pub fn alert_told(is_told: bool) {
    if is_told { &ALERTS_TOLD } else { &ALERTS_NOT_TOLD }.add(1);
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(());

impl Open {
    pub(crate) fn count() -> Open {
        CONNECTIONS.add(1);
        Open(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        CONNECTIONS.add(-1);
    }
}

type Read = Arc<dyn Fn() -> f64 + Send + Sync>;
type ReadEach = Arc<dyn Fn() -> Vec<(String, f64)> + Send + Sync>;

/// What is shown beside what is counted here: figures that others know, read when somebody asks.
#[derive(Clone, Default)]
pub struct Figures {
    others: Vec<(&'static str, &'static str, Kind, Read)>,
    /// With the label that tells one of a family from another.
    each: Vec<(&'static str, &'static str, Kind, &'static str, ReadEach)>,
    tls: Option<Tls>,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.others.iter().map(|(name, ..)| name)).finish()
    }
}

impl Figures {
    /// None yet.
    #[must_use]
    pub fn new() -> Figures {
        Figures::default()
    }

    /// Shows a figure that goes up and down, such as the length of a queue. `read` must be quick.
    #[must_use]
    pub fn gauge(
        self,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Figures {
        self.other(name, help, Kind::Gauge, Arc::new(read))
    }

    /// Shows a figure that only rises while the process runs; its name ends with `_total`. `read` must be quick.
    #[must_use]
    pub fn counter(
        self,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Figures {
        self.other(name, help, Kind::Counter, Arc::new(read))
    }

    /// Shows a figure that goes up and down of each of a few things: `read` gives the value of `label` and the figure, of few, and must be
    /// quick.
    #[must_use]
    pub fn gauges(
        mut self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        read: impl Fn() -> Vec<(String, f64)> + Send + Sync + 'static,
    ) -> Figures {
        self.each.push((name, help, Kind::Gauge, label, Arc::new(read)));
        self
    }

    /// As [`Figures::gauges`], of figures that only rise; the name ends with `_total`.
    #[must_use]
    pub fn counters(
        mut self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        read: impl Fn() -> Vec<(String, f64)> + Send + Sync + 'static,
    ) -> Figures {
        self.each.push((name, help, Kind::Counter, label, Arc::new(read)));
        self
    }

    fn other(mut self, name: &'static str, help: &'static str, kind: Kind, read: Read) -> Figures {
        self.others.push((name, help, kind, read));
        self
    }

    /// Shows when the certificate of a listener ends.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Figures {
        Figures { tls: Some(tls), ..self }
    }

    /// Everything in Prometheus' text format (version 0.0.4).
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = Text::default();
        ROUTES.render(&mut text);
        text.family("casemate_connections_open", "Connections that are open.", Kind::Gauge);
        text.sample("casemate_connections_open", &[], CONNECTIONS.get() as f64);
        text.counter(
            "casemate_tls_handshakes_failed_total",
            "TLS handshakes that failed.",
            &HANDSHAKES_FAILED,
        );
        text.counter("casemate_trace_spans_lost_total", "Spans that could not be sent.", &SPANS_LOST);
        text.counter("casemate_detection_events_total", "Events that detections looked at.", &DETECTED);
        text.counter("casemate_alerts_total", "Alerts that were made.", &ALERTS_MADE);
        text.counter(
            "casemate_alerts_held_back_total",
            "Matches of which no alert was made, since their detection made very many.",
            &ALERTS_HELD_BACK,
        );
        text.counter("casemate_alerts_told_total", "Alerts that a receiver was told of.", &ALERTS_TOLD);
        text.counter(
            "casemate_alerts_not_told_total",
            "Attempts to tell a receiver of an alert that failed.",
            &ALERTS_NOT_TOLD,
        );
        text.counter(
            "casemate_decisions_unrecorded_total",
            "Decisions that were answered although they could not be recorded.",
            &UNRECORDED,
        );
        text.counter(
            "casemate_application_events_refused_total",
            "Events of applications that were refused, since they recorded as many as they may.",
            &EVENTS_REFUSED,
        );
        let name = "casemate_decisions_total";
        text.family(name, "Decisions by outcome.", Kind::Counter);
        for (outcome, counter) in [("allowed", &ALLOWED), ("denied", &DENIED), ("failed", &UNDECIDED)] {
            text.sample(name, &[("outcome", outcome)], counter.get() as f64);
        }
        AUTHENTICATIONS.render(&mut text);
        let name = "casemate_password_checks_total";
        text.family(name, "Passwords that were looked at, by whether they were right.", Kind::Counter);
        for (outcome, counter) in [("right", &PASSWORDS_RIGHT), ("wrong", &PASSWORDS_WRONG)] {
            text.sample(name, &[("outcome", outcome)], counter.get() as f64);
        }
        for (name, help, kind, read) in &self.others {
            text.family(name, help, *kind);
            text.sample(name, &[], read());
        }
        for (name, help, kind, label, read) in &self.each {
            text.family(name, help, *kind);
            for (value, figure) in read() {
                text.sample(name, &[(label, &value)], figure);
            }
        }
        if let Some(tls) = &self.tls {
            let name = "casemate_tls_certificate_not_after_seconds";
            text.family(
                name,
                "When the certificate that is served ends, in seconds since 1970.",
                Kind::Gauge,
            );
            let status = tls.status();
            text.sample(name, &[], status.not_after as f64 / 1e6);
            let name = "casemate_tls_certificate_stale";
            text.family(
                name,
                "1 where the certificate's files hold something that cannot be served.",
                Kind::Gauge,
            );
            text.sample(name, &[], if status.problem.is_some() { 1.0 } else { 0.0 });
        }
        text.family("casemate_build_info", "The version that runs.", Kind::Gauge);
        text.sample("casemate_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        process::render(&mut text);
        text.finish()
    }
}

/// `GET /metrics`: for a listener of its own, since it asks for no credentials.
pub fn router(figures: Figures) -> Router {
    Router::new().route("/metrics", get(show)).with_state(Arc::new(figures))
}

async fn show(State(figures): State<Arc<Figures>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, figures.render()).into_response()
}
