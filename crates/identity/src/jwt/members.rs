//! The members of a header or payload, read strictly like [`crate::strict_json`] does, without copying their texts: most of
//! a token is never looked at, and what is kept of it is copied once the token is verified.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::identity::Claims;
use crate::strict_json::{MAX_DEPTH, StrictJsonError, invalid};

/// Up to this many names are compared one with another where their marks are the same; more are sorted.
const FEW: usize = 16;

/// A JSON object with the text that it stands in.
pub(super) struct Members {
    json: String,
    members: Vec<(Text, Node)>,
}

/// A value inside it.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    json: &'a str,
    node: &'a Node,
}

enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    Array(Vec<Node>),
    Object(Vec<(Text, Node)>),
}

enum Text {
    /// Where it stands, which is how it reads.
    Place { start: usize, length: usize },
    /// Written with escapes.
    Escaped(Box<str>),
}

impl Members {
    pub(super) fn read(json: Vec<u8>) -> Result<Members, StrictJsonError> {
        let json =
            String::from_utf8(json).map_err(|error| StrictJsonError::Invalid(error.to_string().into()))?;
        let mut deserializer = serde_json::Deserializer::from_str(&json);
        let seed = Strict { json: &json, depth: 0 };
        let node = seed.deserialize(&mut deserializer).map_err(invalid)?;
        deserializer.end().map_err(invalid)?;
        match node {
            Node::Object(members) => Ok(Members { json, members }),
            _ => Err(StrictJsonError::NotAnObject),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Member<'_>> {
        find(&self.json, &self.members, name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Member<'_>)> {
        let member = |(name, node)| (Text::read(name, &self.json), Member { json: &self.json, node });
        self.members.iter().map(|(name, node)| (name, node)).map(member)
    }

    pub(super) fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A copy of those whose names are `wanted`.
    pub(super) fn to_claims(&self, wanted: impl Fn(&str) -> bool) -> Claims {
        let read = self.members.iter().map(|(name, node)| (name.read(&self.json), node));
        let wanted = read.filter(|(name, _)| wanted(name));
        wanted.map(|(name, node)| (name.to_owned(), value(&self.json, node))).collect()
    }
}

impl<'a> Member<'a> {
    pub(super) fn as_str(self) -> Option<&'a str> {
        match self.node {
            Node::Text(text) => Some(text.read(self.json)),
            _ => None,
        }
    }

    pub(super) fn as_bool(self) -> Option<bool> {
        match self.node {
            Node::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn as_number(self) -> Option<&'a Number> {
        match self.node {
            Node::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_array(self) -> Option<impl ExactSizeIterator<Item = Member<'a>>> {
        match self.node {
            Node::Array(items) => Some(items.iter().map(move |node| Member { json: self.json, node })),
            _ => None,
        }
    }

    pub(super) fn is_object(self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    /// The member of an object.
    pub(super) fn get(self, name: &str) -> Option<Member<'a>> {
        match self.node {
            Node::Object(members) => find(self.json, members, name),
            _ => None,
        }
    }
}

impl Text {
    fn new(text: &str, json: &str) -> Text {
        match (text.as_ptr() as usize).checked_sub(json.as_ptr() as usize) {
            // Nothing else lies within the memory of the text, so this is a part of it.
            Some(start) if start.checked_add(text.len()).is_some_and(|end| end <= json.len()) => {
                Text::Place { start, length: text.len() }
            }
            _ => Text::Escaped(text.into()),
        }
    }

    /// Whether it reads so. Most names differ in length already.
    fn is(&self, name: &str, json: &str) -> bool {
        let length = match self {
            Text::Place { length, .. } => *length,
            Text::Escaped(text) => text.len(),
        };
        length == name.len() && self.read(json) == name
    }

    fn read<'a>(&'a self, json: &'a str) -> &'a str {
        match self {
            // INVARIANT: the place was found in this very text.
            Text::Place { start, length } => json.get(*start..start + length).unwrap_or_default(),
            Text::Escaped(text) => text,
        }
    }
}

fn find<'a>(json: &'a str, members: &'a [(Text, Node)], name: &str) -> Option<Member<'a>> {
    let (_, node) = members.iter().find(|(found, _)| found.is(name, json))?;
    Some(Member { json, node })
}

/// INVARIANT: nested no deeper than [`MAX_DEPTH`].
fn value(json: &str, node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(*value),
        Node::Number(number) => Value::Number(number.clone()),
        Node::Text(text) => Value::String(text.read(json).to_owned()),
        Node::Array(items) => Value::Array(items.iter().map(|item| value(json, item)).collect()),
        Node::Object(members) => Value::Object(object(json, members)),
    }
}

fn object(json: &str, members: &[(Text, Node)]) -> Claims {
    members.iter().map(|(name, node)| (name.read(json).to_owned(), value(json, node))).collect()
}

/// The first name that stands there twice, among many.
fn repeated<'a>(json: &'a str, members: &'a [(Text, Node)]) -> Option<&'a str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.read(json)).collect();
    names.sort_unstable();
    let pairs = names.iter().zip(names.iter().skip(1));
    pairs.into_iter().find(|(one, other)| one == other).map(|(name, _)| *name)
}

