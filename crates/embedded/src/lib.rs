//! Casemate inside your process: who calls and what they may do, from the database or from policy files, and no server.
//!
//! [`Embedded`] is a [`casemate_sdk::PermissionsManager`] like the remote one, and everything that is built on that trait works
//! with it. It reads what a Casemate server, or the command line, administers: a data folder ([`Builder::data_folder`]) or
//! PostgreSQL ([`Builder::postgres`]), which it follows within half a second; or a folder of policy files
//! ([`Builder::policy_files`]), for development and tests.
//!
//! Beside a server it is a second reader, and it is no server: it records no decisions, counts no wrong secrets and
//! blocks no networks. It writes when API keys were used last, and that something goes on without authorization.
#![forbid(unsafe_code)]

mod audit;
mod build;
mod embedded;
mod lease;
mod network;

pub use build::{Builder, OpenError};
pub use casemate_identity as identity;
pub use casemate_sdk as sdk;
pub use embedded::Embedded;

/// The guide, whose examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/rust.md")]
struct Guide;
