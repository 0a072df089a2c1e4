//! Signing in with a browser: the pages, the way to a provider and back, and signing out.

mod failures;
mod pages;
pub(crate) mod routes;
mod service;

pub(crate) use failures::Failures;
pub(crate) use service::{Asked, actor, end};
