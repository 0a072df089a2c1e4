//! Applications and their permission schemas.

pub(crate) mod events;
pub(crate) mod routes;
pub(crate) mod service;
