//! Versions: what each change made of the objects, so that configuration can always be set back to an earlier state.

use crate::commit::Actor;
use crate::decision::{MAX_PAGE, clipped};
use crate::error::StoreError;
use crate::object::{Draft, Object, last_revision};
use crate::open::StoreReader;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Pool, Row, values};

/// A change of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The revision that the change made.
    pub revision: i64,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// Who made it.
    pub actor: Actor,
    /// What it was, in a few words.
    pub summary: String,
    /// How many objects it changed.
    pub objects: i64,
    /// How many users and groups it changed, by hand or from code.
    pub people: i64,
}

/// What a change of users and groups alone is called: what it was in particular stands in their versions.
pub const PEOPLE_SUMMARY: &str = "users and groups";

/// What a change made of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The revision that the change made.
    pub revision: i64,
    /// The object's kind.
    pub kind: String,
    /// The object's id.
    pub id: String,
    /// What it was before; absent where the change made it.
    pub before: Option<Draft>,
    /// What it was afterwards; absent where the change deleted it.
    pub after: Option<Draft>,
}

/// Notes who made a change.
pub(crate) async fn insert(
    database: &mut impl Database,
    revision: i64,
    at: i64,
    actor: &Actor,
    summary: &str,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO version (revision, at, actor_provider, actor_type, actor_id, summary) \
                VALUES ($1, $2, $3, $4, $5, $6)";
    let [provider, kind, id, summary] = [&actor.provider, &actor.kind, &actor.id, summary].map(clipped);
    database.execute(text, values![revision, at, &provider, &kind, &id, &summary]).await?;
    Ok(())
}

/// Notes what a change makes of one object.
pub(crate) async fn insert_edit(
    database: &mut impl Database,
    revision: i64,
    (kind, id): (&str, &str),
    before: Option<&Object>,
    after: Option<&Draft>,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO version_object (revision, kind, id, before_tenant, before_name, before_body, \
                before_origin, after_tenant, after_name, after_body, after_origin) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let before = before.map(|object| (&*object.tenant, &*object.name, &*object.body, &*object.origin));
    let after = after.map(|draft| (&*draft.tenant, &*draft.name, &*draft.body, &*draft.origin));
    database
        .execute(
            text,
            values![
                revision,
                kind,
                id,
                before.map(|before| before.0),
                before.map(|before| before.1),
                before.map(|before| before.2),
                before.map(|before| before.3),
                after.map(|after| after.0),
                after.map(|after| after.1),
                after.map(|after| after.2),
                after.map(|after| after.3),
            ],
        )
        .await?;
    Ok(())
}

/// Which changes of configuration are wanted; the default is all, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionQuery {
    /// Only those of the actor with this id.
    pub actor: Option<String>,
    /// Only those whose summary holds this, whatever the case.
    pub search: Option<String>,
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

impl VersionQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new("version v", "1 = 1");
        selection.text("v.actor_id = {}", self.actor.as_ref());
        selection.search(&["v.summary"], self.search.as_deref());
        selection.and("v.at >= {}", self.since.map(Held::Integer));
        selection.and("v.at < {}", self.until.map(Held::Integer));
        selection.order_by_number("v.revision", !self.oldest_first, self.after);
        selection
    }

    /// The changes of users and groups alone, a row for each version of one; none where none are called as is searched for.
    fn of_people(&self) -> Option<Selection> {
        let search = self.search.as_deref().unwrap_or_default().to_ascii_lowercase();
        if !PEOPLE_SUMMARY.contains(&search) {
            return None;
        }
        let alone = "NOT EXISTS (SELECT 1 FROM version o WHERE o.revision = v.revision)";
        let mut selection = Selection::new("directory_version v", alone);
        selection.text("v.actor_id = {}", self.actor.as_ref());
        selection.and("v.at >= {}", self.since.map(Held::Integer));
        selection.and("v.at < {}", self.until.map(Held::Integer));
        selection.order_by_number("v.revision", !self.oldest_first, self.after);
        selection.group("v.revision");
        Some(selection)
    }
}

const COLUMNS: &str = "v.revision, v.at, v.actor_provider, v.actor_type, v.actor_id, v.summary, \
                       (SELECT COUNT(*) FROM version_object o WHERE o.revision = v.revision) AS objects, \
                       (SELECT COUNT(*) FROM directory_version o WHERE o.revision = v.revision) AS people";

/// The same of a change of users and groups alone. It has one author and one time.
fn columns_of_people() -> String {
    format!(
        "v.revision, MIN(v.at) AS at, MIN(v.actor_provider) AS actor_provider, MIN(v.actor_type) AS actor_type, \
         MIN(v.actor_id) AS actor_id, '{PEOPLE_SUMMARY}' AS summary, COUNT(*) - COUNT(*) AS objects, \
         COUNT(*) AS people"
    )
}

