//! A filter as the JSON that applications read, and back.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};

use super::tree::{Attribute, Constant, Filter, FilterTooLarge, Operand, Operator, Test};
use crate::datum::Datum;
use crate::limits::JSON_BYTES;
use crate::time::{Span, Timestamp};
use crate::types::{Scalar, Type};

/// The version of the tree's format, in `format` at its root.
pub const FORMAT: u32 = 1;

impl Filter {
    /// The tree as JSON: `{"format":1,"op":"eq","attribute":"createdBy","value":"u1"}`. `True` is an `and` of nothing,
    /// `False` an `or` of nothing; a conditional answer is neither.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Filter::to_json`] wrote. `attribute` answers the declaration of an attribute by its name.
    ///
    /// # Errors
    /// [`FilterJsonError`] where the text is no such tree, names what is not known, or exceeds a limit.
    pub fn from_json(
        text: &str,
        attribute: &dyn Fn(&str) -> Option<Attribute>,
    ) -> Result<Filter, FilterJsonError> {
        if text.len() > JSON_BYTES {
            return Err(FilterJsonError::Text(format!("the text is longer than {JSON_BYTES} bytes")));
        }
        let node: Node =
            serde_json::from_str(text).map_err(|error| FilterJsonError::Text(error.to_string()))?;
        if node.format != Some(FORMAT) {
            return Err(FilterJsonError::Format(node.format));
        }
        let filter = Node { format: None, ..node }.read(attribute)?;
        filter.within_limits()?;
        Ok(filter)
    }
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterJsonError {
    /// Not JSON of a tree's shape.
    #[error("this is no filter: {0}")]
    Text(String),
    /// The root's `format` is another one, or missing.
    #[error("the filter's format must be {FORMAT}, not {}", .0.map_or("missing".to_owned(), |format| format.to_string()))]
    Format(Option<u32>),
    /// `format` stands below the root.
    #[error("`format` belongs to the root of a filter only")]
    InnerFormat,
    /// An `op` that does not exist.
    #[error("there is no filter operation `{0}`")]
    Operation(String),
    /// Members that do not belong to the `op`, or are missing.
    #[error("`{op}` needs {needs}")]
    Shape {
        /// The operation.
        op: String,
        /// What it needs.
        needs: &'static str,
    },
    /// An attribute that is not declared.
    #[error("there is no attribute `{0}`")]
    Attribute(String),
    /// An attribute's type does not go with the operation or the value.
    #[error("`{op}` does not compare the attribute `{attribute}` ({kind}) with that")]
    Type {
        /// The operation.
        op: String,
        /// The attribute's name.
        attribute: String,
        /// Its type.
        kind: Type,
    },
    /// Beyond a limit.
    #[error(transparent)]
    TooLarge(#[from] FilterTooLarge),
}

/// A node as it is written: which members go with which `op` is checked afterwards, to name what is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    format: Option<u32>,
    op: String,
    args: Option<Vec<Node>>,
    attribute: Option<String>,
    value: Option<Datum>,
    other: Option<String>,
}

impl Node {
    fn read(self, declared: &dyn Fn(&str) -> Option<Attribute>) -> Result<Filter, FilterJsonError> {
        if self.format.is_some() {
            return Err(FilterJsonError::InnerFormat);
        }
        match (self.op.as_str(), self.args, self.attribute) {
            (op @ ("and" | "or" | "not"), Some(args), None)
                if self.value.is_none() && self.other.is_none() =>
            {
                let args = args.into_iter().map(|node| node.read(declared)).collect::<Result<Vec<_>, _>>()?;
                match (op, <[Filter; 1]>::try_from(args)) {
                    // `exists` alone in an `and`, and in a `not`, says whether its `not` means *missing*.
                    ("and", Ok([arg])) if arg.as_exists().is_some() => Ok(Filter::And(vec![arg])),
                    ("and", args) => Ok(Filter::and(args.map_or_else(|args| args, Vec::from))),
                    ("or", args) => Ok(Filter::or(args.map_or_else(|args| args, Vec::from))),
                    (_, Ok([arg])) if arg.as_exists().is_some() => Ok(Filter::Not(Box::new(arg))),
                    (_, Ok([arg])) => Ok(Filter::not(arg)),
                    (op, Err(_)) => {
                        Err(FilterJsonError::Shape { op: op.to_owned(), needs: "exactly one of `args`" })
                    }
                }
            }
            (op @ ("and" | "or" | "not"), _, _) => {
                Err(FilterJsonError::Shape { op: op.to_owned(), needs: "`args` and nothing else" })
            }
            (op, args, attribute) => {
                let shape = |needs| FilterJsonError::Shape { op: op.to_owned(), needs };
                let operator = Operator::ALL
                    .into_iter()
                    .find(|operator| operator.name() == op)
                    .ok_or_else(|| FilterJsonError::Operation(op.to_owned()))?;
                let (None, Some(name)) = (args, attribute) else {
                    return Err(shape("an `attribute` and no `args`"));
                };
                let known = |name: String| declared(&name).ok_or(FilterJsonError::Attribute(name));
                let attribute = known(name)?;
                let mismatch = |attribute: &Attribute| FilterJsonError::Type {
                    op: op.to_owned(),
                    attribute: attribute.name.as_ref().to_owned(),
                    kind: attribute.kind,
                };
                let operand = match (self.value, self.other) {
                    (None, None) => Operand::None,
                    (Some(value), None) => Operand::Value(
                        constant(value, element(attribute.kind)).ok_or_else(|| mismatch(&attribute))?,
                    ),
                    (None, Some(other)) => Operand::Other(known(other)?),
                    (Some(_), Some(_)) => return Err(shape("a `value` or an `other`, not both")),
                };
                if (operator == Operator::Exists) != (operand == Operand::None) {
                    return Err(shape("an `attribute`, and a `value` or an `other` unless it is `exists`"));
                }
                let test = Test { attribute, operator, operand };
                if !test.is_well_typed() {
                    return Err(mismatch(&test.attribute));
                }
                Ok(Filter::test(test.attribute, test.operator, test.operand))
            }
        }
    }
}

fn element(kind: Type) -> Option<Scalar> {
    match kind {
        Type::List(element) => Some(element),
        other => other.scalar(),
    }
}

/// The constant that JSON stands for beside an attribute of this type: times and durations are text there.
fn constant(datum: Datum, kind: Option<Scalar>) -> Option<Constant> {
    Some(match (datum, kind?) {
        (Datum::List(items), _) => {
            Constant::List(items.into_iter().map(|item| constant(item, kind)).collect::<Option<_>>()?)
        }
        (Datum::String(text), Scalar::Timestamp) => Constant::Timestamp(Timestamp::parse_rfc3339(&text)?),
        (Datum::String(text), Scalar::Duration) => Constant::Duration(Span::parse(&text)?),
        (Datum::String(text), _) => Constant::String(text.as_str().into()),
        (Datum::Bool(value), _) => Constant::Bool(value),
        (Datum::Int(value), _) => Constant::Int(value),
        (Datum::Double(value), _) => Constant::Double(value),
        (Datum::Null | Datum::Map(_), _) => return None,
    })
}

/// A node below the root, without `format`.
struct Inner<'a>(&'a Filter);

