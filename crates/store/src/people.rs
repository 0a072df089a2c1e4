//! People: the users and groups of providers. There may be a hundred thousand of them, so they are rows of tables of their
//! own: read one by one or by the page, never all at once.
//!
//! What is deleted stays as a row without what is personal: followers see the change by its revision, and the id is never
//! used again.

use aws_lc_rs::digest::{SHA256, digest};

mod left;
mod lost;
mod named;
mod query;
mod read;
mod since;
mod statistics;
pub(crate) mod version;
mod write;

pub use query::{GroupQuery, GroupSort, UserQuery, UserSort};
pub use read::{ChangedUsers, FormerUser, Member, MemberQuery, UserChange};
pub use since::{DeletedGroup, PeopleEdit, PeopleSince, Then};
pub(crate) use statistics::{TOLD, TOLD_BY_TENANT, count_grown};
pub use version::{
    DIRECTORY_VERSION_AGE, DirectoryEdit, DirectoryKind, DirectoryVersion, DirectoryVersionQuery,
    MAX_DIRECTORY_VERSIONS, MemberEdit,
};
pub(crate) use write::{PeopleChange, is_people};

/// The most users that a follower is told of one by one; where more were changed, it forgets all that it knows.
pub const MAX_CHANGED_USERS: u32 = 1_000;

/// The most groups of one user that are read.
pub const MAX_GROUPS_OF_USER: u32 = 10_000;

/// A user as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRecord {
    /// `usr_…`; never used again.
    pub id: String,
    /// The tenant where they are at home.
    pub tenant: String,
    /// The name of the provider that vouches for them; `casemate` for local accounts.
    pub provider: String,
    /// What the provider calls them in tokens, unique within it; absent while that is not known.
    pub subject: Option<String>,
    /// What people call them, such as `ada@example.com`: unique within the provider, whatever the case.
    pub login: String,
    /// What whoever provisions them calls them.
    pub external_id: Option<String>,
    /// Whether they may do anything.
    pub active: bool,
    /// Their name, to be shown.
    pub display_name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their attributes, a JSON object: expressions see them as claims.
    pub attributes: String,
    /// What the provisioning protocol keeps of them beside all this, as JSON.
    pub scim: Option<String>,
    /// Who manages them: empty for by hand, `scim`, `ldap`, `sign-in`.
    pub source: String,
    /// The revision that changed them, or what they belong to, last. It is given by the store.
    pub revision: i64,
    /// When they were made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// When they were changed last. It is given by the store.
    pub updated_at: i64,
    /// When they signed in last, as far as that was noted. Absent, it is left as it is.
    pub signed_in_at: Option<i64>,
}

/// A group as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRecord {
    /// `grp_…`; never used again.
    pub id: String,
    /// The tenant that it belongs to.
    pub tenant: String,
    /// The name of the provider that it is of; `casemate` for local ones.
    pub provider: String,
    /// What it is called: unique within tenant and provider, whatever the case. Mapping rules know it by this name.
    pub name: String,
    /// What whoever provisions it calls it.
    pub external_id: Option<String>,
    /// Who manages it: empty for by hand, `scim`, `ldap`, or a source of code ([`code_source`]).
    pub source: String,
    /// What the provisioning protocol keeps of it beside all this, as JSON.
    pub scim: Option<String>,
    /// The revision that changed it, or its members, last. It is given by the store.
    pub revision: i64,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// When it was changed last. It is given by the store.
    pub updated_at: i64,
}

/// That a user belongs to a group, as one source says. They belong to it as long as any source says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Membership {
    /// The group's id.
    pub group: String,
    /// The user's id.
    pub user: String,
    /// Who says so: empty for by hand, `scim`, `ldap`, `sign-in`, or a source of code ([`code_source`]).
    pub source: String,
}

/// What the sources begin with that are code.
const CODE: &str = "code:";

/// Who manages a group that was applied from the code of this name, and says who belongs to it: `code:NAME`.
#[must_use]
pub fn code_source(origin: &str) -> String {
    format!("{CODE}{origin}")
}

/// The name of the code that a source is, where it is one.
#[must_use]
pub fn code_origin(source: &str) -> Option<&str> {
    source.strip_prefix(CODE)
}

/// A name as it is compared: names that differ only in case are one.
#[must_use]
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// By what a user is known again who was deleted, or is called otherwise: their token is still refused, and the name that it
/// says is not kept.
pub(crate) fn former(subject: &str) -> Vec<u8> {
    digest(&SHA256, subject.as_bytes()).as_ref().to_vec()
}
