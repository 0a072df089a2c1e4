//! What names and properties mean.

use casemate_permission::{Permission, Schema};
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::mistake::Mistake;

/// The schemas of applications, compiled together.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Catalog {
    pub(crate) inner: casemate_permission::Catalog,
    texts: Vec<String>,
}

#[wasm_bindgen]
impl Catalog {
    /// Compiles schemas, each the text of a TOML file.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake and its place.
    #[wasm_bindgen(constructor)]
    pub fn new(schemas: Vec<String>) -> Result<Catalog, String> {
        Ok(Catalog::compile(schemas)?)
    }

    /// Compiles the schemas that a server tells, `[{"application": …, "schema": {…}}]` as JSON: among them Casemate's own, which
    /// nobody else may write.
    ///
    /// # Errors
    /// `invalid_schema` with every mistake, and where the list itself is none.
    pub fn of_server(schemas: &str) -> Result<Catalog, String> {
        Ok(Catalog::told(schemas)?)
    }

    /// What the schemas declare: their documents as JSON, and each declared name with the patterns that its braces
    /// expand to. For whoever writes types from it.
    #[must_use]
    pub fn describe(&self) -> String {
        let documents: Vec<Value> = self
            .texts
            .iter()
            .filter_map(|text| serde_json::to_value(toml::from_str::<toml::Table>(text).ok()?).ok())
            .collect();
        let declared: Vec<Value> = self
            .inner
            .declared()
            .map(|pattern| {
                let expanded: Vec<&str> = pattern.alternatives().map(|glob| glob.as_str()).collect();
                json!({"name": pattern.as_str(), "patterns": expanded})
            })
            .collect();
        json!({"documents": documents, "declared": declared}).to_string()
    }

    /// What is wrong with a permission that is to be written, as a JSON list of sentences; none where it may be written.
    ///
    /// # Errors
    /// `invalid_permission` where it is no permission at all.
    pub fn problems(&self, permission: &str) -> Result<String, String> {
        let permission =
            Permission::from_json(permission).map_err(|error| Mistake::new("invalid_permission", error))?;
        let problems: Vec<String> =
            self.inner.problems(&permission).iter().map(ToString::to_string).collect();
        Ok(json!(problems).to_string())
    }
}

impl Catalog {
    pub(crate) fn compile(texts: Vec<String>) -> Result<Catalog, Mistake> {
        Catalog::read(texts, |_| false)
    }

    fn told(schemas: &str) -> Result<Catalog, Mistake> {
        let wrong = |error: &dyn std::fmt::Display| Mistake::new("invalid_schema", error);
        let told: Vec<Value> = serde_json::from_str(schemas).map_err(|error| wrong(&error))?;
        let texts = told.iter().map(|told| match told.get("schema") {
            Some(schema) => toml::to_string(schema).map_err(|error| wrong(&error)),
            None => Err(wrong(&"a `schema` is missing")),
        });
        let own = casemate_permission::name::RESERVED_NAMESPACE;
        let is_own =
            |number| told.get(number).and_then(|told: &Value| told.get("application")?.as_str()) == Some(own);
        Catalog::read(texts.collect::<Result<_, _>>()?, is_own)
    }

    fn read(texts: Vec<String>, is_own: impl Fn(usize) -> bool) -> Result<Catalog, Mistake> {
        let mut schemas = Vec::with_capacity(texts.len());
        for (number, text) in texts.iter().enumerate() {
            let schema = if is_own(number) { Schema::from_own_toml(text) } else { Schema::from_toml(text) };
            schemas.push(schema.map_err(|errors| Mistake::schemas(&errors, |_| Some(number), &texts))?);
        }
        let ids: Vec<String> = schemas.iter().map(|schema| schema.id().to_owned()).collect();
        let inner = casemate_permission::Catalog::compile(schemas).map_err(|errors| {
            // Of two applications with one id, nobody can tell which is meant.
            let number = |error: &casemate_permission::SchemaError| {
                let id = error.application.as_ref()?;
                let mut found = ids.iter().enumerate().filter(|(_, known)| *known == id);
                let (number, None) = (found.next()?.0, found.next()) else { return None };
                Some(number)
            };
            Mistake::schemas(&errors, number, &texts)
        })?;
        Ok(Catalog { inner, texts })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema(id: &str) -> Value {
        let permission = json!([{ "name": format!("{id}.read") }]);
        let schema =
            json!({ "format": 1, "application": { "id": id, "namespaces": [id] }, "permission": permission });
        json!({ "application": id, "schema": schema })
    }

    #[test]
    fn the_schemas_of_a_server_are_compiled_with_casemates_own() {
        let told = json!([schema("casemate"), schema("notes")]).to_string();
        let catalog = Catalog::told(&told).unwrap();
        assert!(catalog.describe().contains("casemate.read") && catalog.describe().contains("notes.read"));
        let own = json!([{ "application": "notes", "schema": schema("casemate")["schema"] }]).to_string();
        for none in ["{}", "7", "[{}]", r#"[{"schema":7}]"#, &own] {
            assert_eq!(Catalog::told(none).unwrap_err().code(), "invalid_schema", "{none}");
        }
    }
}
