//! Arithmetic and comparison of values: what operators do once their operands are there.

use std::cmp::Ordering;

use crate::evaluate::{Outcome, Truth};
use crate::node::Comparison;
use crate::number::compare_int_double;
use crate::scope::Failure;
use crate::time::{Span, Timestamp};
use crate::types::Scalar;
use crate::value::{Value, same};

pub(crate) fn add<'e>(left: Value<'e>, right: Value<'e>) -> Outcome<'e> {
    let out_of_range = Failure::OutOfRange("+");
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Value::Int(left.checked_add(right).ok_or(out_of_range)?),
        (Value::Double(left), Value::Double(right)) => finite(left + right, "+")?,
        (Value::Timestamp(time), Value::Duration(span)) | (Value::Duration(span), Value::Timestamp(time)) => {
            Value::Timestamp(time.checked_add(span).ok_or(out_of_range)?)
        }
        (Value::Duration(left), Value::Duration(right)) => {
            Value::Duration(Span(left.0.checked_add(right.0).ok_or(out_of_range)?))
        }
        _ => return Err(Failure::WrongOperands("`+`", left.kind(), right.kind())),
    })
}

pub(crate) fn subtract<'e>(left: Value<'e>, right: Value<'e>) -> Outcome<'e> {
    let out_of_range = Failure::OutOfRange("-");
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Value::Int(left.checked_sub(right).ok_or(out_of_range)?),
        (Value::Double(left), Value::Double(right)) => finite(left - right, "-")?,
        (Value::Timestamp(time), Value::Duration(span)) => {
            Value::Timestamp(time.checked_sub(span).ok_or(out_of_range)?)
        }
        (Value::Timestamp(Timestamp(left)), Value::Timestamp(Timestamp(right)))
        | (Value::Duration(Span(left)), Value::Duration(Span(right))) => {
            Value::Duration(Span(left.checked_sub(right).ok_or(out_of_range)?))
        }
        _ => return Err(Failure::WrongOperands("`-`", left.kind(), right.kind())),
    })
}

pub(crate) fn negate<'e>(value: Value<'e>) -> Outcome<'e> {
    Ok(match value {
        Value::Int(int) => Value::Int(int.checked_neg().ok_or(Failure::OutOfRange("-"))?),
        Value::Double(double) => Value::Double(-double),
        Value::Duration(Span(span)) => {
            Value::Duration(Span(span.checked_neg().ok_or(Failure::OutOfRange("-"))?))
        }
        other => return Err(Failure::WrongOperand(&("`-`", "a number or a duration"), other.kind())),
    })
}

fn finite<'e>(double: f64, operator: &'static str) -> Outcome<'e> {
    if double.is_finite() { Ok(Value::Double(double)) } else { Err(Failure::OutOfRange(operator)) }
}

#[inline]
pub(crate) fn equal<'e>(left: Value<'_>, right: Value<'_>) -> Truth<'e> {
    compare(Comparison::Equal, left, right)
}

/// Compares two scalars; different types fail, integers and doubles compare as numbers.
#[inline]
pub(crate) fn compare<'e>(comparison: Comparison, left: Value<'_>, right: Value<'_>) -> Truth<'e> {
    if let (Value::String(left), Value::String(right)) = (left, right)
        && comparison.is_equality()
    {
        return Ok(same(left.as_bytes(), right.as_bytes()) == (comparison == Comparison::Equal));
    }
    if let (Value::Bool(left), Value::Bool(right)) = (left, right)
        && comparison.is_equality()
    {
        return Ok((left == right) == (comparison == Comparison::Equal));
    }
    match order(left, right) {
        Some(order) => Ok(comparison.holds(order)),
        None if matches!(left, Value::Null) || matches!(right, Value::Null) => {
            Err(Failure::Missing("an operand"))
        }
        None => Err(Failure::NotComparable(left.kind(), right.kind())),
    }
}

/// The order of two scalars of one type, or of two numbers.
pub(crate) fn order(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(&right),
        (Value::Int(left), Value::Double(right)) => compare_int_double(left, right),
        (Value::Double(left), Value::Int(right)) => compare_int_double(right, left).map(Ordering::reverse),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Timestamp(left), Value::Timestamp(right)) => Some(left.cmp(&right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(&right)),
        _ => None,
    }
}

/// Whether a value is of a scalar type that a known operand of a filter can have.
pub(crate) fn scalar_of(value: Value<'_>) -> Option<Scalar> {
    Some(match value {
        Value::Bool(_) => Scalar::Bool,
        Value::Int(_) => Scalar::Int,
        Value::Double(_) => Scalar::Double,
        Value::String(_) => Scalar::String,
        Value::Timestamp(_) => Scalar::Timestamp,
        Value::Duration(_) => Scalar::Duration,
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}
