//! `/api/v1/check` and `/api/v1/filter`: like an evaluation of AuthZEN, with three answers, for a resource that may be
//! known in part or not at all.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use casemate_expression::Datum;
use casemate_expression::filter::AllowDeny;
use casemate_expression::filter::sql::{Dialect, Parameter};
use casemate_permission::{Effect, Evaluation};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, DocumentError, NoQuery, Permission, Problem, RequestId, json_response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::record;
use super::routes::{asked, explain, incomplete};
use super::service::Judgement;
use crate::App;

/// To ask for decisions.
struct DecisionAsk;

impl Permission for DecisionAsk {
    const NAME: &'static str = "casemate.decision.ask";
    const RESOURCE: &'static str = "decision";
    const READ: &'static str = "casemate.decision.read";
    const INSTALLATION: bool = false;
}

const TAG: &str = "Decisions";

/// The questions of the API, with `explain`.
pub(crate) fn routes() -> Api<App> {
    let question = || {
        json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": "notes.read" },
            "resource": { "type": "note", "id": "7" } })
    };
    let filter = json!({ "subject": { "type": "user", "id": "ada" }, "action": { "name": "notes.read" },
        "dialect": "postgres" });
    Api::new()
        .post(
            "/api/v1/check",
            check,
            Operation::new("check", TAG, "May they do this?", Trail::Kind("decision"))
                .describe("Allowed, denied, or conditional: it depends on what the question does not say of the resource.")
                .needs::<DecisionAsk>()
                .takes::<Question>(question())
                .answers::<Answer>(200, "The decision."),
        )
        .post(
            "/api/v1/filter",
            filter_route,
            Operation::new("filter", TAG, "On which resources may they do this?", Trail::Kind("decision"))
                .describe("Allowed, denied, or conditional with a filter: a JSON tree, or a condition with bind parameters.")
                .needs::<DecisionAsk>()
                .takes::<FilterQuestion>(filter)
                .answers::<FilterAnswer>(200, "The decision.")
                .problem(Code::NotFilterable),
        )
        .post(
            "/api/v1/explain",
            explain,
            Operation::new("explain", TAG, "Why may they do this, or why not?", Trail::Kind("read"))
                .needs::<DecisionAsk>()
                .takes::<Question>(question())
                .answers::<Map<String, Value>>(200, "The explanation."),
        )
}

/// A question: who, what, and on what.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct Question {
    /// Who is to act: `type` and `id`, or a `token` of theirs, and, as far as the application may assert them, `properties`.
    subject: Asked,
    /// What is to be done: `name` and `properties`.
    action: Action,
    /// What it is to be done to: `type`, `id` and `properties`, each as far as it is known.
    #[serde(default)]
    resource: Option<Map<String, Value>>,
    /// Whatever else conditions may ask of.
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

/// A question, and the form of its answer.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct FilterQuestion {
    /// Who is to act: `type` and `id`, or a `token` of theirs.
    subject: Asked,
    /// What is to be done.
    action: Action,
    /// What is known of the resources.
    #[serde(default)]
    resource: Option<Map<String, Value>>,
    /// Whatever else conditions may ask of.
    #[serde(default)]
    context: Option<Map<String, Value>>,
    /// The form of the filter; a JSON tree where nothing is said.
    #[serde(default)]
    dialect: DialectWord,
}

/// Whom a question is about: `type` and `id`, or whoever a token is of.
#[derive(JsonSchema)]
#[schemars(rename = "QuestionSubject")]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct Asked {
    /// `user`, `service`, …
    #[serde(default)]
    r#type: Option<String>,
    /// Their id; `anonymous` has none.
    #[serde(default)]
    id: Option<String>,
    /// A bearer token that they presented, judged as if they had sent it here; beside it stand neither `type` nor `id`.
    #[serde(default)]
    token: Option<String>,
    /// Whatever else is known of them.
    #[serde(default)]
    properties: Map<String, Value>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
