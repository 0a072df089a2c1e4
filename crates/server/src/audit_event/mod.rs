//! Audit events: who did or tried what, in Casemate and, as they say, in applications.

mod anonymous;
mod export;
mod list;
#[cfg(feature = "archive")]
mod parquet;
mod reader;
mod record;
pub(crate) mod routes;
mod saved;
mod search;
mod subject;
mod tail;
mod timeline;
mod view;
