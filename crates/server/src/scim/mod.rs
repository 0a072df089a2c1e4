//! SCIM 2.0 at `/scim/v2`: a provider says by itself who is there. What the protocol means is `casemate-scim`'s; here are its
//! routes, and the people of the store as its resources.

mod answer;
mod bulk;
mod change;
mod client;
mod find;
mod members;
mod records;
pub(crate) mod routes;
