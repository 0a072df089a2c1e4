//! Networks that guess at secrets, and that nothing is taken from for a time.

mod counting;
mod guesses;
mod jobs;
mod list;
pub(crate) mod routes;
pub(crate) mod service;
mod wrong_keys;

pub use jobs::follow_blocks;
pub use service::{BlockRule, Blocks};
