//! Groups, and who belongs to them.

pub(crate) mod members;
pub(crate) mod routes;
pub(crate) mod service;
mod versions;
