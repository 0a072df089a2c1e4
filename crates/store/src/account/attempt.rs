//! Counted attempts at secrets. Each is reserved before the secret is looked at, by one conditional statement: whatever is sent at
//! once, and to however many replicas, no more are looked at than may be wrong.

use std::collections::HashMap;

use super::{guess, lock};
use crate::bounds::is_keepable;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database as _, Link, Row, is_passing, places, values};

/// How often it is tried where another process was in the way.
pub(super) const ATTEMPTS: u32 = 5;

/// How long what is reserved counts where nobody says how it ended, in microseconds: a minute. Whoever was to say so is gone.
const RESERVED_FOR: i64 = 60 * 1_000_000;

/// How long it is remembered how often something was locked, after it was, in microseconds: a week.
const REMEMBERED: i64 = 7 * 24 * 3_600 * 1_000_000;

/// What attempts are counted by, and how many may fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLimit {
    /// By what: a network, an account, both.
    pub key: String,
    /// How many may fail within the window.
    pub most: i64,
    /// How long they are counted together, in microseconds from the first.
    pub window: i64,
    /// How long nothing is looked at once so many failed. Absent, nothing is until the window ends, or until
    /// [`Store::lock_attempts`] or [`Store::forget_attempts`] says otherwise.
    pub lock: Option<Growth>,
}

/// How long something is locked: each time twice as long as the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// The first time, in microseconds.
    pub first: i64,
    /// At most.
    pub longest: i64,
}

impl Growth {
    /// How long the lock lasts after so many others, in microseconds.
    #[must_use]
    pub fn after(self, others: i64) -> i64 {
        let doublings = u32::try_from(others.clamp(0, 40)).unwrap_or_default();
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// Whether a secret may be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It may. How it ended has to be told within a minute: until then it counts as one that failed.
    Reserved(Reservation),
    /// Too many failed. From `until` on (microseconds since 1970, UTC) it may again.
    Refused {
        /// By what it was counted.
        key: String,
        /// When.
        until: i64,
    },
    /// As many are under way as may fail. When they end it may.
    UnderWay,
}

/// An attempt that was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// With the window of each.
    parts: Vec<(AttemptLimit, i64)>,
    /// When it counts no longer.
    lapses_at: i64,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The secret was wrong.
    Wrong,
    /// It was right: what failed before is forgotten of the key that stands here, and of no other.
    Right,
    /// It was not looked at after all.
    Not,
}

/// That too many attempts failed by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockout {
    /// By what they were counted.
    pub key: String,
    /// Until when nothing is looked at, in microseconds since 1970 (UTC).
    pub until: i64,
}

/// A row as it is.
pub(super) struct Counter {
    pub(super) failures: i64,
    pub(super) window_until: i64,
    pub(super) locked_until: i64,
}

impl Counter {
    pub(super) fn read(row: &Row) -> Result<Counter, sqlx::Error> {
        Ok(Counter {
            failures: row.get("failures")?,
            window_until: row.get("window_until")?,
            locked_until: row.get("locked_until")?,
        })
    }

    /// Until when nothing is looked at.
    pub(super) fn refused_until(&self, most: i64, now: i64) -> Option<i64> {
        if self.locked_until > now {
            return Some(self.locked_until);
        }
        (self.window_until > now && self.failures >= most).then_some(self.window_until)
    }
}

impl StoreReader {
    /// Whether too many attempts failed already, without reserving one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn refused_attempt(
        &self,
        limits: &[AttemptLimit],
        now: i64,
    ) -> Result<Option<Lockout>, StoreError> {
        if limits.is_empty() || !limits.iter().all(|limit| is_keepable(&limit.key)) {
            return Ok(None);
        }
        let text = format!(
            "SELECT key, failures, window_until, locked_until FROM attempt_counter WHERE key IN ({})",
            places(1, limits.len())
        );
        let keys: Vec<_> = limits.iter().map(|limit| (&limit.key).into()).collect();
        let rows = self.pool.rows(&text, &keys).await?;
        let mut counters = HashMap::with_capacity(rows.len());
        for row in &rows {
            counters.insert(row.get::<String>("key")?, Counter::read(row)?);
        }
        let refused = |limit: &AttemptLimit| {
            let until = counters.get(&limit.key)?.refused_until(limit.most, now)?;
            Some(Lockout { key: limit.key.clone(), until })
        };
        Ok(limits.iter().filter_map(refused).max_by_key(|lockout| lockout.until))
    }
}

