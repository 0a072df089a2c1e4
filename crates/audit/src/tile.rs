//! Tiles: the tree as pieces of 256 hashes, which never change once they are full ([c2sp.org/tlog-tiles](https://c2sp.org/tlog-tiles)).

use std::fmt::{self, Display};

use thiserror::Error;

use crate::hash::{LENGTH, MerkleHash};
use crate::tree::{Node, Nodes};

/// The hashes of a full tile.
pub const WIDTH: u64 = 256;
/// The levels of the tree from one level of tiles to the next.
const HEIGHT: u32 = 8;
/// The most levels of tiles of a tree whose size is a 64-bit number.
const LEVELS: u32 = u64::BITS / HEIGHT;
/// The bytes of a bundle's entry before it.
const PREFIX: usize = 2;

/// Which tile: the hashes of the tree's level `8 * level` from `256 * index` on, `width` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    level: u32,
    index: u64,
    width: u64,
}

/// Why a tile or a bundle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TileError {
    /// It is no path of one.
    #[error("this is the path of no tile: `tile/LEVEL/x001/234` and, of one that is not full, `.p/WIDTH`")]
    Path,
    /// The tree does not have what is sought.
    #[error("this is not in a tree of {size} events")]
    OutsideTree {
        /// The leaves of the tree.
        size: u64,
    },
    /// Its bytes are not as many as its hashes have.
    #[error("a tile of {width} hashes has {expected} bytes, not {found}: it was cut or changed", expected = width * LENGTH as u64)]
    Length {
        /// The hashes that it ought to have.
        width: u64,
        /// The bytes that it has.
        found: usize,
    },
    /// The entries of a bundle do not fill it.
    #[error("a bundle of entries ends within one, or has other than {width}: it was cut or changed")]
    Bundle {
        /// The entries that it ought to have.
        width: u64,
    },
    /// An entry is longer than the format has room for.
    #[error("an entry has at most 65,535 bytes: commit to what is longer")]
    Entry,
}

/// Where tiles are found.
pub trait Tiles {
    /// Why one is not.
    type Error: From<TileError>;

    /// The bytes of a tile: 32 for each of its hashes.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

/// The nodes of the tree of `size` leaves, read from its tiles. A tile is read again each time: whoever asks for many keeps them.
#[derive(Debug)]
pub struct TiledNodes<'t, T> {
    /// The leaves of the tree.
    pub size: u64,
    /// Where its tiles are.
    pub tiles: &'t mut T,
}

impl Tile {
    /// The tile of a level at a place in the tree of `size` leaves, as wide as it is there; nothing where that has none.
    #[must_use]
    pub fn at(level: u32, index: u64, size: u64) -> Option<Tile> {
        if level >= LEVELS {
            return None;
        }
        let hashes = size >> (HEIGHT * level);
        let width = hashes.checked_sub(index.checked_mul(WIDTH)?)?.min(WIDTH);
        (width > 0).then_some(Tile { level, index, width })
    }

    /// The tiles that a tree of `later` leaves has and one of `earlier` has not, those of the leaves first.
    pub fn of_growth(earlier: u64, later: u64) -> impl Iterator<Item = Tile> {
        (0..LEVELS).flat_map(move |level| {
            let [before, after] = [earlier, later].map(|size| size >> (HEIGHT * level));
            let changed = if after > before { before / WIDTH..after.div_ceil(WIDTH) } else { 0..0 };
            changed.filter_map(move |index| Tile::at(level, index, later))
        })
    }

    /// The level, 0 for that of the leaves.
    #[must_use]
    pub fn level(self) -> u32 {
        self.level
    }

    /// The place in the level, from 0.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has, 1 to 256.
    #[must_use]
    pub fn width(self) -> u64 {
        self.width
    }

    /// Whether it never changes any more.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// The nodes of the tree that it has, in order.
    pub fn nodes(self) -> impl Iterator<Item = Node> {
        let Tile { level, index, width } = self;
        (0..width).map(move |place| Node { level: level * HEIGHT, index: index * WIDTH + place })
    }

