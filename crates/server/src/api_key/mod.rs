//! API keys of service accounts.

pub(crate) mod routes;
pub(crate) mod service;
