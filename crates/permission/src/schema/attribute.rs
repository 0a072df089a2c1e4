//! What an application's schema says of the attributes of its resources.

use casemate_expression::{Datum, Type};
use thiserror::Error;

use super::Application;

/// Why a value is none of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// The schema knows no such attribute.
    #[error(
        "the application `{application}` declares no attribute `{name}`: declare it under `[attributes]`, or let the application have `properties = \"opaque\"`"
    )]
    Undeclared {
        /// The application's id.
        application: String,
        /// The attribute.
        name: String,
    },
    /// It is null, and may not be missing.
    #[error("`{0}` is null: leave it out, or declare it with `nullable = true`")]
    Null(String),
    /// It is of another type.
    #[error("`{name}` is declared as {declared}, and this is {found}")]
    Type {
        /// The attribute.
        name: String,
        /// What it is declared as.
        declared: Type,
        /// What it is.
        found: &'static str,
    },
}

impl Application {
    /// Whether a resource of the application may have this attribute with this value. What the schema does not declare is
    /// refused, unless the application's undeclared properties are opaque: then it is kept, and no expression sees it.
    ///
    /// # Errors
    /// Why not.
    pub fn admits_attribute(&self, name: &str, value: &Datum) -> Result<(), AttributeError> {
        let Some(attribute) = self.attributes.iter().find(|attribute| &*attribute.name == name) else {
            return match self.undeclared_is_opaque {
                true => Ok(()),
                false => Err(AttributeError::Undeclared {
                    application: self.id.to_string(),
                    name: name.to_owned(),
                }),
            };
        };
        match value {
            Datum::Null if attribute.nullable => Ok(()),
            Datum::Null => Err(AttributeError::Null(name.to_owned())),
            value if attribute.kind.admit(value.as_value()).is_some() => Ok(()),
            value => {
                let found = value.kind();
                Err(AttributeError::Type { name: name.to_owned(), declared: attribute.kind, found })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Catalog, Schema};

    use super::*;

    const SCHEMA: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
size = { type = "int" }
tags = { type = "list<string>" }
due = { type = "timestamp", nullable = true }
"#;

    #[test]
    fn an_attribute_is_of_the_type_that_is_declared_and_no_other_is_known() {
        let admits = |schema: &str, name: &str, value: &str| {
            let catalog = Catalog::compile(vec![Schema::from_toml(schema).unwrap()]).unwrap();
            let value = Datum::from_json(value).unwrap();
            catalog.application("notes").unwrap().admits_attribute(name, &value)
        };
        for (name, value) in [
            ("author", "\"ada\""),
            ("size", "7"),
            ("tags", "[]"),
            ("tags", "[\"a\"]"),
            ("due", "null"),
            ("due", "\"2026-01-01T00:00:00Z\""),
        ] {
            assert_eq!(admits(SCHEMA, name, value), Ok(()), "{name} {value}");
        }
        for (name, value) in [
            ("author", "7"),
            ("size", "1.5"),
            ("tags", "\"a\""),
            ("tags", "[1]"),
            ("tags", "[null]"),
            ("due", "\"soon\""),
        ] {
            let refused = admits(SCHEMA, name, value);
            assert!(matches!(refused, Err(AttributeError::Type { .. })), "{name} {value}: {refused:?}");
        }
        assert!(matches!(admits(SCHEMA, "author", "null"), Err(AttributeError::Null(_))));
        assert!(matches!(admits(SCHEMA, "colour", "1"), Err(AttributeError::Undeclared { .. })));
        let opaque = SCHEMA.replace("[attributes]", "properties = \"opaque\"\n[attributes]");
        assert_eq!(admits(&opaque, "colour", "{\"r\":1}"), Ok(()));
        assert!(admits(&opaque, "size", "\"7\"").is_err(), "what is declared keeps its type");
    }
}
