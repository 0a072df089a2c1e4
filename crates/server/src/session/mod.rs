//! Sessions of browsers: seeing one's own, and ending them; those of others by permission.

mod list;
pub(crate) mod routes;
