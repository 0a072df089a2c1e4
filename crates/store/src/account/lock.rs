//! Which accounts are locked, so that somebody may look and lift it. What refuses attempts is their counters.

use std::collections::BTreeMap;

use super::network::KNOWN_FOR;
use crate::error::StoreError;
use crate::object::SERVICE_ACCOUNT;
use crate::open::StoreReader;
use crate::sql::{Database, Link, values};

/// What wrong secrets of service accounts' API keys are counted as.
pub const API_KEY_ATTEMPTS: &str = "api key";

/// The most locks of API keys that are read.
const MAX_LOCKS: i64 = 20_000;

/// What an id begins with.
const PREFIX: &str = "lck_";

/// Keeps that what is counted by a key is locked, where that is of a user or a service account: `what`, the id, and the network if it is of one
/// alone, in lines of their own.
pub(super) async fn put(link: &mut Link, key: &str, now: i64, until: i64) -> Result<(), sqlx::Error> {
    let mut parts = key.splitn(3, '\n');
    let (Some(what), Some(user)) = (parts.next(), parts.next()) else { return Ok(()) };
    let network = parts.next();
    link.execute("DELETE FROM account_lock WHERE until <= $1 AND counter <> $2", values![now, key]).await?;
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| sqlx::Error::Protocol("there is no randomness".into()))?;
    let id = format!("{PREFIX}{:032x}", u128::from_be_bytes(random));
    let text = "INSERT INTO account_lock (id, counter, user_id, what, network, times, locked_at, until) \
                SELECT $1, $2, $3, $4, $5, 1, $6, $7 WHERE \
                EXISTS (SELECT 1 FROM directory_user WHERE id = $3 AND deleted_at IS NULL) \
                OR EXISTS (SELECT 1 FROM object WHERE kind = $8 AND id = $3) \
                ON CONFLICT (counter) DO UPDATE SET times = account_lock.times + 1, \
                locked_at = excluded.locked_at, until = excluded.until";
    let values = values![&id, key, user, what, network, now, until, SERVICE_ACCOUNT];
    link.execute(text, values).await.map(drop)
}

/// What is counted by a key is locked no longer.
pub(super) async fn end(link: &mut Link, key: &str) -> Result<(), sqlx::Error> {
    link.execute("DELETE FROM account_lock WHERE counter = $1", values![key]).await.map(drop)
}

/// Lifts a lock that is in force, and forgets what failed; whether there was one.
pub(super) async fn lift(database: &mut impl Database, id: &str, at: i64) -> Result<bool, sqlx::Error> {
    let text = "DELETE FROM attempt_counter WHERE key = (SELECT counter FROM account_lock WHERE id = $1)";
    database.execute(text, values![id]).await?;
    let text = "DELETE FROM account_lock WHERE id = $1 AND until > $2";
    Ok(database.execute(text, values![id, at]).await? == 1)
}

/// A service account whose keys are locked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockedKeys {
    /// The account's id.
    pub account: String,
    /// Until when from wherever they are not known, in microseconds since 1970 (UTC); 0 where they are not. It may be over.
    pub until: i64,
    /// Until when from one network.
    pub networks: Vec<(String, i64)>,
    /// Where they are known.
    pub known: Vec<String>,
}

impl StoreReader {
    /// The service accounts whose keys are locked, by id; those of which that is over may be among them.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn locked_keys(&self) -> Result<Vec<LockedKeys>, StoreError> {
        let text = format!(
            "SELECT user_id, network, until FROM account_lock WHERE what = $1 ORDER BY until DESC LIMIT {MAX_LOCKS}"
        );
        let mut locked = BTreeMap::<String, LockedKeys>::new();
        for row in self.pool.rows(&text, values![API_KEY_ATTEMPTS]).await? {
            let account: String = row.get("user_id")?;
            let until: i64 = row.get("until")?;
            let entry = locked.entry(account.clone()).or_default();
            entry.account = account;
            match row.get::<Option<String>>("network")? {
                None => entry.until = until,
                Some(network) => entry.networks.push((network, until)),
            }
        }
        if locked.is_empty() {
            return Ok(Vec::new());
        }
        let text = "SELECT user_id, network FROM known_network WHERE EXISTS (SELECT 1 FROM account_lock \
                    WHERE account_lock.what = $1 AND account_lock.user_id = known_network.user_id \
                    AND known_network.last_seen > account_lock.locked_at - $2)";
        for row in self.pool.rows(text, values![API_KEY_ATTEMPTS, KNOWN_FOR]).await? {
            if let Some(entry) = locked.get_mut(&row.get::<String>("user_id")?) {
                entry.known.push(row.get("network")?);
            }
        }
        Ok(locked.into_values().collect())
    }
}

/// Forgets what is locked of a service account that is deleted, and where its keys were known.
pub(crate) async fn forget_account(database: &mut impl Database, id: &str) -> Result<(), sqlx::Error> {
    for table in ["account_lock", "known_network"] {
        database.execute(&format!("DELETE FROM {table} WHERE user_id = $1"), values![id]).await?;
    }
    Ok(())
}
