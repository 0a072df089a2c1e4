//! What somebody may do: AuthZEN's evaluation endpoints, and the explanation behind an answer.

mod asker;
mod batch;
pub(crate) mod questions;
mod record;
pub(crate) mod routes;
mod service;
