//! Borrowed values: what expressions compute with. Copying one copies a reference.

use std::fmt;

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

/// The kinds of values, as messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Missing.
    Null,
    /// A truth value.
    Bool,
    /// An integer.
    Int,
    /// A double.
    Double,
    /// Text.
    String,
    /// A point in time.
    Timestamp,
    /// A length of time.
    Duration,
    /// A list.
    List,
    /// Members by name.
    Map,
    /// What has no value of its own.
    Other,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Null => "nothing",
            Kind::Bool => "a bool",
            Kind::Int => "an int",
            Kind::Double => "a double",
            Kind::String => "a string",
            Kind::Timestamp => "a timestamp",
            Kind::Duration => "a duration",
            Kind::List => "a list",
            Kind::Map => "a map",
            Kind::Other => "something else",
        })
    }
}

/// A borrowed list.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    items: Items<'a>,
}

/// What text elements are to be read as, where the list was declared to hold times or durations. It stands in each of
/// the [`Items`], whose tag it lies beside: values are copied all the time, and should be small.
type ReadAs = Option<Scalar>;

#[derive(Clone, Copy, Debug)]
enum Items<'a> {
    Data(ReadAs, &'a [Datum]),
    Values(ReadAs, &'a [Value<'a>]),
    Texts(ReadAs, &'a [String]),
    Packed(ReadAs, PackedList<'a>),
}

impl<'a> List<'a> {
    /// A list of owned data.
    pub fn data(items: &'a [Datum]) -> List<'a> {
        List { items: Items::Data(None, items) }
    }

    /// A list of borrowed values.
    pub fn values(items: &'a [Value<'a>]) -> List<'a> {
        List { items: Items::Values(None, items) }
    }

    /// A list of texts.
    pub fn texts(items: &'a [String]) -> List<'a> {
        List { items: Items::Texts(None, items) }
    }

    /// A list packed into an arena.
    #[inline]
    pub fn packed(items: PackedList<'a>) -> List<'a> {
        List { items: Items::Packed(None, items) }
    }

    /// The same list, its text elements read as `element` (times and durations come as text in JSON).
    pub(crate) fn read_as(self, element: Scalar) -> List<'a> {
        let element = Some(element);
        let items = match self.items {
            Items::Data(_, items) => Items::Data(element, items),
            Items::Values(_, items) => Items::Values(element, items),
            Items::Texts(_, items) => Items::Texts(element, items),
            Items::Packed(_, items) => Items::Packed(element, items),
        };
        List { items }
    }

    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        match self.items {
            Items::Data(_, items) => items.len(),
            Items::Values(_, items) => items.len(),
            Items::Texts(_, items) => items.len(),
            Items::Packed(_, items) => items.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        let (element, value) = match self.items {
            Items::Data(element, items) => (element, items.get(index)?.as_value()),
            Items::Values(element, items) => (element, *items.get(index)?),
            Items::Texts(element, items) => (element, Value::String(items.get(index)?)),
            Items::Packed(element, items) => (element, items.get(index)?),
        };
        match element {
            Some(element @ (Scalar::Timestamp | Scalar::Duration | Scalar::Double)) => {
                Some(element.admit(value).unwrap_or(value))
            }
            _ => Some(value),
        }
    }

    /// Whether a text is in it; `None` where only looking at each element by itself can tell.
    #[inline]
    pub(crate) fn find_text(self, text: &str) -> Option<bool> {
        match self.items {
            Items::Packed(None | Some(Scalar::String), items) => items.find_text(text),
            Items::Texts(None | Some(Scalar::String), items) => Some(items.iter().any(|item| item == text)),
            _ => None,
        }
    }

    /// The elements in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}

/// Whether two texts are equal: short ones compared by whole words, which for names is faster than the general way.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if let (Some(a), Some(b), 8..=16) = (one.first_chunk::<8>(), other.first_chunk::<8>(), one.len())
        && let (Some(c), Some(d)) = (one.last_chunk::<8>(), other.last_chunk::<8>())
    {
        return a == b && c == d;
    }
    if let (Some(a), Some(b), 4..8) = (one.first_chunk::<4>(), other.first_chunk::<4>(), one.len())
        && let (Some(c), Some(d)) = (one.last_chunk::<4>(), other.last_chunk::<4>())
    {
        return a == b && c == d;
    }
    one == other
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
    #[inline(always)]
    pub fn supplied(self, name: &str) -> Option<Value<'a>> {
        match self {
            Map::Data(members) => members.get(name).map(Datum::as_value),
            Map::Values(members) => {
                members.iter().find(|(key, _)| same(key.as_bytes(), name.as_bytes())).map(|(_, value)| *value)
            }
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
    /// What kind of value this is.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Double(_) => Kind::Double,
            Value::String(_) => Kind::String,
            Value::Timestamp(_) => Kind::Timestamp,
            Value::Duration(_) => Kind::Duration,
            Value::List(_) => Kind::List,
            Value::Map(_) => Kind::Map,
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
                members.iter().map(|(name, value)| ((*name).into(), value.to_datum())).collect(),
            )),
        }
    }
}
