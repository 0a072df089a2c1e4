//! The credential of a first start: a SHA-256 of its secret, a tenant, and an end.

use crate::error::StoreError;
use crate::sql::{Database, Pool, values};

/// A credential that the server made for its first start. It may ask for decisions in its tenant, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevelopmentCredential {
    /// Its public name, for the record.
    pub id: String,
    /// SHA-256 of the secret; the secret itself is never stored.
    pub secret_sha256: [u8; 32],
    /// The tenant in which it may ask.
    pub tenant: String,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// From when on it is refused, in microseconds since 1970 (UTC).
    pub expires_at: i64,
}

/// Stores one and forgets those that have ended.
pub(crate) async fn save(
    database: &mut impl Database,
    credential: &DevelopmentCredential,
) -> Result<(), sqlx::Error> {
    let DevelopmentCredential { id, secret_sha256, tenant, created_at, expires_at } = credential;
    let text = "DELETE FROM development_credential WHERE expires_at <= $1";
    database.execute(text, values![*created_at]).await?;
    let text = "INSERT INTO development_credential (id, secret_sha256, tenant, created_at, expires_at) \
                VALUES ($1, $2, $3, $4, $5)";
    let values = values![id, secret_sha256.as_slice(), tenant, *created_at, *expires_at];
    database.execute(text, values).await?;
    Ok(())
}

/// Those that have not ended at `now`.
pub(crate) async fn valid_at(pool: &Pool, now: i64) -> Result<Vec<DevelopmentCredential>, StoreError> {
    let text = "SELECT id, secret_sha256, tenant, created_at, expires_at FROM development_credential \
                WHERE expires_at > $1 ORDER BY id";
    let rows = pool.rows(text, values![now]).await?;
    rows.iter()
        .map(|row| {
            let secret_sha256: Vec<u8> = row.get("secret_sha256")?;
            Ok(DevelopmentCredential {
                id: row.get("id")?,
                secret_sha256: secret_sha256.as_slice().try_into().map_err(|_| StoreError::Unreadable {
                    column: "secret_sha256",
                    value: format!("{} bytes", secret_sha256.len()),
                })?,
                tenant: row.get("tenant")?,
                created_at: row.get("created_at")?,
                expires_at: row.get("expires_at")?,
            })
        })
        .collect()
}
