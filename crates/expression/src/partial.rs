//! Partial evaluation: from what is known of a request, the two filters *when is it true* and *when is it false* over
//! the attributes that are not. Neither is the other's opposite, for an expression may also fail.

mod leaf;

use leaf::{among, comparable, compare_attributes, compare_with_known, element_type, has_member, intersects};

use crate::cost;
use crate::evaluate::{Evaluation, Frame};
use crate::filter::{Attribute, Constant, Filter, Operand as Right, Operator};
use crate::filterable::{self, NotFilterable};
use crate::limits;
use crate::node::{Comparison, Node, TextTest};
use crate::operators::equal;
use crate::residual::{Branch, Partial, Residual};
use crate::scope::{Failure, Lookup, Scope};
use crate::types::Type;
use crate::value::Value;

/// One side of an operator.
enum Operand<'e> {
    Known(Value<'e>),
    Attribute(&'e Attribute),
    Failed,
    Unsayable,
}

/// The list on the right of `in`, or the range of `exists` and `all`.
enum Elements<'e> {
    Known(Vec<Value<'e>>),
    Nodes(&'e [Node]),
    Attribute(&'e Attribute),
    Map,
    Failed,
    Unsayable,
}

pub(crate) struct PartialEvaluation<'e, S> {
    pub(crate) scope: &'e S,
    pub(crate) nodes_left: usize,
}

impl<'e, S: Scope> PartialEvaluation<'e, S> {
    pub(crate) fn partial(&mut self, node: &'e Node) -> Partial<'e> {
        let mut evaluation = self.evaluation();
        let truth = evaluation.truth(node, None);
        if !evaluation.met_unknown {
            return Partial::Known(truth);
        }
        // INVARIANT: from here on, no part of the expression can run out of steps, whatever the resource turns out to
        // be; what is found for the parts is what evaluating the whole would find.
        if cost::worst(node, &|node| self.length(node)) > u64::from(limits::STEPS) {
            return Partial::MayRunOut;
        }
        match truth {
            Err(Failure::Unknown(_)) => Partial::Residual(self.residual(node, None)),
            known => Partial::Known(known),
        }
    }

    fn evaluation(&self) -> Evaluation<'e, S> {
        Evaluation { scope: self.scope, steps: limits::STEPS, met_unknown: false }
    }

    /// How long the list is that a variable stands for, where it is known.
    fn length(&self, node: &Node) -> Option<usize> {
        match node {
            Node::Variable(variable) | Node::HasVariable(variable) => match self.scope.look_up(variable) {
                Lookup::Known(Value::List(list)) => Some(list.len()),
                Lookup::Known(_) => Some(0),
                Lookup::Unknown => None,
            },
            _ => None,
        }
    }

    fn exhausted(&self) -> Residual {
        let why = Branch::NotFilterable(NotFilterable { reason: "it takes too many steps".to_owned() });
        Residual { when_true: why.clone(), when_false: why }
    }

    fn residual(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Residual {
        match self.evaluation().truth(node, frame) {
            Ok(truth) => return Residual::of(truth),
            Err(Failure::Unknown(_)) => {}
            Err(Failure::OutOfSteps) => return self.exhausted(),
            Err(_) => return Residual::FAILS,
        }
        match self.nodes_left.checked_sub(1) {
            Some(left) => self.nodes_left = left,
            None => return self.exhausted(),
        }
        match node {
            Node::Not(operand) => self.residual(operand, frame).swapped(),
            Node::And(operands) => {
                Residual::all(operands.iter().map(|operand| self.residual(operand, frame)).collect())
            }
            Node::Or(operands) => {
                Residual::any(operands.iter().map(|operand| self.residual(operand, frame)).collect())
            }
            Node::Conditional(operands) => {
                let [condition, yes, no] = &**operands;
                self.conditional(condition, yes, no, frame)
            }
            Node::Compare(comparison, operands) => {
                let [left, right] = &**operands;
                self.comparison(*comparison, node, left, right, frame)
            }
            Node::In(operands) => {
                let [item, list] = &**operands;
                self.membership(node, item, list, frame)
            }
            Node::Text(test, operands) => {
                let [text, part] = &**operands;
                self.text(node, *test, text, part, frame)
            }
            Node::HasVariable(variable) => match &variable.attribute {
                Some(attribute) => {
                    let attribute = &**attribute;
                    Residual {
                        when_true: Branch::Filter(Filter::exists(attribute.clone())),
                        when_false: Branch::Filter(Filter::missing(attribute.clone())),
                    }
                }
                None => Residual::unsayable(node),
            },
            Node::Variable(variable) => match &variable.attribute {
                Some(attribute) if attribute.kind == Type::Bool => {
                    let test = |truth| {
                        let value = Right::Value(Constant::Bool(truth));
                        let test = Filter::test((**attribute).clone(), Operator::Eq, value);
                        Residual::guarded(&[attribute], &test).when_true
                    };
                    Residual { when_true: test(true), when_false: test(false) }
                }
                Some(_) => Residual::FAILS,
                None => Residual::unsayable(node),
            },
            Node::Exists(operands) => self.exists(node, operands, frame),
            Node::All(operands) => {
                let [range, body] = &**operands;
                match self.elements(range, frame) {
                    Elements::Known(values) => Residual::all(self.unrolled(&values, body, frame)),
                    Elements::Failed | Elements::Map => Residual::FAILS,
                    _ => Residual::unsayable(node),
                }
            }
            _ => Residual::unsayable(node),
        }
    }

    fn conditional(
        &mut self,
        condition: &'e Node,
        yes: &'e Node,
        no: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Residual {
        let condition = self.residual(condition, frame);
        let (yes, no) = (self.residual(yes, frame), self.residual(no, frame));
        let choose = |yes, no| {
            Branch::or([
                Branch::and([condition.when_true.clone(), yes]),
                Branch::and([condition.when_false.clone(), no]),
            ])
        };
        Residual {
            when_true: choose(yes.when_true, no.when_true),
            when_false: choose(yes.when_false, no.when_false),
        }
    }

    fn operand(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Operand<'e> {
        match self.evaluation().value(node, frame) {
            Ok(value) => Operand::Known(value),
            Err(Failure::Unknown(_)) => match node {
                Node::Variable(variable) => match &variable.attribute {
                    Some(attribute) => Operand::Attribute(attribute),
                    None => Operand::Unsayable,
                },
                // A sum fails with either side, whatever the attribute on the other one is.
                Node::Add(sides) | Node::Subtract(sides)
                    if sides.iter().any(|side| matches!(self.operand(side, frame), Operand::Failed)) =>
                {
                    Operand::Failed
                }
                _ => Operand::Unsayable,
            },
            Err(Failure::OutOfSteps) => Operand::Unsayable,
            Err(_) => Operand::Failed,
        }
    }

    fn elements(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Elements<'e> {
        if let Node::List(nodes) = node {
            let mut values = Vec::with_capacity(nodes.len());
            let mut unknown = false;
            for element in nodes {
                match self.operand(element, frame) {
                    Operand::Known(value) => values.push(value),
                    Operand::Attribute(..) => unknown = true,
                    Operand::Failed => return Elements::Failed,
                    Operand::Unsayable => return Elements::Unsayable,
                }
            }
            return if unknown { Elements::Nodes(nodes) } else { Elements::Known(values) };
        }
        match self.operand(node, frame) {
            Operand::Known(Value::List(list)) => Elements::Known(list.iter().collect()),
            Operand::Known(Value::Map(_)) => Elements::Map,
            Operand::Attribute(attribute) if matches!(attribute.kind, Type::List(_)) => {
                Elements::Attribute(attribute)
            }
            Operand::Known(_) | Operand::Attribute(..) | Operand::Failed => Elements::Failed,
            Operand::Unsayable => Elements::Unsayable,
        }
    }

    fn comparison(
        &mut self,
        comparison: Comparison,
        node: &'e Node,
        left: &'e Node,
        right: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Residual {
        if matches!(left, Node::List(_)) || matches!(right, Node::List(_)) {
            return match (self.elements(left, frame), self.elements(right, frame)) {
                (Elements::Failed, _) | (_, Elements::Failed) => Residual::FAILS,
                _ => Residual::unsayable(node),
            };
        }
        match (self.operand(left, frame), self.operand(right, frame)) {
            (Operand::Failed, _) | (_, Operand::Failed) => Residual::FAILS,
            (Operand::Attribute(attribute), Operand::Known(value)) => {
                compare_with_known(comparison, node, attribute, value)
            }
            (Operand::Known(value), Operand::Attribute(attribute)) => {
                compare_with_known(comparison.mirrored(), node, attribute, value)
            }
            (Operand::Attribute(left), Operand::Attribute(right)) => {
                compare_attributes(comparison, node, left, right)
            }
            _ => Residual::unsayable(node),
        }
    }

    fn membership(
        &mut self,
        node: &'e Node,
        item: &'e Node,
        list: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Residual {
        match (self.operand(item, frame), self.elements(list, frame)) {
            (Operand::Failed, _) | (_, Elements::Failed) => Residual::FAILS,
            (Operand::Attribute(attribute), Elements::Known(values)) => {
                among(attribute, Operator::In, &values, false)
            }
            (Operand::Attribute(attribute), Elements::Attribute(list)) => {
                if !comparable(attribute.kind, element_type(list)) {
                    return Residual::unsayable(node);
                }
                let test = Filter::test(attribute.clone(), Operator::In, Right::Other(list.clone()));
                Residual::guarded(&[attribute, list], &test)
            }
            (Operand::Known(value), Elements::Attribute(list)) => has_member(list, value),
            (Operand::Known(_) | Operand::Attribute(..), Elements::Nodes(nodes)) => {
                self.among_nodes(item, nodes, frame)
            }
            (Operand::Attribute(attribute), Elements::Map) if attribute.kind != Type::String => {
                Residual::FAILS
            }
            _ => Residual::unsayable(node),
        }
    }

    /// `item in [resource.a, "b"]`: equal to one of them, and none of them missing.
    fn among_nodes(&mut self, item: &'e Node, nodes: &'e [Node], frame: Option<&Frame<'_, 'e>>) -> Residual {
        let guards: Vec<Branch> = std::iter::once(item)
            .chain(nodes)
            .filter_map(|node| match self.operand(node, frame) {
                Operand::Attribute(attribute) => Some(Branch::Filter(Filter::exists(attribute.clone()))),
                _ => None,
            })
            .collect();
        let parts: Vec<Residual> = nodes
            .iter()
            .map(|element| match (self.operand(item, frame), self.operand(element, frame)) {
                (Operand::Known(left), Operand::Known(right)) => {
                    equal(left, right).map_or(Residual::FAILS, Residual::of)
                }
                _ => self.comparison(Comparison::Equal, element, item, element, frame),
            })
            .collect();
        let any = Residual::any(parts);
        let behind = |branch| Branch::and(guards.iter().cloned().chain([branch]));
        Residual { when_true: behind(any.when_true), when_false: behind(any.when_false) }
    }

    fn text(
        &mut self,
        node: &'e Node,
        test: TextTest,
        text: &'e Node,
        part: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Residual {
        let operator = match test {
            TextTest::StartsWith => Operator::StartsWith,
            TextTest::EndsWith => Operator::EndsWith,
            TextTest::Contains => Operator::ContainsText,
        };
        match (self.operand(text, frame), self.operand(part, frame)) {
            (Operand::Failed, _) | (_, Operand::Failed) => Residual::FAILS,
            (Operand::Attribute(attribute), _) | (_, Operand::Attribute(attribute))
                if attribute.kind != Type::String =>
            {
                Residual::FAILS
            }
            (Operand::Attribute(attribute), Operand::Known(Value::String(part))) => {
                let test =
                    Filter::test(attribute.clone(), operator, Right::Value(Constant::String(part.into())));
                Residual::guarded(&[attribute], &test)
            }
            (Operand::Attribute(attribute), Operand::Attribute(part)) => {
                let test = Filter::test(attribute.clone(), operator, Right::Other(part.clone()));
                Residual::guarded(&[attribute, part], &test)
            }
            (Operand::Attribute(..), Operand::Known(_)) => Residual::FAILS,
            (Operand::Known(value), _) if !matches!(value, Value::String(_)) => Residual::FAILS,
            _ => Residual::unsayable(node),
        }
    }

    fn exists(&mut self, node: &'e Node, operands: &'e [Node; 2], frame: Option<&Frame<'_, 'e>>) -> Residual {
        let [range, body] = operands;
        let list = match self.elements(range, frame) {
            Elements::Known(values) => return Residual::any(self.unrolled(&values, body, frame)),
            Elements::Failed | Elements::Map => return Residual::FAILS,
            Elements::Attribute(list) => list,
            Elements::Nodes(_) | Elements::Unsayable => return Residual::unsayable(node),
        };
        // What stands beside the element is evaluated once, outside of it.
        let inner = Frame { element: Value::Null, outer: frame };
        match body {
            Node::Compare(Comparison::Equal, sides) => {
                let known = match &**sides {
                    [Node::Element(0), known] | [known, Node::Element(0)]
                        if !filterable::mentions_element(known) =>
                    {
                        known
                    }
                    _ => return Residual::unsayable(node),
                };
                match self.operand(known, Some(&inner)) {
                    Operand::Known(value) => has_member(list, value),
                    Operand::Attribute(attribute) if comparable(attribute.kind, element_type(list)) => {
                        let test =
                            Filter::test(list.clone(), Operator::HasMember, Right::Other(attribute.clone()));
                        let guarded = Residual::guarded(&[list, attribute], &test);
                        let when_false = Residual::unsayable(node).when_false;
                        Residual { when_false, ..guarded }
                    }
                    Operand::Failed => Residual { when_true: Branch::NEVER, ..Residual::unsayable(node) },
                    _ => Residual::unsayable(node),
                }
            }
            Node::In(sides) => match &**sides {
                [Node::Element(0), known] if !filterable::mentions_element(known) => {
                    match self.elements(known, Some(&inner)) {
                        Elements::Known(values) => intersects(list, &values),
                        Elements::Attribute(other) if comparable(element_type(list), element_type(other)) => {
                            let test =
                                Filter::test(list.clone(), Operator::Intersects, Right::Other(other.clone()));
                            let guarded = Residual::guarded(&[list, other], &test);
                            let when_false = Residual::unsayable(node).when_false;
                            Residual { when_false, ..guarded }
                        }
                        Elements::Failed => {
                            Residual { when_true: Branch::NEVER, ..Residual::unsayable(node) }
                        }
                        _ => Residual::unsayable(node),
                    }
                }
                _ => Residual::unsayable(node),
            },
            _ => Residual::unsayable(node),
        }
    }

    fn unrolled(
        &mut self,
        values: &[Value<'e>],
        body: &'e Node,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Vec<Residual> {
        values
            .iter()
            .map(|element| {
                let inner = Frame { element: *element, outer: frame };
                self.residual(body, Some(&inner))
            })
            .collect()
    }
}
