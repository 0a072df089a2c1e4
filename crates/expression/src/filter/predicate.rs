//! A filter as a predicate over resources that are at hand.

use std::cmp::Ordering;

use super::tree::{AllowDeny, Attribute, Constant, Filter, Operand, Operator, Test};
use crate::operators::order;
use crate::value::{List, Value};

impl Filter {
    /// Whether the resource satisfies the filter. `resource` answers an attribute by its name, `Value::Null` where it
    /// has none; a value that is not of the declared type does not exist. Allocates nothing.
    ///
    /// A test that cannot be made (a missing attribute without its guard, operands that do not compare) is false.
    /// See [`Filter::missing`] for what neither exists nor is missing.
    pub fn matches<'a, R: Fn(&str) -> Value<'a> + ?Sized>(&self, resource: &R) -> bool {
        match self {
            Filter::True => true,
            Filter::False => false,
            Filter::And(filters) => filters.iter().all(|filter| filter.matches(resource)),
            Filter::Or(filters) => filters.iter().any(|filter| filter.matches(resource)),
            Filter::Not(filter) => match filter.as_exists() {
                Some(attribute) => matches!(resource(&attribute.name), Value::Null),
                None => !filter.matches(resource),
            },
            Filter::Test(test) => test.holds(resource).unwrap_or(false),
        }
    }
}

impl AllowDeny {
    /// Whether the resource is allowed. See [`Filter::matches`].
    pub fn matches<'a, R: Fn(&str) -> Value<'a> + ?Sized>(&self, resource: &R) -> bool {
        self.allow().matches(resource) && !self.deny().matches(resource)
    }
}

/// What stands on the right, read.
enum Right<'f, 'a> {
    Scalar(Value<'f>),
    Constants(&'f [Constant]),
    Other(Value<'a>),
}

impl Test {
    fn holds<'a, R: Fn(&str) -> Value<'a> + ?Sized>(&self, resource: &R) -> Option<bool> {
        let Some(left) = read(&self.attribute, resource) else {
            return Some(false);
        };
        let right = match &self.operand {
            Operand::None => return Some(self.operator == Operator::Exists),
            Operand::Value(Constant::List(list)) => Right::Constants(list),
            Operand::Value(constant) => Right::Scalar(constant.as_value()?),
            Operand::Other(attribute) => Right::Other(read(attribute, resource)?),
        };
        match self.operator {
            Operator::Exists => None,
            Operator::Eq => Some(right.compare(left)? == Ordering::Equal),
            Operator::Ne => Some(right.compare(left)? != Ordering::Equal),
            Operator::Lt => Some(right.compare(left)? == Ordering::Less),
            Operator::Le => Some(right.compare(left)? != Ordering::Greater),
            Operator::Gt => Some(right.compare(left)? == Ordering::Greater),
            Operator::Ge => Some(right.compare(left)? != Ordering::Less),
            Operator::In => Some(right.holds(left)),
            Operator::StartsWith => right.texts(left).map(|(text, part)| text.starts_with(part)),
            Operator::EndsWith => right.texts(left).map(|(text, part)| text.ends_with(part)),
            Operator::ContainsText => right.texts(left).map(|(text, part)| text.contains(part)),
            Operator::HasMember => {
                let list = list(left)?;
                Some(list.iter().any(|element| right.compare(element) == Some(Ordering::Equal)))
            }
            Operator::Intersects => Some(list(left)?.iter().any(|element| right.holds(element))),
        }
    }
}

impl Right<'_, '_> {
    fn scalar(&self) -> Option<Value<'_>> {
        match self {
            Right::Scalar(value) | Right::Other(value) => Some(*value),
            Right::Constants(_) => None,
        }
    }

    /// How `left` compares with the one value on the right.
    fn compare(&self, left: Value<'_>) -> Option<Ordering> {
        compare(left, self.scalar()?)
    }

    /// Whether the list on the right holds `element`.
    fn holds(&self, element: Value<'_>) -> bool {
        let same = |other: Value<'_>| compare(element, other) == Some(Ordering::Equal);
        match self {
            Right::Constants(list) => list.iter().filter_map(Constant::as_value).any(same),
            Right::Other(Value::List(list)) => list.iter().any(same),
            Right::Scalar(_) | Right::Other(_) => false,
        }
    }

    fn texts<'t>(&'t self, left: Value<'t>) -> Option<(&'t str, &'t str)> {
        match (left, self.scalar()?) {
            (Value::String(text), Value::String(part)) => Some((text, part)),
            _ => None,
        }
    }
}

fn read<'a, R: Fn(&str) -> Value<'a> + ?Sized>(attribute: &Attribute, resource: &R) -> Option<Value<'a>> {
    match attribute.kind.admit(resource(&attribute.name)) {
        None | Some(Value::Null) => None,
        value => value,
    }
}