impl Store {
    /// Reserves an attempt by all these limits, or by none, at `now` (microseconds since 1970, UTC). It is no change and has no
    /// revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn reserve_attempt(
        &self,
        mut limits: Vec<AttemptLimit>,
        now: i64,
    ) -> Result<Attempt, RecordError> {
        // In one order, so that processes wait for each other rather than in a circle.
        limits.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        limits.dedup_by(|one, other| one.key == other.key);
        self.writer.alone(move |link| Box::pin(async move { reserve(link, limits, now).await })).await
    }

    /// Says how a reserved attempt ended, and gives what too many have failed of by that. One that was wrong also counts for
    /// `beside`, of which nothing was reserved. Where it was right, `forgiven` names the key of which it is forgotten what
    /// failed before.
    ///
    /// # Errors
    /// As [`Store::record`]: what was reserved then counts as failed for a minute.
    pub async fn settle_attempt(
        &self,
        reservation: Reservation,
        checked: Checked,
        beside: Vec<AttemptLimit>,
        forgiven: Option<String>,
        now: i64,
    ) -> Result<Vec<Lockout>, RecordError> {
        let settle = Settle::new(reservation, checked, beside, now);
        let settle = Settle { forgiven, ..settle };
        self.writer.alone(move |link| Box::pin(async move { settle.carry_out(link).await })).await
    }

    /// Counts an attempt that nothing is looked at for, until its window ends, and says whether there was room for it at `now`
    /// (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// As [`Store::settle_attempt`].
    pub async fn count_attempt(&self, limit: AttemptLimit, now: i64) -> Result<bool, RecordError> {
        match self.reserve_attempt(vec![limit], now).await? {
            Attempt::Reserved(reserved) => {
                self.settle_attempt(reserved, Checked::Wrong, Vec::new(), None, now).await.map(|_| true)
            }
            Attempt::Refused { .. } | Attempt::UnderWay => Ok(false),
        }
    }

    /// As [`Store::settle_attempt`] of a secret that `mark` stands for: the same one again counts as nothing more.
    ///
    /// # Errors
    /// As [`Store::settle_attempt`].
    pub async fn settle_guess(
        &self,
        reservation: Reservation,
        checked: Checked,
        mark: [u8; 2],
        now: i64,
    ) -> Result<Vec<Lockout>, RecordError> {
        let settle = Settle::new(reservation, checked, Vec::new(), now);
        let settle = Settle { secret: Some(mark), ..settle };
        self.writer.alone(move |link| Box::pin(async move { settle.carry_out(link).await })).await
    }

    /// Locks what is counted by a key until `until` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn lock_attempts(&self, key: String, until: i64) -> Result<(), RecordError> {
        let text = "UPDATE attempt_counter SET locked_until = $2, failures = 0, reserved = 0, window_until = $2, \
                    forget_at = $2 WHERE key = $1";
        let lock = async move |link: &mut Link| link.execute(text, values![&key, until]).await.map(drop);
        self.writer.alone(move |link| Box::pin(async move { lock(link).await })).await
    }

    /// Forgets what failed, and locks, by a key.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn forget_attempts(&self, key: String) -> Result<(), RecordError> {
        let text = "DELETE FROM attempt_counter WHERE key = $1";
        let forget = async move |link: &mut Link| link.execute(text, values![&key]).await.map(drop);
        self.writer.alone(move |link| Box::pin(async move { forget(link).await })).await
    }

    /// Forgets what failed, and locks, by a key and by all keys that begin with it and another line.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn forget_attempts_of(&self, key: String) -> Result<(), RecordError> {
        // All that begin so, by an index: what follows a line's end is the next of all characters.
        let (start, end) = (format!("{key}\n"), format!("{key}\u{b}"));
        let forget = async move |link: &mut Link| {
            for (table, column) in [("account_lock", "counter"), ("attempt_counter", "key")] {
                let text =
                    format!("DELETE FROM {table} WHERE {column} = $1 OR ({column} >= $2 AND {column} < $3)");
                link.execute(&text, values![&key, &start, &end]).await?;
            }
            Ok(())
        };
        self.writer.alone(move |link| Box::pin(async move { forget(link).await })).await
    }
}

