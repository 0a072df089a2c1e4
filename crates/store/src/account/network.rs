//! Networks from which people signed in before, or keys of a service account were accepted: an account's lock does not hold there.

use std::collections::HashMap;

use super::attempt::ATTEMPTS;
use crate::bounds::is_keepable;
use crate::error::{RecordError, StoreError};
use crate::object::SERVICE_ACCOUNT;
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Link, is_passing, values};

/// The most networks of one person or service account that are remembered; the one that was used longest ago goes first.
pub const MAX_KNOWN_NETWORKS: i64 = 20;

/// How long a network of a service account makes no room for new ones, in days after it was seen.
const SETTLED_DAYS: i64 = 7;

/// How long a network is remembered after the last sign-in, in microseconds: 90 days.
pub const KNOWN_FOR: i64 = 90 * 24 * 3_600 * 1_000_000;

const DAY: i64 = 24 * 3_600 * 1_000_000;

impl StoreReader {
    /// Whether somebody signed in from a network before, as is known at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn knows_network(&self, user: &str, network: &str, now: i64) -> Result<bool, StoreError> {
        if !is_keepable(user) || !is_keepable(network) {
            return Ok(false);
        }
        let text = "SELECT user_id FROM known_network WHERE user_id = $1 AND network = $2 AND last_seen > $3";
        let since = now.saturating_sub(KNOWN_FOR);
        Ok(self.pool.row(text, values![user, network, since]).await?.is_some())
    }
}

impl StoreReader {
    /// Where keys of a service account were accepted, as is known at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn known_networks(&self, account: &str, now: i64) -> Result<Vec<String>, StoreError> {
        let text = "SELECT network FROM known_network WHERE user_id = $1 AND last_seen > $2";
        let rows = self.pool.rows(text, values![account, now.saturating_sub(KNOWN_FOR)]).await?;
        rows.iter().map(|row| Ok(row.get("network")?)).collect()
    }
}

/// Where a key of a service account was accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenNetwork {
    /// The account's id.
    pub account: String,
    /// The network.
    pub network: String,
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
}

/// The most networks that are written in one transaction.
const MAX_SEEN: usize = 256;

impl Store {
    /// Keeps where keys of service accounts were accepted, of accounts that are there. It never takes the room that is reserved for what
    /// has to be on record, is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn note_networks(&self, mut seen: Vec<SeenNetwork>) -> Result<(), RecordError> {
        seen.retain(|seen| is_keepable(&seen.account) && is_keepable(&seen.network));
        // In one order, so that processes wait for each other rather than in a circle.
        seen.sort_unstable();
        // Of one network that was seen more than once, the last time.
        seen.dedup_by(|next, kept| {
            let is_same = (&next.account, &next.network) == (&kept.account, &kept.network);
            kept.at = if is_same { next.at } else { kept.at };
            is_same
        });
        while !seen.is_empty() {
            let rest = seen.split_off(seen.len().min(MAX_SEEN));
            let some = std::mem::replace(&mut seen, rest);
            self.writer
                .aside(MAX_SEEN, move |link| Box::pin(async move { note_all(link, &some).await }))
                .await?;
        }
        Ok(())
    }
}

async fn note_all(link: &mut Link, seen: &[SeenNetwork]) -> Result<(), sqlx::Error> {
    let mut attempt = 1;
    loop {
        link.begin().await?;
        let outcome = match note_once(link, seen).await {
            Ok(()) => link.commit().await,
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => link.rollback().await?,
            outcome => return outcome,
        }
        attempt += 1;
    }
}

async fn note_once(link: &mut Link, seen: &[SeenNetwork]) -> Result<(), sqlx::Error> {
    let text = "SELECT 1 AS one FROM object WHERE kind = $1 AND id = $2";
    for seen in seen.chunk_by(|one, other| one.account == other.account) {
        let Some(SeenNetwork { account, .. }) = seen.first() else { continue };
        if link.row(text, values![SERVICE_ACCOUNT, account]).await?.is_some() {
            know_of_keys(link, account, seen).await?;
        }
    }
    Ok(())
}

/// Keeps where somebody signed in; of a person the networks of late stay.
pub(super) async fn know(
    database: &mut impl Database,
    user: &str,
    network: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    put(database, user, network, at, 1).await?;
    trim(database, user, at, "last_seen DESC").await
}

/// Keeps where keys of an account were accepted. The networks stay that came first, for as long as they are used: a program that runs
/// somewhere for long is known there, however many come and go elsewhere.
async fn know_of_keys(link: &mut Link, account: &str, seen: &[SeenNetwork]) -> Result<(), sqlx::Error> {
    let now = seen.iter().map(|seen| seen.at).max().unwrap_or_default();
    let text = "SELECT network, last_seen FROM known_network WHERE user_id = $1 AND last_seen > $2";
    let mut known = HashMap::new();
    for row in link.rows(text, values![account, now.saturating_sub(KNOWN_FOR)]).await? {
        known.insert(row.get::<String>("network")?, row.get::<i64>("last_seen")?);
    }
    let (again, mut new): (Vec<_>, Vec<_>) = seen.iter().partition(|seen| known.contains_key(&seen.network));
    for seen in &again {
        known.insert(seen.network.clone(), seen.at);
    }
    let is_settled = |last: &&i64| now.div_euclid(DAY) - last.div_euclid(DAY) <= SETTLED_DAYS;
    let settled = known.values().filter(is_settled).count();
    new.sort_by_key(|seen| seen.at);
    new.truncate(usize::try_from(MAX_KNOWN_NETWORKS).unwrap_or_default().saturating_sub(settled));
    let mut kept = [again, new].concat();
    kept.sort_unstable();
    for seen in kept {
        put(link, account, &seen.network, seen.at, DAY).await?;
    }
    trim(link, account, now, &format!("last_seen / {DAY} DESC, last_seen")).await
}

/// Notes when a network was seen, anew once so much time is over.
async fn put(
    database: &mut impl Database,
    whose: &str,
    network: &str,
    at: i64,
    step: i64,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO known_network (user_id, network, last_seen) VALUES ($1, $2, $3) \
                ON CONFLICT (user_id, network) DO UPDATE SET last_seen = CASE \
                WHEN known_network.last_seen / $4 < excluded.last_seen / $4 THEN excluded.last_seen \
                ELSE known_network.last_seen END";
    database.execute(text, values![whose, network, at, step]).await.map(drop)
}

async fn trim(database: &mut impl Database, whose: &str, at: i64, order: &str) -> Result<(), sqlx::Error> {
    let text = format!(
        "DELETE FROM known_network WHERE user_id = $1 AND (last_seen <= $2 OR network NOT IN \
         (SELECT network FROM known_network WHERE user_id = $1 ORDER BY {order}, network \
         LIMIT {MAX_KNOWN_NETWORKS}))"
    );
    database.execute(&text, values![whose, at.saturating_sub(KNOWN_FOR)]).await.map(drop)
}
