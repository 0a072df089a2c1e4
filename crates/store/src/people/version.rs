//! Versions of users and groups: what changes by hand made of them, so that they can be set back. What a provider says is not
//! kept: it is the source of that, and says it again.

use std::collections::{BTreeMap, BTreeSet};

use crate::bounds::is_keepable;
use crate::commit::{Actor, Operation};
use crate::decision::{MAX_PAGE, clipped};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Link, Row, Value, places, values};

/// How many versions of one user or group are kept: the newest.
pub const MAX_DIRECTORY_VERSIONS: u32 = 100;

/// How long a version is kept, in microseconds: 400 days.
pub const DIRECTORY_VERSION_AGE: i64 = 400 * 24 * 3_600 * 1_000_000;

/// How many versions one round of pruning deletes.
const ROUND: i64 = 1_024;

/// How many ids one statement names.
const IDS: usize = 1_000;

/// Of what there are versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryKind {
    /// Of a user.
    User,
    /// Of a group.
    Group,
}

impl DirectoryKind {
    /// As it is written: `user`, `group`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DirectoryKind::User => "user",
            DirectoryKind::Group => "group",
        }
    }
}

/// What a change by hand makes of a user or a group; it is kept with the change, as its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEdit {
    /// Of which it is.
    pub kind: DirectoryKind,
    /// The id.
    pub id: String,
    /// What was done, such as `create`, `update` and `restore`.
    pub verb: String,
    /// The revision that it was set back to, where it was.
    pub restored: Option<i64>,
    /// What it was before, a JSON document; absent where the change made it. Of a user who is deleted it is not kept.
    pub before: Option<String>,
    /// What it was afterwards, a JSON document; absent where the change deleted it.
    pub after: Option<String>,
}

/// A version of a user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryVersion {
    /// The revision of the change that made it.
    pub revision: i64,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who made it.
    pub actor: Actor,
    /// What was done.
    pub verb: String,
    /// The revision that it was set back to, where it was.
    pub restored: Option<i64>,
}

/// Which versions of a user or group are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryVersionQuery {
    /// Of which they are.
    pub kind: DirectoryKind,
    /// The id of the user or group.
    pub id: String,
    /// Only those of the actor with this id.
    pub actor: Option<String>,
    /// Only those where this was done.
    pub verb: Option<String>,
    /// Only those at or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Only those before this time.
    pub until: Option<i64>,
    /// Whether the oldest come first, and not the newest.
    pub oldest_first: bool,
    /// Only those beyond this revision, in the order.
    pub after: Option<i64>,
    /// How many at most (1 to [`MAX_PAGE`]).
    pub limit: u32,
}

impl DirectoryVersionQuery {
    /// All versions of a user or group, the newest first.
    #[must_use]
    pub fn of(kind: DirectoryKind, id: &str) -> DirectoryVersionQuery {
        DirectoryVersionQuery {
            kind,
            id: id.to_owned(),
            actor: None,
            verb: None,
            since: None,
            until: None,
            oldest_first: false,
            after: None,
            limit: MAX_PAGE,
        }
    }

    fn selection(&self) -> Selection {
        let of_kind = format!("kind = '{}'", self.kind.as_str());
        let mut selection = Selection::new("directory_version", &of_kind);
        selection.text("id = {}", Some(&self.id));
        selection.text("actor_id = {}", self.actor.as_ref());
        selection.text("verb = {}", self.verb.as_ref());
        selection.and("at >= {}", self.since.map(Held::Integer));
        selection.and("at < {}", self.until.map(Held::Integer));
        selection.order_by_number("revision", !self.oldest_first, self.after);
        selection
    }
}

/// Whom a change put into a group by hand or by code, and took out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberEdit {
    /// The ids of whom it put into the group.
    pub came: Vec<String>,
    /// The ids of whom it took out of the group.
    pub gone: Vec<String>,
}

