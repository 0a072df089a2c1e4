//! Sources of permissions outside the directory.

pub(crate) mod routes;
