//! What identities hold, and what it means: for whoever decides elsewhere what they may do.

pub(crate) mod changes;
mod item;
mod reading;
mod resolve;
pub(crate) mod routes;
mod schemas;
pub(crate) mod service;
mod visible;
