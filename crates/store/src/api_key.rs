//! API keys as they are stored: a SHA-256 of the secret, never the secret.

use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Pool, Row, Value, values};

/// An API key of a service account.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// The public part of the key.
    pub id: String,
    /// The id of the service account that it belongs to.
    pub account: String,
    /// The tenant in which it works.
    pub tenant: String,
    /// What it is for, in words.
    pub title: String,
    /// SHA-256 of the secret.
    pub secret_sha256: [u8; 32],
    /// The application that it asks for.
    pub application: Option<String>,
    /// From where it may be used, as CIDR networks with commas between; empty for everywhere.
    pub networks: String,
    /// What it may do at most, as a JSON array of permissions; absent where it may do all that its account may.
    pub permissions: Option<String>,
    /// The key that it takes the place of.
    pub rotated_from: Option<String>,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// From when on it is refused.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was used last, as far as that was noted.
    pub used_at: Option<i64>,
    /// The revision that changed it last.
    pub revision: i64,
}

impl std::fmt::Debug for StoredApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredApiKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// Whether a key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It was not revoked, and its end has not come.
    InForce,
    /// Its end has come, and it was not revoked.
    Expired,
    /// It was revoked.
    Revoked,
}

/// The order of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeySort {
    /// By when they were made.
    #[default]
    Created,
    /// By title.
    Title,
}

impl KeySort {
    /// Where a key stands in the order, together with the id.
    #[must_use]
    pub fn key(self, key: &StoredApiKey) -> String {
        match self {
            KeySort::Created => key.created_at.to_string(),
            KeySort::Title => key.title.clone(),
        }
    }
}

/// Which API keys are wanted; the default is all, in the order in which they were made. Times are in microseconds since 1970
/// (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyQuery {
    /// Only those that work in this tenant.
    pub tenant: Option<String>,
    /// Only those of the service account with this id.
    pub account: Option<String>,
    /// Only those of other accounts than this one.
    pub not_account: Option<String>,
    /// Only those in this state, as of the time.
    pub state: Option<(KeyState, i64)>,
    /// Only those whose end comes before this time.
    pub expires_before: Option<i64>,
    /// Only those that were made before this time, and not used since.
    pub unused_since: Option<i64>,
    /// Only those whose title holds this, whatever the case.
    pub search: Option<String>,
    /// In which order.
    pub sort: KeySort,
    /// Whether the order is turned around.
    pub descending: bool,
    /// Only those behind the key with this key of the order ([`KeySort::key`]) and this id.
    pub after: Option<(String, String)>,
    /// How many at most (1 to [`crate::MAX_PAGE`]).
    pub limit: u32,
}

impl KeyQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new("api_key", "1 = 1");
        selection.text("tenant = {}", self.tenant.as_ref());
        selection.text("account = {}", self.account.as_ref());
        selection.text("account <> {}", self.not_account.as_ref());
        if let Some((state, now)) = self.state {
            let condition = match state {
                KeyState::InForce => "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {})",
                KeyState::Expired => "revoked_at IS NULL AND expires_at <= {}",
                KeyState::Revoked => "revoked_at <= {}",
            };
            selection.and(condition, Some(Held::Integer(now)));
        }
        selection.and("expires_at < {}", self.expires_before.map(Held::Integer));
        let unused = "created_at < {} AND (used_at IS NULL OR used_at < {})";
        selection.and(unused, self.unused_since.map(Held::Integer));
        selection.search(&["title"], self.search.as_deref());
        let (column, is_number) = match self.sort {
            KeySort::Created => ("created_at", true),
            KeySort::Title => ("title", false),
        };
        selection.order(column, is_number, self.descending, self.after.as_ref());
        selection
    }
}

const COLUMNS: &str = "id, account, tenant, title, secret_sha256, application, networks, permissions, rotated_from, \
                       created_at, expires_at, revoked_at, used_at, revision";

