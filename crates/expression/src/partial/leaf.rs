//! The filters that single tests of attributes become.

use crate::filter::{Attribute, Constant, Filter, Operand as Right, Operator};
use crate::filterable::NotFilterable;
use crate::node::{Comparison, Node};
use crate::operators::scalar_of;
use crate::residual::{Branch, Residual};
use crate::types::Type;
use crate::value::Value;

pub(super) fn element_type(list: &Attribute) -> Type {
    match list.kind {
        Type::List(element) => Type::from(element),
        other => other,
    }
}

pub(super) fn comparable(left: Type, right: Type) -> bool {
    left == right || (left.is_number() && right.is_number())
}

/// A value as a filter's constant, where it can be compared with the type.
fn constant(kind: Type, value: Value<'_>) -> Option<Constant> {
    if !comparable(kind, Type::from(scalar_of(value)?)) {
        return None;
    }
    Some(match value {
        Value::Bool(value) => Constant::Bool(value),
        Value::Int(value) => Constant::Int(value),
        Value::Double(value) => Constant::Double(value),
        Value::String(value) => Constant::String(value.into()),
        Value::Timestamp(value) => Constant::Timestamp(value),
        Value::Duration(value) => Constant::Duration(value),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}

fn operator_of(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Equal => Operator::Eq,
        Comparison::NotEqual => Operator::Ne,
        Comparison::Less => Operator::Lt,
        Comparison::LessOrEqual => Operator::Le,
        Comparison::Greater => Operator::Gt,
        Comparison::GreaterOrEqual => Operator::Ge,
    }
}

/// Both outcomes of a comparison, each with its own operator: `lt` and `ge` rather than `lt` and not `lt`.
fn compared(comparison: Comparison, guards: &[&Attribute], attribute: &Attribute, right: &Right) -> Residual {
    let test = |comparison| {
        let test = Filter::test(attribute.clone(), operator_of(comparison), right.clone());
        Residual::guarded(guards, &test).when_true
    };
    Residual { when_true: test(comparison), when_false: test(comparison.negated()) }
}

pub(super) fn compare_with_known(
    comparison: Comparison,
    node: &Node,
    attribute: &Attribute,
    value: Value<'_>,
) -> Residual {
    if matches!((attribute.kind, value), (Type::List(_), Value::List(_))) && comparison.is_equality() {
        return Residual::unsayable(node);
    }
    if attribute.kind == Type::Bool && !comparison.is_equality() {
        return Residual::FAILS;
    }
    match constant(attribute.kind, value) {
        Some(constant) => compared(comparison, &[attribute], attribute, &Right::Value(constant)),
        None => Residual::FAILS,
    }
}

pub(super) fn compare_attributes(
    comparison: Comparison,
    node: &Node,
    left: &Attribute,
    right: &Attribute,
) -> Residual {
    if matches!(left.kind, Type::List(_)) || !comparable(left.kind, right.kind) {
        return Residual::unsayable(node);
    }
    compared(comparison, &[left, right], left, &Right::Other(right.clone()))
}

/// `attribute in values`, or `list intersects values`. A value of another type makes the comparison with it fail: then
/// the test is never false (`empty_is_false`: but for an empty list, which compares nothing).
pub(super) fn among(
    attribute: &Attribute,
    operator: Operator,
    values: &[Value<'_>],
    empty_is_false: bool,
) -> Residual {
    let kind = if operator == Operator::Intersects { element_type(attribute) } else { attribute.kind };
    let constants: Vec<Constant> = values.iter().filter_map(|value| constant(kind, *value)).collect();
    let all_compared = constants.len() == values.len();
    let test = Filter::test(attribute.clone(), operator, Right::Value(Constant::List(constants)));
    let residual = Residual::guarded(&[attribute], &test);
    match (all_compared, empty_is_false) {
        (true, _) => residual,
        (false, false) => Residual { when_false: Branch::NEVER, ..residual },
        (false, true) => Residual { when_false: empty_list(), ..residual },
    }
}

pub(super) fn intersects(list: &Attribute, values: &[Value<'_>]) -> Residual {
    among(list, Operator::Intersects, values, true)
}

pub(super) fn has_member(list: &Attribute, value: Value<'_>) -> Residual {
    match constant(element_type(list), value) {
        Some(constant) => {
            let test = Filter::test(list.clone(), Operator::HasMember, Right::Value(constant));
            Residual::guarded(&[list], &test)
        }
        None => Residual { when_true: Branch::NEVER, when_false: empty_list() },
    }
}

fn empty_list() -> Branch {
    let reason = "no filter can ask whether a list is empty, which decides where a value of another type is looked for";
    Branch::NotFilterable(NotFilterable { reason: reason.to_owned() })
}