fn list(value: Value<'_>) -> Option<List<'_>> {
    match value {
        Value::List(list) => Some(list),
        _ => None,
    }
}

/// Values of one type, or two numbers.
fn compare(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(&b)),
        (a, b) => order(a, b),
    }
}

impl Constant {
    /// The value, borrowed; `None` for a list.
    pub fn as_value(&self) -> Option<Value<'_>> {
        match self {
            Constant::Bool(value) => Some(Value::Bool(*value)),
            Constant::Int(value) => Some(Value::Int(*value)),
            Constant::Double(value) => Some(Value::Double(*value)),
            Constant::String(value) => Some(Value::String(value)),
            Constant::Timestamp(value) => Some(Value::Timestamp(*value)),
            Constant::Duration(value) => Some(Value::Duration(*value)),
            Constant::List(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::attribute_of;
    use super::*;
    use crate::datum::Datum;
    use crate::time::Timestamp;
    use crate::types::{Scalar, Type};

    fn holds(test: &Filter, resource: &str) -> bool {
        let resource = Datum::from_json(resource).unwrap();
        test.matches(&|name: &str| resource.get(name).map_or(Value::Null, Datum::as_value))
    }

    #[test]
    fn what_is_of_another_type_neither_exists_nor_is_missing() {
        let exists = |kind| Filter::exists(attribute_of("a", kind));
        for (kind, there, missing) in [
            (Type::String, r#"{"a":""}"#, r#"{"a":1}"#),
            (Type::Int, r#"{"a":1}"#, r#"{"a":1.0}"#),
            (Type::Double, r#"{"a":1}"#, r#"{"a":"1"}"#),
            (Type::Bool, r#"{"a":false}"#, r#"{"a":0}"#),
            (Type::Timestamp, r#"{"a":"2026-01-31T09:00:00+01:00"}"#, r#"{"a":"2026-02-30T09:00:00Z"}"#),
            (Type::Duration, r#"{"a":"90s"}"#, r#"{"a":90}"#),
            (Type::List(Scalar::String), r#"{"a":[]}"#, r#"{"a":["x",null]}"#),
            (Type::List(Scalar::Int), r#"{"a":[1,2]}"#, r#"{"a":[1,"2"]}"#),
        ] {
            assert!(holds(&exists(kind), there), "{kind} {there}");
            assert!(!holds(&exists(kind), missing), "{kind} {missing}");
            assert!(!holds(&exists(kind), r#"{"a":null}"#), "{kind} null");
            assert!(!holds(&exists(kind), "{}"), "{kind} absent");
            let lacks = Filter::missing(attribute_of("a", kind));
            assert!(holds(&lacks, "{}") && holds(&lacks, r#"{"a":null}"#) && !holds(&lacks, there), "{kind}");
            assert!(!holds(&lacks, missing), "{kind} {missing}: neither there nor missing");
            assert!(holds(&Filter::not(lacks), missing), "{kind} {missing}");
            assert!(holds(&Filter::not(exists(kind)), missing), "{kind} {missing}");
        }
    }

    #[test]
    fn tests_compare_exactly() {
        let on = |kind, operator, constant| {
            Filter::test(attribute_of("a", kind), operator, Operand::Value(constant))
        };
        let big = Constant::Int(9_007_199_254_740_993);
        assert!(holds(&on(Type::Double, Operator::Lt, big.clone()), r#"{"a":9007199254740992.0}"#));
        assert!(!holds(&on(Type::Double, Operator::Eq, big), r#"{"a":9007199254740992.0}"#));
        assert!(holds(&on(Type::Int, Operator::Ge, Constant::Double(1.5)), r#"{"a":2}"#));
        let cafe = Constant::String("caf\u{e9}".into());
        assert!(!holds(&on(Type::String, Operator::Eq, cafe), "{\"a\":\"cafe\u{301}\"}"));
        let noon = Constant::Timestamp(Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap());
        assert!(holds(&on(Type::Timestamp, Operator::Eq, noon), r#"{"a":"2026-01-31T13:00:00+01:00"}"#));
        let some = Constant::List(vec![Constant::String("x".into()), Constant::String("y".into())]);
        assert!(holds(
            &on(Type::List(Scalar::String), Operator::Intersects, some.clone()),
            r#"{"a":["z","y"]}"#
        ));
        assert!(!holds(&on(Type::List(Scalar::String), Operator::Intersects, some.clone()), r#"{"a":[]}"#));
        assert!(holds(&on(Type::String, Operator::In, some), r#"{"a":"y"}"#));
        let member = |kind| {
            Filter::test(
                attribute_of("a", kind),
                Operator::In,
                Operand::Other(attribute_of("b", Type::List(Scalar::Int))),
            )
        };
        assert!(holds(&member(Type::Int), r#"{"a":2,"b":[1,2]}"#));
        assert!(!holds(&member(Type::Int), r#"{"a":2,"b":[1,2,null]}"#));
        assert!(holds(&member(Type::Double), r#"{"a":2.0,"b":[1,2]}"#));
    }
}
