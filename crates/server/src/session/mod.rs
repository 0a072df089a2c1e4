//! Sessions of browsers: seeing one's own, and ending them; those of others by permission.

pub(crate) mod routes;
