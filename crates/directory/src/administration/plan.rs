//! What applying code, or setting configuration back, would change.

use serde::Serialize;

use crate::kind::Kind;
use crate::policy::Wanted;

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
    pub(crate) wanted: Vec<Wanted>,
}

impl Plan {
    /// Whether everything is as the code says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.update.is_empty() && self.delete.is_empty()
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
}
