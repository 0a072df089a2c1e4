//! Networks that guessed at secrets too often, and until when nothing is taken from them.

use crate::error::StoreError;
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
