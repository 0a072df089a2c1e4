//! `/access/v1`, its discovery document, and `/api/v1/explain`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_directory::{Met, NotFetched, Registered, Snapshot, is_of_people};
use casemate_expression::{Datum, JsonError};
use casemate_permission::{EvaluationError, Mentioned};
use casemate_platform::{Code, Problem, RequestId, clock, json_response, json_text};
use casemate_store::{DecisionEvent, clipped};
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::decision::asker::{Asker, Beside};
use crate::decision::batch::{Batch, MAX_EVALUATIONS, Malformed, Semantic, complete};
use crate::decision::record;
use crate::decision::registered::{mentioned, not_fetched, registered};
use crate::decision::service::{Answer, Session};
use crate::decision::tokens::Tokens;
use crate::decision::told::{self, Origin};
use crate::setting::service::recorded;

/// Where one question is asked.
pub(crate) const EVALUATION: &str = "/access/v1/evaluation";
/// How long a credential that was valid is taken to be so still, in microseconds.
const STILL_VALID: u64 = 100_000;
/// How many items of a batch are answered before others get their turn.
const AT_ONCE: usize = 32;

/// `POST /access/v1/evaluation` (AuthZEN, section 5): one question, one answer. A server's front answers it before the
/// router is asked, which by this knows the path and its method.
pub(crate) async fn evaluation(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    evaluate(&app, &id, &head.headers, body).await
}

/// As [`evaluation`], of a request that was taken apart.
pub(crate) async fn evaluate(
    app: &App,
    id: &RequestId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (answer, event) = answered(app, id, &asked(app, id, headers, body).await?)?;
    if let Some(event) = event {
        record::store(app, vec![*event]).await?;
    }
    Ok(answer.response())
}

/// The answer to one question, and what is to be recorded before it is sent.
fn answered(
    app: &App,
    id: &RequestId,
    asked: &Asked,
) -> Result<(Answer, Option<Box<DecisionEvent>>), Problem> {
    let evaluation = complete(&asked.body, None).map_err(incomplete)?;
    Ok(asked.session(app, id).answer(&evaluation, 0))
}

/// `POST /access/v1/evaluations` (AuthZEN, section 6): several questions with shared defaults, answered in order from
/// one snapshot at one time. Without any it is one question, with the answer of one.
pub(crate) async fn evaluations(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Answers {
        evaluations: Vec<Answer>,
    }

    let (head, body) = request.into_parts();
    let asked = asked(&app, &id, &head.headers, body).await?;
    let (session, body) = (asked.session(&app, &id), &asked.body);
    match Batch::read(body).map_err(|Malformed(message)| malformed(message))? {
        Batch::One => {
            let evaluation = complete(body, None).map_err(incomplete)?;
            let (answer, event) = session.answer(&evaluation, 0);
            record::store(&app, event.into_iter().map(|event| *event).collect()).await?;
            Ok(answer.response())
        }
        Batch::Many { items, semantic } => {
            let mut answers = Vec::with_capacity(items.len());
            let mut events = Vec::new();
            for (position, item) in items.iter().enumerate() {
                let (answer, event) = match complete(item, Some(body)) {
                    Ok(evaluation) => session.answer(&evaluation, position),
                    Err(incomplete) => {
                        let mentioned = Mentioned::of(item, Some(body));
                        session.answer_incomplete(&incomplete, mentioned, position)
                    }
                };
                let is_last = match semantic {
                    Semantic::ExecuteAll => false,
                    Semantic::DenyOnFirstDeny => !answer.decision,
                    Semantic::PermitOnFirstPermit => answer.decision,
                };
                answers.push(answer);
                if position % AT_ONCE == AT_ONCE - 1 {
                    // Lets others go on, and the time limit of the request end it.
                    tokio::task::yield_now().await;
                }
                events.extend(event.map(|event| *event));
                if is_last {
                    break;
                }
            }
            record::store(&app, events).await?;
            let answers = Answers { evaluations: answers };
            Ok(json_response(&answers))
        }
    }
}

/// `GET /.well-known/authzen-configuration` (AuthZEN, section 9).
pub(crate) async fn configuration(State(app): State<App>) -> Response {
    #[derive(Serialize)]
    struct Configuration<'a> {
        policy_decision_point: &'a str,
        access_evaluation_endpoint: String,
        access_evaluations_endpoint: String,
        search_subject_endpoint: String,
        search_action_endpoint: String,
        search_resource_endpoint: String,
    }

    let base = app.settings.public_url.as_str();
    json_response(&Configuration {
        policy_decision_point: base,
        access_evaluation_endpoint: format!("{base}/access/v1/evaluation"),
        access_evaluations_endpoint: format!("{base}/access/v1/evaluations"),
        search_subject_endpoint: format!("{base}/access/v1/search/subject"),
        search_action_endpoint: format!("{base}/access/v1/search/action"),
        search_resource_endpoint: format!("{base}/access/v1/search/resource"),
    })
}

/// `POST /api/v1/explain`: the body of an evaluation; why its answer is what it is. It is no decision and is not
/// recorded.
/// What asking why is called in events.
const EXPLAIN: &str = "casemate.decision.ask";

