//! Attribute names of requests, found in the schemas (RFC 7644, section 3.10).

use serde_json::{Map, Value};

use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema};

/// An attribute that a request names, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The extension that it is of.
    pub extension: Option<&'static Schema>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// The part of it.
    pub part: Option<&'static Attribute>,
}

/// What a path names: an attribute, or all that an extension holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Attribute(Target),
    Extension(&'static Schema),
}

impl Named {
    /// What a name such as `name.familyName` or `urn:…:User:manager` means for resources of a type.
    pub(crate) fn find(kind: ResourceType, text: &str) -> Option<Named> {
        if let Some(extension) = kind.extension(text) {
            return Some(Named::Extension(extension));
        }
        for schema in kind.extensions() {
            if let Some(rest) = after_urn(text, schema.id) {
                let (attribute, part) = within(schema.attribute(first(rest))?, rest)?;
                return Some(Named::Attribute(Target { extension: Some(schema), attribute, part }));
            }
        }
        let rest = after_urn(text, kind.schema().id).unwrap_or(text);
        let (attribute, part) = within(kind.attribute(first(rest))?, rest)?;
        Some(Named::Attribute(Target { extension: None, attribute, part }))
    }
}

impl Target {
    /// The attribute that a name means for resources of a type.
    #[must_use]
    pub fn find(kind: ResourceType, text: &str) -> Option<Target> {
        match Named::find(kind, text)? {
            Named::Attribute(target) => Some(target),
            Named::Extension(_) => None,
        }
    }

    /// A part of a value that was picked already.
    pub(crate) fn of_part(attribute: &'static Attribute) -> Target {
        Target { extension: None, attribute, part: None }
    }

    /// Whether it is this attribute or part, such as `emails.value`, of no extension.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let (attribute, part) = match name.split_once('.') {
            Some((attribute, part)) => (attribute, Some(part)),
            None => (name, None),
        };
        self.extension.is_none()
            && self.attribute.name == attribute
            && self.part.map(|part| part.name) == part
    }

    /// What is compared and what values are read by: the part, or the attribute where there is none.
    #[must_use]
    pub fn leaf(&self) -> &'static Attribute {
        self.part.unwrap_or(self.attribute)
    }

    /// The values that a resource in canonical form has there.
    #[must_use]
    pub fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let holder = match self.extension {
            Some(schema) => resource.get(schema.id).and_then(Value::as_object),
            None => Some(resource),
        };
        let Some(value) = holder.and_then(|holder| holder.get(self.attribute.name)) else {
            return Vec::new();
        };
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        match self.part {
            Some(part) => values.into_iter().filter_map(|value| value.get(part.name)).collect(),
            None => values,
        }
    }
}

/// What stands behind a schema's URN and a colon.
fn after_urn<'a>(text: &'a str, urn: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(urn.len())?;
    if head.eq_ignore_ascii_case(urn) { rest.strip_prefix(':') } else { None }
}

fn first(text: &str) -> &str {
    text.split_once('.').map_or(text, |(first, _)| first)
}

/// The attribute, and its part where the name has a second segment.
fn within(
    attribute: &'static Attribute,
    text: &str,
) -> Option<(&'static Attribute, Option<&'static Attribute>)> {
    match text.split_once('.') {
        None => Some((attribute, None)),
        Some((_, part)) => Some((attribute, Some(attribute.part(part)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_whatever_case_and_with_their_schema() {
        for (text, name) in [
            ("username", "userName"),
            ("NAME.familyname", "name.familyName"),
            ("urn:ietf:params:scim:schemas:core:2.0:User:emails.value", "emails.value"),
            ("meta.lastModified", "meta.lastModified"),
        ] {
            assert!(Target::find(ResourceType::User, text).unwrap().is(name), "{text}");
        }
        let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
        let target = Target::find(ResourceType::User, manager).unwrap();
        assert_eq!((target.attribute.name, target.leaf().name), ("manager", "value"));
        for unknown in ["", "x", "name.x", "name.familyName.x", "department", "urn:x:User:userName", "."] {
            assert_eq!(Target::find(ResourceType::User, unknown), None, "{unknown}");
        }
        assert_eq!(Target::find(ResourceType::Group, "userName"), None);
    }
}
