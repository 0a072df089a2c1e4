//! Settings of the installation, and what they do here.

pub(crate) mod routes;
mod service;

pub use service::follow_log_levels;
pub(crate) use service::recorded;
