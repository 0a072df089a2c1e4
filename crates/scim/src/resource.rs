//! Resources in canonical form.

use serde_json::{Map, Value, json};

use crate::error::{ScimError, ScimType};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema};
use crate::value::{canonical, twice};

/// The most members that a request or an answer names.
pub const MAX_MEMBERS: usize = 20_000;
/// The longest resource without its members, as JSON, in bytes.
const MAX_RESOURCE: usize = 64 * 1024;

/// A resource in canonical form: names as the schemas write them, values checked, extensions under their URN; neither `id` nor
/// `meta` nor members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceType,
    /// Its attributes.
    pub attributes: Map<String, Value>,
}

/// A resource as a client wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// It.
    pub resource: Resource,
    /// The ids of the users in it, each once; none but in groups.
    pub members: Vec<String>,
}

impl Draft {
    /// Reads the body of a `POST` or `PUT` (RFC 7644, sections 3.3 and 3.5.1). What only the server changes is passed over, and so
    /// is what no schema knows.
    ///
    /// # Errors
    /// `invalidSyntax` where it is no resource of this type, `invalidValue` where a value is missing or wrong.
    pub fn read(kind: ResourceType, body: &Value) -> Result<Draft, ScimError> {
        let Some(members) = body.as_object() else {
            return Err(syntax("send a resource as a JSON object"));
        };
        has_schema(members, kind)?;
        let mut resource = Resource { kind, attributes: Map::new() };
        let mut of_group = Vec::new();
        for (name, value) in members {
            if let Some(extension) = kind.extension(name) {
                resource.read_extension(extension, value)?;
            } else if let Some(attribute) = kind.attribute(name) {
                if attribute.name == "members" {
                    of_group = read_members(attribute, value)?;
                } else {
                    resource.read_attribute(attribute, value)?;
                }
            }
        }
        resource.check()?;
        Ok(Draft { resource, members: of_group })
    }
}

impl Resource {
    /// A resource whose canonical form was kept as JSON; what is no object counts as nothing.
    #[must_use]
    pub fn kept(kind: ResourceType, text: &str) -> Resource {
        let attributes = match serde_json::from_str(text) {
            Ok(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        };
        Resource { kind, attributes }
    }

    /// Its canonical form as JSON, to be kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        Value::Object(self.attributes.clone()).to_string()
    }

    /// The text of an attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).and_then(Value::as_str)
    }

    /// Whether a user is active, which they are unless it is said that they are not.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.attributes.get("active").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The e-mail address to use: the primary one, or the first.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        let emails = self.attributes.get("emails")?.as_array()?;
        let primary = emails.iter().find(|email| crate::value::is_primary(email));
        primary.or(emails.first())?.get("value")?.as_str()
    }

    /// Sets an attribute, or takes it away.
    pub fn set(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => drop(self.attributes.insert(name.to_owned(), value)),
            None => drop(self.attributes.remove(name)),
        }
    }

    /// As it is answered: with `schemas`, `id` and `meta`; `meta` without `resourceType`, which is added.
    #[must_use]
    pub fn to_json(&self, id: &str, mut meta: Map<String, Value>) -> Map<String, Value> {
        let mut schemas = vec![json!(self.kind.schema().id)];
        let extensions = self.kind.extensions().iter();
        schemas.extend(
            extensions
                .filter(|schema| self.attributes.contains_key(schema.id))
                .map(|schema| json!(schema.id)),
        );
        let mut document = self.attributes.clone();
        document.insert("schemas".to_owned(), Value::Array(schemas));
        document.insert("id".to_owned(), id.into());
        meta.insert("resourceType".to_owned(), self.kind.name().into());
        document.insert("meta".to_owned(), Value::Object(meta));
        document
    }

    fn read_attribute(&mut self, attribute: &'static Attribute, value: &Value) -> Result<(), ScimError> {
        if attribute.mutability == Mutability::ReadOnly {
            return Ok(());
        }
        if let Some(value) = canonical(attribute, value)?
            && self.attributes.insert(attribute.name.to_owned(), value).is_some()
        {
            return Err(twice(attribute.name));
        }
        Ok(())
    }

    fn read_extension(&mut self, extension: &'static Schema, value: &Value) -> Result<(), ScimError> {
        if let Some(value) = extension_value(extension, value)?
            && self.attributes.insert(extension.id.to_owned(), Value::Object(value)).is_some()
        {
            return Err(twice(extension.id));
        }
        Ok(())
    }

    /// What holds for the resource as a whole.
    ///
    /// # Errors
    /// `invalidValue` where a required attribute is missing, or it is too long.
    pub fn check(&self) -> Result<(), ScimError> {
        for attribute in self.kind.schema().attributes.iter().filter(|attribute| attribute.is_required) {
            if self.text(attribute.name).is_none_or(|text| text.trim().is_empty()) {
                let detail = format!("a {} needs `{}`", self.kind.name(), attribute.name);
                return Err(ScimError::new(ScimType::InvalidValue, detail));
            }
        }
        if self.to_text().len() > MAX_RESOURCE {
            let detail = format!("a resource without its members is at most {MAX_RESOURCE} bytes long");
            return Err(ScimError::new(ScimType::InvalidValue, detail));
        }
        Ok(())
    }
}

