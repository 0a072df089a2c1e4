//! Second factors and recovery codes. A code, a count and a recovery code are taken once, by whichever process: each is used up in
//! the commit that lets somebody in.

use super::{FACTOR_SECRETS, require, require_user};
use crate::bounds::is_keepable;
use crate::commit::Refused;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::secret::{self, SealedSecret};
use crate::sql::{Database, Row, values};

/// The most second factors of one person.
pub const MAX_FACTORS: i64 = 20;
/// Which of a factor's secrets is its key.
pub const FACTOR_FIELD: &str = "key";

/// What kind of second factor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorKind {
    /// Codes of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
}

impl FactorKind {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FactorKind::Totp => "totp",
            FactorKind::Passkey => "passkey",
        }
    }

    fn parse(text: &str) -> Option<FactorKind> {
        [FactorKind::Totp, FactorKind::Passkey].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Its public name, `fac_…`.
    pub id: String,
    /// Whose it is, by the id of the user.
    pub user: String,
    /// What it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// Of a passkey: SHA-256 of its name for browsers. No two factors have the same.
    pub credential: Option<[u8; 32]>,
    /// The last step of time, or count of uses, that was taken.
    pub last_step: Option<i64>,
    /// When it was added, in microseconds since 1970 (UTC), as all times here.
    pub created_at: i64,
    /// When it was used last.
    pub used_at: Option<i64>,
    /// Its key, sealed for [`FACTOR_SECRETS`], the factor's id and [`FACTOR_FIELD`].
    pub sealed: SealedSecret,
}

/// What is to be different about second factors.
#[derive(Debug, Clone)]
pub enum FactorChange {
    /// There is one more. Refused where its owner has [`MAX_FACTORS`], or somebody has the same passkey.
    Add(Box<SecondFactor>),
    /// Somebody has one, and had none. Refused where they have any.
    AddFirst(Box<SecondFactor>),
    /// There is one less; with the last one, recovery codes go too. Refused where it is not there, and where fewer would be left than have to be.
    Remove {
        /// Whose.
        user: String,
        /// Its id.
        id: String,
        /// How many have to be left.
        least: i64,
    },
    /// Its owner calls it something else. Refused where it is not there.
    Rename {
        /// Whose.
        user: String,
        /// Its id.
        id: String,
        /// What they call it.
        name: String,
    },
    /// One was used. Refused where it is not there any more, or where this step or a later one was taken meanwhile.
    Use {
        /// Whose.
        user: String,
        /// Its id.
        id: String,
        /// The step of time or count of uses, where it has any.
        step: Option<i64>,
    },
    /// Somebody has these recovery codes from now on, and no others.
    PutRecoveryCodes {
        /// Whose.
        user: String,
        /// Their digests.
        digests: Vec<[u8; 32]>,
    },
    /// A recovery code was used. Refused where it is not there, or was used before.
    UseRecoveryCode {
        /// Whose.
        user: String,
        /// Its digest.
        digest: [u8; 32],
    },
}

impl FactorChange {
    /// The id of the user that it is about.
    pub(super) fn user(&self) -> &str {
        match self {
            FactorChange::Add(factor) | FactorChange::AddFirst(factor) => &factor.user,
            FactorChange::Remove { user, .. }
            | FactorChange::Rename { user, .. }
            | FactorChange::Use { user, .. }
            | FactorChange::PutRecoveryCodes { user, .. }
            | FactorChange::UseRecoveryCode { user, .. } => user,
        }
    }
}

/// How many recovery codes somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecoveryCodes {
    /// Those that were not used.
    pub left: i64,
    /// When they were made, in microseconds since 1970 (UTC).
    pub created_at: Option<i64>,
}

const COLUMNS: &str = "factor.id, factor.user_id, factor.kind, factor.name, factor.credential_sha256, factor.last_step, \
                       factor.created_at, factor.used_at, secret.root_key, secret.sealed \
                       FROM second_factor AS factor JOIN sealed_secret AS secret \
                       ON secret.kind = $1 AND secret.id = factor.id AND secret.field = $2";

impl StoreReader {
    /// Somebody's second factors, the oldest first; at most [`MAX_FACTORS`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn second_factors(&self, user: &str) -> Result<Vec<SecondFactor>, StoreError> {
        if !is_keepable(user) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} WHERE factor.user_id = $3 ORDER BY factor.created_at, factor.id LIMIT {MAX_FACTORS}"
        );
        let rows = self.pool.rows(&text, values![FACTOR_SECRETS, FACTOR_FIELD, user]).await?;
        rows.iter().map(read).collect()
    }

    /// The passkey with this digest of its name.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn passkey(&self, credential: &[u8; 32]) -> Result<Option<SecondFactor>, StoreError> {
        let text = format!("SELECT {COLUMNS} WHERE factor.credential_sha256 = $3");
        let values = values![FACTOR_SECRETS, FACTOR_FIELD, credential.as_slice()];
        self.pool.row(&text, values).await?.as_ref().map(read).transpose()
    }

    /// How many recovery codes somebody has.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn recovery_codes(&self, user: &str) -> Result<RecoveryCodes, StoreError> {
        if !is_keepable(user) {
            return Ok(RecoveryCodes::default());
        }
        let text = "SELECT COUNT(*) - COUNT(used_at) AS remaining, MAX(created_at) AS made FROM recovery_code \
                    WHERE user_id = $1";
        let row = self.pool.row(text, values![user]).await?;
        let read = |row: &Row| {
            Ok::<_, StoreError>(RecoveryCodes { left: row.get("remaining")?, created_at: row.get("made")? })
        };
        row.as_ref().map_or(Ok(RecoveryCodes::default()), read)
    }

    /// Whether a recovery code of somebody's has this digest, and was not used.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn has_recovery_code(&self, user: &str, digest: &[u8; 32]) -> Result<bool, StoreError> {
        let text = "SELECT user_id FROM recovery_code WHERE digest = $1 AND user_id = $2 AND used_at IS NULL";
        Ok(self.pool.row(text, values![digest.as_slice(), user]).await?.is_some())
    }
}

