//! What every area shares, and the one list of routes.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use casemate_directory::{Administration, Directory};
use casemate_platform::api::{Api, Operation, Pages, Route, Trail, Trails};
use casemate_platform::mail::Mail;
use casemate_platform::outgoing::Outgoing;
use casemate_platform::telemetry::Levels;
use casemate_platform::{
    Answering, Client, Code, Frame, Problem, Respond, Tls, UnderWay, framed, from_own_origin, guessed,
};
use casemate_store::Store;

use crate::account::Accounts;
use crate::at_least::at_least;
use crate::audit_event::EventRules;
use crate::audit_log::{LogSigning, Witnesses};
use crate::audit_sink::AuditSinks;
use crate::block::Blocks;
use crate::block::service::count_guess;
use crate::decision::routes::EVALUATION;
use crate::decision_log::DecisionLog;
use crate::denials::{AnonymousDenials, count_denial};
use crate::detection::Detecting;
use crate::invitation::Resets;
use crate::permissions::changes::ChangeStreams;
use crate::policy::PolicyStatus;
use crate::reading::{Exported, Reading};
use crate::sign_in::{Failures, Finishing};
use crate::{
    access_review, account, administrator, alert, api_key, application, assignment, audit_event, audit_hold,
    audit_log, audit_sink, block, console, decision, decision_log, description, detection, directory_sync,
    group, health, identity, invitation, linking, log_level, permissions, policy, provider, resource, role,
    scim, service_account, session, setting, sign_in, source, team, tenant, user,
};

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
    /// What reads and changes configuration.
    pub administration: Arc<Administration>,
    /// Refusals of callers without a valid credential, not written yet.
    pub denials: AnonymousDenials,
    /// What is logged, where that may be changed while serving.
    pub levels: Option<Levels>,
    /// The certificate that is served, where TLS is.
    pub tls: Option<Tls>,
    /// What calls LDAP directories, where this process pulls them.
    pub outgoing: Option<Arc<Outgoing>>,
    /// How many failed sign-ins are told of one by one.
    pub(crate) failures: Arc<Failures>,
    /// Sign-ins that are being finished.
    pub(crate) finishing: Arc<Finishing>,
    /// Networks that showed too many wrong secrets.
    pub blocks: Blocks,
    /// Where passwords are looked at.
    pub accounts: Arc<Accounts>,
    /// The streams that tell of changes.
    pub changes: ChangeStreams,
    /// Questions that are to be logged.
    pub decision_log: DecisionLog,
    /// Where letters are posted, where there is a mail server.
    pub mail: Option<Mail>,
    /// How far sinks of the audit log are.
    pub audit_sinks: AuditSinks,
    /// How detections are doing.
    pub detecting: Detecting,
    /// How often receivers of alerts were tried lately.
    pub(crate) receiver_tests: Arc<alert::Tests>,
    /// People who forgot their passwords.
    pub(crate) resets: Resets,
    /// The keys by which the audit log is known.
    pub(crate) log_keys: Arc<ArcSwap<Vec<String>>>,
    /// How signing the audit log goes.
    pub log_signing: Arc<LogSigning>,
    /// Whose cosignatures of the audit log are taken.
    pub witnesses: Arc<Witnesses>,
    /// What applications may record.
    pub events: Arc<EventRules>,
    /// Requests with an idempotency key that are under way.
    pub(crate) under_way: UnderWay,
}

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where clients reach this server, without a slash at the end: what the discovery document says. Never taken from a
    /// request's headers.
    pub public_url: String,
    /// Which decisions are recorded.
    pub recorded: Recorded,
    /// Whether a decision is answered although it cannot be recorded.
    pub lenient: bool,
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

impl App {
    /// A server on a directory and a store, with a log that is not changed while serving.
    #[must_use]
    pub fn new(directory: Arc<Directory>, store: Arc<Store>, settings: Settings) -> App {
        App {
            administration: Arc::new(Administration::new(Arc::clone(&store), Arc::clone(&directory))),
            directory,
            store,
            policy: Arc::default(),
            settings: Arc::new(settings),
            denials: AnonymousDenials::default(),
            levels: None,
            tls: None,
            outgoing: None,
            failures: Arc::default(),
            finishing: Arc::default(),
            blocks: Blocks::default(),
            changes: ChangeStreams::default(),
            decision_log: DecisionLog::default(),
            accounts: Arc::default(),
            mail: None,
            audit_sinks: AuditSinks::default(),
            detecting: Detecting::default(),
            receiver_tests: Arc::default(),
            resets: Resets::default(),
            log_keys: Arc::default(),
            log_signing: Arc::default(),
            witnesses: Arc::default(),
            events: Arc::default(),
            under_way: UnderWay::default(),
        }
    }
}

