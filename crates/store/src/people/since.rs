//! What changes by hand made of all users and groups since a revision, so that they can be set back together.

use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::people::version::MADE;
use crate::people::{DirectoryKind, MAX_DIRECTORY_VERSIONS};
use crate::sql::{Row, Value, places, values};

/// A user or a group that was changed by hand since a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleSince {
    /// Which of the two.
    pub kind: DirectoryKind,
    /// The id.
    pub id: String,
    /// What it was at the revision.
    pub then: Then,
}

/// What a user or a group was at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// It was not there.
    Absent,
    /// A JSON document.
    Document(String),
    /// A user who was there and was deleted since: nothing is kept of them.
    Deleted,
    /// So many versions were made since that those before are not kept.
    Forgotten,
}

/// That a change made a version of a user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleEdit {
    /// Of which of the two.
    pub kind: DirectoryKind,
    /// The id.
    pub id: String,
    /// What was done.
    pub verb: String,
}

/// A group that was deleted: what its row still says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedGroup {
    /// The id.
    pub id: String,
    /// The tenant that it belonged to.
    pub tenant: String,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
}

impl StoreReader {
    /// The revision from which on all versions of users and groups are kept that were made, and what was deleted: before it,
    /// they cannot be set back as a whole.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn people_kept_since(&self) -> Result<i64, StoreError> {
        let row = self.pool.row("SELECT people_kept FROM revision", values![]).await?;
        Ok(row.map(|row| row.get("people_kept")).transpose()?.unwrap_or_default())
    }

    /// What was changed by hand after a revision, at most `limit` users and groups, in the order of kind and id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn people_since(&self, revision: i64, limit: u32) -> Result<Vec<PeopleSince>, StoreError> {
        let text = format!(
            "SELECT f.kind, f.id, f.verb, f.before, f.after, s.versions, \
             (SELECT COUNT(*) FROM directory_version o WHERE o.kind = s.kind AND o.id = s.id AND o.revision <= $1) \
             AS earlier FROM (SELECT kind, id, MIN(revision) AS first, COUNT(*) AS versions FROM directory_version \
             WHERE revision > $1 GROUP BY kind, id ORDER BY kind, id LIMIT {limit}) AS s \
             JOIN directory_version f ON f.kind = s.kind AND f.id = s.id AND f.revision = s.first \
             ORDER BY f.kind, f.id"
        );
        let rows = self.pool.rows(&text, values![revision]).await?;
        Ok(rows.iter().map(|row| read(row, revision)).collect::<Result<_, _>>()?)
    }

    /// Of which users and groups a change made versions, at most `limit`, in the order of kind and id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn people_edits(&self, revision: i64, limit: u32) -> Result<Vec<PeopleEdit>, StoreError> {
        let text = format!(
            "SELECT kind, id, verb FROM directory_version WHERE revision = $1 ORDER BY kind, id LIMIT {}",
            limit.clamp(1, MAX_PAGE)
        );
        let rows = self.pool.rows(&text, values![revision]).await?;
        let edit =
            |row: &Row| Ok(PeopleEdit { kind: kind(row)?, id: row.get("id")?, verb: row.get("verb")? });
        Ok(rows.iter().map(edit).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Those of these groups that were deleted; at most a thousand ids are looked for.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn deleted_groups(&self, ids: &[&str]) -> Result<Vec<DeletedGroup>, StoreError> {
        let ids: Vec<Value<'_>> = ids.iter().take(MAX_PAGE as usize).map(|id| Value::from(*id)).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT id, tenant, created_at FROM directory_group WHERE deleted_at IS NOT NULL AND id IN ({})",
            places(1, ids.len())
        );
        let rows = self.pool.rows(&text, &ids).await?;
        let group = |row: &Row| {
            let (id, tenant) = (row.get("id")?, row.get("tenant")?);
            Ok(DeletedGroup { id, tenant, created_at: row.get("created_at")? })
        };
        Ok(rows.iter().map(group).collect::<Result<_, sqlx::Error>>()?)
    }
}

fn kind(row: &Row) -> Result<DirectoryKind, sqlx::Error> {
    Ok(match row.get::<String>("kind")?.as_str() {
        "user" => DirectoryKind::User,
        _ => DirectoryKind::Group,
    })
}

fn read(row: &Row, revision: i64) -> Result<PeopleSince, sqlx::Error> {
    let (kind, id) = (kind(row)?, row.get("id")?);
    let (before, after): (Option<String>, String) = (row.get("before")?, row.get("after")?);
    let (versions, earlier): (i64, i64) = (row.get("versions")?, row.get("earlier")?);
    let is_made = row.get::<String>("verb")? == "create";
    let then = match before {
        _ if !is_made && earlier == 0 && versions >= i64::from(MAX_DIRECTORY_VERSIONS) => Then::Forgotten,
        None => Then::Absent,
        Some(before) if kind == DirectoryKind::User && after.is_empty() => {
            let made = serde_json::from_str::<serde_json::Value>(&before).ok();
            let made = made.and_then(|before| before.get(MADE)?.as_i64());
            if made.is_some_and(|made| made > revision) { Then::Absent } else { Then::Deleted }
        }
        Some(before) => Then::Document(before),
    };
    Ok(PeopleSince { kind, id, then })
}
