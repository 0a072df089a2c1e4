//! Changes: what is to be different, together with the events that tell of it, in one transaction.

use crate::api_key::{self, StoredApiKey};
use crate::audit::{self, AuditEvent};
use crate::idempotency::{self, Remembered};
use crate::lease::{self, Fence};
use crate::object::{self, Draft};
use crate::secret::{self, SealedSecret};
use crate::sql::{Database, Link, values};
use crate::version;

/// The most operations of one change.
pub const MAX_OPERATIONS: usize = 100_000;

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
    /// The revision that the change was thought out at: where it is no longer the last one, nothing is changed. A change
    /// whose validity depends on nothing else says none.
    pub base: Option<i64>,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who.
    pub actor: Actor,
    /// What it is, in a few words, for the list of versions.
    pub summary: String,
    /// What is to be different.
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
    /// An answer is kept for whoever asks again.
    Remember(Remembered),
}

/// Why a change was not made. Nothing of it was.
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
    /// An answer is kept already for this `Idempotency-Key`.
    #[error("a request with this idempotency key was answered already")]
    Repeated,
    /// Somebody else holds the lease.
    #[error("the lease `{lease}` was taken over by another process")]
    Fenced {
        /// The lease.
        lease: String,
    },
    /// There are more operations than a change may have.
    #[error("a change of {operations} operations is too large: at most {MAX_OPERATIONS}; make several of it")]
    TooLarge {
        /// How many operations there are.
        operations: usize,
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

/// Makes a change in a transaction that has begun, and gives its revision. The caller commits, or rolls back.
pub(crate) async fn apply(link: &mut Link, commit: &Commit) -> Result<i64, Refused> {
    // Taking the next number also takes the lock under which all changes are made one after the other.
    let text = "UPDATE revision SET last = last + 1 RETURNING last";
    let row = link.row(text, values![]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let revision: i64 = row.get("last")?;
    let current = revision - 1;
    if commit.base.is_some_and(|base| base != current) {
        return Err(Refused::Change(CommitError::Conflict { current }));
    }
    if let Some(fence) = &commit.fence
        && !lease::is_held(link, fence).await?
    {
        return Err(Refused::Change(CommitError::Fenced { lease: fence.name.clone() }));
    }
    let mut edits = 0;
    for operation in &commit.operations {
        edits += usize::from(operate(link, operation, revision, commit.at).await?);
    }
    if edits > 0 {
        version::insert(link, revision, commit.at, &commit.actor, &commit.summary).await?;
    }
    for event in &commit.events {
        audit::insert(link, revision, event).await?;
    }
    Ok(revision)
}

/// Carries out one operation; answers whether it edited an object.
async fn operate(link: &mut Link, operation: &Operation, revision: i64, at: i64) -> Result<bool, Refused> {
    match operation {
        Operation::Put(draft) => return put(link, draft, revision, at).await,
        Operation::Remove { kind, id } => {
            let Some(before) = object::one(link, kind, id).await? else {
                let missing = CommitError::Missing { kind: kind.clone(), id: id.clone() };
                return Err(Refused::Change(missing));
            };
            object::remove(link, kind, id).await?;
            secret::remove(link, kind, id).await?;
            version::insert_edit(link, revision, (kind, id), Some(&before), None).await?;
            return Ok(true);
        }
        Operation::PutKey(key) => api_key::put(link, key, revision).await?,
        Operation::PutSecret(sealed) => secret::put(link, sealed, at).await?,
        Operation::Remember(answer) => {
            if !idempotency::insert(link, answer, at).await? {
                return Err(Refused::Change(CommitError::Repeated));
            }
        }
    }
    Ok(false)
}

async fn put(link: &mut Link, draft: &Draft, revision: i64, at: i64) -> Result<bool, Refused> {
    let Draft { kind, id, tenant, name, body, origin } = draft;
    let before = object::one(link, kind, id).await?;
    let same = before.as_ref().is_some_and(|before| {
        before.tenant == *tenant && before.name == *name && before.body == *body && before.origin == *origin
    });
    if same {
        return Ok(false);
    }
    // Before the statement, since one that fails ends a transaction of PostgreSQL; nobody else changes objects now.
    if object::named(link, kind, tenant, name).await?.is_some_and(|other| other != *id) {
        let taken = CommitError::NameTaken { kind: kind.clone(), name: name.clone() };
        return Err(Refused::Change(taken));
    }
    object::put(link, draft, revision, at).await?;
    version::insert_edit(link, revision, (kind, id), before.as_ref(), Some(draft)).await?;
    Ok(true)
}