impl MemberEdit {
    /// Without those who left as one source says and came as another does: they belong to the group as before.
    fn settled(mut self) -> MemberEdit {
        let came: BTreeSet<String> = self.came.iter().cloned().collect();
        let stayed: BTreeSet<String> =
            self.gone.iter().filter(|user| came.contains(*user)).cloned().collect();
        self.came.retain(|user| !stayed.contains(user));
        self.gone.retain(|user| !stayed.contains(user));
        self
    }
}

/// What stands for what is not there any more, since the column takes no null.
const DELETED: &str = "";

const HEAD: &str = "revision, at, actor_provider, actor_type, actor_id, verb, restored";

/// What a change made of the members of groups by hand, by the groups' ids.
pub(crate) type MembersByHand = BTreeMap<String, MemberEdit>;

/// What the versions of a change say that the change itself does not.
#[derive(Default)]
pub(crate) struct Kept {
    /// What became of the members of groups.
    pub(crate) members: MembersByHand,
    /// By which revision users who are deleted were made, as far as that is known.
    pub(crate) made: BTreeMap<String, i64>,
}

/// What is kept of a user who is deleted: by which revision they were made.
pub(super) const MADE: &str = "made";

/// Keeps the versions that a change makes; what it leaves as it was has none.
pub(crate) async fn keep(
    link: &mut Link,
    operations: &[Operation],
    mut kept: Kept,
    made: (i64, i64),
    actor: &Actor,
) -> Result<(), sqlx::Error> {
    for operation in operations {
        let Operation::KeepVersion(edit) = operation else { continue };
        let members = match edit.kind {
            DirectoryKind::Group => kept.members.remove(&edit.id).unwrap_or_default().settled(),
            DirectoryKind::User => MemberEdit::default(),
        };
        if edit.after.is_none() || edit.before != edit.after || members != MemberEdit::default() {
            let before = match (edit.kind, &edit.after) {
                (DirectoryKind::User, None) => {
                    Some(format!("{{\"{MADE}\":{}}}", kept.made.get(&edit.id).copied().unwrap_or_default()))
                }
                _ => edit.before.clone(),
            };
            insert(link, edit, before, &members, made, actor).await?;
        }
    }
    Ok(())
}

