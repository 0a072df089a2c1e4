//! Audit events: who did or tried what, in Casemate and, as they say, in applications.

mod allowed;
mod anonymous;
mod erase;
mod export;
mod list;
#[cfg(feature = "archive")]
mod parquet;
mod quota;
mod reader;
mod record;
pub(crate) mod routes;
mod rules;
mod saved;
mod search;
mod subject;
mod tail;
mod timeline;
mod view;

pub use rules::{EventLimits, EventRules};
