//! The body of AuthZEN's `evaluations` (Authorization API 1.0, section 6): several questions that share defaults.

use casemate_expression::Datum;
use casemate_permission::{Evaluation, EvaluationError};

/// The most evaluations in one request.
pub(crate) const MAX_EVALUATIONS: usize = 1_000;

/// Why a body is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// How many of a batch are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Semantic {
    /// All.
    ExecuteAll,
    /// Up to the first that is denied.
    DenyOnFirstDeny,
    /// Up to the first that is permitted.
    PermitOnFirstPermit,
}

/// The body of a request: one question, or several that share defaults.
#[derive(Debug)]
pub(crate) enum Batch<'a> {
    /// `evaluations` is absent or empty: the body is the question.
    One,
    /// The questions in order, each to be read with the body's members as defaults.
    Many { items: &'a [Datum], semantic: Semantic },
}

impl<'a> Batch<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it as a whole; what is wrong with one item is left to [`complete`].
    pub(crate) fn read(body: &'a Datum) -> Result<Batch<'a>, Malformed> {
        let members = body.as_map().ok_or_else(|| wrong("the body", "an object", body))?;
        let items = match members.get("evaluations") {
            None | Some(Datum::Null) => return Ok(Batch::One),
            Some(Datum::List(items)) if items.is_empty() => return Ok(Batch::One),
            Some(Datum::List(items)) => items,
            Some(other) => return Err(wrong("`evaluations`", "an array", other)),
        };
        if items.len() > MAX_EVALUATIONS {
            return Err(Malformed(format!("`evaluations` has more than {MAX_EVALUATIONS} items")));
        }
        let options = match members.get("options") {
            None | Some(Datum::Null) => None,
            Some(Datum::Map(options)) => Some(options),
            Some(other) => return Err(wrong("`options`", "an object", other)),
        };
        let semantic = match options.and_then(|options| options.get("evaluations_semantic")) {
            None | Some(Datum::Null) => Semantic::ExecuteAll,
            Some(word) => match word.as_str() {
                Some("execute_all") => Semantic::ExecuteAll,
                Some("deny_on_first_deny") => Semantic::DenyOnFirstDeny,
                Some("permit_on_first_permit") => Semantic::PermitOnFirstPermit,
                _ => {
                    return Err(Malformed(
                        "`options.evaluations_semantic` is `execute_all`, `deny_on_first_deny` or \
                         `permit_on_first_permit`"
                            .to_owned(),
                    ));
                }
            },
        };
        Ok(Batch::Many { items, semantic })
    }
}

/// Reads one question that has all that AuthZEN requires. A member that `item` has stands for itself, whatever it holds;
/// one that it lacks is taken whole from `defaults`.
///
/// # Errors
/// What is missing, or of the wrong kind.
pub(crate) fn complete<'a>(
    item: &'a Datum,
    defaults: Option<&'a Datum>,
) -> Result<Evaluation<'a>, EvaluationError> {
    let evaluation = Evaluation::read_with_token(item, defaults)?;
    evaluation.is_complete()?;
    Ok(evaluation)
}