/// What an extension holds in canonical form; nothing where it holds nothing.
pub(crate) fn extension_value(
    extension: &'static Schema,
    value: &Value,
) -> Result<Option<Map<String, Value>>, ScimError> {
    let members = match value {
        Value::Null => return Ok(None),
        Value::Object(members) => members,
        _ => return Err(syntax(format!("`{}` is an object", extension.id))),
    };
    let mut found = Map::new();
    for (name, value) in members {
        let Some(attribute) = extension.attribute(name) else { continue };
        if let Some(value) = canonical(attribute, value)?
            && found.insert(attribute.name.to_owned(), value).is_some()
        {
            return Err(twice(attribute.name));
        }
    }
    Ok(if found.is_empty() { None } else { Some(found) })
}

/// The ids of members, each once, in the order of ids.
pub(crate) fn read_members(attribute: &'static Attribute, value: &Value) -> Result<Vec<String>, ScimError> {
    let values = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    if values.len() > MAX_MEMBERS {
        return Err(invalid(format!("a request names at most {MAX_MEMBERS} members: send several")));
    }
    let mut ids = Vec::with_capacity(values.len());
    for value in values {
        let member = crate::value::one(attribute, value)?.unwrap_or_default();
        if let Some(kind) = member.get("type").and_then(Value::as_str)
            && !kind.eq_ignore_ascii_case("User")
        {
            return Err(invalid(format!("the members of groups are users, and no `{kind}`")));
        }
        match member.get("value").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => ids.push(id.to_owned()),
            _ => return Err(invalid("each of `members` has the id of a user as its `value`")),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn has_schema(members: &Map<String, Value>, kind: ResourceType) -> Result<(), ScimError> {
    let named = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas")).map(|(_, value)| value);
    let is_named = |schemas: &Vec<Value>| {
        schemas.iter().any(|id| id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(kind.schema().id)))
    };
    if named.and_then(Value::as_array).is_some_and(is_named) {
        return Ok(());
    }
    Err(syntax(format!("`schemas` names `{}`", kind.schema().id)))
}

/// A body that is not what is read.
pub(crate) fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidSyntax, detail)
}

