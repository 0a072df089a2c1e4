//! Sealed secrets, as rows. What is in them is the business of whoever seals.

use std::collections::BTreeSet;

use crate::account::{FACTOR_SECRETS, USER_SECRETS};
use crate::decision_log;
use crate::error::StoreError;
use crate::sql::{Database, Pool, Row, values};

/// A secret that was sealed, and where it belongs.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// The kind of the object that it belongs to.
    pub kind: String,
    /// The id of the object that it belongs to.
    pub id: String,
    /// Which of the object's secrets it is.
    pub field: String,
    /// The id of the root key that it was sealed with.
    pub root_key: String,
    /// Nonce, ciphertext and tag.
    pub sealed: Vec<u8>,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let SealedSecret { kind, id, field, root_key, .. } = self;
        f.debug_struct("SealedSecret")
            .field("kind", kind)
            .field("id", id)
            .field("field", field)
            .field("root_key", root_key)
            .finish_non_exhaustive()
    }
}

/// All sealed secrets of objects. Those of people may be many, and are read one by one.
pub(crate) async fn all(pool: &Pool) -> Result<Vec<SealedSecret>, StoreError> {
    let text = "SELECT kind, id, field, root_key, sealed FROM sealed_secret WHERE kind NOT IN ($1, $2) \
                ORDER BY kind, id, field";
    Ok(pool
        .rows(text, values![USER_SECRETS, FACTOR_SECRETS])
        .await?
        .iter()
        .map(read)
        .collect::<Result<_, _>>()?)
}

/// Up to `limit` secrets that are not sealed with this root key; then batches of the log of questions, the oldest first.
pub(crate) async fn not_sealed_with(
    pool: &Pool,
    root_key: &str,
    limit: u32,
) -> Result<Vec<SealedSecret>, StoreError> {
    let text = "SELECT kind, id, field, root_key, sealed FROM sealed_secret WHERE root_key <> $1 \
                ORDER BY kind, id, field LIMIT $2";
    let rows = pool.rows(text, values![root_key, i64::from(limit)]).await?;
    let mut found: Vec<SealedSecret> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
    if left > 0 {
        found.extend(decision_log::not_sealed_with(pool, root_key, left).await?);
    }
    Ok(found)
}

/// The ids of the root keys that are in use.
pub(crate) async fn root_keys(pool: &Pool) -> Result<BTreeSet<String>, StoreError> {
    let text = "SELECT DISTINCT root_key FROM sealed_secret UNION SELECT DISTINCT root_key FROM decision_log";
    let rows = pool.rows(text, values![]).await?;
    Ok(rows.iter().map(|row| row.get("root_key")).collect::<Result<_, _>>()?)
}

/// Writes a secret in place of the one that was there.
pub(crate) async fn put(
    database: &mut impl Database,
    secret: &SealedSecret,
    at: i64,
) -> Result<(), sqlx::Error> {
    let SealedSecret { kind, id, field, root_key, sealed } = secret;
    let text = "INSERT INTO sealed_secret (kind, id, field, root_key, sealed, updated_at) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id, field) DO UPDATE SET \
                root_key = excluded.root_key, sealed = excluded.sealed, updated_at = excluded.updated_at";
    database.execute(text, values![kind, id, field, root_key, sealed.as_slice(), at]).await?;
    Ok(())
}

/// Replaces what was read, unless it was changed meanwhile.
pub(crate) async fn replace(
    database: &mut impl Database,
    old: &SealedSecret,
    new: &SealedSecret,
    at: i64,
) -> Result<(), sqlx::Error> {
    if old.kind == decision_log::DECISION_LOG {
        return decision_log::replace(database, old, new).await;
    }
    let text = "UPDATE sealed_secret SET root_key = $4, sealed = $5, updated_at = $6 \
                WHERE kind = $1 AND id = $2 AND field = $3 AND sealed = $7";
    let values = values![
        &old.kind,
        &old.id,
        &old.field,
        &new.root_key,
        new.sealed.as_slice(),
        at,
        old.sealed.as_slice()
    ];
    database.execute(text, values).await?;
    Ok(())
}

/// One secret, where it is there.
pub(crate) async fn one(
    database: &mut impl Database,
    (kind, id, field): (&str, &str, &str),
) -> Result<Option<SealedSecret>, sqlx::Error> {
    let text = "SELECT kind, id, field, root_key, sealed FROM sealed_secret WHERE kind = $1 AND id = $2 AND field = $3";
    database.row(text, values![kind, id, field]).await?.as_ref().map(read).transpose()
}

/// Deletes one secret, and answers whether it was there.
pub(crate) async fn remove_one(
    database: &mut impl Database,
    (kind, id, field): (&str, &str, &str),
) -> Result<bool, sqlx::Error> {
    let text = "DELETE FROM sealed_secret WHERE kind = $1 AND id = $2 AND field = $3";
    Ok(database.execute(text, values![kind, id, field]).await? == 1)
}

/// Deletes all secrets of an object.
pub(crate) async fn remove(database: &mut impl Database, kind: &str, id: &str) -> Result<(), sqlx::Error> {
    database.execute("DELETE FROM sealed_secret WHERE kind = $1 AND id = $2", values![kind, id]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<SealedSecret, sqlx::Error> {
    Ok(SealedSecret {
        kind: row.get("kind")?,
        id: row.get("id")?,
        field: row.get("field")?,
        root_key: row.get("root_key")?,
        sealed: row.get("sealed")?,
    })
}
