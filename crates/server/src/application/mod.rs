//! Applications and their permission schemas.

pub(crate) mod routes;
pub(crate) mod service;
