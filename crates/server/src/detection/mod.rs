//! Rules over the audit trail: administered, tried on what is on record, and followed.

mod job;
pub(crate) mod routes;
mod rules;
mod tried;

pub use job::detect;
