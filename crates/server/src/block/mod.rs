//! Networks that guess at secrets, and that nothing is taken from for a time.

mod guesses;
mod jobs;
pub(crate) mod routes;
pub(crate) mod service;

pub use jobs::follow_blocks;
pub use service::{BlockRule, Blocks};
