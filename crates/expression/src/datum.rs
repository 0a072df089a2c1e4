//! Owned data, read from JSON strictly: duplicate members and integers beyond 64 bits are refused.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use smol_str::SmolStr;

use crate::limits;
use crate::value::{List, Map, Value};

mod plain;

/// Owned JSON data. Members keep the order they were written in.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// JSON's null: *missing*.
    Null,
    /// true or false.
    Bool(bool),
    /// A number without fraction or exponent.
    Int(i64),
    /// Any other number; finite.
    Double(f64),
    /// Text. Short text, which most is, takes no memory of its own.
    String(SmolStr),
    /// An array.
    List(Box<[Datum]>),
    /// An object.
    Map(Members),
}

/// The members of an object, each name once, in the order they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members(Box<[(SmolStr, Datum)]>);

/// Why a text is not the JSON that Casemate reads, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct JsonError {
    /// What is wrong.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in bytes.
    pub column: usize,
}

impl Members {
    /// Members whose names the caller knows to be distinct.
    pub(crate) fn from_unique(members: Box<[(SmolStr, Datum)]>) -> Members {
        Members(members)
    }

    /// The member of that name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, datum)| datum)
    }

    /// Names and data in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Datum)> {
        self.0.iter().map(|(name, datum)| (name.as_str(), datum))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(SmolStr, Datum)> for Members {
    /// Of members with the same name the last one stays, in the place of the first.
    fn from_iter<I: IntoIterator<Item = (SmolStr, Datum)>>(members: I) -> Members {
        let mut unique: Vec<(SmolStr, Datum)> = Vec::new();
        let mut places: HashMap<SmolStr, usize> = HashMap::new();
        for (name, datum) in members {
            match places.get(&name).and_then(|place| unique.get_mut(*place)) {
                Some((_, kept)) => *kept = datum,
                None => {
                    places.insert(name.clone(), unique.len());
                    unique.push((name, datum));
                }
            }
        }
        Members(unique.into())
    }
}

impl Datum {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// When it is no JSON, holds a member twice or an integer beyond 64 bits, or exceeds a limit.
    pub fn from_json(text: &str) -> Result<Datum, JsonError> {
        match plain::read(text) {
            Some(datum) => Ok(datum),
            None => Datum::from_any_json(text),
        }
    }

    fn from_any_json(text: &str) -> Result<Datum, JsonError> {
        let zeros = scan(text)?;
        let text = positive_zeros(text, &zeros);
        let mut reader = serde_json::Deserializer::from_str(&text);
        let read = Reading(&mut Gathered::new()).deserialize(&mut reader);
        let datum = read.and_then(|datum| reader.end().map(|()| datum));
        datum.map_err(|error| JsonError::from_serde(&error))
    }

    /// Compact JSON, members in their order.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The member of that name, where this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        match self {
            Datum::Map(members) => members.get(name),
            _ => None,
        }
    }

    /// The text, where this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Datum::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members, where this is an object.
    pub fn as_map(&self) -> Option<&Members> {
        match self {
            Datum::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, where this is an array.
    pub fn as_list(&self) -> Option<&[Datum]> {
        match self {
            Datum::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The borrowed form that expressions compute with.
    #[inline]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Datum::Null => Value::Null,
            Datum::Bool(value) => Value::Bool(*value),
            Datum::Int(value) => Value::Int(*value),
            Datum::Double(value) => Value::Double(*value),
            Datum::String(value) => Value::String(value),
            Datum::List(elements) => Value::List(List::data(elements)),
            Datum::Map(members) => Value::Map(Map::Data(members)),
        }
    }

    /// The word for this kind of JSON, as messages use it.
    pub fn kind(&self) -> &'static str {
        match self {
            Datum::Null => "null",
            Datum::Bool(_) => "a boolean",
            Datum::Int(_) | Datum::Double(_) => "a number",
            Datum::String(_) => "a string",
            Datum::List(_) => "an array",
            Datum::Map(_) => "an object",
        }
    }
}

