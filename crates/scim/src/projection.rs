//! Which attributes are answered (RFC 7644, sections 3.4.2.5 and 3.9).

use serde_json::{Map, Value};

use crate::error::{ScimError, ScimType};
use crate::path::Named;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Returned};

/// The most names that are read.
const MAX_NAMES: usize = 200;

/// Which attributes of resources of a type are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    kind: ResourceType,
    choice: Choice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    Usual,
    Only(Vec<Named>),
    AllBut(Vec<Named>),
}

impl Projection {
    /// What is answered where nothing is said.
    #[must_use]
    pub fn usual(kind: ResourceType) -> Projection {
        Projection { kind, choice: Choice::Usual }
    }

    /// What `attributes` and `excludedAttributes` ask for; names that resources of the type have not are passed over.
    ///
    /// # Errors
    /// `invalidValue` where both are given, or too many names.
    pub fn read(
        kind: ResourceType,
        attributes: &[String],
        excluded: &[String],
    ) -> Result<Projection, ScimError> {
        let find = |names: &[String]| names.iter().filter_map(|name| Named::find(kind, name)).collect();
        if attributes.len().max(excluded.len()) > MAX_NAMES {
            return Err(ScimError::new(
                ScimType::InvalidValue,
                format!("name at most {MAX_NAMES} attributes"),
            ));
        }
        let choice = match (attributes.is_empty(), excluded.is_empty()) {
            (true, true) => Choice::Usual,
            (false, true) => Choice::Only(find(attributes)),
            (true, false) => Choice::AllBut(find(excluded)),
            (false, false) => {
                let detail = "send `attributes` or `excludedAttributes`, not both";
                return Err(ScimError::new(ScimType::InvalidValue, detail));
            }
        };
        Ok(Projection { kind, choice })
    }

    /// Whether something other than the usual is asked for.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.choice != Choice::Usual
    }

    /// Whether an attribute such as `members` is answered, so that it has to be looked up.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.kind.attribute(name).is_some_and(|attribute| !matches!(self.fate(attribute), Fate::Left))
    }

    /// The attributes of a resource that are answered.
    #[must_use]
    pub fn apply(&self, document: Map<String, Value>) -> Map<String, Value> {
        let mut answered = Map::new();
        for (name, value) in document {
            let fate = match (self.kind.attribute(&name), self.kind.extension(&name)) {
                (Some(attribute), _) => self.fate(attribute),
                (None, Some(extension)) => self.fate_of_extension(extension.id),
                (None, None) if name == "schemas" => Fate::Whole,
                (None, None) => Fate::Left,
            };
            if let Some(value) = fate.apply(value) {
                answered.insert(name, value);
            }
        }
        answered
    }

    fn fate(&self, attribute: &'static Attribute) -> Fate {
        let named = |names: &[Named]| {
            let mut parts = Vec::new();
            for name in names {
                if let Named::Attribute(target) = name
                    && target.extension.is_none()
                    && target.attribute == attribute
                {
                    match target.part {
                        None => return Some(Vec::new()),
                        Some(part) => parts.push(part.name.to_owned()),
                    }
                }
            }
            if parts.is_empty() { None } else { Some(parts) }
        };
        let usual = if attribute.returned == Returned::Request { Fate::Left } else { Fate::Whole };
        match &self.choice {
            _ if attribute.returned == Returned::Always => Fate::Whole,
            Choice::Usual => usual,
            Choice::Only(names) => Fate::only(named(names)),
            Choice::AllBut(names) => match named(names) {
                None => usual,
                Some(parts) if parts.is_empty() => Fate::Left,
                Some(parts) => Fate::Without(parts),
            },
        }
    }

    fn fate_of_extension(&self, id: &str) -> Fate {
        let named = |names: &[Named]| {
            let mut attributes = Vec::new();
            for name in names {
                match name {
                    Named::Extension(extension) if extension.id == id => return Some(Vec::new()),
                    Named::Attribute(target) if target.extension.is_some_and(|of| of.id == id) => {
                        attributes.push(target.attribute.name.to_owned());
                    }
                    _ => {}
                }
            }
            if attributes.is_empty() { None } else { Some(attributes) }
        };
        match &self.choice {
            Choice::Usual => Fate::Whole,
            Choice::Only(names) => Fate::only(named(names)),
            Choice::AllBut(names) => match named(names) {
                None => Fate::Whole,
                Some(parts) if parts.is_empty() => Fate::Left,
                Some(parts) => Fate::Without(parts),
            },
        }
    }
}