pub(super) struct Party {
    /// `user`, `service`, …
    r#type: String,
    /// Their id; `anonymous` has none.
    #[serde(default)]
    id: String,
    /// Whatever else is known of them.
    #[serde(default)]
    properties: Map<String, Value>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
pub(super) struct Action {
    /// The requested name, or what the application's template makes one of.
    name: String,
    /// Whatever else is known of it.
    #[serde(default)]
    properties: Map<String, Value>,
}

#[derive(Default, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what is read as a word")]
enum DialectWord {
    #[default]
    Json,
    Postgres,
    Sqlite,
    Mysql,
}

/// One of three answers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CheckAnswer")]
struct Answer {
    /// `allowed`, `denied` or `conditional`.
    decision: Word,
    /// Why, as a stable code.
    reason_code: &'static str,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// What is wrong with the question, where that is why it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// One of three answers, and the filter where it is conditional.
#[derive(Debug, Serialize, JsonSchema)]
struct FilterAnswer {
    /// `allowed`, `denied` or `conditional`.
    decision: Word,
    /// Why, as a stable code.
    reason_code: &'static str,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// What is wrong with the question, where that is why it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The filter as a tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<Value>,
    /// The filter as a condition in the asked dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
    /// What is bound to the condition's parameters, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<Value>>")]
    parameters: Option<Vec<Parameter>>,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Word {
    Allowed,
    Denied,
    Conditional,
}

impl From<Effect> for Word {
    fn from(effect: Effect) -> Word {
        match effect {
            Effect::Allowed => Word::Allowed,
            Effect::Denied => Word::Denied,
            Effect::Conditional => Word::Conditional,
        }
    }
}

async fn check(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked(&app, &id, &head.headers, body).await?;
    known_members(&asked.body, &["subject", "action", "resource", "context"])?;
    let evaluation = Evaluation::read_with_token(&asked.body, None).map_err(incomplete)?;
    let (judgement, event) = asked.session(&app, &id).judge(&evaluation);
    record::store(&app, event.into_iter().collect()).await?;
    let Judgement { effect, reason, permission, message } = judgement;
    let answer = Answer { decision: effect.into(), reason_code: reason, permission, message };
    Ok(json_response(&answer))
}

async fn filter_route(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked(&app, &id, &head.headers, body).await?;
    known_members(&asked.body, &["subject", "action", "resource", "context", "dialect"])?;
    let dialect = dialect(&asked.body)?;
    let evaluation = Evaluation::read_with_token(&asked.body, None).map_err(incomplete)?;
    let (judgement, filter, event) =
        asked.session(&app, &id).filter(&evaluation).map_err(|error| not_filterable(error.to_string()))?;
    record::store(&app, event.into_iter().collect()).await?;
    let answer = filter_answer(judgement, filter.as_ref(), dialect)?;
    Ok(json_response(&answer))
}

fn filter_answer(
    judgement: Judgement,
    filter: Option<&AllowDeny>,
    dialect: Option<Dialect>,
) -> Result<FilterAnswer, Problem> {
    let Judgement { effect, reason, permission, message } = judgement;
    let mut answer = FilterAnswer {
        decision: effect.into(),
        reason_code: reason,
        permission,
        message,
        filter: None,
        sql: None,
        parameters: None,
    };
    match (filter, dialect) {
        (None, _) => {}
        (Some(filter), None) => answer.filter = serde_json::from_str(&filter.whole().to_json()).ok(),
        (Some(filter), Some(dialect)) => {
            let sql = filter.to_sql(dialect).map_err(|error| not_filterable(error.to_string()))?;
            answer.sql = Some(sql.text);
            answer.parameters = Some(sql.parameters);
        }
    }
    Ok(answer)
}

fn not_filterable(detail: String) -> Problem {
    Problem::new(Code::NotFilterable).detail(detail)
}

/// The dialect that a body asks for; nothing for the tree.
fn dialect(body: &Datum) -> Result<Option<Dialect>, Problem> {
    match body.get("dialect").map(|word| (word.as_str(), word.as_str().and_then(Dialect::named))) {
        None | Some((Some("json"), _)) => Ok(None),
        Some((_, Some(dialect))) => Ok(Some(dialect)),
        Some((_, None)) => Err(document_error("/dialect", "this is `json`, `postgres`, `sqlite` or `mysql`")),
    }
}

/// Refuses what would be ignored, for whoever sends it means something by it.
pub(super) fn known_members(body: &Datum, known: &[&str]) -> Result<(), Problem> {
    let Some(members) = body.as_map() else { return Ok(()) };
    match members.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            Err(document_error(&pointer, &format!("not known here; known are `{}`", known.join("`, `"))))
        }
    }
}

pub(super) fn document_error(pointer: &str, message: &str) -> Problem {
    let error = DocumentError { pointer: pointer.to_owned(), message: message.to_owned(), help: None };
    Problem::document(vec![error])
}
