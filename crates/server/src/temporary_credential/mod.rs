//! Credentials that people and programs make for themselves, for minutes or hours.

pub(crate) mod routes;
pub(crate) mod service;
