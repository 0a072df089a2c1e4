//! Changes: what is to be different, together with the events that tell of it, in one transaction.

use std::collections::{HashMap, HashSet};

use crate::account::{self, AccountChange};
use crate::alert::{self, AlertChange};
use crate::api_key::{self, StoredApiKey};
use crate::audit::AuditEvent;
use crate::audit_sink::{self, AuditSinkSteering};
use crate::bearing;
use crate::block::{self, AddressBlock};
use crate::bounds::{MAX_CHANGE, MAX_OPERATIONS};
use crate::event_quota::{self, EventQuota};
use crate::idempotency::{self, Remembered};
use crate::lease::{self, Fence};
use crate::linked::{self, LinkChange};
use crate::log;
use crate::object::{self, Draft, Object};
use crate::people::version as people_version;
use crate::people::{DirectoryEdit, GroupRecord, Membership, PeopleChange, UserRecord};
use crate::resource::{self, ResourceKey, ResourceRecord};
use crate::review::{self, StoredReview};
use crate::saved_search::{self, SavedSearchChange};
use crate::secret::{self, SealedSecret};
use crate::session::{self, Sessions, StoredSession};
use crate::source::{self, ForgottenSource};
use crate::sql::{Database, Link, values};
use crate::version;

/// Who makes a change, as Casemate knew them at the time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The authenticator's name; empty where nobody vouched for them.
    pub provider: String,
    /// `user`, `service`, `api-key`, `system`, …
    pub kind: String,
    /// Unique within the provider.
    pub id: String,
    /// The credential that they presented, by its public name.
    pub credential: Option<String>,
}

/// A change, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The revision that the change was thought out at: where objects, API keys or secrets were changed since, nothing is
    /// changed. Changes of people are in nobody's way. A change whose validity depends on nothing else says none.
    pub base: Option<i64>,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What it is, in a few words, for the list of versions.
    pub summary: String,
    /// What is to be different. An object, user or group stands in it once; all of them may swap names. Of people, what is
    /// deleted goes first, then users and groups are written, then members leave, then members come. A change without
    /// operations is a mere report: it has no revision of its own, and is in nobody's way.
    pub operations: Vec<Operation>,
    /// What tells of it.
    pub events: Vec<AuditEvent>,
    /// The lease under which the change is made, if it is made under one.
    pub fence: Option<Fence>,
}

