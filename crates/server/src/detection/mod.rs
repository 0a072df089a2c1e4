//! Rules over the audit trail: administered, tried on what is on record, and followed.

mod job;
mod reading;
pub(crate) mod routes;
mod rules;
mod state;
mod tried;

pub use job::detect;
pub use state::{Detecting, DetectionState};