async fn reserve(link: &mut Link, limits: Vec<AttemptLimit>, now: i64) -> Result<Attempt, sqlx::Error> {
    let mut attempt = 1;
    loop {
        link.begin().await?;
        let outcome = match reserve_once(link, &limits, now).await {
            // What was reserved until then is given back by that.
            Ok(refused @ (Attempt::Refused { .. } | Attempt::UnderWay)) => {
                link.rollback().await.map(|()| refused)
            }
            Ok(reserved) => link.commit().await.map(|()| reserved),
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => link.rollback().await?,
            outcome => return outcome,
        }
        attempt += 1;
    }
}

async fn reserve_once(link: &mut Link, limits: &[AttemptLimit], now: i64) -> Result<Attempt, sqlx::Error> {
    let text = "INSERT INTO attempt_counter (key, failures, reserved, reserved_until, window_until, locked_until, \
                lockouts, forget_at) VALUES ($1, 0, 1, $5, $2, 0, 0, $2) ON CONFLICT (key) DO UPDATE SET \
                failures = CASE WHEN attempt_counter.window_until <= $3 THEN 0 ELSE attempt_counter.failures END, \
                reserved = CASE WHEN attempt_counter.window_until <= $3 OR attempt_counter.reserved_until <= $3 THEN 1 \
                ELSE attempt_counter.reserved + 1 END, \
                reserved_until = CASE WHEN attempt_counter.reserved_until < excluded.reserved_until \
                THEN excluded.reserved_until ELSE attempt_counter.reserved_until END, \
                window_until = CASE WHEN attempt_counter.window_until <= $3 THEN excluded.window_until \
                ELSE attempt_counter.window_until END, \
                forget_at = CASE WHEN attempt_counter.forget_at < excluded.window_until THEN excluded.window_until \
                ELSE attempt_counter.forget_at END \
                WHERE attempt_counter.locked_until <= $3 AND (attempt_counter.window_until <= $3 \
                OR attempt_counter.failures + CASE WHEN attempt_counter.reserved_until <= $3 THEN 0 \
                ELSE attempt_counter.reserved END < $4) RETURNING window_until";
    let lapses_at = now.saturating_add(RESERVED_FOR);
    let mut reserved = Vec::with_capacity(limits.len());
    for limit in limits {
        let window = now.saturating_add(limit.window);
        match link.row(text, values![&limit.key, window, now, limit.most, lapses_at]).await? {
            Some(row) => reserved.push((limit.clone(), row.get("window_until")?)),
            None => return why_not(link, limit, now).await,
        }
    }
    Ok(Attempt::Reserved(Reservation { parts: reserved, lapses_at }))
}

async fn why_not(link: &mut Link, limit: &AttemptLimit, now: i64) -> Result<Attempt, sqlx::Error> {
    let text = "SELECT failures, window_until, locked_until FROM attempt_counter WHERE key = $1";
    let row = link.row(text, values![&limit.key]).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(match Counter::read(&row)?.refused_until(limit.most, now) {
        Some(until) => Attempt::Refused { key: limit.key.clone(), until },
        None => Attempt::UnderWay,
    })
}

/// How an attempt ended, with the window of what was reserved; none where nothing is to be given back.
struct Settle {
    parts: Vec<(AttemptLimit, Option<i64>)>,
    checked: Checked,
    forgiven: Option<String>,
    secret: Option<[u8; 2]>,
    now: i64,
}

impl Settle {
    fn new(reservation: Reservation, checked: Checked, beside: Vec<AttemptLimit>, now: i64) -> Settle {
        // What lapsed may have been given back already, so that others have its place.
        let is_reserved = now < reservation.lapses_at;
        let reserved = reservation.parts.into_iter();
        let mut parts: Vec<_> =
            reserved.map(|(limit, window)| (limit, Some(window).filter(|_| is_reserved))).collect();
        if checked == Checked::Wrong {
            parts.extend(beside.into_iter().map(|limit| (limit, None)));
        }
        parts.sort_unstable_by(|one, other| one.0.key.cmp(&other.0.key));
        Settle { parts, checked, forgiven: None, secret: None, now }
    }

