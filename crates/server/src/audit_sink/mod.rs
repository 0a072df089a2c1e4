//! Sinks of the audit log: what is on record is sent to a syslog server, an endpoint, a file or a stream of NATS.

mod events;
mod file;
mod jobs;
mod log;
mod message;
#[cfg(feature = "nats")]
mod nats;
mod receiver;
pub(crate) mod routes;
mod sending;
pub(crate) mod service;
mod status;
mod syslog;
mod webhook;

pub use jobs::send_to_audit_sinks;
pub use status::{AuditSinkState, AuditSinks};
