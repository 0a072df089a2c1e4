//! The web console: its files, and the policy under which browsers run them. What it does, it does by the public API.

mod page;
pub(crate) mod routes;