fn read(row: &Row) -> Result<SecondFactor, StoreError> {
    let id: String = row.get("id")?;
    let kind: String = row.get("kind")?;
    let credential: Option<Vec<u8>> = row.get("credential_sha256")?;
    Ok(SecondFactor {
        user: row.get("user_id")?,
        kind: FactorKind::parse(&kind).ok_or(StoreError::Unreadable { column: "kind", value: kind })?,
        name: row.get("name")?,
        credential: credential.and_then(|digest| digest.as_slice().try_into().ok()),
        last_step: row.get("last_step")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
        sealed: SealedSecret {
            kind: FACTOR_SECRETS.to_owned(),
            id: id.clone(),
            field: FACTOR_FIELD.to_owned(),
            root_key: row.get("root_key")?,
            sealed: row.get("sealed")?,
        },
        id,
    })
}

pub(super) async fn make(
    database: &mut impl Database,
    change: &FactorChange,
    at: i64,
) -> Result<(), Refused> {
    require_user(database, change.user()).await?;
    match change {
        FactorChange::Add(factor) => add(database, factor, at).await,
        FactorChange::AddFirst(factor) => {
            add(database, factor, at).await?;
            require(count(database, &factor.user).await? == 1, "first factor")
        }
        FactorChange::Remove { user, id, least } => {
            let text = "DELETE FROM second_factor WHERE id = $1 AND user_id = $2";
            let removed = database.execute(text, values![id, user]).await?;
            require(removed == 1, "second factor")?;
            require(count(database, user).await? >= *least, "last second factor")?;
            secret::remove_one(database, (FACTOR_SECRETS, id, FACTOR_FIELD)).await?;
            let text = "DELETE FROM recovery_code WHERE user_id = $1 \
                        AND NOT EXISTS (SELECT 1 FROM second_factor WHERE user_id = $1)";
            database.execute(text, values![user]).await?;
            Ok(())
        }
        FactorChange::Rename { user, id, name } => {
            let text = "UPDATE second_factor SET name = $3 WHERE id = $1 AND user_id = $2";
            require(database.execute(text, values![id, user, name]).await? == 1, "second factor")
        }
        FactorChange::Use { user, id, step } => {
            let text = "UPDATE second_factor SET used_at = $3, last_step = CASE WHEN $4 < 0 THEN last_step ELSE $4 END \
                        WHERE id = $1 AND user_id = $2 AND ($4 < 0 OR last_step IS NULL OR last_step < $4)";
            let used = database.execute(text, values![id, user, at, step.unwrap_or(-1)]).await?;
            require(used == 1, "code")
        }
        FactorChange::PutRecoveryCodes { user, digests } => {
            database.execute("DELETE FROM recovery_code WHERE user_id = $1", values![user]).await?;
            let text = "INSERT INTO recovery_code (digest, user_id, created_at) VALUES ($1, $2, $3)";
            for digest in digests {
                database.execute(text, values![digest.as_slice(), user, at]).await?;
            }
            Ok(())
        }
        FactorChange::UseRecoveryCode { user, digest } => {
            let text = "UPDATE recovery_code SET used_at = $3 WHERE digest = $1 AND user_id = $2 AND used_at IS NULL";
            let used = database.execute(text, values![digest.as_slice(), user, at]).await?;
            require(used == 1, "recovery code")
        }
    }
}

/// How many somebody has.
async fn count(database: &mut impl Database, user: &str) -> Result<i64, sqlx::Error> {
    let text = "SELECT count(*) AS factors FROM second_factor WHERE user_id = $1";
    let row = database.row(text, values![user]).await?;
    Ok(row.as_ref().map(|row| row.get("factors")).transpose()?.unwrap_or_default())
}

async fn add(database: &mut impl Database, factor: &SecondFactor, at: i64) -> Result<(), Refused> {
    let text = "INSERT INTO second_factor (id, user_id, kind, name, credential_sha256, last_step, created_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_sha256) DO NOTHING";
    let values = values![
        &factor.id,
        &factor.user,
        factor.kind.as_str(),
        &factor.name,
        factor.credential.as_ref().map(<[u8; 32]>::as_slice),
        factor.last_step,
        at,
    ];
    let added = database.execute(text, values).await?;
    require(added == 1, "passkey")?;
    let text = format!(
        "SELECT user_id FROM second_factor WHERE user_id = $1 GROUP BY user_id HAVING COUNT(*) > {MAX_FACTORS}"
    );
    require(database.row(&text, values![&factor.user]).await?.is_none(), "room for second factors")?;
    // Whatever the change says, it is the key of this factor.
    let sealed = SealedSecret {
        kind: FACTOR_SECRETS.to_owned(),
        id: factor.id.clone(),
        field: FACTOR_FIELD.to_owned(),
        ..factor.sealed.clone()
    };
    secret::put(database, &sealed, at).await?;
    Ok(())
}
