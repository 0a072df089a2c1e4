//! From TOML to a schema: everything that one file can be judged by alone.

use std::ops::Range;
use std::sync::Arc;

use casemate_expression::filter::{Attribute, Storage};
use casemate_expression::{Environment, Expression, Type};
use regex_lite::{Regex, RegexBuilder};
use toml::Spanned;

use super::document::{AttributeDocument, EntryDocument, PropertyDocument, SchemaDocument};
use super::template::is_segment;
use super::{Attributes, Entry, Property, RequestName, Schema, SchemaError, Shape};
use crate::limits;
use crate::name::{Glob, GlobKind, Pattern, RESERVED_NAMESPACE};
use crate::permission::is_reserved;
use crate::request;

/// Reads a schema; only that of Casemate itself (`is_own`) has Casemate's name and namespace.
pub(super) fn read(text: &str, is_own: bool) -> Result<Schema, Vec<SchemaError>> {
    if text.len() > limits::SCHEMA_BYTES {
        let message = format!("the schema is longer than {} bytes", limits::SCHEMA_BYTES);
        return Err(vec![SchemaError { message, application: None, span: None }]);
    }
    let document: SchemaDocument = toml::from_str(text).map_err(|error| {
        vec![SchemaError { message: error.message().to_owned(), application: None, span: error.span() }]
    })?;
    let mut reader = Reader {
        text,
        is_own,
        application: document.application.id.get_ref().clone(),
        environments: Vec::new(),
        errors: Vec::new(),
    };
    let schema = reader.schema(document);
    if reader.errors.is_empty() { Ok(schema) } else { Err(reader.errors) }
}

struct Reader<'t> {
    text: &'t str,
    is_own: bool,
    application: String,
    /// What the expressions of properties of one type may speak about; with many attributes that is long.
    environments: Vec<(Type, Environment)>,
    errors: Vec<SchemaError>,
}

