//! Bulk requests: many operations in a transaction, each with an outcome of its own.

use std::collections::{HashMap, HashSet};

use casemate_scim::{
    BulkOperation, BulkRequest, Draft, Method, Patch, Precondition, ResourceType, ScimError,
    operation_result, version,
};
use casemate_store::CommitError;
use serde_json::Value;

use super::answer::Refusal;
use super::change::{Prepared, Thought, Wish};
use super::client::Client;
use super::records::location;

/// The most operations of a request.
pub(super) const MAX_OPERATIONS: usize = 1_000;
/// The most operations of one transaction.
const TOGETHER: usize = 500;
/// How much waits at most, in operations of the store, before it is done: one of a request may change the members of a large group.
const WAITING: usize = 20_000;

/// What came of an operation: its status, the resource's id, and its revision where it is still there.
type Outcome = Result<(u16, String, Option<i64>), ScimError>;

/// An operation whose change is thought out: what it wants, in case that has to be thought out anew.
struct Waiting {
    place: usize,
    status: u16,
    bulk_id: Option<String>,
    kind: ResourceType,
    wish: Wish,
    /// The resource that is changed, or none where one is made.
    id: Option<String>,
    expected: Precondition,
    /// The resource when it is done.
    done: String,
}

/// A bulk request on its way.
struct Run<'c, 'a> {
    client: &'c Client<'a>,
    outcomes: Vec<Option<Outcome>>,
    /// The ids of what was made, by `bulkId`.
    made: HashMap<String, String>,
    waiting: Vec<Waiting>,
    /// The changes of what waits.
    changes: Vec<Prepared>,
    /// How many operations of the store these are.
    size: usize,
    /// The ids, and names, of what waits.
    touched: HashSet<String>,
    errors: usize,
}

impl Client<'_> {
    /// Does a bulk request and gives the results of its operations, in their order.
    pub(super) async fn bulk(&self, request: BulkRequest) -> Vec<Value> {
        let order = request.plan().order;
        let mut operations = request.operations;
        let mut run = Run {
            client: self,
            outcomes: vec![None; operations.len()],
            made: HashMap::new(),
            waiting: Vec::new(),
            changes: Vec::new(),
            size: 0,
            touched: HashSet::new(),
            errors: 0,
        };
        // Whoever wants to stop at an error is not served several operations at once.
        let together = if request.fail_on_errors.is_some() { 1 } else { TOGETHER };
        for place in order {
            let Some(operation) = operations.get_mut(place) else { continue };
            run.take(place, operation).await;
            if run.waiting.len() >= together || run.size >= WAITING {
                run.flush().await;
            }
            if request.fail_on_errors.is_some_and(|most| run.errors >= most) {
                break;
            }
        }
        run.flush().await;
        self.follow().await;
        let results = operations.iter().zip(run.outcomes);
        results.filter_map(|(operation, outcome)| Some(self.result(operation, outcome?))).collect()
    }

    fn result(&self, operation: &BulkOperation, outcome: Outcome) -> Value {
        let target = operation.what.as_ref().ok().map(|(_, target)| target);
        let place = |id: &str| Some(location(&self.base, target?.kind, id));
        let named = target.and_then(|target| target.id.as_deref()).and_then(place);
        let outcome = outcome.map(|(status, id, revision)| (status, place(&id), revision.map(version)));
        operation_result(operation, outcome, named)
    }
}

impl Run<'_, '_> {
    /// Thinks out an operation, after whatever it rests on was done.
    async fn take(&mut self, place: usize, operation: &mut BulkOperation) {
        if operation.rests_on().iter().any(|name| self.touched.contains(name)) {
            self.flush().await;
        }
        let made = &self.made;
        if let Err(error) = operation.resolve(&|name| made.get(name).cloned()) {
            self.fail(place, error);
            return;
        }
        match self.thought(place, operation).await {
            Ok(Some((waiting, change))) if change.is_alone() => {
                self.flush().await;
                self.alone(waiting).await;
            }
            Ok(Some((waiting, change))) => {
                self.touched.insert(waiting.done.clone());
                self.touched.extend(waiting.bulk_id.clone());
                self.waiting.push(waiting);
                self.size += change.operations.len();
                self.changes.push(change);
            }
            Ok(None) => {}
            Err(refusal) => self.fail(place, refusal.into_scim()),
        }
    }

