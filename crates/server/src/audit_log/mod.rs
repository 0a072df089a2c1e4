//! The proofs of the audit log: its checkpoints, its tiles, and that an event stands in it. They hold no event; the events themselves
//! are read elsewhere, but for whoever checks all of them.

mod event_proof;
mod events;
mod going_on;
mod lateness;
pub(crate) mod routes;
pub(crate) mod service;
mod signing;
mod tree;
mod witness;

pub use lateness::LogSigning;
pub use signing::{SigningError, sign_log, sign_log_now};
pub use witness::{Witnesses, WitnessesError};