    /// Where it stands below a log's prefix.
    #[must_use]
    pub fn path(self) -> String {
        self.to_string()
    }

    /// Where its entries stand below a log's prefix, which are those of a tile of leaves.
    #[must_use]
    pub fn entries_path(self) -> String {
        format!("tile/entries/{}", Place(self))
    }

    /// Reads a path, as [`Tile::path`] writes it.
    ///
    /// # Errors
    /// Where it is none, or is written otherwise.
    pub fn parse(path: &str) -> Result<Tile, TileError> {
        let (level, place) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(TileError::Path)?;
        let level = level.parse().ok().filter(|level| *level < LEVELS).ok_or(TileError::Path)?;
        let tile = Tile { level, ..placed(place).ok_or(TileError::Path)? };
        if tile.path() == path { Ok(tile) } else { Err(TileError::Path) }
    }

    /// Reads the path of entries, as [`Tile::entries_path`] writes it.
    ///
    /// # Errors
    /// As [`Tile::parse`].
    pub fn parse_entries(path: &str) -> Result<Tile, TileError> {
        let tile = path.strip_prefix("tile/entries/").and_then(placed).ok_or(TileError::Path)?;
        if tile.entries_path() == path { Ok(tile) } else { Err(TileError::Path) }
    }

    /// Its hashes, of its bytes.
    ///
    /// # Errors
    /// Where they are more or fewer than it has.
    pub fn hashes(self, bytes: &[u8]) -> Result<Vec<MerkleHash>, TileError> {
        let (hashes, rest) = bytes.as_chunks::<LENGTH>();
        if hashes.len() as u64 != self.width || !rest.is_empty() {
            return Err(TileError::Length { width: self.width, found: bytes.len() });
        }
        Ok(hashes.iter().copied().map(MerkleHash).collect())
    }

    /// Its entries, of the bytes of its bundle.
    ///
    /// # Errors
    /// Where they are more or fewer than it has.
    pub fn entries(self, bundle: &[u8]) -> Result<Vec<&[u8]>, TileError> {
        let wrong = TileError::Bundle { width: self.width };
        let (mut entries, mut rest) = (Vec::new(), bundle);
        while let Some((length, behind)) = rest.split_first_chunk::<PREFIX>() {
            let (entry, behind) =
                behind.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(wrong)?;
            if entries.len() as u64 == self.width {
                return Err(wrong);
            }
            entries.push(entry);
            rest = behind;
        }
        if rest.is_empty() && entries.len() as u64 == self.width { Ok(entries) } else { Err(wrong) }
    }
}

/// Appends an entry to a bundle.
///
/// # Errors
/// Where it is too long.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    let length = u16::try_from(entry.len()).map_err(|_| TileError::Entry)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

impl Display for Tile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/{}", self.level, Place(*self))
    }
}

/// The end of a path: the place in groups of three digits, and the width of a tile that is not full.
struct Place(Tile);

impl Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tile { index, width, .. } = self.0;
        let mut groups = vec![index % 1_000];
        let mut rest = index / 1_000;
        while rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        for (behind, group) in groups.iter().enumerate().rev() {
            if behind > 0 {
                write!(formatter, "x{group:03}/")?;
            } else {
                write!(formatter, "{group:03}")?;
            }
        }
        if self.0.is_full() { Ok(()) } else { write!(formatter, ".p/{width}") }
    }
}

/// The tile of leaves that the end of a path names, in whichever way it is written.
fn placed(place: &str) -> Option<Tile> {
    let (groups, width) = match place.split_once(".p/") {
        Some((groups, width)) => (groups, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
        None => (place, WIDTH),
    };
    let mut index = 0u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        index = index.checked_mul(1_000)?.checked_add(digits.parse().ok().filter(|group| *group < 1_000)?)?;
    }
    // A tile's last hash has a number as well.
    index.checked_mul(WIDTH)?.checked_add(WIDTH)?;
    Some(Tile { level: 0, index, width })
}