/// One thing that is to be different.
#[derive(Debug, Clone)]
pub enum Operation {
    /// An object is made, or becomes this.
    Put(Draft),
    /// An object and its secrets are deleted.
    Remove {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
    },
    /// An API key is made, or becomes this.
    PutKey(StoredApiKey),
    /// A secret is kept.
    PutSecret(SealedSecret),
    /// A secret is deleted, if there is one.
    RemoveSecret {
        /// The kind of the object that it belongs to.
        kind: String,
        /// The id of the object that it belongs to.
        id: String,
        /// Which of the object's secrets it is.
        field: String,
    },
    /// An answer is kept for whoever asks again.
    Remember(Remembered),
    /// A user is made, or becomes this. Where `expected` is given, it is the revision that they must still have; 0 where
    /// there must be none.
    PutUser {
        /// The user.
        user: Box<UserRecord>,
        /// The revision that is expected.
        expected: Option<i64>,
    },
    /// A user is deleted, and belongs to no group any more.
    RemoveUser {
        /// Their id.
        id: String,
        /// The revision that is expected.
        expected: Option<i64>,
    },
    /// A group is made, or becomes this.
    PutGroup {
        /// The group.
        group: Box<GroupRecord>,
        /// The revision that is expected, as of [`Operation::PutUser`]; with 0 one that was deleted comes back under its id.
        expected: Option<i64>,
    },
    /// A group is deleted, and has no members any more.
    RemoveGroup {
        /// Its id.
        id: String,
        /// The revision that is expected.
        expected: Option<i64>,
    },
    /// A user belongs to a group from now on, as one source says.
    AddMember(Membership),
    /// A source no longer says that a user belongs to a group; nothing where it did not.
    RemoveMember(Membership),
    /// A resource is registered, or becomes this. Where `expected` is given, it is the revision that it must still have; 0
    /// where there must be none.
    PutResource {
        /// The resource.
        resource: Box<ResourceRecord>,
        /// The revision that is expected.
        expected: Option<i64>,
    },
    /// A resource is no longer registered.
    RemoveResource {
        /// Which.
        key: Box<ResourceKey>,
        /// The revision that is expected.
        expected: Option<i64>,
    },
    /// A version of a user or group is kept: what this change, which is made by hand, makes of them.
    KeepVersion(Box<DirectoryEdit>),
    /// Nothing by itself: of changes that hold it and say a base, the later is refused where the former was made since, as
    /// changes of objects are. It is for changes of people that are valid only together with what other people are.
    Alone,
    /// Nothing by itself: the change is refused where something is not as it was.
    Still(Still),
    /// Nothing is taken from a network for a time, unless a longer block of it is in force.
    Block(AddressBlock),
    /// A block ends at once, if it is in force.
    LiftBlock {
        /// The block's id.
        id: String,
    },
    /// Something about a search of audit events that is kept is to be different.
    SavedSearch(SavedSearchChange),
    /// A decision about an assignment comes on record.
    Review(Box<StoredReview>),
    /// What a source of permissions outside Casemate said counts no longer, wherever it is kept.
    ForgetSource(ForgottenSource),
    /// The state of an alert becomes this.
    Alert(AlertChange),
    /// A sink of the audit log is paused, resumed, or sends some of it again.
    SteerAuditSink(AuditSinkSteering),
    /// Events of an application are counted. By itself it is no change, and has no revision.
    EventQuota(EventQuota),
    /// A session of a browser begins.
    BeginSession(StoredSession),
    /// Something about a local account is to be different; it is done once users are as they are to be.
    Account(AccountChange),
    /// Something about linked sign-ins is to be different; it is done once users are as they are to be.
    Link(LinkChange),
    /// Sessions of browsers end, if there are any.
    EndSessions {
        /// Which.
        which: Sessions,
        /// Why, as a stable word.
        reason: String,
    },
}

/// What still has to be so that a change is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Still {
    /// A session has not ended; else [`CommitError::UsedUp`] says [`SESSION`].
    Session {
        /// Its public name.
        id: String,
    },
    /// A group is what it was; else [`CommitError::Changed`].
    Group {
        /// Its id.
        id: String,
        /// The revision that it must still have.
        revision: i64,
    },
    /// A user is what they were, and belongs to the same groups, called the same; else [`CommitError::Changed`].
    User {
        /// Their id.
        id: String,
        /// The revision that they must still have.
        revision: i64,
    },
}

/// What [`CommitError::UsedUp`] says of a session that ended.
pub const SESSION: &str = "session";

