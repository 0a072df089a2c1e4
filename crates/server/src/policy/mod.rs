//! Keeping what decides up to date with the policy folder.

mod jobs;

pub use jobs::{PolicyStatus, follow};
