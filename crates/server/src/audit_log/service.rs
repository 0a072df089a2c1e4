//! What other areas ask of the log's proofs.

pub(crate) use super::going_on::{is_own, newest};
pub(crate) use super::lateness::is_late;
