//! From CEL's tree to ours: names resolved, types checked, everything outside the subset refused.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, SourceInfo, operators};
use cel::parser::Expression as CelNode;

use crate::environment::Environment;
use crate::limits;
use crate::node::{Comparison, Node, TextTest, Typed};
use crate::time::{Span, Timestamp};
use crate::types::Type;

/// Why an expression is refused when it is registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where in the source: offset of the first character, in bytes.
    pub start: usize,
    /// Offset behind the last character, in bytes.
    pub end: usize,
}

pub(crate) struct Compiler<'e> {
    pub(crate) environment: &'e Environment,
    pub(crate) source: &'e SourceInfo,
    pub(crate) source_length: usize,
    /// The names that surrounding `exists` and `all` bind, outermost first, with the type of their element.
    pub(crate) elements: Vec<(String, Type)>,
    pub(crate) depth: usize,
}

impl Compiler<'_> {
    fn refuse<T>(&self, at: &CelNode, message: impl Into<String>) -> Result<T, ExpressionError> {
        let (_, end) = self.source.offset_for(at.id).unwrap_or((0, 0));
        let (start, _) = self.source.offset_for(leftmost(at).id).unwrap_or((0, 0));
        let start = (start as usize).min(self.source_length);
        // The parser names the last byte of a token.
        let end = (end as usize + 1).clamp(start, self.source_length);
        Err(ExpressionError { message: message.into(), start, end })
    }

    pub(crate) fn compile(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return self.refuse(at, format!("the expression is nested deeper than {} levels", limits::DEPTH));
        }
        let typed = match &at.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(_) => self.path(at),
            Expr::Select(select) => self.select(at, select),
            Expr::Call(call) => self.call(at, call),
            Expr::List(list) if list.optional_indices.is_empty() => self.list(at, &list.elements),
            Expr::Comprehension(comprehension) => self.comprehension(at, comprehension),
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.refuse(at, "maps, messages and optional elements are no part of Casemate's expressions")
            }
        };
        self.depth -= 1;
        typed
    }

    fn literal(&self, at: &CelNode, literal: &LiteralValue) -> Result<Typed, ExpressionError> {
        let (node, kind) = match literal {
            LiteralValue::Boolean(value) => (Node::Bool(*value.inner()), Type::Bool),
            LiteralValue::Int(value) => (Node::Int(*value.inner()), Type::Int),
            LiteralValue::Double(value) if value.inner().is_finite() => {
                (Node::Double(*value.inner()), Type::Double)
            }
            LiteralValue::Double(_) => return self.refuse(at, "the number is not finite"),
            LiteralValue::String(value) => (Node::String(value.inner().into()), Type::String),
            LiteralValue::Null => (Node::Missing, Type::Any),
            LiteralValue::UInt(_) => {
                return self.refuse(at, "unsigned integers are not supported: write the number without `u`");
            }
            LiteralValue::Bytes(_) => return self.refuse(at, "bytes are not supported: write a string"),
        };
        Ok(Typed { node, kind })
    }

    fn list(&mut self, at: &CelNode, elements: &[CelNode]) -> Result<Typed, ExpressionError> {
        if elements.len() > limits::LIST_ELEMENTS {
            return self.refuse(at, format!("a list holds at most {} elements", limits::LIST_ELEMENTS));
        }
        let typed = elements.iter().map(|element| self.compile(element)).collect::<Result<Vec<_>, _>>()?;
        if let Some(position) = typed.iter().position(|element| matches!(element.node, Node::List(_))) {
            return self.refuse(elements.get(position).unwrap_or(at), "a list cannot hold a list");
        }
        let first = typed.first().and_then(|element| element.kind.scalar());
        let kind = match first {
            Some(scalar) if typed.iter().all(|element| element.kind == Type::from(scalar)) => {
                Type::List(scalar)
            }
            _ => Type::AnyList,
        };
        Ok(Typed { node: Node::List(typed.into_iter().map(|element| element.node).collect()), kind })
    }

    /// `a.b.c`, or `a["b"]`, as far as it spells a path from an identifier.
    fn spelled(at: &CelNode) -> Option<Vec<String>> {
        match &at.expr {
            Expr::Ident(name) => Some(vec![name.clone()]),
            Expr::Select(select) if !select.test => {
                let mut path = Compiler::spelled(&select.operand)?;
                path.push(select.field.clone());
                Some(path)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => {
                let [operand, index] = call.args.as_slice() else { return None };
                let Expr::Literal(LiteralValue::String(name)) = &index.expr else { return None };
                let mut path = Compiler::spelled(operand)?;
                path.push(name.inner().to_owned());
                Some(path)
            }
            _ => None,
        }
    }

    fn path(&mut self, at: &CelNode) -> Result<Typed, ExpressionError> {
        let Some(path) = Compiler::spelled(at) else { return self.refuse(at, "this is no path") };
        let Some(root) = path.first() else { return self.refuse(at, "this is no path") };
        if let Some(index) = self.elements.iter().rposition(|(name, _)| name == root) {
            let kind = self.elements.get(index).map_or(Type::Any, |(_, kind)| *kind);
            let element = Typed { node: Node::Element(self.elements.len() - 1 - index), kind };
            return self.members(at, element, path.get(1..).unwrap_or_default());
        }
        if let Some(declaration) = self.environment.resolve(&path) {
            let rest = path.get(declaration.path.len()..).unwrap_or_default();
            let kind = declaration.variable.kind;
            let variable = Typed { node: Node::Variable(Box::new(declaration.variable.clone())), kind };
            return self.members(at, variable, rest);
        }
        let known = (0..path.len()).rev().find_map(|length| {
            let prefix = path.get(..length)?;
            let names = self.environment.members_under(prefix);
            (!names.is_empty()).then(|| (prefix.join("."), path.get(length), names.join(", ")))
        });
        let whole = self.environment.members_under(&path);
        if !whole.is_empty() {
            let message =
                format!("`{}` is a record: name one of its members ({})", path.join("."), whole.join(", "));
            return self.refuse(at, message);
        }
        match known {
            Some((prefix, Some(name), names)) if prefix.is_empty() => {
                self.refuse(at, format!("there is no `{name}` here: there are {names}"))
            }
            Some((prefix, Some(name), names)) => {
                self.refuse(at, format!("`{prefix}` has no declared member `{name}`: it has {names}"))
            }
            _ => self.refuse(at, format!("`{}` is not declared", path.join("."))),
        }
    }

    fn members(&self, at: &CelNode, base: Typed, names: &[String]) -> Result<Typed, ExpressionError> {
        let mut typed = base;
        for name in names {
            if !matches!(typed.kind, Type::Map | Type::Any) {
                return self
                    .refuse(at, format!("{} has no member `{name}`: it has no members", a(typed.kind)));
            }
            typed = Typed { node: Node::Member(Box::new(typed.node), name.as_str().into()), kind: Type::Any };
        }
        Ok(typed)
    }

    fn select(&mut self, at: &CelNode, select: &SelectExpr) -> Result<Typed, ExpressionError> {
        if !select.test {
            return match Compiler::spelled(at) {
                Some(_) => self.path(at),
                None => {
                    let operand = self.compile(&select.operand)?;
                    self.members(at, operand, std::slice::from_ref(&select.field))
                }
            };
        }
        let plain = SelectExpr { test: false, ..select.clone() };
        let tested = self.compile(&plain_node(at, plain))?;
        let node = match tested.node {
            Node::Variable(variable) => Node::HasVariable(variable),
            Node::Member(operand, name) => Node::HasMember(operand, name),
            _ => return self.refuse(at, "has() takes a member of something, such as has(resource.locale)"),
        };
        Ok(Typed { node, kind: Type::Bool })
    }

    fn call(&mut self, at: &CelNode, call: &CallExpr) -> Result<Typed, ExpressionError> {
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

    fn expect(&mut self, at: &CelNode, kind: Type, context: &str) -> Result<Node, ExpressionError> {
        let typed = self.compile(at)?;
        if typed.kind == kind || typed.kind == Type::Any {
            return Ok(typed.node);
        }
        self.refuse(at, format!("{context} takes {}, and this is {}", a(kind), a(typed.kind)))
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

    fn index(&mut self, at: &CelNode, operand: &CelNode, index: &CelNode) -> Result<Typed, ExpressionError> {
        let Expr::Literal(LiteralValue::String(name)) = &index.expr else {
            return self
                .refuse(index, "only a constant string may stand in [ ], such as identity.claims[\"x\"]");
        };
        if Compiler::spelled(at).is_some() {
            return self.path(at);
        }
        let operand = self.compile(operand)?;
        self.members(at, operand, &[name.inner().to_owned()])
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

    /// `exists` and `all`, which the parser has already unfolded into loops.
    fn comprehension(
        &mut self,
        at: &CelNode,
        unfolded: &ComprehensionExpr,
    ) -> Result<Typed, ExpressionError> {
        let (is_exists, body) = match (&unfolded.accu_init.expr, &unfolded.loop_step.expr) {
            (Expr::Literal(LiteralValue::Boolean(_)), Expr::Call(step)) if unfolded.iter_var2.is_none() => {
                match (step.func_name.as_str(), step.args.as_slice()) {
                    (operators::LOGICAL_OR, [_, body]) => (true, body),
                    (operators::LOGICAL_AND, [_, body]) => (false, body),
                    _ => return self.unknown_macro(at),
                }
            }
            _ => return self.unknown_macro(at),
        };
        if self.elements.len() == limits::MACRO_DEPTH {
            let message =
                format!("exists and all stand at most {} levels inside one another", limits::MACRO_DEPTH);
            return self.refuse(at, message);
        }
        let range = self.compile(&unfolded.iter_range)?;
        let element = match range.kind {
            Type::List(element) => Type::from(element),
            Type::AnyList | Type::Any => Type::Any,
            other => return self.refuse(at, format!("exists and all go through a list, not {}", a(other))),
        };
        self.elements.push((unfolded.iter_var.clone(), element));
        let body = self.expect(body, Type::Bool, "the body of exists or all");
        self.elements.pop();
        let both = Box::new([range.node, body?]);
        Ok(Typed { node: if is_exists { Node::Exists(both) } else { Node::All(both) }, kind: Type::Bool })
    }

    fn unknown_macro<T>(&self, at: &CelNode) -> Result<T, ExpressionError> {
        self.refuse(at, "of CEL's macros only has, exists and all are part of Casemate's expressions")
    }
}

/// Where a path begins: the parser places a selection at its dot.
fn leftmost(at: &CelNode) -> &CelNode {
    match &at.expr {
        Expr::Select(select) => leftmost(&select.operand),
        Expr::Call(call) if call.func_name == operators::INDEX => call.args.first().map_or(at, leftmost),
        _ => at,
    }
}

fn plain_node(at: &CelNode, select: SelectExpr) -> CelNode {
    CelNode { id: at.id, expr: Expr::Select(select) }
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

/// The type with its article.
fn a(kind: Type) -> String {
    match kind {
        Type::Int => "an int".to_owned(),
        Type::Any => "a value of unknown type".to_owned(),
        other => format!("a {other}"),
    }
}
