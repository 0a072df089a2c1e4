//! Changes, committed some hundred at a time under the lease.

use std::collections::HashSet;

use casemate_store::{AuditEvent, Commit, CommitError, Lease, Operation, Store};
use serde_json::Value;

use crate::report::Report;
use crate::run::{By, SyncError};
use crate::users::{deactivated, put};

/// The most changes of one commit.
const TOGETHER: usize = 500;
/// How much waits at most, in operations of the store.
const WAITING: usize = 20_000;

/// What becomes of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Gone,
}

/// A change of one user or group.
#[derive(Clone)]
pub(crate) struct Change {
    /// Whether it is of a user, or else of a group.
    pub(crate) of_user: bool,
    pub(crate) verb: Verb,
    pub(crate) id: String,
    /// What reports call it.
    pub(crate) named: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) members_added: u64,
    pub(crate) members_removed: u64,
}

/// Changes that wait to be made.
pub(crate) struct Changes<'a> {
    pub(crate) store: &'a Store,
    pub(crate) by: &'a By,
    pub(crate) tenant: &'a str,
    pub(crate) lease: Lease,
    /// Whether nothing is changed, and only counted.
    is_dry: bool,
    waiting: Vec<Change>,
    size: usize,
    /// The users that could not be made.
    pub(crate) refused: HashSet<String>,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(
        store: &'a Store,
        by: &'a By,
        tenant: &'a str,
        (lease, is_dry): (Lease, bool),
    ) -> Changes<'a> {
        Changes { store, by, tenant, lease, is_dry, waiting: Vec::new(), size: 0, refused: HashSet::new() }
    }

    pub(crate) async fn add(&mut self, change: Change, report: &mut Report) -> Result<(), SyncError> {
        self.size += change.operations.len();
        self.waiting.push(change);
        if self.waiting.len() >= TOGETHER || self.size >= WAITING { self.flush(report).await } else { Ok(()) }
    }

    /// Makes what waits: together, or, where one of them cannot be made, each by itself.
    pub(crate) async fn flush(&mut self, report: &mut Report) -> Result<(), SyncError> {
        self.size = 0;
        let waiting = std::mem::take(&mut self.waiting);
        match self.commit(&waiting).await {
            Ok(()) => waiting.iter().for_each(|change| count(report, change)),
            Err(error) if waiting.len() > 1 && is_of_one(&error) => {
                for change in &waiting {
                    match self.commit(std::slice::from_ref(change)).await {
                        Ok(()) => count(report, change),
                        Err(error) => self.refuse(change, error, report).await?,
                    }
                }
            }
            Err(error) => match &*waiting {
                [change] => self.refuse(change, error, report).await?,
                _ => return Err(error.into()),
            },
        }
        Ok(())
    }

    /// Notes a change that cannot be made, and makes what of it takes something away from somebody all the same.
    async fn refuse(
        &mut self,
        change: &Change,
        error: CommitError,
        report: &mut Report,
    ) -> Result<(), SyncError> {
        if !is_of_one(&error) {
            return Err(error.into());
        }
        if change.of_user && change.verb == Verb::Create {
            self.refused.insert(change.id.clone());
        }
        let narrowed =
            if change.of_user { self.only_deactivating(change).await? } else { only_leaving(change) };
        if let Some(narrowed) = narrowed {
            match self.commit(std::slice::from_ref(&narrowed)).await {
                Ok(()) => count(report, &narrowed),
                Err(error) if is_of_one(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        report.skip(format!("{}: {error}", change.named));
        Ok(())
    }

    /// The deactivation of a user whom somebody changed meanwhile.
    async fn only_deactivating(&self, change: &Change) -> Result<Option<Change>, SyncError> {
        let deactivates =
            |operation: &Operation| matches!(operation, Operation::PutUser { user, .. } if !user.active);
        if change.verb == Verb::Create || !change.operations.iter().any(deactivates) {
            return Ok(None);
        }
        let now = self.store.reader().user(&change.id).await?.filter(|user| user.active);
        Ok(now.map(|now| Change { operations: vec![put(deactivated(&now), now.revision)], ..change.clone() }))
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), CommitError> {
        if self.is_dry || changes.is_empty() {
            return Ok(());
        }
        let commit = Commit {
            base: None,
            at: self.by.now,
            actor: self.by.actor.clone(),
            summary: String::new(),
            operations: changes.iter().flat_map(|change| change.operations.iter().cloned()).collect(),
            events: changes.iter().map(|change| self.event(change)).collect(),
            fence: Some(self.lease.fence()),
        };
        self.store.commit(commit).await.map(drop)
    }

    fn event(&self, change: &Change) -> AuditEvent {
        let By { actor, request_id, route, client, user_agent, now } = self.by;
        let verb = match (change.verb, change.of_user) {
            (Verb::Create, _) => "create",
            (Verb::Gone, false) => "delete",
            (Verb::Update | Verb::Gone, _) => "update",
        };
        AuditEvent {
            at: *now,
            actor: actor.clone(),
            action: "casemate.directory-sync.run".to_owned(),
            kind: verb.to_owned(),
            tenant: self.tenant.to_owned(),
            resource_type: if change.of_user { "user" } else { "group" }.to_owned(),
            resource_id: change.id.clone(),
            outcome: "success".to_owned(),
            reason: (change.verb == Verb::Gone).then(|| "gone-from-directory".to_owned()),
            request_id: request_id.clone(),
            route: route.clone(),
            client: client.clone(),
            user_agent: user_agent.clone(),
            before: change.before.as_ref().map(Value::to_string),
            after: change.after.as_ref().map(Value::to_string),
        }
    }
}

/// The change of a group of which only those who leave are kept.
fn only_leaving(change: &Change) -> Option<Change> {
    let leaves = |operation: &&Operation| matches!(operation, Operation::RemoveMember(_));
    let operations: Vec<Operation> = change.operations.iter().filter(leaves).cloned().collect();
    let is_less = !operations.is_empty() && operations.len() < change.operations.len();
    is_less.then(|| Change { operations, after: change.before.clone(), members_added: 0, ..change.clone() })
}

fn count(report: &mut Report, change: &Change) {
    let counted = if change.of_user { &mut report.users } else { &mut report.groups };
    match change.verb {
        Verb::Create => counted.created += 1,
        Verb::Update => counted.updated += 1,
        Verb::Gone => counted.gone += 1,
    }
    report.members_added += change.members_added;
    report.members_removed += change.members_removed;
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
