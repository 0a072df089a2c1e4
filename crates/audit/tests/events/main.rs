//! Events, the blocks that they are kept in, and what finds them there.
#![cfg(feature = "blocks")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod blocks;
mod filters;
mod made;
mod ocsf;
mod queries;
mod reference;
mod texts;
