//! Leases: what only one of several processes may do at a time, with tokens that rise so that one which lost its lease and
//! does not know it yet is found out.

use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, values};

/// A lease that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What for.
    pub name: String,
    /// Who holds it.
    pub holder: String,
    /// Rises whenever the lease is taken anew: by somebody else, or after it ended.
    pub token: i64,
    /// When it ends, in microseconds since 1970 (UTC).
    pub until: i64,
}

/// Proof of holding a lease, shown with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The lease's name.
    pub name: String,
    /// The token that came with it.
    pub token: i64,
}

impl Lease {
    /// What a change made under this lease shows.
    #[must_use]
    pub fn fence(&self) -> Fence {
        Fence { name: self.name.clone(), token: self.token }
    }
}

impl StoreReader {
    /// The leases that somebody holds at `now` (microseconds since 1970, UTC), by name.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn leases(&self, now: i64) -> Result<Vec<Lease>, StoreError> {
        let text = "SELECT name, holder, token, until FROM lease WHERE until > $1 ORDER BY name LIMIT 100";
        let rows = self.pool.rows(text, values![now]).await?;
        rows.iter()
            .map(|row| {
                Ok(Lease {
                    name: row.get("name")?,
                    holder: row.get("holder")?,
                    token: row.get("token")?,
                    until: row.get("until")?,
                })
            })
            .collect()
    }
}

/// Takes or renews a lease until `until`; answers nothing where another holds it at `now`.
pub(crate) async fn acquire(
    database: &mut impl Database,
    name: &str,
    holder: &str,
    now: i64,
    until: i64,
) -> Result<Option<Lease>, sqlx::Error> {
    let text = "INSERT INTO lease (name, holder, token, until) VALUES ($1, $2, 1, $4) ON CONFLICT (name) DO UPDATE SET \
                token = CASE WHEN lease.holder = excluded.holder AND lease.until > $3 THEN lease.token ELSE lease.token + 1 END, \
                holder = excluded.holder, until = excluded.until \
                WHERE lease.holder = excluded.holder OR lease.until <= $3 RETURNING token";
    let row = database.row(text, values![name, holder, now, until]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Lease { name: name.to_owned(), holder: holder.to_owned(), token: row.get("token")?, until }))
}

/// Gives a lease back.
pub(crate) async fn release(database: &mut impl Database, lease: &Lease) -> Result<(), sqlx::Error> {
    let text = "UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2 AND token = $3";
    database.execute(text, values![&lease.name, &lease.holder, lease.token]).await?;
    Ok(())
}

/// Whether nobody took the lease over.
pub(crate) async fn is_held(database: &mut impl Database, fence: &Fence) -> Result<bool, sqlx::Error> {
    // The row's lock keeps the answer true until the transaction ends; SQLite has one writer anyway.
    let text = "UPDATE lease SET token = token WHERE name = $1 AND token = $2";
    Ok(database.execute(text, values![&fence.name, fence.token]).await? == 1)
}
