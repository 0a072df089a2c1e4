//! Answering questions, each from one snapshot at one time.

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::Response;
use casemate_directory::{Known, Met, Registered, ResolveError, Snapshot, Subject};
use casemate_expression::filter::AllowDeny;
use casemate_expression::{Datum, Map, Members, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{
    Application, Effect, Evaluation, EvaluationError, FilterError, Mentioned, PermissionSet, Reason, Request,
};
use casemate_platform::{Code, RequestId, json_response, written_json_response};
use casemate_store::{DecisionEvent, Party, RecordedDecision, clipped};
use serde::Serialize;

use crate::app::Recorded;
use crate::decision::asker::Asker;
use crate::decision::record;
use crate::decision::registered::{SOURCE_FAILED, counting};
use crate::decision::tokens::Tokens;
pub(crate) use crate::decision::told::{Origin, Told, tell};
use crate::decision_log::service::{Sampled, Waiting, question_text};

/// Why something is denied to somebody who was deactivated or deleted.
const INACTIVE: &str = "inactive_subject";

/// Everything that the answers to one request have in common.
pub(crate) struct Session<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) asker: &'a Asker,
    /// The users whom the questions are about.
    pub(crate) met: &'a Met,
    /// Whose the tokens are that questions name.
    pub(crate) tokens: &'a Tokens,
    /// What is registered of the resources that questions are about.
    pub(crate) registered: &'a Registered,
    pub(crate) request_id: &'a RequestId,
    pub(crate) recorded: Recorded,
    /// Where a share of the questions is to be logged.
    pub(crate) log: Option<Sampled<'a>>,
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

/// One of three answers, and why.
pub(crate) struct Judgement {
    pub(crate) effect: Effect,
    pub(crate) reason: &'static str,
    /// The granted name of the permission that decided.
    pub(crate) permission: Option<String>,
    /// Why it is denied before permissions are looked at.
    pub(crate) message: Option<String>,
}

/// A question that stands: who it is about, what they hold, and by which name it asks.
pub(crate) struct Question<'a> {
    evaluation: &'a Evaluation<'a>,
    /// INVARIANT: a [`Name`].
    name: String,
    known: Arc<Known>,
    /// Who it is about with what the application asserts of them, where it does. In a box, since a question is handed on and
    /// most need none.
    asserted: Option<Box<Subject>>,
    /// What counts of the resource, where it is registered.
    resource: Option<Box<Members>>,
    set: PermissionSet,
}

/// A question that is denied before permissions are looked at.
pub(crate) struct Refused {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    name: String,
    /// Who it is about, where that is known by more than the request's word.
    subject: Option<Box<Party>>,
    /// The source because of which it cannot be said what they hold.
    pub(crate) source: Option<String>,
}

impl Refused {
    fn new(reason: &'static str, message: impl Into<String>, name: &str) -> Refused {
        Refused { reason, message: message.into(), name: clipped(name), subject: None, source: None }
    }
}

impl<'s> Session<'s> {
    /// Answers a question, and gives the event that must be on record before the answer is sent: in a box, since most have
    /// none.
    pub(crate) fn answer(
        &self,
        evaluation: &Evaluation<'_>,
        item: usize,
    ) -> (Answer, Option<Box<DecisionEvent>>) {
        let resource = evaluation.resource_key();
        let question = match self.question(evaluation) {
            Ok(question) => question,
            Err(refused) => {
                let subject = refused.subject.map_or_else(
                    || record::said(evaluation.subject_kind(), evaluation.subject_id()),
                    |subject| *subject,
                );
                let event = self.event(resource, item, subject, &refused.name, refused.reason);
                if let Some(log) = &self.log {
                    log.refused();
                }
                return (Answer::refused(refused.reason, refused.message), Some(Box::new(event)));
            }
        };
        let (effect, reason, permission) = question.check(self.now);
        let is_recorded = effect != Effect::Allowed || self.recorded == Recorded::Allowed;
        let event = is_recorded.then(|| {
            let subject = record::party(question.subject());
            let event = self.event(resource, item, subject, &question.name, reason);
            let permission = permission.map(str::to_owned);
            Box::new(DecisionEvent { decision: record::decision(effect), permission, ..event })
        });
        if let Some(log) = &self.log {
            log.log(|| self.logged(question, item, effect, reason));
        }
        let context = AnswerContext {
            reason_code: reason.into(),
            conditional: effect == Effect::Conditional,
            error: None,
        };
        (Answer { decision: effect == Effect::Allowed, context }, event)
    }

