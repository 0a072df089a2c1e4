//! Who holds what, since when, through what, and whether they use it: for those who go through it now and then.

pub(crate) mod routes;
mod service;
mod usage;

pub use service::{COLUMNS, Holder, Holding, Review, ReviewError, ReviewQuery, State, review};