fn wrong(what: &str, expected: &str, found: &Datum) -> Malformed {
    Malformed(format!("{what} is {}, not {expected}", found.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETE: &str = r#"{"subject":{"type":"user","id":"u1","unknown":1},"action":{"name":"read"},
        "resource":{"type":"doc","id":"d1","properties":{"a":1}},"context":{"ip":"::1"},"unknown":[]}"#;

    fn datum(text: &str) -> Datum {
        Datum::from_json(text).unwrap()
    }

    #[test]
    fn what_is_missing_or_wrong_is_refused() {
        assert!(complete(&datum(COMPLETE), None).is_ok());
        for (from, to) in [
            (r#""id":"u1","#, ""),
            (r#""id":"u1""#, r#""id":7"#),
            (r#"{"name":"read"}"#, r#""read""#),
            (r#""name":"read""#, ""),
            (r#""resource""#, r#""resources""#),
            (r#","id":"d1""#, ""),
            (r#""type":"doc","#, ""),
            (r#"{"a":1}"#, "[1]"),
            (r#"{"ip":"::1"}"#, "1"),
        ] {
            assert!(COMPLETE.contains(from));
            assert!(complete(&datum(&COMPLETE.replace(from, to)), None).is_err(), "{from} as {to}");
        }
    }

    #[test]
    fn a_token_stands_in_the_place_of_type_and_id() {
        let with =
            |subject: &str| datum(&COMPLETE.replace(r#""type":"user","id":"u1","unknown":1"#, subject));
        let token = with(r#""token":"t","properties":{"a":1}"#);
        let evaluation = complete(&token, None).unwrap();
        assert_eq!(evaluation.subject_token(), Some("t"));
        assert_eq!((evaluation.subject_kind(), evaluation.subject_id()), ("", ""));
        assert!(!format!("{evaluation:?}").contains("\"t\""), "{evaluation:?}");
        let none = with(r#""type":"user","id":"u1","token":null"#);
        assert_eq!(complete(&none, None).unwrap().subject_token(), None);
        for wrong in [
            r#""token":"t","type":"user""#,
            r#""token":"t","id":"u1""#,
            r#""token":"t","id":null"#,
            r#""token":7"#,
            r#""token":null"#,
        ] {
            assert!(complete(&with(wrong), None).is_err(), "{wrong}");
        }
        // Whoever verifies no tokens knows none.
        assert!(Evaluation::read(&token, None).is_err());
    }

    #[test]
    fn anonymous_needs_no_id_and_ignores_one() {
        for id in ["", r#","id":"u1""#, r#","id":7"#] {
            let text = COMPLETE.replace(r#""user","id":"u1""#, &format!(r#""anonymous"{id}"#));
            assert_eq!(complete(&datum(&text), None).unwrap().subject_id(), "");
        }
    }

    #[test]
    fn defaults_are_replaced_whole() {
        let defaults = datum(COMPLETE);
        let id = |text: &str| {
            let item = datum(text);
            let evaluation = complete(&item, Some(&defaults)).ok()?;
            assert_eq!(evaluation.resource_key().0, Some("doc"));
            evaluation.resource_key().1.map(str::to_owned)
        };
        assert_eq!(id("{}").as_deref(), Some("d1"));
        assert_eq!(id(r#"{"resource":{"type":"doc","id":"d2"}}"#).as_deref(), Some("d2"));
        assert_eq!(id(r#"{"resource":{"id":"d2"}}"#), None);
        assert_eq!(id(r#"{"resource":null}"#), None);
        assert_eq!(id("7"), None);
    }

    #[test]
    fn a_body_without_evaluations_is_one_evaluation() {
        for text in ["{}", r#"{"evaluations":[]}"#, r#"{"evaluations":null}"#] {
            assert!(matches!(Batch::read(&datum(text)), Ok(Batch::One)), "{text}");
        }
        let many = |options: &str| {
            let body = datum(&format!(r#"{{"evaluations":[{{}}],"options":{options}}}"#));
            match Batch::read(&body) {
                Ok(Batch::Many { semantic, .. }) => Ok(semantic),
                Ok(Batch::One) => Err("one".to_owned()),
                Err(Malformed(message)) => Err(message),
            }
        };
        let semantic = |word: &str| many(&format!(r#"{{"evaluations_semantic":"{word}","other":1}}"#));
        assert_eq!(many("null"), Ok(Semantic::ExecuteAll));
        assert_eq!(many("{}"), Ok(Semantic::ExecuteAll));
        assert_eq!(semantic("execute_all"), Ok(Semantic::ExecuteAll));
        assert_eq!(semantic("deny_on_first_deny"), Ok(Semantic::DenyOnFirstDeny));
        assert_eq!(semantic("permit_on_first_permit"), Ok(Semantic::PermitOnFirstPermit));
        assert!(semantic("Execute_All").is_err());
        assert!(many("[]").is_err());
        assert!(Batch::read(&datum(r#"{"evaluations":{}}"#)).is_err());
        assert!(Batch::read(&datum("[]")).is_err());
    }

    #[test]
    fn a_batch_is_bounded() {
        let of = |count: usize| datum(&format!(r#"{{"evaluations":[{}]}}"#, vec!["{}"; count].join(",")));
        assert!(Batch::read(&of(MAX_EVALUATIONS)).is_ok());
        assert!(Batch::read(&of(MAX_EVALUATIONS + 1)).is_err());
    }
}
