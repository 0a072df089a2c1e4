//! The short way through conditions that are made of comparisons between variables and literals, which is what nearly
//! all are. It answers only where nothing fails; whatever else there is goes the general way.

use crate::environment::Variable;
use crate::evaluate::{Lookup, Scope};
use crate::node::{Comparison, Node};
use crate::types::Type;
use crate::value::{List, Value, same};

/// Lists up to this length are looked through without counting steps: a condition has too few operators to run out.
const SHORT: usize = 64;

/// The truth of a condition, where it is found without failing; `None` says nothing.
#[inline]
pub(crate) fn truth<S: Scope>(node: &Node, scope: &S) -> Option<bool> {
    match node {
        Node::Or(sides) => {
            let [left, right] = &**sides;
            if truth(left, scope)? { Some(true) } else { truth(right, scope) }
        }
        Node::And(sides) => {
            let [left, right] = &**sides;
            if truth(left, scope)? { truth(right, scope) } else { Some(false) }
        }
        Node::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), sides) => {
            let [left, right] = &**sides;
            let equal = match (left, right) {
                (Node::Variable(left), Node::Variable(right)) => {
                    same(text(left, scope)?.as_bytes(), text(right, scope)?.as_bytes())
                }
                (Node::Variable(left), Node::Bool(right)) => boolean(left, scope)? == *right,
                (Node::Variable(left), Node::String(right)) => {
                    same(text(left, scope)?.as_bytes(), right.as_bytes())
                }
                _ => return None,
            };
            Some(equal == (*comparison == Comparison::Equal))
        }
        Node::In(sides) => match &**sides {
            [Node::Variable(item), Node::Variable(list)] => {
                short_list(list, scope)?.find_text(text(item, scope)?)
            }
            _ => None,
        },
        Node::Variable(variable) => boolean(variable, scope),
        _ => None,
    }
}

#[inline]
fn text<'e, S: Scope>(variable: &'e Variable, scope: &'e S) -> Option<&'e str> {
    match scope.look_up(variable) {
        Lookup::Known(Value::String(text)) if variable.kind == Type::String => Some(text),
        _ => None,
    }
}

#[inline]
fn boolean<S: Scope>(variable: &Variable, scope: &S) -> Option<bool> {
    match scope.look_up(variable) {
        Lookup::Known(Value::Bool(value)) if variable.kind == Type::Bool => Some(value),
        _ => None,
    }
}

/// A list whose elements were found to be of its type before.
#[inline]
fn short_list<'e, S: Scope>(variable: &'e Variable, scope: &'e S) -> Option<List<'e>> {
    match scope.look_up(variable) {
        Lookup::Known(Value::List(list)) if variable.checked && list.len() <= SHORT => {
            matches!(variable.kind, Type::List(crate::types::Scalar::String)).then_some(list)
        }
        _ => None,
    }
}
