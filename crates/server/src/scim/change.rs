//! Making, replacing, changing and deleting one resource, each with its event in one transaction.

use casemate_directory::{Formerly, Judged, Taken};
use casemate_platform::{Code, Problem};
use casemate_scim::{Draft, Patch, Precondition, Resource, ResourceType, ScimError, version};
use casemate_store::{AuditEvent, Commit, CommitError, Operation};
use serde_json::Value;

use super::answer::{Refusal, last_administrator, not_found};
use super::client::Client;
use super::members::MemberEdit;
use super::records::{Record, shown};
use crate::refusal::problem;

/// How often a change is thought out anew because the resource was changed meanwhile.
const ATTEMPTS: usize = 5;

/// What a request wants of a resource.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    Create(Draft),
    Replace(Draft),
    Change(Patch),
    Delete,
}

/// A change of one resource that is thought out and not made yet.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) kind: ResourceType,
    pub(super) id: String,
    pub(super) operations: Vec<Operation>,
    pub(super) event: AuditEvent,
    /// What it takes from those who administer.
    judged: Judged,
}

impl Prepared {
    /// Whether it is made by itself, on what is there once everything before it was done.
    pub(super) fn is_alone(&self) -> bool {
        self.judged.taken != Taken::Nothing
    }

    /// That somebody is left who administers.
    pub(super) fn leaves_somebody(&self) -> Result<(), ScimError> {
        match self.judged.taken {
            Taken::TheLast { .. } => Err(last_administrator()),
            Taken::Nothing | Taken::OneOfSeveral => Ok(()),
        }
    }
}

/// What becomes of a wish.
pub(super) enum Thought {
    /// Nothing is to be done: the resource is so already, at this revision.
    Same(i64),
    Change(Box<Prepared>),
}

