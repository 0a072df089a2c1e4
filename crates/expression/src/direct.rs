//! The short way through conditions that are made of comparisons between variables and literals, which is what nearly
//! all are. It answers only where nothing fails; whatever else there is goes the general way.

use crate::environment::Variable;
use crate::node::{Comparison, Node};
use crate::scope::Scope;
use crate::types::{Scalar, Type};
use crate::value::same;

/// A condition, or as much of it as can be taken the short way.
#[derive(Debug)]
pub(crate) enum Direct {
    /// Whether two texts are equal (or are not).
    Texts { one: Variable, other: Variable, equal: bool },
    /// Whether a text is this one (or is not).
    Text { text: Variable, literal: Box<str>, equal: bool },
    /// Whether a truth value is this one.
    Truth { truth: Variable, is: bool },
    /// Whether a text is in a list, whose elements were found to be of its type before.
    Listed { text: Variable, list: Variable },
    /// Both sides.
    And(Box<[Direct; 2]>),
    /// One side at least.
    Or(Box<[Direct; 2]>),
    /// Goes the general way.
    General,
}

impl Direct {
    pub(crate) fn of(node: &Node) -> Direct {
        let both = |sides: &[Node; 2]| {
            let [left, right] = sides;
            Box::new([Direct::of(left), Direct::of(right)])
        };
        match node {
            Node::And(sides) => Direct::And(both(sides)),
            Node::Or(sides) => Direct::Or(both(sides)),
            Node::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), sides) => {
                Direct::comparison(sides, *comparison == Comparison::Equal)
            }
            Node::In(sides) => match &**sides {
                [Node::Variable(text), Node::Variable(list)]
                    if is_text(text) && list.kind == Type::List(Scalar::String) && list.checked =>
                {
                    Direct::Listed { text: (**text).clone(), list: (**list).clone() }
                }
                _ => Direct::General,
            },
            Node::Variable(truth) if truth.kind == Type::Bool => {
                Direct::Truth { truth: (**truth).clone(), is: true }
            }
            _ => Direct::General,
        }
    }

    fn comparison(sides: &[Node; 2], equal: bool) -> Direct {
        match sides {
            [Node::Variable(one), Node::Variable(other)] if is_text(one) && is_text(other) => {
                Direct::Texts { one: (**one).clone(), other: (**other).clone(), equal }
            }
            [Node::Variable(text), Node::String(literal)] if is_text(text) => {
                Direct::Text { text: (**text).clone(), literal: literal.clone(), equal }
            }
            [Node::Variable(truth), Node::Bool(literal)] if truth.kind == Type::Bool => {
                Direct::Truth { truth: (**truth).clone(), is: *literal == equal }
            }
            _ => Direct::General,
        }
    }

    /// The truth, where it is found without failing; `None` says nothing.
    #[inline]
    pub(crate) fn truth<S: Scope>(&self, scope: &S) -> Option<bool> {
        let (sides, decisive) = match self {
            Direct::Or(sides) => (sides, true),
            Direct::And(sides) => (sides, false),
            _ => return self.test(scope),
        };
        let [left, right] = &**sides;
        if left.side(scope)? == decisive { Some(decisive) } else { right.side(scope) }
    }

    #[inline]
    fn side<S: Scope>(&self, scope: &S) -> Option<bool> {
        match self {
            Direct::Or(_) | Direct::And(_) => self.nested(scope),
            _ => self.test(scope),
        }
    }

    #[inline(never)]
    fn nested<S: Scope>(&self, scope: &S) -> Option<bool> {
        self.truth(scope)
    }

    #[inline]
    fn test<S: Scope>(&self, scope: &S) -> Option<bool> {
        match self {
            Direct::Texts { one, other, equal } => {
                let (one, other) = (scope.text(one)?, scope.text(other)?);
                Some(same(one.as_bytes(), other.as_bytes()) == *equal)
            }
            Direct::Text { text, literal, equal } => {
                Some(same(scope.text(text)?.as_bytes(), literal.as_bytes()) == *equal)
            }
            Direct::Truth { truth, is } => Some(scope.truth(truth)? == *is),
            Direct::Listed { text, list } => scope.lists(list, scope.text(text)?),
            Direct::And(_) | Direct::Or(_) | Direct::General => None,
        }
    }
}

fn is_text(variable: &Variable) -> bool {
    variable.kind == Type::String
}