    async fn thought(
        &mut self,
        place: usize,
        operation: &BulkOperation,
    ) -> Result<Option<(Waiting, Prepared)>, Refusal> {
        let (method, target) = operation.what.clone()?;
        let (wish, status) = wish(method, target.kind, &operation.data)?;
        let expected = Precondition::read(operation.version.as_deref());
        let id = target.id;
        match self.client.think(target.kind, id.as_deref(), &wish, &expected).await? {
            Thought::Same(revision) => {
                self.end(place, Ok((status, id.unwrap_or_default(), Some(revision))));
                Ok(None)
            }
            Thought::Change(prepared) => {
                let (bulk_id, done) = (operation.bulk_id.clone(), prepared.id.clone());
                let waiting = Waiting { place, status, bulk_id, kind: target.kind, wish, id, expected, done };
                Ok(Some((waiting, *prepared)))
            }
        }
    }

    /// Does what waits: in one transaction, or, where something stands in its way, each by itself.
    async fn flush(&mut self) {
        self.touched.clear();
        self.size = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let changes = std::mem::take(&mut self.changes);
        if waiting.is_empty() {
            return;
        }
        match self.client.commit(changes).await {
            Ok(revision) => waiting.into_iter().for_each(|waiting| self.done(waiting, revision)),
            Err(error) if is_of_one(&error) => {
                for waiting in waiting {
                    self.alone(waiting).await;
                }
            }
            Err(error) => {
                for waiting in &waiting {
                    self.fail(waiting.place, Refusal::from(error.clone()).into_scim());
                }
            }
        }
    }

    async fn alone(&mut self, waiting: Waiting) {
        let Waiting { kind, id, wish, expected, .. } = &waiting;
        match self.client.do_unfollowed(*kind, id.as_deref(), wish, expected).await {
            Ok((done, revision)) => self.done(Waiting { done, ..waiting }, revision),
            Err(refusal) => self.fail(waiting.place, refusal.into_scim()),
        }
    }

    fn done(&mut self, waiting: Waiting, revision: i64) {
        let Waiting { place, status, bulk_id, done, .. } = waiting;
        if let Some(bulk_id) = bulk_id {
            self.made.insert(bulk_id, done.clone());
        }
        let revision = if status == 204 { None } else { Some(revision) };
        self.end(place, Ok((status, done, revision)));
    }

    fn fail(&mut self, place: usize, error: ScimError) {
        self.errors += 1;
        self.end(place, Err(error));
    }

    fn end(&mut self, place: usize, outcome: Outcome) {
        if let Some(slot) = self.outcomes.get_mut(place) {
            *slot = Some(outcome);
        }
    }
}

/// Whether one change alone may be what stands in the way of several.
fn is_of_one(error: &CommitError) -> bool {
    matches!(
        error,
        CommitError::NameTaken { .. }
            | CommitError::Missing { .. }
            | CommitError::Changed { .. }
            | CommitError::Conflict { .. }
            | CommitError::Twice { .. }
            | CommitError::Invalid { .. }
            | CommitError::TooLarge { .. }
            | CommitError::TooManyBytes { .. }
    )
}

/// What an operation wants, and the status of its success.
fn wish(method: Method, kind: ResourceType, data: &Value) -> Result<(Wish, u16), ScimError> {
    Ok(match method {
        Method::Post => (Wish::Create(Draft::read(kind, data)?), 201),
        Method::Put => (Wish::Replace(Draft::read(kind, data)?), 200),
        Method::Patch => (Wish::Change(Patch::read(kind, data)?), 200),
        Method::Delete => (Wish::Delete, 204),
    })
}
