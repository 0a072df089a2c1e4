//! Secrets that are too long to be guessed, and are tried all the same: different wrong ones are counted, each once.

use super::attempt::{ATTEMPTS, AttemptLimit, Counter, shut};
use crate::bounds::is_keepable;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database as _, Link, Value, is_passing, values};

/// The most secrets that are counted in one transaction.
pub const MAX_GUESSES: usize = 128;

/// A wrong secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Guess {
    /// By what it is counted. It is no attempt that was reserved.
    pub limit: AttemptLimit,
    /// What stands for the secret, made with a key that does not stand in the database: enough to tell a few apart, and too little to
    /// find any out.
    pub mark: [u8; 2],
}

impl std::fmt::Debug for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guess").field("key", &self.limit.key).finish_non_exhaustive()
    }
}

/// That as many secrets are known as may be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// By what they are counted.
    pub key: String,
    /// Whether there are more, or nothing is looked at any more.
    pub is_over: bool,
    /// Until when nothing is looked at, where that is locked by it (microseconds since 1970, UTC).
    pub locked_until: Option<i64>,
}

impl StoreReader {
    /// Whether this secret was counted already, and counts at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn is_counted_guess(&self, key: &str, mark: &[u8; 2], now: i64) -> Result<bool, StoreError> {
        if !is_keepable(key) {
            return Ok(false);
        }
        let text = "SELECT 1 AS one FROM guessed_secret WHERE counter = $1 AND digest = $2 AND until > $3";
        Ok(self.pool.row(text, values![key, mark.as_slice(), now]).await?.is_some())
    }
}

impl Store {
    /// Counts wrong secrets, at most [`MAX_GUESSES`], in one transaction, and gives of which keys as many are known by that as may be wrong. It
    /// never takes the room that is reserved for what has to be on record. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn count_guesses(
        &self,
        mut guesses: Vec<Guess>,
        now: i64,
    ) -> Result<Vec<Counted>, RecordError> {
        guesses.truncate(MAX_GUESSES);
        // In one order, so that processes wait for each other rather than in a circle.
        guesses
            .sort_unstable_by(|one, other| (&one.limit.key, one.mark).cmp(&(&other.limit.key, other.mark)));
        guesses.dedup();
        let weight = guesses.len();
        self.writer.aside(weight, move |link| Box::pin(async move { count(link, &guesses, now).await })).await
    }
}

async fn count(link: &mut Link, guesses: &[Guess], now: i64) -> Result<Vec<Counted>, sqlx::Error> {
    let mut attempt = 1;
    loop {
        link.begin().await?;
        let outcome = match count_once(link, guesses, now).await {
            Ok(full) => link.commit().await.map(|()| full),
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => link.rollback().await?,
            outcome => return outcome,
        }
        attempt += 1;
    }
}

async fn count_once(link: &mut Link, guesses: &[Guess], now: i64) -> Result<Vec<Counted>, sqlx::Error> {
    let mut full = Vec::new();
    for same in guesses.chunk_by(|one, other| one.limit.key == other.limit.key) {
        let Some(Guess { limit, .. }) = same.first() else { continue };
        let marks: Vec<_> = same.iter().map(|guess| guess.mark).collect();
        let new = keep(link, limit, &marks, now).await?;
        let (counter, lockouts) = raise(link, limit, new, now).await?;
        if counter.refused_until(limit.most, now).is_some() {
            let is_locked = counter.locked_until > now;
            let is_over = is_locked || counter.failures > limit.most;
            let until = limit.lock.map(|growth| now.saturating_add(growth.after(lockouts)));
            let locked_until = until.filter(|_| !is_locked);
            if let Some(until) = locked_until {
                shut(link, &limit.key, now, until).await?;
            }
            full.push(Counted { key: limit.key.clone(), is_over, locked_until });
        }
    }
    Ok(full)
}

/// Keeps secrets that were wrong until their window ends; gives how many were not there yet.
pub(super) async fn keep(
    link: &mut Link,
    limit: &AttemptLimit,
    marks: &[[u8; 2]],
    now: i64,
) -> Result<i64, sqlx::Error> {
    link.execute("DELETE FROM guessed_secret WHERE until <= $1", values![now]).await?;
    let rows: Vec<_> = (0..marks.len()).map(|row| format!("($1, ${}, $2)", row + 3)).collect();
    let text = format!(
        "INSERT INTO guessed_secret (counter, digest, until) VALUES {} ON CONFLICT (counter, digest) DO NOTHING",
        rows.join(", ")
    );
    let mut values: Vec<Value<'_>> = vec![(&limit.key).into(), now.saturating_add(limit.window).into()];
    values.extend(marks.iter().map(|mark| Value::from(mark.as_slice())));
    let new = link.execute(&text, &values).await?;
    Ok(i64::try_from(new).unwrap_or(i64::MAX))
}

/// The counter as it is then, and how often it was locked.
async fn raise(
    link: &mut Link,
    limit: &AttemptLimit,
    new: i64,
    now: i64,
) -> Result<(Counter, i64), sqlx::Error> {
    let text = "INSERT INTO attempt_counter (key, failures, reserved, window_until, locked_until, lockouts, forget_at) \
                VALUES ($1, $4, 0, $2, 0, 0, $2) ON CONFLICT (key) DO UPDATE SET \
                failures = CASE WHEN attempt_counter.window_until <= $3 THEN excluded.failures \
                ELSE attempt_counter.failures + excluded.failures END, \
                reserved = CASE WHEN attempt_counter.window_until <= $3 THEN 0 ELSE attempt_counter.reserved END, \
                window_until = CASE WHEN attempt_counter.window_until <= $3 THEN excluded.window_until \
                ELSE attempt_counter.window_until END, \
                forget_at = CASE WHEN attempt_counter.forget_at < excluded.window_until THEN excluded.window_until \
                ELSE attempt_counter.forget_at END \
                RETURNING failures, window_until, locked_until, lockouts";
    let values = values![&limit.key, now.saturating_add(limit.window), now, new];
    let row = link.row(text, values).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok((Counter::read(&row)?, row.get("lockouts")?))
}
