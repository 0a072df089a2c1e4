//! The permission engine for WebAssembly, as `sdk/typescript` loads it.
//!
//! Questions come in as JSON texts and answers leave as JSON texts: the engine reads them itself, strictly, so that
//! integers of 64 bits and a member that stands twice mean the same here as anywhere else. There is no clock here: each
//! question brings its time.
#![forbid(unsafe_code)]

mod catalog;
mod mistake;
mod question;
mod set;

pub use catalog::Catalog;
pub use set::PermissionSet;
