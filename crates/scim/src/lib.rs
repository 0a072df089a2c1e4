//! The SCIM 2.0 protocol (RFC 7643, RFC 7644, cursors of RFC 9865) without input, output and clock: what resources there are,
//! what clients send read into canonical form, filters, patches, bulk requests, and the documents that are answered.
//!
//! Resources are JSON, in one canonical form: attribute names as the schemas write them, values checked, and nothing that
//! no schema knows. The members of a group are kept apart from it, since there may be more than fit into a document.
#![forbid(unsafe_code)]

mod bulk;
mod discovery;
mod error;
pub mod filter;
mod listing;
mod patch;
mod path;
mod projection;
mod query;
mod resource;
mod resource_type;
pub mod schema;
mod sort;
mod value;
mod version;

pub use bulk::{
    BulkLimits, BulkOperation, BulkPlan, BulkRequest, BulkTarget, Method, bulk_response, operation_result,
};
pub use discovery::{Capabilities, provider_config, resource_type_documents, schema_documents};
pub use error::{ERROR_SCHEMA, ScimError, ScimType};
pub use listing::{Listing, list_response};
pub use patch::{MemberChange, Patch, Patched};
pub use path::Target;
pub use projection::Projection;
pub use query::{Query, QueryLimits};
pub use resource::{Draft, MAX_MEMBERS, Resource};
pub use resource_type::ResourceType;
pub use sort::{SortKey, SortOrder};
pub use version::{Precondition, version};
