//! Documents of the API: JSON bodies that are read into a type, and what is wrong with them told by place.

use axum::body::Body;
use axum::http::Request;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::body::json_body;
use crate::problem::{Code, DocumentError, Problem};

/// Reads an `application/json` body as a `T`, which should refuse members that it does not know.
///
/// # Errors
/// As [`json_body`]; 400 where the text is no JSON, 422 with the place where it is not a `T`.
pub async fn read_document<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Problem> {
    parse_document(&json_body(request).await?)
}

/// Reads a JSON text as a `T`.
///
/// # Errors
/// 400 where the text is no JSON, 422 with the place where it is not a `T`.
pub fn parse_document<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        problem(pointer, error.inner())
    })?;
    deserializer.end().map_err(|error| problem(String::new(), &error))?;
    Ok(value)
}

fn problem(pointer: String, error: &serde_json::Error) -> Problem {
    if error.is_data() {
        // The place is in the pointer; what serde adds of lines and columns would only repeat it.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let pointer = match missing(&message) {
            Some(member) => format!("{pointer}/{}", escaped(member)),
            None => pointer,
        };
        return Problem::document(vec![DocumentError { pointer, message, help: None }]);
    }
    Problem::new(Code::MalformedBody).detail(error.to_string())
}

/// The member that is missing, which serde has in its message alone: the path ends where it would stand.
fn missing(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let text = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escaped(key),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&text);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "a/b~c")]
        _list: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        _number: u8,
    }

    fn told(text: &str) -> (Code, String) {
        let problem = parse_document::<Outer>(text).unwrap_err();
        let pointer = problem.document_errors().first().map(|error| error.pointer.clone());
        (problem.code(), pointer.unwrap_or_default())
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let invalid = |pointer: &str| (Code::InvalidDocument, pointer.to_owned());
        assert_eq!(told(r#"{"a/b~c":[{"_number":1},{"_number":"x"}]}"#), invalid("/a~1b~0c/1/_number"));
        assert_eq!(told(r#"{"a/b~c":[{"_number":300}]}"#), invalid("/a~1b~0c/0/_number"));
        assert_eq!(told(r#"{"a/b~c":[{"_number":1,"x":2}]}"#), invalid("/a~1b~0c/0/x"));
        assert_eq!(told(r#"{"a/b~c":[],"a/b~c":[]}"#).0, Code::InvalidDocument);
        assert_eq!(told("[]").0, Code::InvalidDocument);
    }

    #[test]
    fn a_missing_member_is_told_where_it_would_stand() {
        let invalid = |pointer: &str| (Code::InvalidDocument, pointer.to_owned());
        assert_eq!(told("{}"), invalid("/a~1b~0c"));
        assert_eq!(told(r#"{"a/b~c":[{"_number":1},{}]}"#), invalid("/a~1b~0c/1/_number"));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for text in ["{", "{\"a/b~c\":[]} x", "nothing", "{\"a/b~c\":[]}{}"] {
            assert_eq!(told(text).0, Code::MalformedBody, "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse_document::<serde_json::Value>(&deep).is_err());
    }
}
