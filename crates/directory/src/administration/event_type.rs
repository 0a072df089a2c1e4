//! That the schema of an event type is one, when it is written.

use serde_json::Value;

use super::error::AdminError;
use super::write::mistake;
use crate::event_schema::EventSchema;
use crate::kind::Kind;

/// Reads the schema of a document, where it has one.
pub(super) fn check(document: &Value) -> Result<(), AdminError> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
    match document.get("schema") {
        None | Some(Value::Null) => Ok(()),
        Some(schema) => EventSchema::compile(schema)
            .map(drop)
            .map_err(|error| mistake(Kind::EventType, "", name, "/schema", error.to_string())),
    }
}
