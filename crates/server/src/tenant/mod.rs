//! Tenants.

pub(crate) mod routes;
