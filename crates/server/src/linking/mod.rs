//! One person's several sign-ins: their own page `/account`, where they link signing in with another provider, and who somebody is
//! that signs in by such a link.

mod finish;
mod letter;
mod own;
mod pages;
mod proof;
pub(crate) mod routes;
pub(crate) mod service;
