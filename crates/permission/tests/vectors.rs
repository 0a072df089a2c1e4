//! The decisions of `vectors/decisions.json`, which the TypeScript SDK reads and answers too.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot prepare has failed"
)]

use std::sync::Arc;

use casemate_expression::{Datum, List, Map, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{
    Actor, Catalog, Evaluation, EvaluationError, Grant, OriginKind, Permission, PermissionSet, Schema,
    Subject,
};

const VECTORS: &str = include_str!("vectors/decisions.json");
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

fn catalog(vectors: &Datum, case: &Datum) -> Catalog {
    let schemas = vectors.get("schemas").unwrap();
    let texts = list(case, "schemas").iter().map(|name| text(schemas, name.as_str().unwrap()).unwrap());
    Catalog::compile(texts.map(|text| Schema::from_toml(text).unwrap()).collect()).unwrap()
}

fn set(catalog: &Catalog, case: &Datum) -> PermissionSet {
    let mut builder = PermissionSet::builder(catalog);
    for entry in list(case, "grants") {
        let permission = Permission::from_datum(entry.get("permission").unwrap()).unwrap();
        let mut grant = Grant::clone(&Grant::always(OriginKind::Role, "editor"));
        (grant.from, grant.until) = (int(entry, "from").map(Timestamp), int(entry, "until").map(Timestamp));
        builder.add(permission, &Arc::new(grant));
    }
    builder.build().unwrap()
}

fn identity(identity: &Datum) -> Subject<'_> {
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

/// What the engine answers, in the words of the file; or the code of its refusal.
struct Found {
    effect: &'static str,
    reason: &'static str,
    permission: Option<String>,
    filter: Option<Result<String, ()>>,
}

fn answer(vectors: &Datum, case: &Datum) -> Result<Found, &'static str> {
    let catalog = catalog(vectors, case);
    let set = set(&catalog, case);
    let question = case.get("question").unwrap();
    let nobody = Datum::from_json(NOBODY).unwrap();
    let defaults = question.get("identity").is_some().then_some(&nobody);
    let refused = |error: EvaluationError| match error {
        EvaluationError::Name(_) => "invalid_name",
        EvaluationError::OutsideApplication { .. } => "outside_application",
        _ => "invalid_evaluation",
    };
    let evaluation = Evaluation::read(question, defaults).map_err(refused)?;
    let application = text(case, "application").map(|id| catalog.application(id).unwrap());
    let name = evaluation.requested_name(application).map_err(refused)?;
    let claims = evaluation.claims();
    let subject = match question.get("identity") {
        Some(known) => identity(known),
        None => evaluation.subject_as_identity(&claims).map_err(refused)?,
    };
    let now = Timestamp(int(case, "now").unwrap());
    let request = evaluation.request(Name::parse(&name).unwrap(), subject, now);
    let partial = case.get("partial") == Some(&Datum::Bool(true));
    let decision = if partial { set.check_partial(&request) } else { set.check(&request) };
    let filter = match set.filter(&request) {
        Ok(answer) => answer.filter.map(|filter| Ok(filter.whole().to_json())),
        Err(_) => Some(Err(())),
    };
    Ok(Found {
        effect: decision.effect.name(),
        reason: decision.reason.code(),
        permission: decision.permission.map(|permission| permission.as_json().to_owned()),
        filter,
    })
}

#[test]
fn the_engine_answers_as_the_vectors_say() {
    let vectors = Datum::from_json(VECTORS).unwrap();
    let cases = list(&vectors, "cases");
    assert!(cases.len() >= 60);
    for case in cases {
        let name = text(case, "name").unwrap();
        let found = match answer(&vectors, case) {
            Ok(found) => found,
            Err(code) => {
                assert_eq!(Some(code), text(case, "refused"), "{name}");
                continue;
            }
        };
        let expected = case.get("expect").unwrap_or_else(|| panic!("{name}: was not refused"));
        let found_words = (Some(found.effect), Some(found.reason));
        assert_eq!(found_words, (text(expected, "effect"), text(expected, "reason")), "{name}");
        if let Some(permission) = expected.get("permission") {
            assert_eq!(found.permission, Some(permission.to_json()), "{name}");
        }
        let is_filterable = case.get("not_filterable") != Some(&Datum::Bool(true));
        assert_eq!(found.filter != Some(Err(())), is_filterable, "{name}");
        if let Some(filter) = case.get("filter") {
            assert_eq!(found.filter, Some(Ok(filter.to_json())), "{name}");
        }
    }
}
