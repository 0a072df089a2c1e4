//! What is shown of a running server beside its log: figures on a listener of their own, and traces.

use std::net::SocketAddr;
use std::sync::Arc;

use casemate_directory::{Directory, Loads};
use casemate_platform::config::Config;
use casemate_platform::outgoing::Outgoing;
use casemate_platform::telemetry::metrics::{self, Figures};
use casemate_platform::telemetry::traces::{self, TraceSettings, Traces};
use casemate_platform::{Limits, Server, Tls, clock};
use casemate_server::audit_sink::{AuditSinkState, AuditSinks};
use casemate_server::{Detecting, DetectionState, LogSigning};
use casemate_store::{RecordLag, Store};
use tokio::net::TcpListener;

use super::wiring;
use crate::exit::Failure;

/// The most who may ask for figures at once: a few collectors.
const CONNECTIONS: usize = 32;

/// The listener of figures, taken before anything is created.
pub(super) struct Metrics {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Metrics {
    /// Listens where the configuration says, if anywhere.
    pub(super) async fn listen(config: &Config) -> Result<Option<Metrics>, Failure> {
        let Some(wanted) = config.metrics.listen else { return Ok(None) };
        let (listener, address) = wiring::listen(wanted, "--metrics-listen").await?;
        Ok(Some(Metrics { listener, address }))
    }

    /// Answers with figures and never ends by itself. It keeps nothing open that others wait for.
    pub(super) fn answer(
        self,
        store: &Arc<Store>,
        directory: &Arc<Directory>,
        sinks: &AuditSinks,
        detecting: &Detecting,
        log_signing: Arc<LogSigning>,
        tls: Option<Tls>,
    ) -> impl Future<Output = ()> + use<> {
        let (store, directory) = (Arc::downgrade(store), Arc::downgrade(directory));
        let lag = |read: fn(RecordLag) -> u64| {
            let store = store.clone();
            move || store.upgrade().and_then(|store| store.record_lag()).map_or(0.0, |lag| read(lag) as f64)
        };
        let loads = |read: fn(Loads) -> u64| {
            let directory = directory.clone();
            move || directory.upgrade().map_or(0.0, |directory| read(directory.loads()) as f64)
        };
        let figures = Figures::new()
            .gauge(
                "casemate_record_behind_events",
                "Events that this server recorded and that are not in the log yet.",
                lag(|lag| lag.events),
            )
            .gauge("casemate_record_behind_bytes", "The bytes that they take.", lag(|lag| lag.bytes))
            .counter(
                "casemate_record_held_up_total",
                "How often recording waited since as many as may be were not in the log.",
                lag(|lag| lag.held_up),
            )
            .counter(
                "casemate_record_failed_segments_total",
                "How often a file of recorded decisions was given up since it could not be written or flushed.",
                lag(|lag| lag.failed),
            )
            .gauge(
                "casemate_record_failing",
                "1 where the last attempt to append decisions, or to bring them into the database, failed.",
                lag(|lag| u64::from(lag.is_append_failing || lag.is_indexing_failing)),
            )
            .gauge(
                "casemate_audit_log_unsigned",
                "1 where the last attempt to sign the audit log failed, or it does not go on where it was signed last.",
                move || f64::from(u8::from(log_signing.is_failing())),
            )
            .gauge(
                "casemate_store_writable",
                "1 where the last write to the database succeeded.",
                move || store.upgrade().map_or(0.0, |store| if store.is_writable() { 1.0 } else { 0.0 }),
            )
            .counter(
                "casemate_user_loads_total",
                "How often somebody was looked for in the database, since it was not known what the directory says of them.",
                loads(|loads| loads.users),
            )
            .counter(
                "casemate_permission_loads_total",
                "How often what somebody holds was compiled, since it was not known.",
                loads(|loads| loads.sets),
            )
            .gauge("casemate_policy_revision", "The revision that decides.", move || {
                directory.upgrade().map_or(0.0, |directory| directory.current().revision() as f64)
            });
        let of_sinks = |read: fn(&AuditSinkState) -> f64| {
            let sinks = sinks.clone();
            move || sinks.states().iter().map(|state| (state.name.clone(), read(state))).collect()
        };
        let figures = figures
            .gauges(
                "casemate_audit_sink_behind_events",
                "Events on record that a sink of the audit log was not sent.",
                "sink",
                of_sinks(|state| state.behind_events as f64),
            )
            .gauges(
                "casemate_audit_sink_behind_seconds",
                "How long the first of them waits.",
                "sink",
                of_sinks(|state| state.behind_seconds(clock::now())),
            )
            .gauges(
                "casemate_audit_sink_failing",
                "Attempts in a row to send to a sink that came to nothing.",
                "sink",
                of_sinks(|state| state.failures as f64),
            )
            .counters(
                "casemate_audit_sink_failures_total",
                "Attempts of this process to send to a sink that came to nothing.",
                "sink",
                of_sinks(|state| state.failures_here as f64),
            )
            .counters(
                "casemate_audit_sink_sent_total",
                "Messages that a sink took from this process.",
                "sink",
                of_sinks(|state| state.sent_here as f64),
            );
        let of_detections = |read: fn(&DetectionState) -> f64| {
            let detecting = detecting.clone();
            move || read(&detecting.state())
        };
        let open = detecting.clone();
        let figures = figures
            .gauge(
                "casemate_detection_behind_events",
                "Events on record that no rule looked at; 0 where another process looks at the log.",
                of_detections(|state| if state.is_here { state.behind_events as f64 } else { 0.0 }),
            )
            .gauge(
                "casemate_detection_failing",
                "Attempts in a row to look at the log that came to nothing.",
                of_detections(|state| state.failures as f64),
            )
            .counter(
                "casemate_detection_lost_events_total",
                "Events that no rule looked at since they could not be read.",
                of_detections(|state| state.lost_events as f64),
            )
            .gauges("casemate_alerts_open", "Alerts that are open.", "level", move || {
                open.state().open_alerts.into_iter().map(|(level, many)| (level, many as f64)).collect()
            });
        let figures = match tls {
            Some(tls) => figures.tls(tls),
            None => figures,
        };
        let limits = Limits { connections: CONNECTIONS, ..Limits::default() };
        let server = Server::new(self.listener, metrics::router(figures)).limits(limits);
        server.serve(std::future::pending())
    }
}

/// Begins to trace requests where the configuration says where to.
pub(super) fn trace(config: &Config, outgoing: &Arc<Outgoing>) -> Result<Option<Traces>, Failure> {
    let Some(endpoint) = &config.traces.endpoint else { return Ok(None) };
    let wrong = |why: String| Failure::usage(miette::miette!("`traces.endpoint`: {why}"));
    let endpoint = url::Url::parse(endpoint.as_str()).map_err(|error| wrong(error.to_string()))?;
    outgoing.check(&endpoint).map_err(|refusal| wrong(refusal.to_string()))?;
    let settings = TraceSettings { endpoint, ratio: config.traces.sample_ratio.get() };
    Ok(Some(traces::start(&settings, Arc::<Outgoing>::clone(outgoing))))
}
