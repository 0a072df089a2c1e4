//! Linked sign-ins: whom a provider calls this signs in as that user of the directory, whom another provider knows, or Casemate
//! itself does.

use serde_json::json;

use crate::audit::AuditEvent;
use crate::bounds::is_keepable;
use crate::commit::{Commit, CommitError, Operation, Refused};
use crate::error::StoreError;
use crate::log;
use crate::open::StoreReader;
use crate::people::former;
use crate::sql::{Database, Link, Row, Value, places, values};

/// The most linked sign-ins of one user.
pub const MAX_LINKED: i64 = 20;

/// That somebody whom a provider calls this signs in as a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// `lnk_…`; never used again.
    pub id: String,
    /// The provider with which they sign in.
    pub provider: String,
    /// What it calls them.
    pub subject: String,
    /// The user, by id.
    pub user: String,
    /// The tenant where the user was at home when it was linked: it counts there alone.
    pub tenant: String,
    /// When it was linked, in microseconds since 1970 (UTC), as all times here.
    pub linked_at: i64,
    /// When they signed in by it last.
    pub last_used: Option<i64>,
}

/// What is to be different about linked sign-ins.
#[derive(Debug, Clone)]
pub enum LinkChange {
    /// There is one more. Refused where somebody has the same, where the directory has a user
    /// who is or was called so, where the user is
    /// not active or not at home in its tenant, and where they have [`MAX_LINKED`].
    Add(LinkedIdentity),
    /// Somebody signs in by it. Refused where it is not there any more.
    Use {
        /// As whom, by id.
        user: String,
        /// The link's id.
        id: String,
    },
    /// There is one less, and whoever came by it, or another of theirs at the same provider, is signed out. Refused where it is not
    /// there, and where fewer would be left than have to be.
    Remove {
        /// Whose, by id.
        user: String,
        /// The link's id.
        id: String,
        /// How many have to be left of those that count.
        least: i64,
        /// The providers whose links count.
        among: Vec<String>,
    },
    /// There are none any more of whom a provider calls something, since it calls others so from now on. An event tells of each.
    /// Sessions stay: they end with what the provider was.
    RemoveOf {
        /// The provider's name.
        provider: String,
    },
}

impl LinkChange {
    /// The user that it is about, where it is one.
    pub(crate) fn user(&self) -> &str {
        match self {
            LinkChange::Add(link) => &link.user,
            LinkChange::Use { user, .. } | LinkChange::Remove { user, .. } => user,
            LinkChange::RemoveOf { .. } => "",
        }
    }
}

/// Whether somebody who was not deleted is called this, or was before.
const CALLED: &str = "SELECT 1 AS one FROM directory_user AS known LEFT JOIN directory_user AS owner \
                      ON owner.id = known.external_id AND owner.deleted_at IS NULL \
                      WHERE known.provider = $1 AND known.subject_sha256 = $2 \
                      AND (known.deleted_at IS NULL OR owner.id IS NOT NULL) LIMIT 1";

const COLUMNS: &str = "id, provider, subject, user_id, tenant, linked_at, last_used";

impl StoreReader {
    /// The link of somebody whom a provider calls this.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn linked_identity(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<LinkedIdentity>, StoreError> {
        if !is_keepable(provider) || !is_keepable(subject) {
            return Ok(None);
        }
        let text = format!("SELECT {COLUMNS} FROM linked_identity WHERE provider = $1 AND subject = $2");
        self.pool.row(&text, values![provider, subject]).await?.as_ref().map(read).transpose()
    }

    /// Somebody's linked sign-ins, the oldest first; at most [`MAX_LINKED`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn linked_identities(&self, user: &str) -> Result<Vec<LinkedIdentity>, StoreError> {
        if !is_keepable(user) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM linked_identity WHERE user_id = $1 ORDER BY linked_at, id LIMIT {MAX_LINKED}"
        );
        self.pool.rows(&text, values![user]).await?.iter().map(read).collect()
    }

    /// Whether the directory has a user whom a provider calls this, or called so before, in whichever tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn has_user_called(&self, provider: &str, subject: &str) -> Result<bool, StoreError> {
        if !is_keepable(provider) {
            return Ok(false);
        }
        Ok(self.pool.row(CALLED, values![provider, former(subject).as_slice()]).await?.is_some())
    }
}

