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
    let reason =
        find_asked(node, Asked::BOTH).unwrap_or("what it needs is known only with the whole resource");
    NotFilterable { reason: reason.to_owned() }
}

/// Which of an expression's outcomes a filter has to say.
#[derive(Clone, Copy)]
struct Asked {
    when_true: bool,
    when_false: bool,
}

impl Asked {
    const BOTH: Asked = Asked { when_true: true, when_false: true };

    fn swapped(self) -> Asked {
        Asked { when_true: self.when_false, when_false: self.when_true }
    }
}

/// The first part that cannot become a filter of an allowing permission when nothing of the resource is known.
pub(crate) fn find(node: &Node) -> Option<&'static str> {
    find_asked(node, Asked { when_true: true, when_false: false })
}

fn find_asked(node: &Node, asked: Asked) -> Option<&'static str> {
    if !node.mentions_attribute() {
        return None;
    }
    match node {
        Node::Not(operand) => find_asked(operand, asked.swapped()),
        Node::And(operands) | Node::Or(operands) => {
            operands.iter().find_map(|operand| find_asked(operand, asked))
        }
        Node::Conditional(operands) => {
            let [condition, yes, no] = &**operands;
            find_asked(condition, Asked::BOTH)
                .or_else(|| find_asked(yes, asked))
                .or_else(|| find_asked(no, asked))
        }
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
                return find_asked(body, asked);
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
            let with_attribute = body.children().iter().any(Node::mentions_attribute);
            if sayable && with_attribute && asked.when_false {
                return Some("it asks that a list attribute holds nothing of another attribute");
            }
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
            find_asked(body, asked)
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
