//! What clients are told of failures that are no refusals.

use async_graphql::ErrorExtensions as _;

/// What the database failed at goes to the log, and not to the client.
#[must_use]
pub fn stored(error: &sqlx::Error) -> async_graphql::Error {
    tracing::error!(%error, "the database failed");
    async_graphql::Error::new("A fault on our side")
        .extend_with(|_, extensions| extensions.set("code", "INTERNAL_SERVER_ERROR"))
}
