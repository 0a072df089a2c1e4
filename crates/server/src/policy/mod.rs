//! What decides: keeping it up to date with the policy folder, its versions, and applying code to it.

mod jobs;
mod revert;
pub(crate) mod routes;
pub(crate) mod service;
mod versions;

pub use jobs::{PolicyStatus, follow};
