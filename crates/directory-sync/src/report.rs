//! What a pull came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many entries that were passed over a report names.
const NAMED: usize = 20;
/// What is said of somebody who was left as they are.
const LAST_ADMINISTRATOR: &str = "left as it is, since nobody else administers: assign the role `administrator` in the tenant \
                                  `default`, without an end, to somebody else or to a service account";

/// What a pull came to, or would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DirectorySyncReport")]
pub struct Report {
    /// Whether all of the directory was read, or what changed alone.
    pub full: bool,
    /// Whether nothing was changed, and this is what would be.
    pub dry_run: bool,
    /// Users.
    pub users: Counted,
    /// Groups.
    pub groups: Counted,
    /// How many came to groups.
    pub members_added: u64,
    /// How many left groups.
    pub members_removed: u64,
    /// How many entries were passed over.
    pub skipped: u64,
    /// The first of them, with why.
    pub skipped_first: Vec<String>,
    /// How many users and groups were left as they are, since nobody would be left who administers.
    #[serde(default)]
    pub kept: u64,
    /// The first of them, with what to do.
    #[serde(default)]
    pub kept_first: Vec<String>,
    /// Users that are gone or not active any more, and were left as they are, since they are more than may vanish at once.
    pub users_withheld: Option<Withheld>,
    /// Groups that are gone and were left as they are, since they are more than may vanish at once.
    pub groups_withheld: Option<Withheld>,
    /// Members of groups that came without any, who were left in them, since they are more than may leave at once.
    pub members_withheld: Option<Withheld>,
}

/// What became of users, or of groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DirectorySyncCounts")]
pub struct Counted {
    /// How many the directory told of.
    pub found: u64,
    /// How many were made.
    pub created: u64,
    /// How many were changed.
    pub updated: u64,
    /// How many are gone: users that were deactivated, groups that were deleted.
    pub gone: u64,
}

/// Those that are gone were too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DirectorySyncWithheld")]
pub struct Withheld {
    /// How many are gone.
    pub gone: u64,
    /// How many may vanish at once.
    pub most: u64,
}

impl Report {
    /// Notes an entry that was passed over.
    pub(crate) fn skip(&mut self, why: String) {
        self.skipped += 1;
        if self.skipped_first.len() < NAMED {
            self.skipped_first.push(why);
        }
    }

    /// Notes somebody without whom nobody would administer.
    pub(crate) fn keep(&mut self, named: &str) {
        self.kept += 1;
        if self.kept_first.len() < NAMED {
            self.kept_first.push(format!("{named}: {LAST_ADMINISTRATOR}"));
        }
    }

    /// Whether something was left as it is: since it is more than may vanish at once, or nobody would be left who administers.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.kept > 0 || self.is_too_many()
    }

    /// Whether something was left as it is, since it is more than may vanish at once.
    #[must_use]
    pub fn is_too_many(&self) -> bool {
        self.users_withheld.is_some() || self.groups_withheld.is_some() || self.members_withheld.is_some()
    }

    /// Whether anything was changed.
    #[must_use]
    pub fn changed(&self) -> bool {
        let counted = |counted: &Counted| counted.created + counted.updated + counted.gone;
        counted(&self.users) + counted(&self.groups) + self.members_added + self.members_removed > 0
    }
}
