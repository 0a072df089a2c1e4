//! `/api/v1/preview`: what somebody else, a group, a team, a role or a draft of one would be allowed, as far as the caller is
//! allowed it too. Nothing is done as anybody else.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use casemate_directory::model::RoleDocument;
use casemate_directory::{Known, ResolveError, Subject};
use casemate_expression::{Datum, Members, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Effect, Evaluation, PermissionSet, Reason};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, RequestId, json_response, permissions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::asker::{Beside, PREVIEW};
use super::batch::{Batch, Malformed, Semantic};
use super::questions::{Action, Word, document_error, known_members};
use super::registered::{SOURCE_FAILED, counting};
use super::routes::{Asked, asked_beside, malformed};
use super::told::{self, Origin};
use crate::App;

permissions! {
    /// To see what others would be allowed.
    DecisionPreview = PREVIEW, on "decision", in tenant, read "casemate.decision.read";
}

/// Why something is denied that the caller is not allowed: whoever is previewed might be, which is not told.
const BEYOND: &str = "beyond_caller";
/// Why something that is no question is denied.
const INVALID: &str = "invalid_evaluation";
/// How many questions are answered before others get their turn.
const AT_ONCE: usize = 32;

/// The route.
pub(crate) fn routes() -> Api<App> {
    let example = json!({ "as": { "role": "author" },
        "resource": { "type": "note", "id": "7" },
        "evaluations": [{ "action": { "name": "notes.read" } }, { "action": { "name": "notes.delete" } }] });
    Api::new().post(
        "/api/v1/preview",
        preview,
        Operation::new("preview", "Decisions", "What would they be allowed?", Trail::Kind("read"))
            .describe("Answers questions as they would be answered about a user, or about somebody who holds nothing but a group, a team, a role, or a role that is not there yet. What the caller is not allowed themselves is denied, whoever is previewed. It works in the caller's own tenant. Needs `casemate.decision.ask` too, and leaves an audit event.")
            .needs::<DecisionPreview>()
            .takes::<PreviewQuestions>(example)
            .answers::<PreviewAnswers>(200, "The answers, in order."),
    )
}