fn invalid(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidValue, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE, GROUP, USER};

    fn user(mut body: Value) -> Result<Draft, ScimError> {
        body["schemas"] = json!([USER.id]);
        Draft::read(ResourceType::User, &body)
    }

    #[test]
    fn what_is_read_is_canonical() {
        let draft = user(json!({
            "id": "mine", "USERNAME": "ada", "active": "False", "shoeSize": 4, "nickName": null, "photos": [],
            "password": "secret", "groups": [{"value": "grp_1"}], "meta": {"version": "x"},
            "emails": [{"Value": "a@b.example", "PRIMARY": "true", "x": 1}, {"Value": "a@b.example", "primary": true}],
            (ENTERPRISE.id.to_uppercase()): {"Department": "Engines", "manager": "usr_2"},
        }))
        .unwrap();
        let expected = json!({
            "userName": "ada", "active": false, "emails": [{"value": "a@b.example", "primary": true}],
            (ENTERPRISE.id): {"department": "Engines", "manager": {"value": "usr_2"}},
        });
        assert_eq!(Value::Object(draft.resource.attributes.clone()), expected);
        assert!(!draft.resource.is_active());
        assert_eq!(draft.resource.email(), Some("a@b.example"));
        assert_eq!(Resource::kept(ResourceType::User, &draft.resource.to_text()), draft.resource);
        let document = Value::Object(draft.resource.to_json("usr_1", Map::new()));
        assert_eq!(document["schemas"], json!([USER.id, ENTERPRISE.id]));
        assert_eq!((&document["id"], &document["meta"]["resourceType"]), (&json!("usr_1"), &json!("User")));
    }

    #[test]
    fn what_is_wrong_is_refused_by_name() {
        for (body, kind, told) in [
            (json!({}), ScimType::InvalidValue, "userName"),
            (json!({"userName": " "}), ScimType::InvalidValue, "userName"),
            (json!({"userName": 7}), ScimType::InvalidValue, "userName"),
            (json!({"userName": "a", "username": "b"}), ScimType::InvalidSyntax, "twice"),
            (json!({"userName": "a", "active": "maybe"}), ScimType::InvalidValue, "active"),
            (json!({"userName": "a", "name": "Ada"}), ScimType::InvalidValue, "name"),
            (json!({"userName": "a\u{0}"}), ScimType::InvalidValue, "U+0000"),
            (json!({"userName": "x".repeat(5_000)}), ScimType::InvalidValue, "bytes"),
            (
                json!({"userName": "a", "emails": vec![json!({"value": "x"}); 101]}),
                ScimType::InvalidValue,
                "100",
            ),
            (
                json!({"userName": "a", "emails": [{"value": "x", "primary": true}, {"value": "y", "primary": true}]}),
                ScimType::InvalidValue,
                "primary",
            ),
            (
                json!({"userName": "a", "x509Certificates": [{"value": "*"}]}),
                ScimType::InvalidValue,
                "base64",
            ),
        ] {
            let error = user(body.clone()).unwrap_err();
            assert_eq!(error.kind, Some(kind), "{body}");
            assert!(error.detail.contains(told), "{body}: {}", error.detail);
        }
        for body in [json!([]), json!({"userName": "a"}), json!({"userName": "a", "schemas": [GROUP.id]})] {
            let error = Draft::read(ResourceType::User, &body).unwrap_err();
            assert_eq!(error.kind, Some(ScimType::InvalidSyntax), "{body}");
        }
    }

    #[test]
    fn members_are_kept_apart() {
        let group = |members: Value| {
            let body = json!({"schemas": [GROUP.id], "displayName": "Ops", "members": members});
            Draft::read(ResourceType::Group, &body)
        };
        let draft =
            group(json!([{"value": "b"}, {"value": "a", "display": "Ada", "type": "User"}, {"value": "b"}]));
        let draft = draft.unwrap();
        assert_eq!(draft.members, ["a", "b"]);
        assert_eq!(Value::Object(draft.resource.attributes), json!({"displayName": "Ops"}));
        for wrong in [json!([{"value": "g", "type": "Group"}]), json!([{}]), json!([1])] {
            assert_eq!(group(wrong.clone()).unwrap_err().kind, Some(ScimType::InvalidValue), "{wrong}");
        }
    }
}
