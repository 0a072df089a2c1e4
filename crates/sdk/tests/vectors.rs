//! The decisions of the permission engine's `vectors/decisions.json`, asked of a caller: they are the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use casemate_permission::name::Name;
use casemate_permission::{
    Catalog, Evaluation, EvaluationError, Grant, OriginKind, Permission, PermissionSet, Schema,
};
use casemate_sdk::{
    Actor, Caller, Datum, Error, Known, List, Map, Members, Question, Subject, TestClock, Timestamp, Whom,
};

const VECTORS: &str = include_str!("../../permission/tests/vectors/decisions.json");
const NOBODY: &str = r#"{"subject":{"type":"anonymous"}}"#;

fn text<'d>(datum: &'d Datum, member: &str) -> Option<&'d str> {
    datum.get(member).and_then(Datum::as_str)
}

fn int(datum: &Datum, member: &str) -> Option<i64> {
    match datum.get(member) {
        Some(Datum::Int(int)) => Some(*int),
        _ => None,
    }
}

fn list<'d>(datum: &'d Datum, member: &str) -> &'d [Datum] {
    datum.get(member).and_then(Datum::as_list).unwrap_or_default()
}

fn set(vectors: &Datum, case: &Datum) -> PermissionSet {
    let schemas = vectors.get("schemas").unwrap();
    let texts = list(case, "schemas").iter().map(|name| text(schemas, name.as_str().unwrap()).unwrap());
    let catalog = Catalog::compile(texts.map(|text| Schema::from_toml(text).unwrap()).collect()).unwrap();
    let mut builder = PermissionSet::builder(&catalog);
    for entry in list(case, "grants") {
        let permission = Permission::from_datum(entry.get("permission").unwrap()).unwrap();
        let mut grant = Grant::clone(&Grant::always(OriginKind::Role, "editor"));
        (grant.from, grant.until) = (int(entry, "from").map(Timestamp), int(entry, "until").map(Timestamp));
        builder.add(permission, &Arc::new(grant));
    }
    builder.build().unwrap()
}

/// Somebody as a case says who they are.
struct Somebody {
    question: Datum,
    claims: Members,
}

impl Whom for Somebody {
    fn view(&self) -> Subject<'_> {
        let Some(identity) = self.question.get("identity") else {
            return Evaluation::read(&self.question, None)
                .unwrap()
                .subject_as_identity(&self.claims)
                .unwrap();
        };
        let auth = identity.get("auth");
        Subject {
            id: text(identity, "id"),
            provider: text(identity, "provider"),
            kind: text(identity, "type"),
            claims: identity.get("claims").and_then(Datum::as_map).map_or(Map::EMPTY, Map::Data),
            auth_time: auth.and_then(|auth| Timestamp::parse_rfc3339(text(auth, "time")?)),
            auth_amr: auth.and_then(|auth| auth.get("amr")?.as_list()).map(List::data),
            auth_acr: auth.and_then(|auth| text(auth, "acr")),
            actor: identity.get("actor").map(|actor| Actor {
                provider: text(actor, "provider"),
                id: text(actor, "id"),
                kind: text(actor, "type"),
            }),
            ..Subject::ANONYMOUS
        }
    }
}

/// The code of what is refused before it is asked.
fn refused(error: &EvaluationError) -> &'static str {
    match error {
        EvaluationError::Name(_) => "invalid_name",
        EvaluationError::OutsideApplication { .. } => "outside_application",
        _ => "invalid_evaluation",
    }
}

fn judge(vectors: &Datum, case: &Datum) -> Result<(), &'static str> {
    let title = text(case, "name").unwrap();
    let question = case.get("question").unwrap();
    let nobody = Datum::from_json(NOBODY).unwrap();
    let defaults = question.get("identity").is_some().then_some(&nobody);
    let evaluation = Evaluation::read(question, defaults).map_err(|error| refused(&error))?;
    let claims = evaluation.claims();
    evaluation.subject_as_identity(&claims).map_err(|error| refused(&error))?;
    let permissions = set(vectors, case);
    let catalog = permissions.catalog().clone();
    let application = text(case, "application").map(|id| catalog.application(id).unwrap());
    let name = evaluation.requested_name(application).map_err(|error| refused(&error))?;
    let now = int(case, "now").unwrap();
    let known = Known {
        whom: Arc::new(Somebody { question: question.clone(), claims }),
        permissions,
        application: application.map(|application| application.id().into()),
        revision: 1,
        valid_until: None,
    };
    let caller = Caller::new(Arc::new(known), Arc::new(TestClock::at(now)));
    // Who it is about and when is the caller's matter, whatever the request says.
    let request = evaluation.request(Name::parse(&name).unwrap(), Subject::ANONYMOUS, Timestamp(0));
    let question = Question::from(request);
    let partial = case.get("partial") == Some(&Datum::Bool(true));
    let decision =
        if partial { caller.check_partial(question).unwrap() } else { caller.check(question).unwrap() };
    let expected = case.get("expect").unwrap_or_else(|| panic!("{title}: was not refused"));
    let found = (Some(decision.effect.name()), Some(decision.reason.code()));
    assert_eq!(found, (text(expected, "effect"), text(expected, "reason")), "{title}");
    if let Some(permission) = expected.get("permission") {
        let found = decision.permission.map(|permission| permission.as_json().to_owned());
        assert_eq!(found, Some(permission.to_json()), "{title}");
    }
    if !partial {
        assert_eq!(caller.can(question), decision.is_allowed(), "{title}");
        assert_eq!(caller.require(question).is_ok(), decision.is_allowed(), "{title}");
        let explained = caller.explain(question, |explanation| explanation.decision.reason.code());
        assert_eq!(explained.ok(), found.1, "{title}");
    }
    let filter = caller.filter(question);
    let is_filterable = case.get("not_filterable") != Some(&Datum::Bool(true));
    assert_eq!(!matches!(filter, Err(Error::Filter(_))), is_filterable, "{title}");
    if let (Some(expected), Ok(answer)) = (case.get("filter"), &filter) {
        let found = answer.filter.as_ref().map(|filter| filter.whole().to_json());
        assert_eq!(found, Some(expected.to_json()), "{title}");
    }
    Ok(())
}

#[test]
fn a_caller_is_answered_as_the_vectors_say() {
    let vectors = Datum::from_json(VECTORS).unwrap();
    let cases = list(&vectors, "cases");
    assert!(cases.len() >= 60);
    for case in cases {
        let answered = judge(&vectors, case);
        assert_eq!(answered.err(), text(case, "refused"), "{}", text(case, "name").unwrap());
    }
}
