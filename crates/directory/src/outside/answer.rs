//! The answer of an endpoint: what a stranger sent, read strictly and within bounds.

use std::sync::Arc;

use casemate_expression::Datum;
use casemate_permission::{AboveCeiling, Ceiling, Permission, PermissionError};
use thiserror::Error;

/// The most permissions that a source hands out to one identity.
pub(super) const MAX_PERMISSIONS: usize = 1_000;

/// Why what a source says is refused, whole.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is no JSON in UTF-8, or a member stands in it twice.
    #[error("its answer is no acceptable JSON: {0}")]
    Json(String),
    /// It is no object with a list of permissions.
    #[error("its answer is no object with a list `permissions`")]
    Form,
    /// A member is not known: it may be a misspelt one that matters.
    #[error("its answer has a member `{0}`, which is not known")]
    Member(String),
    /// There are too many.
    #[error("its answer has {0} permissions: at most {MAX_PERMISSIONS} are taken")]
    TooMany(usize),
    /// One is malformed.
    #[error("permission {place} of its answer is malformed: {error}")]
    Malformed {
        /// Its place in the list, from 1 on.
        place: usize,
        /// What is wrong.
        error: PermissionError,
    },
    /// One lies above the ceiling.
    #[error("permission {place} of its answer: {error}")]
    Above {
        /// Its place in the list, from 1 on.
        place: usize,
        /// Which pattern.
        error: AboveCeiling,
    },
}

/// Reads an endpoint's answer, `{"permissions": […]}`, and gives the list as JSON, each permission as it stands there.
///
/// # Errors
/// Where anything of it is wrong: it is never a shorter list.
pub fn read_answer(body: &[u8], ceiling: &Ceiling) -> Result<Arc<str>, AnswerError> {
    let text = std::str::from_utf8(body).map_err(|error| AnswerError::Json(error.to_string()))?;
    let datum = Datum::from_json(text).map_err(|error| AnswerError::Json(error.to_string()))?;
    let members = datum.as_map().ok_or(AnswerError::Form)?;
    if let Some((name, _)) = members.iter().find(|(name, _)| *name != "permissions") {
        return Err(AnswerError::Member(
            name.chars().filter(|letter| !letter.is_control()).take(64).collect(),
        ));
    }
    let list = members.get("permissions").and_then(Datum::as_list).ok_or(AnswerError::Form)?;
    if list.len() > MAX_PERMISSIONS {
        return Err(AnswerError::TooMany(list.len()));
    }
    let mut read = Vec::with_capacity(list.len());
    for (index, entry) in list.iter().enumerate() {
        let place = index + 1;
        let permission =
            Permission::from_datum(entry).map_err(|error| AnswerError::Malformed { place, error })?;
        ceiling.admits(&permission).map_err(|error| AnswerError::Above { place, error })?;
        read.push(permission);
    }
    Ok(list_of(read.iter()))
}

/// Permissions as a list in JSON.
pub(super) fn list_of<'p>(permissions: impl Iterator<Item = &'p Permission>) -> Arc<str> {
    let texts: Vec<&str> = permissions.map(Permission::as_json).collect();
    format!("[{}]", texts.join(",")).into()
}

#[cfg(test)]
mod tests {
    use casemate_permission::name::Pattern;

    use super::*;

    fn read(text: &str) -> Result<Arc<str>, AnswerError> {
        read_answer(text.as_bytes(), &Ceiling::new(vec![Pattern::parse("cms.*").unwrap()]))
    }

    #[test]
    fn a_list_is_taken_as_it_stands() {
        assert_eq!(&*read(r#"{"permissions":[]}"#).unwrap(), "[]");
        let list = r#"[{"name":"cms.entry","own":true},{"name":"cms.*","deny":true}]"#;
        assert_eq!(&*read(&format!("{{ \"permissions\": {list} }}")).unwrap(), list);
    }

    #[test]
    fn anything_wrong_refuses_the_whole() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"permissions":{}}"#,
            r#"{"permissions":null}"#,
            r#"{"permissions":[],"permissions":[]}"#,
            r#"{"permissions":[],"more":1}"#,
            r#"{"permissions":[{"name":"cms.a"},7]}"#,
            r#"{"permissions":[{"name":"cms.a"},{"own":true}]}"#,
            r#"{"permissions":[{"name":"!cms"}]}"#,
            r#"{"permissions":[{"name":"cms.a","deny":"true"}]}"#,
            r#"{"permissions":[{"name":"cms.a"}]}x"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(matches!(
            read(r#"{"permissions":[{"name":"cms.a"},{"name":"*"}]}"#),
            Err(AnswerError::Above { place: 2, .. })
        ));
        assert!(matches!(read_answer(b"\xff", &Ceiling::new(Vec::new())), Err(AnswerError::Json(_))));
        let many = |count: usize| {
            let list = vec![r#"{"name":"cms.a"}"#; count].join(",");
            read(&format!("{{\"permissions\":[{list}]}}"))
        };
        assert!(many(MAX_PERMISSIONS).is_ok());
        assert_eq!(many(MAX_PERMISSIONS + 1), Err(AnswerError::TooMany(MAX_PERMISSIONS + 1)));
    }
}