impl Client<'_> {
    /// Does what a request wants of a resource, on what it is at the time; gives its id, and its revision.
    pub(super) async fn do_one(
        &self,
        kind: ResourceType,
        id: Option<&str>,
        wish: &Wish,
        expected: &Precondition,
    ) -> Result<(String, i64), Refusal> {
        let done = self.do_unfollowed(kind, id, wish, expected).await?;
        self.follow().await;
        Ok(done)
    }

    /// As [`Client::do_one`], for whoever lets what decides here follow several at once.
    pub(super) async fn do_unfollowed(
        &self,
        kind: ResourceType,
        id: Option<&str>,
        wish: &Wish,
        expected: &Precondition,
    ) -> Result<(String, i64), Refusal> {
        for _ in 0..ATTEMPTS {
            let prepared = match self.think(kind, id, wish, expected).await? {
                Thought::Same(revision) => return Ok((id.unwrap_or_default().to_owned(), revision)),
                Thought::Change(prepared) => *prepared,
            };
            prepared.leaves_somebody()?;
            let (resource, is_alone) = (prepared.id.clone(), prepared.is_alone());
            match self.commit(vec![prepared]).await {
                Ok(revision) => {
                    // It counts as a change of the policy, on which the next ones are judged.
                    if is_alone {
                        self.follow().await;
                    }
                    return Ok((resource, revision));
                }
                Err(CommitError::Changed { .. }) => {}
                // Who administers is to be known as it is now.
                Err(CommitError::Conflict { .. }) => self.follow().await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::new(Code::ChangedMeanwhile).into())
    }

    /// Thinks out what a request wants of a resource.
    pub(super) async fn think(
        &self,
        kind: ResourceType,
        id: Option<&str>,
        wish: &Wish,
        expected: &Precondition,
    ) -> Result<Thought, Refusal> {
        if let Wish::Create(draft) = wish {
            return self.create(kind, draft).await;
        }
        let before = self.record(kind, id.unwrap_or_default()).await?.ok_or_else(not_found)?;
        if !expected.fits(&version(before.revision())) {
            let detail = "it was changed since: read it again, and send its version as If-Match";
            return Err(ScimError::with_status(412, detail).into());
        }
        match wish {
            Wish::Delete => self.delete(&before).await,
            Wish::Replace(draft) => {
                let members = match kind {
                    ResourceType::Group => {
                        let replace = casemate_scim::MemberChange::Replace(draft.members.clone());
                        self.member_edit(before.id(), &[replace]).await?
                    }
                    ResourceType::User => MemberEdit::default(),
                };
                let mut resource = draft.resource.clone();
                // Who leaves it out does not make somebody active again.
                if let Record::User(user) = &before
                    && !user.active
                    && !resource.attributes.contains_key("active")
                {
                    resource.set("active", Some(false.into()));
                }
                self.update(&before, &resource, &members, expected).await
            }
            Wish::Change(patch) => {
                let patched = patch.apply(&before.resource())?;
                let members = self.member_edit(before.id(), &patched.members).await?;
                self.update(&before, &patched.resource, &members, expected).await
            }
            Wish::Create(_) => Err(not_found().into()),
        }
    }

    async fn create(&self, kind: ResourceType, draft: &Draft) -> Result<Thought, Refusal> {
        let id = new_id(kind)?;
        let (mut operations, record) = match kind {
            ResourceType::User => {
                let user = self.user(&draft.resource, &id, None);
                let put = Operation::PutUser { user: Box::new(user.clone()), expected: Some(0) };
                (vec![put], Record::User(user))
            }
            ResourceType::Group => {
                let group = self.group(&draft.resource, &id, None);
                let put = Operation::PutGroup { group: Box::new(group.clone()), expected: Some(0) };
                (vec![put], Record::Group(group))
            }
        };
        let mut after = shown(&record);
        if !draft.members.is_empty() {
            let members = casemate_scim::MemberChange::Add(draft.members.clone());
            let edit = self.member_edit(&id, &[members]).await?;
            operations.extend(edit.operations(&id));
            with(&mut after, edit.shown());
        }
        let event = self.event("create", (word(kind), &id), (None, Some(after)));
        let judged = self.judge(Formerly::Nothing, &operations).await?;
        Ok(Thought::Change(Box::new(Prepared { kind, id, operations, event, judged })))
    }

    async fn update(
        &self,
        before: &Record,
        resource: &Resource,
        members: &MemberEdit,
        expected: &Precondition,
    ) -> Result<Thought, Refusal> {
        resource.check()?;
        let id = before.id().to_owned();
        let revision = before.revision();
        let after = match before {
            Record::User(user) => Record::User(self.user(resource, &id, Some(user))),
            Record::Group(group) => Record::Group(self.group(resource, &id, Some(group))),
        };
        let is_same = is_same(before, &after);
        if is_same && members.is_empty() {
            return Ok(Thought::Same(revision));
        }
        let mut operations = Vec::new();
        // The members alone are in nobody's way, unless the client says which version it knows.
        if !is_same || *expected != Precondition::default() {
            let expected = Some(revision);
            operations.push(match &after {
                Record::User(user) => Operation::PutUser { user: Box::new(user.clone()), expected },
                Record::Group(group) => Operation::PutGroup { group: Box::new(group.clone()), expected },
            });
        }
        operations.extend(members.operations(&id));
        let mut told = shown(&after);
        if !members.is_empty() {
            with(&mut told, members.shown());
        }
        let kind = before.kind();
        let event = self.event("update", (word(kind), &id), (Some(shown(before)), Some(told)));
        let judged = self.judge(before.formerly(), &operations).await?;
        Ok(Thought::Change(Box::new(Prepared { kind, id, operations, event, judged })))
    }

    async fn delete(&self, before: &Record) -> Result<Thought, Refusal> {
        let (kind, id) = (before.kind(), before.id().to_owned());
        let expected = Some(before.revision());
        let operation = match kind {
            ResourceType::User => Operation::RemoveUser { id: id.clone(), expected },
            ResourceType::Group => Operation::RemoveGroup { id: id.clone(), expected },
        };
        let event = self.event("delete", (word(kind), &id), (Some(shown(before)), None));
        let operations = vec![operation];
        let judged = self.judge(before.formerly(), &operations).await?;
        Ok(Thought::Change(Box::new(Prepared { kind, id, operations, event, judged })))
    }

    async fn judge(&self, before: Formerly<'_>, operations: &[Operation]) -> Result<Judged, Refusal> {
        let judged = self.app.administration.judge(before, operations, self.author.now).await;
        Ok(judged.map_err(problem)?)
    }

    /// Makes changes, all of them or none, and gives their revision.
    pub(super) async fn commit(&self, prepared: Vec<Prepared>) -> Result<i64, CommitError> {
        let summary = match prepared.as_slice() {
            [only] => format!("{} {} by SCIM", only.event.kind, word(only.kind)),
            several => format!("{} changes by SCIM", several.len()),
        };
        let (mut operations, mut events) = (Vec::new(), Vec::with_capacity(prepared.len()));
        let base = prepared.iter().filter_map(|change| change.judged.base).min();
        for change in prepared {
            operations.extend(change.judged.with);
            operations.extend(change.operations);
            events.push(change.event);
        }
        let change = Commit {
            base,
            at: self.author.now,
            actor: self.author.actor.clone(),
            summary,
            operations,
            events,
            fence: None,
        };
        self.app.store.commit(change).await
    }

    /// Lets what decides here see a change at once; other processes see it within half a second.
    pub(super) async fn follow(&self) {
        if let Err(error) = self.app.directory.refresh().await {
            tracing::error!(%error, "people were changed, and what decides follows when the store is next looked at");
        }
    }
}

/// Whether a record says the same as before, whatever its revision and times.
fn is_same(before: &Record, after: &Record) -> bool {
    match (before, after) {
        (Record::User(before), Record::User(after)) => {
            let mut again = before.clone();
            (again.revision, again.updated_at, again.signed_in_at) =
                (after.revision, after.updated_at, after.signed_in_at);
            again == *after
        }
        (Record::Group(before), Record::Group(after)) => {
            let mut again = before.clone();
            (again.revision, again.updated_at) = (after.revision, after.updated_at);
            again == *after
        }
        _ => false,
    }
}

/// What the log calls a resource.
fn word(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::User => "user",
        ResourceType::Group => "group",
    }
}

fn with(value: &mut Value, more: Value) {
    if let (Some(members), Value::Object(more)) = (value.as_object_mut(), more) {
        members.extend(more);
    }
}

/// A new opaque id: 128 random bits.
fn new_id(kind: ResourceType) -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no randomness");
        Problem::new(Code::Unavailable)
    })?;
    let prefix = match kind {
        ResourceType::User => "usr_",
        ResourceType::Group => "grp_",
    };
    Ok(format!("{prefix}{:032x}", u128::from_be_bytes(bytes)))
}
