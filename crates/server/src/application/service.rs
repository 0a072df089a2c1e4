//! Schemas as they are sent: TOML text, or the same tables as JSON.

use std::borrow::Cow;

use casemate_platform::{DocumentError, Problem};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

/// An application's schema.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaRequest {
    /// The schema.
    pub(crate) schema: SchemaText,
    /// Takes a schema by which stored permissions no longer fit.
    #[serde(default)]
    pub(crate) force: bool,
}

/// A schema: its TOML text, or its tables as a JSON object.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct SchemaText(Value);

impl JsonSchema for SchemaText {
    fn schema_name() -> Cow<'static, str> {
        "SchemaText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A permission schema: the text of its TOML file, or the same tables as a JSON object.",
            "type": ["string", "object"],
            "maxLength": 1_048_576,
        })
    }
}

impl SchemaText {
    /// The schema as TOML.
    ///
    /// # Errors
    /// 422 where it is no schema in either form.
    pub(crate) fn into_toml(self) -> Result<String, Problem> {
        let wrong = |message: String| {
            let help = "send the text of a TOML file, or its tables as a JSON object".to_owned();
            Problem::document(vec![DocumentError {
                pointer: "/schema".to_owned(),
                message,
                help: Some(help),
            }])
        };
        match self.0 {
            Value::String(text) => Ok(text),
            Value::Object(tables) => toml::to_string(&tables).map_err(|error| wrong(error.to_string())),
            _ => Err(wrong("it is neither a text nor an object".to_owned())),
        }
    }
}

/// The id of the application that a schema is of; empty where it says none, which the check refuses.
pub(crate) fn application_id(schema: &str) -> String {
    let id = toml::from_str::<toml::Table>(schema)
        .ok()
        .and_then(|table| Some(table.get("application")?.get("id")?.as_str()?.to_owned()));
    id.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_in_json_are_the_same_as_text() {
        let tables =
            serde_json::json!({ "format": 1, "application": { "id": "cms", "namespaces": ["cms"] } });
        let text = SchemaText(tables).into_toml().unwrap();
        assert_eq!(application_id(&text), "cms");
        assert!(casemate_permission::Schema::from_toml(&text).is_ok(), "{text}");
        assert!(SchemaText(Value::from(7)).into_toml().is_err());
        assert_eq!(application_id("no schema"), "");
    }
}