/// Questions, and about whom they are.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct PreviewQuestions {
    /// Who is previewed.
    r#as: Previewed,
    /// The questions; members that one lacks are those beside. Without any, what stands beside is the one question.
    #[serde(default)]
    evaluations: Vec<PreviewQuestion>,
    /// What is to be done.
    #[serde(default)]
    action: Option<Action>,
    /// What it is to be done to, as far as it is known.
    #[serde(default)]
    resource: Option<Map<String, Value>>,
    /// Whatever else conditions may ask of.
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct PreviewQuestion {
    /// What is to be done.
    #[serde(default)]
    action: Option<Action>,
    /// What it is to be done to, as far as it is known.
    #[serde(default)]
    resource: Option<Map<String, Value>>,
    /// Whatever else conditions may ask of.
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

/// Who is previewed: one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Previewed {
    /// Somebody.
    User(PreviewedUser),
    /// Whoever is in a group, and of whom no more is known.
    Group(PreviewedGroup),
    /// Whoever is given this team, and nothing else.
    Team(String),
    /// Whoever is given this role, and nothing else.
    Role(String),
    /// Whoever would be given this role, which need not be there, and nothing else.
    Draft(RoleDocument),
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PreviewedUser {
    /// `user`, `service`, …
    #[serde(default = "user")]
    r#type: String,
    /// Their id.
    id: String,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PreviewedGroup {
    /// The provider whose group it is.
    provider: String,
    /// Its name.
    name: String,
}

fn user() -> String {
    "user".to_owned()
}

/// The answers, in order.
#[derive(Debug, Serialize, JsonSchema)]
struct PreviewAnswers {
    evaluations: Vec<PreviewAnswer>,
}

/// One of three answers.
#[derive(Debug, Serialize, JsonSchema)]
struct PreviewAnswer {
    /// `allowed`, `denied` or `conditional`.
    decision: Word,
    /// Why, as a stable code; `beyond_caller` where the caller is not allowed it themselves.
    reason_code: &'static str,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// What is wrong with the question, where that is why it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl PreviewAnswer {
    fn denied(reason_code: &'static str, message: Option<String>) -> PreviewAnswer {
        PreviewAnswer { decision: Effect::Denied.into(), reason_code, permission: None, message }
    }
}

async fn preview(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked_beside(&app, &id, &head.headers, body, Beside::Preview).await?;
    let origin = Origin::of(&id, &head);
    let previewed = read(&asked.body);
    let (about, answers) = match &previewed {
        Ok(previewed) => (about(previewed), answers(&app, &asked, previewed).await),
        Err(_) => (("decision", ""), Ok(Vec::new())),
    };
    // Whoever asked in vain asked all the same.
    let wrong = previewed.as_ref().err().or(answers.as_ref().err()).map(Problem::code);
    let after = json!({ "questions": answers.as_ref().map_or(0, Vec::len) });
    told::asked(&app, &asked, origin, (PREVIEW, about), (wrong, after)).await?;
    previewed?;
    Ok(json_response(&PreviewAnswers { evaluations: answers? }))
}

/// The answers to all questions.
async fn answers(app: &App, asked: &Asked, previewed: &Previewed) -> Result<Vec<PreviewAnswer>, Problem> {
    let (subject, set) = resolved(app, asked, previewed).await?;
    // Whom a question is about is settled by `as`: the engine is given nobody of its own.
    let defaults = defaults(&asked.body);
    let items = match Batch::read(&asked.body).map_err(|Malformed(message)| malformed(message))? {
        Batch::One => return Ok(vec![answered(asked, &subject, &set, &defaults, None)]),
        Batch::Many { items, semantic: Semantic::ExecuteAll } => items,
        Batch::Many { .. } => {
            return Err(document_error("/options", "all questions of a preview are answered"));
        }
    };
    let mut answers = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        answers.push(answered(asked, &subject, &set, item, Some(&defaults)));
        if place % AT_ONCE == AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    Ok(answers)
}

/// Who is previewed, as events tell it: type and id.
fn about(previewed: &Previewed) -> (&str, &str) {
    match previewed {
        Previewed::User(PreviewedUser { r#type, id }) => (r#type, id),
        Previewed::Group(group) => ("group", &group.name),
        Previewed::Team(name) => ("team", name),
        Previewed::Role(name) => ("role", name),
        Previewed::Draft(draft) => ("role-draft", &draft.name),
    }
}

fn read(body: &Datum) -> Result<Previewed, Problem> {
    known_members(body, &["as", "action", "resource", "context", "evaluations"])?;
    let Some(previewed) = body.get("as") else {
        return Err(document_error(
            "/as",
            "say who is previewed: `user`, `group`, `team`, `role` or `draft`",
        ));
    };
    serde_json::from_str(&previewed.to_json()).map_err(|error| {
        let message = error.to_string();
        document_error("/as", message.split(" at line ").next().unwrap_or_default())
    })
}

/// The body with somebody in the place of the subject, whom nobody looks at.
fn defaults(body: &Datum) -> Datum {
    let members = body.as_map().into_iter().flat_map(|members| members.iter());
    let kept = members.filter(|(name, _)| ["action", "resource", "context"].contains(name));
    let subject: Members = [("type".into(), Datum::String("anonymous".into()))].into_iter().collect();
    let kept = kept.map(|(name, value)| (name.into(), value.clone()));
    Datum::Map(kept.chain([("subject".into(), Datum::Map(subject))]).collect())
}

/// Who is previewed, as the engine sees them, and what they hold.
async fn resolved(
    app: &App,
    asked: &Asked,
    previewed: &Previewed,
) -> Result<(Subject, PermissionSet), Problem> {
    let Asked { snapshot, asker, .. } = asked;
    let tenant = &asker.tenant;
    let bare = |provider: &str| Subject::new(provider.into(), "user", None, Arc::clone(tenant));
    let unknown = |what: &str, name: &str| {
        let shown: String = name.chars().take(64).collect();
        document_error(&format!("/as/{what}"), &format!("there is no {what} `{shown}`"))
    };
    let failed = |error: ResolveError| document_error("/as", &error.to_string());
    match previewed {
        Previewed::User(PreviewedUser { r#type, id }) => {
            let mut met = app.directory.meet(snapshot, tenant, [id.as_str()]).await.map_err(|error| {
                tracing::error!(%error, "the directory cannot be asked about a user");
                Problem::new(Code::Unavailable)
            })?;
            let whom = [(r#type.as_str(), id.as_str())];
            snapshot.ask_about(&asker.known.subject, tenant, whom, &mut met, asked.now).await;
            let known = snapshot.known_subject(&asker.known, tenant, r#type, id, &met).map_err(failed)?;
            let Known { subject, permissions, .. } = &*known;
            Ok((subject.clone(), permissions.clone().map_err(failed)?))
        }
        Previewed::Group(PreviewedGroup { provider, name }) => {
            if !snapshot.vouches(provider) {
                return Err(unknown("provider", provider));
            }
            let mut subject = bare(provider);
            subject.groups.push(name.clone());
            // What other systems say, they say of people.
            let subject = subject.without_outside();
            let set = snapshot.permissions(&subject).map_err(failed)?;
            Ok((subject, set))
        }
        Previewed::Team(name) => {
            let set =
                snapshot.permissions_of(tenant, None, Some(name)).ok_or_else(|| unknown("team", name))?;
            Ok((bare(""), set.map_err(failed)?))
        }
        Previewed::Role(name) => {
            let set =
                snapshot.permissions_of(tenant, Some(name), None).ok_or_else(|| unknown("role", name))?;
            Ok((bare(""), set.map_err(failed)?))
        }
        Previewed::Draft(draft) => {
            let set = snapshot.permissions_of_draft(tenant, draft).map_err(|mistakes| {
                let error = |(pointer, message): (String, String)| DocumentError {
                    pointer: format!("/as/draft{pointer}"),
                    message,
                    help: None,
                };
                Problem::document(mistakes.into_iter().map(error).collect())
            })?;
            Ok((bare(""), set))
        }
    }
}

/// The answer to one question: no more than what both are allowed.
fn answered(
    asked: &Asked,
    subject: &Subject,
    set: &PermissionSet,
    item: &Datum,
    defaults: Option<&Datum>,
) -> PreviewAnswer {
    if defaults.is_some() && item.get("subject").is_some() {
        return PreviewAnswer::denied(INVALID, Some("whom it is about says `as`".to_owned()));
    }
    let evaluation = match Evaluation::read(item, defaults) {
        Ok(evaluation) => evaluation,
        Err(error) => return PreviewAnswer::denied(INVALID, Some(error.to_string())),
    };
    let application = match &asked.asker.known.application {
        None => None,
        Some(id) => match asked.snapshot.catalog().application(id) {
            Some(application) => Some(application),
            None => return PreviewAnswer::denied("unknown_application", None),
        },
    };
    let name = match evaluation.requested_name(application) {
        Ok(name) => name,
        Err(error) => return PreviewAnswer::denied(Reason::InvalidName.code(), Some(error.to_string())),
    };
    let counts = match counting(&asked.registered, &asked.snapshot, &evaluation, &name) {
        Ok(counts) => counts,
        Err(error) => return PreviewAnswer::denied(SOURCE_FAILED, Some(error.to_string())),
    };
    let evaluation = match &counts {
        Some(counts) => evaluation.with_resource_properties(counts),
        None => evaluation,
    };
    let Ok(name) = Name::parse(&name) else { return PreviewAnswer::denied(Reason::InvalidName.code(), None) };
    let now = Timestamp(asked.now);
    let caller = &asked.asker.known;
    let own = match &caller.permissions {
        Ok(own) => own.check(&evaluation.request(name, caller.subject.view(), now)).effect,
        Err(_) => Effect::Denied,
    };
    if own == Effect::Denied {
        return PreviewAnswer::denied(BEYOND, None);
    }
    let request = evaluation.request(name, subject.view(), now);
    // Whoever holds a group, a team or a role may be anybody in all else.
    let is_one = subject.id.is_some() || *subject.kind == *"anonymous";
    let decision = if is_one { set.check(&request) } else { set.check_somebody(&request) };
    let (effect, reason) = match (decision.effect, own) {
        (Effect::Allowed, Effect::Conditional) => (Effect::Conditional, Reason::DependsOnResource),
        (effect, _) => (effect, decision.reason),
    };
    PreviewAnswer {
        decision: effect.into(),
        reason_code: reason.code(),
        permission: decision.permission.map(|permission| permission.name().to_owned()),
        message: None,
    }
}