fn read(row: &Row) -> Result<LinkedIdentity, StoreError> {
    Ok(LinkedIdentity {
        id: row.get("id")?,
        provider: row.get("provider")?,
        subject: row.get("subject")?,
        user: row.get("user_id")?,
        tenant: row.get("tenant")?,
        linked_at: row.get("linked_at")?,
        last_used: row.get("last_used")?,
    })
}

/// Does what the operations say of links, once users are as they are to be.
pub(crate) async fn make(link: &mut Link, commit: &Commit, revision: i64) -> Result<(), Refused> {
    let at = commit.at;
    for operation in &commit.operations {
        match operation {
            Operation::Link(LinkChange::Add(linked)) => add(link, linked).await?,
            Operation::Link(LinkChange::Use { user, id }) => {
                let text = "UPDATE linked_identity SET last_used = $3 WHERE id = $1 AND user_id = $2";
                require(link.execute(text, values![id, user, at]).await? == 1, "linked sign-in")?;
            }
            Operation::Link(LinkChange::Remove { user, id, least, among }) => {
                let text = format!("SELECT {COLUMNS} FROM linked_identity WHERE id = $1 AND user_id = $2");
                let found = link.row(&text, values![id, user]).await?.as_ref().map(read).transpose();
                let Some(found) = found.map_err(unread)? else { return Err(used_up("linked sign-in")) };
                remove(link, &found, at, revision).await?;
                require(count_among(link, user, among).await? >= *least, "last way to sign in")?;
            }
            Operation::Link(LinkChange::RemoveOf { provider }) => {
                remove_of(link, commit, provider, revision).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Removes the links of those whom the directory knows by themselves from now on, as `provider` calls them.
pub(crate) async fn give_way(
    link: &mut Link,
    commit: &Commit,
    provider: &str,
    subjects: &[&str],
    revision: i64,
) -> Result<(), Refused> {
    let text = format!(
        "SELECT {COLUMNS} FROM linked_identity WHERE provider = $1 AND subject IN ({})",
        places(2, subjects.len())
    );
    let mut values = vec![Value::from(provider)];
    values.extend(subjects.iter().map(|subject| Value::from(*subject)));
    for row in link.rows(&text, &values).await? {
        let found = read(&row).map_err(unread)?;
        remove(link, &found, commit.at, revision).await?;
        log::tell(link, revision, &[told(commit, &found, "user-of-its-own")]).await?;
    }
    Ok(())
}

/// Removes all links of whom a provider calls something.
async fn remove_of(link: &mut Link, commit: &Commit, provider: &str, revision: i64) -> Result<(), Refused> {
    let text = format!("SELECT {COLUMNS} FROM linked_identity WHERE provider = $1 ORDER BY id");
    let mut events = Vec::new();
    for row in link.rows(&text, values![provider]).await? {
        events.push(told(commit, &read(&row).map_err(unread)?, "provider-changed"));
    }
    link.execute("DELETE FROM linked_identity WHERE provider = $1", values![provider]).await?;
    Ok(log::tell(link, revision, &events).await.map(drop)?)
}

/// What tells of a link that a change of something else removes. It has nothing personal to hide but the subject, which is an id.
fn told(commit: &Commit, linked: &LinkedIdentity, reason: &str) -> AuditEvent {
    let with = commit.events.first();
    let before = json!({ "link": linked.id, "provider": linked.provider, "subject": linked.subject });
    AuditEvent {
        at: commit.at,
        actor: commit.actor.clone(),
        action: "casemate.user.link".to_owned(),
        kind: "remove".to_owned(),
        tenant: linked.tenant.clone(),
        resource_type: "user".to_owned(),
        resource_id: linked.user.clone(),
        outcome: "success".to_owned(),
        reason: Some(reason.to_owned()),
        request_id: with.map(|event| event.request_id.clone()).unwrap_or_default(),
        route: with.and_then(|event| event.route.clone()),
        client: with.and_then(|event| event.client.clone()),
        user_agent: with.and_then(|event| event.user_agent.clone()),
        before: Some(before.to_string()),
        ..AuditEvent::default()
    }
}

/// Whether anything is linked at all.
pub(crate) async fn is_any(link: &mut Link) -> Result<bool, sqlx::Error> {
    Ok(link.row("SELECT 1 AS one FROM linked_identity LIMIT 1", &[]).await?.is_some())
}

/// What forgets the links of users who are deleted. `places` stands for their ids.
pub(crate) fn forgetting(places: &str) -> String {
    format!("DELETE FROM linked_identity WHERE user_id IN ({places})")
}

async fn add(link: &mut Link, linked: &LinkedIdentity) -> Result<(), Refused> {
    let LinkedIdentity { id, provider, subject, user, tenant, linked_at, .. } = linked;
    let text = "SELECT 1 AS one FROM directory_user WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL \
                AND active = 1 AND subject IS NOT NULL";
    if link.row(text, values![user, tenant]).await?.is_none() {
        return Err(Refused::Change(CommitError::Missing { kind: "user".to_owned(), id: user.clone() }));
    }
    let taken =
        |kind: &str| Refused::Change(CommitError::NameTaken { kind: kind.to_owned(), name: subject.clone() });
    if link.row(CALLED, values![provider, former(subject).as_slice()]).await?.is_some() {
        return Err(taken("user"));
    }
    let text = "INSERT INTO linked_identity (provider, subject, id, user_id, tenant, linked_at) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (provider, subject) DO NOTHING";
    if link.execute(text, values![provider, subject, id, user, tenant, *linked_at]).await? != 1 {
        return Err(taken("linked sign-in"));
    }
    require(count(link, user).await? <= MAX_LINKED, "room for linked sign-ins")
}

/// Removes a link, and ends the sessions and temporary credentials of whoever came by it.
async fn remove(link: &mut Link, linked: &LinkedIdentity, at: i64, revision: i64) -> Result<(), sqlx::Error> {
    link.execute("DELETE FROM linked_identity WHERE id = $1", values![&linked.id]).await?;
    let text = "UPDATE session SET ended_at = $1, end_reason = 'link-removed', identity = '', revision = $2 \
                WHERE ended_at IS NULL AND via = $3 AND EXISTS (SELECT 1 FROM directory_user AS owner \
                WHERE owner.id = $4 AND owner.provider = session.provider AND owner.subject = session.subject)";
    link.execute(text, values![at, revision, &linked.provider, &linked.user]).await.map(drop)
}

async fn count(link: &mut Link, user: &str) -> Result<i64, sqlx::Error> {
    let text = "SELECT COUNT(*) AS links FROM linked_identity WHERE user_id = $1";
    let row = link.row(text, values![user]).await?;
    Ok(row.as_ref().map(|row| row.get("links")).transpose()?.unwrap_or_default())
}

/// How many links somebody has at some providers.
async fn count_among(link: &mut Link, user: &str, among: &[String]) -> Result<i64, sqlx::Error> {
    if among.is_empty() {
        return Ok(0);
    }
    let text = format!(
        "SELECT COUNT(*) AS links FROM linked_identity WHERE user_id = $1 AND provider IN ({})",
        places(2, among.len())
    );
    let mut values = vec![Value::from(user)];
    values.extend(among.iter().map(Value::from));
    let row = link.row(&text, &values).await?;
    Ok(row.as_ref().map(|row| row.get("links")).transpose()?.unwrap_or_default())
}

fn unread(error: StoreError) -> Refused {
    Refused::Change(CommitError::Failed(error.to_string()))
}

fn require(is_there: bool, what: &'static str) -> Result<(), Refused> {
    if is_there { Ok(()) } else { Err(used_up(what)) }
}

fn used_up(what: &'static str) -> Refused {
    Refused::Change(CommitError::UsedUp { what })
}
