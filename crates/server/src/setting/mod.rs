//! Settings of the installation.

pub(crate) mod routes;
