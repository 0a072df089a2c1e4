//! What is logged, changed while serving.

pub(crate) mod routes;
