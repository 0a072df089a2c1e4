//! What the two subgraphs in Rust have in common: a caller's permissions as SQL, and the listener.
#![forbid(unsafe_code)]

mod failure;
mod rows;
mod serve;

pub use failure::stored;
pub use rows::{Arguments, bind, rows};
pub use serve::{Service, start};
