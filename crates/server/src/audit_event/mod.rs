//! Audit events: who changed or tried what.

mod anonymous;
pub(crate) mod routes;
pub(crate) mod service;
