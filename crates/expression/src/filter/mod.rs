//! What `filter` answers: a condition over the attributes of a resource, as a tree, as JSON, as SQL, as a predicate.

mod json;
mod predicate;
pub mod sql;
mod tree;
mod typing;

pub use json::{FORMAT, FilterJsonError};
pub use tree::{AllowDeny, Attribute, Constant, Filter, FilterTooLarge, Operand, Operator, Storage, Test};