/// Why a change was not made. Nothing of it was, unless the answer says that this is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Something was changed since the change was thought out; think again, at the revision `current`.
    #[error("the configuration was changed meanwhile; it is at revision {current}")]
    Conflict {
        /// The revision of the last change.
        current: i64,
    },
    /// Another object has the name.
    #[error("a {kind} named `{name}` exists already")]
    NameTaken {
        /// The object's kind.
        kind: String,
        /// The name.
        name: String,
    },
    /// The object that was to be deleted is not there.
    #[error("there is no {kind} with the id `{id}`")]
    Missing {
        /// The object's kind.
        kind: String,
        /// The id.
        id: String,
    },
    /// The tenant or application that was to be deleted, or called something else, has resources.
    #[error("resources of the {kind} `{name}` are registered; delete them first")]
    HasResources {
        /// `tenant` or `application`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// An answer is kept already for this `Idempotency-Key`.
    #[error("a request with this idempotency key was answered already")]
    Repeated,
    /// Whoever a session is to begin for was deactivated or deleted.
    #[error("the directory says that whoever signs in may not come in")]
    NotAdmitted,
    /// What the change uses up is not there any more: it was used, changed or ended meanwhile.
    #[error("the {what} was used up or changed meanwhile")]
    UsedUp {
        /// What it is.
        what: &'static str,
    },
    /// Somebody else holds the lease.
    #[error("the lease `{lease}` was taken over by another process")]
    Fenced {
        /// The lease.
        lease: String,
    },
    /// There are more operations than a change may have.
    #[error("a change of {operations} operations is too large: at most {MAX_OPERATIONS}; make several of it")]
    TooLarge {
        /// How many operations, or events, there are.
        operations: usize,
    },
    /// There is more text than a change may have.
    #[error("a change of {bytes} bytes is too large: at most {MAX_CHANGE}; make several of it")]
    TooManyBytes {
        /// How many bytes there are.
        bytes: usize,
    },
    /// A text is empty, too long, or holds what cannot be kept.
    #[error("the {what} of the {kind} `{id}` {reason}")]
    Invalid {
        /// Which text.
        what: &'static str,
        /// The kind of what it belongs to.
        kind: String,
        /// The id of what it belongs to.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An object stands in the change twice.
    #[error("the {kind} `{id}` stands in the change twice; say once what becomes of it")]
    Twice {
        /// The object's kind.
        kind: String,
        /// The id.
        id: String,
    },
    /// A user or group was changed since it was looked at; look again.
    #[error("the {kind} `{id}` was changed meanwhile")]
    Changed {
        /// `user` or `group`.
        kind: String,
        /// The id.
        id: String,
    },
    /// An API key of that id belongs to another account or tenant.
    #[error("the API key `{id}` belongs to another account; make a new key")]
    KeyOfAnother {
        /// The key's id.
        id: String,
    },
    /// The connection was lost while the change was being committed: whether it was made is not known. If it was, it has
    /// this revision.
    #[error(
        "the database went away during the commit; see whether the last change, revision {revision}, is this one"
    )]
    Unclear {
        /// The revision that the change has if it was made.
        revision: i64,
    },
    /// More writes wait than are allowed to; try again later.
    #[error("the database's queue is full")]
    Busy,
    /// The database refused the write; the reason may name files and is not for clients.
    #[error("the database refused the write: {0}")]
    Failed(String),
    /// The writer has stopped, because the process is shutting down.
    #[error("the database is closed")]
    Closed,
}

/// What stands in the way of a change.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The change itself.
    Change(CommitError),
    /// The database.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Refused {
        Refused::Database(error)
    }
}

/// A change as it was made, once it is committed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applied {
    pub(crate) revision: i64,
    /// How many events the log has; nothing where none came of the change.
    pub(crate) size: Option<u64>,
}

