//! Pulling the users and groups of providers from LDAP directories.

mod jobs;
pub(crate) mod routes;
mod service;

pub use jobs::pull_directories;
pub use service::{Pulled, by, pulled, source};
