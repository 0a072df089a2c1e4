//! Networks that guessed at secrets too often, and until when nothing is taken from them.

use crate::bounds::is_keepable;
use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Pool, Row, values};

/// The most blocks that are in force at once, and kept in memory by those who enforce them.
pub const MAX_BLOCKS: i64 = 20_000;

/// How long a block that has ended is remembered, so that the next one of that network lasts longer, in microseconds: a
/// week.
const REMEMBERED: i64 = 7 * 24 * 3_600 * 1_000_000;

/// A network from which nothing is taken for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressBlock {
    /// Its opaque id: addresses stand in no URL.
    pub id: String,
    /// The network, such as `192.0.2.7/32` or `2001:db8:0:1::/64`.
    pub network: String,
    /// How many times in a row it was blocked.
    pub times: i64,
    /// When it was blocked last, in microseconds since 1970 (UTC), as all times here.
    pub blocked_at: i64,
    /// From when on it is blocked no longer.
    pub until: i64,
    /// The revision that changed it last.
    pub revision: i64,
}

/// What nothing is taken from for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A network, of whoever.
    Network,
    /// An account, wherever its owner never signed in from.
    Account,
    /// An account, from one network.
    AccountAndNetwork,
}

impl BlockKind {
    const ALL: [BlockKind; 3] = [BlockKind::Network, BlockKind::Account, BlockKind::AccountAndNetwork];

    /// As it is told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            BlockKind::Network => "network",
            BlockKind::Account => "account",
            BlockKind::AccountAndNetwork => "account_and_network",
        }
    }
}

/// A block of a network, or a lock of an account, that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockEntry {
    /// Its opaque id.
    pub id: String,
    /// What is blocked.
    pub kind: BlockKind,
    /// The network, where it is of one.
    pub network: Option<String>,
    /// The id of the user, where it is of one.
    pub user: Option<String>,
    /// The id of the service account, where it is of one.
    pub service_account: Option<String>,
    /// The user's login, or the account's name.
    pub login: Option<String>,
    /// What is not looked at of an account: `password`, `second factor`, `api key`.
    pub what: Option<String>,
    /// How many times in a row it was blocked.
    pub times: i64,
    /// When it was blocked last, in microseconds since 1970 (UTC), as all times here.
    pub blocked_at: i64,
    /// From when on it is blocked no longer.
    pub until: i64,
}

/// The order of blocks and locks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BlockSort {
    /// By id.
    #[default]
    Id,
    /// By when something was blocked last.
    BlockedAt,
    /// By when it is blocked no longer.
    Until,
}

impl BlockSort {
    /// Where an entry stands in the order, together with the id.
    #[must_use]
    pub fn key(self, entry: &BlockEntry) -> String {
        match self {
            BlockSort::Id => entry.id.clone(),
            BlockSort::BlockedAt => entry.blocked_at.to_string(),
            BlockSort::Until => entry.until.to_string(),
        }
    }
}

/// Which blocks and locks are wanted; the default is all, by id.
#[derive(Debug, Clone, Default)]
pub struct BlockQuery {
    /// Those of this kind alone.
    pub kind: Option<BlockKind>,
    /// Those of this user alone, by id.
    pub user: Option<String>,
    /// Those of this service account alone, by id.
    pub service_account: Option<String>,
    /// Those of which the network or the login holds this text, in whatever case.
    pub search: Option<String>,
    /// In which order.
    pub sort: BlockSort,
    /// Whether the order is turned around.
    pub descending: bool,
    /// Those behind the one with this key of the order ([`BlockSort::key`]) and this id.
    pub after: Option<(String, String)>,
    /// In force at this time.
    pub now: i64,
    /// The most of them.
    pub limit: u32,
}

impl StoreReader {
    /// A page of the blocks of networks and locks of accounts that are in force.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn blocks_and_locks(&self, query: &BlockQuery) -> Result<Vec<BlockEntry>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(ENTRY, query.limit.clamp(1, MAX_PAGE), 0);
        self.pool.rows(&text, &selection.values()).await?.iter().map(read_entry).collect()
    }

    /// The block or lock with this id that is in force at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn block_or_lock(&self, id: &str, now: i64) -> Result<Option<BlockEntry>, StoreError> {
        if !is_keepable(id) {
            return Ok(None);
        }
        let text = format!("SELECT {ENTRY} FROM {ENTRIES} WHERE id = $1 AND until > $2");
        self.pool.row(&text, values![id, now]).await?.as_ref().map(read_entry).transpose()
    }
}

const ENTRY: &str = "id, kind, network, user_id, service_account, login, what, times, blocked_at, until";

/// Both. Of users and service accounts that were deleted nothing is told.
const ENTRIES: &str = "(SELECT id, 'network' AS kind, network, NULL AS user_id, NULL AS service_account, NULL AS login, \
    NULL AS what, times, blocked_at, until FROM address_block UNION ALL \
    SELECT account_lock.id, CASE WHEN account_lock.network IS NULL THEN 'account' ELSE 'account_and_network' END, \
    account_lock.network, account_lock.user_id, NULL AS service_account, directory_user.login, account_lock.what, account_lock.times, \
    account_lock.locked_at, account_lock.until FROM account_lock \
    JOIN directory_user ON directory_user.id = account_lock.user_id AND directory_user.deleted_at IS NULL UNION ALL \
    SELECT account_lock.id, CASE WHEN account_lock.network IS NULL THEN 'account' ELSE 'account_and_network' END, \
    account_lock.network, NULL AS user_id, account_lock.user_id AS service_account, object.name, account_lock.what, \
    account_lock.times, account_lock.locked_at, account_lock.until FROM account_lock \
    JOIN object ON object.kind = 'service-account' AND object.id = account_lock.user_id) AS entries";

