//! What an evaluation asks its host for, and why it may have no outcome.

use crate::environment::Variable;
use crate::value::{Kind, Value};

/// Where an expression's variables come from.
pub trait Scope {
    /// The value of a declared variable; [`Lookup::Known`] of `Value::Null` where it is missing.
    fn look_up(&self, variable: &Variable) -> Lookup<'_>;

    /// The text that a variable is; `None` where [`Scope::look_up`] finds anything else. A scope that has a shorter way
    /// to it may take it.
    #[inline]
    fn text(&self, variable: &Variable) -> Option<&str> {
        match self.look_up(variable) {
            Lookup::Known(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The truth value that a variable is, as [`Scope::text`] does for texts.
    #[inline]
    fn truth(&self, variable: &Variable) -> Option<bool> {
        match self.look_up(variable) {
            Lookup::Known(Value::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// Whether a text is in the list that a variable is, as [`Scope::text`] does for texts; `None` also where the list
    /// is longer than 64 elements, or only looking at each element by itself can tell.
    #[inline]
    fn lists(&self, variable: &Variable, text: &str) -> Option<bool> {
        match self.look_up(variable) {
            Lookup::Known(Value::List(list)) if list.len() <= SHORT_LIST => list.find_text(text),
            _ => None,
        }
    }
}

/// Lists up to this length are looked through without counting steps: a condition has too few operators to run out.
pub(crate) const SHORT_LIST: usize = 64;

/// What a scope knows of a variable.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// Its value; `Value::Null` where it is missing.
    Known(Value<'a>),
    /// It was not supplied: only a filter can speak about it.
    Unknown,
}

/// Why an expression has no value. Borrowed from the expression, so that failing allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure<'e> {
    /// Something that was used is absent or null.
    #[error("`{0}` is missing")]
    Missing(&'e str),
    /// A variable is not of the type that was declared for it.
    #[error("`{0}` is not of its declared type")]
    NotAsDeclared(&'e str),
    /// Two values of different types were compared.
    #[error("{0} and {1} cannot be compared")]
    NotComparable(Kind, Kind),
    /// An operand is of the wrong type: what the operator is, what it needs, and what it got.
    #[error("{operator} needs {needs}, and got {1}", operator = .0.0, needs = .0.1)]
    WrongOperand(&'static (&'static str, &'static str), Kind),
    /// The operands of `+` or `-` do not go together.
    #[error("{0} needs {1}, and got {2}")]
    WrongOperands(&'static str, Kind, Kind),
    /// The result does not fit its type.
    #[error("the result of `{0}` is out of range")]
    OutOfRange(&'static str),
    /// A text is no time, duration, address or network.
    #[error("the text is no {0}")]
    Unreadable(&'static str),
    /// The step budget ran out.
    #[error("the evaluation took more than {} steps", crate::limits::STEPS)]
    OutOfSteps,
    /// Something was used that was not supplied.
    #[error("`{0}` was not supplied")]
    Unknown(&'e str),
}

impl Failure<'_> {
    /// Whether nothing that stands beside this failure may outweigh it.
    #[inline]
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Failure::OutOfSteps)
    }
}
