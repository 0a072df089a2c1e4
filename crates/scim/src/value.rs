//! Values in canonical form.

use serde_json::{Map, Value};

use crate::error::{ScimError, ScimType};
use crate::filter::{boolean, micros};
use crate::schema::{Attribute, Kind, Mutability};

/// The longest text of an attribute, in bytes.
const MAX_TEXT: usize = 4 * 1024;
/// The longest value of bytes, as base64.
const MAX_BINARY: usize = 16 * 1024;
/// The most values of an attribute.
pub(crate) const MAX_VALUES: usize = 100;

/// A value of an attribute in canonical form; nothing where there is none (null, no values, no parts).
pub(crate) fn canonical(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    if !attribute.is_many {
        return match value {
            // Some clients send the one value in a list.
            Value::Array(values) if attribute.kind == Kind::Complex => match values.as_slice() {
                [] => Ok(None),
                [only] => one(attribute, only),
                _ => Err(wrong(attribute, "one value")),
            },
            value => one(attribute, value),
        };
    }
    let values = match value {
        Value::Array(values) => values.as_slice(),
        Value::Null => &[],
        value => std::slice::from_ref(value),
    };
    if values.len() > MAX_VALUES {
        return Err(wrong(attribute, &format!("at most {MAX_VALUES} values")));
    }
    let mut found: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if let Some(value) = one(attribute, value)?
            && !found.contains(&value)
        {
            found.push(value);
        }
    }
    if found.iter().filter(|value| is_primary(value)).count() > 1 {
        return Err(wrong(attribute, "one primary value at most"));
    }
    Ok(if found.is_empty() { None } else { Some(Value::Array(found)) })
}

/// One value of an attribute, of several or not.
pub(crate) fn one(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    if value.is_null() {
        return Ok(None);
    }
    Ok(Some(match (attribute.kind, value) {
        (Kind::Text | Kind::Reference, Value::String(text)) => bounded(attribute, text, MAX_TEXT)?,
        (Kind::Binary, Value::String(text)) => {
            let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
            if !text.bytes().all(is_base64) {
                return Err(wrong(attribute, "base64"));
            }
            bounded(attribute, text, MAX_BINARY)?
        }
        (Kind::Boolean, Value::Bool(value)) => Value::Bool(*value),
        // Entra ID sends `"False"`.
        (Kind::Boolean, Value::String(text)) => {
            Value::Bool(boolean(text).ok_or_else(|| wrong(attribute, "true or false"))?)
        }
        (Kind::DateTime, Value::String(text)) if micros(text).is_some() => value.clone(),
        (Kind::Complex, Value::Object(members)) => return complex(attribute, members),
        // Entra ID sends the manager, and others an address, as its value alone.
        (Kind::Complex, Value::String(text)) if attribute.part("value").is_some() => {
            if text.is_empty() {
                return Ok(None);
            }
            let value = Map::from_iter([("value".to_owned(), Value::String(text.clone()))]);
            return complex(attribute, &value);
        }
        (kind, _) => {
            return Err(wrong(
                attribute,
                match kind {
                    Kind::Text | Kind::Reference => "text",
                    Kind::Binary => "base64",
                    Kind::Boolean => "true or false",
                    Kind::DateTime => "a time as of RFC 3339",
                    Kind::Complex => "an object",
                },
            ));
        }
    }))
}

fn complex(attribute: &Attribute, members: &Map<String, Value>) -> Result<Option<Value>, ScimError> {
    let mut found = Map::new();
    for (name, value) in members {
        let Some(part) = attribute.part(name) else { continue };
        if part.mutability == Mutability::ReadOnly {
            continue;
        }
        if let Some(value) = canonical(part, value)?
            && found.insert(part.name.to_owned(), value).is_some()
        {
            return Err(twice(part.name));
        }
    }
    Ok(if found.is_empty() { None } else { Some(Value::Object(found)) })
}

/// Whether a value is marked as the primary one.
pub(crate) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

fn bounded(attribute: &Attribute, text: &str, most: usize) -> Result<Value, ScimError> {
    if text.len() > most {
        return Err(wrong(attribute, &format!("at most {most} bytes long")));
    }
    if text.contains('\0') {
        return Err(wrong(attribute, "text without the character U+0000"));
    }
    Ok(Value::String(text.to_owned()))
}

fn wrong(attribute: &Attribute, expected: &str) -> ScimError {
    ScimError::new(ScimType::InvalidValue, format!("`{}` is {expected}", attribute.name))
}

/// A member that stands there twice, in whatever case.
pub(crate) fn twice(name: &str) -> ScimError {
    ScimError::new(ScimType::InvalidSyntax, format!("`{name}` stands there twice"))
}
