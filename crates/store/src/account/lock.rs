//! Which accounts are locked, so that somebody may look and lift it. What refuses attempts is their counters.

use crate::sql::{Database, Link, values};

/// What an id begins with.
const PREFIX: &str = "lck_";

/// Keeps that what is counted by a key is locked, where that is of a user: `what`, the user's id, and the network if it is of one
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
                SELECT $1, $2, $3, $4, $5, 1, $6, $7 WHERE EXISTS \
                (SELECT 1 FROM directory_user WHERE id = $3 AND deleted_at IS NULL) \
                ON CONFLICT (counter) DO UPDATE SET times = account_lock.times + 1, \
                locked_at = excluded.locked_at, until = excluded.until";
    link.execute(text, values![&id, key, user, what, network, now, until]).await.map(drop)
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
