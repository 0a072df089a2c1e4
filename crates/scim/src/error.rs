//! Why a request is refused, as SCIM says it (RFC 7644, section 3.12).

use serde_json::{Value, json};
use thiserror::Error;

/// The schema of an error's document.
pub const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What kind of mistake a request has (RFC 7644, table 9; RFC 9865, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScimType {
    /// The filter cannot be read, or is none for these resources.
    InvalidFilter,
    /// More would have to be looked through than the server does for one request.
    TooMany,
    /// Another resource has a value that only one may have.
    Uniqueness,
    /// What may not be changed was to be changed.
    Mutability,
    /// The body is not what the endpoint reads.
    InvalidSyntax,
    /// The path of an operation names nothing.
    InvalidPath,
    /// An operation has no target.
    NoTarget,
    /// A value is missing or not what its attribute takes.
    InvalidValue,
    /// The cursor is none that this server gave for this list.
    InvalidCursor,
    /// The count is none.
    InvalidCount,
}

impl ScimType {
    /// The word as it stands in an answer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ScimType::InvalidFilter => "invalidFilter",
            ScimType::TooMany => "tooMany",
            ScimType::Uniqueness => "uniqueness",
            ScimType::Mutability => "mutability",
            ScimType::InvalidSyntax => "invalidSyntax",
            ScimType::InvalidPath => "invalidPath",
            ScimType::NoTarget => "noTarget",
            ScimType::InvalidValue => "invalidValue",
            ScimType::InvalidCursor => "invalidCursor",
            ScimType::InvalidCount => "invalidCount",
        }
    }
}

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// What kind of mistake it is, where SCIM has a word for it.
    pub kind: Option<ScimType>,
    /// What is wrong, where, and what to do.
    pub detail: String,
}

impl ScimError {
    /// A mistake of the request: 400, or 409 where a value is another's.
    #[must_use]
    pub fn new(kind: ScimType, detail: impl Into<String>) -> ScimError {
        let status = if kind == ScimType::Uniqueness { 409 } else { 400 };
        ScimError { status, kind: Some(kind), detail: detail.into() }
    }

    /// Any other refusal.
    #[must_use]
    pub fn with_status(status: u16, detail: impl Into<String>) -> ScimError {
        ScimError { status, kind: None, detail: detail.into() }
    }

    /// The document that says it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut document = json!({
            "schemas": [ERROR_SCHEMA],
            "status": self.status.to_string(),
            "detail": self.detail,
        });
        if let (Some(kind), Some(members)) = (self.kind, document.as_object_mut()) {
            members.insert("scimType".to_owned(), kind.as_str().into());
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_status_as_text() {
        let taken = ScimError::new(ScimType::Uniqueness, "another user has the userName").to_json();
        assert_eq!((&taken["status"], &taken["scimType"]), (&json!("409"), &json!("uniqueness")));
        let gone = ScimError::with_status(404, "no such user").to_json();
        assert_eq!((&gone["status"], gone.get("scimType")), (&json!("404"), None));
    }
}
