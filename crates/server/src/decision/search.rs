//! `/access/v1/search/subject` and `/access/v1/search/action` (AuthZEN, section 8). What is found is what an evaluation
//! would allow, no more and no less.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use casemate_directory::{Candidate, CandidatePlace, Met, Subject};
use casemate_expression::{Datum, Members};
use casemate_permission::name::{Name, Pattern};
use casemate_permission::{Application, Evaluation, PermissionSet};
use casemate_platform::{
    Code, DEFAULT_LIMIT, MAX_LIMIT, NoQuery, Problem, RequestId, cursor, json_response, read_cursor,
};
use serde::Serialize;

use super::asker::Beside;
use super::routes::{Asked, asked_beside, incomplete, malformed};
use super::service::{Refused, Session};
use super::told::{self, Origin};
use super::walk::Walk;
use super::who_can::list_of;
use crate::App;
use crate::guard::source_failed;

/// The most names of actions that are tried for one page.
const MAX_TRIED: usize = 1_000;
/// How many are tried before others get their turn.
const AT_ONCE: usize = 32;

/// What was found.
#[derive(Serialize)]
pub(super) struct Found<T> {
    pub(super) results: Vec<T>,
    page: FoundPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<FoundContext>,
}

#[derive(Serialize)]
pub(super) struct FoundPage {
    /// Empty where there are no more.
    next_token: String,
    count: usize,
}

#[derive(Default, Serialize)]
pub(super) struct FoundContext {
    /// Why nothing is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The patterns of names, declared or granted, whose names nobody can list: what only they cover is not among the results.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    patterns: BTreeSet<String>,
    /// The sources outside Casemate that may allow it to people whom the directory does not know, or that know resources which are not
    /// registered: those are not among the results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outside: Vec<String>,
}

#[derive(Serialize)]
struct FoundSubject {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

#[derive(Serialize)]
struct FoundAction {
    name: String,
}

impl<T> Found<T> {
    pub(super) fn new(results: Vec<T>, next: Option<String>, context: Option<FoundContext>) -> Found<T> {
        let page = FoundPage { next_token: next.unwrap_or_default(), count: results.len() };
        Found { results, page, context }
    }

    pub(super) fn nothing(reason_code: &'static str, message: String) -> Found<T> {
        let context = FoundContext {
            reason_code: Some(reason_code),
            message: Some(message),
            ..FoundContext::default()
        };
        Found::new(Vec::new(), None, Some(context))
    }
}

impl FoundContext {
    /// Where a source outside Casemate knows of more.
    pub(super) fn outside(source: Option<String>) -> Option<FoundContext> {
        source.map(|source| FoundContext { outside: vec![source], ..FoundContext::default() })
    }
}

/// Which page is asked for.
pub(super) struct Wanted {
    pub(super) token: Option<String>,
    pub(super) limit: usize,
}

impl Wanted {
    pub(super) fn of(body: &Datum) -> Result<Wanted, Problem> {
        let page = match body.get("page") {
            None | Some(Datum::Null) => return Ok(Wanted { token: None, limit: DEFAULT_LIMIT as usize }),
            Some(Datum::Map(page)) => page,
            Some(_) => return Err(malformed("`page` is no object".to_owned())),
        };
        // Earlier drafts have the token go back by the name that it came by.
        let token = match page.get("token").or_else(|| page.get("next_token")) {
            None | Some(Datum::Null) => None,
            Some(Datum::String(token)) => Some(token.to_string()).filter(|token| !token.is_empty()),
            Some(_) => return Err(malformed("`page.token` is no string".to_owned())),
        };
        let limit = match page.get("limit") {
            None | Some(Datum::Null | Datum::Int(0)) => DEFAULT_LIMIT as usize,
            Some(Datum::Int(limit)) => match usize::try_from(*limit) {
                Ok(limit) => limit.min(MAX_LIMIT as usize),
                Err(_) => return Err(malformed("`page.limit` is below 0".to_owned())),
            },
            Some(_) => return Err(malformed("`page.limit` is no whole number".to_owned())),
        };
        Ok(Wanted { token, limit })
    }
}

/// `POST /access/v1/search/subject` (section 8.4): the subjects of a type that may do something. The id is ignored.
pub(crate) async fn subjects(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked_beside(&app, &id, &head.headers, body, Beside::Search).await?;
    let origin = Origin::of(&id, &head);
    let found = found_subjects(&app, &asked, &id).await;
    let found = told::searched(&app, &asked, origin, found, |found| found.results.len()).await?;
    Ok(json_response(&found))
}

async fn found_subjects(app: &App, asked: &Asked, id: &RequestId) -> Result<Found<FoundSubject>, Problem> {
    let Wanted { token, limit } = Wanted::of(&asked.body)?;
    let question = without_id(&asked.body);
    let evaluation = Evaluation::read(&question, Some(&asked.body)).map_err(incomplete)?;
    evaluation.is_complete().map_err(incomplete)?;
    let session = asked.session(app, id);
    let name = match session.name_of(&evaluation) {
        Ok(name) => name,
        Err(refused) => {
            return Ok(Found::nothing(refused.reason, refused.message));
        }
    };
    let name = Name::parse(&name).map_err(|error| malformed(error.to_string()))?;
    let list = list_of("search-subject", asked, &["page"]);
    let mut results = Vec::new();
    let mut walk = Walk::begin(app, asked, (evaluation.subject_kind(), name), &list, token.as_deref())?;
    // The caller's own token may say more of them than the directory does: they come first, and not again.
    let caller = &asked.asker.known.subject;
    if token.is_none() && is_of(caller, &evaluation, asked) {
        let of_caller = of_caller(asked);
        results.extend(allowed(&session, &evaluation, &of_caller, &Met::default(), asked)?);
        if results.len() >= limit {
            walk.end_behind(CandidatePlace::default());
        }
    }
    while let Some(mut candidates) = walk.next().await? {
        candidates.retain(|candidate| {
            let subject = &candidate.subject;
            let is_nameable = subject.id.is_some() || evaluation.subject_kind() == "anonymous";
            is_nameable
                && candidate.group.is_none()
                && is_of(subject, &evaluation, asked)
                && !is_same(subject, caller)
        });
        let ids: BTreeSet<&str> =
            candidates.iter().filter_map(|candidate| candidate.subject.id.as_deref()).collect();
        let met = met(app, asked, evaluation.subject_kind(), ids).await?;
        for candidate in &candidates {
            results.extend(allowed(&session, &evaluation, candidate, &met, asked)?);
            if results.len() >= limit {
                walk.end_behind(candidate.place.clone());
                break;
            }
        }
    }
    let outside = asked.snapshot.sources_outside(&asked.asker.tenant, &name);
    let context = (!outside.is_empty()).then(|| FoundContext { outside, ..FoundContext::default() });
    Ok(Found::new(results, walk.cursor(&list), context))
}

/// A question's subject with all that is said of it but its id.
fn without_id(body: &Datum) -> Datum {
    let said = body.get("subject").and_then(Datum::as_map);
    let Some(said) = said else { return Datum::Map(Members::default()) };
    let members =
        said.iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name.into(), value.clone()));
    let members = members.chain([("id".into(), Datum::String("".into()))]);
    Datum::Map([("subject".into(), Datum::Map(members.collect()))].into_iter().collect())
}

