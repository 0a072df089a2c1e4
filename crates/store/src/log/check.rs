//! At the start: whether what the log says of itself is what its blocks make.

use casemate_audit::tile::{Tile, TileError, TiledNodes, Tiles, WIDTH};
use casemate_audit::tree::Edge;

use super::{state, tail, tiles};
use crate::error::StoreError;
use crate::sql::Link;

/// The tiles at the right edge of the tree, read beforehand.
struct AtTheEdge(Vec<(Tile, Vec<u8>)>);

impl Tiles for AtTheEdge {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        let found = self.0.iter().find(|(known, _)| *known == tile);
        found.map(|(_, bytes)| bytes.clone()).ok_or(TileError::Path)
    }
}

/// Refuses a log whose size and edge are not those of its events: rows of it are gone, or stand beside those of another.
///
/// Under the lock of the log: another process that appends meanwhile must not look like damage.
pub(crate) async fn check(link: &mut Link) -> Result<(), StoreError> {
    link.begin().await?;
    let checked = check_locked(link).await;
    link.rollback().await?;
    checked
}

async fn check_locked(database: &mut Link) -> Result<(), StoreError> {
    let open = state::lock(database).await?;
    let size = open.edge.size();
    let held = tail::all(database, open.first(), open.held()).await?;
    let salts = open.seed.salts();
    let leaves = (open.first()..).zip(&held).flat_map(|(index, held)| held.leaf(&salts, index).0);
    let mut edge = AtTheEdge(Vec::new());
    if let Some(tile) = Tile::at(0, size / WIDTH, size) {
        edge.0.push((tile, leaves.collect()));
    }
    // Each level has one tile that is not full, or none; and one that is full beside it where that has the nodes of the edge.
    let mut level = 1;
    while let Some(hashes) = size.checked_shr(8 * level).filter(|hashes| *hashes > 0) {
        if let Some(tile) = Tile::at(level, hashes / WIDTH, size) {
            let bytes = tiles::hashes(database, level, tile.index(), tile.width()).await?;
            edge.0.push((tile, bytes.unwrap_or_default()));
        }
        level += 1;
    }
    let made = Edge::read(size, &mut TiledNodes { size, tiles: &mut edge });
    match made {
        Ok(made) if made == open.edge => Ok(()),
        _ => Err(StoreError::DamagedLog {
            index: open.first(),
            reason: "what it says of its tree is not what its blocks make",
        }),
    }
}