/// The routes of the API, each with its description.
fn api() -> Api<App> {
    [
        tenant::routes::routes(),
        role::routes::routes(),
        team::routes::routes(),
        access_review::routes::routes(),
        assignment::routes::routes(),
        service_account::routes::routes(),
        user::routes::routes(),
        invitation::routes::routes(),
        group::routes::routes(),
        resource::routes::routes(),
        api_key::routes::routes(),
        application::routes::routes(),
        application::events::routes(),
        source::routes::routes(),
        provider::routes::routes(),
        directory_sync::routes::routes(),
        setting::routes::routes(),
        detection::routes::routes(),
        alert::routes::routes(),
        audit_event::routes::routes(),
        audit_hold::routes::routes(),
        audit_sink::routes::routes(),
        audit_log::routes::routes(),
        policy::routes::routes(),
        decision_log::routes::routes(),
        log_level::routes::routes(),
        administrator::routes::routes(),
        block::routes::routes(),
        decision::questions::routes(),
        decision::who_can::routes(),
        decision::preview::routes(),
        permissions::routes::routes(),
        identity::routes::routes(),
        session::routes::routes(),
        crate::temporary_credential::routes::routes(),
        health::routes::routes(),
    ]
    .into_iter()
    .fold(Api::new(), Api::merge)
    .get(
        "/api/openapi.json",
        description::serve,
        Operation::new(
            "getOpenApi",
            "Description",
            "This description",
            Trail::Nothing("it is the same for everybody"),
        )
        .answers::<serde_json::Map<String, serde_json::Value>>(200, "OpenAPI 3.1."),
    )
}

/// The routes that the description is of.
#[must_use]
pub fn described() -> Vec<Route> {
    api().into_parts().1
}

/// All routes. Every one of them is behind [`framed`].
fn router(app: App, shared: Arc<App>) -> Router {
    let trails = Arc::new(trails());
    let (decisions, _) = decisions().into_parts();
    let (api, _) = api().into_parts();
    let (pages, _) = pages().into_parts();
    Router::new()
        .merge(decisions.with_state(Arc::clone(&shared)))
        .merge(api)
        .merge(pages)
        .fallback(async || Problem::new(Code::NotFound))
        .method_not_allowed_fallback(other_method)
        .with_state(app)
        .layer(from_fn_with_state((shared, trails), routed))
}

/// What is asked in the words of AuthZEN.
fn decisions() -> Pages<Arc<App>> {
    let (decision, read) = (Trail::Kind("decision"), Trail::Kind("read"));
    Pages::new()
        .post(EVALUATION, decision, decision::routes::evaluation)
        .post("/access/v1/evaluations", decision, decision::routes::evaluations)
        .post("/access/v1/search/subject", read, decision::search::subjects)
        .post("/access/v1/search/action", read, decision::search::actions)
        .post("/access/v1/search/resource", read, decision::search_resource::resources)
}

/// The routes that stand in no description.
fn pages() -> Pages<App> {
    Pages::new()
        .get(
            "/.well-known/authzen-configuration",
            Trail::Nothing("it is the same for everybody"),
            decision::routes::configuration,
        )
        .merge(console::routes::routes())
        .merge(sign_in::routes::routes())
        .merge(invitation::pages())
        .merge(account::routes::routes())
        .merge(linking::routes::routes())
        .merge(scim::routes::routes())
}

/// What comes on record of each route. A route that is not among them answers nobody.
#[must_use]
pub fn trails() -> Trails {
    let mut trails = api().trails();
    trails.extend(decisions().into_parts().1);
    trails.extend(pages().into_parts().1);
    trails
}

/// A server's answers. The question that is asked most does not go through the router, which would cost it as much as
/// deciding does. Cheap to clone.
#[derive(Clone)]
pub struct Front {
    app: Arc<App>,
    router: Router,
}

impl Front {
    /// What answers for this server.
    #[must_use]
    pub fn new(app: App) -> Front {
        let shared = Arc::new(app.clone());
        Front { router: router(app, Arc::clone(&shared)), app: shared }
    }
}

impl Respond for Front {
    fn respond(self, request: Request, client: Option<Client>) -> Answering {
        if request.method() == Method::POST && request.uri().path() == EVALUATION {
            let (head, body) = request.into_parts();
            let frame = Frame::begin(&head, client, Some(EVALUATION));
            // Made in its box: on the way there all of it would be copied, most of which holds nothing yet.
            let answering = Box::write(Box::new_uninit(), evaluated(self.app, frame, head.headers, body));
            Box::into_pin(answering)
        } else {
            self.router.respond(request, client)
        }
    }
}

