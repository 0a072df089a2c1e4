//! Audit events: who changed or tried what, in Casemate and, as they say, in applications.

mod anonymous;
mod record;
pub(crate) mod routes;
pub(crate) mod service;
mod subject;
