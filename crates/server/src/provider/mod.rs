//! Providers of identities.

mod mapping;
pub(crate) mod routes;
