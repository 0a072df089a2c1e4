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
        let mut schemas = Vec::with_capacity(texts.len());
        for (number, text) in texts.iter().enumerate() {
            let schema = Schema::from_toml(text)
                .map_err(|errors| Mistake::schemas(&errors, |_| Some(number), &texts))?;
            schemas.push(schema);
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