async fn insert(
    link: &mut Link,
    edit: &DirectoryEdit,
    before: Option<String>,
    members: &MemberEdit,
    (revision, at): (i64, i64),
    actor: &Actor,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO directory_version (kind, id, revision, at, actor_provider, actor_type, actor_id, verb, \
                restored, before, after, came, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let [provider, of, by] = [&actor.provider, &actor.kind, &actor.id].map(|text| clipped(text));
    let (kind, id) = (edit.kind.as_str(), &*edit.id);
    let listed = |ids: &[String]| (!ids.is_empty()).then(|| ids.join(" "));
    let (came, gone) = (listed(&members.came), listed(&members.gone));
    let values = values![
        kind,
        id,
        revision,
        at,
        &provider,
        &of,
        &by,
        &edit.verb,
        edit.restored,
        &before,
        edit.after.as_deref().unwrap_or(DELETED),
        &came,
        &gone
    ];
    link.execute(text, values).await?;
    let text = "DELETE FROM directory_version WHERE kind = $1 AND id = $2 AND revision <= \
                (SELECT revision FROM directory_version WHERE kind = $1 AND id = $2 ORDER BY revision DESC LIMIT 1 \
                OFFSET $3)";
    link.execute(text, values![kind, id, i64::from(MAX_DIRECTORY_VERSIONS)]).await?;
    Ok(())
}

/// Which of these users were made by a change by hand that is kept, and by which revision.
pub(super) fn made_by(ids: usize) -> String {
    format!(
        "SELECT id, MIN(revision) AS revision FROM directory_version WHERE kind = 'user' AND before IS NULL \
         AND id IN ({}) GROUP BY id",
        places(1, ids)
    )
}

/// The statement that forgets all versions of so many users or groups.
pub(super) fn forgetting(kind: DirectoryKind, ids: usize) -> String {
    format!("DELETE FROM directory_version WHERE kind = '{}' AND id IN ({})", kind.as_str(), places(1, ids))
}

/// Deletes one round of the versions that are too old at `now`; answers whether there may be more.
pub(crate) async fn prune(link: &mut Link, now: i64) -> Result<bool, sqlx::Error> {
    let oldest = now.saturating_sub(DIRECTORY_VERSION_AGE);
    let text = "SELECT MAX(revision) AS revision FROM \
                (SELECT revision FROM directory_version WHERE at < $1 ORDER BY at LIMIT $2) AS old";
    let row = link.row(text, values![oldest, ROUND]).await?;
    let Some(last) = row.map(|row| row.get::<Option<i64>>("revision")).transpose()?.flatten() else {
        return Ok(false);
    };
    // Before what is forgotten, people cannot be set back as a whole.
    link.execute("UPDATE revision SET people_kept = $1 WHERE people_kept < $1", values![last]).await?;
    let text = "DELETE FROM directory_version WHERE (kind, id, revision) IN \
                (SELECT kind, id, revision FROM directory_version WHERE at < $1 ORDER BY at LIMIT $2)";
    let deleted = link.execute(text, values![oldest, ROUND]).await?;
    Ok(deleted >= ROUND as u64)
}

/// Deletes the versions of users that were deleted, but for the one that says so, and of groups without such a one: whoever
/// deletes one by hand sees to that, so that there are others only where another version of Casemate, or a backup of its, left them.
pub(crate) async fn forget_deleted(link: &mut Link) -> Result<(), sqlx::Error> {
    for (kind, table) in [(DirectoryKind::User, "directory_user"), (DirectoryKind::Group, "directory_group")]
    {
        let text = format!(
            "DELETE FROM directory_version WHERE kind = $1 AND after <> '' AND EXISTS \
             (SELECT 1 FROM {table} AS owner WHERE owner.id = directory_version.id AND owner.deleted_at IS NOT NULL) \
             AND NOT EXISTS (SELECT 1 FROM directory_version AS gone WHERE gone.kind = 'group' \
             AND gone.kind = directory_version.kind AND gone.id = directory_version.id AND gone.after = '')"
        );
        link.execute(&text, values![kind.as_str()]).await?;
    }
    Ok(())
}

impl StoreReader {
    /// A page of the versions of a user or group.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn directory_versions(
        &self,
        query: &DirectoryVersionQuery,
    ) -> Result<Vec<DirectoryVersion>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(HEAD, query.limit.clamp(1, MAX_PAGE), 0);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// What was made of a user or group by hand, the newest first, at most `limit` times.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn directory_edits(
        &self,
        kind: DirectoryKind,
        id: &str,
        limit: u32,
    ) -> Result<Vec<DirectoryEdit>, StoreError> {
        if !is_keepable(id) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {HEAD}, before, after FROM directory_version WHERE kind = $1 AND id = $2 \
             ORDER BY revision DESC LIMIT $3"
        );
        let rows = self.pool.rows(&text, values![kind.as_str(), id, i64::from(limit)]).await?;
        let edit = |row: &Row| -> Result<DirectoryEdit, sqlx::Error> {
            let DirectoryVersion { verb, restored, .. } = read(row)?;
            let after = Some(row.get::<String>("after")?).filter(|after| after != DELETED);
            Ok(DirectoryEdit { kind, id: id.to_owned(), verb, restored, before: row.get("before")?, after })
        };
        Ok(rows.iter().map(edit).collect::<Result<_, _>>()?)
    }

    /// One version of a user or group, with what it made of it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn directory_version(
        &self,
        kind: DirectoryKind,
        id: &str,
        revision: i64,
    ) -> Result<Option<(DirectoryVersion, DirectoryEdit, MemberEdit)>, StoreError> {
        if !is_keepable(id) {
            return Ok(None);
        }
        let text = format!(
            "SELECT {HEAD}, before, after, came, gone FROM directory_version \
             WHERE kind = $1 AND id = $2 AND revision = $3"
        );
        let Some(row) = self.pool.row(&text, values![kind.as_str(), id, revision]).await? else {
            return Ok(None);
        };
        let version = read(&row)?;
        let edit = DirectoryEdit {
            kind,
            id: id.to_owned(),
            verb: version.verb.clone(),
            restored: version.restored,
            before: row.get("before")?,
            after: Some(row.get::<String>("after")?).filter(|after| after != DELETED),
        };
        Ok(Some((version, edit, read_members(&row)?)))
    }

    /// What was made of the members of a group by hand after a revision, the newest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn member_edits_after(
        &self,
        group: &str,
        revision: i64,
    ) -> Result<Vec<MemberEdit>, StoreError> {
        let text = "SELECT came, gone FROM directory_version WHERE kind = $1 AND id = $2 AND revision > $3 \
                    AND (came IS NOT NULL OR gone IS NOT NULL) ORDER BY revision DESC";
        let values = values![DirectoryKind::Group.as_str(), group, revision];
        Ok(self.pool.rows(text, values).await?.iter().map(read_members).collect::<Result<_, _>>()?)
    }

    /// What was made of the members of a group by hand up to a revision, and with it, the oldest first: as far as it is kept.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn member_edits_until(
        &self,
        group: &str,
        revision: i64,
    ) -> Result<Vec<MemberEdit>, StoreError> {
        let text = "SELECT came, gone FROM directory_version WHERE kind = $1 AND id = $2 AND revision <= $3 \
                    AND (came IS NOT NULL OR gone IS NOT NULL) ORDER BY revision";
        let values = values![DirectoryKind::Group.as_str(), group, revision];
        Ok(self.pool.rows(text, values).await?.iter().map(read_members).collect::<Result<_, _>>()?)
    }

    /// Those of these users who were put into a group by hand, and are in it so.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn members_by_hand(&self, group: &str, users: &[&str]) -> Result<BTreeSet<String>, StoreError> {
        let mut members = BTreeSet::new();
        for users in users.chunks(IDS) {
            let text = format!(
                "SELECT user_id FROM group_member WHERE group_id = $1 AND source = '' AND user_id IN ({})",
                places(2, users.len())
            );
            let mut values = vec![Value::from(group)];
            values.extend(users.iter().map(|user| Value::from(*user)));
            for row in self.pool.rows(&text, &values).await? {
                members.insert(row.get("user_id")?);
            }
        }
        Ok(members)
    }
}