/// Makes a change in a transaction that has begun. The caller commits, or rolls back.
pub(crate) async fn apply(link: &mut Link, commit: &Commit) -> Result<Applied, Refused> {
    // Taking the next number also takes the lock under which all changes are made one after the other.
    let step = i64::from(has_revision(commit));
    let row = link.row(bearing::NEXT, values![step]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let (revision, policy): (i64, i64) = (row.get("last")?, row.get("policy")?);
    let current = revision - step;
    if commit.base.is_some_and(|base| !(policy..=current).contains(&base)) {
        return Err(Refused::Change(CommitError::Conflict { current }));
    }
    bearing::mark(link, &commit.operations).await?;
    if let Some(fence) = &commit.fence
        && !lease::is_held(link, fence).await?
    {
        return Err(Refused::Change(CommitError::Fenced { lease: fence.name.clone() }));
    }
    let mut change = Change::new(link, commit, revision);
    for operation in &commit.operations {
        change.operate(operation).await?;
    }
    if change.edits > 0 {
        version::insert(link, revision, commit.at, &commit.actor, &commit.summary).await?;
    }
    let kept = PeopleChange::new(link, revision, commit).make(&commit.operations).await?;
    people_version::keep(link, &commit.operations, kept, (revision, commit.at), &commit.actor).await?;
    account::make(link, &commit.operations, commit.at).await?;
    linked::make(link, commit, revision).await?;
    resource::make(link, &commit.operations, (revision, commit.at)).await?;
    // Last, so that who only records waits for nothing else of the change.
    let size = log::tell(link, revision, &commit.events).await?;
    Ok(Applied { revision, size })
}

/// Whether anything is changed that others have to look for.
pub(crate) fn has_revision(commit: &Commit) -> bool {
    commit.operations.iter().any(|operation| !matches!(operation, Operation::EventQuota(_)))
}

/// Refuses a change where something is not as it was.
async fn check(link: &mut Link, still: &Still) -> Result<(), Refused> {
    match still {
        Still::Session { id } => {
            let text = "SELECT 1 AS one FROM session WHERE id = $1 AND ended_at IS NULL";
            let found = link.row(text, values![id]).await?;
            found.map(drop).ok_or(Refused::Change(CommitError::UsedUp { what: SESSION }))
        }
        Still::Group { id, revision } => is_at(link, ("directory_group", "group"), id, *revision).await,
        Still::User { id, revision } => is_at(link, ("directory_user", "user"), id, *revision).await,
    }
}

async fn is_at(link: &mut Link, (table, kind): (&str, &str), id: &str, revision: i64) -> Result<(), Refused> {
    let text = format!("SELECT 1 AS one FROM {table} WHERE id = $1 AND revision = $2 AND deleted_at IS NULL");
    let found = link.row(&text, values![id, revision]).await?;
    let changed = || CommitError::Changed { kind: kind.to_owned(), id: id.to_owned() };
    found.map(drop).ok_or_else(|| Refused::Change(changed()))
}

/// A change that is being made.
struct Change<'a> {
    link: &'a mut Link,
    revision: i64,
    at: i64,
    edits: usize,
    /// The objects that are still to be edited, by kind and id.
    ahead: HashSet<(String, String)>,
    /// Objects that lent their names to others and get theirs later in the same change, as they were.
    parked: HashMap<(String, String), Object>,
}