struct Args<'a>(&'a [Filter]);

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", &FORMAT)?;
        members(self, &mut map)?;
        map.end()
    }
}

impl Serialize for Inner<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        members(self.0, &mut map)?;
        map.end()
    }
}

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for filter in self.0 {
            list.serialize_element(&Inner(filter))?;
        }
        list.end()
    }
}

fn members<M: SerializeMap>(filter: &Filter, map: &mut M) -> Result<(), M::Error> {
    let (op, args): (_, &[Filter]) = match filter {
        Filter::True => ("and", &[]),
        Filter::False => ("or", &[]),
        Filter::And(args) => ("and", args),
        Filter::Or(args) => ("or", args),
        Filter::Not(arg) => ("not", std::slice::from_ref(arg)),
        Filter::Test(test) => {
            map.serialize_entry("op", test.operator.name())?;
            map.serialize_entry("attribute", &*test.attribute.name)?;
            return match &test.operand {
                Operand::None => Ok(()),
                Operand::Value(constant) => map.serialize_entry("value", constant),
                Operand::Other(attribute) => map.serialize_entry("other", &*attribute.name),
            };
        }
    };
    map.serialize_entry("op", op)?;
    map.serialize_entry("args", &Args(args))
}

impl Serialize for Constant {
    /// Times as RFC 3339, durations in CEL's form (`90s`).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Constant::Bool(value) => serializer.serialize_bool(*value),
            Constant::Int(value) => serializer.serialize_i64(*value),
            Constant::Double(value) => serializer.serialize_f64(*value),
            Constant::String(value) => serializer.serialize_str(value),
            Constant::Timestamp(value) => serializer.collect_str(value),
            Constant::Duration(value) => serializer.collect_str(value),
            Constant::List(list) => serializer.collect_seq(list),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::attribute_of;
    use super::*;
    use crate::limits::FILTER_DEPTH;

