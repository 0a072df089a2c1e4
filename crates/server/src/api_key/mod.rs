//! API keys of service accounts.

mod list;
pub(crate) mod routes;
pub(crate) mod service;