impl JsonError {
    fn at(text: &str, offset: usize, message: impl Into<String>) -> JsonError {
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        JsonError {
            message: message.into(),
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: offset - line_start + 1,
        }
    }

    fn from_serde(error: &serde_json::Error) -> JsonError {
        let text = error.to_string();
        let message = text.split_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        JsonError { message: message.to_owned(), line: error.line(), column: error.column().max(1) }
    }
}

/// Refuses what the JSON library would read silently or too deeply: integers beyond 64 bits (it turns them into
/// doubles), nesting and sizes beyond the limits. Answers where the integer `-0` stands, which that library reads as a
/// double.
fn scan(text: &str) -> Result<Vec<usize>, JsonError> {
    if text.len() > limits::JSON_BYTES {
        return Err(JsonError::at(text, 0, format!("the text is longer than {} bytes", limits::JSON_BYTES)));
    }
    if is_harmless(text.as_bytes()) { Ok(Vec::new()) } else { scan_all(text) }
}

fn scan_all(text: &str) -> Result<Vec<usize>, JsonError> {
    let bytes = text.as_bytes();
    let mut zeros = Vec::new();
    let (mut depth, mut at) = (0_usize, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b'[' | b'{' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    let message = format!("nested deeper than {} levels", limits::JSON_DEPTH);
                    return Err(JsonError::at(text, at, message));
                }
                at += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let rest = text.get(at..).unwrap_or_default();
                let length = rest
                    .bytes()
                    .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                    .count();
                let number = rest.get(..length).unwrap_or_default();
                let is_integer = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                if is_integer && length >= LONG_INTEGER && number.parse::<i64>().is_err() {
                    return Err(JsonError::at(text, at, "the integer does not fit 64 bits"));
                }
                if number == "-0" {
                    zeros.push(at);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    Ok(zeros)
}

/// Whether a text surely has none of what [`scan`] looks for, found out without reading it as JSON.
fn is_harmless(bytes: &[u8]) -> bool {
    let opened = opened(bytes);
    // Of as many digits as an integer beyond 64 bits has, one stands at one of these places.
    let has_digit = bytes.iter().skip(LONG_INTEGER - 1).step_by(LONG_INTEGER).any(u8::is_ascii_digit);
    let is_long = || bytes.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() >= LONG_INTEGER);
    let has_zero = || bytes.windows(2).any(|pair| pair == b"-0");
    opened <= limits::JSON_DEPTH && !(bytes.contains(&b'-') && has_zero()) && !(has_digit && is_long())
}

/// How many brackets and braces open in a text, be it within strings: by chunks of which a byte holds the count, which
/// the compiler makes vectors of.
fn opened(bytes: &[u8]) -> usize {
    let of_chunk = |chunk: &[u8]| -> u8 {
        // `[` and `{` differ in the bit that makes a letter small.
        chunk.iter().map(|byte| u8::from(byte | 0x20 == b'{')).fold(0, u8::wrapping_add)
    };
    bytes.chunks(usize::from(u8::MAX)).map(|chunk| usize::from(of_chunk(chunk))).sum()
}

/// The digits of the shortest integers of which some do not fit 64 bits.
const LONG_INTEGER: usize = 19;

/// The text with the sign of each integer zero made a space.
fn positive_zeros<'t>(text: &'t str, zeros: &[usize]) -> Cow<'t, str> {
    if zeros.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut rewritten = String::with_capacity(text.len());
    let mut from = 0;
    for zero in zeros {
        rewritten.push_str(text.get(from..*zero).unwrap_or_default());
        rewritten.push(' ');
        from = zero + 1;
    }
    rewritten.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(rewritten)
}

/// The offset just behind the string that begins before `from`.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// The members and elements that were read of objects and arrays that have not ended: those of an inner one stand behind
/// those of the outer one, so that each takes memory once, when it ends.
struct Gathered {
    members: Vec<(SmolStr, Datum)>,
    elements: Vec<Datum>,
}

impl Gathered {
    /// With room for the members of a question, which most texts are, and no more than allocators hand out quickly.
    fn new() -> Gathered {
        Gathered { members: Vec::with_capacity(16), elements: Vec::new() }
    }
}

