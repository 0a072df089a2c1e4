//! Who holds what, since when, through what, and whether they use it: for those who go through it now and then.

mod decide;
mod held;
mod latest;
mod progress;
mod query;
mod record;
pub(crate) mod routes;
mod service;
mod usage;
mod view;

pub use query::{HolderQuery, Review, ReviewError, ReviewQuery};
pub use service::review;
pub use view::{
    COLUMNS, DECISION_COLUMNS, Decided, Decision, Holder, Holding, LatestReview, Reviewer, State,
};
