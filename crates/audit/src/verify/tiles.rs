//! Tiles of somebody who is not trusted: each is held against the one above it, up to a signed root.

use thiserror::Error;

use super::{Finding, Span, Wrong};
use crate::checkpoint::Checkpoint;
use crate::hash::MerkleHash;
use crate::tile::{Tile, TiledNodes, Tiles, WIDTH};
use crate::tree;

/// The levels of tiles.
const LEVELS: u32 = 8;
/// The levels of the tree from one level of tiles to the next.
const HEIGHT: u32 = 8;

/// The tiles of the tree that a checkpoint is about. Keeps one tile of each level.
#[derive(Debug)]
pub struct AuthenticTiles<T> {
    size: u64,
    tiles: T,
    kept: Vec<Option<(Tile, Vec<MerkleHash>)>>,
}

/// Why a tile is not to be had.
#[derive(Debug, Error)]
pub enum TilesError<E> {
    /// It cannot be read.
    #[error(transparent)]
    Source(E),
    /// It does not lead to the root that was signed.
    #[error(transparent)]
    Wrong(#[from] Finding),
}

impl<T: Tiles> AuthenticTiles<T> {
    /// Of the tree of this checkpoint, whose signature was checked. All tiles that are not full are read.
    ///
    /// # Errors
    /// Where one cannot be read, or they do not lead to its root.
    pub fn of(checkpoint: &Checkpoint, tiles: T) -> Result<AuthenticTiles<T>, TilesError<T::Error>> {
        let size = checkpoint.size;
        let mut edge = Recorded { tiles, read: Vec::new() };
        let root = tree::root(size, &mut TiledNodes { size, tiles: &mut edge });
        let root = root.map_err(TilesError::Source)?;
        if root != checkpoint.root {
            let detail =
                format!("the tiles of {size} events lead to the root {root}; {} was signed", checkpoint.root);
            return Err(Finding::at(Wrong::Tile, Span::up_to(0, size), detail).into());
        }
        let mut kept: Vec<_> = (0..LEVELS).map(|_| None).collect();
        for (tile, hashes) in edge.read {
            if !tile.is_full()
                && let Some(slot) = usize::try_from(tile.level()).ok().and_then(|level| kept.get_mut(level))
            {
                *slot = Some((tile, hashes));
            }
        }
        Ok(AuthenticTiles { size, tiles: edge.tiles, kept })
    }

    /// The events of the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The leaves of a block: of 256 events, or of those at the end of the tree.
    ///
    /// # Errors
    /// Where they cannot be read, or are not those that were signed.
    pub fn leaves(&mut self, block: u64) -> Result<Vec<MerkleHash>, TilesError<T::Error>> {
        let tile = Tile::at(0, block, self.size).ok_or_else(|| self.outside(block))?;
        self.hashes(tile)
    }

    /// The hash over a block, as the tile above that of its leaves has it; nothing where it is not full.
    ///
    /// # Errors
    /// As [`AuthenticTiles::leaves`].
    pub fn block(&mut self, block: u64) -> Result<Option<MerkleHash>, TilesError<T::Error>> {
        let Some(above) = Tile::at(1, block / WIDTH, self.size) else { return Ok(None) };
        let hashes = self.hashes(above)?;
        Ok(usize::try_from(block % WIDTH).ok().and_then(|place| hashes.get(place).copied()))
    }

    /// The leaf of an event.
    ///
    /// # Errors
    /// As [`AuthenticTiles::leaves`].
    pub fn leaf(&mut self, index: u64) -> Result<MerkleHash, TilesError<T::Error>> {
        let leaves = self.leaves(index / WIDTH)?;
        let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
        leaves.get(place).copied().ok_or_else(|| self.outside(index / WIDTH))
    }

    /// The hashes of a tile. Reads whatever stands above it and is not kept.
    fn hashes(&mut self, wanted: Tile) -> Result<Vec<MerkleHash>, TilesError<T::Error>> {
        // From the tile up to the first that is known, and down again.
        let mut path = vec![wanted];
        let mut known = None;
        while let Some(tile) = path.last().copied() {
            match self.kept.get(usize::try_from(tile.level()).unwrap_or(usize::MAX)) {
                Some(Some((kept, hashes))) if *kept == tile => {
                    known = Some(hashes.clone());
                    path.pop();
                    break;
                }
                _ => {
                    let over = Tile::at(tile.level() + 1, tile.index() / WIDTH, self.size);
                    path.push(over.ok_or_else(|| self.outside(tile.index()))?);
                }
            }
        }
        let mut above = known.ok_or_else(|| self.outside(wanted.index()))?;
        while let Some(tile) = path.pop() {
            let place = usize::try_from(tile.index() % WIDTH).unwrap_or(usize::MAX);
            let told = above.get(place).copied();
            let bytes = self.tiles.tile(tile).map_err(TilesError::Source)?;
            let hashes = tile.hashes(&bytes).map_err(|error| TilesError::Source(error.into()))?;
            if !tile.is_full() || told != Some(over(&hashes)) {
                let detail =
                    format!("`{}` does not give the hash that stands in the tile above it", tile.path());
                return Err(Finding::at(Wrong::Tile, self.span(tile), detail).into());
            }
            if let Some(slot) = usize::try_from(tile.level()).ok().and_then(|level| self.kept.get_mut(level))
                && tile.level() > 0
            {
                *slot = Some((tile, hashes.clone()));
            }
            above = hashes;
        }
        Ok(above)
    }

    /// The events that a tile is over.
    fn span(&self, tile: Tile) -> Span {
        let each = WIDTH << (HEIGHT * tile.level()).min(u64::BITS - HEIGHT - 1);
        let first = tile.index().saturating_mul(each);
        Span::up_to(first, first.saturating_add(each).min(self.size))
    }

    fn outside(&self, place: u64) -> TilesError<T::Error> {
        let detail = format!("block {place} is not in a tree of {} events", self.size);
        TilesError::Wrong(Finding::of(Wrong::Unreadable, detail))
    }
}

/// The hash over those of a full tile.
pub(super) fn over(hashes: &[MerkleHash]) -> MerkleHash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| MerkleHash::of_node(left, right)).collect();
    }
    row.first().copied().unwrap_or_else(MerkleHash::of_nothing)
}

/// Tiles, and which were read.
struct Recorded<T> {
    tiles: T,
    read: Vec<(Tile, Vec<MerkleHash>)>,
}

impl<T: Tiles> Tiles for Recorded<T> {
    type Error = T::Error;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, T::Error> {
        if let Some((_, hashes)) = self.read.iter().find(|(read, _)| *read == tile) {
            return Ok(hashes.iter().flat_map(|hash| hash.0).collect());
        }
        let bytes = self.tiles.tile(tile)?;
        let hashes = tile.hashes(&bytes)?;
        self.read.push((tile, hashes));
        Ok(bytes)
    }
}
