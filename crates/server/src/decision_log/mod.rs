//! A sample of the questions about decisions, as they were asked, and which answers a change of the policy would change.

mod bounded;
mod comparison;
mod entry;
mod impact;
mod jobs;
pub(crate) mod routes;
pub(crate) mod service;

pub use impact::{Answered, Impact, ImpactEntry, ImpactError, ImpactQuery, NotReplayed, impact};
pub use jobs::write_decision_log;
pub use service::DecisionLog;
