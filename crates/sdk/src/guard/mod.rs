//! Guards: who calls is found out once for each request, and what needs a permission names it.

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "async-graphql")]
mod directive;
#[cfg(feature = "async-graphql")]
mod graphql;
#[cfg(feature = "tonic")]
pub mod grpc;
#[cfg(feature = "tower")]
mod problem;
#[cfg(feature = "tower")]
mod tower;

#[cfg(feature = "axum")]
pub use self::axum::{Permission, Refused, Require, RequireOnSome};
#[cfg(feature = "async-graphql")]
pub use self::directive::{PermissionDirectives, public, requires_permission};
#[cfg(all(feature = "async-graphql", feature = "tower"))]
pub use self::graphql::GraphQlErrors;
#[cfg(feature = "async-graphql")]
pub use self::graphql::{HasPermission, refused};
#[cfg(feature = "tower")]
pub use self::problem::problem;
#[cfg(feature = "tower")]
pub use self::tower::{Identify, IdentifyLayer, Problems, Refusal};