/// What surrounds every request that is routed, in one layer: each one more costs more than it does.
async fn routed(
    State((app, trails)): State<(Arc<App>, Arc<Trails>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let reading = Reading::default();
    request.extensions_mut().insert(reading.clone());
    let answer = async |request: Request| {
        let client = request.extensions().get::<Client>().copied();
        let matched = request.extensions().get::<MatchedPath>().cloned();
        let trail = trail(&trails, request.method(), matched.as_ref());
        let admitted = match own_origin(&app, request.method(), request.headers()) {
            Ok(()) => unblocked(&app, client, request.headers()).await,
            refused => refused,
        };
        let response = match (admitted, trail) {
            (Ok(()), Ok(trail)) => {
                let response = next.run(request).await;
                let kept = match Reading::is_told(trail, &response) {
                    true => reading.keep(&app, response.extensions().get::<Exported>().cloned()).await,
                    false => Ok(()),
                };
                kept.map_or_else(IntoResponse::into_response, |()| response)
            }
            (Err(problem), _) | (_, Err(problem)) => problem.into_response(),
        };
        let route = matched.as_ref().map(MatchedPath::as_str);
        let refusal = count_refusal(&app, client, route, response.status()).await;
        refusal.map_or(response, IntoResponse::into_response)
    };
    framed(app.settings.request_time, request, answer).await
}

/// What comes on record of a request, where it finds a route; a method that a path does not answer finds none.
///
/// # Errors
/// 500 where a route does not say it.
fn trail(trails: &Trails, method: &Method, matched: Option<&MatchedPath>) -> Result<Trail, Problem> {
    let Some(path) = matched.map(MatchedPath::as_str) else {
        return Ok(Trail::Nothing("there is no such path"));
    };
    match trails.of(method, path) {
        Some(trail) => Ok(trail),
        None if trails.knows(path) => Ok(Trail::Nothing("the path has no such method")),
        None => {
            tracing::error!(route = path, "a route does not say what comes on record of it");
            Err(Problem::new(Code::Internal))
        }
    }
}

/// As [`routed`], of the one question, whose frame has begun.
#[expect(
    clippy::manual_async_fn,
    reason = "an `async fn` keeps what it is given twice, which is most of this"
)]
fn evaluated(app: Arc<App>, frame: Frame, headers: HeaderMap, body: Body) -> impl Future<Output = Response> {
    async move {
        let answer = async {
            let client = frame.client();
            let admitted = match own_origin(&app, &Method::POST, &headers) {
                Ok(()) => unblocked(&app, client, &headers).await,
                refused => refused,
            };
            let response = match admitted {
                Ok(()) => decision::routes::evaluate(&app, frame.id(), &headers, body).await,
                Err(problem) => Err(problem),
            };
            let response = response.unwrap_or_else(Problem::into_response);
            let refusal = count_refusal(&app, client, Some(EVALUATION), response.status()).await;
            refusal.map_or(response, IntoResponse::into_response)
        };
        let response = frame.answer(app.settings.request_time, pin!(answer)).await;
        frame.end(response)
    }
}

/// Refuses what a page of another origin had a browser send with the cookie of a session.
fn own_origin(app: &App, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if !headers.contains_key(COOKIE) {
        return Ok(());
    }
    from_own_origin(method, headers, origin_of(&app.settings.public_url))
}

/// The origin of a URL that was checked: its scheme, host and port (RFC 6454, section 6.1).
pub(crate) fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(authority..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| authority + at);
    url.get(..end).unwrap_or(url)
}

/// Refuses a secret of a network that is blocked, and waits until what the request asks for was reached.
async fn unblocked(app: &App, client: Option<Client>, headers: &HeaderMap) -> Result<(), Problem> {
    match app.blocks.refusal(client, headers) {
        Some(refusal) => Err(refusal),
        None => at_least(app, headers).await,
    }
}

/// Counts who is refused for want of a valid credential, and who may be guessing at one; gives what is answered instead to whoever
/// guessed more than may be wrong.
async fn count_refusal(
    app: &App,
    client: Option<Client>,
    route: Option<&str>,
    status: StatusCode,
) -> Option<Problem> {
    if status == StatusCode::UNAUTHORIZED {
        count_denial(app, client, route);
    }
    // Also where a page sends whoever is not known elsewhere, rather than to say so.
    Box::pin(count_guess(app, client, guessed()?)).await
}

/// What a path answers to a method that it has not: `OPTIONS` with the methods that it has (the router adds them), and
/// without any of CORS, since no page of another origin is to call this API; anything else with 405.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(Code::MethodNotAllowed).into_response()
}
