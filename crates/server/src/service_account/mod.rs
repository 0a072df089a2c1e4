//! Service accounts.

pub(crate) mod routes;
