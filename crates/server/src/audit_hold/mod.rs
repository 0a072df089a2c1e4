//! Legal holds: events of the audit log that are neither erased nor deleted, however old they are, until the hold is lifted.

mod list;
pub(crate) mod routes;
mod scope;
