//! Questions as they come in: AuthZEN's, or with an `identity` in place of the subject.

use casemate_expression::{Datum, List, Map, Members, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Actor, Catalog, Evaluation, EvaluationError, Request, Subject};

use crate::mistake::Mistake;

/// What stands in for the subject where the question names an identity.
const NOBODY: &str = r#"{"subject":{"type":"anonymous"}}"#;

/// A question that was read, and what its request borrows.
pub(crate) struct Question<'d> {
    evaluation: Evaluation<'d>,
    identity: Option<&'d Datum>,
    claims: Members,
    name: String,
}

/// The members that take the place of those a question lacks.
#[derive(Debug)]
pub(crate) struct Defaults(Datum);

impl Defaults {
    /// Of a batch.
    pub(crate) fn of(batch: Datum) -> Defaults {
        Defaults(batch)
    }

    pub(crate) fn none() -> Result<Defaults, Mistake> {
        Ok(Defaults(read(NOBODY)?))
    }
}

/// Reads JSON.
pub(crate) fn read(text: &str) -> Result<Datum, Mistake> {
    Datum::from_json(text).map_err(|error| Mistake::new("invalid_evaluation", error))
}

impl<'d> Question<'d> {
    /// Reads a question. `application` is the id of the asking one.
    pub(crate) fn read(
        question: &'d Datum,
        defaults: Option<&'d Defaults>,
        nobody: &'d Defaults,
        catalog: &Catalog,
        application: Option<&str>,
    ) -> Result<Question<'d>, Mistake> {
        let defaults = defaults.map(|Defaults(defaults)| defaults);
        let identity = question.get("identity").or_else(|| defaults.and_then(|all| all.get("identity")));
        let both = identity.is_some()
            && (question.get("subject").is_some() || defaults.and_then(|all| all.get("subject")).is_some());
        if both {
            return Err(Mistake::new(
                "invalid_evaluation",
                "a question names an identity or a subject, and this names both",
            ));
        }
        let merged = match (identity, defaults) {
            (None, defaults) => defaults,
            (Some(_), None) => Some(&nobody.0),
            (Some(_), Some(_)) => {
                return Err(Mistake::new("invalid_evaluation", "in a batch each question names its subject"));
            }
        };
        let evaluation = Evaluation::read(question, merged)?;
        let application = application
            .map(|id| {
                catalog.application(id).ok_or_else(|| {
                    Mistake::new("unknown_application", format!("no schema is of the application `{id}`"))
                })
            })
            .transpose()?;
        let name = evaluation.requested_name(application)?;
        let claims = evaluation.claims();
        Ok(Question { evaluation, identity, claims, name })
    }

    pub(crate) fn request(&self, now: i64) -> Result<Request<'_>, Mistake> {
        let now = Timestamp(now)
            .in_range()
            .ok_or_else(|| Mistake::new("invalid_evaluation", "the time lies outside the years 1 to 9999"))?;
        let name = Name::parse(&self.name).map_err(EvaluationError::from)?;
        let subject = match self.identity {
            Some(identity) => subject(identity)?,
            None => self.evaluation.subject_as_identity(&self.claims)?,
        };
        Ok(self.evaluation.request(name, subject, now))
    }
}

fn wrong(member: &str, expected: &str, found: &Datum) -> Mistake {
    Mistake::new("invalid_evaluation", format!("`{member}` must be {expected}, and is {}", found.kind()))
}

fn text<'d>(object: &'d Datum, path: &str, member: &str) -> Result<Option<&'d str>, Mistake> {
    match object.get(member) {
        None | Some(Datum::Null) => Ok(None),
        Some(Datum::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(&format!("{path}.{member}"), "a string", other)),
    }
}

fn list<'d>(object: &'d Datum, path: &str, member: &str) -> Result<Option<List<'d>>, Mistake> {
    match object.get(member) {
        None | Some(Datum::Null) => Ok(None),
        Some(Datum::List(items)) => Ok(Some(List::data(items))),
        Some(other) => Err(wrong(&format!("{path}.{member}"), "an array", other)),
    }
}

/// An object that may be absent.
fn object<'d>(parent: &'d Datum, path: &str, member: &str) -> Result<Option<&'d Datum>, Mistake> {
    match parent.get(member) {
        None | Some(Datum::Null) => Ok(None),
        Some(object @ Datum::Map(_)) => Ok(Some(object)),
        Some(other) => Err(wrong(&format!("{path}.{member}"), "an object", other)),
    }
}

/// An identity, all of whose members may be absent but for its type.
fn subject(identity: &Datum) -> Result<Subject<'_>, Mistake> {
    let Datum::Map(_) = identity else { return Err(wrong("identity", "an object", identity)) };
    let of = "identity";
    let kind = text(identity, of, "type")?
        .ok_or_else(|| Mistake::new("invalid_evaluation", "the request has no `identity.type`"))?;
    let auth = object(identity, of, "auth")?;
    let auth_time = match auth.and_then(|auth| auth.get("time")) {
        None | Some(Datum::Null) => None,
        Some(Datum::String(time)) => Some(Timestamp::parse_rfc3339(time).ok_or_else(|| {
            Mistake::new(
                "invalid_evaluation",
                "`identity.auth.time` must be a time such as 2026-01-31T12:00:00Z",
            )
        })?),
        Some(other) => return Err(wrong("identity.auth.time", "a time as text", other)),
    };
    let actor = object(identity, of, "actor")?
        .map(|actor| {
            let of = "identity.actor";
            Ok::<_, Mistake>(Actor {
                provider: text(actor, of, "provider")?,
                id: text(actor, of, "id")?,
                kind: text(actor, of, "type")?,
            })
        })
        .transpose()?;
    Ok(Subject {
        // Anonymous has no id, whatever is said of it.
        id: if kind == "anonymous" { None } else { text(identity, of, "id")? },
        provider: text(identity, of, "provider")?,
        kind: Some(kind),
        login: text(identity, of, "login")?,
        display_name: text(identity, of, "display_name")?,
        tenant: text(identity, of, "tenant")?,
        groups: list(identity, of, "groups")?,
        claims: object(identity, of, "claims")?.and_then(Datum::as_map).map_or(Map::EMPTY, Map::Data),
        auth_time,
        auth_amr: auth.map(|auth| list(auth, "identity.auth", "amr")).transpose()?.flatten(),
        auth_acr: auth.map(|auth| text(auth, "identity.auth", "acr")).transpose()?.flatten(),
        actor,
    })
}
