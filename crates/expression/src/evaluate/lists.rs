//! Evaluation over lists: membership, `exists` and `all`, equality of lists.

use super::{Evaluation, Frame, Outcome, Truth, present};
use crate::cost;
use crate::node::{Comparison, Node};
use crate::operators::equal;
use crate::scope::{Failure, Scope};
use crate::value::{List, Value};

/// A list that is already a value, or a literal whose elements are evaluated as they are looked at.
#[derive(Clone, Copy)]
pub(super) enum Sequence<'e> {
    Value(List<'e>),
    Literal(&'e [Node]),
}

impl<'e, S: Scope> Evaluation<'e, S> {
    pub(super) fn sequence(&self, node: &'e Node) -> Option<Sequence<'e>> {
        match node {
            Node::List(elements) => Some(Sequence::Literal(elements)),
            _ => None,
        }
    }

    /// The list that `node` is, its elements evaluated once where it is a literal: operands come before operators.
    fn list(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Result<Sequence<'e>, Failure<'e>> {
        match self.sequence(node) {
            Some(sequence) => {
                self.length(sequence, frame)?;
                Ok(sequence)
            }
            None => match self.value(node, frame)? {
                Value::List(list) => Ok(Sequence::Value(list)),
                other => Err(Failure::WrongOperand(&("this operator", "a list"), other.kind())),
            },
        }
    }

    /// The number of elements, after evaluating those of a literal.
    pub(super) fn length(
        &mut self,
        sequence: Sequence<'e>,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Result<usize, Failure<'e>> {
        match sequence {
            Sequence::Value(list) => Ok(list.len()),
            Sequence::Literal(nodes) => {
                let mut unknown = None;
                let mut failed = None;
                for node in nodes {
                    match self.value(node, frame) {
                        Ok(_) => {}
                        Err(failure) if failure.is_final() => return Err(failure),
                        Err(failure @ Failure::Unknown(_)) => unknown = unknown.or(Some(failure)),
                        Err(failure) => failed = failed.or(Some(failure)),
                    }
                }
                match failed.or(unknown) {
                    Some(failure) => Err(failure),
                    None => Ok(nodes.len()),
                }
            }
        }
    }

    fn item(&mut self, sequence: Sequence<'e>, index: usize, frame: Option<&Frame<'_, 'e>>) -> Outcome<'e> {
        match sequence {
            Sequence::Value(list) => {
                self.step()?;
                present(list.get(index).unwrap_or(Value::Null), "an element")
            }
            Sequence::Literal(nodes) => match nodes.get(index) {
                Some(node) => self.value(node, frame),
                None => Err(Failure::Missing("an element")),
            },
        }
    }

    pub(super) fn membership(
        &mut self,
        item: &'e Node,
        list: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Truth<'e> {
        let item = self.operand(item, frame)?;
        if let Node::List(nodes) = list {
            return self.among(item, nodes, frame);
        }
        match (self.operand(list, frame)?, item) {
            (Value::List(list), item) => {
                self.spend(cost::of_elements(list.len()))?;
                find(list, item)
            }
            (Value::Map(map), Value::String(name)) => {
                self.spend(cost::of_elements(map.len()))?;
                Ok(!matches!(map.get(name), Value::Null))
            }
            (Value::Map(_), other) => {
                Err(Failure::WrongOperand(&("`in` on a map", "a string"), other.kind()))
            }
            (other, _) => Err(Failure::WrongOperand(&("`in`", "a list or a map"), other.kind())),
        }
    }

    /// Whether a literal list holds an item; its elements are evaluated before any is compared.
    fn among(&mut self, item: Value<'e>, nodes: &'e [Node], frame: Option<&Frame<'_, 'e>>) -> Truth<'e> {
        let sequence = Sequence::Literal(nodes);
        let mut failed = None;
        for index in 0..self.length(sequence, frame)? {
            match self.item(sequence, index, frame).and_then(|element| equal(item, element)) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(failure) if failure.is_final() => return Err(failure),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(false), Err)
    }

    /// `exists` (decided by true) and `all` (decided by false).
    pub(super) fn iterate(
        &mut self,
        operands: &'e [Node; 2],
        decisive: bool,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Truth<'e> {
        let [range, body] = operands;
        let sequence = self.list(range, frame)?;
        let length = match sequence {
            Sequence::Value(list) => list.len(),
            Sequence::Literal(nodes) => nodes.len(),
        };
        let mut failed = None;
        for index in 0..length {
            let truth = self.item(sequence, index, frame).or_else(missing_element).and_then(|element| {
                let inner = Frame { element, outer: frame };
                self.truth(body, Some(&inner))
            });
            match truth {
                Ok(truth) if truth == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(failure) if failure.is_final() => return Err(failure),
                Err(failure @ Failure::Unknown(_)) => failed = Some(failure),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(!decisive), Err)
    }

    pub(super) fn compare_lists(
        &mut self,
        comparison: Comparison,
        left: &'e Node,
        right: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Truth<'e> {
        let (left, right) = (self.list(left, frame)?, self.list(right, frame)?);
        self.sequences_equal(left, right, frame).map(|equal| equal == (comparison == Comparison::Equal))
    }

    pub(super) fn compare_values(
        &mut self,
        comparison: Comparison,
        left: Value<'e>,
        right: Value<'e>,
    ) -> Truth<'e> {
        match (left, right) {
            (Value::List(left), Value::List(right)) if comparison.is_equality() => self
                .sequences_equal(Sequence::Value(left), Sequence::Value(right), None)
                .map(|equal| equal == (comparison == Comparison::Equal)),
            _ => Err(Failure::NotComparable(left.kind(), right.kind())),
        }
    }

    /// Equal when they are equally long and every pair of elements is equal; an unequal pair outweighs a failing one.
    fn sequences_equal(
        &mut self,
        left: Sequence<'e>,
        right: Sequence<'e>,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Truth<'e> {
        let length = |sequence| match sequence {
            Sequence::Value(list) => List::len(&list),
            Sequence::Literal(nodes) => nodes.len(),
        };
        if length(left) != length(right) {
            return Ok(false);
        }
        let mut failed = None;
        for index in 0..length(left) {
            let pair = (self.item(left, index, frame), self.item(right, index, frame));
            match pair.0.and_then(|left| pair.1.and_then(|right| equal(left, right))) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(failure) if failure.is_final() => return Err(failure),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(true), Err)
    }
}

/// Whether a list holds an item: one equal element outweighs those that cannot be compared.
#[inline]
fn find<'e>(list: List<'e>, item: Value<'e>) -> Truth<'e> {
    if let Value::String(text) = item
        && let Some(found) = list.find_text(text)
    {
        return Ok(found);
    }
    let mut failed = None;
    for element in list.iter() {
        match equal(item, element) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    failed.map_or(Ok(false), Err)
}

/// A null element is bound like any other: only a use of it fails.
fn missing_element<'e>(failure: Failure<'e>) -> Outcome<'e> {
    match failure {
        Failure::Missing(_) => Ok(Value::Null),
        other => Err(other),
    }
}