    /// Answers a question with one of three answers, and gives the event that must be on record before it is sent.
    pub(crate) fn judge(&self, evaluation: &Evaluation<'_>) -> (Judgement, Option<DecisionEvent>) {
        let resource = evaluation.resource_key();
        match self.question(evaluation) {
            Err(refused) => self.judge_refused(evaluation, refused),
            Ok(question) => {
                let (effect, reason, permission) = question.check(self.now);
                let permission = permission.map(str::to_owned);
                let event = self.judged(&question, resource, effect, reason, permission.clone());
                if let Some(log) = &self.log {
                    log.log(|| self.logged(question, 0, effect, reason));
                }
                (Judgement { effect, reason, permission, message: None }, event)
            }
        }
    }

    /// As [`Session::judge`], with what makes the answer depend on the resource.
    pub(crate) fn filter(
        &self,
        evaluation: &Evaluation<'_>,
    ) -> Result<(Judgement, Option<AllowDeny>, Option<DecisionEvent>), FilterError> {
        let resource = evaluation.resource_key();
        let question = match self.question(evaluation) {
            Ok(question) => question,
            Err(refused) => {
                let (judgement, event) = self.judge_refused(evaluation, refused);
                return Ok((judgement, None, event));
            }
        };
        let Some(request) = question.request(self.now) else {
            let (effect, reason) = (Effect::Denied, Reason::InvalidName.code());
            let event = self.judged(&question, resource, effect, reason, None);
            return Ok((Judgement { effect, reason, permission: None, message: None }, None, event));
        };
        let answer = question.set.filter(&request)?;
        let (effect, reason) = (answer.decision.effect, answer.decision.reason.code());
        let permission = answer.decision.permission.map(|permission| permission.name().to_owned());
        // What depends on the resource is decided by whoever applies the filter.
        let event = match effect {
            Effect::Conditional => None,
            _ => self.judged(&question, resource, effect, reason, permission.clone()),
        };
        let filter = answer.filter;
        if let Some(log) = &self.log {
            log.log(|| Waiting { is_filter: true, ..self.logged(question, 0, effect, reason) });
        }
        Ok((Judgement { effect, reason, permission, message: None }, filter, event))
    }

    /// A question with its answer, as the log takes it.
    #[cold]
    fn logged(&self, question: Question<'_>, item: usize, effect: Effect, reason: &'static str) -> Waiting {
        Waiting {
            at: self.now,
            request_id: match item {
                0 => self.request_id.as_str().to_owned(),
                item => format!("{}#{item}", self.request_id.as_str()),
            },
            tenant: Arc::clone(&self.asker.tenant),
            application: self.asker.known.application.clone(),
            revision: self.snapshot.revision(),
            question: match &question.resource {
                None => question_text(question.evaluation),
                Some(counts) => question_text(&question.evaluation.with_resource_properties(counts)),
            },
            known: question.known,
            asserted: question.asserted.map(|subject| *subject),
            decision: effect.name(),
            reason,
            is_filter: false,
            room: None,
        }
    }

    fn judge_refused(
        &self,
        evaluation: &Evaluation<'_>,
        refused: Refused,
    ) -> (Judgement, Option<DecisionEvent>) {
        let said = || record::said(evaluation.subject_kind(), evaluation.subject_id());
        let subject = refused.subject.map_or_else(said, |subject| *subject);
        let event = self.event(evaluation.resource_key(), 0, subject, &refused.name, refused.reason);
        if let Some(log) = &self.log {
            log.refused();
        }
        let judgement = Judgement {
            effect: Effect::Denied,
            reason: refused.reason,
            permission: None,
            message: Some(refused.message),
        };
        (judgement, Some(event))
    }

    fn judged(
        &self,
        question: &Question<'_>,
        resource: (Option<&str>, Option<&str>),
        effect: Effect,
        reason: &str,
        permission: Option<String>,
    ) -> Option<DecisionEvent> {
        if effect == Effect::Allowed && self.recorded == Recorded::Denied {
            return None;
        }
        let event = self.event(resource, 0, record::party(question.subject()), &question.name, reason);
        Some(DecisionEvent { decision: record::decision(effect), permission, ..event })
    }

    /// Answers an item that is no question: its own denial, with what is wrong, recorded with what can be read of it.
    pub(crate) fn answer_incomplete(
        &self,
        incomplete: &EvaluationError,
        mentioned: Mentioned<'_>,
        item: usize,
    ) -> (Answer, Option<Box<DecisionEvent>>) {
        const REASON: &str = "invalid_evaluation";
        let resource = (mentioned.resource_kind, mentioned.resource_id);
        let subject = record::said(mentioned.subject_kind, mentioned.subject_id);
        let event = self.event(resource, item, subject, mentioned.action_name, REASON);
        (Answer::refused(REASON, incomplete.to_string()), Some(Box::new(event)))
    }

    /// By which name a question asks.
    pub(crate) fn name_of(&self, evaluation: &Evaluation<'_>) -> Result<String, Refused> {
        let application = self.application(evaluation)?;
        evaluation.requested_name(application).map_err(|error| unnamed(&error, evaluation))
    }