/// One of 128 bits. Names that differ in it are not the same, and most do.
fn mark(name: &str) -> u128 {
    let at = |index: usize| u32::from(name.as_bytes().get(index).copied().unwrap_or_default());
    let (middle, last) = (at(name.len() / 2), at(name.len().wrapping_sub(1)));
    let mixed = (at(0) | middle << 8 | last << 16 | (name.len() as u32) << 24).wrapping_mul(0x9e37_79b1);
    1 << (mixed >> 25)
}

#[derive(Clone, Copy)]
struct Strict<'j> {
    json: &'j str,
    depth: usize,
}

impl<'j> Strict<'j> {
    fn deeper<E: serde::de::Error>(self) -> Result<Strict<'j>, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Strict { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Node, E> {
        Number::from_f64(value).map(Node::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(Text::new(value, self.json)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut members: Vec<(Text, Node)> = Vec::with_capacity(FEW);
        let mut marks = 0;
        let twice = |name: &str| A::Error::custom(format_args!("the member `{name}` occurs twice"));
        while let Some((name, mark)) = access.next_key_seed(Name(self.json))? {
            if marks & mark != 0 && members.len() < FEW {
                let name = name.read(self.json);
                if members.iter().any(|(earlier, _)| earlier.is(name, self.json)) {
                    return Err(twice(name));
                }
            }
            marks |= mark;
            members.push((name, access.next_value_seed(inner)?));
        }
        if members.len() > FEW
            && let Some(name) = repeated(self.json, &members)
        {
            return Err(twice(name));
        }
        Ok(Node::Object(members))
    }
}

/// Reads a name, with its mark.
struct Name<'j>(&'j str);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = (Text, u128);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(Text, u128), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = (Text, u128);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(Text, u128), E> {
        Ok((Text::new(name, self.0), mark(name)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strict_json;

    /// What both readers make of a text.
    fn both(text: &[u8]) -> (Option<Claims>, Option<Claims>) {
        (
            Members::read(text.to_vec()).ok().map(|members| members.to_claims(|_| true)),
            strict_json::object(text).ok(),
        )
    }

    #[test]
    fn it_reads_what_the_copying_reader_reads() {
        let many: Vec<String> = (0..40).map(|number| format!("\"m{number}\":{number}")).collect();
        let many = many.join(",");
        for text in [
            r#"{"a":[1,-2,2.5,null,true,"x"],"b":{"c":{}},"\u0061b":"\n\"\u00e9é"}"#.to_owned(),
            r#"{"a":1,"\u0061":2}"#.to_owned(),
            r#"{"x":[{"a":1,"a":2}]}"#.to_owned(),
            format!("{{{many}}}"),
            format!("{{{many},\"m7\":0}}"),
            "{} {}".to_owned(),
            "[]".to_owned(),
            "{\"a\":1e400}".to_owned(),
            format!("{{\"a\":{}{}}}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH)),
            format!("{{\"a\":{}{}}}", "[".repeat(MAX_DEPTH - 1), "]".repeat(MAX_DEPTH - 1)),
        ] {
            let (members, copied) = both(text.as_bytes());
            assert_eq!(members, copied, "{text}");
        }
        assert!(Members::read(b"{\"a\":\"\xff\"}".to_vec()).is_err());
    }

    proptest! {
        #[test]
        fn it_reads_whatever_text_as_the_copying_reader_does(text in r#"\{("(a|b|\\u0061|é|\\n)":("(a|\\t)"|-?[0-9]{1,3}(\.5)?|null|\[1,\{"a":2(,"a":3)?\}\]|\{\}),?){0,6}\}"#) {
            let (members, copied) = both(text.as_bytes());
            prop_assert_eq!(members, copied);
        }
    }
}
