//! Assignments: who has which role.

pub(crate) mod routes;
pub(crate) mod service;
