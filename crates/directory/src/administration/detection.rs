//! That the rules of a detection are rules, when they are written.

use casemate_audit::detection::Rules;
use casemate_audit::detection::pack::PACK;
use serde_json::Value;

use super::error::AdminError;
use super::write::mistake;
use crate::kind::Kind;

/// Reads the rules of a document; what is no text is refused where the document is read.
pub(super) fn check(document: &Value) -> Result<(), AdminError> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
    let refused = |message: String| mistake(Kind::Detection, "", name, "/rules", message);
    match document.get("rules") {
        Some(Value::String(rules)) => {
            Rules::parse(rules).map(drop).map_err(|error| refused(error.to_string()))
        }
        None if !PACK.iter().any(|packed| packed.id == name) => {
            Err(refused("there are no rules, and none of the pack has this name: write some".to_owned()))
        }
        _ => Ok(()),
    }
}
