//! Alerts: what rules found in the audit trail, what becomes of it, and who is told.

mod letter;
mod list;
mod notify;
mod receivers;
pub(crate) mod routes;
pub(crate) mod service;
mod test;
mod trying;

pub use notify::tell_receivers;
pub(crate) use test::Tests;
