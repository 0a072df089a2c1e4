//! Policies.
mod document;
mod entry;
mod files;
mod mistake;
pub use mistake::{Mistake, SourceFile};
