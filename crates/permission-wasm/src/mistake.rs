//! What was wrong with a text that came in, as the JSON that leaves instead of an answer.

use casemate_permission::{BatchTooLarge, EvaluationError, FilterError, SchemaError};
use serde_json::{Value, json};

/// A refusal: `{"code", "message", …}`.
#[derive(Debug)]
pub(crate) struct Mistake(Value);

impl Mistake {
    pub(crate) fn new(code: &'static str, message: impl ToString) -> Mistake {
        Mistake(json!({"code": code, "message": message.to_string()}))
    }

    /// The same, of the entry with that number of a list.
    pub(crate) fn at(self, index: usize) -> Mistake {
        self.with("index", index.into())
    }

    fn with(mut self, member: &str, value: Value) -> Mistake {
        if let Some(members) = self.0.as_object_mut() {
            members.insert(member.to_owned(), value);
        }
        self
    }

    /// Mistakes in schemas, each with the number of its text and its place in it.
    pub(crate) fn schemas(
        errors: &[SchemaError],
        number: impl Fn(&SchemaError) -> Option<usize>,
        texts: &[String],
    ) -> Mistake {
        let problems: Vec<Value> = errors
            .iter()
            .map(|error| {
                let schema = number(error);
                let text = schema.and_then(|schema| texts.get(schema));
                let place = text.zip(error.span.as_ref()).map(|(text, span)| place(text, span.start));
                let (line, column) = place.unzip();
                json!({
                    "schema": schema,
                    "application": error.application,
                    "message": error.message,
                    "line": line,
                    "column": column,
                })
            })
            .collect();
        let first = errors.first().map_or("no schema", |error| &error.message);
        let message = match errors.len() {
            0 | 1 => first.to_owned(),
            several => format!("{first} (and {} more)", several - 1),
        };
        Mistake::new("invalid_schema", message).with("problems", problems.into())
    }

    /// Its code.
    pub(crate) fn code(&self) -> &str {
        self.0.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// What it says.
    pub(crate) fn message(&self) -> &str {
        self.0.get("message").and_then(Value::as_str).unwrap_or_default()
    }
}

impl From<Mistake> for String {
    fn from(mistake: Mistake) -> String {
        mistake.0.to_string()
    }
}

impl From<EvaluationError> for Mistake {
    fn from(error: EvaluationError) -> Mistake {
        let code = match error {
            EvaluationError::Name(_) | EvaluationError::Template(_) => "invalid_name",
            EvaluationError::OutsideApplication { .. } => "outside_application",
            _ => "invalid_evaluation",
        };
        Mistake::new(code, error)
    }
}

impl From<FilterError> for Mistake {
    fn from(error: FilterError) -> Mistake {
        Mistake::new("not_filterable", error)
    }
}

impl From<BatchTooLarge> for Mistake {
    fn from(error: BatchTooLarge) -> Mistake {
        Mistake::new("batch_too_large", error)
    }
}

/// Line and column of a byte, both counted from 1, columns in characters.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        assert_eq!(place("é = 1\nß = x", 0), (1, 1));
        assert_eq!(place("é = 1\nß = x", "é = 1\nß".len()), (2, 2));
    }
}
