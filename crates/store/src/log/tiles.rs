//! The tiles of the tree: those that are full stand in tables, the others are made of what they are over.

use casemate_audit::commitment;
use casemate_audit::hash::{LENGTH, MerkleHash};
use casemate_audit::tile::{WIDTH, push_entry};
use casemate_audit::tree::Node;

use super::shelf::OwnShelf;
use super::sight::Sight;
use super::state::{damaged, number};
use super::{LogEvent, read};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, Link, values};

/// The levels of the tree from one level of tiles to the next.
const HEIGHT: u32 = 8;
/// Of so many blocks that were given up, the leaves are kept: 8 KiB each, 32 MiB of a million events.
const LEAVES_KEPT: u64 = 4_096;

impl StoreReader {
    /// The first `width` hashes (1 to 256) of a tile of the tree: 32 bytes each. Nothing where the log has fewer of them, or of leaves
    /// that were given up long ago.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_tile(&self, level: u32, index: u64, width: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if !(1..=WIDTH).contains(&width) {
            return Ok(None);
        }
        let mut sight = Sight::new(&self.pool);
        if level > 0 {
            return Ok(hashes(sight.look().await?.0, level, index, width).await?);
        }
        match leaves(&mut sight, &self.shelf, index, width).await? {
            Some(events) => Ok(Some(events.iter().flat_map(|event| event.leaf.0).collect())),
            None => Ok(given_up(sight.look().await?.0, index, width).await?),
        }
    }

    /// The first `width` entries (1 to 256) of a tile of leaves, as a bundle ([c2sp.org/tlog-tiles](https://c2sp.org/tlog-tiles)). Nothing
    /// where the log has fewer of them, or one of them was erased: what was hashed of it is not known any more.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_entries(&self, index: u64, width: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if !(1..=WIDTH).contains(&width) {
            return Ok(None);
        }
        let mut sight = Sight::new(&self.pool);
        let Some(events) = leaves(&mut sight, &self.shelf, index, width).await? else { return Ok(None) };
        let mut bundle = Vec::new();
        for LogEvent { text, salt, .. } in events {
            let (Some(text), Some(salt)) = (text, salt) else { return Ok(None) };
            // An entry has 32 bytes.
            let _ = push_entry(&mut bundle, &commitment::entry(&salt, text.as_bytes()));
        }
        Ok(Some(bundle))
    }
}

/// The first events of a tile of leaves, where there are so many.
async fn leaves(
    sight: &mut Sight<'_>,
    shelf: &OwnShelf,
    index: u64,
    width: u64,
) -> Result<Option<Vec<LogEvent>>, sqlx::Error> {
    let size = sight.look().await?.1.edge.size();
    if index.checked_mul(WIDTH).is_none_or(|first| first >= size) {
        return Ok(None);
    }
    let mut events = read::tile(sight, shelf, index).await?;
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    events.truncate(width);
    Ok(if events.len() == width { Some(events) } else { None })
}

/// The first leaves of a block whose events were given up, while they are kept.
async fn given_up(
    database: &mut impl Database,
    block: u64,
    width: u64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let text = "SELECT hashes FROM audit_tile WHERE level = 0 AND idx = $1";
    let Some(row) = database.row(text, values![number(block)]).await? else { return Ok(None) };
    let mut hashes: Vec<u8> = row.get("hashes")?;
    let length = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(LENGTH);
    let is_there = hashes.len() >= length;
    hashes.truncate(length);
    Ok(is_there.then_some(hashes))
}

/// Keeps the leaves of a block whose events are given up, and forgets those of blocks far before it.
pub(super) async fn keep_leaves(
    link: &mut Link,
    block: u64,
    leaves: &[MerkleHash],
) -> Result<(), sqlx::Error> {
    let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
    let text = "INSERT INTO audit_tile (level, idx, root, hashes) SELECT 0, number, root, $2 FROM audit_block \
                WHERE number = $1 ON CONFLICT (level, idx) DO NOTHING";
    link.execute(text, values![number(block), hashes.as_slice()]).await?;
    let text = "DELETE FROM audit_tile WHERE level = 0 AND idx < $1";
    link.execute(text, values![number(block.saturating_sub(LEAVES_KEPT))]).await?;
    Ok(())
}

/// Keeps the tile that is full by the node over it.
pub(super) async fn insert(link: &mut Link, node: Node, root: &MerkleHash) -> Result<(), sqlx::Error> {
    let level = node.level / HEIGHT - 1;
    let hashes = hashes(link, level, node.index, WIDTH).await?;
    let Some(hashes) = hashes.filter(|hashes| hashes.len() == WIDTH as usize * 32) else {
        return Err(damaged(node.index << node.level, "a node of its tree is gone"));
    };
    let text = "INSERT INTO audit_tile (level, idx, root, hashes) VALUES ($1, $2, $3, $4)";
    let values = values![i64::from(level), number(node.index), root.0.as_slice(), hashes.as_slice()];
    link.execute(text, values).await?;
    Ok(())
}

/// The first `width` hashes of a tile above those of the leaves, of what the log has of it; nothing where it has fewer.
pub(super) async fn hashes(
    database: &mut impl Database,
    level: u32,
    index: u64,
    width: u64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let Some(first) = index.checked_mul(WIDTH) else { return Ok(None) };
    let (from, to) = (number(first), number(first.saturating_add(width)));
    // A tile of level 1 is over blocks, and one above over tiles.
    let rows = match level {
        0 => return Ok(None),
        1 => {
            let text = "SELECT root FROM audit_block WHERE number >= $1 AND number < $2 ORDER BY number";
            database.rows(text, values![from, to]).await?
        }
        _ => {
            let text = "SELECT root FROM audit_tile WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
            database.rows(text, values![i64::from(level - 1), from, to]).await?
        }
    };
    if rows.len() as u64 != width {
        return Ok(None);
    }
    let mut hashes = Vec::with_capacity(rows.len() * 32);
    for row in rows {
        hashes.extend(row.get::<Vec<u8>>("root")?);
    }
    Ok(Some(hashes))
}
