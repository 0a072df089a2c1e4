//! CEL expressions, and what Casemate's engines do with them.
//!
//! [`Expression::parse`] reads a text in the subset of CEL that `permissions.md` describes, resolves its names against
//! an [`Environment`] and checks its types. The result can be evaluated ([`Expression::evaluate`]), or evaluated as
//! far as what is known goes, the rest becoming a [`filter`] over the attributes that are not ([`Expression::partial`]).
//!
//! There is no clock, no I/O and no allocation in evaluation; every list, text, nesting and evaluation is bounded by
//! the table in [`limits`].
#![forbid(unsafe_code)]

mod compile;
mod cost;
mod datum;
mod direct;
mod environment;
mod evaluate;
mod expression;
pub mod filter;
mod filterable;
pub mod limits;
mod node;
mod number;
mod operators;
mod packed;
mod partial;
mod residual;
mod scope;
mod syntax;
mod time;
mod types;
mod value;

pub use compile::ExpressionError;
pub use datum::{Datum, JsonError, Members};
pub use environment::{Environment, Variable};
pub use expression::Expression;
pub use filterable::NotFilterable;
pub use packed::{Arena, ArenaFull, Packed, PackedList};
pub use residual::{Branch, Partial, Residual};
pub use scope::{Failure, Lookup, Scope};
pub use time::{Span, Timestamp};
pub use types::{Scalar, Type, UnknownType};
pub use value::{Kind, List, Map, Value};