    /// Finds out who a question is about, what they hold, and by which name it asks.
    pub(crate) fn question<'a>(&self, evaluation: &'a Evaluation<'a>) -> Result<Question<'a>, Refused> {
        let Asker { known: caller, tenant, .. } = self.asker;
        let (kind, id) = (evaluation.subject_kind(), evaluation.subject_id());
        self.question_of(evaluation, || match evaluation.subject_token() {
            None => self.snapshot.known_subject(caller, tenant, kind, id, self.met).map_err(unmeant),
            Some(token) => self.tokens.owner(token).map(Arc::clone).map_err(not_presented),
        })
    }

    /// As [`Session::question`], about whoever of the question's type has this id. Nothing that is found out is kept for
    /// other questions.
    pub(crate) fn question_about<'a>(
        &self,
        evaluation: &'a Evaluation<'a>,
        id: &str,
        met: &Met,
    ) -> Result<Question<'a>, Refused> {
        let Asker { known: caller, tenant, .. } = self.asker;
        let kind = evaluation.subject_kind();
        self.question_of(evaluation, || {
            self.snapshot.known_apart(caller, tenant, kind, id, met).map_err(unmeant)
        })
    }

    fn question_of<'a>(
        &self,
        evaluation: &'a Evaluation<'a>,
        know: impl FnOnce() -> Result<Arc<Known>, (&'static str, Cow<'static, str>)>,
    ) -> Result<Question<'a>, Refused> {
        let application = self.application(evaluation)?;
        let name = evaluation.requested_name(application).map_err(|error| unnamed(&error, evaluation))?;
        let known = know().map_err(|(reason, message)| Refused::new(reason, message, &name))?;
        match &known.permissions {
            Ok(set) => {
                // Nothing that is asserted gives anybody permissions.
                let asserted = asserted(application, evaluation);
                let asserted =
                    (!asserted.is_empty()).then(|| Box::new(known.subject.clone().with_asserted(&asserted)));
                let set = set.clone();
                let resource = counting(self.registered, self.snapshot, evaluation, &name);
                let resource = resource.map_err(|error| {
                    let refused = Refused::new(SOURCE_FAILED, error.to_string(), &name);
                    Refused { subject: Some(Box::new(record::party(&known.subject))), ..refused }
                })?;
                Ok(Question { evaluation, name, known, asserted, resource, set })
            }
            Err(error) => {
                tracing::error!(%error, "a question is denied: the permissions could not be compiled");
                let source = match error {
                    ResolveError::Source { source_name, .. } => Some(source_name.clone()),
                    _ => None,
                };
                let message = match &source {
                    Some(source) => format!("the source `{source}` of the subject's permissions fails"),
                    None => "the subject's permissions could not be loaded".to_owned(),
                };
                let refused = Refused::new(Reason::SourceFailed.code(), message, &name);
                let subject = Some(Box::new(record::party(&known.subject)));
                Err(Refused { subject, source, ..refused })
            }
        }
    }

    /// The asking application. One that the policy no longer has makes every question a denial.
    pub(crate) fn application(
        &self,
        evaluation: &Evaluation<'_>,
    ) -> Result<Option<&'s Application>, Refused> {
        let Some(id) = &self.asker.known.application else { return Ok(None) };
        let message = "the application of the asking credential does not exist";
        let unknown = || Refused::new("unknown_application", message, evaluation.action_name());
        self.snapshot.catalog().application(id).map(Some).ok_or_else(unknown)
    }

    fn event(
        &self,
        (resource_type, resource_id): (Option<&str>, Option<&str>),
        item: usize,
        subject: Party,
        name: &str,
        reason: &str,
    ) -> DecisionEvent {
        DecisionEvent {
            at: self.now,
            request_id: self.request_id.as_str().to_owned(),
            item: u32::try_from(item).unwrap_or(u32::MAX),
            tenant: self.asker.tenant.to_string(),
            application: self.asker.known.application.as_deref().map(str::to_owned),
            caller: record::party(&self.asker.known.subject),
            credential: self.asker.credential.clone(),
            subject,
            action: clipped(name),
            resource_type: resource_type.map(clipped),
            resource_id: resource_id.map(clipped),
            decision: RecordedDecision::Denied,
            reason: reason.to_owned(),
            permission: None,
            revision: self.snapshot.revision(),
        }
    }
}

impl Answer {
    /// The answer as it is sent. Most have two members, whose JSON is quicker written than by way of a serializer.
    pub(crate) fn response(&self) -> Response {
        match &self.context {
            AnswerContext { reason_code, conditional: false, error: None } if is_code(reason_code) => {
                let decision: &[u8] = if self.decision { b"true" } else { b"false" };
                let pieces = [
                    b"{\"decision\":",
                    decision,
                    b",\"context\":{\"reason_code\":\"",
                    reason_code.as_bytes(),
                    b"\"}}",
                ];
                written_json_response(pieces.concat())
            }
            _ => json_response(self),
        }
    }

