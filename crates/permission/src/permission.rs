//! One permission, as it is stored.

use casemate_expression::{Datum, JsonError};
use thiserror::Error;

use crate::limits;
use crate::name::{Pattern, PatternError};

/// A permission: an object with a granted `name`, perhaps `"deny": true`, and any further properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    name: Pattern,
    deny: bool,
    properties: Box<[(Box<str>, Datum)]>,
    json: Box<str>,
}

/// Why something is no permission.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PermissionError {
    /// It is no JSON, or holds a member twice.
    #[error("a permission is a JSON object: {0}")]
    Json(#[from] JsonError),
    /// It is another kind of JSON.
    #[error("a permission is an object such as {{\"name\": \"cms.entry\"}}, and this is {0}")]
    NoObject(&'static str),
    /// There is no `name`.
    #[error("the permission has no `name`: add one, such as \"name\": \"cms.entry\"")]
    NoName,
    /// `name` is no text.
    #[error("the permission's `name` is {0}, and must be a string")]
    NameNoString(&'static str),
    /// `name` is no granted name.
    #[error("the permission's `name` is refused: {0}")]
    Name(#[from] PatternError),
    /// `deny` is no boolean.
    #[error("the permission's `deny` is {0}, and must be true or false")]
    DenyNoBoolean(&'static str),
    /// It is too long.
    #[error("the permission is {0} bytes long; at most {max} are allowed", max = limits::PERMISSION_BYTES)]
    TooLong(usize),
    /// It has too many properties.
    #[error("the permission has {0} properties; at most {max} are allowed", max = limits::PROPERTIES)]
    TooManyProperties(usize),
    /// A list is too long.
    #[error("the list `{0}` has {1} elements; at most {max} are allowed", max = limits::PROPERTY_LIST)]
    ListTooLong(String, usize),
}

impl Permission {
    /// Reads one permission.
    ///
    /// # Errors
    /// When it is malformed; whether its properties fit a schema is asked of the [`Catalog`](crate::Catalog).
    pub fn from_json(text: &str) -> Result<Permission, PermissionError> {
        Permission::from_datum(&Datum::from_json(text)?)
    }

    /// Reads one permission out of data.
    ///
    /// # Errors
    /// As [`Permission::from_json`].
    pub fn from_datum(datum: &Datum) -> Result<Permission, PermissionError> {
        let members = datum.as_map().ok_or(PermissionError::NoObject(datum.kind()))?;
        let name = members.get("name").ok_or(PermissionError::NoName)?;
        let name = name.as_str().ok_or(PermissionError::NameNoString(name.kind()))?;
        let deny = match members.get("deny") {
            None => false,
            Some(Datum::Bool(deny)) => *deny,
            Some(other) => return Err(PermissionError::DenyNoBoolean(other.kind())),
        };
        let properties: Box<[(Box<str>, Datum)]> = members
            .iter()
            .filter(|(member, _)| !is_reserved(member))
            .map(|(member, value)| (Box::from(member), value.clone()))
            .collect();
        if properties.len() > limits::PROPERTIES {
            return Err(PermissionError::TooManyProperties(properties.len()));
        }
        for (property, value) in &properties {
            match value.as_list() {
                Some(list) if list.len() > limits::PROPERTY_LIST => {
                    return Err(PermissionError::ListTooLong(property.to_string(), list.len()));
                }
                _ => {}
            }
        }
        let json = datum.to_json();
        if json.len() > limits::PERMISSION_BYTES {
            return Err(PermissionError::TooLong(json.len()));
        }
        Ok(Permission { name: Pattern::parse(name)?, deny, properties, json: json.into() })
    }

    /// The granted name.
    pub fn name(&self) -> &Pattern {
        &self.name
    }

    /// Whether it denies.
    pub fn is_denial(&self) -> bool {
        self.deny
    }

    /// Its properties in the order they were written, without `name` and `deny`.
    pub fn properties(&self) -> impl ExactSizeIterator<Item = (&str, &Datum)> {
        self.properties.iter().map(|(name, value)| (&**name, value))
    }

    /// The value of a property.
    pub fn property(&self, name: &str) -> Option<&Datum> {
        self.properties.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// Compact JSON, its members in the order they were written.
    pub fn as_json(&self) -> &str {
        &self.json
    }
}

/// Whether a member of a permission is no property.
pub(crate) fn is_reserved(member: &str) -> bool {
    matches!(member, "name" | "deny")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_a_permission() {
        let permission =
            Permission::from_json(r#"{ "own": true, "name": "cms.*", "models": ["a"] }"#).unwrap();
        assert_eq!(permission.name().as_str(), "cms.*");
        assert!(!permission.is_denial());
        assert_eq!(permission.properties().map(|(name, _)| name).collect::<Vec<_>>(), ["own", "models"]);
        assert_eq!(permission.as_json(), r#"{"own":true,"name":"cms.*","models":["a"]}"#);
        assert!(Permission::from_json(r#"{"name":"a","deny":true}"#).unwrap().is_denial());
    }

    #[test]
    fn refuses_what_is_malformed() {
        for (text, message) in [
            ("[]", "this is an array"),
            ("{}", "no `name`"),
            (r#"{"name":1}"#, "`name` is a number"),
            (r#"{"name":"!cms"}"#, "`name` is refused"),
            (r#"{"name":"cms","deny":"true"}"#, "`deny` is a string"),
            (r#"{"name":"cms","deny":null}"#, "`deny` is null"),
            (r#"{"name":"cms","name":"x"}"#, "stands twice"),
            (r#"{"name":"cms","n":99999999999999999999}"#, "64 bits"),
        ] {
            let error = Permission::from_json(text).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn limits_hold_at_the_limit_and_refuse_one_over() {
        let with_properties = |count: usize| {
            let properties: String = (0..count).map(|number| format!(",\"p{number}\":1")).collect();
            Permission::from_json(&format!("{{\"name\":\"a\"{properties}}}"))
        };
        assert!(with_properties(limits::PROPERTIES).is_ok());
        let refused = PermissionError::TooManyProperties(limits::PROPERTIES + 1);
        assert_eq!(with_properties(limits::PROPERTIES + 1), Err(refused));
        let with_list = |count: usize| {
            Permission::from_json(&format!("{{\"name\":\"a\",\"l\":[{}]}}", vec!["1"; count].join(",")))
        };
        assert!(with_list(limits::PROPERTY_LIST).is_ok());
        assert!(matches!(with_list(limits::PROPERTY_LIST + 1), Err(PermissionError::ListTooLong(..))));
        let with_text = |length: usize| {
            let frame = r#"{"name":"a","t":""}"#.len();
            Permission::from_json(&format!("{{\"name\":\"a\",\"t\":\"{}\"}}", "x".repeat(length - frame)))
        };
        assert!(with_text(limits::PERMISSION_BYTES).is_ok());
        assert_eq!(
            with_text(limits::PERMISSION_BYTES + 1),
            Err(PermissionError::TooLong(limits::PERMISSION_BYTES + 1))
        );
    }
}
