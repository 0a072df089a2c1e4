//! What an operator sees of a running server: its log, its figures and its traces.

pub(crate) mod access;
mod log;
pub mod metrics;
pub mod traces;

pub use log::{Levels, LevelsError, Log, LogError};
