//! Sign-ins whose password was right and that wait for a second factor.

use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Link, Row, values};

/// The most sign-ins of one person that wait for a second factor; the oldest goes first.
pub const MAX_STEPS: i64 = 5;

/// The column `network` is empty: a browser that shows its password from one network may show its factor from another, as telephones do
/// on their way, and whoever has IPv4 and IPv6. What binds both is the cookie. Earlier versions wrote there, and read it as nothing.
const COLUMNS: &str = "digest, user_id, failures, challenge, created_at, expires_at";

/// A sign-in that waits for its second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInStep {
    /// SHA-256 of the cookie that goes on with it.
    pub digest: [u8; 32],
    /// Who signs in, by the id of the user.
    pub user: String,
    /// How many wrong answers it has had.
    pub failures: i64,
    /// What was asked, where the answer depends on it.
    pub challenge: Option<String>,
    /// When the password came, in microseconds since 1970 (UTC), as all times here.
    pub created_at: i64,
    /// Until when it waits.
    pub expires_at: i64,
}

impl std::fmt::Debug for SignInStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInStep").field("user", &self.user).finish_non_exhaustive()
    }
}

impl StoreReader {
    /// The sign-in with this digest that waits at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sign_in_step(&self, digest: &[u8; 32], now: i64) -> Result<Option<SignInStep>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM sign_in_step WHERE digest = $1 AND expires_at > $2");
        self.pool.row(&text, values![digest.as_slice(), now]).await?.as_ref().map(read).transpose()
    }
}

impl Store {
    /// Counts a wrong answer to a sign-in that waits; after `most` it waits no longer. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn fail_sign_in_step(&self, digest: [u8; 32], most: i64) -> Result<(), RecordError> {
        self.writer.alone(move |link| Box::pin(async move { fail(link, &digest, most).await })).await
    }

    /// Keeps what is asked of a sign-in that waits. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn challenge_sign_in_step(
        &self,
        digest: [u8; 32],
        challenge: String,
    ) -> Result<(), RecordError> {
        let text = "UPDATE sign_in_step SET challenge = $2 WHERE digest = $1";
        let ask = async move |link: &mut Link| {
            link.execute(text, values![digest.as_slice(), &challenge]).await.map(drop)
        };
        self.writer.alone(move |link| Box::pin(async move { ask(link).await })).await
    }
}

async fn fail(link: &mut Link, digest: &[u8; 32], most: i64) -> Result<(), sqlx::Error> {
    link.begin().await?;
    let text = "UPDATE sign_in_step SET failures = failures + 1 WHERE digest = $1";
    link.execute(text, values![digest.as_slice()]).await?;
    let text = "DELETE FROM sign_in_step WHERE digest = $1 AND failures >= $2";
    link.execute(text, values![digest.as_slice(), most]).await?;
    link.commit().await
}

pub(super) async fn begin(database: &mut impl Database, step: &SignInStep) -> Result<(), sqlx::Error> {
    let text = "DELETE FROM sign_in_step WHERE expires_at <= $1";
    database.execute(text, values![step.created_at]).await?;
    let text = format!("INSERT INTO sign_in_step ({COLUMNS}, network) VALUES ($1, $2, $3, $4, $5, $6, '')");
    let values = values![
        step.digest.as_slice(),
        &step.user,
        step.failures,
        &step.challenge,
        step.created_at,
        step.expires_at,
    ];
    database.execute(&text, values).await?;
    let text = format!(
        "DELETE FROM sign_in_step WHERE user_id = $1 AND digest NOT IN (SELECT digest FROM sign_in_step \
         WHERE user_id = $1 ORDER BY created_at DESC, digest LIMIT {MAX_STEPS})"
    );
    database.execute(&text, values![&step.user]).await?;
    Ok(())
}

/// Whether it waited.
pub(super) async fn end(
    database: &mut impl Database,
    digest: &[u8; 32],
    now: i64,
) -> Result<bool, sqlx::Error> {
    let text = "DELETE FROM sign_in_step WHERE digest = $1 AND expires_at > $2";
    Ok(database.execute(text, values![digest.as_slice(), now]).await? == 1)
}

fn read(row: &Row) -> Result<SignInStep, StoreError> {
    let digest: Vec<u8> = row.get("digest")?;
    Ok(SignInStep {
        digest: digest.as_slice().try_into().map_err(|_| StoreError::Unreadable {
            column: "digest",
            value: format!("{} bytes", digest.len()),
        })?,
        user: row.get("user_id")?,
        failures: row.get("failures")?,
        challenge: row.get("challenge")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
