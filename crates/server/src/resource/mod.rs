//! Resources that applications register with their attributes.

mod batch;
mod one;
pub(crate) mod routes;
mod service;