impl StoreReader {
    /// A page of the changes of configuration, and of users and groups by hand.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn versions(&self, query: &VersionQuery) -> Result<Vec<Version>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let limit = query.limit.clamp(1, MAX_PAGE);
        let rows = self.pool.rows(&selection.page(COLUMNS, limit, 0), &selection.values()).await?;
        let mut versions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let Some(people) = query.of_people().filter(|people| !people.is_void()) else { return Ok(versions) };
        let rows = self.pool.rows(&people.page(&columns_of_people(), limit, 0), &people.values()).await?;
        // Each of the two lists is as long as the page may be, so that none is passed over.
        versions.extend(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?);
        versions.sort_by_key(|version| version.revision);
        if !query.oldest_first {
            versions.reverse();
        }
        versions.truncate(limit as usize);
        Ok(versions)
    }

    /// Whether configuration was changed after a revision; `with_people`, also whether users and groups were, by hand or from
    /// code.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn is_changed_since(&self, revision: i64, with_people: bool) -> Result<bool, StoreError> {
        let tables: &[&str] = if with_people { &["version", "directory_version"] } else { &["version"] };
        for table in tables {
            let text = format!("SELECT revision FROM {table} WHERE revision > $1 LIMIT 1");
            if self.pool.row(&text, values![revision]).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// One change and what it made of each object.
pub(crate) async fn one(pool: &Pool, revision: i64) -> Result<Option<(Version, Vec<Edit>)>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM version v WHERE v.revision = $1");
    let Some(row) = pool.row(&text, values![revision]).await? else {
        let text = format!(
            "SELECT {} FROM directory_version v WHERE v.revision = $1 GROUP BY v.revision",
            columns_of_people()
        );
        let row = pool.row(&text, values![revision]).await?;
        return Ok(row.map(|row| read(&row)).transpose()?.map(|version| (version, Vec::new())));
    };
    let text = "SELECT revision, kind, id, before_tenant, before_name, before_body, before_origin, after_tenant, \
                after_name, after_body, after_origin FROM version_object WHERE revision = $1 ORDER BY kind, id";
    let rows = pool.rows(text, values![revision]).await?;
    let edits = rows.iter().map(read_edit).collect::<Result<_, _>>()?;
    Ok(Some((read(&row)?, edits)))
}

/// What has become of each object between two revisions, in either direction: what was made of it step by step counts
/// as one edit, and what ended as it began is left out. Also gives the revision of the last change.
pub(crate) async fn between(pool: &Pool, from: i64, to: i64) -> Result<(i64, Vec<Edit>), StoreError> {
    let (earlier, later) = (from.min(to), from.max(to));
    let mut reading = pool.read().await?;
    let last = last_revision(&mut reading).await?;
    // Of what was changed several times, the database answers the beginning and the end alone.
    let text = "SELECT l.revision, l.kind, l.id, f.before_tenant, f.before_name, f.before_body, f.before_origin, \
                l.after_tenant, l.after_name, l.after_body, l.after_origin \
                FROM (SELECT kind, id, MIN(revision) AS first, MAX(revision) AS last FROM version_object \
                WHERE revision > $1 AND revision <= $2 GROUP BY kind, id) AS s \
                JOIN version_object f ON f.revision = s.first AND f.kind = s.kind AND f.id = s.id \
                JOIN version_object l ON l.revision = s.last AND l.kind = s.kind AND l.id = s.id \
                ORDER BY l.kind, l.id";
    let rows = reading.rows(text, values![earlier, later]).await?;
    let mut edits = rows.iter().map(read_edit).collect::<Result<Vec<_>, _>>()?;
    edits.retain(|edit| edit.before != edit.after);
    if from > to {
        for edit in &mut edits {
            std::mem::swap(&mut edit.before, &mut edit.after);
        }
    }
    Ok((last, edits))
}

fn read(row: &Row) -> Result<Version, sqlx::Error> {
    Ok(Version {
        revision: row.get("revision")?,
        at: row.get("at")?,
        actor: Actor {
            provider: row.get("actor_provider")?,
            kind: row.get("actor_type")?,
            id: row.get("actor_id")?,
            credential: None,
        },
        summary: row.get("summary")?,
        objects: row.get("objects")?,
        people: row.get("people")?,
    })
}

fn read_edit(row: &Row) -> Result<Edit, sqlx::Error> {
    let (kind, id): (String, String) = (row.get("kind")?, row.get("id")?);
    let draft = |tenant, name, body, origin| -> Result<Option<Draft>, sqlx::Error> {
        let Some(name) = row.get::<Option<String>>(name)? else { return Ok(None) };
        Ok(Some(Draft {
            kind: kind.clone(),
            id: id.clone(),
            tenant: row.get::<Option<String>>(tenant)?.unwrap_or_default(),
            name,
            body: row.get::<Option<String>>(body)?.unwrap_or_default(),
            origin: row.get::<Option<String>>(origin)?.unwrap_or_default(),
        }))
    };
    let before = draft("before_tenant", "before_name", "before_body", "before_origin")?;
    let after = draft("after_tenant", "after_name", "after_body", "after_origin")?;
    Ok(Edit { revision: row.get("revision")?, kind, id, before, after })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::sql::Link;

    #[tokio::test]
    async fn changes_of_people_are_listed_by_an_index() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        for oldest_first in [false, true] {
            let query = VersionQuery { oldest_first, after: Some(9), ..VersionQuery::default() };
            let people = query.of_people().unwrap();
            let text = format!("EXPLAIN QUERY PLAN {}", people.page(&columns_of_people(), 100, 0));
            let rows = link.rows(&text, &people.values()).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
            assert!(plan[0].contains("directory_version_by_revision"), "{plan:?}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
        }
    }
}
