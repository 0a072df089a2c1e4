//! Whether a resource fits a filter.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::operand::{folded, micros};
use super::{Comparison, Filter, Operand};
use crate::path::Target;
use crate::schema::Attribute;

impl Filter {
    /// Whether a resource, or a value of an attribute, in canonical form fits. An attribute with several values fits where one of
    /// them does; one without value is not equal to anything but null.
    #[must_use]
    pub fn matches(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Filter::All(filters) => filters.iter().all(|filter| filter.matches(resource)),
            Filter::Any(filters) => filters.iter().any(|filter| filter.matches(resource)),
            Filter::Not(filter) => !filter.matches(resource),
            Filter::Present(target) => !values(target.as_ref(), resource).is_empty(),
            Filter::Compare(target, comparison, operand) => {
                let values = values(target.as_ref(), resource);
                let attribute = target.as_ref().map(Target::leaf);
                compare(attribute, &values, *comparison, operand)
            }
            Filter::Values(target, filter) => values(target.as_ref(), resource)
                .into_iter()
                .filter_map(Value::as_object)
                .any(|value| filter.matches(value)),
        }
    }
}

fn values<'a>(target: Option<&Target>, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
    let mut values = target.map(|target| target.values(resource)).unwrap_or_default();
    values.retain(|value| !is_empty(value));
    values
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn compare(
    attribute: Option<&'static Attribute>,
    values: &[&Value],
    comparison: Comparison,
    operand: &Operand,
) -> bool {
    let (Some(attribute), false) = (attribute, values.is_empty()) else {
        return match comparison {
            Comparison::Equal => *operand == Operand::Null && attribute.is_some(),
            Comparison::NotEqual => *operand != Operand::Null || attribute.is_none(),
            _ => false,
        };
    };
    values.iter().any(|value| one(attribute, value, comparison, operand))
}

fn one(attribute: &Attribute, value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    match (operand, value) {
        (Operand::Null, _) => comparison == Comparison::NotEqual,
        (Operand::Boolean(wanted), Value::Bool(value)) => ordered(value.cmp(wanted), comparison),
        (Operand::Time(wanted), Value::String(value)) => {
            micros(value).is_some_and(|value| ordered(value.cmp(wanted), comparison))
        }
        (Operand::Text { compared, .. }, Value::String(value)) => {
            let value = folded(attribute, value);
            match comparison {
                Comparison::Contains => value.contains(compared.as_str()),
                Comparison::StartsWith => value.starts_with(compared.as_str()),
                Comparison::EndsWith => value.ends_with(compared.as_str()),
                _ => ordered(value.cmp(compared), comparison),
            }
        }
        _ => comparison == Comparison::NotEqual,
    }
}

fn ordered(order: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => false,
    }
}
