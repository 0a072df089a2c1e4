//! Answering questions, each from one snapshot at one time.

use std::borrow::Cow;

use casemate_directory::{Snapshot, Subject};
use casemate_expression::{Datum, Members, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Application, Effect, Evaluation, EvaluationError, PermissionSet, Reason, Request};
use casemate_platform::RequestId;
use casemate_store::{DecisionEvent, Party, RecordedDecision};
use serde::Serialize;

use crate::app::Recorded;
use crate::decision::asker::Asker;
use crate::decision::record;

/// Everything that the answers to one request have in common.
pub(crate) struct Session<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) asker: &'a Asker,
    pub(crate) request_id: &'a RequestId,
    pub(crate) recorded: Recorded,
    /// Microseconds since 1970 (UTC).
    pub(crate) now: i64,
}

/// The answer to one question, as AuthZEN has it.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) decision: bool,
    context: AnswerContext,
}

#[derive(Debug, Serialize)]
struct AnswerContext {
    reason_code: Cow<'static, str>,
    /// It would have depended on what the request does not say, which counts as denied.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conditional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<AnswerError>,
}

/// Why something is no question that could be answered.
#[derive(Debug, Serialize)]
struct AnswerError {
    status: u16,
    message: String,
}

/// A question that stands: who it is about, what they hold, and by which name it asks.
pub(crate) struct Question<'a> {
    evaluation: &'a Evaluation,
    /// INVARIANT: a [`Name`].
    name: String,
    subject: Subject,
    set: PermissionSet,
}

/// A question that is denied before permissions are looked at.
pub(crate) struct Refused {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    name: String,
    /// Who it is about, where that is known by more than the request's word.
    subject: Option<Box<Party>>,
}

impl Refused {
    fn new(reason: &'static str, message: impl Into<String>, name: &str) -> Refused {
        Refused { reason, message: message.into(), name: name.to_owned(), subject: None }
    }
}

impl<'s> Session<'s> {
    /// Answers a question, and gives the event that must be on record before the answer is sent.
    pub(crate) fn answer(&self, evaluation: &Evaluation, item: usize) -> (Answer, Option<DecisionEvent>) {
        let question = match self.question(evaluation) {
            Ok(question) => question,
            Err(refused) => {
                let subject = refused.subject.map_or_else(|| said(evaluation), |subject| *subject);
                let event = self.event(Some(evaluation), item, subject, refused.name, refused.reason);
                return (Answer::refused(refused.reason, refused.message), Some(event));
            }
        };
        let (effect, reason, permission) = question.check(self.now);
        let is_recorded = effect != Effect::Allowed || self.recorded == Recorded::Allowed;
        let event = is_recorded.then(|| {
            let subject = record::party(&question.subject);
            let event = self.event(Some(evaluation), item, subject, question.name.clone(), reason);
            DecisionEvent { decision: recorded(effect), permission, ..event }
        });
        let context = AnswerContext {
            reason_code: reason.into(),
            conditional: effect == Effect::Conditional,
            error: None,
        };
        (Answer { decision: effect == Effect::Allowed, context }, event)
    }

    /// Answers an item that is no question: its own denial, with what is wrong.
    pub(crate) fn answer_incomplete(
        &self,
        incomplete: &EvaluationError,
        item: usize,
    ) -> (Answer, Option<DecisionEvent>) {
        const REASON: &str = "invalid_evaluation";
        let nobody = Party { provider: String::new(), kind: String::new(), id: String::new() };
        let event = self.event(None, item, nobody, String::new(), REASON);
        (Answer::refused(REASON, incomplete.to_string()), Some(event))
    }

