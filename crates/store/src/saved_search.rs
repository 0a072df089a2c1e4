//! Searches of audit events that somebody keeps under a name, for themselves or for all of a tenant.

use crate::bounds::is_keepable;
use crate::commit::{CommitError, Refused};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, Link, Row, values};

/// The most searches that one caller keeps in a tenant, and the most that are shared in one.
pub const MAX_SAVED_SEARCHES: i64 = 100;

/// A search that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// `sea_…`; never used again.
    pub id: String,
    /// The tenant in which it is kept.
    pub tenant: String,
    /// Whose it is: a key for the caller who keeps it.
    pub owner: String,
    /// Whether all who see audit events of the tenant see it.
    pub shared: bool,
    /// What it is called: unique among an owner's in the tenant.
    pub name: String,
    /// What is searched for, as JSON.
    pub search: String,
    /// The revision that changed it last. It is given by the store.
    pub revision: i64,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// When it was changed last. It is given by the store.
    pub updated_at: i64,
}

/// What becomes of searches that are kept.
#[derive(Debug, Clone)]
pub enum SavedSearchChange {
    /// One is made, or becomes this. Where it is to be new, there must be none of its id, and room for one more.
    Put {
        /// The search.
        search: Box<SavedSearch>,
        /// The revision that it must still have; 0 where there must be none.
        expected: i64,
    },
    /// One is kept no longer.
    Remove {
        /// Its id.
        id: String,
        /// The revision that it must still have.
        expected: i64,
    },
}

/// The kind of a tenant among objects.
const TENANT: &str = "tenant";
const COLUMNS: &str = "id, tenant, owner, shared, name, search, revision, created_at, updated_at";

impl StoreReader {
    /// The searches that somebody keeps in a tenant, and those that are shared there, by name.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn saved_searches(&self, tenant: &str, owner: &str) -> Result<Vec<SavedSearch>, StoreError> {
        if !is_keepable(tenant) || !is_keepable(owner) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM audit_search WHERE tenant = $1 AND (owner = $2 OR shared = 1) ORDER BY name, id LIMIT $3"
        );
        // Those that are shared, and one's own that are not.
        let rows = self.pool.rows(&text, values![tenant, owner, 2 * MAX_SAVED_SEARCHES]).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// One of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn saved_search(&self, tenant: &str, id: &str) -> Result<Option<SavedSearch>, StoreError> {
        if !is_keepable(tenant) || !is_keepable(id) {
            return Ok(None);
        }
        let text = format!("SELECT {COLUMNS} FROM audit_search WHERE tenant = $1 AND id = $2");
        Ok(self.pool.row(&text, values![tenant, id]).await?.as_ref().map(read).transpose()?)
    }
}

fn read(row: &Row) -> Result<SavedSearch, sqlx::Error> {
    Ok(SavedSearch {
        id: row.get("id")?,
        tenant: row.get("tenant")?,
        owner: row.get("owner")?,
        shared: row.get::<i64>("shared")? != 0,
        name: row.get("name")?,
        search: row.get("search")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Makes a change in a transaction that has begun.
pub(crate) async fn make(
    link: &mut Link,
    change: &SavedSearchChange,
    (revision, at): (i64, i64),
) -> Result<(), Refused> {
    match change {
        SavedSearchChange::Put { search, expected } => put(link, search, *expected, (revision, at)).await,
        SavedSearchChange::Remove { id, expected } => {
            let text = "DELETE FROM audit_search WHERE id = $1 AND revision = $2 RETURNING id";
            link.row(text, values![id, *expected]).await?.map(drop).ok_or_else(|| changed(id))
        }
    }
}

/// Forgets those of a tenant that goes.
pub(crate) async fn forget(link: &mut Link, kind: &str, name: &str) -> Result<(), sqlx::Error> {
    if kind == TENANT {
        link.execute("DELETE FROM audit_search WHERE tenant = $1", values![name]).await?;
    }
    Ok(())
}

fn changed(id: &str) -> Refused {
    Refused::Change(CommitError::Changed { kind: "audit-search".to_owned(), id: id.to_owned() })
}

async fn put(
    link: &mut Link,
    search: &SavedSearch,
    expected: i64,
    (revision, at): (i64, i64),
) -> Result<(), Refused> {
    let SavedSearch { id, tenant, owner, shared, name, search, .. } = search;
    let taken =
        "SELECT 1 AS one FROM audit_search WHERE tenant = $1 AND owner = $2 AND name = $3 AND id <> $4";
    if link.row(taken, values![tenant, owner, name, id]).await?.is_some() {
        let taken = CommitError::NameTaken { kind: "audit-search".to_owned(), name: name.clone() };
        return Err(Refused::Change(taken));
    }
    let others = "SELECT count(*) AS others FROM audit_search WHERE tenant = $1 AND id <> $2 \
                  AND ((owner = $3 AND shared = 0 AND $4 = 0) OR (shared = 1 AND $4 = 1))";
    let row = link.row(others, values![tenant, id, owner, i64::from(*shared)]).await?;
    let others: i64 = row.ok_or(sqlx::Error::RowNotFound)?.get("others")?;
    if others >= MAX_SAVED_SEARCHES {
        let full = CommitError::Invalid {
            what: "number",
            kind: "audit-search".to_owned(),
            id: id.clone(),
            reason: format!("is above {MAX_SAVED_SEARCHES}: delete one first"),
        };
        return Err(Refused::Change(full));
    }
    if expected == 0 {
        let text =
            format!("INSERT INTO audit_search ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)");
        let values = values![id, tenant, owner, i64::from(*shared), name, search, revision, at];
        link.execute(&text, values).await?;
        return Ok(());
    }
    let text = "UPDATE audit_search SET shared = $1, name = $2, search = $3, revision = $4, updated_at = $5 \
                WHERE id = $6 AND revision = $7 RETURNING id";
    let values = values![i64::from(*shared), name, search, revision, at, id, expected];
    link.row(text, values).await?.map(drop).ok_or_else(|| changed(id))
}
