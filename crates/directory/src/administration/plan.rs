//! What applying code, or setting configuration back, would change.

use serde::Serialize;

use super::people::{GroupPlan, Unknown};
use crate::kind::Kind;
use crate::policy::Code;

/// What would be changed so that the store holds what the code says.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The revision that it was thought out at.
    pub base: i64,
    /// What manages the objects from then on: the name of the source of code.
    pub origin: String,
    /// Whether what the origin managed and no longer wants is deleted.
    pub prune: bool,
    /// What would be made.
    pub create: Vec<PlannedChange>,
    /// What would become something else.
    pub update: Vec<PlannedChange>,
    /// What would be deleted.
    pub delete: Vec<PlannedChange>,
    /// How many objects are already as they should be.
    pub unchanged: usize,
    pub(crate) wanted: Code,
    /// What is done about members whom nobody knows.
    pub(super) unknown: Unknown,
}

impl Plan {
    /// Whether everything is as the code says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.update.is_empty() && self.delete.is_empty()
    }

    /// Takes in what becomes of groups.
    pub(super) fn with_groups(mut self, groups: &GroupPlan) -> Plan {
        for group in &groups.changes {
            let into = match group.verb() {
                "create" => &mut self.create,
                "delete" => &mut self.delete,
                _ => &mut self.update,
            };
            into.push(group.planned());
        }
        self.unchanged += groups.unchanged;
        self
    }

    /// Whether two say the same would be done.
    pub(super) fn does_as(&self, other: &Plan) -> bool {
        (&self.create, &self.update, &self.delete) == (&other.create, &other.update, &other.delete)
    }
}

/// One object that would be changed, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedChange {
    /// Its kind.
    pub kind: &'static str,
    /// The tenant that it belongs to; empty for the whole installation.
    pub tenant: String,
    /// Its name.
    pub name: String,
    /// What differs, one line for each difference: `+` and `-` before what comes and what goes.
    pub diff: Vec<String>,
}

impl PlannedChange {
    pub(crate) fn of(kind: Kind, tenant: &str, name: &str, diff: Vec<String>) -> PlannedChange {
        PlannedChange { kind: kind.as_str(), tenant: tenant.to_owned(), name: name.to_owned(), diff }
    }

    /// A group, which is no object.
    pub(super) fn of_group(tenant: &str, name: &str, diff: Vec<String>) -> PlannedChange {
        PlannedChange { kind: "group", tenant: tenant.to_owned(), name: name.to_owned(), diff }
    }
}