    /// Finds out who a question is about, what they hold, and by which name it asks.
    pub(crate) fn question<'a>(&self, evaluation: &'a Evaluation) -> Result<Question<'a>, Refused> {
        let application = self.application(evaluation)?;
        let name = evaluation.requested_name(application).map_err(|error| unnamed(&error, evaluation))?;
        let Asker { subject: caller, tenant, .. } = self.asker;
        let subject = self
            .snapshot
            .subject(caller, tenant, evaluation.subject_kind(), evaluation.subject_id())
            .map_err(|error| Refused::new("ambiguous_subject", error.to_string(), &name))?;
        let subject = subject.with_asserted(&asserted(application, evaluation));
        match self.snapshot.permissions(&subject) {
            Ok(set) => Ok(Question { evaluation, name, subject, set }),
            Err(error) => {
                tracing::error!(%error, "a question is denied: the permissions could not be compiled");
                let message = "the subject's permissions could not be loaded";
                let refused = Refused::new(Reason::SourceFailed.code(), message, &name);
                Err(Refused { subject: Some(Box::new(record::party(&subject))), ..refused })
            }
        }
    }

    /// The asking application. One that the policy no longer has makes every question a denial.
    fn application(&self, evaluation: &Evaluation) -> Result<Option<&'s Application>, Refused> {
        let Some(id) = &self.asker.application else { return Ok(None) };
        let message = "the application of the asking credential does not exist";
        let unknown = || Refused::new("unknown_application", message, evaluation.action_name());
        self.snapshot.catalog().application(id).map(Some).ok_or_else(unknown)
    }

    fn event(
        &self,
        evaluation: Option<&Evaluation>,
        item: usize,
        subject: Party,
        name: String,
        reason: &str,
    ) -> DecisionEvent {
        let (resource_type, resource_id) = evaluation.map_or((None, None), Evaluation::resource_key);
        DecisionEvent {
            at: self.now,
            request_id: self.request_id.as_str().to_owned(),
            item: u32::try_from(item).unwrap_or(u32::MAX),
            tenant: self.asker.tenant.to_string(),
            application: self.asker.application.as_deref().map(str::to_owned),
            caller: record::party(&self.asker.subject),
            subject,
            action: name,
            resource_type: resource_type.map(str::to_owned),
            resource_id: resource_id.map(str::to_owned),
            decision: RecordedDecision::Denied,
            reason: reason.to_owned(),
            permission: None,
            revision: self.snapshot.revision(),
        }
    }
}

impl Answer {
    fn refused(reason: &'static str, message: String) -> Answer {
        let error = Some(AnswerError { status: 400, message });
        Answer {
            decision: false,
            context: AnswerContext { reason_code: reason.into(), conditional: false, error },
        }
    }
}

impl Question<'_> {
    /// The effect, the reason's code, and the granted name of the permission that decided.
    fn check(&self, now: i64) -> (Effect, &'static str, Option<String>) {
        let Some(request) = self.request(now) else {
            return (Effect::Denied, Reason::InvalidName.code(), None);
        };
        let decision = self.set.check(&request);
        let permission = decision.permission.map(|permission| permission.name().to_owned());
        (decision.effect, decision.reason.code(), permission)
    }

    /// The explanation of the answer, as the engine writes it.
    pub(crate) fn explain(&self, now: i64) -> Option<serde_json::Value> {
        let request = self.request(now)?;
        Some(self.set.explain(&request).to_json())
    }

    fn request(&self, now: i64) -> Option<Request<'_>> {
        let name = Name::parse(&self.name).ok()?;
        Some(self.evaluation.request(name, self.subject.view(), Timestamp(now)))
    }
}

/// A question by no name, or by one that the asking application does not own.
fn unnamed(error: &EvaluationError, evaluation: &Evaluation) -> Refused {
    let (reason, name) = match error {
        EvaluationError::OutsideApplication { name, .. } => (Reason::OutsideApplication, name.as_str()),
        _ => (Reason::InvalidName, evaluation.action_name()),
    };
    Refused::new(reason.code(), error.to_string(), name)
}

/// Those of the subject's properties that the application may assert.
fn asserted(application: Option<&Application>, evaluation: &Evaluation) -> Members {
    let Some(application) = application else { return Members::default() };
    let may_assert = |(name, _): &(&str, &Datum)| application.may_assert(name);
    let properties = evaluation.subject_properties();
    properties.iter().filter(may_assert).map(|(name, datum)| (name.into(), datum.clone())).collect()
}

/// The subject as the request names it.
fn said(evaluation: &Evaluation) -> Party {
    Party {
        provider: String::new(),
        kind: evaluation.subject_kind().to_owned(),
        id: evaluation.subject_id().to_owned(),
    }
}

fn recorded(effect: Effect) -> RecordedDecision {
    match effect {
        Effect::Allowed => RecordedDecision::Allowed,
        Effect::Denied => RecordedDecision::Denied,
        Effect::Conditional => RecordedDecision::Conditional,
    }
}
