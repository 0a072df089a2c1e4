//! What somebody may do: AuthZEN's evaluation endpoints, and the explanation behind an answer.

mod asker;
mod batch;
mod record;
pub(crate) mod routes;
mod service;
