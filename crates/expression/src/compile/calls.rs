//! Operators and functions: what each takes, and of what type its result is.

use cel::common::ast::{CallExpr, operators};
use cel::parser::Expression as CelNode;

use super::{Compiler, ExpressionError, a};
use crate::node::{Comparison, Node, TextTest, Typed};
use crate::time::{Span, Timestamp};
use crate::types::Type;

impl Compiler<'_> {
    pub(super) fn call(&mut self, at: &CelNode, call: &CallExpr) -> Result<Typed, ExpressionError> {
        let name = call.func_name.as_str();
        let mut operands: Vec<&CelNode> = call.target.iter().map(|target| &**target).collect();
        operands.extend(&call.args);
        if call.target.is_some() && !matches!(name, "size" | "startsWith" | "endsWith" | "contains") {
            return self.unknown_function(at, name);
        }
        match (name, operands.as_slice()) {
            (operators::LOGICAL_NOT, [operand]) => {
                let operand = self.expect(operand, Type::Bool, "`!`")?;
                Ok(Typed { node: Node::Not(Box::new(operand)), kind: Type::Bool })
            }
            (operators::NEGATE, [operand]) => self.negate(operand),
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                let symbol = if name == operators::LOGICAL_AND { "`&&`" } else { "`||`" };
                let both = Box::new([
                    self.expect(left, Type::Bool, symbol)?,
                    self.expect(right, Type::Bool, symbol)?,
                ]);
                let node = if name == operators::LOGICAL_AND { Node::And(both) } else { Node::Or(both) };
                Ok(Typed { node, kind: Type::Bool })
            }
            (operators::CONDITIONAL, [condition, yes, no]) => self.conditional(condition, yes, no),
            (operators::ADD | operators::SUBSTRACT, [left, right]) => self.arithmetic(at, name, left, right),
            (operators::IN, [item, list]) => self.membership(at, item, list),
            (operators::INDEX, [operand, index]) => self.index(at, operand, index),
            ("size", [operand]) => self.size(operand),
            ("startsWith" | "endsWith" | "contains", [text, part]) if call.target.is_some() => {
                let test = match name {
                    "startsWith" => TextTest::StartsWith,
                    "endsWith" => TextTest::EndsWith,
                    _ => TextTest::Contains,
                };
                let context = format!("`{name}`");
                let both =
                    [self.expect(text, Type::String, &context)?, self.expect(part, Type::String, &context)?];
                Ok(Typed { node: Node::Text(test, Box::new(both)), kind: Type::Bool })
            }
            ("cidr", [address, network]) => self.cidr(address, network),
            ("timestamp", [operand]) => self.timestamp(operand),
            ("duration", [operand]) => self.duration(operand),
            (_, [left, right]) => match comparison(name) {
                Some(comparison) => self.compare(at, comparison, left, right),
                None => self.unknown_function(at, name),
            },
            _ => self.unknown_function(at, name),
        }
    }

    fn unknown_function<T>(&self, at: &CelNode, name: &str) -> Result<T, ExpressionError> {
        let name = name.trim_matches('_');
        self.refuse(
            at,
            format!(
                "`{name}` is no part of Casemate's expressions, or stands here with the wrong operands: there are == != \
                 < <= > >= in && || ! ?: + - has() size() startsWith endsWith contains exists all timestamp() \
                 duration() cidr(ip, net)"
            ),
        )
    }

    fn negate(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        let operand = self.compile(at)?;
        if !(operand.kind.is_number() || matches!(operand.kind, Type::Any | Type::Duration)) {
            return self
                .refuse(at, format!("`-` takes a number or a duration, and this is {}", a(operand.kind)));
        }
        Ok(Typed { node: Node::Negate(Box::new(operand.node)), kind: operand.kind })
    }

    fn conditional(&mut self, at: &CelNode, yes: &CelNode, no: &CelNode) -> Result<Typed, ExpressionError> {
        let condition = self.expect(at, Type::Bool, "the condition of `?:`")?;
        let (left, right) = (self.compile(yes)?, self.compile(no)?);
        if matches!(left.node, Node::List(_)) || matches!(right.node, Node::List(_)) {
            return self.refuse(yes, "`?:` cannot choose between list literals: compare inside each branch");
        }
        let kind = match (left.kind, right.kind) {
            (left, right) if left == right => left,
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (left, right) => {
                let message =
                    format!("both branches of `?:` need one type: these are {} and {}", a(left), a(right));
                return self.refuse(no, message);
            }
        };
        Ok(Typed { node: Node::Conditional(Box::new([condition, left.node, right.node])), kind })
    }

    fn compare(
        &mut self,
        at: &CelNode,
        comparison: Comparison,
        left: &CelNode,
        right: &CelNode,
    ) -> Result<Typed, ExpressionError> {
        let (left, right) = (self.compile(left)?, self.compile(right)?);
        let ordered = |kind| {
            matches!(
                kind,
                Type::Int | Type::Double | Type::String | Type::Timestamp | Type::Duration | Type::Any
            )
        };
        let is_list = |kind| matches!(kind, Type::List(_) | Type::AnyList);
        let comparable = match (left.kind, right.kind) {
            (Type::Any, other) | (other, Type::Any) => other != Type::Map,
            (left, right) if is_list(left) && is_list(right) => lists_comparable(left, right),
            (left, right) => left != Type::Map && (left == right || (left.is_number() && right.is_number())),
        };
        if !comparable {
            let symbol = comparison.symbol();
            let message = format!("`{symbol}` cannot compare {} with {}", a(left.kind), a(right.kind));
            return self.refuse(at, message);
        }
        let both_ordered = ordered(left.kind) && ordered(right.kind);
        if !comparison.is_equality() && !both_ordered {
            return self.refuse(at, format!("`{}` cannot order {}", comparison.symbol(), a(left.kind)));
        }
        Ok(Typed { node: Node::Compare(comparison, Box::new([left.node, right.node])), kind: Type::Bool })
    }

    fn arithmetic(
        &mut self,
        at: &CelNode,
        operator: &str,
        left: &CelNode,
        right: &CelNode,
    ) -> Result<Typed, ExpressionError> {
        let (left, right) = (self.compile(left)?, self.compile(right)?);
        let adds = operator == operators::ADD;
        let kind = match (left.kind, right.kind) {
            (Type::Int, Type::Int) => Type::Int,
            (Type::Double, Type::Double) => Type::Double,
            (Type::Duration, Type::Duration) => Type::Duration,
            (Type::Timestamp, Type::Duration) => Type::Timestamp,
            (Type::Duration, Type::Timestamp) if adds => Type::Timestamp,
            (Type::Timestamp, Type::Timestamp) if !adds => Type::Duration,
            (Type::Any, other) | (other, Type::Any)
                if other.is_number() || matches!(other, Type::Any | Type::Duration | Type::Timestamp) =>
            {
                Type::Any
            }
            (left, right) => {
                let symbol = if adds { '+' } else { '-' };
                let message = format!(
                    "`{symbol}` works on two ints, two doubles, times and durations, and these are {} and {}",
                    a(left),
                    a(right)
                );
                return self.refuse(at, message);
            }
        };
        let both = Box::new([left.node, right.node]);
        Ok(Typed { node: if adds { Node::Add(both) } else { Node::Subtract(both) }, kind })
    }

    fn membership(&mut self, at: &CelNode, item: &CelNode, list: &CelNode) -> Result<Typed, ExpressionError> {
        let (item, list) = (self.compile(item)?, self.compile(list)?);
        let fits = match (item.kind, list.kind) {
            (Type::List(_) | Type::AnyList | Type::Map, _) => false,
            (_, Type::AnyList | Type::Any) => true,
            (item, Type::Map) => matches!(item, Type::String | Type::Any),
            (item, Type::List(element)) => {
                let element = Type::from(element);
                item == Type::Any || item == element || (item.is_number() && element.is_number())
            }
            _ => false,
        };
        if !fits {
            return self.refuse(at, format!("`in` cannot look for {} in {}", a(item.kind), a(list.kind)));
        }
        Ok(Typed { node: Node::In(Box::new([item.node, list.node])), kind: Type::Bool })
    }

    fn size(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        let operand = self.compile(at)?;
        if !matches!(operand.kind, Type::String | Type::List(_) | Type::AnyList | Type::Map | Type::Any) {
            return self
                .refuse(at, format!("size() takes a string, a list or a map, not {}", a(operand.kind)));
        }
        Ok(Typed { node: Node::Size(Box::new(operand.node)), kind: Type::Int })
    }

    fn cidr(&mut self, address: &CelNode, network: &CelNode) -> Result<Typed, ExpressionError> {
        let address = self.expect(address, Type::String, "cidr()")?;
        let network_node = self.expect(network, Type::String, "cidr()")?;
        if let Node::String(text) = &network_node
            && text.parse::<ipnet::IpNet>().is_err()
        {
            return self
                .refuse(network, format!("`{text}` is no network: write it as 10.0.0.0/8 or 2001:db8::/32"));
        }
        Ok(Typed { node: Node::Cidr(Box::new([address, network_node])), kind: Type::Bool })
    }

    fn timestamp(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        let operand = self.compile(at)?;
        let node = match (&operand.node, operand.kind) {
            (Node::String(text), _) => match Timestamp::parse_rfc3339(text) {
                Some(timestamp) => Node::Timestamp(timestamp),
                None => {
                    return self
                        .refuse(at, format!("`{text}` is no RFC 3339 time, such as 2026-01-31T08:00:00Z"));
                }
            },
            (_, Type::String | Type::Any | Type::Timestamp) => Node::ToTimestamp(Box::new(operand.node)),
            _ => return self.refuse(at, format!("timestamp() takes a string, not {}", a(operand.kind))),
        };
        Ok(Typed { node, kind: Type::Timestamp })
    }

    fn duration(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        let operand = self.compile(at)?;
        let node = match (&operand.node, operand.kind) {
            (Node::String(text), _) => match Span::parse(text) {
                Some(span) => Node::Duration(span),
                None => return self.refuse(at, format!("`{text}` is no duration, such as 1h30m or 45s")),
            },
            (_, Type::String | Type::Any | Type::Duration) => Node::ToDuration(Box::new(operand.node)),
            _ => return self.refuse(at, format!("duration() takes a string, not {}", a(operand.kind))),
        };
        Ok(Typed { node, kind: Type::Duration })
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessOrEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn lists_comparable(left: Type, right: Type) -> bool {
    match (left, right) {
        (Type::List(left), Type::List(right)) => {
            left == right || (Type::from(left).is_number() && Type::from(right).is_number())
        }
        _ => true,
    }
}
