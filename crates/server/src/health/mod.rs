//! Whether the server runs, and whether it can answer.

pub(crate) mod routes;
