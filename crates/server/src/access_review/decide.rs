//! `/api/v1/access-review/decide`: certifying what is still needed, and ending what is not.

use std::collections::HashSet;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use casemate_directory::model::AssignmentDocument;
use casemate_directory::{AdminError, Author, Entry, Kind, ReviewDraft, Reviewed};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, read_document};
use casemate_store::{ReviewDecision, clipped};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::view::{Decided, Decision};
use crate::App;
use crate::assignment::service::{AssignmentDelete, AssignmentUpdate};
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
use crate::reading::OnlyRead;

/// The most decisions of one request.
const MAX_DECISIONS: usize = 100;

/// What is decided.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccessReviewDecisions")]
struct Decisions {
    /// A decision about each of some assignments. Each is made by itself: some may be, where others are not.
    #[schemars(length(min = 1, max = 100))]
    decisions: Vec<Wanted>,
}

/// What is decided about an assignment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccessReviewDecide")]
struct Wanted {
    /// The id of the assignment.
    #[schemars(length(min = 1, max = 256))]
    assignment: String,
    /// What the reviewer saw: the `revision` of an entry of the access review. Where it is another by now, nothing is decided.
    revision: i64,
    /// What is decided.
    decision: Decision,
    /// Why. It stays on record.
    #[schemars(length(min = 1, max = 1024))]
    reason: String,
}

/// What became of decisions.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewOutcomes")]
struct Outcomes {
    /// Of each, in the order in which they were sent.
    outcomes: Vec<Outcome>,
}

/// What became of a decision.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewOutcome")]
struct Outcome {
    /// The id of the assignment.
    assignment: String,
    /// What became of it.
    outcome: Became,
    /// The revision that changed last what the assignment gives, by now: to be seen, where it changed since. Absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
    /// The decision as it is on record, where it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<Decided>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Refusal>,
}

/// What becomes of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AccessReviewBecame")]
enum Became {
    /// It is on record, and a revoked assignment has ended.
    Done,
    /// The assignment, its team or one of its roles changed since the reviewer saw it.
    Changed,
    /// There is no such assignment.
    NotFound,
    /// It could not be done.
    Refused,
}

/// Why a decision was refused: as a problem of its own would say it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewRefusal")]
struct Refusal {
    /// The status that it would have.
    status: u16,
    /// The stable code.
    code: &'static str,
    /// What the code means.
    title: &'static str,
    /// What is wrong, and what to do.
    detail: String,
}

/// The route that decides.
pub(super) fn routes() -> Api<App> {
    Api::new().post(
        "/api/v1/access-review/decide",
        decide,
        Operation::new("decideAccessReview", "Access review", "Certifies or revokes assignments", Trail::Kind("review"))
            .describe(
                "At most a hundred. Each comes on record with who decided, when, why and of which revision, together with its audit \
                 event, and holds for that revision alone. A revoked assignment ends at the server's time, never later than it \
                 would have; one that has not begun goes, which needs `casemate.assignment.delete`. To certify again what is \
                 certified is another entry of the record. Each is answered by itself.",
            )
            .needs::<AssignmentUpdate>()
            .takes::<Decisions>(json!({ "decisions": [{
                "assignment": "asg_00000000000000000000000000000001", "revision": 7, "decision": "certified",
                "reason": "still covers for Tony",
            }] }))
            .writes()
            .answers::<Outcomes>(200, "What became of each."),
    )
}

async fn decide(
    State(app): State<App>,
    require: Require<AssignmentUpdate>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let Decisions { decisions } = read_document(request).await?;
    check(&decisions)?;
    let access = require.access();
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(decisions.len());
    let mut last = None;
    for wanted in decisions {
        let assignment = wanted.assignment.clone();
        let outcome = match one(&app, access, wanted).await {
            Ok(outcome) => outcome,
            // Whoever has to sign in again does so before anything is done.
            Err(problem) if problem.code().status().as_u16() == 401 && last.is_none() => return Err(problem),
            Err(problem) => refused(assignment, &problem),
        };
        last = outcome.review.as_ref().map(|review| review.change).or(last);
        outcomes.push(outcome);
    }
    let response = json_response(&Outcomes { outcomes });
    Ok(match last {
        Some(revision) => with_revision(response, revision),
        None => (Extension(OnlyRead), response).into_response(),
    })
}