    fn refused(reason: &'static str, message: String) -> Answer {
        let error = Some(AnswerError { status: 400, message });
        Answer {
            decision: false,
            context: AnswerContext { reason_code: reason.into(), conditional: false, error },
        }
    }
}

impl Question<'_> {
    /// Whether the answer is yes.
    pub(crate) fn is_allowed(&self, now: i64) -> bool {
        self.check(now).0 == Effect::Allowed
    }

    pub(crate) fn subject(&self) -> &Subject {
        self.asserted.as_deref().unwrap_or(&self.known.subject)
    }

    /// The effect, the reason's code, and the granted name of the permission that decided.
    fn check(&self, now: i64) -> (Effect, &'static str, Option<&str>) {
        let Some(request) = self.request(now) else {
            return (Effect::Denied, Reason::InvalidName.code(), None);
        };
        let decision = self.set.check(&request);
        let permission = decision.permission.map(|permission| permission.name());
        (decision.effect, decision.reason.code(), permission)
    }

    /// The explanation of the answer, as the engine writes it.
    pub(crate) fn explain(&self, now: i64) -> Option<serde_json::Value> {
        let request = self.request(now)?;
        Some(self.set.explain(&request).to_json())
    }

    fn request(&self, now: i64) -> Option<Request<'_>> {
        let name = Name::parse(&self.name).ok()?;
        let mut request = self.evaluation.request(name, self.subject().view(), Timestamp(now));
        if let (Some(counts), Some(resource)) = (&self.resource, &mut request.resource) {
            resource.properties = Map::Data(counts);
        }
        Some(request)
    }

    /// The id of the application in whose namespace it asks.
    pub(crate) fn owner<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s str> {
        let owner = snapshot.catalog().owner_of(&Name::parse(&self.name).ok()?)?;
        Some(owner.id())
    }

    /// Whether the answer is yes about another resource of the same type, of which this counts.
    pub(crate) fn is_allowed_on(&self, id: &str, attributes: &Members, now: i64) -> bool {
        let Some(mut request) = self.request(now) else { return false };
        let Some(resource) = &mut request.resource else { return false };
        (resource.id, resource.properties) = (Some(Value::String(id)), Map::Data(attributes));
        self.set.check(&request).effect == Effect::Allowed
    }

    /// Whether the answer is no about each resource of the type, whatever counts of it.
    pub(crate) fn is_never_allowed(&self, now: i64) -> bool {
        let Some(mut request) = self.request(now) else { return true };
        if let Some(resource) = &mut request.resource {
            (resource.id, resource.properties) = (None, Map::EMPTY);
        }
        self.set.check_partial(&request).effect == Effect::Denied
    }
}

/// Whether it is JSON as it stands, between quotes: as the codes of reasons are.
fn is_code(text: &str) -> bool {
    text.bytes().fold(true, |is_code, byte| is_code & (byte.is_ascii_lowercase() | (byte == b'_')))
}

/// Why nobody is meant by a type and an id: as a reason's code, and in words.
fn unmeant(error: ResolveError) -> (&'static str, Cow<'static, str>) {
    let reason = match error {
        ResolveError::Inactive { .. } => INACTIVE,
        _ => "ambiguous_subject",
    };
    (reason, error.to_string().into())
}

/// Why nobody is meant by a token.
fn not_presented(code: Code) -> (&'static str, Cow<'static, str>) {
    match code {
        Code::UserInactive => (INACTIVE, "whoever the token is of was deactivated or deleted".into()),
        Code::Unavailable => ("subject_unavailable", "whose the token is cannot be found out now".into()),
        _ => ("subject_rejected", "the subject's token is not accepted".into()),
    }
}

/// A question by no name, or by one that the asking application does not own.
fn unnamed(error: &EvaluationError, evaluation: &Evaluation<'_>) -> Refused {
    let (reason, name) = match error {
        EvaluationError::OutsideApplication { name, .. } => (Reason::OutsideApplication, name.as_str()),
        _ => (Reason::InvalidName, evaluation.action_name()),
    };
    Refused::new(reason.code(), error.to_string(), name)
}

/// Those of the subject's properties that the application may assert.
fn asserted(application: Option<&Application>, evaluation: &Evaluation<'_>) -> Members {
    let Some(application) = application else { return Members::default() };
    if evaluation.subject_properties().is_empty() {
        return Members::default();
    }
    let may_assert = |(name, _): &(&str, &Datum)| application.may_assert(name);
    let properties = evaluation.subject_properties();
    properties.iter().filter(may_assert).map(|(name, datum)| (name.into(), datum.clone())).collect()
}

#[cfg(test)]
mod tests;