pub(crate) async fn explain(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked(&app, &id, &head.headers, body).await?;
    let evaluation = complete(&asked.body, None).map_err(incomplete)?;
    let explanation = match asked.session(&app, &id).question(&evaluation) {
        Ok(question) => question.explain(asked.now).ok_or_else(|| Problem::new(Code::Internal))?,
        Err(refused) => serde_json::json!({
            "decision": "denied",
            "reason_code": refused.reason,
            "text": refused.message,
        }),
    };
    // Why somebody may do something says what they hold.
    let mentioned = Mentioned::of(&asked.body, None);
    let after = json!({
        "subject": { "type": clipped(mentioned.subject_kind), "id": clipped(mentioned.subject_id) },
        "resource": mentioned.resource_kind.map(|kind| json!({ "type": clipped(kind), "id": mentioned.resource_id.map(clipped) })),
    });
    let about = ("action", mentioned.action_name);
    told::asked(&app, &asked, Origin::of(&id, &head), (EXPLAIN, about), (None, after)).await?;
    Ok(json_response(&explanation))
}

/// Somebody who may ask, and what they ask, with what is to decide it.
pub(super) struct Asked {
    pub(super) snapshot: Arc<Snapshot>,
    /// Microseconds since 1970 (UTC).
    pub(super) now: i64,
    pub(super) asker: Asker,
    pub(super) body: Datum,
    /// The users whom the questions are about.
    pub(super) met: Met,
    /// Whose the tokens are that questions name.
    pub(super) tokens: Tokens,
    /// What is registered of the resources that the questions are about.
    pub(super) registered: Registered,
}

impl Asked {
    /// What the answers have in common.
    pub(super) fn session<'a>(&'a self, app: &'a App, request_id: &'a RequestId) -> Session<'a> {
        let Asked { snapshot, now, asker, met, tokens, registered, .. } = self;
        let (recorded, log) = (recorded(app, snapshot), app.decision_log.sampled(snapshot));
        Session { snapshot, asker, met, tokens, registered, request_id, recorded, log, now: *now }
    }
}

/// Reads a body once it is known that its sender may ask. A body takes as long as its sender likes, so what decides is
/// what decides when it is there; and whether the sender may ask is found out again where that may have changed.
pub(super) async fn asked(
    app: &App,
    id: &RequestId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Asked, Problem> {
    asked_beside(app, id, headers, body, Beside::Nothing).await
}

/// As [`asked`], by whoever may do more than ask what one subject may do.
pub(super) async fn asked_beside(
    app: &App,
    id: &RequestId,
    headers: &HeaderMap,
    body: Body,
    beside: Beside,
) -> Result<Asked, Problem> {
    let before = app.directory.current();
    let began = clock::now();
    let asker = Asker::of(app, &before, headers, id, began, beside).await?;
    let body = datum(headers, body).await?;
    let snapshot = app.directory.current();
    let now = clock::now();
    let is_same = snapshot.revision() == before.revision() && now.abs_diff(began) < STILL_VALID;
    let asker = if is_same { asker } else { Asker::of(app, &snapshot, headers, id, now, beside).await? };
    let met = match app.directory.has_users() || snapshot.has_outside() {
        true => Box::pin(met(app, &snapshot, &asker, &body, now)).await?,
        false => Met::default(),
    };
    // In a box, since hardly anybody waits here.
    let tokens = match Tokens::has_any(&body) {
        true => Box::pin(Tokens::of(app, &snapshot, &asker.tenant, &body, now)).await?,
        false => Tokens::default(),
    };
    let resources = match app.directory.has_resources() && beside != Beside::SearchResources {
        true => mentioned(app, &snapshot, &asker, &body),
        false => Vec::new(),
    };
    let registered = match resources.is_empty() {
        true => Registered::default(),
        false => Box::pin(registered(app, &asker, resources, now)).await?,
    };
    if beside == Beside::Search && registered.is_incomplete() {
        return Err(not_fetched(NotFetched));
    }
    Ok(Asked { snapshot, now, asker, body, met, tokens, registered })
}

/// The users whom a body mentions, in its questions or in what they have in common, with what sources outside Casemate say of them.
async fn met(app: &App, snapshot: &Snapshot, asker: &Asker, body: &Datum, now: i64) -> Result<Met, Problem> {
    let items = body.get("evaluations").and_then(Datum::as_list).unwrap_or_default();
    // Where one question is asked, the body is that one, whatever else stands in it.
    let one = std::iter::once(Mentioned::of(body, None));
    let many = items.iter().take(MAX_EVALUATIONS).map(|item| Mentioned::of(item, Some(body)));
    let people = one.chain(many).filter(|mentioned| is_of_people(mentioned.subject_kind));
    let people: BTreeSet<(&str, &str)> =
        people.map(|mentioned| (mentioned.subject_kind, mentioned.subject_id)).collect();
    let ids: BTreeSet<&str> = people.iter().map(|(_, id)| *id).collect();
    let mut met = app.directory.meet(snapshot, &asker.tenant, ids).await.map_err(|error| {
        tracing::error!(%error, "the directory cannot be asked about users");
        Problem::new(Code::Unavailable)
    })?;
    snapshot.ask_about(&asker.known.subject, &asker.tenant, people, &mut met, now).await;
    Ok(met)
}

async fn datum(headers: &HeaderMap, body: Body) -> Result<Datum, Problem> {
    let malformed = |error: JsonError| malformed(error.to_string());
    json_text(headers, body, |text| Datum::from_json(text).map_err(malformed)).await
}

pub(super) fn incomplete(error: EvaluationError) -> Problem {
    malformed(error.to_string())
}

pub(super) fn malformed(message: String) -> Problem {
    Problem::new(Code::MalformedBody).detail(message)
}
