//! Assignments: who has which role.

pub(crate) mod routes;