impl<T: Tiles> Nodes for TiledNodes<'_, T> {
    type Error = T::Error;

    fn node(&mut self, node: Node) -> Result<MerkleHash, T::Error> {
        let outside = TileError::OutsideTree { size: self.size };
        let (level, below) = (node.level / HEIGHT, node.level % HEIGHT);
        let is_inside = node.level < u64::BITS && node.index < self.size >> node.level;
        let first = if is_inside { node.index << below } else { u64::MAX };
        let tile = Tile::at(level, first / WIDTH, self.size).ok_or(outside)?;
        let bytes = self.tiles.tile(tile)?;
        let hashes = tile.hashes(&bytes)?;
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let mut row = hashes.get(start..start.saturating_add(1 << below)).ok_or(outside)?.to_vec();
        while row.len() > 1 {
            row =
                row.as_chunks::<2>().0.iter().map(|[left, right]| MerkleHash::of_node(left, right)).collect();
        }
        Ok(row.into_iter().next().ok_or(outside)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(level: u32, index: u64, width: u64) -> Tile {
        Tile { level, index, width }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        for (tile, path) in [
            (tile(0, 0, 256), "tile/0/000"),
            (tile(1, 1_234_067, 256), "tile/1/x001/x234/067"),
            (tile(2, 1_000, 1), "tile/2/x001/000.p/1"),
            (tile(0, 273, 112), "tile/0/273.p/112"),
        ] {
            assert_eq!((tile.path(), Tile::parse(path)), (path.to_owned(), Ok(tile)));
        }
        assert_eq!(tile(0, 1_234_067, 3).entries_path(), "tile/entries/x001/x234/067.p/3");
        assert_eq!(Tile::parse_entries("tile/entries/x001/x234/067.p/3"), Ok(tile(0, 1_234_067, 3)));
        for wrong in [
            "",
            "tile/0",
            "tile/0/",
            "tile/00/000",
            "tile/8/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/+01",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/entries/000",
            "tile/../000",
        ] {
            assert_eq!(Tile::parse(wrong), Err(TileError::Path), "{wrong}");
        }
    }

    #[test]
    fn a_tree_has_the_tiles_that_the_specification_says() {
        let of = |size| Tile::of_growth(0, size).collect::<Vec<_>>();
        let of_70_000 = of(70_000);
        assert_eq!(of_70_000.iter().filter(|tile| tile.level == 0 && tile.is_full()).count(), 273);
        assert_eq!(of_70_000[273..], [tile(0, 273, 112), tile(1, 0, 256), tile(1, 1, 17), tile(2, 0, 1)]);
        assert_eq!(of(256), [tile(0, 0, 256), tile(1, 0, 1)]);
        assert_eq!(of(0), []);
        let grown: Vec<Tile> = Tile::of_growth(255, 513).collect();
        assert_eq!(grown, [tile(0, 0, 256), tile(0, 1, 256), tile(0, 2, 1), tile(1, 0, 2)]);
    }

    #[test]
    fn a_bundle_is_read_whole_or_not_at_all() {
        let mut bundle = Vec::new();
        for entry in [&b"one"[..], b"", b"three"] {
            push_entry(&mut bundle, entry).unwrap();
        }
        let wrong = Err(TileError::Bundle { width: 3 });
        assert_eq!(tile(0, 0, 3).entries(&bundle), Ok(vec![&b"one"[..], b"", b"three"]));
        assert_eq!(tile(0, 0, 3).entries(&bundle[..bundle.len() - 1]), wrong);
        assert_eq!(tile(0, 0, 3).entries(&[&bundle[..], &[0]].concat()), wrong);
        assert_eq!(tile(0, 0, 3).entries(&[&bundle[..], &[0, 0]].concat()), wrong);
        assert_eq!(tile(0, 0, 4).entries(&bundle), Err(TileError::Bundle { width: 4 }));
        assert_eq!(push_entry(&mut bundle, &vec![0; 1 << 16]), Err(TileError::Entry));
        assert_eq!(bundle.len(), 14);
    }
}
