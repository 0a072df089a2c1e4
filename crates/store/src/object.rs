//! Configuration objects: whatever is administered, each a JSON document with a kind, an opaque id and a name.
//!
//! The store does not know what a kind's documents mean; it knows that a kind's names are unique in a tenant, which
//! revision changed an object last, and what it was before each change.

use crate::account::forget_account;
use crate::error::StoreError;
use crate::sql::{Database, Pool, Row, values};

/// The kind of service accounts: of these the store knows what is locked, and where their keys are known.
pub(crate) const SERVICE_ACCOUNT: &str = "service-account";

/// An object as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is: `role`, `assignment`, `tenant`, …
    pub kind: String,
    /// Its opaque id, unique among its kind; never used again.
    pub id: String,
    /// The tenant that it belongs to; empty for what belongs to the whole installation.
    pub tenant: String,
    /// What people and files call it; unique among its kind in its tenant.
    pub name: String,
    /// Its document, as JSON text.
    pub body: String,
    /// Who manages it: empty for whoever may change it by API; else the name of the source of code that it was applied from.
    pub origin: String,
    /// The revision that changed it last.
    pub revision: i64,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// When it was changed last, in microseconds since 1970 (UTC).
    pub updated_at: i64,
}

/// An object as it is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// As [`Object::kind`].
    pub kind: String,
    /// As [`Object::id`].
    pub id: String,
    /// As [`Object::tenant`].
    pub tenant: String,
    /// As [`Object::name`].
    pub name: String,
    /// As [`Object::body`].
    pub body: String,
    /// As [`Object::origin`].
    pub origin: String,
}

/// All objects at one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objects {
    /// The revision that the objects were read at.
    pub revision: i64,
    /// The objects, by kind, tenant and name.
    pub items: Vec<Object>,
}

/// The objects that were changed after a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedObjects {
    /// The revision that they were read at.
    pub revision: i64,
    /// Those that were made or became others, as they are.
    pub put: Vec<Object>,
    /// The kinds and ids of those that are gone.
    pub removed: Vec<(String, String)>,
}

/// The most objects whose changes are told one by one.
const CHANGED: usize = 4_096;
/// How many objects are read at once.
const PAGE: usize = 10_000;

const COLUMNS: &str = "kind, id, tenant, name, body, origin, revision, created_at, updated_at";

/// All objects, and the revision at which that is so.
pub(crate) async fn all(pool: &Pool) -> Result<Objects, StoreError> {
    let mut reading = pool.read().await?;
    let revision = last_revision(&mut reading).await?;
    // Row by row as the database hands them out, they would all be in memory twice.
    let text = format!(
        "SELECT {COLUMNS} FROM object WHERE (kind, tenant, name) > ($1, $2, $3) ORDER BY kind, tenant, name LIMIT {PAGE}"
    );
    let mut items: Vec<Object> = Vec::new();
    loop {
        let last = items.last().map_or(("", "", ""), |last| (&*last.kind, &*last.tenant, &*last.name));
        let rows = reading.rows(&text, values![last.0, last.1, last.2]).await?;
        let is_last = rows.len() < PAGE;
        for row in &rows {
            items.push(read(row)?);
        }
        if is_last {
            return Ok(Objects { revision, items });
        }
    }
}

/// The objects that were changed after a revision; nothing where these are so many that all had better be read.
pub(crate) async fn changed_after(pool: &Pool, revision: i64) -> Result<Option<ChangedObjects>, StoreError> {
    let columns = COLUMNS.split(", ").map(|column| format!("o.{column}")).collect::<Vec<_>>().join(", ");
    // One statement, which sees one state: replicas follow each other by it, and each way to the database is time.
    let text = format!(
        "SELECT r.last, t.changed_kind, t.changed_id, {columns} FROM revision r \
         LEFT JOIN (SELECT DISTINCT kind AS changed_kind, id AS changed_id FROM version_object \
         WHERE revision > $1 LIMIT {}) AS t ON 1 = 1 \
         LEFT JOIN object o ON o.kind = t.changed_kind AND o.id = t.changed_id",
        CHANGED + 1
    );
    let rows = pool.rows(&text, values![revision]).await?;
    if rows.len() > CHANGED {
        return Ok(None);
    }
    let last = rows.first().ok_or(sqlx::Error::RowNotFound)?.get("last")?;
    let mut changed = ChangedObjects { revision: last, ..ChangedObjects::default() };
    for row in &rows {
        let Some(kind) = row.get::<Option<String>>("changed_kind")? else { continue };
        match row.get::<Option<String>>("id")? {
            Some(_) => changed.put.push(read(row)?),
            None => changed.removed.push((kind, row.get("changed_id")?)),
        }
    }
    Ok(Some(changed))
}

/// The revision of the last change.
pub(crate) async fn last_revision(database: &mut impl Database) -> Result<i64, StoreError> {
    let row = database.row("SELECT last FROM revision", values![]).await?;
    Ok(row.ok_or(sqlx::Error::RowNotFound)?.get("last")?)
}

/// One object.
pub(crate) async fn one(
    database: &mut impl Database,
    kind: &str,
    id: &str,
) -> Result<Option<Object>, sqlx::Error> {
    let text = format!("SELECT {COLUMNS} FROM object WHERE kind = $1 AND id = $2");
    database.row(&text, values![kind, id]).await?.as_ref().map(read).transpose()
}

/// The id of the object of that name.
pub(crate) async fn named(
    database: &mut impl Database,
    kind: &str,
    tenant: &str,
    name: &str,
) -> Result<Option<String>, sqlx::Error> {
    let text = "SELECT id FROM object WHERE kind = $1 AND tenant = $2 AND name = $3";
    database.row(text, values![kind, tenant, name]).await?.map(|row| row.get("id")).transpose()
}

/// Writes an object in place of the one with its kind and id, if there is one.
pub(crate) async fn put(
    database: &mut impl Database,
    draft: &Draft,
    revision: i64,
    at: i64,
) -> Result<(), sqlx::Error> {
    let Draft { kind, id, tenant, name, body, origin } = draft;
    let text = "INSERT INTO object (kind, id, tenant, name, body, origin, revision, created_at, updated_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (kind, id) DO UPDATE SET \
                tenant = excluded.tenant, name = excluded.name, body = excluded.body, origin = excluded.origin, \
                revision = excluded.revision, updated_at = excluded.updated_at";
    database.execute(text, values![kind, id, tenant, name, body, origin, revision, at]).await?;
    Ok(())
}

/// Gives an object a name that none can have, until it gets another in the same transaction.
pub(crate) async fn park(database: &mut impl Database, kind: &str, id: &str) -> Result<(), sqlx::Error> {
    let name = format!("\u{1}{id}");
    let text = "UPDATE object SET name = $3 WHERE kind = $1 AND id = $2";
    database.execute(text, values![kind, id, &name]).await?;
    Ok(())
}

/// Deletes an object.
pub(crate) async fn remove(database: &mut impl Database, kind: &str, id: &str) -> Result<(), sqlx::Error> {
    database.execute("DELETE FROM object WHERE kind = $1 AND id = $2", values![kind, id]).await?;
    if kind == SERVICE_ACCOUNT {
        forget_account(database, id).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<Object, sqlx::Error> {
    Ok(Object {
        kind: row.get("kind")?,
        id: row.get("id")?,
        tenant: row.get("tenant")?,
        name: row.get("name")?,
        body: row.get("body")?,
        origin: row.get("origin")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
