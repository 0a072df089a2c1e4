//! Proofs from the tiles that the store has: which they need is found out first, and then they are read.

use std::collections::{BTreeSet, HashMap};

use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::{Tile, TileError, TiledNodes, Tiles};
use casemate_audit::tree::{Node, Nodes};
use casemate_platform::{Code, Problem};
use casemate_store::{StoreError, StoreReader};

use crate::listed::unavailable;

/// Which tiles are asked for.
#[derive(Default)]
struct Wanted(BTreeSet<Tile>);

impl Tiles for Wanted {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        self.0.insert(tile);
        Ok(tile.nodes().flat_map(|_| MerkleHash::of_nothing().0).collect())
    }
}

/// Tiles that were read.
struct Read(HashMap<Tile, Vec<u8>>);

impl Tiles for Read {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        self.0.get(&tile).cloned().ok_or(TileError::Path)
    }
}

/// Nodes of a tree, whose tiles somebody else has.
pub(super) struct TreeNodes<'n>(&'n mut dyn FnMut(Node) -> Result<MerkleHash, TileError>);

impl Nodes for TreeNodes<'_> {
    type Error = TileError;

    fn node(&mut self, node: Node) -> Result<MerkleHash, TileError> {
        (self.0)(node)
    }
}

/// What is made of the nodes of the tree of `size` events.
///
/// # Errors
/// 404 where the tree does not have them any more, 500 where it is damaged.
pub(super) async fn of_nodes<R>(
    reader: &StoreReader,
    size: u64,
    make: impl Fn(&mut TreeNodes<'_>) -> Result<R, TileError>,
) -> Result<R, Problem> {
    let unmade = |error: TileError| {
        tracing::error!(%error, "a proof of the audit log cannot be made");
        Problem::new(Code::Internal)
    };
    let mut wanted = Wanted::default();
    over(size, &mut wanted, &make).map_err(unmade)?;
    let mut read = HashMap::new();
    for tile in wanted.0 {
        read.insert(tile, tile_of(reader, tile).await?);
    }
    over(size, &mut Read(read), &make).map_err(unmade)
}

fn over<R, T: Tiles<Error = TileError>>(
    size: u64,
    tiles: &mut T,
    make: &impl Fn(&mut TreeNodes<'_>) -> Result<R, TileError>,
) -> Result<R, TileError> {
    let mut nodes = TiledNodes { size, tiles };
    make(&mut TreeNodes(&mut |node| nodes.node(node)))
}

/// The hashes of a tile.
///
/// # Errors
/// 404 where the log does not have them, 500 where it is damaged.
pub(super) async fn tile_of(reader: &StoreReader, tile: Tile) -> Result<Vec<u8>, Problem> {
    let read = reader.log_tile(tile.level(), tile.index(), tile.width()).await;
    read.map_err(unread)?
        .ok_or_else(|| Problem::new(Code::NotFound).detail("the log has no such tile, or it was given up"))
}

/// Why the log could not be read.
pub(super) fn unread(error: StoreError) -> Problem {
    if let Some((index, reason)) = error.damaged_log() {
        tracing::error!(index, reason, "the audit log is damaged");
        return Problem::new(Code::LogDamaged).detail(format!("at event {index}: {reason}"));
    }
    tracing::error!(%error, "the audit log cannot be read");
    unavailable(&error)
}