impl<'a> Change<'a> {
    fn new(link: &'a mut Link, commit: &Commit, revision: i64) -> Change<'a> {
        let ahead = commit.operations.iter().filter_map(|operation| match operation {
            Operation::Put(Draft { kind, id, .. }) | Operation::Remove { kind, id } => {
                Some((kind.clone(), id.clone()))
            }
            _ => None,
        });
        Change { revision, at: commit.at, edits: 0, ahead: ahead.collect(), parked: HashMap::new(), link }
    }

    async fn operate(&mut self, operation: &Operation) -> Result<(), Refused> {
        match operation {
            Operation::Put(draft) => self.put(draft).await?,
            Operation::Remove { kind, id } => self.remove(kind, id).await?,
            Operation::PutKey(key) => {
                if !api_key::put(self.link, key, self.revision).await? {
                    return Err(Refused::Change(CommitError::KeyOfAnother { id: key.id.clone() }));
                }
            }
            Operation::PutSecret(sealed) => secret::put(self.link, sealed, self.at).await?,
            Operation::RemoveSecret { kind, id, field } => {
                secret::remove_one(self.link, (kind, id, field)).await?;
            }
            Operation::Remember(answer) => {
                if !idempotency::insert(self.link, answer, self.at).await? {
                    return Err(Refused::Change(CommitError::Repeated));
                }
            }
            Operation::PutUser { .. }
            | Operation::RemoveUser { .. }
            | Operation::PutGroup { .. }
            | Operation::RemoveGroup { .. }
            | Operation::AddMember(_)
            | Operation::RemoveMember(_)
            | Operation::KeepVersion(_)
            | Operation::PutResource { .. }
            | Operation::RemoveResource { .. }
            | Operation::Alone
            | Operation::Account(_)
            | Operation::Link(_) => {}
            Operation::Still(still) => check(self.link, still).await?,
            Operation::Block(block) => block::put(self.link, block, self.revision).await?,
            Operation::LiftBlock { id } => {
                block::lift(self.link, id, self.at, self.revision).await?;
            }
            Operation::ForgetSource(forgotten) => {
                source::forget(self.link, forgotten, self.at, self.revision).await?;
            }
            Operation::Alert(change) => {
                if !alert::change(self.link, change, self.at).await? {
                    let (kind, id) = ("alert".to_owned(), change.number.to_string());
                    return Err(Refused::Change(CommitError::Missing { kind, id }));
                }
            }
            Operation::SavedSearch(change) => {
                saved_search::make(self.link, change, (self.revision, self.at)).await?;
            }
            Operation::Review(kept) => review::insert(self.link, kept, (self.revision, self.at)).await?,
            Operation::SteerAuditSink(steering) => audit_sink::steer(self.link, steering).await?,
            Operation::EventQuota(quota) => event_quota::make(self.link, quota, self.at).await?,
            Operation::BeginSession(session) => session::begin(self.link, session, self.revision).await?,
            Operation::EndSessions { which, reason } => {
                session::end(self.link, which, reason, self.at, self.revision).await?;
            }
        }
        Ok(())
    }

    /// The object as it was before the change.
    async fn before(&mut self, kind: &str, id: &str) -> Result<Option<Object>, Refused> {
        let key = (kind.to_owned(), id.to_owned());
        self.ahead.remove(&key);
        match self.parked.remove(&key) {
            Some(object) => Ok(Some(object)),
            None => Ok(object::one(self.link, kind, id).await?),
        }
    }

    async fn remove(&mut self, kind: &str, id: &str) -> Result<(), Refused> {
        let Some(before) = self.before(kind, id).await? else {
            let missing = CommitError::Missing { kind: kind.to_owned(), id: id.to_owned() };
            return Err(Refused::Change(missing));
        };
        resource::refuse_owner(self.link, kind, &before.name).await?;
        object::remove(self.link, kind, id).await?;
        secret::remove(self.link, kind, id).await?;
        audit_sink::forget(self.link, kind, id).await?;
        alert::forget(self.link, kind, id).await?;
        review::forget(self.link, kind, &before.name).await?;
        saved_search::forget(self.link, kind, &before.name).await?;
        version::insert_edit(self.link, self.revision, (kind, id), Some(&before), None).await?;
        self.edits += 1;
        Ok(())
    }

    async fn put(&mut self, draft: &Draft) -> Result<(), Refused> {
        let Draft { kind, id, tenant, name, body, origin } = draft;
        let is_parked = self.parked.contains_key(&(kind.clone(), id.clone()));
        let before = self.before(kind, id).await?;
        let same = before.as_ref().is_some_and(|before| {
            before.tenant == *tenant
                && before.name == *name
                && before.body == *body
                && before.origin == *origin
        });
        if same && !is_parked {
            return Ok(());
        }
        if let Some(before) = before.as_ref().filter(|before| before.name != *name) {
            resource::refuse_owner(self.link, kind, &before.name).await?;
            review::refuse_renaming(self.link, kind, id, &before.name).await?;
        }
        // Before the statement, since one that fails ends a transaction of PostgreSQL; nobody else changes objects now.
        if let Some(other) = object::named(self.link, kind, tenant, name).await?.filter(|other| other != id) {
            self.park(draft, &other).await?;
        }
        object::put(self.link, draft, self.revision, self.at).await?;
        version::insert_edit(self.link, self.revision, (kind, id), before.as_ref(), Some(draft)).await?;
        self.edits += 1;
        Ok(())
    }

    /// Takes the name of another object, which the change will rename or delete.
    async fn park(&mut self, draft: &Draft, other: &str) -> Result<(), Refused> {
        let key = (draft.kind.clone(), other.to_owned());
        let object = match self.ahead.contains(&key) {
            true => object::one(self.link, &key.0, &key.1).await?,
            false => None,
        };
        let Some(object) = object else {
            let taken = CommitError::NameTaken { kind: draft.kind.clone(), name: draft.name.clone() };
            return Err(Refused::Change(taken));
        };
        object::park(self.link, &key.0, &key.1).await?;
        self.parked.insert(key, object);
        Ok(())
    }
}
