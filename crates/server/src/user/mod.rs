//! Users: the people whom providers vouch for, as the directory knows them.

mod factors;
pub(crate) mod routes;
pub(crate) mod service;