impl BlockQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new(ENTRIES, "1 = 1");
        selection.and("until > {}", Some(Held::Integer(self.now)));
        selection.text("kind = {}", self.kind.map(|kind| kind.as_str().to_owned()).as_ref());
        selection.text("user_id = {}", self.user.as_ref());
        selection.text("service_account = {}", self.service_account.as_ref());
        let search = self.search.as_deref().filter(|search| !search.is_empty());
        selection.search(&["network", "login"], search);
        let (column, is_number) = match self.sort {
            BlockSort::Id => ("id", false),
            BlockSort::BlockedAt => ("blocked_at", true),
            BlockSort::Until => ("until", true),
        };
        selection.order(column, is_number, self.descending, self.after.as_ref());
        selection
    }
}

fn read_entry(row: &Row) -> Result<BlockEntry, StoreError> {
    let kind: String = row.get("kind")?;
    let known = BlockKind::ALL.into_iter().find(|known| known.as_str() == kind);
    Ok(BlockEntry {
        id: row.get("id")?,
        kind: known.ok_or(StoreError::Unreadable { column: "kind", value: kind })?,
        network: row.get("network")?,
        user: row.get("user_id")?,
        service_account: row.get("service_account")?,
        login: row.get("login")?,
        what: row.get("what")?,
        times: row.get("times")?,
        blocked_at: row.get("blocked_at")?,
        until: row.get("until")?,
    })
}

const COLUMNS: &str = "id, network, times, blocked_at, until, revision";

/// The block of a network, also one that has ended.
pub(crate) async fn of(pool: &Pool, network: &str) -> Result<Option<AddressBlock>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM address_block WHERE network = $1");
    pool.row(&text, values![network]).await?.as_ref().map(read).transpose()
}

/// One block, also one that has ended.
pub(crate) async fn one(pool: &Pool, id: &str) -> Result<Option<AddressBlock>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM address_block WHERE id = $1");
    pool.row(&text, values![id]).await?.as_ref().map(read).transpose()
}

/// A page of the blocks in force at `now`, by id, those after the id `after`.
pub(crate) async fn page(
    pool: &Pool,
    after: &str,
    now: i64,
    limit: u32,
) -> Result<Vec<AddressBlock>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM address_block WHERE id > $1 AND until > $2 ORDER BY id LIMIT {}",
        i64::from(limit)
    );
    pool.rows(&text, values![after, now]).await?.iter().map(read).collect()
}

/// The blocks that were changed after a revision, by revision, at most [`MAX_BLOCKS`]; lifted ones too.
pub(crate) async fn changed_after(pool: &Pool, revision: i64) -> Result<Vec<AddressBlock>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM address_block WHERE revision > $1 ORDER BY revision LIMIT {MAX_BLOCKS}"
    );
    pool.rows(&text, values![revision]).await?.iter().map(read).collect()
}

/// Whether fewer than [`MAX_BLOCKS`] are in force at `now`.
pub(crate) async fn has_room(pool: &Pool, now: i64) -> Result<bool, StoreError> {
    let text = "SELECT count(*) AS blocks FROM address_block WHERE until > $1";
    let row = pool.row(text, values![now]).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(row.get::<i64>("blocks")? < MAX_BLOCKS)
}

/// Blocks a network, unless a longer block of it is in force or too many are; forgets those that ended long ago.
pub(crate) async fn put(
    database: &mut impl Database,
    block: &AddressBlock,
    revision: i64,
) -> Result<(), sqlx::Error> {
    let AddressBlock { id, network, times, blocked_at, until, .. } = block;
    let text = "DELETE FROM address_block WHERE until < $1 AND network <> $2";
    database.execute(text, values![blocked_at.saturating_sub(REMEMBERED), network]).await?;
    // Those in force come first: what has ended is only remembered.
    let text = "DELETE FROM address_block WHERE until <= $1 AND network <> $2 \
                AND (SELECT count(*) FROM address_block) >= $3";
    database.execute(text, values![*blocked_at, network, MAX_BLOCKS]).await?;
    let text = "SELECT count(*) AS others FROM address_block WHERE network <> $1";
    let row = database.row(text, values![network]).await?.ok_or(sqlx::Error::RowNotFound)?;
    if row.get::<i64>("others")? >= MAX_BLOCKS {
        return Ok(());
    }
    let text = "INSERT INTO address_block (id, network, times, blocked_at, until, revision) \
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (network) DO UPDATE SET times = excluded.times, \
                blocked_at = excluded.blocked_at, until = excluded.until, revision = excluded.revision \
                WHERE address_block.until < excluded.until";
    database.execute(text, values![id, network, *times, *blocked_at, *until, revision]).await?;
    Ok(())
}

/// Forgets all: what was blocked when a backup was made says nothing about now.
pub(crate) async fn forget_all(database: &mut impl Database) -> Result<(), sqlx::Error> {
    database.execute("DELETE FROM address_block", &[]).await.map(drop)
}

/// Ends a block at once; how often the network was blocked is forgotten.
pub(crate) async fn lift(
    database: &mut impl Database,
    id: &str,
    at: i64,
    revision: i64,
) -> Result<u64, sqlx::Error> {
    let text = "UPDATE address_block SET until = $2, times = 0, revision = $3 WHERE id = $1 AND until > $2";
    database.execute(text, values![id, at, revision]).await
}

fn read(row: &Row) -> Result<AddressBlock, StoreError> {
    Ok(AddressBlock {
        id: row.get("id")?,
        network: row.get("network")?,
        times: row.get("times")?,
        blocked_at: row.get("blocked_at")?,
        until: row.get("until")?,
        revision: row.get("revision")?,
    })
}
