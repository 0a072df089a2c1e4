//! The first administrator, and the next one where nobody is left who could make one.

pub(crate) mod routes;
pub(crate) mod service;
