//! The types that schemas declare and expressions are checked against.

use std::fmt;
use std::str::FromStr;

use crate::time::{Span, Timestamp};
use crate::value::Value;

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// true or false.
    Bool,
    /// A 64-bit integer.
    Int,
    /// A finite double; JSON integers are read as doubles where one is declared.
    Double,
    /// Text.
    String,
    /// A point in time; RFC 3339 text in JSON.
    Timestamp,
    /// A length of time; text such as `1h30m` in JSON.
    Duration,
}

/// The type of an attribute, a property or an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// true or false.
    Bool,
    /// A 64-bit integer.
    Int,
    /// A finite double.
    Double,
    /// Text.
    String,
    /// A point in time.
    Timestamp,
    /// A length of time.
    Duration,
    /// A list of one type of element.
    List(Scalar),
    /// A list whose elements are known only when it is evaluated.
    AnyList,
    /// Members by name, of any type.
    Map,
    /// Known only when it is evaluated, such as a claim.
    Any,
}

impl Scalar {
    const ALL: [(&'static str, Scalar); 6] = [
        ("bool", Scalar::Bool),
        ("int", Scalar::Int),
        ("double", Scalar::Double),
        ("string", Scalar::String),
        ("timestamp", Scalar::Timestamp),
        ("duration", Scalar::Duration),
    ];

    fn name(self) -> &'static str {
        Scalar::ALL.iter().find(|(_, scalar)| *scalar == self).map_or("", |(name, _)| name)
    }

    /// The value as this type sees it, or `None` where it is of another type. Null is of no type.
    #[inline]
    pub fn admit(self, value: Value<'_>) -> Option<Value<'_>> {
        match (self, value) {
            (Scalar::Bool, Value::Bool(_))
            | (Scalar::Int, Value::Int(_))
            | (Scalar::Double, Value::Double(_))
            | (Scalar::String, Value::String(_))
            | (Scalar::Timestamp, Value::Timestamp(_))
            | (Scalar::Duration, Value::Duration(_)) => Some(value),
            #[allow(clippy::cast_precision_loss)]
            (Scalar::Double, Value::Int(int)) => Some(Value::Double(int as f64)),
            (Scalar::Timestamp, Value::String(text)) => Timestamp::parse_rfc3339(text).map(Value::Timestamp),
            (Scalar::Duration, Value::String(text)) => Span::parse(text).map(Value::Duration),
            _ => None,
        }
    }
}

impl From<Scalar> for Type {
    fn from(scalar: Scalar) -> Type {
        match scalar {
            Scalar::Bool => Type::Bool,
            Scalar::Int => Type::Int,
            Scalar::Double => Type::Double,
            Scalar::String => Type::String,
            Scalar::Timestamp => Type::Timestamp,
            Scalar::Duration => Type::Duration,
        }
    }
}

impl Type {
    /// The scalar this type is, if it is one.
    pub fn scalar(self) -> Option<Scalar> {
        match self {
            Type::Bool => Some(Scalar::Bool),
            Type::Int => Some(Scalar::Int),
            Type::Double => Some(Scalar::Double),
            Type::String => Some(Scalar::String),
            Type::Timestamp => Some(Scalar::Timestamp),
            Type::Duration => Some(Scalar::Duration),
            Type::List(_) | Type::AnyList | Type::Map | Type::Any => None,
        }
    }

    /// The value as this type sees it, or `None` where it is of another type. A list is of its type when every element
    /// is; null is of no type but `Any`.
    #[inline]
    pub fn admit(self, value: Value<'_>) -> Option<Value<'_>> {
        match (self, value) {
            (Type::String, Value::String(_)) | (Type::Bool, Value::Bool(_)) | (Type::Int, Value::Int(_)) => {
                Some(value)
            }
            _ => self.admit_other(value),
        }
    }

    fn admit_other(self, value: Value<'_>) -> Option<Value<'_>> {
        match (self, value) {
            (Type::Any, _) | (Type::AnyList, Value::List(_)) | (Type::Map, Value::Map(_)) => Some(value),
            (Type::List(element), Value::List(list)) => {
                let typed = list.read_as(element);
                list.iter().all(|item| element.admit(item).is_some()).then_some(Value::List(typed))
            }
            _ => self.scalar()?.admit(value),
        }
    }

    /// A value that was admitted before, as this type sees it.
    #[inline]
    pub(crate) fn see(self, value: Value<'_>) -> Option<Value<'_>> {
        match (self, value) {
            (Type::String, Value::String(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::List(Scalar::String | Scalar::Bool | Scalar::Int), Value::List(_)) => Some(value),
            (Type::List(element), Value::List(list)) => Some(Value::List(list.read_as(element))),
            _ => self.admit(value),
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Type::Int | Type::Double)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::List(element) => write!(f, "list<{}>", element.name()),
            Type::AnyList => f.write_str("list"),
            Type::Map => f.write_str("map"),
            Type::Any => f.write_str("any"),
            other => f.write_str(other.scalar().map_or("", Scalar::name)),
        }
    }
}

/// The text names no type that can be declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no type `{0}`: use bool, int, double, string, timestamp, duration, or a list such as list<string>"
)]
pub struct UnknownType(pub String);

impl FromStr for Type {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Type, UnknownType> {
        let scalar =
            |name: &str| Scalar::ALL.iter().find(|(known, _)| *known == name).map(|(_, scalar)| *scalar);
        match text.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
            Some(element) => scalar(element).map(Type::List),
            None => scalar(text).map(Type::from),
        }
        .ok_or_else(|| UnknownType(text.to_owned()))
    }
}
