//! Settings of the installation, and what they do here.

pub(crate) mod routes;
pub(crate) mod service;

pub use service::follow_log_levels;
