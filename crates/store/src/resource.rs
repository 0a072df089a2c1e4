//! Resources that applications register with their attributes: what decisions are about, so that nobody need send it with each.
//! There may be millions of them, so they are rows of a table of their own.
//!
//! What is deleted stays as a row without its attributes for a day: followers see the change by its revision.

mod read;
mod write;

use crate::selection::Selection;

pub(crate) use write::{is_resource, make, refuse_owner};

/// The longest attributes of a resource, in bytes of JSON.
pub const MAX_ATTRIBUTES: usize = 16 << 10;
/// The longest type of a resource, in bytes.
pub const MAX_RESOURCE_TYPE: usize = 128;
/// The most types of resources of an application, in all tenants together.
pub const MAX_RESOURCE_TYPES: usize = 1_000;
/// The most of them in one tenant: so many tenants at least have to come together to use up those of an application.
pub const MAX_TENANT_RESOURCE_TYPES: usize = 200;
/// The most resources that a follower is told of one by one; where more were changed, it forgets all that it knows.
pub const MAX_CHANGED_RESOURCES: u32 = 1_000;

/// By what a resource is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// The tenant that it belongs to.
    pub tenant: String,
    /// The id of the application whose resource it is.
    pub application: String,
    /// Its type, in the application's words.
    pub kind: String,
    /// Its id, unique within the three.
    pub id: String,
}

/// A resource as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceRecord {
    /// By what it is known.
    pub key: ResourceKey,
    /// Its attributes, a JSON object.
    pub attributes: String,
    /// The revision that changed it last. It is given by the store.
    pub revision: i64,
    /// When it was registered, in microseconds since 1970 (UTC). It is given by the store.
    pub created_at: i64,
    /// When it was changed last. It is given by the store.
    pub updated_at: i64,
}

/// Which resources were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedResources {
    /// These.
    These(Vec<ResourceKey>),
    /// More than are told one by one, or it is not known any more.
    Many,
}

/// Which resources are wanted: by application, type and id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceQuery {
    /// Of this tenant.
    pub tenant: String,
    /// Only those of this application.
    pub application: Option<String>,
    /// Only those of this type.
    pub kind: Option<String>,
    /// Only those with this id.
    pub id: Option<String>,
    /// Only those whose id holds this, whatever the case.
    pub search: Option<String>,
    /// Whether the order is turned around.
    pub descending: bool,
    /// Only those behind the one with this application, type and id.
    pub after: Option<[String; 3]>,
    /// How many at most (1 to [`crate::MAX_PAGE`]).
    pub limit: u32,
}

impl ResourceQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new("resource", "deleted_at IS NULL");
        selection.text("tenant = {}", Some(&self.tenant));
        selection.text("application = {}", self.application.as_ref());
        selection.text("type = {}", self.kind.as_ref());
        selection.text("id = {}", self.id.as_ref());
        selection.search(&["id"], self.search.as_deref());
        // What all of them share is no part of the order: an index finds the place by the rest.
        let fixed = usize::from(self.application.is_some())
            + usize::from(self.application.is_some() && self.kind.is_some());
        let columns = ["application", "type", "id"];
        let after = self.after.as_ref().map(|after| after.get(fixed..).unwrap_or_default());
        selection.order_by_texts(columns.get(fixed..).unwrap_or_default(), self.descending, after);
        selection
    }
}