/// Keys that were changed after the revision `after`, those that are revoked too.
pub(crate) async fn changed_after(pool: &Pool, after: i64) -> Result<Vec<StoredApiKey>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM api_key WHERE revision > $1 ORDER BY revision, id");
    pool.rows(&text, values![after]).await?.iter().map(read).collect()
}

/// A page of the keys that are wanted.
pub(crate) async fn page(pool: &Pool, query: &KeyQuery) -> Result<Vec<StoredApiKey>, StoreError> {
    let selection = query.selection();
    if selection.is_void() {
        return Ok(Vec::new());
    }
    let text = selection.page(COLUMNS, query.limit.clamp(1, MAX_PAGE), 0);
    pool.rows(&text, &selection.values()).await?.iter().map(read).collect()
}

/// One key.
pub(crate) async fn one(pool: &Pool, id: &str) -> Result<Option<StoredApiKey>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM api_key WHERE id = $1");
    pool.row(&text, values![id]).await?.as_ref().map(read).transpose()
}

/// Writes a key in place of the one with its id, if there is one, and answers whether it did: a key stays its account's
/// and tenant's. When it was used is left as it is, and what was revoked stays revoked.
pub(crate) async fn put(
    database: &mut impl Database,
    key: &StoredApiKey,
    revision: i64,
) -> Result<bool, sqlx::Error> {
    let text = "INSERT INTO api_key (id, account, tenant, title, secret_sha256, application, networks, permissions, \
                rotated_from, created_at, expires_at, revoked_at, used_at, revision) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
                ON CONFLICT (id) DO UPDATE SET title = excluded.title, secret_sha256 = excluded.secret_sha256, \
                application = excluded.application, networks = excluded.networks, permissions = excluded.permissions, \
                rotated_from = excluded.rotated_from, expires_at = excluded.expires_at, \
                revoked_at = COALESCE(api_key.revoked_at, excluded.revoked_at), revision = excluded.revision \
                WHERE api_key.account = excluded.account AND api_key.tenant = excluded.tenant";
    let written = database
        .execute(
            text,
            values![
                &key.id,
                &key.account,
                &key.tenant,
                &key.title,
                key.secret_sha256.as_slice(),
                &key.application,
                &key.networks,
                &key.permissions,
                &key.rotated_from,
                key.created_at,
                key.expires_at,
                key.revoked_at,
                key.used_at,
                revision,
            ],
        )
        .await?;
    Ok(written == 1)
}

/// How many keys one statement touches.
const TOUCHED: usize = 64;

/// Notes when keys were used last.
pub(crate) async fn touch(database: &mut impl Database, used: &[(String, i64)]) -> Result<(), sqlx::Error> {
    for used in used.chunks(TOUCHED) {
        let rows: Vec<String> = (0..used.len())
            .map(|row| format!("(CAST(${} AS TEXT), CAST(${} AS BIGINT))", 2 * row + 1, 2 * row + 2))
            .collect();
        let text = format!(
            "UPDATE api_key SET used_at = used.column2 FROM (VALUES {}) AS used \
             WHERE api_key.id = used.column1 AND (api_key.used_at IS NULL OR api_key.used_at < used.column2)",
            rows.join(", ")
        );
        let values: Vec<Value<'_>> =
            used.iter().flat_map(|(id, at)| [Value::from(id), Value::from(*at)]).collect();
        database.execute(&text, &values).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<StoredApiKey, StoreError> {
    let secret_sha256: Vec<u8> = row.get("secret_sha256")?;
    Ok(StoredApiKey {
        id: row.get("id")?,
        account: row.get("account")?,
        tenant: row.get("tenant")?,
        title: row.get("title")?,
        secret_sha256: secret_sha256.as_slice().try_into().map_err(|_| StoreError::Unreadable {
            column: "secret_sha256",
            value: format!("{} bytes", secret_sha256.len()),
        })?,
        application: row.get("application")?,
        networks: row.get("networks")?,
        permissions: row.get("permissions")?,
        rotated_from: row.get("rotated_from")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
        used_at: row.get("used_at")?,
        revision: row.get("revision")?,
    })
}
