//! Roles: named lists of permissions.

pub(crate) mod routes;
mod validating;
