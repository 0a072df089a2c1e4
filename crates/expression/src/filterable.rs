//! What no filter can say, found when an expression is registered rather than when a filter is asked for.

use crate::node::{Comparison, Node};
use crate::types::Type;

/// An expression, or a part of one, that cannot become a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no filter can say this: {reason}")]
pub struct NotFilterable {
    /// Why not.
    pub reason: String,
}

pub(crate) fn reason(node: &Node) -> NotFilterable {
    let reason = find(node).unwrap_or("what it needs is known only with the whole resource");
    NotFilterable { reason: reason.to_owned() }
}

/// The first part that cannot become a filter when nothing of the resource is known.
pub(crate) fn find(node: &Node) -> Option<&'static str> {
    if !node.mentions_attribute() {
        return None;
    }
    match node {
        Node::Not(operand) => find(operand),
        Node::And(operands) | Node::Or(operands) => operands.iter().find_map(find),
        Node::Conditional(operands) => operands.iter().find_map(find),
        Node::Compare(_, operands) => operands.iter().find_map(operand).or_else(|| {
            let lists = operands.iter().any(|operand| {
                matches!(operand, Node::List(_))
                    || operand.attribute().is_some_and(|variable| matches!(variable.kind, Type::List(_)))
            });
            lists.then_some("it compares whole lists")
        }),
        Node::In(operands) => {
            let [item, list] = &**operands;
            operand(item).or_else(|| match list {
                Node::List(elements) => elements.iter().find_map(operand),
                list => operand(list),
            })
        }
        Node::Text(_, operands) => {
            let [text, part] = &**operands;
            match (operand(text), operand(part)) {
                (Some(why), _) | (_, Some(why)) => Some(why),
                _ if text.attribute().is_none() => {
                    Some("it looks for an attribute's text inside a known text")
                }
                _ => None,
            }
        }
        Node::HasVariable(_) | Node::Variable(_) => None,
        Node::Cidr(_) => Some("it tests an attribute with cidr()"),
        Node::Exists(operands) => {
            let [range, body] = &**operands;
            if !range.mentions_attribute() {
                return find(body);
            }
            if range.attribute().is_none() {
                return Some("it goes through a list that is made from attributes");
            }
            let sayable = match body {
                Node::Compare(Comparison::Equal, sides) => match &**sides {
                    [Node::Element(0), other] | [other, Node::Element(0)] => {
                        !mentions_element(other) && operand(other).is_none()
                    }
                    _ => false,
                },
                Node::In(sides) => match &**sides {
                    [Node::Element(0), other] => !mentions_element(other) && operand(other).is_none(),
                    _ => false,
                },
                _ => false,
            };
            if sayable {
                return None;
            }
            Some("of exists over a list attribute only `x == value` and `x in values` can be a filter")
        }
        Node::All(operands) => {
            let [range, body] = &**operands;
            if range.mentions_attribute() {
                return Some("it goes through a list attribute with all");
            }
            find(body)
        }
        _ => Some("it computes with an attribute"),
    }
}

/// Why one side of an operator cannot stand in a filter: it has to be known, or an attribute as it is.
fn operand(node: &Node) -> Option<&'static str> {
    match node {
        Node::Variable(_) => None,
        node if !node.mentions_attribute() => None,
        Node::Size(_) => Some("it asks the size() of an attribute"),
        Node::Conditional(_) => Some("it chooses a value by an attribute"),
        _ => Some("it computes with an attribute"),
    }
}

/// Whether the node uses the element of the `exists` or `all` right around it, or goes through a list itself.
pub(crate) fn mentions_element(node: &Node) -> bool {
    node.any(&|node| matches!(node, Node::Element(0) | Node::Exists(_) | Node::All(_)))
}
