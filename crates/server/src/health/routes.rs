//! `/livez` and `/readyz`.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Guard, Problem, clock, json_response, permissions};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::audit_log::service::is_late;
use crate::view::time;

permissions! {
    /// To see the names of what readiness depends on.
    HealthRead = "casemate.health.read", on "health", in installation, read "casemate.health.read";
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    const TAG: &str = "Health";
    Api::new()
        .get(
            "/livez",
            live,
            Operation::new("live", TAG, "Whether the process takes requests", Trail::Nothing("it says that the process runs")).answers_text(200, "It does."),
        )
        .get(
            "/readyz",
            ready,
            Operation::new("ready", TAG, "Whether the server can answer", Trail::Nothing("it says how the server is, to monitors that ask all the time"))
                .describe("With `?verbose`, what it depends on, as JSON. Whoever presents a credential that may `casemate.health.read` is told the names of providers, which may be those of customers.")
                .query("verbose", "Says what it depends on.")
                .problem(Code::CredentialRejected)
                .problem(Code::Forbidden)
                .answers_text_or::<Readiness<'static>>(200, "It can.")
                .answers_text_or::<Readiness<'static>>(503, "It cannot."),
        )
}

/// The process runs and takes requests.
async fn live() -> &'static str {
    "ok\n"
}

/// The server can answer: its database can be read, and the last attempt to write to it succeeded. With `?verbose`, also what
/// it answers from. Strangers are told nothing that names what stands in a policy: mistakes in the policy folder are in
/// the log.
async fn ready(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let store = match app.store.reader().ping().await {
        // Why not stands in the log already.
        Ok(()) => app.store.is_writable(),
        Err(error) => {
            tracing::error!(%error, "not ready: the database cannot be read");
            false
        }
    };
    let status = if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let (mut parts, _) = request.into_parts();
    if !is_verbose(&parts.uri) {
        let text = if store { "ok\n" } else { "not ready\n" };
        return Ok((status, text).into_response());
    }
    let may_see_names = may_see_names(&app, &mut parts).await?;
    let providers = app.directory.providers();
    let revision = app.directory.current().revision();
    let last = app.store.reader().revision().await.ok();
    let leases = app.store.reader().leases(clock::now()).await.unwrap_or_default();
    let audit_log = audit_log(&app);
    let readiness = Readiness {
        ready: store,
        degraded: audit_log.as_ref().is_some_and(|log| !log.signed),
        store,
        policy: Policy { revision, mistakes_in_last_edit: app.policy.mistakes() },
        database: Database {
            last_revision: last,
            lag: last.map(|last| last.saturating_sub(revision).max(0)),
        },
        record: app.store.record_lag().map(|lag| Record {
            behind_events: lag.events,
            behind_bytes: lag.bytes,
            held_up: lag.held_up,
            failed_segments: lag.failed,
            can_append: !lag.is_append_failing,
            reaches_database: !lag.is_indexing_failing,
        }),
        tls: app.tls.as_ref().map(|tls| {
            let status = tls.status();
            Certificate { ends_at: time(status.not_after), follows_its_files: status.problem.is_none() }
        }),
        leases: leases
            .into_iter()
            .map(|lease| HeldLease { name: lease.name, until: time(lease.until) })
            .collect(),
        audit_log,
        audit_sinks: audit_sinks(&app, may_see_names),
        detections: detections(&app, may_see_names),
        providers: providers
            .iter()
            .map(|provider| Provider {
                name: may_see_names.then_some(&*provider.name),
                keys: provider.keys,
                reachable: provider.last_error.is_none(),
            })
            .collect(),
    };
    Ok((status, json_response(&readiness)).into_response())
}

/// Whether the audit log is signed, where this process signs it.
fn audit_log(app: &App) -> Option<LogSigned> {
    let unsigned_for = app.log_signing.unsigned_for(clock::now())?;
    Some(LogSigned { signed: !is_late(unsigned_for), unsigned_seconds: unsigned_for as f64 / 1e6 })
}

/// How far the sinks of the audit log are. Errors name hosts.
fn audit_sinks(app: &App, may_see_names: bool) -> Vec<AuditSink> {
    let now = clock::now();
    let states = app.audit_sinks.states().into_iter();
    let shown = states.map(|state| AuditSink {
        behind_seconds: state.behind_seconds(now),
        kind: state.kind,
        behind_events: state.behind_events,
        failures: state.failures,
        paused: state.paused,
        name: may_see_names.then_some(state.name),
        error: state.error.filter(|_| may_see_names),
    });
    shown.collect()
}