/// Reads one datum.
struct Reading<'g>(&'g mut Gathered);

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Datum;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Datum, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON data")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Datum, E> {
        Ok(Datum::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Datum, E> {
        Ok(Datum::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Datum, E> {
        Ok(Datum::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Datum, E> {
        i64::try_from(value).map(Datum::Int).map_err(|_| E::custom("the integer does not fit 64 bits"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Datum, E> {
        if value.is_finite() { Ok(Datum::Double(value)) } else { Err(E::custom("the number is not finite")) }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Datum, E> {
        Ok(Datum::String(value.into()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Datum, E> {
        Ok(Datum::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Datum, A::Error> {
        let first = self.0.elements.len();
        while let Some(element) = sequence.next_element_seed(Reading(self.0))? {
            if self.0.elements.len() - first == limits::DATA_ELEMENTS {
                return Err(de::Error::custom(format_args!("more than {} elements", limits::DATA_ELEMENTS)));
            }
            self.0.elements.push(element);
        }
        Ok(Datum::List(behind(&mut self.0.elements, first)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let mut seen = Seen::default();
        let first = self.0.members.len();
        while let Some(Name(name)) = map.next_key()? {
            let members = self.0.members.get(first..).unwrap_or_default();
            if members.len() == limits::DATA_ELEMENTS {
                return Err(de::Error::custom(format_args!("more than {} members", limits::DATA_ELEMENTS)));
            }
            if !seen.insert(&name, members) {
                return Err(de::Error::custom(format_args!("the member `{name}` stands twice")));
            }
            let datum = map.next_value_seed(Reading(self.0))?;
            self.0.members.push((name, datum));
        }
        Ok(Datum::Map(Members(behind(&mut self.0.members, first))))
    }
}

/// Takes what stands from that place on, in memory of its own that is no larger.
fn behind<T>(gathered: &mut Vec<T>, first: usize) -> Box<[T]> {
    match first {
        // Of nothing that stays before it, a vector would give its own memory away.
        0 => gathered.drain(..).collect(),
        _ => gathered.split_off(first).into_boxed_slice(),
    }
}

/// Which names an object has so far.
#[derive(Default)]
struct Seen(Option<HashSet<SmolStr>>);

impl Seen {
    /// Up to so many names, comparing with each is quicker than hashing.
    const FEW: usize = 16;

    /// Whether the name is none of those of the members before it.
    fn insert(&mut self, name: &SmolStr, members: &[(SmolStr, Datum)]) -> bool {
        if members.len() < Seen::FEW {
            return members.iter().all(|(other, _)| other != name);
        }
        let before = || members.iter().map(|(name, _)| name.clone()).collect();
        self.0.get_or_insert_with(before).insert(name.clone())
    }
}

/// The name of a member.
struct Name(SmolStr);

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Name, E> {
        Ok(Name(value.into()))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Datum, D::Error> {
        Reading(&mut Gathered::new()).deserialize(deserializer)
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Datum::Null => serializer.serialize_unit(),
            Datum::Bool(value) => serializer.serialize_bool(*value),
            Datum::Int(value) => serializer.serialize_i64(*value),
            Datum::Double(value) => serializer.serialize_f64(*value),
            Datum::String(value) => serializer.serialize_str(value),
            Datum::List(elements) => serializer.collect_seq(elements),
            Datum::Map(members) => members.serialize(serializer),
        }
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, datum) in self.iter() {
            map.serialize_entry(name, datum)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json_and_keeps_the_order_of_members() {
        let text = r#"{"b":[1,2.5,"x\n",null,true],"a":{"c":-9223372036854775808}}"#;
        assert_eq!(Datum::from_json(text).unwrap().to_json(), text);
    }

    #[test]
    fn a_datum_is_small() {
        assert_eq!(size_of::<Datum>(), 24);
    }

    #[test]
    fn of_members_with_one_name_the_last_stays_in_the_place_of_the_first() {
        let member = |name: &str, value| (name.into(), Datum::Int(value));
        let members: Members = [member("a", 1), member("b", 2), member("a", 3)].into_iter().collect();
        assert_eq!(Datum::Map(members).to_json(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn numbers_are_read_as_the_nearest_double() {
        for (text, number) in
            [("-922337.036854776", -922_337.036_854_776), ("123456.7890123e10", 123_456.789_012_3e10)]
        {
            assert_eq!(Datum::from_json(text).unwrap(), Datum::Double(number));
            assert_eq!(Datum::from_json(&Datum::Double(number).to_json()).unwrap(), Datum::Double(number));
        }
    }

    #[test]
    fn the_integer_minus_zero_is_an_integer() {
        let read = |text: &str| Datum::from_json(text).unwrap();
        assert_eq!(read("[-0, \"-0\" ,-0]"), read("[0, \"-0\", 0]"));
        assert_eq!(read("-0"), Datum::Int(0));
        assert_eq!(read("-0.0"), Datum::Double(0.0));
        assert!(Datum::from_json("-01").is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_text_that_is_not_read_twice_holds_nothing_to_find(
            numbers in proptest::collection::vec("-?[1-9][0-9]{15,21}|-?[0-9](\\.[0-9]{1,20})?|\"[-0-9]{1,30}\"", 0..12),
            depth in 0..70_usize,
        ) {
            let text = format!("{}{}{}", "[".repeat(depth + 1), numbers.join(","), "]".repeat(depth + 1));
            // What is no JSON at all is refused in any case.
            if is_harmless(text.as_bytes()) && serde_json::from_str::<de::IgnoredAny>(&text).is_ok() {
                proptest::prop_assert_eq!(scan_all(&text), Ok(Vec::new()));
            }
        }
    }

    #[test]
    fn refuses_what_would_be_misread_and_says_where() {
        let refused = |text: &str| Datum::from_json(text).unwrap_err().to_string();
        assert_eq!(refused("{\"a\":1,\n \"a\":2}"), "the member `a` stands twice (line 2, column 4)");
        assert_eq!(refused("[9223372036854775808]"), "the integer does not fit 64 bits (line 1, column 2)");
        assert_eq!(refused("[-9223372036854775809]"), "the integer does not fit 64 bits (line 1, column 2)");
        assert_eq!(
            refused("[99999999999999999999999]"),
            "the integer does not fit 64 bits (line 1, column 2)"
        );
        assert!(refused("[1e999]").contains("out of range"));
        assert!(refused("{} x").contains("trailing"));
        assert!(refused("").contains("EOF"));
        assert!(refused(r#""\ud800""#).contains("line 1"));
        assert!(Datum::from_json("\"99999999999999999999999 [[[\"").is_ok());
    }

    #[test]
    fn a_member_twice_is_refused_wherever_it_stands() {
        for length in 1..40 {
            let names: Vec<String> = (0..length).map(|name| format!("\"m{name}\":0")).collect();
            assert!(Datum::from_json(&format!("{{{}}}", names.join(","))).is_ok());
            for twice in [0, length / 2, length - 1] {
                let text = format!("{{{},\"m{twice}\":1}}", names.join(","));
                let message = Datum::from_json(&text).unwrap_err().message;
                assert_eq!(message, format!("the member `m{twice}` stands twice"));
            }
        }
    }

    #[test]
    fn limits_hold_at_the_limit_and_refuse_one_over() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Datum::from_json(&nested(limits::JSON_DEPTH)).is_ok());
        assert!(
            Datum::from_json(&nested(limits::JSON_DEPTH + 1)).unwrap_err().message.contains("deeper than 64")
        );
        let long = |length: usize| format!("[{}]", vec!["0"; length].join(","));
        assert!(Datum::from_json(&long(limits::DATA_ELEMENTS)).is_ok());
        assert!(
            Datum::from_json(&long(limits::DATA_ELEMENTS + 1))
                .unwrap_err()
                .message
                .contains("more than 10000")
        );
        let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        assert!(Datum::from_json(&text(limits::JSON_BYTES)).is_ok());
        assert!(Datum::from_json(&text(limits::JSON_BYTES + 1)).is_err());
    }
}
