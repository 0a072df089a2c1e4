//! Who has a password here.

use super::{PASSWORD_FIELD, USER_SECRETS};
use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::people::name_key;
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

    /// The active users of a provider with a password whom somebody means who says a login or an e-mail address, in whatever case and
    /// tenant: their ids, at most so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn accounts_meant(
        &self,
        provider: &str,
        who: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        if !is_keepable(who) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT id FROM local_password JOIN directory_user ON directory_user.id = local_password.user_id \
             WHERE provider = $1 AND active = 1 AND deleted_at IS NULL \
             AND (login_key = $2 OR lower(email) = $3 OR email = $4) ORDER BY id LIMIT {}",
            i64::from(limit)
        );
        let (key, folded) = (name_key(who), who.to_lowercase());
        let rows = self.pool.rows(&text, values![provider, &key, &folded, who]).await?;
        rows.iter().map(|row| row.get("id").map_err(StoreError::from)).collect()
    }

    /// The users of a provider with a session, by whichever provider they came, but for those whom the one-time key of administrators
    /// made: their ids, at most so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn signed_in_by_password(&self, provider: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let text = format!(
            "SELECT DISTINCT subject FROM session WHERE provider = $1 AND ended_at IS NULL AND NOT EXISTS \
             (SELECT 1 FROM local_password WHERE user_id = subject AND founder = 1) ORDER BY subject LIMIT {}",
            i64::from(limit)
        );
        let rows = self.pool.rows(&text, values![provider]).await?;
        rows.iter().map(|row| row.get("subject").map_err(StoreError::from)).collect()
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
