//! Who has a password here.

use super::{PASSWORD_FIELD, USER_SECRETS};
use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::secret::{self, SealedSecret};
use crate::sql::{Database, values};

/// That somebody has a password here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPassword {
    /// The user's id.
    pub user: String,
    /// Whether they are one whom the one-time key of administrators made.
    pub founder: bool,
    /// When it was set, in microseconds since 1970 (UTC).
    pub changed_at: i64,
    /// Its digest, sealed.
    pub sealed: SealedSecret,
}

impl StoreReader {
    /// Somebody's password.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn local_password(&self, user: &str) -> Result<Option<LocalPassword>, StoreError> {
        if !is_keepable(user) {
            return Ok(None);
        }
        let text = "SELECT founder, changed_at, root_key, sealed FROM local_password \
                    JOIN sealed_secret ON kind = $2 AND id = user_id AND field = $3 WHERE user_id = $1";
        let Some(row) = self.pool.row(text, values![user, USER_SECRETS, PASSWORD_FIELD]).await? else {
            return Ok(None);
        };
        let sealed = SealedSecret {
            kind: USER_SECRETS.to_owned(),
            id: user.to_owned(),
            field: PASSWORD_FIELD.to_owned(),
            root_key: row.get("root_key")?,
            sealed: row.get("sealed")?,
        };
        let founder = row.get::<i64>("founder")? != 0;
        Ok(Some(LocalPassword { user: user.to_owned(), founder, changed_at: row.get("changed_at")?, sealed }))
    }

    /// Whether anybody has a password whom the one-time key of administrators made.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn has_founder(&self) -> Result<bool, StoreError> {
        let text = "SELECT user_id FROM local_password WHERE founder = 1 LIMIT 1";
        Ok(self.pool.row(text, values![]).await?.is_some())
    }
}

pub(super) async fn put(
    database: &mut impl Database,
    user: &str,
    founder: bool,
    sealed: &SealedSecret,
    at: i64,
) -> Result<(), sqlx::Error> {
    // Whatever the change says, it is the password of this user.
    let sealed = SealedSecret {
        kind: USER_SECRETS.to_owned(),
        id: user.to_owned(),
        field: PASSWORD_FIELD.to_owned(),
        ..sealed.clone()
    };
    secret::put(database, &sealed, at).await?;
    let text = "INSERT INTO local_password (user_id, founder, changed_at) VALUES ($1, $2, $3) \
                ON CONFLICT (user_id) DO UPDATE SET changed_at = CASE \
                WHEN local_password.changed_at < excluded.changed_at THEN excluded.changed_at \
                ELSE local_password.changed_at + 1 END, founder = CASE \
                WHEN local_password.founder < excluded.founder THEN excluded.founder ELSE local_password.founder END";
    database.execute(text, values![user, i64::from(founder), at]).await?;
    database.execute("DELETE FROM sign_in_step WHERE user_id = $1", values![user]).await?;
    Ok(())
}

pub(super) async fn remove(database: &mut impl Database, user: &str) -> Result<(), sqlx::Error> {
    secret::remove_one(database, (USER_SECRETS, user, PASSWORD_FIELD)).await?;
    for table in ["local_password", "sign_in_step"] {
        let text = format!("DELETE FROM {table} WHERE user_id = $1");
        database.execute(&text, values![user]).await?;
    }
    Ok(())
}

/// Whether the password is the one that was set then.
pub(super) async fn is_still(
    database: &mut impl Database,
    user: &str,
    changed_at: i64,
) -> Result<bool, sqlx::Error> {
    let text = "SELECT user_id FROM local_password WHERE user_id = $1 AND changed_at = $2";
    Ok(database.row(text, values![user, changed_at]).await?.is_some())
}
