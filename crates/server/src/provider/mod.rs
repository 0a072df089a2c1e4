//! Providers of identities.

pub(crate) mod routes;