/// Whether somebody is of the type and tenant that a question is about.
fn is_of(subject: &Subject, evaluation: &Evaluation<'_>, asked: &Asked) -> bool {
    *subject.kind == *evaluation.subject_kind() && subject.tenant == asked.asker.tenant
}

fn is_same(one: &Subject, other: &Subject) -> bool {
    one.provider == other.provider && one.kind == other.kind && one.id == other.id
}

fn of_caller(asked: &Asked) -> Candidate {
    let subject = asked.asker.known.subject.clone();
    Candidate { subject, group: None, place: CandidatePlace::default() }
}

/// A candidate, where an evaluation about their type and id means them and allows it.
///
/// # Errors
/// Where a source outside Casemate does not say what they hold: whoever asks is told of nobody rather than not of all.
fn allowed(
    session: &Session<'_>,
    evaluation: &Evaluation<'_>,
    candidate: &Candidate,
    met: &Met,
    asked: &Asked,
) -> Result<Option<FoundSubject>, Problem> {
    let subject = &candidate.subject;
    let about = session.question_about(evaluation, subject.id.as_deref().unwrap_or_default(), met);
    let question = match about {
        Ok(question) => question,
        Err(Refused { source: Some(source), .. }) if asked.snapshot.is_outside(&source) => {
            return Err(source_failed(&source));
        }
        Err(_) => return Ok(None),
    };
    let is_meant = question.subject().provider == subject.provider;
    Ok((is_meant && question.is_allowed(asked.now)).then(|| FoundSubject {
        r#type: subject.kind.to_string(),
        id: subject.id.as_deref().map(str::to_owned),
    }))
}

async fn met(app: &App, asked: &Asked, kind: &str, ids: BTreeSet<&str>) -> Result<Met, Problem> {
    let Asked { snapshot, asker, now, .. } = asked;
    let met = app.directory.meet_apart(snapshot, &asker.tenant, ids.iter().copied()).await;
    let mut met = met.map_err(|error| {
        tracing::error!(%error, "the directory cannot be asked about users");
        Problem::new(Code::Unavailable)
    })?;
    let whom = ids.into_iter().map(|id| (kind, id));
    snapshot.ask_about(&asker.known.subject, &asker.tenant, whom, &mut met, *now).await;
    Ok(met)
}

