//! What an evaluation costs in steps, and what it may cost at most, which is known before it runs.
//!
//! An expression whose worst case stays within [`limits::STEPS`] can never run out of them, whatever it is given within
//! the limits of data.

use crate::limits;
use crate::node::Node;
use crate::types::Type;

/// Elements of a list that are looked at for one step, where nothing is evaluated for each.
const ELEMENTS: usize = 16;
/// Bytes of text that are looked at for one step.
const BYTES: usize = 64;

/// Looking through `elements` of a list, or members of a map.
#[inline]
pub(crate) fn of_elements(elements: usize) -> u32 {
    u32::try_from(elements / ELEMENTS).unwrap_or(u32::MAX)
}

/// Looking through `bytes` of text.
#[inline]
pub(crate) fn of_text(bytes: usize) -> u32 {
    u32::try_from(bytes / BYTES).unwrap_or(u32::MAX)
}

/// How long the list is that a node stands for, where that is known.
pub(crate) type Length<'l> = &'l dyn Fn(&Node) -> Option<usize>;

/// The most steps that evaluating `node` may take.
pub(crate) fn worst(node: &Node, length: Length<'_>) -> u64 {
    let operands =
        || node.children().iter().fold(1_u64, |sum, child| sum.saturating_add(worst(child, length)));
    match node {
        Node::Variable(variable) | Node::HasVariable(variable) => match variable.kind {
            Type::List(_) => 1 + u64::from(of_elements(elements(node, length))),
            _ => 1,
        },
        Node::Member(..) | Node::HasMember(..) => {
            operands().saturating_add(u64::from(of_elements(limits::DATA_ELEMENTS)))
        }
        Node::Size(_) => operands().saturating_add(u64::from(of_text(limits::JSON_BYTES))),
        Node::Text(..) => operands().saturating_add(2 * u64::from(of_text(limits::JSON_BYTES))),
        Node::Compare(_, sides) => {
            let [left, right] = &**sides;
            let pairs = match may_be_list(left) && may_be_list(right) {
                true => elements(left, length).max(elements(right, length)),
                false => 0,
            };
            // The elements of a literal are evaluated before they are compared, and then again.
            operands().saturating_mul(2).saturating_add(2 * pairs as u64)
        }
        Node::In(sides) => {
            let [_, list] = &**sides;
            operands().saturating_mul(2).saturating_add(u64::from(of_elements(elements(list, length))))
        }
        Node::Exists(operands) | Node::All(operands) => {
            let [range, body] = &**operands;
            let each = worst(body, length).saturating_add(2);
            let rounds = each.saturating_mul(elements(range, length) as u64);
            worst(range, length).saturating_mul(2).saturating_add(rounds)
        }
        _ => operands(),
    }
}

/// The elements of the list that a node stands for: known, or as many as there may be.
fn elements(node: &Node, length: Length<'_>) -> usize {
    match node {
        Node::List(elements) => elements.len(),
        node => length(node).unwrap_or(limits::DATA_ELEMENTS),
    }
}

fn may_be_list(node: &Node) -> bool {
    match node {
        Node::List(_) | Node::Member(..) | Node::Element(_) => true,
        Node::Variable(variable) => matches!(variable.kind, Type::List(_) | Type::AnyList | Type::Any),
        Node::Conditional(operands) => operands.iter().skip(1).any(may_be_list),
        _ => false,
    }
}
