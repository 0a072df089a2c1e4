//! What changes bear on, so that who follows them reads no more than what became different.

use crate::commit::{Commit, Operation};
use crate::object::Draft;
use crate::people::is_people;
use crate::resource::is_resource;
use crate::sql::{Database as _, Link, values};

/// Takes the next number. A binary that does not mark what its changes bear on leaves a gap, behind which `marked_from` begins anew.
pub(crate) const NEXT: &str = "UPDATE revision SET last = last + $1, \
    marked_from = CASE WHEN $1 = 0 OR marked = last THEN marked_from ELSE last + 1 END, \
    marked = CASE WHEN $1 = 0 THEN marked ELSE last + 1 END \
    RETURNING last, policy";

/// The kinds of objects of which nothing else is kept than the object: no secret, key, session or person goes with one.
const ALONE: [&str; 3] = ["assignment", "role", "team"];

impl Commit {
    /// Whether nothing becomes different by it but objects of which nothing else is kept, and resources that are registered.
    #[must_use]
    pub fn is_of_objects_alone(&self) -> bool {
        !self.operations.iter().any(changes_others)
    }
}

/// Writes down what the change bears on whose number was taken.
pub(crate) async fn mark(link: &mut Link, operations: &[Operation]) -> Result<(), sqlx::Error> {
    let (policy, others) = (operations.iter().any(changes_policy), operations.iter().any(changes_others));
    if !policy && !others {
        return Ok(());
    }
    let text = "UPDATE revision SET policy = CASE WHEN $1 = 1 THEN last ELSE policy END, \
                others = CASE WHEN $2 = 1 THEN last ELSE others END";
    link.execute(text, values![i64::from(policy), i64::from(others)]).await?;
    Ok(())
}

/// Whether changes that were thought out before an operation have to be thought out again.
fn changes_policy(operation: &Operation) -> bool {
    !is_people(operation)
        && !is_resource(operation)
        && !matches!(
            operation,
            Operation::Remember(_)
                | Operation::Account(_)
                | Operation::Link(_)
                | Operation::Still(_)
                | Operation::BeginSession(_)
                | Operation::EndSessions { .. }
                | Operation::Block(_)
                | Operation::LiftBlock { .. }
                | Operation::SavedSearch(_)
                | Operation::Review(_)
                | Operation::ForgetSource(_)
                | Operation::Alert(_)
                | Operation::SteerAuditSink(_)
                | Operation::EventQuota(_)
        )
}

/// Whether an operation may change more than objects of which nothing else is kept, and resources.
fn changes_others(operation: &Operation) -> bool {
    match operation {
        Operation::Put(Draft { kind, .. }) | Operation::Remove { kind, .. } => {
            !ALONE.contains(&kind.as_str())
        }
        Operation::Remember(_)
        | Operation::Alone
        | Operation::Still(_)
        | Operation::SavedSearch(_)
        | Operation::Review(_)
        | Operation::Alert(_)
        | Operation::SteerAuditSink(_)
        | Operation::EventQuota(_) => false,
        operation => !is_resource(operation),
    }
}
