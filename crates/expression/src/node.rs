//! The typed tree an expression is compiled to.

use crate::environment::Variable;
use crate::time::{Span, Timestamp};
use crate::types::Type;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// The literal null: a missing value.
    Missing,
    Bool(bool),
    Int(i64),
    Double(f64),
    String(Box<str>),
    Timestamp(Timestamp),
    Duration(Span),
    /// A list literal; its elements need not be constant, so it stands only where it is looked at element by element.
    List(Box<[Node]>),
    Variable(Box<Variable>),
    /// The element a surrounding `exists` or `all` is at, counted outwards from 0.
    Element(usize),
    /// A member of a map that is known only at evaluation.
    Member(Box<Node>, Box<str>),
    HasVariable(Box<Variable>),
    HasMember(Box<Node>, Box<str>),
    Not(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Conditional(Box<[Node; 3]>),
    Compare(Comparison, Box<[Node; 2]>),
    Add(Box<[Node; 2]>),
    Subtract(Box<[Node; 2]>),
    Negate(Box<Node>),
    In(Box<[Node; 2]>),
    Size(Box<Node>),
    Text(TextTest, Box<[Node; 2]>),
    /// Whether an address lies in a network.
    Cidr(Box<[Node; 2]>),
    /// Range and body.
    Exists(Box<[Node; 2]>),
    /// Range and body.
    All(Box<[Node; 2]>),
    ToTimestamp(Box<Node>),
    ToDuration(Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl Comparison {
    pub(crate) fn negated(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    /// The comparison that holds of the operands the other way round.
    pub(crate) fn mirrored(self) -> Comparison {
        match self {
            Comparison::Equal | Comparison::NotEqual => self,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }

    pub(crate) fn is_equality(self) -> bool {
        matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Node {
    /// The operands, outermost first.
    pub(crate) fn children(&self) -> &[Node] {
        match self {
            Node::Missing
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Double(_)
            | Node::String(_)
            | Node::Timestamp(_)
            | Node::Duration(_)
            | Node::Variable(_)
            | Node::Element(_)
            | Node::HasVariable(_) => &[],
            Node::List(elements) => elements,
            Node::Member(operand, _)
            | Node::HasMember(operand, _)
            | Node::Not(operand)
            | Node::Negate(operand)
            | Node::Size(operand)
            | Node::ToTimestamp(operand)
            | Node::ToDuration(operand) => std::slice::from_ref(operand),
            Node::Conditional(operands) => &**operands,
            Node::And(operands)
            | Node::Or(operands)
            | Node::Compare(_, operands)
            | Node::Add(operands)
            | Node::Subtract(operands)
            | Node::In(operands)
            | Node::Text(_, operands)
            | Node::Cidr(operands)
            | Node::Exists(operands)
            | Node::All(operands) => &**operands,
        }
    }

    /// Whether this node or one below it is so.
    pub(crate) fn any(&self, test: &dyn Fn(&Node) -> bool) -> bool {
        test(self) || self.children().iter().any(|child| child.any(test))
    }

    /// The resource attribute this node is, if it is nothing else.
    pub(crate) fn attribute(&self) -> Option<&Variable> {
        match self {
            Node::Variable(variable) if variable.attribute.is_some() => Some(variable),
            _ => None,
        }
    }

    /// Whether any attribute of the resource is mentioned.
    pub(crate) fn mentions_attribute(&self) -> bool {
        self.any(&|node| match node {
            Node::Variable(variable) | Node::HasVariable(variable) => variable.attribute.is_some(),
            _ => false,
        })
    }
}

/// A node with the type its checking found.
pub(crate) struct Typed {
    pub(crate) node: Node,
    pub(crate) kind: Type,
}
