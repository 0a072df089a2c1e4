//! Answers that were given to a request with an `Idempotency-Key`, for whoever asks again with the same key.

use crate::error::StoreError;
use crate::sql::{Database, Pool, values};

/// An answer to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Who asked: keys of different callers never meet.
    pub caller: String,
    /// The key that they chose.
    pub key: String,
    /// A digest of the request: another one with the same key is a mistake.
    pub fingerprint: [u8; 32],
    /// The answer's status code.
    pub status: u16,
    /// The answer's body.
    pub body: String,
    /// From when on it is forgotten, in microseconds since 1970 (UTC).
    pub expires_at: i64,
}

/// The answer that is remembered at `now`.
pub(crate) async fn find(
    pool: &Pool,
    caller: &str,
    key: &str,
    now: i64,
) -> Result<Option<Remembered>, StoreError> {
    let text = "SELECT fingerprint, status, body, expires_at FROM idempotency \
                WHERE caller = $1 AND key = $2 AND expires_at > $3";
    let Some(row) = pool.row(text, values![caller, key, now]).await? else { return Ok(None) };
    let fingerprint: Vec<u8> = row.get("fingerprint")?;
    let status: i64 = row.get("status")?;
    let unreadable = |column, value| StoreError::Unreadable { column, value };
    Ok(Some(Remembered {
        caller: caller.to_owned(),
        key: key.to_owned(),
        fingerprint: fingerprint
            .as_slice()
            .try_into()
            .map_err(|_| unreadable("fingerprint", format!("{} bytes", fingerprint.len())))?,
        status: u16::try_from(status).map_err(|_| unreadable("status", status.to_string()))?,
        body: row.get("body")?,
        expires_at: row.get("expires_at")?,
    }))
}

/// The most answers that are kept for one caller; the one that would end first goes first.
const MAX_ANSWERS: i64 = 1_000;

/// Remembers an answer, and forgets those that have ended or are too many. Answers whether the key was free.
pub(crate) async fn insert(
    database: &mut impl Database,
    answer: &Remembered,
    at: i64,
) -> Result<bool, sqlx::Error> {
    database.execute("DELETE FROM idempotency WHERE expires_at <= $1", values![at]).await?;
    let Remembered { caller, key, fingerprint, status, body, expires_at } = answer;
    let text = "INSERT INTO idempotency (caller, key, fingerprint, status, body, expires_at) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (caller, key) DO NOTHING";
    let values = values![caller, key, fingerprint.as_slice(), i64::from(*status), body, *expires_at];
    if database.execute(text, values).await? == 0 {
        return Ok(false);
    }
    let text = "DELETE FROM idempotency WHERE caller = $1 AND key <> $2 AND key IN (SELECT key FROM idempotency \
                WHERE caller = $1 ORDER BY expires_at DESC, key LIMIT 9223372036854775807 OFFSET $3)";
    database.execute(text, values![caller, key, MAX_ANSWERS]).await?;
    Ok(true)
}
