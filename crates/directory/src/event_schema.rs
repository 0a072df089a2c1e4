//! Schemas of what applications say of an event: compiled once, and held against details within bounds.

use std::collections::HashMap;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;
use thiserror::Error;

/// The most bytes of a schema.
pub const MAX_SCHEMA: usize = 16 << 10;
/// How deep a schema may be.
const MAX_DEPTH: usize = 24;
/// The most members and items that a schema has with all that its references stand for.
const MAX_EXPANDED: u64 = 2_000;
/// The memory of a pattern, in bytes.
const PATTERN: usize = 256 << 10;
/// The most that is told of one document.
const MOST_TOLD: usize = 8;

/// Where a schema refers to schemas that are elsewhere, or found when it is used.
const ELSEWHERE: [&str; 6] =
    ["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary"];
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema that is ready for use.
#[derive(Debug)]
pub struct EventSchema(Validator);

/// What of a document does not fit. It repeats none of the document's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where: a JSON pointer.
    pub pointer: String,
    /// Which part of the schema says so.
    pub message: String,
}

/// Why a schema is not used, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventSchemaError {
    /// It is too long.
    #[error("a schema has at most {MAX_SCHEMA} bytes")]
    TooLong,
    /// It is too deep.
    #[error("a schema is at most {MAX_DEPTH} deep; move parts of it into `$defs`")]
    TooDeep,
    /// It is no object.
    #[error("a schema is an object, such as {{\"type\":\"object\"}}")]
    NoObject,
    /// Another dialect.
    #[error("schemas are of JSON Schema 2020-12: leave `$schema` out")]
    Dialect,
    /// A reference that leads elsewhere.
    #[error("{0}: a schema refers to itself alone, by `$ref` with a JSON pointer such as `#/$defs/title`")]
    Elsewhere(String),
    /// A reference in a circle.
    #[error("`$ref` to `{0}` leads back to itself: say how deep it may be, by one definition for each depth")]
    Circle(String),
    /// References by which it grows without measure.
    #[error("with all that its references stand for, the schema has more than {MAX_EXPANDED} members")]
    TooLarge,
    /// It is none.
    #[error("{pointer}: this is no schema: {message}")]
    Invalid {
        /// Where.
        pointer: String,
        /// Why.
        message: String,
    },
}

impl EventSchema {
    /// Makes a schema ready for use. Nothing is fetched for it, and patterns are matched in linear time.
    ///
    /// # Errors
    /// Where it is no schema, or beyond bounds.
    pub fn compile(schema: &Value) -> Result<EventSchema, EventSchemaError> {
        let length = serde_json::to_string(schema).map_or(usize::MAX, |text| text.len());
        if length > MAX_SCHEMA {
            return Err(EventSchemaError::TooLong);
        }
        let members = schema.as_object().ok_or(EventSchemaError::NoObject)?;
        if members.get("$schema").is_some_and(|dialect| dialect != DIALECT) {
            return Err(EventSchemaError::Dialect);
        }
        Expansion { schema, known: HashMap::new(), under_way: Vec::new() }.weigh(schema, 0)?;
        let patterns = PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN);
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(patterns);
        let built = options.offline().build(schema).map_err(|error| EventSchemaError::Invalid {
            pointer: error.instance_path().to_string(),
            message: error.kind().keyword().to_owned(),
        })?;
        Ok(EventSchema(built))
    }

    /// What of a document does not fit: nothing where it does.
    #[must_use]
    pub fn misfits(&self, document: &Value) -> Vec<Misfit> {
        if self.0.is_valid(document) {
            return Vec::new();
        }
        let told = |error: jsonschema::ValidationError<'_>| Misfit {
            pointer: error.instance_path().to_string(),
            message: format!("this does not fit `{}` of the event type's schema", error.schema_path()),
        };
        self.0.iter_errors(document).take(MOST_TOLD).map(told).collect()
    }
}

/// How much a schema is with what its references stand for.
struct Expansion<'s> {
    schema: &'s Value,
    /// Of places that were weighed.
    known: HashMap<String, u64>,
    /// The references that lead to where it is.
    under_way: Vec<String>,
}

impl Expansion<'_> {
    fn weigh(&mut self, part: &Value, depth: usize) -> Result<u64, EventSchemaError> {
        if depth > MAX_DEPTH {
            return Err(EventSchemaError::TooDeep);
        }
        let mut weight: u64 = 1;
        match part {
            Value::Object(members) => {
                for (name, value) in members {
                    // A member that is called so is no schema's word where `properties` say it; none is called so.
                    if ELSEWHERE.contains(&name.as_str()) {
                        return Err(EventSchemaError::Elsewhere(name.clone()));
                    }
                    weight = weight.saturating_add(match (name.as_str(), value) {
                        ("$ref", Value::String(to)) => self.referred(to)?,
                        ("$defs" | "definitions", Value::Object(_)) => {
                            // It counts where it is referred to; it has to be sound all the same.
                            self.weigh(value, depth + 1)?;
                            1
                        }
                        (_, value) => self.weigh(value, depth + 1)?,
                    });
                }
            }
            Value::Array(items) => {
                for item in items {
                    weight = weight.saturating_add(self.weigh(item, depth + 1)?);
                }
            }
            _ => {}
        }
        if weight > MAX_EXPANDED { Err(EventSchemaError::TooLarge) } else { Ok(weight) }
    }

    fn referred(&mut self, to: &str) -> Result<u64, EventSchemaError> {
        if let Some(weight) = self.known.get(to) {
            return Ok(*weight);
        }
        let elsewhere = || EventSchemaError::Elsewhere("$ref".to_owned());
        // Escapes of URIs would name the same place otherwise.
        let pointer = to.strip_prefix('#').filter(|pointer| !pointer.contains('%')).ok_or_else(elsewhere)?;
        if self.under_way.iter().any(|other| other == to) || self.under_way.len() > MAX_DEPTH {
            return Err(EventSchemaError::Circle(to.to_owned()));
        }
        let place = self.schema.pointer(pointer).ok_or_else(elsewhere)?.clone();
        self.under_way.push(to.to_owned());
        let weight = self.weigh(&place, self.under_way.len())?;
        self.under_way.pop();
        self.known.insert(to.to_owned(), weight);
        Ok(weight)
    }
}
