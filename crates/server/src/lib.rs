//! The product's HTTP, a folder per area: [`decision`] answers what somebody may do, [`identity`] who somebody is,
//! [`health`] whether we can, and [`policy`] keeps what decides up to date.
#![forbid(unsafe_code)]

mod app;
pub mod decision;
pub mod health;
pub mod identity;
pub mod policy;

pub use app::{App, Recorded, Settings, router};
