//! Permission schemas: which names exist, and what each property of a permission means.

mod attribute;
mod catalog;
mod compiler;
mod document;
mod problems;
mod read;
mod settled;
mod template;

use std::ops::Range;
use std::sync::Arc;

use casemate_expression::filter::Attribute;
use casemate_expression::{Expression, Type};
use regex_lite::Regex;
use thiserror::Error;

use crate::name::Pattern;

pub use attribute::AttributeError;
pub use catalog::{Application, Catalog, Remark};
pub(crate) use catalog::{Coverage, PropertyMeaning};
pub use problems::Problem;
pub use template::{RequestName, TemplateError};

/// One application's schema: read, and checked as far as it goes alone.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(crate) id: Box<str>,
    pub(crate) title: Option<Box<str>>,
    pub(crate) namespaces: Box<[(Box<str>, Range<usize>)]>,
    pub(crate) request_name: Option<RequestName>,
    pub(crate) asserted: Box<[Box<str>]>,
    pub(crate) undeclared_is_opaque: bool,
    pub(crate) attributes: Box<[Arc<Attribute>]>,
    pub(crate) entries: Vec<Entry>,
}

/// The attributes that an application's expressions may use.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) kind: Arc<Attribute>,
    pub(crate) id: Arc<Attribute>,
    pub(crate) declared: Vec<Arc<Attribute>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Pattern,
    pub(crate) place: Range<usize>,
    pub(crate) properties: Vec<Property>,
}

#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) name: Box<str>,
    pub(crate) place: Range<usize>,
    pub(crate) shape: Shape,
    /// `None`: opaque.
    pub(crate) when: Option<Expression>,
}

/// What values a property takes.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) kind: Type,
    pub(crate) pattern: Option<Regex>,
}

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        let text = |shape: &Shape| shape.pattern.as_ref().map(|regex| regex.as_str().to_owned());
        self.kind == other.kind && text(self) == text(other)
    }
}

impl Schema {
    /// Reads a schema's TOML.
    ///
    /// # Errors
    /// Every mistake that was found, each with its place; where the TOML itself cannot be read, that one alone.
    pub fn from_toml(text: &str) -> Result<Schema, Vec<SchemaError>> {
        read::read(text, false)
    }

    /// Reads the schema of Casemate's own API, which alone may own the namespace `casemate`. To be called with a text that
    /// comes with the program, never with what somebody wrote.
    ///
    /// # Errors
    /// As [`Schema::from_toml`].
    pub fn from_own_toml(text: &str) -> Result<Schema, Vec<SchemaError>> {
        read::read(text, true)
    }

    /// The application's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The JSON Schema of the TOML, for editors (JSON Schema 2020-12).
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(document::SchemaDocument).to_value()
    }
}

/// A mistake in a schema, and where it stands in the TOML.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SchemaError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// The id of the application, once it was read.
    pub application: Option<String>,
    /// The bytes of the TOML that are meant; `None` where a whole file is.
    pub span: Option<Range<usize>>,
}