fn read(row: &Row) -> Result<DirectoryVersion, sqlx::Error> {
    Ok(DirectoryVersion {
        revision: row.get("revision")?,
        at: row.get("at")?,
        actor: Actor {
            provider: row.get("actor_provider")?,
            kind: row.get("actor_type")?,
            id: row.get("actor_id")?,
            credential: None,
        },
        verb: row.get("verb")?,
        restored: row.get("restored")?,
    })
}

pub(super) fn read_members(row: &Row) -> Result<MemberEdit, sqlx::Error> {
    let listed = |column| -> Result<Vec<String>, sqlx::Error> {
        let ids = row.get::<Option<String>>(column)?.unwrap_or_default();
        Ok(ids.split_whitespace().map(str::to_owned).collect())
    };
    Ok(MemberEdit { came: listed("came")?, gone: listed("gone")? })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;

    #[tokio::test]
    async fn versions_are_found_and_forgotten_by_an_index() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        let page = DirectoryVersionQuery {
            since: Some(5),
            after: Some(9),
            ..DirectoryVersionQuery::of(DirectoryKind::User, "usr_1")
        };
        let page = page.selection();
        let values_of_page = page.values();
        let oldest = "SELECT kind, id, revision FROM directory_version WHERE at < 9 ORDER BY at LIMIT 9";
        let key = "sqlite_autoindex_directory_version_1";
        for (text, index, values) in [
            (page.page(HEAD, 100, 0), key, values_of_page.clone()),
            (forgetting(DirectoryKind::User, 2), key, values!["usr_1", "usr_2"].to_vec()),
            (oldest.to_owned(), "directory_version_by_age", Vec::new()),
        ] {
            let rows = link.rows(&format!("EXPLAIN QUERY PLAN {text}"), &values).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
            assert!(plan[0].contains(index), "{text}: {plan:?}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{text}: {plan:?}");
        }
    }
}
