//! What somebody may do: AuthZEN's evaluation endpoints, and the explanation behind an answer.

mod asker;
mod batch;
pub(crate) mod preview;
pub(crate) mod questions;
mod record;
mod registered;
pub(crate) mod routes;
pub(crate) mod search;
pub(crate) mod search_resource;
pub(crate) mod service;
mod tokens;
mod told;
mod walk;
pub(crate) mod who_can;
