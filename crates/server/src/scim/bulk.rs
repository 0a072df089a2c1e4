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

/// What came of an operation: its status, the resource's id, and its revision where it is still there.
type Outcome = Result<(u16, String, Option<i64>), ScimError>;

/// An operation that is thought out.
struct Waiting {
    place: usize,
    status: u16,
    bulk_id: Option<String>,
    wish: Wish,
    id: Option<String>,
    expected: Precondition,
    prepared: Prepared,
}

/// A bulk request on its way.
struct Run<'c, 'a> {
    client: &'c Client<'a>,
    outcomes: Vec<Option<Outcome>>,
    /// The ids of what was made, by `bulkId`.
    made: HashMap<String, String>,
    waiting: Vec<Waiting>,
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
            touched: HashSet::new(),
            errors: 0,
        };
        // Whoever wants to stop at an error is not served several operations at once.
        let together = if request.fail_on_errors.is_some() { 1 } else { TOGETHER };
        for place in order {
            let Some(operation) = operations.get_mut(place) else { continue };
            run.take(place, operation).await;
            if run.waiting.len() >= together {
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
            Ok(Some(waiting)) => {
                self.touched.insert(waiting.prepared.id.clone());
                self.touched.extend(waiting.bulk_id.clone());
                self.waiting.push(waiting);
            }
            Ok(None) => {}
            Err(refusal) => self.fail(place, refusal.into_scim()),
        }
    }

    async fn thought(&mut self, place: usize, operation: &BulkOperation) -> Result<Option<Waiting>, Refusal> {
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
                let (prepared, bulk_id) = (*prepared, operation.bulk_id.clone());
                Ok(Some(Waiting { place, status, bulk_id, wish, id, expected, prepared }))
            }
        }
    }

    /// Does what waits: in one transaction, or, where something stands in its way, each by itself.
    async fn flush(&mut self) {
        self.touched.clear();
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return;
        }
        let changes: Vec<Prepared> = waiting.iter().map(|waiting| waiting.prepared.clone()).collect();
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
        let refusal = match self.client.commit(vec![waiting.prepared.clone()]).await {
            Ok(revision) => return self.done(waiting, revision),
            Err(CommitError::Changed { .. }) => {
                let kind = waiting.prepared.kind;
                let again = self.client.do_one(kind, waiting.id.as_deref(), &waiting.wish, &waiting.expected);
                match again.await {
                    Ok((_, revision)) => return self.done(waiting, revision),
                    Err(refusal) => refusal,
                }
            }
            Err(error) => error.into(),
        };
        self.fail(waiting.place, refusal.into_scim());
    }

    fn done(&mut self, waiting: Waiting, revision: i64) {
        let Waiting { place, status, bulk_id, prepared, .. } = waiting;
        if let Some(bulk_id) = bulk_id {
            self.made.insert(bulk_id, prepared.id.clone());
        }
        let revision = if status == 204 { None } else { Some(revision) };
        self.end(place, Ok((status, prepared.id, revision)));
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
