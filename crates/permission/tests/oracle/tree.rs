//! A naive reader of a filter's JSON: two values, and no thought given to what is missing.

use std::cmp::Ordering;

use serde_json::Value;

use super::expression::{Kind, Type};
use super::json::Json;
use super::policy::{Resource, Supplied};
use super::times;
use super::truth::{Worth, typed};

/// Whether a resource satisfies the filter, as the attributes are declared.
pub(crate) fn satisfies(filter: &Value, resource: &Resource, attributes: &[(&'static str, Type)]) -> bool {
    let reader = Reader { resource, attributes };
    assert_eq!(filter["format"], 1, "{filter}");
    reader.holds(filter)
}

/// Whether each attribute is missing or of its declared type.
pub(crate) fn is_as_declared(resource: &Resource, attributes: &[(&'static str, Type)]) -> bool {
    attributes.iter().all(|(name, kind)| match resource.attribute(name) {
        Supplied::Known(Json::Null) | Supplied::Unknown => true,
        Supplied::Known(json) => typed(&json, *kind).is_some(),
    })
}

struct Reader<'r> {
    resource: &'r Resource,
    attributes: &'r [(&'static str, Type)],
}

impl Reader<'_> {
    fn holds(&self, node: &Value) -> bool {
        let args = || node["args"].as_array().expect("args");
        match node["op"].as_str().expect("op") {
            "and" => args().iter().all(|node| self.holds(node)),
            "or" => args().iter().any(|node| self.holds(node)),
            "not" => {
                let [inner] = &args()[..] else { panic!("not takes one: {node}") };
                !self.holds(inner)
            }
            "exists" => self.attribute(&node["attribute"]).is_some(),
            operator => self.test(operator, node),
        }
    }

    fn kind(&self, name: &str) -> Type {
        match name {
            "id" | "type" => Type::One(Kind::Text),
            name => self.attributes.iter().find(|(known, _)| *known == name).expect("declared").1,
        }
    }

    fn attribute(&self, name: &Value) -> Option<Worth> {
        let name = name.as_str().expect("a name");
        let supplied = match name {
            "id" => self.resource.id(),
            "type" => self.resource.kind(),
            name => self.resource.attribute(name),
        };
        match supplied {
            Supplied::Known(json) => typed(&json, self.kind(name)),
            Supplied::Unknown => panic!("the reader needs the whole resource"),
        }
    }

    fn test(&self, operator: &str, node: &Value) -> bool {
        let (Type::One(kind) | Type::List(kind)) = self.kind(node["attribute"].as_str().expect("a name"));
        let left = self.attribute(&node["attribute"]);
        let right = match (node.get("value"), node.get("other")) {
            (Some(value), None) => constant(value, kind),
            (None, Some(other)) => self.attribute(other),
            _ => panic!("a value or another attribute: {node}"),
        };
        let (Some(left), Some(right)) = (left, right) else { return false };
        let order = || order(&left, &right);
        match (operator, &left, &right) {
            ("eq", ..) => order() == Some(Ordering::Equal),
            ("ne", ..) => order().is_some_and(Ordering::is_ne),
            ("lt", ..) => order() == Some(Ordering::Less),
            ("le", ..) => order().is_some_and(Ordering::is_le),
            ("gt", ..) => order() == Some(Ordering::Greater),
            ("ge", ..) => order().is_some_and(Ordering::is_ge),
            ("in", item, Worth::List(list)) | ("has_member", Worth::List(list), item) => {
                list.iter().any(|other| self::order(item, other) == Some(Ordering::Equal))
            }
            ("intersects", Worth::List(one), Worth::List(other)) => one
                .iter()
                .any(|item| other.iter().any(|other| self::order(item, other) == Some(Ordering::Equal))),
            ("starts_with", Worth::Text(text), Worth::Text(part)) => text.starts_with(part),
            ("ends_with", Worth::Text(text), Worth::Text(part)) => text.ends_with(part),
            ("contains_text", Worth::Text(text), Worth::Text(part)) => text.contains(part),
            _ => panic!("no such test of {left:?} and {right:?}: {node}"),
        }
    }
}

/// A constant, read as what the attribute beside it holds.
fn constant(value: &Value, kind: Kind) -> Option<Worth> {
    Some(match (value, kind) {
        (Value::Array(items), kind) => {
            Worth::List(items.iter().map(|item| constant(item, kind).expect("a constant")).collect())
        }
        (Value::Bool(truth), _) => Worth::Bool(*truth),
        (Value::Number(number), _) => match number.as_i64() {
            Some(int) => Worth::Int(int),
            None => Worth::Double(number.as_f64().expect("a double")),
        },
        (Value::String(text), Kind::Time) => Worth::Time(times::read_time(text).expect("a time of that day")),
        (Value::String(text), Kind::Span) => Worth::Span(times::read_span(text).expect("a span")),
        (Value::String(text), _) => Worth::Text(text.clone()),
        (Value::Null | Value::Object(_), _) => panic!("no constant: {value}"),
    })
}

fn order(left: &Worth, right: &Worth) -> Option<Ordering> {
    let whole = |double: f64| (double.fract() == 0.0 && double.abs() < 1e18).then_some(double as i64);
    match (left, right) {
        (Worth::Bool(a), Worth::Bool(b)) => Some(a.cmp(b)),
        (Worth::Int(a), Worth::Int(b)) => Some(a.cmp(b)),
        (Worth::Double(a), Worth::Double(b)) => a.partial_cmp(b),
        (Worth::Int(a), Worth::Double(b)) => match whole(*b) {
            Some(b) => Some(a.cmp(&b)),
            None => (*a as f64).partial_cmp(b),
        },
        (Worth::Double(_), Worth::Int(_)) => order(right, left).map(Ordering::reverse),
        (Worth::Text(a), Worth::Text(b)) => Some(a.cmp(b)),
        (Worth::Time(a), Worth::Time(b)) | (Worth::Span(a), Worth::Span(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// What a JSON of the oracle's is to the reader: the same JSON.
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The oracle's own JSON has the same text form.
#[test]
fn the_oracles_json_is_json() {
    let json = Json::Map(vec![
        (
            "é\"".to_owned(),
            Json::List(vec![Json::Null, Json::Double(1e300), Json::Double(1.0), Json::Int(-1)]),
        ),
        ("b".to_owned(), Json::text("é\"")),
    ]);
    let read = parsed(&json.to_string());
    assert_eq!(read["é\""][1], 1e300);
    assert_eq!(read["b"], "é\"");
}