    async fn carry_out(self, link: &mut Link) -> Result<Vec<Lockout>, sqlx::Error> {
        let mut attempt = 1;
        loop {
            link.begin().await?;
            let outcome = match self.write(link).await {
                Ok(lockouts) => link.commit().await.map(|()| lockouts),
                Err(error) => Err(error),
            };
            match outcome {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => link.rollback().await?,
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    async fn write(&self, link: &mut Link) -> Result<Vec<Lockout>, sqlx::Error> {
        let mut lockouts = Vec::new();
        for (limit, window) in &self.parts {
            if self.checked == Checked::Wrong && self.is_new(link, limit).await? {
                lockouts.extend(self.fail(link, limit, *window).await?);
                continue;
            }
            if let Some(window) = window {
                give_back(link, limit, *window).await?;
            }
            if self.checked == Checked::Right && self.forgiven.as_ref() == Some(&limit.key) {
                forgive(link, limit).await?;
            }
        }
        let text = "DELETE FROM attempt_counter WHERE forget_at < $1";
        link.execute(text, values![self.now]).await?;
        Ok(lockouts)
    }

    /// Whether a wrong secret is one that was not counted yet.
    async fn is_new(&self, link: &mut Link, limit: &AttemptLimit) -> Result<bool, sqlx::Error> {
        match self.secret {
            None => Ok(true),
            Some(mark) => guess::keep(link, limit, &[mark], self.now).await.map(|new| new > 0),
        }
    }

    async fn fail(
        &self,
        link: &mut Link,
        limit: &AttemptLimit,
        window: Option<i64>,
    ) -> Result<Option<Lockout>, sqlx::Error> {
        let now = self.now;
        // Of a window that ended meanwhile the next one counts it; what was reserved is gone with the former.
        let text = "INSERT INTO attempt_counter (key, failures, reserved, window_until, locked_until, lockouts, forget_at) \
                    VALUES ($1, 1, 0, $2, 0, 0, $2) ON CONFLICT (key) DO UPDATE SET \
                    failures = CASE WHEN attempt_counter.window_until <= $3 THEN 1 ELSE attempt_counter.failures + 1 END, \
                    reserved = CASE WHEN attempt_counter.window_until <= $3 THEN 0 \
                    WHEN attempt_counter.window_until = $4 AND attempt_counter.reserved > 0 \
                    THEN attempt_counter.reserved - 1 ELSE attempt_counter.reserved END, \
                    window_until = CASE WHEN attempt_counter.window_until <= $3 THEN excluded.window_until \
                    ELSE attempt_counter.window_until END, \
                    forget_at = CASE WHEN attempt_counter.forget_at < excluded.window_until THEN excluded.window_until \
                    ELSE attempt_counter.forget_at END \
                    RETURNING failures, window_until, locked_until, lockouts";
        let values = values![&limit.key, now.saturating_add(limit.window), now, window];
        let row = link.row(text, values).await?.ok_or(sqlx::Error::RowNotFound)?;
        let counter = Counter::read(&row)?;
        if counter.failures < limit.most {
            return Ok(None);
        }
        let Some(growth) = limit.lock else {
            return Ok(Some(Lockout { key: limit.key.clone(), until: counter.window_until }));
        };
        if counter.locked_until > now {
            return Ok(None);
        }
        let until = now.saturating_add(growth.after(row.get("lockouts")?));
        shut(link, &limit.key, now, until).await?;
        Ok(Some(Lockout { key: limit.key.clone(), until }))
    }
}

/// Locks what is counted by a key, of which too many failed.
pub(super) async fn shut(link: &mut Link, key: &str, now: i64, until: i64) -> Result<(), sqlx::Error> {
    let text = "UPDATE attempt_counter SET failures = 0, reserved = 0, window_until = $2, locked_until = $2, \
                lockouts = lockouts + 1, forget_at = $3 WHERE key = $1";
    link.execute(text, values![key, until, until.saturating_add(REMEMBERED)]).await?;
    lock::put(link, key, now, until).await
}

/// A window that ended meanwhile took what was reserved along.
async fn give_back(link: &mut Link, limit: &AttemptLimit, window: i64) -> Result<(), sqlx::Error> {
    let text = "UPDATE attempt_counter SET reserved = reserved - 1 \
                WHERE key = $1 AND window_until = $2 AND reserved > 0";
    link.execute(text, values![&limit.key, window]).await.map(drop)
}

async fn forgive(link: &mut Link, limit: &AttemptLimit) -> Result<(), sqlx::Error> {
    let text = "UPDATE attempt_counter SET failures = 0, lockouts = 0, locked_until = 0 WHERE key = $1";
    link.execute(text, values![&limit.key]).await?;
    lock::end(link, &limit.key).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_grow_to_the_longest() {
        let growth = Growth { first: 5, longest: 1_440 };
        assert_eq!(
            [0, 1, 2, 5, 9, 40, i64::MAX].map(|others| growth.after(others)),
            [5, 10, 20, 160, 1_440, 1_440, 1_440]
        );
    }
}
