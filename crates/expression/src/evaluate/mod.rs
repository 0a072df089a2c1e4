//! Evaluation: three outcomes (true, false, failure), no allocation, a bounded number of steps.

mod lists;

use std::net::IpAddr;

use crate::cost;
use crate::environment::Variable;
use crate::node::{Node, TextTest};
use crate::operators::{add, compare, negate, subtract};
use crate::scope::{Failure, Lookup, Scope};
use crate::time::{Span, Timestamp};
use crate::value::{Kind, Value};

/// The elements that surrounding `exists` and `all` are at, innermost first.
pub(crate) struct Frame<'f, 'v> {
    pub(crate) element: Value<'v>,
    pub(crate) outer: Option<&'f Frame<'f, 'v>>,
}

pub(crate) struct Evaluation<'e, S> {
    pub(crate) scope: &'e S,
    pub(crate) steps: u32,
    /// Whether something was asked for that was not supplied.
    pub(crate) met_unknown: bool,
}

pub(crate) type Outcome<'e> = Result<Value<'e>, Failure<'e>>;
pub(crate) type Truth<'e> = Result<bool, Failure<'e>>;

impl<'e, S: Scope> Evaluation<'e, S> {
    #[inline]
    fn step(&mut self) -> Result<(), Failure<'e>> {
        self.spend(1)
    }

    #[inline]
    fn spend(&mut self, steps: u32) -> Result<(), Failure<'e>> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Failure::OutOfSteps),
        }
    }

    /// The value of `node`; never null: what is missing is a failure.
    pub(crate) fn value(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Outcome<'e> {
        self.step()?;
        Ok(match node {
            Node::Missing => return Err(Failure::Missing("null")),
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => Value::Int(*value),
            Node::Double(value) => Value::Double(*value),
            Node::String(value) => Value::String(value),
            Node::Timestamp(value) => Value::Timestamp(*value),
            Node::Duration(value) => Value::Duration(*value),
            Node::Variable(variable) => return self.variable(variable),
            Node::Element(level) => return element(*level, frame),
            Node::Member(operand, name) => {
                return match self.value(operand, frame)? {
                    Value::Map(map) => {
                        self.spend(cost::of_elements(map.len()))?;
                        present(map.get(name), name)
                    }
                    other => Err(Failure::WrongOperand(&("a selection", "a map"), other.kind())),
                };
            }
            Node::Conditional(operands) => {
                let [condition, yes, no] = &**operands;
                let chosen = if self.truth(condition, frame)? { yes } else { no };
                return self.value(chosen, frame);
            }
            Node::Add(operands) | Node::Subtract(operands) => {
                let [left, right] = &**operands;
                let (left, right) = (self.value(left, frame)?, self.value(right, frame)?);
                return if matches!(node, Node::Add(_)) { add(left, right) } else { subtract(left, right) };
            }
            Node::Negate(operand) => return negate(self.value(operand, frame)?),
            Node::Size(operand) => Value::Int(self.size(operand, frame)?),
            Node::ToTimestamp(operand) => match self.value(operand, frame)? {
                Value::Timestamp(timestamp) => Value::Timestamp(timestamp),
                Value::String(text) => Value::Timestamp(
                    Timestamp::parse_rfc3339(text).ok_or(Failure::Unreadable("RFC 3339 time"))?,
                ),
                other => return Err(Failure::WrongOperand(&("timestamp()", "a string"), other.kind())),
            },
            Node::ToDuration(operand) => match self.value(operand, frame)? {
                Value::Duration(span) => Value::Duration(span),
                Value::String(text) => {
                    Value::Duration(Span::parse(text).ok_or(Failure::Unreadable("duration"))?)
                }
                other => return Err(Failure::WrongOperand(&("duration()", "a string"), other.kind())),
            },
            Node::List(_) => {
                return Err(Failure::WrongOperand(&("a list literal", "`in`, exists or all"), Kind::List));
            }
            Node::HasVariable(_)
            | Node::HasMember(..)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Compare(..)
            | Node::In(_)
            | Node::Text(..)
            | Node::Cidr(_)
            | Node::Exists(_)
            | Node::All(_) => Value::Bool(self.test(node, frame)?),
        })
    }

    /// The truth of `node`.
    pub(crate) fn truth(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Truth<'e> {
        match node {
            Node::HasVariable(_)
            | Node::HasMember(..)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Compare(..)
            | Node::In(_)
            | Node::Text(..)
            | Node::Cidr(_)
            | Node::Exists(_)
            | Node::All(_) => {
                self.step()?;
                self.test(node, frame)
            }
            _ => match self.value(node, frame)? {
                Value::Bool(truth) => Ok(truth),
                other => Err(Failure::WrongOperand(&("a condition", "a bool"), other.kind())),
            },
        }
    }

    fn test(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Truth<'e> {
        match node {
            Node::Not(operand) => self.truth(operand, frame).map(|truth| !truth),
            Node::And(operands) => self.connective(operands, false, frame),
            Node::Or(operands) => self.connective(operands, true, frame),
            Node::Compare(comparison, operands) => {
                let [left, right] = &**operands;
                if matches!(left, Node::List(_)) || matches!(right, Node::List(_)) {
                    return self.compare_lists(*comparison, left, right, frame);
                }
                let (left, right) = (self.operand(left, frame)?, self.operand(right, frame)?);
                match (left, right) {
                    (Value::List(_), Value::List(_)) => self.compare_values(*comparison, left, right),
                    _ => compare(*comparison, left, right),
                }
            }
            Node::In(operands) => {
                let [item, list] = &**operands;
                self.membership(item, list, frame)
            }
            Node::Text(test, operands) => {
                let [text, part] = &**operands;
                let (text, part) = (self.text(text, frame)?, self.text(part, frame)?);
                self.spend(cost::of_text(text.len()).saturating_add(cost::of_text(part.len())))?;
                Ok(match test {
                    TextTest::StartsWith => text.starts_with(part),
                    TextTest::EndsWith => text.ends_with(part),
                    TextTest::Contains => text.contains(part),
                })
            }
            Node::Cidr(operands) => {
                let [address, network] = &**operands;
                let (address, network) = (self.text(address, frame)?, self.text(network, frame)?);
                let address: IpAddr = address.parse().map_err(|_| Failure::Unreadable("IP address"))?;
                let network: ipnet::IpNet = network.parse().map_err(|_| Failure::Unreadable("network"))?;
                Ok(network.contains(&address) || network.contains(&address.to_canonical()))
            }
            Node::HasVariable(variable) => match self.variable(variable) {
                Ok(_) => Ok(true),
                Err(Failure::Missing(_)) => Ok(false),
                Err(failure) => Err(failure),
            },
            Node::HasMember(operand, name) => match self.value(operand, frame)? {
                Value::Map(map) => {
                    self.spend(cost::of_elements(map.len()))?;
                    Ok(!matches!(map.get(name), Value::Null))
                }
                other => Err(Failure::WrongOperand(&("has()", "a map"), other.kind())),
            },
            Node::Exists(operands) => self.iterate(operands, true, frame),
            Node::All(operands) => self.iterate(operands, false, frame),
            _ => Err(Failure::WrongOperand(&("a condition", "a bool"), Kind::Other)),
        }
    }

    #[inline]
    fn variable(&mut self, variable: &'e Variable) -> Outcome<'e> {
        match self.scope.look_up(variable) {
            Lookup::Unknown => {
                self.met_unknown = true;
                Err(Failure::Unknown(&variable.path))
            }
            Lookup::Known(Value::Null) => Err(Failure::Missing(&variable.path)),
            Lookup::Known(value) => {
                let seen = if variable.checked {
                    variable.kind.see(value)
                } else {
                    if let Value::List(list) = value {
                        self.spend(cost::of_elements(list.len()))?;
                    }
                    variable.kind.admit(value)
                };
                seen.ok_or(Failure::NotAsDeclared(&variable.path))
            }
        }
    }

    /// [`Evaluation::value`], made for the nodes that operands are mostly.
    #[inline]
    fn operand(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Outcome<'e> {
        match node {
            Node::Variable(variable) => {
                self.step()?;
                self.variable(variable)
            }
            Node::Bool(value) => {
                self.step()?;
                Ok(Value::Bool(*value))
            }
            _ => self.value(node, frame),
        }
    }

    /// `&&` (decided by false) and `||` (decided by true): the deciding value outweighs a failure on the other side.
    fn connective(
        &mut self,
        operands: &'e [Node; 2],
        decisive: bool,
        frame: Option<&Frame<'_, 'e>>,
    ) -> Truth<'e> {
        let [left, right] = operands;
        let left = self.truth(left, frame);
        match left {
            Ok(truth) if truth == decisive => return left,
            Err(failure) if failure.is_final() => return left,
            _ => {}
        }
        let right = self.truth(right, frame);
        match (left, right) {
            (_, Ok(truth)) if truth == decisive => right,
            (_, Err(failure)) if failure.is_final() => right,
            (Err(left), Err(Failure::Unknown(path))) if !matches!(left, Failure::Unknown(_)) => {
                Err(Failure::Unknown(path))
            }
            (Err(_), _) => left,
            _ => right,
        }
    }

    fn text(&mut self, node: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Result<&'e str, Failure<'e>> {
        match self.value(node, frame)? {
            Value::String(text) => Ok(text),
            other => Err(Failure::WrongOperand(&("a text test", "a string"), other.kind())),
        }
    }

    fn size(&mut self, operand: &'e Node, frame: Option<&Frame<'_, 'e>>) -> Result<i64, Failure<'e>> {
        let size = match operand {
            Node::List(_) => {
                self.length(self.sequence(operand).ok_or(Failure::OutOfRange("size"))?, frame)?
            }
            _ => match self.value(operand, frame)? {
                Value::String(text) => {
                    self.spend(cost::of_text(text.len()))?;
                    text.chars().count()
                }
                Value::List(list) => list.len(),
                Value::Map(map) => map.len(),
                other => {
                    return Err(Failure::WrongOperand(&("size()", "a string, list or map"), other.kind()));
                }
            },
        };
        i64::try_from(size).map_err(|_| Failure::OutOfRange("size"))
    }
}

#[inline]
fn present<'e>(value: Value<'e>, what: &'e str) -> Outcome<'e> {
    match value {
        Value::Null => Err(Failure::Missing(what)),
        value => Ok(value),
    }
}

fn element<'e>(level: usize, frame: Option<&Frame<'_, 'e>>) -> Outcome<'e> {
    let mut current = frame;
    for _ in 0..level {
        current = current.and_then(|frame| frame.outer);
    }
    present(current.map_or(Value::Null, |frame| frame.element), "the element")
}
