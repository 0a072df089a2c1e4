//! Pulls the users and groups of providers from LDAP directories: for installations that cannot be reached from outside. What
//! comes of it is what SCIM would have brought: rows of the store, each change with its event, by whichever process holds the
//! lease.
//!
//! It fails closed. Only a directory that was read to its end says who is gone, and more than a bound vanish with an
//! administrator's word alone. Who is gone is deactivated, which ends their sessions, and not deleted.
#![forbid(unsafe_code)]

mod changes;
mod groups;
mod last;
mod nested;
mod reading;
mod report;
mod run;
mod source;
mod state;
mod users;

pub use report::{Counted, Report, Withheld};
pub use run::{By, Order, SyncError, sync};
pub use source::{BIND_PASSWORD, Source, mapping};
pub use state::{State, state};

/// Who manages what is pulled.
pub const SOURCE: &str = "ldap";
