//! Who somebody is.

pub(crate) mod routes;
