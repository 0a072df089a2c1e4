//! From CEL's tree to ours: names resolved, types checked, everything outside the subset refused.

mod calls;

use cel::common::ast::{ComprehensionExpr, Expr, LiteralValue, SelectExpr, SourceInfo, operators};
use cel::parser::Expression as CelNode;

use crate::environment::Environment;
use crate::limits;
use crate::node::{Node, Typed};
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

    fn expect(&mut self, at: &CelNode, kind: Type, context: &str) -> Result<Node, ExpressionError> {
        let typed = self.compile(at)?;
        if typed.kind == kind || typed.kind == Type::Any {
            return Ok(typed.node);
        }
        self.refuse(at, format!("{context} takes {}, and this is {}", a(kind), a(typed.kind)))
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

/// The type with its article.
fn a(kind: Type) -> String {
    match kind {
        Type::Int => "an int".to_owned(),
        Type::Any => "a value of unknown type".to_owned(),
        other => format!("a {other}"),
    }
}
