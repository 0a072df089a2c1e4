//! Local accounts: signing in with a password that Casemate itself checks, for installations without a provider, and for
//! whoever the one-time key of administrators made.

mod attempt;
mod digests;
mod factor;
mod first;
mod off;
mod pages;
mod password;
pub(crate) mod routes;
pub(crate) mod service;

pub use digests::{AccountRule, Accounts};
pub use off::end_local_sessions;