/// `POST /access/v1/search/action` (section 8.6): what a subject may do to a resource, of the names that a schema declares or
/// a permission of theirs grants by itself.
pub(crate) async fn actions(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked_beside(&app, &id, &head.headers, body, Beside::Search).await?;
    let origin = Origin::of(&id, &head);
    let found = found_actions(&app, &asked, &id).await;
    let found = told::searched(&app, &asked, origin, found, |found| found.results.len()).await?;
    Ok(json_response(&found))
}

async fn found_actions(app: &App, asked: &Asked, id: &RequestId) -> Result<Found<FoundAction>, Problem> {
    let Wanted { token, limit } = Wanted::of(&asked.body)?;
    let any = action("-");
    let evaluation = Evaluation::read(&any, Some(&asked.body)).map_err(incomplete)?;
    evaluation.is_complete().map_err(incomplete)?;
    let session = asked.session(app, id);
    let application = match session.application(&evaluation) {
        Ok(application) => application,
        Err(refused) => {
            return Ok(Found::nothing(refused.reason, refused.message));
        }
    };
    let (kind, id) = (evaluation.subject_kind(), evaluation.subject_id());
    let known = asked.snapshot.known_subject(&asked.asker.known, &asked.asker.tenant, kind, id, &asked.met);
    let set = match known.map(|known| known.permissions.clone()) {
        Ok(Ok(set)) => set,
        Ok(Err(error)) | Err(error) => {
            return Ok(Found::nothing("subject_not_resolved", error.to_string()));
        }
    };
    let names = Names::of(asked, application, evaluation.resource_key().0, &set);
    let list = list_of("search-action", asked, &["page"]);
    let after = token.as_deref().map(|token| read_cursor(&list, token)).transpose()?;
    let mut results = Vec::new();
    let mut next = None;
    let behind = names.actions.iter().filter(|name| after.as_ref().is_none_or(|after| *name > after));
    for (tried, name) in behind.enumerate() {
        if results.len() >= limit || tried >= MAX_TRIED {
            break;
        }
        let action = action(name);
        let evaluation = Evaluation::read(&action, Some(&asked.body)).map_err(incomplete)?;
        if session.question(&evaluation).is_ok_and(|question| question.is_allowed(asked.now)) {
            results.push(FoundAction { name: name.clone() });
        }
        next = Some(name);
        if tried % AT_ONCE == AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    let is_last = next == names.actions.last() || next.is_none();
    let next = next.filter(|_| !is_last).map(|name| cursor(&list, name));
    let context = (is_last && !names.patterns.is_empty())
        .then(|| FoundContext { patterns: names.patterns, ..FoundContext::default() });
    Ok(Found::new(results, next, context))
}

fn action(name: &str) -> Datum {
    let action: Members = [("name".into(), Datum::String(name.into()))].into_iter().collect();
    Datum::Map([("action".into(), Datum::Map(action))].into_iter().collect())
}

/// The names of actions that come into question.
struct Names {
    actions: BTreeSet<String>,
    /// What stands for names that nobody can list.
    patterns: BTreeSet<String>,
}

impl Names {
    fn of(
        asked: &Asked,
        application: Option<&Application>,
        resource: Option<&str>,
        set: &PermissionSet,
    ) -> Names {
        let mut names = Names { actions: BTreeSet::new(), patterns: BTreeSet::new() };
        for pattern in asked.snapshot.catalog().declared() {
            names.add(pattern, application, resource);
        }
        for permission in set.iter().filter(|permission| !permission.is_denial()) {
            if let Ok(pattern) = Pattern::parse(permission.name()) {
                names.add(&pattern, application, resource);
            }
        }
        names
    }

    fn add(&mut self, pattern: &Pattern, application: Option<&Application>, resource: Option<&str>) {
        let Some(name) = pattern.as_exact() else {
            let namespace = pattern.as_str().split('.').next().unwrap_or_default();
            let is_own = |application: &Application| application.namespaces().any(|own| own == namespace);
            // A pattern that begins with one may stand for names of every application.
            let is_wild = namespace.contains(['*', '?', '{']);
            if is_wild || application.is_none_or(is_own) {
                self.patterns.insert(pattern.as_str().to_owned());
            }
            return;
        };
        let Ok(parsed) = Name::parse(name) else { return };
        let Some(application) = application else {
            self.actions.insert(name.to_owned());
            return;
        };
        match application.request_name().filter(|_| application.owns(&parsed)) {
            Some(template) => {
                let is_so = |segment: &&str| template.make(resource, segment).is_ok_and(|made| made == name);
                self.actions.extend(parsed.segments().find(is_so).map(str::to_owned));
            }
            None if application.owns(&parsed) => {
                self.actions.insert(name.to_owned());
            }
            None => {}
        }
    }
}
