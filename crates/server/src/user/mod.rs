//! Users: the people whom providers vouch for, as the directory knows them.

mod factors;
mod links;
pub(crate) mod routes;
pub(crate) mod service;
mod versions;
