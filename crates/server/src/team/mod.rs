//! Teams: named lists of roles.

pub(crate) mod routes;
