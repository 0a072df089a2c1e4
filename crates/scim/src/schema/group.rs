//! Groups (RFC 7643, section 4.2).

use super::{Attribute, Kind, Schema};

/// A group.
pub static GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Users that are granted something together",
    attributes: GROUP_ATTRIBUTES,
};

const GROUP_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("displayName", "What the group is called; assignments name it so.").required().unique(),
    Attribute::complex("members", "The users of the group.", MEMBER_PARTS).many(),
];

const MEMBER_PARTS: &[Attribute] = &[
    Attribute::text("value", "The user's id.").exact().immutable(),
    Attribute::of("$ref", Kind::Reference, "Where the user is.").refers_to(&["User"]).immutable(),
    Attribute::text("type", "What is a member.").canonical(&["User"]).immutable(),
];
