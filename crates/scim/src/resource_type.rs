//! The two types of resources.

use crate::schema::{Attribute, COMMON, ENTERPRISE, GROUP, Schema, USER, find};

/// A type of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceType {
    /// Users.
    User,
    /// Groups.
    Group,
}

impl ResourceType {
    /// Both.
    pub const ALL: [ResourceType; 2] = [ResourceType::User, ResourceType::Group];

    /// Its name, such as `User`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ResourceType::User => "User",
            ResourceType::Group => "Group",
        }
    }

    /// Where its resources are, below the base.
    #[must_use]
    pub fn endpoint(self) -> &'static str {
        match self {
            ResourceType::User => "/Users",
            ResourceType::Group => "/Groups",
        }
    }

    /// What it describes.
    #[must_use]
    pub fn schema(self) -> &'static Schema {
        match self {
            ResourceType::User => &USER,
            ResourceType::Group => &GROUP,
        }
    }

    /// What extends it.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static Schema] {
        static OF_USERS: [&Schema; 1] = [&ENTERPRISE];
        match self {
            ResourceType::User => &OF_USERS,
            ResourceType::Group => &[],
        }
    }

    /// The extension with this URN, in whatever case.
    #[must_use]
    pub fn extension(self, id: &str) -> Option<&'static Schema> {
        self.extensions().iter().copied().find(|schema| schema.id.eq_ignore_ascii_case(id))
    }

    /// The attribute of this name, of all resources or of this type.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        find(COMMON, name).or_else(|| self.schema().attribute(name))
    }

    /// All attributes but those of extensions.
    pub fn attributes(self) -> impl Iterator<Item = &'static Attribute> {
        COMMON.iter().chain(self.schema().attributes)
    }
}
