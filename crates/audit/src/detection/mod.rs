//! Detections: rules in [Sigma's format](https://sigmahq.io/) over the events of the log.
//!
//! A text of rules is read by [`Rules::parse`] once, and refused where it is no rule or asks for what is not done here: nothing of a
//! rule is ever passed over in silence. An [`Engine`] shows events to many such texts, in the order of the log, and remembers for
//! correlations what their times ask for, within bounds. The [`pack`] has our own rules.
//!
//! Sigma leaves open, and here it is so: an event without a field of `group-by` is counted in no group; order is the order of the log;
//! counts are looked at whenever an event comes, in the time that ends with the newest.

mod check;
mod condition;
mod correlation;
mod document;
mod engine;
mod error;
mod index;
pub mod limits;
mod memory;
mod observed;
pub mod pack;
mod pattern;
mod rules;
mod selection;
mod value;
mod watch;
mod yaml;

pub use document::Level;
pub use engine::{Counts, Engine, Match};
pub use error::RuleError;
pub use observed::Observed;
pub use rules::{About, Rules};
pub use value::{FIELDS, Fields, Value};
