//! Changes, committed some hundred at a time under the lease.

use std::collections::HashSet;

use casemate_directory::{Administration, Judged, Taken};
use casemate_store::{AuditEvent, Commit, CommitError, GroupRecord, Lease, Operation, Store, UserRecord};
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

/// A user or group as it was.
#[derive(Clone)]
pub(crate) enum Was {
    User(Box<UserRecord>),
    Group(Box<GroupRecord>),
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
    /// What it was; none where it is made.
    pub(crate) was: Option<Was>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) members_added: u64,
    pub(crate) members_removed: u64,
}

/// Changes that wait to be made.
pub(crate) struct Changes<'a> {
    pub(crate) store: &'a Store,
    pub(crate) administration: &'a Administration,
    pub(crate) by: &'a By,
    pub(crate) tenant: &'a str,
    pub(crate) lease: Lease,
    /// Whether nothing is changed, and only counted.
    pub(crate) is_dry: bool,
    waiting: Vec<Change>,
    size: usize,
    /// The users that could not be made.
    pub(crate) refused: HashSet<String>,
    /// The users who are gone and were left as they are, since nobody else administers.
    pub(crate) kept: HashSet<String>,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(
        administration: &'a Administration,
        by: &'a By,
        tenant: &'a str,
        (lease, is_dry): (Lease, bool),
    ) -> Changes<'a> {
        Changes {
            store: administration.store(),
            administration,
            by,
            tenant,
            lease,
            is_dry,
            waiting: Vec::new(),
            size: 0,
            refused: HashSet::new(),
            kept: HashSet::new(),
        }
    }

    pub(crate) async fn add(&mut self, change: Change, report: &mut Report) -> Result<(), SyncError> {
        self.size += change.operations.len();
        self.waiting.push(change);
        if self.waiting.len() >= TOGETHER || self.size >= WAITING { self.flush(report).await } else { Ok(()) }
    }

    /// Makes what waits: together, or, where one of them cannot be made, each by itself. What takes something from those who
    /// administer comes last and by itself, on what is there by then.
    pub(crate) async fn flush(&mut self, report: &mut Report) -> Result<(), SyncError> {
        self.size = 0;
        let (mut together, mut alone, mut base) = (Vec::new(), Vec::new(), None);
        for change in std::mem::take(&mut self.waiting) {
            let judged = self.judge(&change).await?;
            if judged.taken == Taken::Nothing {
                base = [base, judged.base].into_iter().flatten().min();
                together.push(change);
            } else {
                alone.push(change);
            }
        }
        let judged = Judged { base, ..Judged::NOTHING };
        match self.commit(&together, &judged).await {
            Ok(()) => together.iter().for_each(|change| count(report, change)),
            Err(error) if is_of_one(&error) || matches!(error, CommitError::Conflict { .. }) => {
                for change in &together {
                    self.one(change, report).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        for change in &alone {
            self.one(change, report).await?;
        }
        Ok(())
    }

    async fn one(&mut self, change: &Change, report: &mut Report) -> Result<(), SyncError> {
        match self.make(change).await {
            Ok(Taken::TheLast { member }) => self.keep(change, member, report).await,
            Ok(_) => {
                count(report, change);
                Ok(())
            }
            Err(SyncError::Commit(error)) if is_of_one(&error) => self.refuse(change, error, report).await,
            Err(error) => Err(error),
        }
    }

    /// Notes a change that cannot be made, and makes what of it takes something away from somebody all the same.
    async fn refuse(
        &mut self,
        change: &Change,
        error: CommitError,
        report: &mut Report,
    ) -> Result<(), SyncError> {
        if change.of_user && change.verb == Verb::Create {
            self.refused.insert(change.id.clone());
        }
        let narrowed =
            if change.of_user { self.only_deactivating(change).await? } else { only_leaving(change) };
        if let Some(narrowed) = narrowed {
            match self.make(&narrowed).await {
                Ok(Taken::TheLast { member }) => self.keep(&narrowed, member, report).await?,
                Ok(_) => count(report, &narrowed),
                Err(SyncError::Commit(error)) if is_of_one(&error) => {}
                Err(error) => return Err(error),
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
        Ok(now.map(|now| Change {
            operations: vec![put(deactivated(&now), now.revision)],
            was: Some(Was::User(Box::new(now))),
            ..change.clone()
        }))
    }

    /// Makes changes that were judged, all of them or none.
    pub(crate) async fn commit(&self, changes: &[Change], judged: &Judged) -> Result<(), CommitError> {
        if self.is_dry || changes.is_empty() {
            return Ok(());
        }
        let operations = changes.iter().flat_map(|change| change.operations.iter().cloned());
        let commit = Commit {
            base: judged.base,
            at: self.by.now,
            actor: self.by.actor.clone(),
            summary: String::new(),
            operations: judged.with.iter().cloned().chain(operations).collect(),
            events: changes.iter().map(|change| self.event(change)).collect(),
            fence: Some(self.lease.fence()),
        };
        self.store.commit(commit).await.map(drop)
    }

    pub(crate) fn event(&self, change: &Change) -> AuditEvent {
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
            ..AuditEvent::default()
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

pub(crate) fn count(report: &mut Report, change: &Change) {
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
pub(crate) fn is_of_one(error: &CommitError) -> bool {
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
