//! Credentials that people and programs make for themselves, for minutes or hours.

mod list;
pub(crate) mod routes;
pub(crate) mod service;