    fn declared(name: &str) -> Option<Attribute> {
        let kind = match name {
            "model" | "createdBy" | "type" => Type::String,
            "count" => Type::Int,
            "price" => Type::Double,
            "at" => Type::Timestamp,
            "took" => Type::Duration,
            "tags" => Type::List(Scalar::String),
            _ => return None,
        };
        Some(attribute_of(name, kind))
    }

    #[test]
    fn the_tree_is_written_as_documented_and_read_back() {
        for text in [
            r#"{"format":1,"op":"and","args":[{"op":"exists","attribute":"model"},{"op":"eq","attribute":"createdBy","value":"u1"},{"op":"eq","attribute":"model","other":"type"}]}"#,
            r#"{"format":1,"op":"not","args":[{"op":"in","attribute":"model","value":["a","\"\\"]}]}"#,
            r#"{"format":1,"op":"or","args":[{"op":"gt","attribute":"count","value":1.5},{"op":"le","attribute":"price","value":2}]}"#,
            r#"{"format":1,"op":"lt","attribute":"at","value":"2026-01-31T08:00:00.25Z"}"#,
            r#"{"format":1,"op":"ge","attribute":"took","value":"-1.5s"}"#,
            r#"{"format":1,"op":"has_member","attribute":"tags","other":"model"}"#,
            r#"{"format":1,"op":"intersects","attribute":"tags","value":["a","b"]}"#,
            r#"{"format":1,"op":"in","attribute":"model","other":"tags"}"#,
            r#"{"format":1,"op":"and","args":[]}"#,
            r#"{"format":1,"op":"or","args":[]}"#,
        ] {
            let filter = Filter::from_json(text, &declared).unwrap();
            assert_eq!(filter.to_json(), text);
        }
    }

    #[test]
    fn what_is_no_tree_is_refused_by_name() {
        for (text, message) in [
            ("[]", "this is no filter"),
            (r#"{"op":"exists","attribute":"model"}"#, "must be 1, not missing"),
            (r#"{"format":2,"op":"exists","attribute":"model"}"#, "must be 1, not 2"),
            (r#"{"format":1,"op":"like","attribute":"model","value":"x"}"#, "no filter operation `like`"),
            (r#"{"format":1,"op":"not","args":[]}"#, "exactly one"),
            (r#"{"format":1,"op":"not"}"#, "`args` and nothing else"),
            (r#"{"format":1,"op":"and","args":[],"value":1}"#, "`args` and nothing else"),
            (r#"{"format":1,"op":"and","args":[{"format":1,"op":"exists","attribute":"model"}]}"#, "root"),
            (r#"{"format":1,"op":"eq","attribute":"nothing","value":1}"#, "no attribute `nothing`"),
            (r#"{"format":1,"op":"eq","attribute":"model","value":1}"#, "`model` (string)"),
            (r#"{"format":1,"op":"eq","attribute":"model","value":null}"#, "`value` or an `other`"),
            (r#"{"format":1,"op":"eq","attribute":"model","value":"x","other":"type"}"#, "not both"),
            (r#"{"format":1,"op":"eq","attribute":"model","other":"count"}"#, "`model` (string)"),
            (r#"{"format":1,"op":"exists","attribute":"model","value":"x"}"#, "unless it is `exists`"),
            (r#"{"format":1,"op":"in","attribute":"model","value":"x"}"#, "`model` (string)"),
            (r#"{"format":1,"op":"lt","attribute":"at","value":"yesterday"}"#, "`at` (timestamp)"),
            (r#"{"format":1,"op":"exists","attribute":"model","because":1}"#, "unknown field"),
            (r#"{"format":1,"op":"exists","op":"exists","attribute":"model"}"#, "duplicate field"),
        ] {
            let error = Filter::from_json(text, &declared).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
        let bomb =
            r#"{"format":1,"op":"not","args":["#.to_owned() + &r#"{"op":"not","args":["#.repeat(100_000);
        assert!(matches!(Filter::from_json(&bomb, &declared), Err(FilterJsonError::Text(_))));
    }

    #[test]
    fn the_deepest_filter_can_be_read_back() {
        let list = Operand::Value(Constant::List(vec![Constant::Int(1)]));
        let leaf = Filter::test(attribute_of("count", Type::Int), Operator::In, list);
        let deepest = (1..FILTER_DEPTH).fold(leaf, |filter, _| Filter::Not(Box::new(filter)));
        assert_eq!(deepest.within_limits(), Ok(()));
        assert!(Filter::from_json(&deepest.to_json(), &declared).is_ok());
    }
}