fn check(decisions: &[Wanted]) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let mut wrong = |pointer: String, message: &str| {
        errors.push(DocumentError { pointer, message: message.to_owned(), help: None });
    };
    if decisions.is_empty() || decisions.len() > MAX_DECISIONS {
        wrong("/decisions".to_owned(), "1 to 100 assignments are decided about at once");
    }
    let mut seen = HashSet::new();
    for (place, Wanted { assignment, reason, .. }) in decisions.iter().enumerate().take(MAX_DECISIONS) {
        if reason.trim().is_empty() || clipped(reason) != *reason {
            wrong(format!("/decisions/{place}/reason"), "a reason is 1 to 1024 bytes, without NUL");
        }
        if !seen.insert(assignment) {
            wrong(format!("/decisions/{place}/assignment"), "it is decided about twice");
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::document(errors)) }
}

async fn one(app: &App, access: &Access, wanted: Wanted) -> Result<Outcome, Problem> {
    let Wanted { assignment, revision, decision, reason } = wanted;
    let Some(entry) = app.administration.get(Kind::Assignment, access.tenant(), &assignment) else {
        return Ok(Outcome::of(assignment, Became::NotFound, None));
    };
    let permit = access.permit::<AssignmentUpdate>(app, &Thing::of(&entry)).await?;
    let author = Author { reason: Some(reason.clone()), ..permit.author };
    let decision = ReviewDecision::from(decision);
    let may_delete = decision == ReviewDecision::Revoked && is_to_come(&entry, author.now);
    if may_delete {
        access.permit::<AssignmentDelete>(app, &Thing::of(&entry)).await?;
    }
    let draft = ReviewDraft { assignment, revision, decision, reason, may_delete };
    match app.administration.review(&author, access.tenant(), &draft).await {
        Ok(Reviewed { review, revision }) => Ok(Outcome {
            review: Some(Decided::from(review)),
            ..Outcome::of(draft.assignment, Became::Done, revision)
        }),
        Err(AdminError::Precondition { current }) => {
            Ok(Outcome::of(draft.assignment, Became::Changed, Some(current)))
        }
        Err(AdminError::NotFound(_)) => Ok(Outcome::of(draft.assignment, Became::NotFound, None)),
        Err(error) => Err(access.not_done::<AssignmentUpdate>(app, Some(&draft.assignment), error).await),
    }
}

/// Whether an assignment has not begun.
fn is_to_come(entry: &Entry, now: i64) -> bool {
    let document: Option<AssignmentDocument> = serde_json::from_value(entry.document.clone()).ok();
    document.and_then(|document| document.from).is_some_and(|from| from.0.0 >= now)
}

fn refused(assignment: String, problem: &Problem) -> Outcome {
    let code = problem.code();
    if code == Code::NotFound {
        return Outcome::of(assignment, Became::NotFound, None);
    }
    let errors = problem.document_errors().iter().map(|error| error.message.as_str());
    let detail: Vec<&str> = std::iter::once(problem.words()).chain(errors).collect();
    let refusal = Refusal {
        status: code.status().as_u16(),
        code: code.as_str(),
        title: code.title(),
        detail: clipped(&detail.join("; ")),
    };
    Outcome { problem: Some(refusal), ..Outcome::of(assignment, Became::Refused, None) }
}

impl Outcome {
    fn of(assignment: String, outcome: Became, revision: Option<i64>) -> Outcome {
        Outcome { assignment, outcome, revision, review: None, problem: None }
    }
}
