//! Audit events: who changed or tried what.

pub(crate) mod routes;
pub(crate) mod service;
