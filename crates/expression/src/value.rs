//! Borrowed values: what expressions compute with. Copying one copies a reference.

use crate::datum::{Datum, Members};
use crate::packed::PackedList;
use crate::time::{Span, Timestamp};
use crate::types::Scalar;

/// A value, borrowed from wherever its host keeps it. `Null` stands for *missing*.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Missing: absent, or JSON's null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A finite double.
    Double(f64),
    /// Text, compared by code point.
    String(&'a str),
    /// A point in time.
    Timestamp(Timestamp),
    /// A length of time.
    Duration(Span),
    /// A list.
    List(List<'a>),
    /// Members by name.
    Map(Map<'a>),
}

/// A borrowed list.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    items: Items<'a>,
    /// What text elements are to be read as, where the list was declared to hold times or durations.
    element: Option<Scalar>,
}

#[derive(Clone, Copy, Debug)]
enum Items<'a> {
    Data(&'a [Datum]),
    Values(&'a [Value<'a>]),
    Texts(&'a [String]),
    Packed(PackedList<'a>),
}

impl<'a> List<'a> {
    /// A list of owned data.
    pub fn data(items: &'a [Datum]) -> List<'a> {
        List { items: Items::Data(items), element: None }
    }

    /// A list of borrowed values.
    pub fn values(items: &'a [Value<'a>]) -> List<'a> {
        List { items: Items::Values(items), element: None }
    }

    /// A list of texts.
    pub fn texts(items: &'a [String]) -> List<'a> {
        List { items: Items::Texts(items), element: None }
    }

    /// A list packed into an arena.
    pub fn packed(items: PackedList<'a>) -> List<'a> {
        List { items: Items::Packed(items), element: None }
    }

    /// The same list, its text elements read as `element` (times and durations come as text in JSON).
    pub(crate) fn read_as(self, element: Scalar) -> List<'a> {
        List { element: Some(element), ..self }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match self.items {
            Items::Data(items) => items.len(),
            Items::Values(items) => items.len(),
            Items::Texts(items) => items.len(),
            Items::Packed(items) => items.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        let value = match self.items {
            Items::Data(items) => items.get(index)?.as_value(),
            Items::Values(items) => *items.get(index)?,
            Items::Texts(items) => Value::String(items.get(index)?),
            Items::Packed(items) => items.get(index)?,
        };
        match (self.element, value) {
            (Some(element @ (Scalar::Timestamp | Scalar::Duration | Scalar::Double)), value) => {
                Some(element.admit(value).unwrap_or(value))
            }
            _ => Some(value),
        }
    }

    /// The elements in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}

/// Borrowed members by name.
#[derive(Clone, Copy, Debug)]
pub enum Map<'a> {
    /// Owned data.
    Data(&'a Members),
    /// Borrowed names and values.
    Values(&'a [(&'a str, Value<'a>)]),
}

impl<'a> Map<'a> {
    /// A map without members.
    pub const EMPTY: Map<'static> = Map::Values(&[]);

    /// The member of that name; `Null` where there is none.
    #[inline]
    pub fn get(self, name: &str) -> Value<'a> {
        self.supplied(name).unwrap_or(Value::Null)
    }

    /// The member of that name, null included; `None` where there is none.
    #[inline]
    pub fn supplied(self, name: &str) -> Option<Value<'a>> {
        match self {
            Map::Data(members) => members.get(name).map(Datum::as_value),
            Map::Values(members) => members.iter().find(|(key, _)| *key == name).map(|(_, value)| *value),
        }
    }

    /// The number of members.
    pub fn len(self) -> usize {
        match self {
            Map::Data(members) => members.len(),
            Map::Values(members) => members.len(),
        }
    }

    /// Whether there is no member.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl Value<'_> {
    /// The word for this kind of value, as messages use it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a bool",
            Value::Int(_) => "an int",
            Value::Double(_) => "a double",
            Value::String(_) => "a string",
            Value::Timestamp(_) => "a timestamp",
            Value::Duration(_) => "a duration",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// An owned copy; times and durations become their text.
    pub fn to_datum(&self) -> Datum {
        match self {
            Value::Null => Datum::Null,
            Value::Bool(value) => Datum::Bool(*value),
            Value::Int(value) => Datum::Int(*value),
            Value::Double(value) => Datum::Double(*value),
            Value::String(value) => Datum::String((*value).into()),
            Value::Timestamp(value) => Datum::String(value.to_string().into()),
            Value::Duration(value) => Datum::String(value.to_string().into()),
            Value::List(list) => Datum::List(list.iter().map(|value| value.to_datum()).collect()),
            Value::Map(Map::Data(members)) => Datum::Map((*members).clone()),
            Value::Map(Map::Values(members)) => Datum::Map(Members::from_unique(
                members.iter().map(|(name, value)| (Box::from(*name), value.to_datum())).collect(),
            )),
        }
    }
}
