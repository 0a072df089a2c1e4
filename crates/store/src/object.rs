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

const COLUMNS: &str = "kind, id, tenant, name, body, origin, revision, created_at, updated_at";

/// All objects, and the revision at which that is so.
pub(crate) async fn all(pool: &Pool) -> Result<Objects, StoreError> {
    let mut reading = pool.read().await?;
    let revision = last_revision(&mut reading).await?;
    let text = format!("SELECT {COLUMNS} FROM object ORDER BY kind, tenant, name");
    let rows = reading.rows(&text, values![]).await?;
    Ok(Objects { revision, items: rows.iter().map(read).collect::<Result<_, _>>()? })
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