/// What becomes of an attribute.
enum Fate {
    Whole,
    Left,
    Only(Vec<String>),
    Without(Vec<String>),
}

impl Fate {
    fn only(parts: Option<Vec<String>>) -> Fate {
        match parts {
            None => Fate::Left,
            Some(parts) if parts.is_empty() => Fate::Whole,
            Some(parts) => Fate::Only(parts),
        }
    }

    fn apply(&self, value: Value) -> Option<Value> {
        let keeps = |name: &String| match self {
            Fate::Only(parts) => parts.contains(name),
            Fate::Without(parts) => !parts.contains(name),
            Fate::Whole => true,
            Fate::Left => false,
        };
        let narrow = |value: Value| match value {
            Value::Object(members) => {
                let kept: Map<_, _> = members.into_iter().filter(|(name, _)| keeps(name)).collect();
                (!kept.is_empty()).then_some(Value::Object(kept))
            }
            value => Some(value),
        };
        match (self, value) {
            (Fate::Left, _) => None,
            (Fate::Whole, value) => Some(value),
            (_, Value::Array(values)) => {
                let kept: Vec<Value> = values.into_iter().filter_map(narrow).collect();
                (!kept.is_empty()).then_some(Value::Array(kept))
            }
            (_, value) => narrow(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::ENTERPRISE;

    fn applied(attributes: &[&str], excluded: &[&str]) -> Value {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let user = json!({
            "schemas": [], "id": "usr_1", "meta": {"version": "x", "location": "y"}, "userName": "ada",
            "name": {"familyName": "L", "givenName": "A"}, "groups": [{"value": "g"}],
            "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
            (ENTERPRISE.id): {"department": "E", "division": "D"},
        });
        let projection = Projection::read(ResourceType::User, &names(attributes), &names(excluded)).unwrap();
        Value::Object(projection.apply(user.as_object().unwrap().clone()))
    }

    #[test]
    fn what_is_asked_for_is_answered_and_what_identifies_always() {
        assert_eq!(applied(&["username"], &[]), json!({"schemas": [], "id": "usr_1", "userName": "ada"}));
        assert_eq!(
            applied(&["name.familyName", "emails.value", "unknown"], &[]),
            json!({
                "schemas": [], "id": "usr_1", "name": {"familyName": "L"}, "emails": [{"value": "a"}],
            })
        );
        assert_eq!(applied(&["groups"], &[])["groups"], json!([{"value": "g"}]));
        let department = format!("{}:department", ENTERPRISE.id);
        assert_eq!(applied(&[&department], &[])[ENTERPRISE.id], json!({"department": "E"}));
        let usual = applied(&[], &[]);
        assert_eq!((usual.get("groups"), usual["meta"]["version"].as_str()), (None, Some("x")));
        let without = applied(&[], &["id", "name.givenName", "emails", ENTERPRISE.id, "meta"]);
        assert_eq!(
            without,
            json!({"schemas": [], "id": "usr_1", "userName": "ada", "name": {"familyName": "L"}})
        );
    }

    #[test]
    fn what_has_to_be_looked_up_is_told() {
        let group = |attributes: &[String], excluded: &[String]| {
            Projection::read(ResourceType::Group, attributes, excluded).unwrap().wants("members")
        };
        let name = |name: &str| [name.to_owned()];
        assert!(group(&[], &[]) && group(&name("members.value"), &[]) && group(&[], &name("displayName")));
        assert!(!group(&name("displayName"), &[]) && !group(&[], &name("members")));
        assert!(!Projection::usual(ResourceType::User).wants("groups"));
        let both = Projection::read(ResourceType::Group, &name("id"), &name("id")).unwrap_err();
        assert_eq!(both.kind, Some(ScimType::InvalidValue));
    }
}
