//! Signing in with a browser: the pages, the way to a provider and back, and signing out.

mod ending;
mod failures;
mod finishing;
mod pages;
mod returning;
pub(crate) mod routes;
pub(crate) mod service;

pub(crate) use failures::Failures;
pub(crate) use finishing::Finishing;
