//! Who exists and what they were granted.
//!
//! A [`Policy`] is read from TOML files and checked as a whole, every mistake with its place. A [`Directory`] answers from
//! one immutable [`Snapshot`] of it, which is replaced atomically: who a type and an id mean, what they hold — compiled
//! and cached —, and who says who is calling. No HTTP, and no clock.
#![forbid(unsafe_code)]

mod authenticator;
mod directory;
mod index;
pub mod policy;
mod sets;
mod snapshot;
mod subject;
mod watch;

pub use authenticator::sha256;
pub use directory::Directory;
pub use policy::{Credential, DEFAULT_TENANT, Mistake, Policy};
pub use snapshot::{ResolveError, Snapshot};
pub use subject::{Actor, Subject};
pub use watch::Watcher;

/// The provider of callers with a static credential.
pub const CREDENTIAL_PROVIDER: &str = "credential";
