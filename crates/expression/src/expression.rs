//! An expression from its text to its outcome.

use std::sync::Arc;

use crate::compile::{Compiler, ExpressionError};
use crate::cost;
use crate::direct::Direct;
use crate::environment::Environment;
use crate::evaluate::Evaluation;
use crate::filterable::{self, NotFilterable};
use crate::limits;
use crate::node::Node;
use crate::partial::PartialEvaluation;
use crate::residual::Partial;
use crate::scope::{Failure, Scope};
use crate::syntax;
use crate::types::Type;

/// A condition: parsed, its names resolved, its types checked. Cheap to clone.
///
/// Two expressions are equal when their parsed forms are: spaces and redundant parentheses do not count.
#[derive(Clone, Debug)]
pub struct Expression {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Box<str>,
    direct: Direct,
    root: Node,
    may_run_out: bool,
}

impl Expression {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the text is no CEL, is outside the subset, exceeds a limit, uses a name that `environment` does not
    /// declare, or does not type-check; the error says where.
    pub fn parse(source: &str, environment: &Environment) -> Result<Expression, ExpressionError> {
        Expression::compile(source, environment).map_err(|error| ExpressionError {
            start: source.floor_char_boundary(error.start),
            end: source.ceil_char_boundary(error.end),
            ..error
        })
    }

    fn compile(source: &str, environment: &Environment) -> Result<Expression, ExpressionError> {
        let (tree, info) = syntax::parse(source)?;
        let mut compiler = Compiler {
            environment,
            source: &info,
            source_length: source.len(),
            elements: Vec::new(),
            depth: 0,
        };
        let typed = compiler.compile(&tree)?;
        if !matches!(typed.kind, Type::Bool | Type::Any) {
            let message = format!("a condition is true or false, and this is of type {}", typed.kind);
            return Err(ExpressionError { message, start: 0, end: source.len() });
        }
        let may_run_out = cost::worst(&typed.node, &|_| None) > u64::from(limits::STEPS);
        let (source, direct, root) = (source.into(), Direct::of(&typed.node), typed.node);
        Ok(Expression { inner: Arc::new(Inner { source, direct, root, may_run_out }) })
    }

    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.inner.source
    }

    /// Whether some input within the limits of data makes it run out of steps. One that may not never does.
    pub fn may_run_out(&self) -> bool {
        self.inner.may_run_out
    }

    /// Its truth in a scope. Allocates nothing.
    ///
    /// # Errors
    /// [`Failure`] where it has none: something it uses is missing, is of another type, or the steps ran out.
    #[inline]
    pub fn evaluate<'e, S: Scope>(&'e self, scope: &'e S) -> Result<bool, Failure<'e>> {
        match self.inner.direct.truth(scope) {
            Some(truth) => Ok(truth),
            None => self.evaluate_all(scope),
        }
    }

    #[inline(never)]
    fn evaluate_all<'e, S: Scope>(&'e self, scope: &'e S) -> Result<bool, Failure<'e>> {
        Evaluation { scope, steps: limits::STEPS, met_unknown: false }.truth(&self.inner.root, None)
    }

    /// Its truth as far as the scope decides it; else the filters *when true* and *when false* over what the scope
    /// does not know.
    pub fn partial<'e, S: Scope>(&'e self, scope: &'e S) -> Partial<'e> {
        PartialEvaluation { scope, nodes_left: limits::FILTER_NODES }.partial(&self.inner.root)
    }

    /// Why it cannot be a filter when nothing of the resource is known; `None` when it can.
    pub fn not_filterable(&self) -> Option<NotFilterable> {
        filterable::find(&self.inner.root).map(|reason| NotFilterable { reason: reason.to_owned() })
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.inner.root == other.inner.root
    }
}