/// How detections are doing, where this process looks at the log. Errors name files and hosts.
fn detections(app: &App, may_see_names: bool) -> Option<Detections> {
    let state = app.detecting.state();
    state.is_here.then(|| Detections {
        behind_events: state.behind_events,
        lost_events: state.lost_events,
        failures: state.failures,
        error: state.error.filter(|_| may_see_names),
    })
}

/// Whether names may be shown: not to strangers. Whoever presents a credential is who it says, or refused.
async fn may_see_names(app: &App, parts: &mut Parts) -> Result<bool, Problem> {
    match app.admit::<HealthRead>(parts).await {
        Ok(_) => Ok(true),
        Err(problem) if problem.code() == Code::CredentialMissing => Ok(false),
        Err(problem) => Err(problem),
    }
}

fn is_verbose(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|part| matches!(part, "verbose" | "verbose=true")))
}

#[derive(Serialize, JsonSchema)]
struct Readiness<'a> {
    ready: bool,
    /// Whether something that makes no server unready is not as it should be, and somebody has to look: the audit log is not signed.
    #[serde(default)]
    degraded: bool,
    store: bool,
    policy: Policy,
    database: Database,
    /// Events that this server recorded and that are not in the log yet; absent where they are recorded in the log itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
    /// The certificate that is served; absent without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Certificate>,
    /// What jobs hold at the moment, whichever process runs them.
    leases: Vec<HeldLease>,
    /// Whether the audit log is signed; absent where another process signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_log: Option<LogSigned>,
    /// How far the sinks of the audit log are, as this process knows it: one that is behind makes no server unready.
    audit_sinks: Vec<AuditSink>,
    /// How far detections are; absent where another process looks at the log. None of it makes a server unready.
    #[serde(skip_serializing_if = "Option::is_none")]
    detections: Option<Detections>,
    providers: Vec<Provider<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessPolicy")]
struct Policy {
    /// What decides here.
    revision: i64,
    /// Over zero, the edit was not taken: the policy before it still decides.
    mistakes_in_last_edit: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessProvider")]
struct Provider<'a> {
    /// Shown to whoever may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    keys: usize,
    reachable: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessAuditLog")]
struct LogSigned {
    /// Whether all of it was signed lately. Otherwise the server's own log says why not: it may not go on where it was signed last.
    signed: bool,
    /// How long ago all of it was.
    unsigned_seconds: f64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessAuditSink")]
struct AuditSink {
    /// Shown to whoever may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `syslog`, `webhook`, `file` or `nats`.
    kind: &'static str,
    /// How many events are on record that it was not sent.
    behind_events: u64,
    /// How long the first of them waits.
    behind_seconds: f64,
    /// How many attempts in a row came to nothing.
    failures: u64,
    /// Why the last one did; shown to whoever may see names.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Whether somebody paused it.
    paused: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessDetections")]
struct Detections {
    /// How many events are on record that no rule looked at.
    behind_events: u64,
    /// How many events this process passed over since they could not be read: an alert tells of them.
    lost_events: u64,
    /// How many attempts in a row came to nothing.
    failures: u64,
    /// Why the last one did; shown to whoever may see names.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessCertificate")]
struct Certificate {
    /// When it ends.
    ends_at: String,
    /// Whether what is served is what stands in its files; otherwise the log says why not.
    follows_its_files: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessLease")]
struct HeldLease {
    name: String,
    until: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessRecord")]
struct Record {
    /// How many events.
    behind_events: u64,
    /// How many bytes they take.
    behind_bytes: u64,
    /// How often recording waited since that was as much as may be, since the start.
    held_up: u64,
    /// How often a segment was given up since it could not be written or flushed, since the start.
    failed_segments: u64,
    /// Whether the last attempt to append decisions succeeded, and none hangs; while it did not, decisions are refused.
    can_append: bool,
    /// Whether the last attempt to bring them into the log succeeded; while it did not, the server's own log says why.
    reaches_database: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessDatabase")]
struct Database {
    /// The last change of any process; absent where the database cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_revision: Option<i64>,
    /// How many changes are not in force here yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<i64>,
}