impl Reader<'_> {
    fn refuse(&mut self, span: Range<usize>, message: impl Into<String>) {
        let application = Some(self.application.clone());
        self.errors.push(SchemaError { message: message.into(), application, span: Some(span) });
    }

    fn schema(&mut self, document: SchemaDocument) -> Schema {
        if *document.format.get_ref() != 1 {
            self.refuse(document.format.span(), "this version reads format = 1 only");
        }
        let application = document.application;
        if !is_segment(application.id.get_ref()) || application.id.get_ref().len() > limits::NAME_BYTES {
            self.refuse(
                application.id.span(),
                "an application's id consists of letters, digits, `_` and `-`",
            );
        }
        if application.id.get_ref() == RESERVED_NAMESPACE && !self.is_own {
            self.refuse(application.id.span(), "the application `casemate` is Casemate itself");
        }
        let namespaces = self.namespaces(&application.namespaces);
        let request_name = application.request_name.as_ref().and_then(|template| {
            RequestName::parse(template.get_ref())
                .map_err(|error| self.refuse(template.span(), error.to_string()))
                .ok()
        });
        if let (Some(template), Some(made)) = (&application.request_name, &request_name)
            && let Some(namespace) = made.namespace()
            && !namespaces.iter().any(|(owned, _)| **owned == *namespace)
        {
            let message = format!("it makes names in `{namespace}`, which the application does not own");
            self.refuse(template.span(), message);
        }
        if let Some(properties) = &application.properties
            && properties.get_ref() != "opaque"
        {
            self.refuse(properties.span(), "the only value of `properties` here is \"opaque\"");
        }
        let attributes = self.attributes(document.attributes.into_iter().collect());
        if document.permission.len() > limits::SCHEMA_ENTRIES {
            let message = format!("a schema holds at most {} [[permission]] entries", limits::SCHEMA_ENTRIES);
            self.refuse(0..0, message);
        }
        let owned: Vec<&str> = namespaces.iter().map(|(namespace, _)| &**namespace).collect();
        let entries: Vec<Entry> = document
            .permission
            .into_iter()
            .take(limits::SCHEMA_ENTRIES)
            .filter_map(|entry| self.entry(entry, &owned, &attributes))
            .collect();
        let names: usize = entries.iter().map(|entry| entry.name.alternatives().len()).sum();
        if names > limits::SCHEMA_NAMES {
            let message = format!(
                "the braces in the names of the entries expand to {names} patterns; at most {} are allowed, so use wildcards",
                limits::SCHEMA_NAMES
            );
            self.refuse(0..0, message);
        }
        Schema {
            id: application.id.get_ref().as_str().into(),
            title: application.title.map(Box::from),
            namespaces,
            request_name,
            asserted: application.asserted.into_iter().map(Box::from).collect(),
            undeclared_is_opaque: application.properties.is_some(),
            attributes: attributes.declared.into(),
            entries,
        }
    }

    fn namespaces(&mut self, namespaces: &Spanned<Vec<Spanned<String>>>) -> Box<[(Box<str>, Range<usize>)]> {
        let mut read: Vec<(Box<str>, Range<usize>)> = Vec::new();
        if namespaces.get_ref().is_empty() {
            self.refuse(namespaces.span(), "an application owns at least one namespace");
        }
        if namespaces.get_ref().len() > limits::SCHEMA_NAMESPACES {
            let message = format!("an application owns at most {} namespaces", limits::SCHEMA_NAMESPACES);
            self.refuse(namespaces.span(), message);
        }
        for namespace in namespaces.get_ref() {
            let text = namespace.get_ref().as_str();
            if !is_segment(text) || text.len() > limits::NAME_BYTES {
                self.refuse(
                    namespace.span(),
                    "a namespace is the first segment of names: letters, digits, `_` and `-`",
                );
            } else if text == RESERVED_NAMESPACE && !self.is_own {
                self.refuse(namespace.span(), "the namespace `casemate` is Casemate's own");
            } else if read.iter().any(|(known, _)| **known == *text) {
                self.refuse(namespace.span(), format!("the namespace `{text}` stands twice"));
            } else {
                read.push((text.into(), namespace.span()));
            }
        }
        read.into()
    }

    fn attributes(&mut self, documents: Vec<(Spanned<String>, AttributeDocument)>) -> Attributes {
        let own = |name: &str| {
            let name = name.into();
            Arc::new(Attribute { name, kind: Type::String, nullable: false, column: None, storage: None })
        };
        let mut attributes = Attributes { kind: own("type"), id: own("id"), declared: Vec::new() };
        if documents.len() > limits::SCHEMA_ATTRIBUTES {
            self.refuse(0..0, format!("a schema declares at most {} attributes", limits::SCHEMA_ATTRIBUTES));
        }
        for (name, document) in documents.into_iter().take(limits::SCHEMA_ATTRIBUTES) {
            let Some(attribute) = self.attribute(&name, document) else { continue };
            match name.get_ref().as_str() {
                "type" => attributes.kind = Arc::new(attribute),
                "id" => attributes.id = Arc::new(attribute),
                _ => attributes.declared.push(Arc::new(attribute)),
            }
        }
        attributes
    }

    fn attribute(&mut self, name: &Spanned<String>, document: AttributeDocument) -> Option<Attribute> {
        let text = name.get_ref().as_str();
        let is_own = matches!(text, "type" | "id");
        if text.is_empty() || text.len() > limits::NAME_BYTES || text == "properties" {
            self.refuse(name.span(), format!("`{text}` cannot be the name of an attribute"));
            return None;
        }
        let kind = match (&document.kind, is_own) {
            (Some(kind), _) => self.kind(kind)?,
            (None, true) => Type::String,
            (None, false) => {
                self.refuse(
                    name.span(),
                    format!("the attribute `{text}` needs a type, such as type = \"string\""),
                );
                return None;
            }
        };
        if is_own && kind != Type::String {
            self.refuse(name.span(), format!("a resource's own `{text}` is a string"));
        }
        let storage = document.storage.as_ref().and_then(|storage| self.storage(storage, kind));
        if document.column.as_ref().is_some_and(String::is_empty) {
            self.refuse(
                name.span(),
                format!("the column of `{text}` is empty: name it, or leave `column` out"),
            );
        }
        Some(Attribute {
            name: text.into(),
            kind,
            nullable: document.nullable,
            column: document.column.map(|column| column.as_str().into()),
            storage,
        })
    }

    fn kind(&mut self, kind: &Spanned<String>) -> Option<Type> {
        kind.get_ref()
            .parse()
            .map_err(|error: casemate_expression::UnknownType| {
                self.refuse(kind.span(), error.to_string());
            })
            .ok()
    }

    fn storage(&mut self, storage: &Spanned<String>, kind: Type) -> Option<Storage> {
        let read = match (storage.get_ref().as_str(), kind) {
            ("json", Type::List(_)) => Some(Storage::Json),
            ("array", Type::List(_)) => Some(Storage::Array),
            ("timestamp", Type::Timestamp) => Some(Storage::Timestamp),
            ("micros", Type::Timestamp) => Some(Storage::Micros),
            _ => None,
        };
        if read.is_none() {
            let message =
                "storage is \"json\" or \"array\" for lists, \"timestamp\" or \"micros\" for timestamps";
            self.refuse(storage.span(), message);
        }
        read
    }

    fn entry(&mut self, document: EntryDocument, owned: &[&str], attributes: &Attributes) -> Option<Entry> {
        let name = match Pattern::parse(document.name.get_ref()) {
            Ok(name) => name,
            Err(error) => {
                self.refuse(document.name.span(), error.to_string());
                return None;
            }
        };
        if let Some(outside) = name.alternatives().find(|glob| !lies_in(glob, owned)) {
            let message = format!(
                "`{}` reaches outside the namespaces that the application owns ({}): begin it with one of them and a dot",
                outside.as_str(),
                owned.join(", ")
            );
            self.refuse(document.name.span(), message);
        }
        let properties = document
            .properties
            .into_iter()
            .filter_map(|(name, property)| self.property(&name, property, attributes))
            .collect();
        Some(Entry { name, place: document.name.span(), properties })
    }

    fn property(
        &mut self,
        name: &Spanned<String>,
        document: PropertyDocument,
        attributes: &Attributes,
    ) -> Option<Property> {
        let text = name.get_ref().as_str();
        if is_reserved(text) {
            self.refuse(name.span(), format!("`{text}` is a permission's own member and cannot be declared"));
            return None;
        }
        let kind = match &document.kind {
            Some(kind) => self.kind(kind)?,
            None if document.opaque => Type::Any,
            None => {
                self.refuse(
                    name.span(),
                    format!("the property `{text}` needs a type, such as type = \"string\""),
                );
                return None;
            }
        };
        let pattern = match &document.pattern {
            Some(pattern) => Some(self.pattern(pattern, kind)?),
            None => None,
        };
        let when = match (&document.when, document.opaque) {
            (Some(when), false) => Some(self.expression(when, kind, attributes)?),
            (None, true) => None,
            (Some(when), true) => {
                self.refuse(when.span(), format!("`{text}` has `when` and is opaque: keep one of them"));
                return None;
            }
            (None, false) => {
                let message = format!(
                    "the property `{text}` says nothing: give it `when`, a condition on requests, or `opaque = true`"
                );
                self.refuse(name.span(), message);
                return None;
            }
        };
        let shape = Shape { kind, pattern };
        Some(Property { name: text.into(), place: name.span(), shape, when })
    }

    fn pattern(&mut self, pattern: &Spanned<String>, kind: Type) -> Option<Regex> {
        if !matches!(kind, Type::String | Type::List(casemate_expression::Scalar::String)) {
            self.refuse(
                pattern.span(),
                format!("`pattern` is for strings and lists of them, not for {kind}"),
            );
            return None;
        }
        if pattern.get_ref().len() > limits::REGEX_BYTES {
            self.refuse(pattern.span(), format!("the pattern is longer than {} bytes", limits::REGEX_BYTES));
            return None;
        }
        RegexBuilder::new(pattern.get_ref())
            .size_limit(limits::REGEX_COMPILED_BYTES)
            .build()
            .map_err(|error| {
                let message = format!(
                    "this is no regular expression, or takes more than {} bytes once compiled: {error}",
                    limits::REGEX_COMPILED_BYTES
                );
                self.refuse(pattern.span(), message);
            })
            .ok()
    }

    fn expression(
        &mut self,
        when: &Spanned<String>,
        kind: Type,
        attributes: &Attributes,
    ) -> Option<Expression> {
        let source = when.get_ref();
        let environment = match self.environments.iter().position(|(known, _)| *known == kind) {
            Some(position) => self.environments.get(position),
            None => {
                self.environments.push((kind, request::environment(kind, attributes)));
                self.environments.last()
            }
        };
        let (_, environment) = environment?;
        let error = match Expression::parse(source, environment) {
            Ok(expression) => return Some(expression),
            Err(error) => error,
        };
        // A string without escapes stands in the file as it is, so that the place inside it is known.
        let quoted = self.text.get(when.span()).unwrap_or_default();
        let quotes = if quoted.starts_with("'''") || quoted.starts_with("\"\"\"") { 3 } else { 1 };
        let span = match quoted.get(quotes..quotes + source.len()) {
            Some(inner) if inner == source => {
                let start = when.span().start + quotes;
                start + error.start..start + error.end.max(error.start + 1)
            }
            _ => when.span(),
        };
        self.refuse(span, error.to_string());
        None
    }
}

/// Whether every name the pattern matches lies in an owned namespace.
fn lies_in(glob: &Glob<'_>, owned: &[&str]) -> bool {
    let prefix = glob.literal_prefix();
    match prefix.split_once('.') {
        Some((namespace, _)) => owned.contains(&namespace),
        None => glob.kind() == GlobKind::Exact && owned.contains(&prefix),
    }
}
